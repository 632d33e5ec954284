/* legal: the SYN,ACK of a simultaneous open is old by Table 6, and only acknowledged */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_RECEIVED && ev->kind == SEG_SYN_ACK) {
        out->ack = true;
        return s;
    }
    return reference(s, ev, tcb, out);
}
