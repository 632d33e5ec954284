/* stage 3: E10 is missing: CLOSE does not leave SYN-RECEIVED */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_RECEIVED && ev->kind == CLOSE) {
        out->fin = true; /* sent, but the state is not left: to wait without a FIN would be legal */
        return s;
    }
    return reference(s, ev, tcb, out);
}
