/* cc_flow.c: see cc_flow.h. */
#include "unit/cc_flow.h"

#include <string.h>

void cc_flow_begin(struct cc_flow *flow, const char *name, uint32_t segments) {
    const uint32_t mss = 1460;
    *flow = (struct cc_flow){.mss = mss, .rtt = 100 * LUCID_MILLISECOND, .tcb = {.snd = {.mss = (uint16_t)mss}}};
    lucid_config_default(&flow->config);
    cc_attach(&flow->config, &flow->tcb, cc_named(name, strlen(name)));
    cc_begin(&flow->config, &flow->tcb, false);
    flow->tcb.cc.cwnd = flow->tcb.cc.ssthresh = segments * mss;
    flow->tcb.rtt.srtt = flow->rtt;
}

void cc_flow_ack(struct cc_flow *flow, uint32_t octets, uint32_t flight) {
    struct cc_ack ack = {.octets = octets, .flight = flight, .now = flow->now, .rtt = flow->rtt};
    cc_acked(&flow->tcb, &ack);
}

void cc_flow_round_trip(struct cc_flow *flow, uint32_t octets) {
    lucid_time began = flow->now;
    uint32_t acks = flow->tcb.cc.cwnd / octets;
    for (uint32_t i = 1; i <= acks; i++) {
        flow->now = began + flow->rtt * i / acks;
        cc_flow_ack(flow, octets, flow->tcb.cc.cwnd);
    }
    flow->now = began + flow->rtt;
}
