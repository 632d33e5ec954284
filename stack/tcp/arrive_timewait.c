/* arrive_timewait.c: RFC 9293 3.10.7.4 for TIME-WAIT, where little can arrive.
 *
 * Read literally, the steps of 3.10.7.4 never restart 2MSL: a retransmitted FIN lies one left of RCV.NXT, so the first
 * step would acknowledge and drop it before the eighth step is reached. The text is plain about what is wanted,
 * though: "The only thing that can arrive in this state is a retransmission of the remote FIN. Acknowledge it, and
 * restart the 2 MSL timeout." So that FIN, and nothing else, is recognised here before the sequence check: only it
 * restarts the wait, so that stray segments cannot prolong it.
 *
 * RST is ignored (RFC 1337: TIME-WAIT must not be assassinated), unless config.rfc1337 is off. A SYN that is newer
 * than anything of the old connection, by its timestamp or its sequence number, opens a new one at once, if somebody
 * listens (3.6.1 MAY-2 SHLD-4, RFC 1122 4.2.2.13, RFC 6191 2).
 */
#include "base/bytes.h"
#include "tcp/arrive.h"
#include "tcp/reply.h"
#include "tcp/timestamps.h"

/* The widest window there is: "MAX.SND.WND [...] may be hard-coded to a maximum permissible window value". */
static const uint32_t WINDOW_MAX = UINT32_C(65535) << TCP_WINDOW_SCALE_MAX;

static uint32_t window_of(const struct timewait *record) {
    return (uint32_t)record->window << record->shift;
}

/* The fifth step: (SND.UNA - MAX.SND.WND) =< SEG.ACK =< SND.NXT, and SND.UNA is SND.NXT. Without RFC 5961 no ACK is too
 * old. */
static bool ack_in_range(const struct tcp *tcp, const struct timewait *record, const struct segment *segment) {
    struct seq32 lowest = seq_sub(record->snd_nxt, WINDOW_MAX);
    bool too_old = tcp->env->config.rfc5961 && seq_lt(segment->ack, lowest);
    return !too_old && seq_le(segment->ack, record->snd_nxt);
}

/* RFC 7323 5.3: sent before the newest segment that we know of. */
static bool is_old(const struct timewait *record, const struct segment *segment) {
    return record->timestamps && segment->options.has_timestamps &&
           timestamps_older(segment->options.ts_value, record->ts_recent);
}

/* The FIN of the peer again: its sequence number is the last one before RCV.NXT. 9293-3.10.7.4-25 */
static bool is_repeated_fin(const struct tcp *tcp, const struct timewait *record, const struct segment *segment) {
    struct seq32 end = seq_add(segment->seq, segment_len(segment));
    bool fin = (segment->flags & (LUCID_FIN | LUCID_SYN | LUCID_ACK)) == (LUCID_FIN | LUCID_ACK);
    return fin && seq_eq(end, record->rcv_nxt) && !is_old(record, segment) && ack_in_range(tcp, record, segment);
}

static enum lucid_drop repeated_fin(struct tcp *tcp, struct timewait *record, const struct segment *segment) {
    const struct fsm_row *row = fsm_fire_timewait(tcp, record, EVENT_RCV_FIN);
    if (segment->options.has_timestamps) {
        record->ts_recent = segment->options.ts_value;
    }
    if (row && (row->actions & ACTION_START_2MSL)) {
        timewait_restart(tcp, record);
    }
    if (row && (row->actions & ACTION_SEND_ACK)) {
        reply_timewait_ack(tcp, record);
    }
    return LUCID_DROP_NONE;
}

/* The second step, with or without RFC 5961. 9293-3.10.7.4-26 */
static enum lucid_drop reset(struct tcp *tcp, struct timewait *record, const struct segment *segment) {
    const struct lucid_config *config = &tcp->env->config;
    uint32_t name = record->name;
    bool exact = seq_eq(segment->seq, record->rcv_nxt);
    bool inside = exact || seq_in(segment->seq, record->rcv_nxt, window_of(record));
    bool believed = exact || (inside && !config->rfc5961);
    const struct fsm_row *row = believed ? fsm_fire_timewait(tcp, record, EVENT_RCV_RST) : NULL;
    if (row && (row->actions & ACTION_DELETE)) {
        timewait_end(tcp, record);
        return LUCID_DROP_NONE;
    }
    if (inside && !believed && !config->rfc1337) {
        trace_rule(tcp->env, name, "5961:3.2", LUCID_OUTCOME_CHALLENGE_ACK);
        reply_timewait_ack(tcp, record);
    }
    if (!inside) {
        trace_rule(tcp->env, name, "9293:3.10.7.4/1", LUCID_OUTCOME_DROPPED);
    }
    return env_drop(tcp->env, name, LUCID_DROP_TCP_TIME_WAIT);
}

/* RFC 6191 2 SHLD-4: by the timestamps where the new connection would have them, else by the sequence numbers
 * (MAY-2). */
static bool is_newer(const struct tcp *tcp, const struct timewait *record, const struct segment *syn) {
    bool stamped = syn->options.has_timestamps && tcp->env->config.timestamps;
    bool above = seq_gt(syn->seq, record->rcv_nxt);
    if (!stamped || (record->timestamps && syn->options.ts_value == record->ts_recent)) {
        return above;
    }
    return !record->timestamps || timestamps_older(record->ts_recent, syn->options.ts_value);
}

/* True when a new connection was made in place of the record. */
static bool reopened(struct tcp *tcp, struct timewait *record, const struct segment *segment) {
    bool only_syn = segment_has(segment, LUCID_SYN) && !segment_has(segment, LUCID_ACK | LUCID_FIN);
    struct listener *listener = listener_find(tcp, &segment->ends.local);
    bool room = listener && !listener_full(listener) && tcp->half_open < tcp->env->config.half_open_max;
    if (!only_syn || !is_newer(tcp, record, segment) || !room) {
        return false;
    }
    struct seq32 above = record->snd_nxt;
    timewait_end(tcp, record);
    tcp->env->stats.timewait_reused++;
    arrive_new_child(tcp, listener, segment, LUCID_TIME_WAIT, &above);
    return true;
}

/* The first, the fourth and the fifth step; and the seventh: text behind the FIN is ignored, but not in silence
 * (docs/decisions/0025). 9293-3.10.7.4-06, -27 */
static bool wants_answer(const struct tcp *tcp, const struct timewait *record, const struct segment *segment) {
    if (!segment_acceptable(segment, record->rcv_nxt, window_of(record)) || segment_has(segment, LUCID_SYN)) {
        return true;
    }
    return segment_has(segment, LUCID_ACK) && (!ack_in_range(tcp, record, segment) || segment_len(segment) > 0);
}

enum lucid_drop arrive_timewait(struct tcp *tcp, struct timewait *record, const struct segment *segment) {
    if (segment_has(segment, LUCID_RST)) {
        return reset(tcp, record, segment);
    }
    if (reopened(tcp, record, segment)) {
        return LUCID_DROP_NONE;
    }
    if (is_repeated_fin(tcp, record, segment)) {
        return repeated_fin(tcp, record, segment);
    }
    bool answered = wants_answer(tcp, record, segment);
    trace_rule(tcp->env, record->name, "9293:3.10.7.4/1", answered ? LUCID_OUTCOME_ACK : LUCID_OUTCOME_IGNORED);
    env_drop(tcp->env, record->name, LUCID_DROP_TCP_TIME_WAIT);
    if (answered) {
        reply_timewait_ack(tcp, record);
    }
    return LUCID_DROP_TCP_TIME_WAIT;
}
