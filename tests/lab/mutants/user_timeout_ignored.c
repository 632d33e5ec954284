/* stage 5: the user time-out is ignored in LAST-ACK */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == LAST_ACK && ev->kind == TIMEOUT_USER) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
