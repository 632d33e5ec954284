/* stage 3: the ACK of our FIN leads from CLOSING to CLOSED */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == CLOSING && ev->kind == SEG_ACK_OF_FIN) {
        return CLOSED;
    }
    return reference(s, ev, tcb, out);
}
