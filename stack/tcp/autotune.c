/* autotune.c: see autotune.h. */
#include "tcp/autotune.h"

#include "base/bytes.h"
#include "tcp/timestamps.h"

/* What a round trip is worth is not known better than this: our clock and the peer's tick each millisecond. */
static const lucid_time LEAST_ROUND = LUCID_MILLISECOND;

static bool memory_is_short(const struct tcp *tcp) {
    return tcp->env->stats.memory > tcp->env->config.mem_limit / 2;
}

uint32_t autotune_receive_max(const struct tcp *tcp, const struct tcb *tcb) {
    bool fixed = tcb_switched(tcb, SWITCH_FIXED_RCVBUF);
    return fixed ? tcb->rcv.buffer : max_u32(tcb->rcv.buffer, tcp->env->config.rcvbuf_max);
}

/* The peer echoes our ACK's timestamp in the data that the ACK let go; without timestamps the sender's estimate must
 * do. The shortest one counts: the peer's application may have had nothing to say for a while. */
void autotune_arrived(const struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    lucid_time round = timestamps_round_trip(tcp, tcb, segment);
    if (round == 0) {
        round = tcb->rtt.srtt;
    }
    if (round > 0 && (tcb->tune.round == 0 || round < tcb->tune.round)) {
        tcb->tune.round = max_u64(round, LEAST_ROUND);
    }
}

static uint64_t octets_read(const struct tcb *tcb) {
    return tcb->octets_in - tcb->receive_queue.length;
}

static void grow_receive_buffer(const struct tcp *tcp, struct tcb *tcb, uint64_t read) {
    uint64_t wanted = 2 * read +
                      16u * (uint64_t)tcb->rcv.mss; /* and the first flight of RFC 6928, with some to spare */
    uint32_t most = autotune_receive_max(tcp, tcb);
    if (wanted > tcb->rcv.buffer && tcb->rcv.buffer < most && !memory_is_short(tcp)) {
        tcb->rcv.buffer = (uint32_t)min_u64(wanted, most);
    }
}

void autotune_read(const struct tcp *tcp, struct tcb *tcb) {
    lucid_time now = tcp->env->now;
    if (tcb->tune.round == 0 || now - tcb->tune.since < tcb->tune.round) {
        return;
    }
    uint64_t total = octets_read(tcb);
    /* What was read in more than two rounds tells nothing of one. */
    if (now - tcb->tune.since <= 2 * tcb->tune.round) {
        grow_receive_buffer(tcp, tcb, total - tcb->tune.read);
    }
    tcb->tune.since = now;
    tcb->tune.read = total;
}

void autotune_acked(const struct tcp *tcp, struct tcb *tcb) {
    uint64_t wanted = 2 * (uint64_t)tcb->cc.cwnd;
    uint32_t most = tcp->env->config.sndbuf_max;
    bool fixed = tcb_switched(tcb, SWITCH_FIXED_SNDBUF);
    if (wanted > tcb->send_buffer && tcb->send_buffer < most && !fixed && !memory_is_short(tcp)) {
        tcb->send_buffer = (uint32_t)min_u64(wanted, most);
    }
}
