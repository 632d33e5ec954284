/* stage 3: FIN in FIN-WAIT-2 leads to CLOSED */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == FIN_WAIT_2 && ev->kind == SEG_FIN) {
        out->ack = true;
        out->tell = TELL_END;
        return CLOSED;
    }
    return reference(s, ev, tcb, out);
}
