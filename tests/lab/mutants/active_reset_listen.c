/* stage 2: RST leads back to LISTEN, although the connection was opened by us */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_RECEIVED && ev->kind == SEG_RST_EXACT) {
        return LISTEN;
    }
    return reference(s, ev, tcb, out);
}
