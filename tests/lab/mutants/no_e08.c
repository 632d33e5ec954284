/* stage 1: E08 is missing: SYN,ACK does not leave SYN-SENT */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_SENT && ev->kind == SEG_SYN_ACK) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
