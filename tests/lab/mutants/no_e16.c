/* stage 3: E16 is missing: FIN does not leave FIN-WAIT-2 */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == FIN_WAIT_2 && ev->kind == SEG_FIN) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
