/* tcp.h: TCP as one module of a stack: its tables, and its doors to the rest.
 *
 * Below it: ip/ (where segments come from and go), base/. Above it: core/ (input, output, time) and sock/ (calls). TCP
 * tells the application nothing by itself: it puts a connection on a list, and sock/ looks.
 *
 * Chapter and file are the same thing. Segments arrive (RFC 9293 3.10.7) in arrive.c, which sends them to
 * arrive_closed.c, arrive_listen.c, arrive_synsent.c, arrive_other.c or arrive_timewait.c; the calls of 3.10.1 to
 * 3.10.6 are in user.c; 3.10.8 is timeouts.c. Whatever they decide leaves through output.c. The transitions are in
 * fsm.def.
 */
#ifndef TCP_TCP_H
#define TCP_TCP_H

#include "base/pool.h"
#include "ip/icmp.h"
#include "ip/ip.h"
#include "tcp/demux.h"
#include "tcp/fsm.h"
#include "tcp/listener.h"
#include "tcp/ports.h"
#include "tcp/segment.h"
#include "tcp/sleeper.h"
#include "tcp/tcb.h"
#include "tcp/timewait.h"

struct fastopen_entry;

struct fastopen {
    struct fastopen_entry *cache; /* a client's cookies; NULL before the first */
    uint32_t pending;             /* connections whose SYN brought data that was taken, in SYN-RECEIVED */
    uint32_t resets;              /* of these, reset lately */
    lucid_time resets_until;      /* when that will be forgotten */
};                                /* fastopen.h */

struct tcp {
    struct env *env;
    struct ip *ip;
    struct pool tcbs, sleepers, timewaits[TIMEWAIT_POOLS], listeners;
    struct demux demux;
    struct ports ports;
    struct timers timers;
    struct list ready;             /* TCBs with something to send */
    struct list changed;           /* TCBs whose handle should look */
    struct list woken;             /* TCBs that a segment has woken: their handles do not know yet */
    struct list changed_listeners; /* listeners with something to accept */
    struct list listening[LISTENER_BUCKETS];
    struct timewait_queue timewait_queue;
    bool pressing; /* a peer has used up much of its window since output had its turn */
    uint32_t half_open;
    uint8_t isn_key[16], port_key[16], cookie_key[16];
    struct fastopen fastopen;
    lucid_time cookies_until; /* before this moment a SYN cookie may come back (syncookie.h); 0: none was sent */
    /* Where each segment came from and why, for the trace: set by whoever begins to process something. */
    uint8_t cause, cause_detail; /* enum lucid_cause; enum lucid_timer or enum lucid_call */
};

/* Are there as many connections as there may be, awake or asleep? */
static inline bool tcp_is_full(const struct tcp *tcp) {
    return tcp->tcbs.used + tcp->sleepers.used >= tcp->tcbs.limit;
}

/* Sets tcp up; ip and env must live as long. Returns false when the host has no randomness. */
bool tcp_init(struct tcp *tcp, struct env *env, struct ip *ip);

/* Frees everything. Nothing is sent. */
void tcp_destroy(struct tcp *tcp);

/* A TCP segment from ip_input(). Returns LUCID_DROP_NONE, or why all of it was dropped. */
enum lucid_drop tcp_input(struct tcp *tcp, const struct ip_datagram *datagram);

/* An ICMP error that quotes a TCP segment of ours. */
enum lucid_drop tcp_icmp(struct tcp *tcp, const struct ip_datagram *in, const struct icmp_error *error);

/* The next packet of a connection; false when no connection has any. */
bool tcp_output(struct tcp *tcp, struct lucid_packet *out);

/* 3.10.8, for every timer that is due; and when that will be the case again. */
void tcp_timeouts(struct tcp *tcp);
lucid_time tcp_deadline(const struct tcp *tcp);

#endif
