/* arrive_closed.c: RFC 9293 3.10.7.1, CLOSED STATE: "TCB does not exist". */
#include "tcp/arrive.h"
#include "tcp/reply.h"

/* 9293-3.10.7.1-01, -02, -03 */
enum lucid_drop arrive_closed(struct tcp *tcp, const struct segment *segment) {
    bool answered = !segment_has(segment, LUCID_RST);
    trace_rule(tcp->env, 0, "9293:3.10.7.1", answered ? LUCID_OUTCOME_RST : LUCID_OUTCOME_DROPPED);
    env_drop(tcp->env, 0, LUCID_DROP_TCP_CLOSED);
    reply_reset(tcp, 0, segment);
    return LUCID_DROP_TCP_CLOSED;
}
