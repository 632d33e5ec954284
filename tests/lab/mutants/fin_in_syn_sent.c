/* stage 3: a FIN is processed in SYN-SENT */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_SENT && (ev->facts & FACT_FIN)) {
        out->ack = true;
        out->tell = TELL_END;
        return CLOSE_WAIT;
    }
    return reference(s, ev, tcb, out);
}
