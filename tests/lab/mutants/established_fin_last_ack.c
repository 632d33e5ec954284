/* stage 3: FIN in ESTABLISHED leads to LAST-ACK */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == ESTABLISHED && ev->kind == SEG_FIN) {
        out->ack = out->fin = true;
        out->tell = TELL_END;
        return LAST_ACK;
    }
    return reference(s, ev, tcb, out);
}
