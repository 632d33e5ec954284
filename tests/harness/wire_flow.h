/* wire_flow.h: what the passive checker remembers of one connection. Sequence numbers are those of the wire.
 *
 * An outsider knows some things for certain and others only as a bound. What arrived counts as taken where that makes a
 * rule milder (next, una, right_max), and only wire_segment.sure, a segment that no stack may refuse, makes it stricter
 * (what is owed, whether the connection is gone). When a connection may have begun anew, everything is forgotten.
 */
#ifndef HARNESS_WIRE_FLOW_H
#define HARNESS_WIRE_FLOW_H

#include "harness/drill_packet.h"
#include "harness/wire_check.h"
#include "harness/wire_ranges.h"

/* What a SYN offers. */
struct wire_offer {
    bool seen, has_mss, has_scale, sack, stamps, ecn;
    uint16_t mss;
    uint8_t scale;
    uint8_t flags;
    uint32_t seq; /* of the SYN */
    uint32_t end; /* of what it carries */
};

struct wire_flow {
    struct wire_flow *next_flow;
    struct drill_ends ends;
    lucid_time arrived; /* something came last that may have to do with it */

    struct wire_offer ours, theirs; /* of this connection */
    struct wire_offer asked;        /* the peer's latest SYN, perhaps not taken */
    bool asked_new;                 /* it came after our latest SYN,ACK */
    lucid_time syn_time, syn_gap;   /* when our SYN left, and how long after the one before */
    bool syn_lost_twice;
    bool confirmed;     /* ours was acknowledged */
    bool answered;      /* a segment of ours that only a synchronized connection sends */
    lucid_time gone_at; /* CLOSED since then or from then on; 2MSL away: TIME-WAIT. LUCID_NEVER */

    /* what we sent */
    uint32_t una, max; /* acknowledged; highest sent, SYN and FIN counted */
    bool fin_out, fin_acked;
    bool fin_last;    /* ours left in CLOSE-WAIT for certain, and so the connection ends in LAST-ACK */
    bool fin_first;   /* ours left before the peer's came, and so it ends in TIME-WAIT */
    uint32_t fin_seq; /* of our FIN */
    uint8_t *octets;  /* octets[0] has number octets_at */
    uint32_t octets_at;
    size_t count, room;
    bool has_stamp;
    uint32_t stamp; /* our latest TSval */

    /* what we promised */
    bool has_edge;
    uint32_t ack, edge; /* of our latest segment with ACK; the farthest right edge */

    /* what the peer sent */
    uint32_t next;            /* RCV.NXT, if everything that came was taken */
    struct wire_ranges early; /* came above a gap */
    bool early_unsure;        /* some of it may have been refused */
    struct wire_range newest; /* of it, what came last; empty: something else came after it */
    bool fin_known, fin_in;   /* where a FIN of its lies; it came, and everything before it */
    bool fin_unsure;          /* something contradicts it: which one is taken nobody can tell */
    bool fin_idle;            /* then nothing of ours was under way */
    uint32_t fin_in_seq;
    lucid_time fin_in_time;
    bool has_their_stamp;
    uint32_t their_stamp; /* the latest */

    /* what the peer allows */
    bool has_right;
    uint32_t right, right_max; /* edge of its window now, and the farthest ever */
    uint32_t window_max, wl1;  /* its largest window; the highest SEG.SEQ that brought one */
    int64_t credit;            /* octets that may leave: see wire_send.c */
    uint32_t recover;          /* where the flight ended when something was last sent again */
    uint32_t probed;           /* with SACK: the end of the latest tail loss probe of new data */
    struct wire_ranges sacked;

    /* what we owe; see wire_ack.c */
    unsigned full; /* full segments that are not acknowledged */
    bool owed, owed_now;
    enum wire_rule now_rule; /* which asks for it at once */
    lucid_time owed_since, now_since;
};

struct wire_check {
    struct wire_check_config config;
    struct wire_flow *flows;
    struct wire_breach breach;
    bool breached;
    bool blind; /* something came of which nobody can say what became of it: single packets are judged, no more */
    lucid_time now;
};

/* A segment, and what the list of its options means. */
struct wire_segment {
    struct drill_seen seen;
    const struct drill_tcp *tcp;
    uint32_t start, end; /* numbers of its data: behind the SYN, before the FIN */
    uint32_t last;       /* SEG.SEQ + SEG.LEN: SYN and FIN counted */
    size_t option_length;
    bool has_stamp;
    uint32_t stamp;
    bool malformed; /* its options are: a stack may drop it */
    bool sure;      /* in: no stack may refuse it */
};

/* Notes a breach, if it is the first one. Always false. */
bool wire_breach(struct wire_check *check, enum wire_rule rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The connection of a packet, new if need be. */
struct wire_flow *wire_flow_of(struct wire_check *check, const struct drill_ends *ends);

/* Forgets everything about a connection but its ends and the peer's latest SYN. */
void wire_flow_reset(struct wire_flow *flow);

/* Remembers the octets of a segment of ours, for when they are sent again. */
void wire_remember(struct wire_flow *flow, const struct wire_segment *segment);

/* This acknowledges a SYN, and perhaps data that it carried. */
bool wire_acks_syn(const struct wire_offer *syn, uint32_t ack);

/* Both SYNs were seen. */
static inline bool wire_known(const struct wire_flow *flow) {
    return flow->ours.seen && flow->theirs.seen;
}

/* What both SYNs offered. */
static inline bool wire_stamps(const struct wire_flow *flow) {
    return flow->ours.stamps && flow->theirs.stamps;
}

static inline bool wire_sack(const struct wire_flow *flow) {
    return flow->ours.sack && flow->theirs.sack;
}

/* Our side has said that it has taken the peer's FIN. */
static inline bool wire_fin_taken(const struct wire_flow *flow) {
    return flow->fin_in && !flow->fin_unsure && flow->has_edge && flow->ack == flow->fin_in_seq + 1;
}

/* The largest payload, options not taken off, that the peer accepts. */
uint32_t wire_segment_max(const struct wire_check *check, const struct wire_flow *flow);

/* ---- wire_ip.c ---- */

/* Rules about headers and checksums. False after a breach. */
bool wire_check_headers(struct wire_check *check, const uint8_t *octets, size_t length);

/* What becomes of a packet that arrives, as far as an outsider can tell. */
enum wire_fate {
    WIRE_REACHES,
    WIRE_LOST,  /* a wrong checksum */
    WIRE_UNSURE /* a fragment, or with headers that a stack may refuse */
};
enum wire_fate wire_fate_of(const uint8_t *octets, size_t length);

/* ---- wire_options.c ---- */

void wire_read_segment(struct wire_segment *segment);
void wire_read_offer(const struct wire_segment *segment, struct wire_offer *offer);

/* The list of options as octets: that of the TCP header in an IP packet. */
bool wire_check_option_list(struct wire_check *check, const uint8_t *octets, size_t length);
/* What every segment may carry, whatever its connection; and what those of this connection may. */
bool wire_check_any_options(struct wire_check *check, const struct wire_segment *segment);
bool wire_check_options(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment);

/* ---- wire_out.c, wire_in.c: a TCP segment leaves, or arrives ---- */

bool wire_check_flags(struct wire_check *check, const struct wire_segment *segment);
void wire_segment_out(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment);
void wire_segment_in(struct wire_check *check, struct wire_flow *flow, struct wire_segment *segment);

/* Notes that the connection is gone, or in TIME-WAIT, once both FINs are acknowledged. */
void wire_note_end(const struct wire_check *check, struct wire_flow *flow);

/* ---- wire_send.c: what leaves with a sequence number ---- */

bool wire_check_data(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment);
bool wire_check_ect(struct wire_check *check, const struct wire_flow *flow, const struct wire_segment *segment);
void wire_congestion_begin(const struct wire_check *check, struct wire_flow *flow);
/* acked: octets that are acknowledged now; sacked: that are SACKed now. */
void wire_congestion_ack(const struct wire_check *check, struct wire_flow *flow, uint32_t acked, uint32_t sacked);

/* ---- wire_ack.c: what must be acknowledged, and when; SACK blocks of ours, and those of the peer ---- */

/* A segment brings data, from which `next` has not been moved yet. */
void wire_owe(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment);
void wire_owe_nothing(struct wire_flow *flow);
bool wire_check_owed(struct wire_check *check, const struct wire_flow *flow, lucid_time now);

bool wire_check_sack(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment,
                     uint32_t edge);
/* Returns how many octets are SACKed that were not before. */
uint32_t wire_note_sack(struct wire_flow *flow, const struct wire_segment *segment);

#endif
