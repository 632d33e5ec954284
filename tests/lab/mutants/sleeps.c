/* stage 5: the user time-out in CLOSE-WAIT sleeps instead of answering */
#include <unistd.h>

#include "../machine/reference.h"

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (s == CLOSE_WAIT && ev->kind == TIMEOUT_USER) {
        sleep(60);
    }
    return reference(s, ev, tcb, out);
}
