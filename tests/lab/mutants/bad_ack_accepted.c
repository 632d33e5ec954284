/* stage 1: a SYN,ACK that acknowledges what was never sent is believed in SYN-SENT */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_SENT && ev->kind == SEG_SYN_BAD_ACK) {
        out->ack = true;
        out->tell = TELL_CONNECTED;
        return ESTABLISHED;
    }
    return reference(s, ev, tcb, out);
}
