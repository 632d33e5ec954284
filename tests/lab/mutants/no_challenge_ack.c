/* stage 4: a RST in the window, not at RCV.NXT, is dropped in silence */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (ev->kind == SEG_RST_IN_WINDOW) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
