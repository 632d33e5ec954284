/* timestamps.c: RFC 7323. See timestamps.h. */
#include "tcp/timestamps.h"

#include "base/bytes.h"
#include "base/siphash.h"

/* RFC 7323 5.5: after so long without a segment, TSval of an honest peer may have wrapped. */
static const lucid_time RECENT_VALID = LUCID_SECOND * 3600 * 24 * 24;

/* Sets the hash apart from the one that the initial sequence number is made of. */
struct offset_input {
    struct endpoints ends;
    uint8_t purpose[4];
};

uint32_t timestamps_offset(const struct tcp *tcp, const struct endpoints *ends) {
    struct offset_input input = {.ends = *ends, .purpose = {'T', 'S', 'v', 'a'}};
    return (uint32_t)siphash24(tcp->isn_key, &input, sizeof input);
}

uint32_t timestamps_value(const struct tcp *tcp, uint32_t offset) {
    return (uint32_t)(tcp->env->now / TIMESTAMPS_TICK) + offset;
}

/* RFC 7323 3.2: TSecr is valid only with ACK, else zero. */
void timestamps_write(const struct tcp *tcp, const struct tcb *tcb, bool ack, struct tcp_options *options) {
    options->has_timestamps = true;
    options->ts_value = timestamps_value(tcp, tcb->ts.offset);
    options->ts_echo = ack ? tcb->ts.recent : 0;
}

bool timestamps_older(uint32_t a, uint32_t b) {
    return seq_lt(seq32(a), seq32(b));
}

enum lucid_drop timestamps_judge(const struct tcp *tcp, const struct tcb *tcb, const struct segment *segment) {
    if (!tcb_agreed(tcb, AGREED_TIMESTAMPS) || segment_has(segment, LUCID_RST)) {
        return LUCID_DROP_NONE;
    }
    if (!segment->options.has_timestamps) {
        return LUCID_DROP_TCP_NO_TIMESTAMP;
    }
    bool valid = tcp->env->now - tcb->ts.recent_at < RECENT_VALID;
    bool old = timestamps_older(segment->options.ts_value, tcb->ts.recent);
    return valid && old ? LUCID_DROP_TCP_PAWS : LUCID_DROP_NONE;
}

void timestamps_note(const struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    if (tcb_agreed(tcb, AGREED_TIMESTAMPS) && segment->options.has_timestamps && seq_le(segment->seq, tcb->rcv.acked)) {
        tcb->ts.recent = segment->options.ts_value;
        tcb->ts.recent_at = tcp->env->now;
    }
}

/* How many ticks ago the segment left that this one echoes. An echo from before our clock began is made up. */
static bool age_of_echo(const struct tcp *tcp, const struct tcb *tcb, const struct segment *segment, uint32_t *age) {
    if (!tcb_agreed(tcb, AGREED_TIMESTAMPS) || !segment->options.has_timestamps) {
        return false;
    }
    *age = timestamps_value(tcp, tcb->ts.offset) - segment->options.ts_echo;
    return *age <= INT32_MAX && *age <= tcp->env->now / TIMESTAMPS_TICK;
}

lucid_time timestamps_round_trip(const struct tcp *tcp, const struct tcb *tcb, const struct segment *segment) {
    uint32_t age;
    return age_of_echo(tcp, tcb, segment, &age) ? max_u64(age, 1) * TIMESTAMPS_TICK : 0;
}

lucid_time timestamps_echoed_left(const struct tcp *tcp, const struct tcb *tcb, const struct segment *segment) {
    uint32_t age;
    if (!age_of_echo(tcp, tcb, segment, &age)) {
        return 0;
    }
    return (tcp->env->now / TIMESTAMPS_TICK - age + 1) * TIMESTAMPS_TICK - 1;
}
