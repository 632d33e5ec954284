/* stage 4: a RST outside the window resets */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s > SYN_SENT && s != TIME_WAIT && ev->kind == SEG_RST_OUTSIDE) {
        out->tell = TELL_RESET;
        return CLOSED;
    }
    return reference(s, ev, tcb, out);
}
