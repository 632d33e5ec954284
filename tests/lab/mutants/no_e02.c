/* stage 1: E02 is missing: OPEN passive does not leave CLOSED */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == CLOSED && ev->kind == OPEN_PASSIVE) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
