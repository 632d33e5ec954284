/* hystart.c: RFC 9406 4.2, with its constants of 4.3. See hystart.h. */
#include "tcp/hystart.h"

#include "base/bytes.h"
#include "tcp/cc.h"

static const uint32_t MIN_RTT_THRESH = 4000;  /* microseconds */
static const uint32_t MAX_RTT_THRESH = 16000; /* microseconds */
static const uint32_t MIN_RTT_DIVISOR = 8;
static const uint8_t N_RTT_SAMPLE = 8;
static const uint32_t CSS_GROWTH_DIVISOR = 4;
static const uint8_t CSS_ROUNDS = 5;

/* L: segments by which one ACK may let cwnd grow, without pacing. */
static const uint32_t LIMIT = 8;

/* The round in which Conservative Slow Start began counts as one of its rounds. */
static void begin_round(struct hystart *hystart) {
    hystart->last_min = hystart->current_min;
    hystart->current_min = 0;
    hystart->samples = 0;
    if (hystart->baseline > 0 && --hystart->rounds == 0) {
        hystart->over = true;
    }
}

static void measure(struct hystart *hystart, lucid_time rtt) {
    uint32_t now = (uint32_t)min_u64(max_u64(rtt / LUCID_MICROSECOND, 1), UINT32_MAX / 2);
    hystart->current_min = hystart->current_min > 0 ? min_u32(hystart->current_min, now) : now;
    if (hystart->samples < N_RTT_SAMPLE) {
        hystart->samples++;
    }
}

/* Into Conservative Slow Start when the round trip has become longer, and out of it when it was not so after all. */
static void judge(struct hystart *hystart) {
    if (hystart->samples < N_RTT_SAMPLE || hystart->last_min == 0) {
        return;
    }
    if (hystart->baseline > 0) {
        if (hystart->current_min < hystart->baseline) {
            hystart->baseline = 0;
        }
        return;
    }
    uint32_t threshold = max_u32(MIN_RTT_THRESH, min_u32(hystart->last_min / MIN_RTT_DIVISOR, MAX_RTT_THRESH));
    if (hystart->current_min >= hystart->last_min + threshold) {
        hystart->baseline = hystart->current_min;
        hystart->rounds = CSS_ROUNDS;
    }
}

uint32_t hystart_acked(struct hystart *hystart, const struct cc_ack *ack, uint32_t mss) {
    if (ack->round) {
        begin_round(hystart);
    }
    if (ack->rtt > 0) {
        measure(hystart, ack->rtt);
        judge(hystart);
    }
    uint32_t growth = min_u32(ack->octets, LIMIT * mss);
    return hystart->baseline > 0 ? growth / CSS_GROWTH_DIVISOR : growth;
}
