/* reply.c: segments without a connection. See reply.h. */
#include "tcp/reply.h"

#include "base/bytes.h"
#include "tcp/segment_trace.h"
#include "tcp/timestamps.h"

struct answer {
    const struct endpoints *ends;
    struct seq32 seq, ack;
    uint32_t name; /* of the connection in the trace, or 0 */
    uint16_t window;
    uint8_t flags, ttl, tos, shift;
    struct tcp_options options;
};

static void send_answer(struct tcp *tcp, const struct answer *answer) {
    struct env *env = tcp->env;
    const struct lucid_addr *source = &answer->ends->local.addr;
    const struct lucid_addr *destination = &answer->ends->remote.addr;
    uint32_t ip_length = ip_head_length(destination);
    uint32_t tcp_length = TCP_HEADER + (uint32_t)tcp_options_length(&answer->options);
    struct datagram *datagram = datagram_new(env, ip_length + tcp_length);
    if (!datagram) {
        env_drop(env, answer->name, LUCID_DROP_NO_MEMORY);
        return;
    }
    struct tcp_header header = {
        .source_port = answer->ends->local.port,
        .destination_port = answer->ends->remote.port,
        .seq = answer->seq,
        .ack = answer->ack,
        .header_length = (uint8_t)tcp_length,
        .flags = answer->flags,
        .window = answer->window,
    };
    ip_head(datagram->octets, source, destination, TCP_PROTOCOL, answer->ttl, answer->tos, tcp_length);
    tcp_header_build(datagram->octets + ip_length, &header);
    tcp_options_build(datagram->octets + ip_length + TCP_HEADER, &answer->options);
    datagram->header_length = (uint16_t)(ip_length + tcp_length);
    datagram_checksum(env, datagram, (uint16_t)ip_length, TCP_CHECKSUM_AT, TCP_PROTOCOL, source, destination);
    datagram->id = ++env->packets_named;
    uint64_t id = datagram->id;
    uint8_t options[TCP_OPTIONS_MAX];
    tcp_options_build(options, &answer->options);
    if (!outq_push_reply(env, &tcp->ip->replies, datagram)) {
        return;
    }
    env->stats.tcp_segments_out++;
    env->stats.tcp_resets_out += (answer->flags & LUCID_RST) != 0;
    segment_trace_answer(env, answer->name, id, answer->ends, &header, (uint32_t)answer->window << answer->shift,
                         options);
}

void reply_reset(struct tcp *tcp, uint32_t name, const struct segment *segment) {
    if (segment_has(segment, LUCID_RST)) {
        return;
    }
    struct answer answer = {
        .ends = &segment->ends,
        .name = name,
        .flags = LUCID_RST,
        .ttl = tcp->env->config.ttl,
    };
    if (segment_has(segment, LUCID_ACK)) {
        answer.seq = segment->ack;
    } else {
        answer.flags = LUCID_RST | LUCID_ACK;
        answer.ack = seq_add(segment->seq, segment_len(segment));
    }
    send_answer(tcp, &answer);
}

/* RFC 7323 3.2: once agreed on, a RST should carry timestamps too. Without ACK there is nothing to echo. */
void reply_reset_connection(struct tcp *tcp, const struct tcb *tcb) {
    struct answer answer = {
        .ends = &tcb->ends,
        .name = tcb->name,
        .seq = tcb->snd.nxt,
        .flags = LUCID_RST,
        .ttl = tcb->ttl,
        .tos = tcb->tos,
    };
    if (tcb_agreed(tcb, AGREED_TIMESTAMPS)) {
        timestamps_write(tcp, tcb, false, &answer.options);
    }
    send_answer(tcp, &answer);
}

void reply_syn_ack(struct tcp *tcp, uint32_t name, const struct tcb *draft, const struct tcp_options *options) {
    struct answer answer = {
        .ends = &draft->ends,
        .name = name,
        .seq = draft->iss,
        .ack = draft->rcv.nxt,
        .flags = LUCID_SYN | LUCID_ACK,
        .window = (uint16_t)min_u32(tcb_receive_window(draft), UINT16_MAX),
        .ttl = draft->ttl,
        .tos = draft->tos,
        .options = *options,
    };
    send_answer(tcp, &answer);
}

void reply_timewait_ack(struct tcp *tcp, const struct timewait *record) {
    struct endpoints ends = timewait_ends(tcp, record);
    struct answer answer = {
        .ends = &ends,
        .name = record->name,
        .seq = record->snd_nxt,
        .ack = record->rcv_nxt,
        .flags = LUCID_ACK,
        .window = record->window,
        .shift = record->shift,
        .ttl = tcp->env->config.ttl,
        .tos = record->tos,
    };
    if (record->timestamps) {
        answer.options.has_timestamps = true;
        answer.options.ts_value = timestamps_value(tcp, timestamps_offset(tcp, &ends));
        answer.options.ts_echo = record->ts_recent;
    }
    send_answer(tcp, &answer);
}
