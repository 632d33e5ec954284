/* legal: a second SYN in a passive SYN-RECEIVED returns to LISTEN */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_RECEIVED && tcb->passive && ev->kind == SEG_SYN) {
        return LISTEN;
    }
    return reference(s, ev, tcb, out);
}
