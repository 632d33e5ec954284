/* autotune.c: see autotune.h. */
#include "tcp/autotune.h"

#include "base/bytes.h"
#include "tcp/rack.h"
#include "tcp/timestamps.h"

/* The rate is measured over a round trip, but not over less than this: what happens meanwhile comes in batches. */
static const lucid_time LEAST_PERIOD = LUCID_MILLISECOND;

/* While memory is short a connection may queue this part of what is left, but always what a piece of 32 KB holds beside
 * its head. */
static const uint32_t PART_WHEN_SHORT = 1024, LEAST_WHEN_SHORT = 32000;

static bool memory_is_short(const struct tcp *tcp) {
    return tcp->env->stats.memory > tcp->env->config.mem_limit / 2;
}

uint32_t autotune_send_limit(const struct tcp *tcp, const struct tcb *tcb) {
    if (!memory_is_short(tcp)) {
        return tcb->send_buffer;
    }
    size_t limit = tcp->env->config.mem_limit;
    size_t share = (limit - min_size(limit, tcp->env->stats.memory)) / PART_WHEN_SHORT;
    share = share < LEAST_WHEN_SHORT ? LEAST_WHEN_SHORT : share;
    return (uint32_t)min_size(tcb->send_buffer, share);
}

uint32_t autotune_receive_max(const struct tcp *tcp, const struct tcb *tcb) {
    bool fixed = tcb_switched(tcb, SWITCH_FIXED_RCVBUF);
    return fixed ? tcb->rcv.buffer : max_u32(tcb->rcv.buffer, tcp->env->config.rcvbuf_max);
}

/* Our own estimate, be it of the handshake alone; without one the peer's echo of our timestamps, to the millisecond.
 * The shortest one counts: what is queued on the way is no distance. */
void autotune_arrived(const struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    lucid_time round = tcb->rtt.srtt > 0 ? tcb->rtt.srtt : timestamps_round_trip(tcp, tcb, segment);
    if (round > 0 && (tcb->tune.round == 0 || round < tcb->tune.round)) {
        tcb->tune.round = round;
    }
}

/* Notes how far a stream has come by now. Returns how many octets of it pass in a round trip, or 0 when it is too early
 * to say, or the last time is too long ago. */
static uint64_t pass_in_a_round(struct progress *progress, uint64_t octets, lucid_time round, lucid_time now) {
    lucid_time period = now - progress->since;
    lucid_time wanted = max_u64(round, LEAST_PERIOD);
    if (round == 0 || period < wanted) {
        return 0;
    }
    uint64_t passed = octets - progress->octets;
    progress->since = now;
    progress->octets = octets;
    return period <= 2 * wanted ? passed * round / period : 0;
}

/* In slow start the sender doubles the rate each round trip; and there is the first flight of RFC 6928. */
static void grow(const struct tcp *tcp, uint32_t *buffer, uint64_t in_a_round, uint32_t most) {
    uint64_t wanted = 2 * in_a_round + UINT64_C(16) * 1460;
    if (in_a_round == 0 || wanted <= *buffer || *buffer >= most || memory_is_short(tcp)) {
        return;
    }
    *buffer = (uint32_t)min_u64(wanted, most);
}

void autotune_read(const struct tcp *tcp, struct tcb *tcb) {
    uint64_t read = tcb->octets_in - tcb->receive_queue.length;
    uint64_t rate = pass_in_a_round(&tcb->tune.read, read, tcb->tune.round, tcp->env->now);
    grow(tcp, &tcb->rcv.buffer, rate, autotune_receive_max(tcp, tcb));
}

void autotune_acked(const struct tcp *tcp, struct tcb *tcb) {
    uint64_t acked = tcb->octets_out - tcb->send_queue.length;
    uint64_t rate = pass_in_a_round(&tcb->tune.acked, acked, rack_min_rtt(tcb), tcp->env->now);
    uint32_t useful = 2 * min_u32(tcb->snd.max_wnd, UINT32_MAX / 2); /* of which half can be in flight */
    if (!tcb_switched(tcb, SWITCH_FIXED_SNDBUF)) {
        grow(tcp, &tcb->send_buffer, rate, min_u32(useful, tcp->env->config.sndbuf_max));
    }
}
