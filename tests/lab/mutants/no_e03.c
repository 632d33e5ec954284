/* stage 1: E03 is missing: SYN does not leave LISTEN */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == LISTEN && ev->kind == SEG_SYN) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
