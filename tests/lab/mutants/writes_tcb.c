/* stage 3: CLOSE empties the queue of the caller */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (ev->kind == CLOSE && tcb->data_queued) {
        ((struct tcb *)tcb)->data_queued = false;
    }
    return reference(s, ev, tcb, out);
}
