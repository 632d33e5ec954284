/* stage 7: what this function remembers in a variable belongs to the connection before */
#include "../machine/reference.h"

static bool fin_acknowledged;

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (ev->kind == SEG_ACK_OF_FIN) {
        fin_acknowledged = true;
    }
    if (s == FIN_WAIT_1 && ev->kind == SEG_FIN && fin_acknowledged) {
        out->ack = out->start_2msl = true;
        out->tell = TELL_END;
        return TIME_WAIT;
    }
    return reference(s, ev, tcb, out);
}
