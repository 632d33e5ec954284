/* wire_flow.h: what the passive checker remembers of one connection. Sequence numbers are those of the wire. */
#ifndef HARNESS_WIRE_FLOW_H
#define HARNESS_WIRE_FLOW_H

#include "harness/drill_packet.h"
#include "harness/wire_check.h"

#define WIRE_SACKS 32

/* What a SYN offers. */
struct wire_offer {
    bool seen, has_mss, has_scale, sack, stamps, ecn;
    uint16_t mss;
    uint8_t scale;
    uint32_t seq; /* of the SYN */
    uint32_t ack; /* of a SYN,ACK */
    uint8_t flags;
};

struct wire_range {
    uint32_t start, end;
};

struct wire_flow {
    struct wire_flow *next_flow;
    struct drill_ends ends;

    struct wire_offer ours, theirs; /* of this incarnation */
    struct wire_offer asked;        /* the peer's latest SYN, perhaps not taken */
    lucid_time syn_time;            /* our latest SYN left */
    lucid_time timewait_until;      /* 0: not in TIME-WAIT, as far as one can tell */
    bool closed;
    bool confirmed; /* our SYN was acknowledged */

    /* what we sent */
    uint32_t una, max; /* acknowledged; highest sent, SYN and FIN counted */
    bool fin_out, fin_after_theirs;
    uint32_t fin_seq; /* of our FIN */
    uint8_t *octets;  /* sent since una: octets[0] has number octets_at */
    uint32_t octets_at;
    size_t count, room;
    uint32_t stamp; /* our latest TSval */
    bool has_stamp;

    /* what we promised */
    bool has_edge;
    uint32_t ack, edge; /* of our latest segment with ACK */

    /* what the peer sent */
    uint32_t highest; /* of all that came, SYN and FIN counted */
    uint32_t next;    /* RCV.NXT as it should be */
    bool fin_in;
    uint32_t fin_in_seq;
    struct wire_range early[WIRE_SACKS]; /* came above a gap */
    unsigned early_count;
    struct wire_range newest; /* the segment that came last, when it came early; empty: none */

    /* what the peer allows */
    uint32_t right, right_max; /* edge of its window now, and the farthest ever */
    uint32_t cwnd, ssthresh, dupacks, recover;
    bool recovery;
    struct wire_range sacked[WIRE_SACKS];
    unsigned sacked_count;

    /* what we owe */
    unsigned owed_full; /* full segments not acknowledged */
    bool owed, owed_now;
    lucid_time owed_since;
};

struct wire_check {
    struct wire_check_config config;
    struct wire_flow *flows;
    struct wire_breach breach;
    bool breached;
    lucid_time now;
};

/* A segment, and what the list of its options means. */
struct wire_segment {
    struct drill_seen seen;
    const struct drill_tcp *tcp;
    uint32_t end; /* SEG.SEQ + SEG.LEN, SYN and FIN counted */
    bool has_stamp;
    uint32_t stamp;
    size_t option_length;
};

static inline bool wire_before(uint32_t a, uint32_t b) {
    return (int32_t)(a - b) < 0;
}

static inline uint32_t wire_max(uint32_t a, uint32_t b) {
    return wire_before(a, b) ? b : a;
}

/* Notes a breach, if it is the first one. Always false. */
bool wire_breach(struct wire_check *check, enum wire_rule rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The connection of a packet, new if need be. */
struct wire_flow *wire_flow_of(struct wire_check *check, const struct drill_ends *ends);

/* Forgets everything about a connection but its ends and the peer's latest SYN. */
void wire_flow_reset(struct wire_flow *flow);

/* The largest payload, options not taken off, that the peer accepts. wire_out.c */
uint32_t wire_segment_max(const struct wire_check *check, const struct wire_flow *flow);

/* wire_ip.c: rules about headers and checksums. False after a breach. */
bool wire_check_headers(struct wire_check *check, const uint8_t *octets, size_t length);

/* What becomes of a packet that arrives, as far as an outsider can tell. */
enum wire_fate {
    WIRE_REACHES,
    WIRE_LOST,  /* a wrong checksum */
    WIRE_UNSURE /* a fragment, or with headers that a stack may refuse */
};
enum wire_fate wire_fate_of(const uint8_t *octets, size_t length);

/* wire_options.c */
bool wire_check_options(struct wire_check *check, struct wire_flow *flow, const uint8_t *octets, size_t length,
                        const struct wire_segment *segment);
void wire_read_segment(struct wire_segment *segment);
void wire_read_offer(const struct wire_segment *segment, struct wire_offer *offer);

/* wire_out.c, wire_in.c: a TCP segment leaves, or arrives. */
void wire_segment_out(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment);
void wire_segment_in(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment);

/* wire_send.c: rules about data. */
bool wire_check_data(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment);
void wire_congestion_begin(const struct wire_check *check, struct wire_flow *flow);
void wire_congestion_ack(const struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment,
                         bool duplicate);

/* wire_ack.c: what must be acknowledged, and when. */
void wire_owe(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment);
void wire_owe_nothing(struct wire_flow *flow);
bool wire_check_owed(struct wire_check *check, struct wire_flow *flow, lucid_time now);
/* SACK blocks of ours; and those of the peer. */
bool wire_check_sack(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment);
void wire_note_sack(struct wire_flow *flow, const struct wire_segment *segment);

#endif
