/* stage 3: the ACK of our FIN leads from LAST-ACK to TIME-WAIT */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == LAST_ACK && ev->kind == SEG_ACK_OF_FIN) {
        out->start_2msl = true;
        return TIME_WAIT;
    }
    return reference(s, ev, tcb, out);
}
