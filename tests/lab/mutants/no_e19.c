/* stage 3: E19 is missing: ACK of FIN does not leave LAST-ACK */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == LAST_ACK && ev->kind == SEG_ACK_OF_FIN) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
