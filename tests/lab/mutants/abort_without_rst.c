/* stage 4: ABORT sends no RST */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (ev->kind == ABORT) {
        return CLOSED;
    }
    return reference(s, ev, tcb, out);
}
