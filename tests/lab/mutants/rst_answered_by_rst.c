/* stage 4: CLOSED answers a RST by a RST */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == CLOSED && (ev->facts & FACT_RST)) {
        out->rst = true;
        return s;
    }
    return reference(s, ev, tcb, out);
}
