/* reports.c: soft errors. See reports.h. */
#include "tcp/reports.h"

#include "tcp/life.h"

void report_soft_error(struct tcp *tcp, struct tcb *tcb, int error) {
    if (!tcb_switched(tcb, SWITCH_NO_REPORTS)) {
        tcb->soft_error = error;
        tcb_changed(tcp, tcb);
    }
}

/* RFC 9293 3.8.3 (b) and (e), MUST-20, SHLD-10: at R1 IP gets negative advice, and the application hears of it. It
 * holds for the SYN too (MUST-22). R2 is the user time-out. */
void report_retransmission(struct tcp *tcp, struct tcb *tcb) {
    uint8_t r1 = tcp->env->config.r1;
    if (r1 == 0 || tcb->rtt.backoff != r1) {
        return;
    }
    ip_advise(tcp->ip);
    trace_rule(tcp->env, tcb->name, "9293:MUST-20", LUCID_OUTCOME_RETRANSMIT);
    report_soft_error(tcp, tcb, LUCID_ETIMEDOUT);
}

void report_progress(struct tcb *tcb) {
    if (tcb->soft_error == LUCID_ETIMEDOUT) {
        tcb->soft_error = 0;
    }
}

void report_connected(struct tcb *tcb) {
    tcb->soft_error = 0;
}
