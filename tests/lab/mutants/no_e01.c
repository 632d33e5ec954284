/* stage 1: E01 is missing: OPEN active does not leave CLOSED */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == CLOSED && ev->kind == OPEN_ACTIVE) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
