/* drill_flow.c: connections as packet lines see them: which ports, and what their zeroes stand for. */
#include <string.h>

#include "harness/drill_run.h"

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && lucid_addr_equal(&a->addr, &b->addr);
}

struct drill_flow *drill_flow_find(struct drill_run *run, const struct drill_ends *ends) {
    for (unsigned i = 0; i < run->flow_count; i++) {
        struct drill_flow *flow = &run->flows[i];
        if (same_end(&flow->ends.local, &ends->local) && same_end(&flow->ends.peer, &ends->peer)) {
            return flow;
        }
    }
    if (run->flow_count == DRILL_FLOWS) {
        drill_fail_line(run, "a script can have at most %d connections", DRILL_FLOWS);
        return NULL;
    }
    struct drill_flow *flow = &run->flows[run->flow_count++];
    *flow = (struct drill_flow){.ends = *ends, .fresh = true};
    flow->numbers.ours = run->variant.iss;
    flow->numbers.theirs = UINT32_MAX - run->variant.iss;
    return flow;
}

struct drill_flow *drill_flow_of(struct drill_run *run, const struct drill_packet *packet) {
    struct drill_ends ends = run->usual;
    if (packet->from_port != 0) {
        ends.local.port = packet->outbound ? packet->from_port : packet->to_port;
        ends.peer.port = packet->outbound ? packet->to_port : packet->from_port;
    }
    const struct drill_ip_fields *ip = &packet->ip;
    if (ip->has_source) {
        *(packet->outbound ? &ends.local.addr : &ends.peer.addr) = ip->source;
    }
    if (ip->has_destination) {
        *(packet->outbound ? &ends.peer.addr : &ends.local.addr) = ip->destination;
    }
    return drill_flow_find(run, &ends);
}

unsigned drill_flow_state(struct drill_run *run, const struct drill_ends *ends, struct lucid_tcp_info *info) {
    const struct lucid_sockaddr nobody = {.port = 0};
    memset(info, 0, sizeof *info);
    if (lucid_info_find(run->stack, &ends->local, &ends->peer, info) == 0 ||
        lucid_info_find(run->stack, &ends->local, &nobody, info) == 0) {
        return info->state;
    }
    info->state = LUCID_CLOSED;
    return LUCID_CLOSED;
}
