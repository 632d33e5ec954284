/* stage 3: a second CLOSE sends a second FIN */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == FIN_WAIT_2 && ev->kind == CLOSE) {
        out->fin = true;
        return s;
    }
    return reference(s, ev, tcb, out);
}
