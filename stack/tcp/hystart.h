/* hystart.h: HyStart++, RFC 9406: the first slow start ends when the round trip time says that a queue is building up,
 * before the queue overflows.
 *
 * Round by round the least round trip time is compared with that of the round before. When it has risen, growth is
 * divided by four for five rounds (Conservative Slow Start); when the rise then turns out to have been jitter, slow
 * start goes on, else it is over. All zeroes is a valid beginning.
 *
 * Only octets, rounds and times are seen here; cc.h counts the rounds.
 */
#ifndef TCP_HYSTART_H
#define TCP_HYSTART_H

#include "lucid/lucid.h"

struct cc_ack;

struct hystart {
    uint32_t last_min, current_min; /* microseconds; 0: none. lastRoundMinRTT, currentRoundMinRTT */
    uint32_t baseline;              /* microseconds; 0: not in Conservative Slow Start. cssBaselineMinRtt */
    uint8_t samples;                /* of this round. rttSampleCount */
    uint8_t rounds;                 /* of Conservative Slow Start that are left */
    bool over;
};

/* An ACK in slow start. Returns by how many octets cwnd is to grow. When hystart->over is set, it was the last one. */
uint32_t hystart_acked(struct hystart *hystart, const struct cc_ack *ack, uint32_t mss);

#endif
