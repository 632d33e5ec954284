/* stage 3: E12 is missing: CLOSE does not leave ESTABLISHED */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == ESTABLISHED && ev->kind == CLOSE) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
