/* segment.h: a segment that arrived, in host order, with the RFC's names: seg->seq is SEG.SEQ.
 *
 * The steps of 3.10.7.4 change it as they go: what lies outside the window is cut off, so that later steps see the
 * idealized segment of the RFC, "that begins at RCV.NXT and does not exceed the window".
 */
#ifndef TCP_SEGMENT_H
#define TCP_SEGMENT_H

#include "base/seq32.h"
#include "ip/ip.h"
#include "tcp/tcb.h"
#include "wire/tcp.h"
#include "wire/tcp_options.h"

struct segment {
    struct endpoints ends; /* local is the destination */
    struct seq32 seq, ack;
    struct seq32 up; /* SEG.SEQ, before anything was cut off, and SEG.UP: means something with URG only */
    uint32_t window; /* SEG.WND in octets: to_connection() scales it */
    uint32_t length; /* octets of data */
    const uint8_t *data;
    uint8_t flags; /* enum lucid_flag */
    bool trimmed;  /* the first step has cut something off */
    struct tcp_options options;
    const struct ip_datagram *datagram;
};

static inline bool segment_has(const struct segment *segment, unsigned flags) {
    return (segment->flags & flags) != 0;
}

/* SEG.LEN: data, and one each for SYN and FIN. */
static inline uint32_t segment_len(const struct segment *segment) {
    return segment->length + segment_has(segment, LUCID_SYN) + segment_has(segment, LUCID_FIN);
}

/* 3.10.7.4, first step, Table 6, for a window that begins at next, RCV.NXT; and a segment that reaches over both edges
 * of the window, which holds all that we wait for (docs/decisions/0022). */
bool segment_acceptable(const struct segment *segment, struct seq32 next, uint32_t window);

/* What a step of 3.10.7 says of the segment. */
enum verdict {
    GO_ON, /* to the next step */
    DONE,  /* with this segment: it was accepted, or dropped and counted */
};

#endif
