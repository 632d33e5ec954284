/* cc_flow.h: a flow without a network: what an algorithm of tcp/cc.h does with ACKs that a test makes up. */
#ifndef UNIT_CC_FLOW_H
#define UNIT_CC_FLOW_H

#include "tcp/cc.h"

struct cc_flow {
    struct lucid_config config;
    struct tcb tcb;
    uint32_t mss;
    lucid_time now, rtt;
};

/* A flow in congestion avoidance, whose cwnd is so many segments of 1460 octets; round trips of 100 ms. */
void cc_flow_begin(struct cc_flow *flow, const char *name, uint32_t segments);

/* An ACK of so many octets, with so many in flight. */
void cc_flow_ack(struct cc_flow *flow, uint32_t octets, uint32_t flight);

/* A round trip: ACKs of so many octets at equal distances, until as much as cwnd at its beginning is acknowledged. As
 * much as cwnd allows leaves after each of them. */
void cc_flow_round_trip(struct cc_flow *flow, uint32_t octets);

static inline uint32_t cc_flow_segments(const struct cc_flow *flow) {
    return flow->tcb.cc.cwnd / flow->mss;
}

#endif
