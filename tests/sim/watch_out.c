/* watch_out.c: each packet that leaves a stack, beside the connection that it leaves from. See watch.h. */
#include <string.h>

#include "sim/end.h"
#include "sim/stream.h"
#include "sim/watch.h"

struct leaving {
    const uint8_t *payload;
    uint32_t length; /* of data */
    struct seq32 seq, ack, end;
    uint32_t window; /* as it stands there */
    uint8_t flags;
};

static uint32_t read32(const uint8_t *from) {
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static struct leaving read_segment(const uint8_t *octets, size_t length, size_t transport) {
    const uint8_t *header = octets + transport;
    size_t data = transport + (header[12] >> 4) * 4u;
    struct leaving leaving = {.payload = octets + data,
                              .length = (uint32_t)(length - data),
                              .seq = seq32(read32(header + 4)),
                              .ack = seq32(read32(header + 8)),
                              .window = (uint32_t)(header[14] << 8 | header[15]),
                              .flags = header[13]};
    uint32_t controls = (leaving.flags & LUCID_SYN ? 1u : 0u) + (leaving.flags & LUCID_FIN ? 1u : 0u);
    leaving.end = seq_add(leaving.seq, leaving.length + controls);
    return leaving;
}

static void check_length(struct watch *watch, const uint8_t *octets, size_t length) {
    bool ipv4 = octets[0] >> 4 == 4;
    size_t told = ipv4 ? (size_t)(octets[2] << 8 | octets[3]) : (size_t)(octets[4] << 8 | octets[5]) + 40;
    if (told != length) {
        watch_broken(watch, "I36: a packet of %zu octets says that it has %zu", length, told);
    }
}

/* DF and no identification: it is not a fragment (RFC 6864 4.1). A device that cuts it counts the pieces. */
void watch_pulled(struct watch *watch, const struct lucid_packet *packet) {
    const uint8_t *octets = packet->slice[0].data;
    bool fragment = octets[6] & 0x3f || octets[7];
    if (octets[0] >> 4 == 4 && !fragment && (octets[6] != 0x40 || octets[4] || octets[5])) {
        watch_broken(watch, "I36: DF is not set, or the identification is not 0");
    }
}

/* I6: a sequence number keeps its octet; I15 says that the other end reads the same. */
static void check_octets(struct watch *watch, const struct tcb *tcb, const struct leaving *leaving) {
    uint32_t offset = seq_distance(seq_add(tcb->iss, 1), leaving->seq);
    const uint8_t *octets = stream_at(end_key(watch->key, tcb->iss.v), tcb->ends.local.port, tcb->ends.remote.port,
                                      offset);
    if (leaving->length > 0 && memcmp(octets, leaving->payload, leaving->length) != 0) {
        watch_broken(watch, "I6: other octets than those of the stream are sent at offset %u", offset);
    }
}

static void check_place(struct watch *watch, const struct tcb *tcb, const struct watch_past *past,
                        const struct leaving *leaving) {
    if (leaving->length > tcb->snd.mss) {
        watch_broken(watch, "I7: a segment of %u octets, SND.MSS is %u", leaving->length, tcb->snd.mss);
    }
    uint32_t beyond = seq_distance(tcb->snd.una, leaving->end);
    bool fresh = past->sent && seq_gt(leaving->end, past->highest);
    if (fresh && leaving->length > 1 && beyond > tcb->snd.wnd) {
        watch_broken(watch, "I7: new data up to %u octets beyond SND.UNA, SND.WND is %u", beyond, tcb->snd.wnd);
    }
    if (past->fin_sent && seq_gt(leaving->end, seq_add(past->fin_at, 1))) {
        watch_broken(watch, "I10: something leaves beyond our FIN");
    }
    if (past->fin_sent && (leaving->flags & LUCID_FIN) && !seq_eq(leaving->end, seq_add(past->fin_at, 1))) {
        watch_broken(watch, "I10: a second FIN, at another place");
    }
}

/* The window of a SYN is never scaled: SYN,ACK after SYN may seem to promise less. */
static void check_window(struct watch *watch, const struct tcb *tcb, struct watch_past *past,
                         const struct leaving *leaving) {
    bool syn = leaving->flags & LUCID_SYN;
    struct seq32 edge = seq_add(leaving->ack, leaving->window << (syn ? 0 : tcb->rcv.shift));
    if (past->acked && !syn && seq_lt(edge, past->edge) && watch->stack->env.config.rcvbuf > 0) {
        uint32_t back = seq_distance(edge, past->edge);
        if (back >= 1u << tcb->rcv.shift) {
            watch_broken(watch, "I12: the right edge of the window went back by %u", back);
        }
    }
    uint32_t promised = seq_distance(tcb->rcv.nxt, edge);
    uint32_t free = tcb->rcv.buffer > tcb->receive_queue.length ? tcb->rcv.buffer - tcb->receive_queue.length : 0;
    bool more = past->acked && seq_gt(edge, past->edge);
    if (more && !syn && seq_eq(leaving->ack, tcb->rcv.nxt) && promised > free) {
        watch_broken(watch, "I13: %u octets are promised, %u are free", promised, free);
    }
    if (!syn && seq_gt(edge, tcb->rcv.edge)) {
        watch_broken(watch, "I13: the wire promises %u octets more than the stored window",
                     seq_distance(tcb->rcv.edge, edge));
    }
    if (!past->acked || seq_gt(edge, past->edge)) {
        past->edge = edge;
    }
    past->acked = true;
}

/* I35: until the handshake is complete, one packet in brings one out, but for copies by the timer. */
static void check_unverified(struct watch *watch, const struct tcb *tcb, struct watch_past *past,
                             const struct leaving *leaving) {
    if (!tcb_is(tcb, LUCID_SYN_RECEIVED) || tcb_has(tcb, TCB_ACTIVE)) {
        return;
    }
    past->packets_out++;
    past->copies += past->packets_out > past->packets_in + 1;
    if (leaving->length > 0) {
        watch_broken(watch, "I35: data leaves for an address that is not verified");
    }
    if (past->packets_out > past->packets_in + 1 + 6 && watch->stack->env.config.r2_syn_ack <= 63 * LUCID_SECOND) {
        watch_broken(watch, "I35: %u packets came from an address that is not verified, %u went there",
                     past->packets_in, past->packets_out);
    }
}

/* An answer with a SYN cookie to a SYN that this connection was not made of, or the ACK of a TIME-WAIT record that it
 * has taken the place of: both were waiting to leave. */
static bool is_of_another(const struct tcb *tcb, const struct leaving *leaving) {
    bool both = (leaving->flags & (LUCID_SYN | LUCID_ACK)) == (LUCID_SYN | LUCID_ACK);
    bool bare = leaving->length == 0 && !(leaving->flags & (LUCID_SYN | LUCID_FIN));
    if (both && (!seq_eq(leaving->seq, tcb->iss) || !seq_eq(leaving->ack, seq_add(tcb->irs, 1)))) {
        return true;
    }
    return bare && seq_distance(tcb->iss, leaving->seq) > seq_distance(tcb->iss, tcb->snd.nxt) + 1;
}

void watch_out(struct watch *watch, const uint8_t *octets, size_t length) {
    struct endpoints ends;
    size_t transport;
    check_length(watch, octets, length);
    if (!watch_ends(octets, length, true, &ends, &transport)) {
        return;
    }
    struct leaving leaving = read_segment(octets, length, transport);
    const struct tcb *tcb = demux_find(&watch->stack->tcp, &ends).tcb;
    if (leaving.flags & LUCID_RST || !tcb || is_of_another(tcb, &leaving)) {
        return;
    }
    struct watch_past *past = watch_past(watch, tcb);
    check_octets(watch, tcb, &leaving);
    check_place(watch, tcb, past, &leaving);
    if (leaving.flags & LUCID_ACK) {
        check_window(watch, tcb, past, &leaving);
    }
    check_unverified(watch, tcb, past, &leaving);
    past->highest = past->sent ? seq_max(past->highest, leaving.end) : leaving.end;
    past->sent = true;
    if (leaving.flags & LUCID_FIN) {
        past->fin_sent = true;
        past->fin_at = seq_sub(leaving.end, 1);
    }
}
