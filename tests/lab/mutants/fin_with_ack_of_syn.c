/* stage 3: of FIN + ACK of SYN only the ACK is seen */
#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == SYN_RECEIVED && ev->kind == SEG_FIN_ACK_OF_SYN) {
        out->tell = TELL_CONNECTED;
        return ESTABLISHED;
    }
    return reference(s, ev, tcb, out);
}
