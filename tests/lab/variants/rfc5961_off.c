/* legal: RFC 5961 is off: a RST in the window resets, and so does a SYN */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    struct tcp_ev old = *ev;
    bool connected = s > SYN_SENT;
    if (connected && ev->kind == SEG_RST_IN_WINDOW) {
        old = (struct tcp_ev){SEG_RST_EXACT, ev->facts | FACT_EXACT};
    }
    if (connected && s != TIME_WAIT && (ev->kind == SEG_SYN || ev->kind == SEG_SYN_BAD_ACK)) {
        if (s == SYN_RECEIVED && tcb->passive) {
            return LISTEN;
        }
        out->rst = true;
        out->tell = TELL_RESET;
        return CLOSED;
    }
    return reference(s, &old, tcb, out);
}
