/* stage 5: the application does not hear of the user time-out */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (ev->kind == TIMEOUT_USER) {
        return CLOSED;
    }
    return reference(s, ev, tcb, out);
}
