/* stage 4: a RST without ACK is believed in SYN-SENT */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_SENT && (ev->facts & FACT_RST)) {
        out->tell = TELL_REFUSED;
        return CLOSED;
    }
    return reference(s, ev, tcb, out);
}
