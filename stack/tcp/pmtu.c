/* pmtu.c: see pmtu.h. */
#include "tcp/pmtu.h"

#include "base/bytes.h"
#include "tcp/negotiate.h"
#include "tcp/pathprobe.h"
#include "tcp/recovery.h"

/* RFC 791 3.2 and RFC 8200 5: what every link carries. */
static const uint16_t LEAST_IPV4 = 68, LEAST_IPV6 = 1280;

/* RFC 1191 7.1, for routers that do not tell the MTU of the next hop; and 1280, the least of IPv6, for tunnels. */
static const uint16_t PLATEAUS[] = {65535, 32000, 17914, 8166, 4352, 2002, 1492, 1280, 1006, 508, 296, LEAST_IPV4};

/* Where the search goes when nothing is said: RFC 4821 7.2 begins at 1024, RFC 1122 3.3.3 at 576. */
static const uint16_t QUIET_FIRST = 1024, QUIET_LAST = 576;

/* Time-outs of one segment: for a message that waits (MAXSEGRTO of RFC 5927 7.2); when there is none; and when there is
 * none and a full segment has been acknowledged before. A path that loses one packet in twenty loses three
 * retransmissions in a row, or the ACKs of them, once in a thousand time-outs, which one gigabyte has
 * (docs/decisions/0069). */
static const uint8_t TIME_OUTS_TOLD = 1, TIME_OUTS_QUIET = 3, TIME_OUTS_PROVED = 6;

static bool is_ipv4(const struct tcb *tcb) {
    return lucid_addr_is_ipv4(&tcb->ends.remote.addr);
}

static uint16_t least(const struct tcb *tcb) {
    return is_ipv4(tcb) ? LEAST_IPV4 : LEAST_IPV6;
}

static uint32_t headers(const struct tcb *tcb) {
    return ip_head_length(&tcb->ends.remote.addr) + TCP_HEADER;
}

void pmtu_begin(const struct tcp *tcp, struct tcb *tcb) {
    tcb->pmtu.mtu = tcp->env->config.mtu;
    tcb->pmtu.largest_sent = tcb->pmtu.largest_acked = least(tcb);
    tcb->pmtu.claimed = 0;
}

uint32_t pmtu_segment(const struct tcb *tcb, uint32_t mtu) {
    return mtu - headers(tcb);
}

void pmtu_sent(struct tcb *tcb, uint32_t octets) {
    tcb->pmtu.largest_sent = (uint16_t)max_u32(tcb->pmtu.largest_sent, octets);
}

/* RFC 5927 7.2: an ACK may be for several packets, so the size of the largest one is a guess. */
void pmtu_acked(struct tcb *tcb, uint32_t octets) {
    uint32_t packet = min_u32(octets, tcb->snd.mss) + headers(tcb);
    packet = min_u32(packet, tcb->pmtu.largest_sent);
    tcb->pmtu.largest_acked = (uint16_t)max_u32(tcb->pmtu.largest_acked, packet);
    if (tcb->pmtu.claimed && seq_gt(tcb->snd.una, tcb->pmtu.claimed_seq)) {
        tcb->pmtu.claimed = 0; /* what it says was too big has arrived */
    }
}

static void lower(const struct tcp *tcp, struct tcb *tcb, uint32_t mtu, const char *rule) {
    tcb->pmtu.mtu = (uint16_t)mtu;
    tcb->pmtu.claimed = 0;
    pathprobe_wait(tcp, tcb);
    tcb->pmtu.largest_sent = least(tcb);
    tcb->pmtu.largest_acked = (uint16_t)min_u32(tcb->pmtu.largest_acked, mtu);
    negotiate_segment(tcp, tcb);
    trace_rule(tcp->env, tcb->name, rule, LUCID_OUTCOME_ACCEPTED);
}

static uint32_t plateau_below(uint32_t length) {
    unsigned i = 0;
    while (PLATEAUS[i] >= length && PLATEAUS[i] > LEAST_IPV4) {
        i++;
    }
    return PLATEAUS[i];
}

/* Steps below this many octets are not worth a packet that may be lost. */
static const uint32_t STEP_LEAST = 64;

uint32_t pmtu_above(const struct tcp *tcp, const struct tcb *tcb) {
    uint32_t above = PLATEAUS[0];
    for (unsigned i = 0; PLATEAUS[i] >= tcb->pmtu.mtu + STEP_LEAST; i++) {
        above = PLATEAUS[i];
    }
    return min_u32(above, tcp->env->config.mtu);
}

/* What the message asks for; 0 when it cannot be true. */
static uint32_t claim_of(const struct tcb *tcb, const struct icmp_error *error) {
    bool untold = error->mtu == 0 && is_ipv4(tcb);
    uint32_t mtu = untold ? plateau_below(min_u32(error->length, tcb->pmtu.mtu)) : error->mtu;
    bool fits = mtu >= error->length || mtu > tcb->pmtu.largest_sent;
    return mtu < least(tcb) || mtu >= tcb->pmtu.mtu || fits ? 0 : mtu;
}

enum lucid_drop pmtu_too_big(struct tcp *tcp, struct tcb *tcb, const struct icmp_error *error) {
    uint32_t mtu = claim_of(tcb, error);
    if (mtu == 0) {
        return env_drop(tcp->env, tcb->name, LUCID_DROP_ICMP_MTU);
    }
    if (mtu < tcb->pmtu.largest_acked) {
        tcb->pmtu.claimed = (uint16_t)mtu;
        tcb->pmtu.claimed_seq = error->seq;
        trace_rule(tcp->env, tcb->name, "5927:7.2", LUCID_OUTCOME_QUEUED);
        return LUCID_DROP_NONE;
    }
    lower(tcp, tcb, mtu, is_ipv4(tcb) ? "1191:5" : "8201:4");
    recovery_resend_all(tcp, tcb);
    return LUCID_DROP_NONE;
}

/* The next smaller size to try without having been told; 0: none. */
static uint32_t quiet_step(const struct tcb *tcb) {
    if (!is_ipv4(tcb)) {
        return tcb->pmtu.mtu > LEAST_IPV6 ? LEAST_IPV6 : 0;
    }
    return tcb->pmtu.mtu > QUIET_FIRST ? QUIET_FIRST : tcb->pmtu.mtu > QUIET_LAST ? QUIET_LAST : 0;
}

void pmtu_timed_out(struct tcp *tcp, struct tcb *tcb) {
    uint32_t time_outs = tcb->rtt.backoff + 1u;
    if (tcb->pmtu.claimed && time_outs >= TIME_OUTS_TOLD) {
        lower(tcp, tcb, tcb->pmtu.claimed, "5927:7.2");
        return;
    }
    uint32_t step = quiet_step(tcb);
    bool full = tcb_flight(tcb) >= tcb->snd.mss && tcb->snd.mss + headers(tcb) > step;
    bool proved = tcb->pmtu.largest_acked >= tcb->snd.mss + headers(tcb);
    if (step && full && time_outs % (proved ? TIME_OUTS_PROVED : TIME_OUTS_QUIET) == 0) {
        lower(tcp, tcb, step, "4821:7.7");
    }
}
