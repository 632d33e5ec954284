/* stage 5: the FIN that comes again in TIME-WAIT does not restart 2MSL */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == TIME_WAIT && ev->kind == SEG_FIN) {
        out->ack = true;
        return s;
    }
    return reference(s, ev, tcb, out);
}
