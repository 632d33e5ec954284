/* legal: the child of a listener is deleted, where the RFC returns to LISTEN */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    enum tcp_state next = reference(s, ev, tcb, out);
    return s == SYN_RECEIVED && next == LISTEN ? CLOSED : next;
}
