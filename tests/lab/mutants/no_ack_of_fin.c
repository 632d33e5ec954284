/* stage 3: no FIN is acknowledged */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if ((ev->facts & FACT_FIN) && s >= ESTABLISHED) {
        enum tcp_state next = reference(s, ev, tcb, out);
        out->ack = false;
        return next;
    }
    return reference(s, ev, tcb, out);
}
