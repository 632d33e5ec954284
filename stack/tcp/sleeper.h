/* sleeper.h: an idle connection as a record, a quarter of the size of its TCB.
 *
 * A connection that is ESTABLISHED and at rest (nothing in flight, nothing in a queue, no timer) needs few of the
 * variables that it needs when it works: no queues, no scoreboard, no recovery, no probe. What it needs to go on as if
 * nothing had been is kept in a record; the TCB is freed. The first segment or call wakes it: the TCB is made again
 * from the record. Nobody outside sees a difference. Of congestion control little is left, too: who has been idle for
 * longer than the RTO restarts anyway (RFC 5681 4.1).
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
    uint32_t owner, name, flags;
    struct lucid_addr remote;
    uint16_t local_port, remote_port;
    uint8_t local_addr; /* index in config.addrs */
    uint8_t congestion; /* one of enum lucid_congestion */
    uint8_t switches, agreed;
    struct seq32 iss, irs;
    struct {
        struct seq32 una, wl1, wl2;
        uint32_t wnd, max_wnd;
        uint16_t mss, peer_mss;
    } snd;
    struct {
        struct seq32 nxt, edge;
        uint32_t buffer;
        uint16_t mss, seen_mss;
    } rcv;
    uint16_t wary, mtu, largest_sent, largest_acked;
    uint8_t snd_shift, rcv_shift, acks_due;
    uint8_t rack_multiplier, rack_persist;
    uint8_t keepcnt, tos, ttl, tos_received;
    uint8_t ecn_mode;
    bool ecn_plain_syn : 1, ecn_marked : 1, rack_reordering_seen : 1, probe_sampled : 1;
    bool fast_asked : 1, fast_shown : 1, fast_grant : 1;
    uint8_t cc_own[CC_OWN_LASTING];
    uint32_t fast_carried, cwnd, ssthresh;
    uint32_t send_buffer, keepidle, keepintvl, user_timeout, retransmits;
    uint32_t srtt, rttvar, rtt_latest, min_rtt, tune_round; /* nanoseconds, less than 4.3 s */
    uint32_t ts_recent;
    lucid_time ts_recent_at, mtu_raise_at, last_received, min_rtt_at;
    uint64_t octets_in, octets_out;
};

_Static_assert(sizeof(struct sleeper) <= 240, "an idle connection has at most 320 octets, with its handle and demux.h");

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
