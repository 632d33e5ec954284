/* legal: the ACK of data may be delayed; a FIN of which SEG.SEQ cannot be validated is dropped */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s >= ESTABLISHED && ev->kind == SEG_DATA) {
        return s;
    }
    if (s == SYN_SENT && ev->kind == SEG_FIN) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
