/* stage 5: the RTO in CLOSING never returns */
#include "../machine/reference.h"

static volatile unsigned rounds;

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    while (s == CLOSING && ev->kind == TIMEOUT_RTO) {
        rounds++;
    }
    return reference(s, ev, tcb, out);
}
