/* stage 5: the first retransmission time-out ends the connection */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (ev->kind == TIMEOUT_RTO) {
        out->tell = TELL_TIMED_OUT;
        return CLOSED;
    }
    return reference(s, ev, tcb, out);
}
