/* stage 1: an ACK in LISTEN opens a connection */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == LISTEN && ev->kind == SEG_ACK) {
        out->tell = TELL_CONNECTED;
        return ESTABLISHED;
    }
    return reference(s, ev, tcb, out);
}
