/* stage 6: CLOSED answers data by nothing */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == CLOSED && ev->kind == SEG_DATA) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
