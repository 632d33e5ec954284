/* legal: MAY-2 is not taken: a SYN in TIME-WAIT gets a challenge ACK */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == TIME_WAIT && ev->kind == SEG_SYN) {
        out->ack = true;
        return s;
    }
    return reference(s, ev, tcb, out);
}
