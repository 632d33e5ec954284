/* variables.h: the variables of a connection as others see them: in the trace, and in struct lucid_tcp_info. */
#ifndef TCP_VARIABLES_H
#define TCP_VARIABLES_H

#include "tcp/tcp.h"

/* What variables_trace() does once somebody wants to know. */
void variables_trace_changed(struct tcp *tcp, struct tcb *tcb);

/* Traces those that changed since they were last traced. */
static inline void variables_trace(struct tcp *tcp, struct tcb *tcb) {
    if (trace_wants(&tcp->env->trace, LUCID_EVENT_VARIABLES)) {
        variables_trace_changed(tcp, tcb);
    }
}

/* All as they are now have been traced. */
void variables_are_traced(const struct tcp *tcp, struct tcb *tcb);

void variables_info(const struct tcp *tcp, const struct tcb *tcb, struct lucid_tcp_info *info);
void variables_listener_info(const struct listener *listener, struct lucid_tcp_info *info);
void variables_timewait_info(const struct tcp *tcp, const struct timewait *record, struct lucid_tcp_info *info);

#endif
