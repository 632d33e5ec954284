/* legal: who sends a RST on ABORT enters TIME-WAIT: 3.5.2, not 3.10.5 */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    enum tcp_state next = reference(s, ev, tcb, out);
    if (ev->kind == ABORT && out->rst) {
        out->start_2msl = true;
        return TIME_WAIT;
    }
    return next;
}
