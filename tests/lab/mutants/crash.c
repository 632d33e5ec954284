/* stage 4: RST in ESTABLISHED follows a null pointer */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == ESTABLISHED && ev->kind == SEG_RST_EXACT) {
        const struct tcb *volatile gone = 0;
        return gone->passive ? CLOSED : s;
    }
    return reference(s, ev, tcb, out);
}
