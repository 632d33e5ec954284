/* stage 3: FIN in FIN-WAIT-1 leads to CLOSING, also where it acknowledges our FIN */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == FIN_WAIT_1 && (ev->facts & FACT_FIN)) {
        out->ack = true;
        out->tell = TELL_END;
        return CLOSING;
    }
    return reference(s, ev, tcb, out);
}
