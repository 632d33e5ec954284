/* stage 3: E15 is missing: FIN does not leave FIN-WAIT-1 */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == FIN_WAIT_1 && ev->kind == SEG_FIN) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
