/* stage 3: CLOSE in SYN-RECEIVED sends the FIN before data that waits */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_RECEIVED && ev->kind == CLOSE) {
        out->fin = true;
        return FIN_WAIT_1;
    }
    return reference(s, ev, tcb, out);
}
