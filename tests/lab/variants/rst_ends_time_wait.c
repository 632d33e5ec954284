/* legal: a RST ends TIME-WAIT, as 3.10.7.4 has it; RFC 1337 does not */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == TIME_WAIT && ev->kind == SEG_RST_EXACT) {
        return CLOSED;
    }
    return reference(s, ev, tcb, out);
}
