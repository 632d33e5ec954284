/* stage 3: FIN in FIN-WAIT-1 leads to TIME-WAIT, also where our FIN is not acknowledged */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == FIN_WAIT_1 && (ev->facts & FACT_FIN)) {
        out->ack = out->start_2msl = true;
        out->tell = TELL_END;
        return TIME_WAIT;
    }
    return reference(s, ev, tcb, out);
}
