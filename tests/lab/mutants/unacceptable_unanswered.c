/* stage 6: a segment outside the window is answered by nothing */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (ev->kind == SEG_OUTSIDE) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
