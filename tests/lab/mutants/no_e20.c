/* stage 5: E20 is missing: 2MSL timer does not leave TIME-WAIT */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == TIME_WAIT && ev->kind == TIMEOUT_2MSL) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
