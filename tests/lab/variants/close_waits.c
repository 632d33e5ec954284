/* legal: CLOSE in SYN-RECEIVED waits for ESTABLISHED, also with nothing queued */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_RECEIVED && ev->kind == CLOSE) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
