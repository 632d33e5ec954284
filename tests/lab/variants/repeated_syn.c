/* legal: a repeated SYN is answered by the same SYN,ACK */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_RECEIVED && (ev->kind == SEG_SYN || ev->kind == SEG_OUTSIDE)) {
        out->syn = out->ack = true;
        return s;
    }
    return reference(s, ev, tcb, out);
}
