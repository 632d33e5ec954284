/* stage 3: E17 is missing: ACK of FIN does not leave CLOSING */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == CLOSING && ev->kind == SEG_ACK_OF_FIN) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
