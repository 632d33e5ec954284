/* challenge.c: RFC 5961 7. See challenge.h. */
#include "tcp/challenge.h"

static bool within_limit(struct tcp *tcp, struct tcb *tcb) {
    uint32_t second = (uint32_t)(tcp->env->now / LUCID_SECOND);
    if (second != tcb->challenge_second) {
        tcb->challenge_second = second;
        tcb->challenges = 0;
    }
    if (tcb->challenges >= tcp->env->config.challenge_acks) {
        tcp->env->stats.tcp_challenge_limited++;
        return false;
    }
    tcb->challenges++;
    return true;
}

enum verdict challenge_ack(struct tcp *tcp, struct tcb *tcb, enum lucid_drop reason, const char *rule) {
    env_drop(tcp->env, tcb->name, reason);
    if (!within_limit(tcp, tcb)) {
        trace_rule(tcp->env, tcb->name, "5961:7", LUCID_OUTCOME_DROPPED);
        return DONE;
    }
    tcp->env->stats.tcp_challenge_acks++;
    tcb->flags |= TCB_ACK_NOW;
    trace_rule(tcp->env, tcb->name, rule, LUCID_OUTCOME_CHALLENGE_ACK);
    return DONE;
}

enum verdict challenge_unacceptable(struct tcp *tcp, struct tcb *tcb, const struct segment *segment,
                                    enum lucid_drop reason, const char *rule) {
    if (segment_len(segment) == 0 || segment_has(segment, LUCID_SYN)) {
        return challenge_ack(tcp, tcb, reason, rule);
    }
    env_drop(tcp->env, tcb->name, reason);
    tcp->env->stats.tcp_duplicates++;
    tcb->flags |= TCB_ACK_NOW;
    trace_rule(tcp->env, tcb->name, rule, LUCID_OUTCOME_ACK);
    return DONE;
}
