/* sleeper.h: an idle connection as a record, a third of the size of its TCB.
 *
 * A connection that is ESTABLISHED and at rest (nothing in flight, nothing in a queue, no timer) needs few of the
 * variables that it needs when it works: no queues, no scoreboard, no recovery, no probe. What it needs to go on as if
 * nothing had been is kept in a record; the TCB is freed. The first segment or call wakes it: the TCB is made again
 * from the record. Nobody outside sees a difference.
 *
 * Who goes to sleep, and when, is core/sleep.c's business. A sleeping connection is in the connection table
 * (demux.h) and its port is counted, as before.
 */
#ifndef TCP_SLEEPER_H
#define TCP_SLEEPER_H

#include "tcp/tcb.h"

struct tcp;

struct sleeper {
    uint32_t number;  /* in tcp->sleepers */
    uint32_t chained; /* demux.h */
    uint32_t owner, name;
    struct lucid_addr remote;
    uint16_t local_port, remote_port;
    uint8_t local_addr; /* index in config.addrs */
    uint8_t rack_multiplier, rack_persist;
    bool rack_reordering_seen, probe_sampled, ecn_plain_syn, ecn_marked;
    uint8_t ecn_mode;
    uint8_t keepcnt, tos, ttl, tos_received;
    uint16_t switches, agreed;
    uint32_t flags;
    struct seq32 iss, irs;
    struct send_sequence snd;
    struct {
        struct seq32 nxt, edge, acked;
        uint32_t buffer;
        uint16_t mss, seen_mss, wary;
        uint8_t shift, full_segments, acks_due;
    } rcv;
    uint16_t mtu, largest_sent, largest_acked;
    uint32_t send_buffer, keepidle, keepintvl, user_timeout, retransmits;
    lucid_time mtu_raise_at, last_sent, last_received, tune_round;
    lucid_time srtt, rttvar, rto, rtt_latest, min_rtt, min_rtt_at;
    struct timestamps_state ts;
    uint64_t octets_in, octets_out;
    struct fast_state fast;
    const struct cc_ops *cc_ops;
    uint32_t cwnd, ssthresh, round_left, peak, last_peak;
    union cc_own cc_own;
};

_Static_assert(sizeof(struct sleeper) <= sizeof(struct tcb) * 2 / 5, "sleeping saves most of a TCB");

/* May this connection sleep? Nothing must be under way, and nothing be expected from time. */
bool sleeper_may_begin(const struct tcp *tcp, const struct tcb *tcb);

/* Puts a record in the place of the TCB, which is gone then. Returns the record's number; POOL_NONE: there is no
 * memory, and nothing has changed. */
uint32_t sleeper_begin(struct tcp *tcp, struct tcb *tcb);

/* Puts a TCB in the place of the record, which is gone then. NULL: there is no memory, and nothing has changed. */
struct tcb *sleeper_wake(struct tcp *tcp, struct sleeper *sleeper);

/* Forgets the connection without a word: what comes for it from now on comes for nobody. */
void sleeper_forget(struct tcp *tcp, struct sleeper *sleeper);

/* What the TCB would be, for those who only want to look at it. */
void sleeper_look(const struct tcp *tcp, const struct sleeper *sleeper, struct tcb *tcb);

struct endpoints sleeper_ends(const struct tcp *tcp, const struct sleeper *sleeper);

#endif
