/* stage 2: E11 is missing: RST, passive open does not leave SYN-RECEIVED */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_RECEIVED && ev->kind == SEG_RST_EXACT && tcb->passive) {
        return s;
    }
    return reference(s, ev, tcb, out);
}
