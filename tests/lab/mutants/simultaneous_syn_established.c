/* stage 2: the SYN of a simultaneous open leads to ESTABLISHED */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_SENT && ev->kind == SEG_SYN) {
        out->syn = out->ack = true;
        out->tell = TELL_CONNECTED;
        return ESTABLISHED;
    }
    return reference(s, ev, tcb, out);
}
