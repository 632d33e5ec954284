/* timewait.h: a connection in TIME-WAIT, RFC 9293 3.6.1 MUST-13, as a record of 48 octets, or 60 with IPv6.
 *
 * The active closer remembers the connection for twice the maximum segment lifetime, for two reasons: to acknowledge
 * the peer's FIN again should our last ACK be lost, and to let old segments die before the same ports are used again.
 * Neither needs a TCB. Since every record waits equally long, all of them stand in one queue, the next to expire
 * first: making, restarting and ending one costs the same however many there are.
 *
 * Records of IPv4 and of IPv6 are in two pools. A record's number says which, in its lowest bit.
 */
#ifndef TCP_TIMEWAIT_H
#define TCP_TIMEWAIT_H

#include "tcp/tcb.h"

struct tcp;

struct timewait {
    struct seq32 snd_nxt, rcv_nxt;
    uint32_t ts_recent;      /* with timestamps: TS.Recent */
    uint32_t name;           /* of the connection, in the trace */
    uint32_t next, previous; /* in the queue; POOL_NONE at the ends */
    uint32_t chained;        /* demux.h */
    uint32_t expires_low;    /* the lower 48 bits of the moment when it expires: timewait_expires() */
    uint16_t expires_high;
    uint16_t local_port, remote_port;
    uint16_t window; /* as it was last put into a header */
    uint8_t tos;
    uint8_t local_addr : 3; /* index in config.addrs */
    bool timestamps : 1;    /* both SYNs had the option */
    uint8_t shift : 4;      /* of window */
    uint8_t peer_shift;     /* of the windows that arrive */
    uint8_t remote[];       /* 4 octets of IPv4, or 16 */
};

_Static_assert(LUCID_ADDRS_MAX <= 8, "an index of config.addrs has 3 bits");

_Static_assert(sizeof(struct timewait) == 44,
               "with address and its place in demux.h, a record has less than 64 octets");

enum timewait_pool { TIMEWAIT_IPV4, TIMEWAIT_IPV6, TIMEWAIT_POOLS };

/* The longest MSL of a configuration. Twice this is less than 78 hours: so many nanoseconds 48 bits can count. */
#define TIMEWAIT_MSL_MAX (24 * 3600 * LUCID_SECOND)

struct timewait_queue {
    uint32_t first, last; /* numbers of records; POOL_NONE: empty */
    lucid_time due;       /* when the first expires; LUCID_NEVER: empty */
};

void timewait_init(struct tcp *tcp);
void timewait_destroy(struct tcp *tcp);

struct endpoints timewait_ends(const struct tcp *tcp, const struct timewait *record);

/* The record with this number, or NULL. */
struct timewait *timewait_at(const struct tcp *tcp, uint32_t number);

/* How many there are. */
uint32_t timewait_count(const struct tcp *tcp);

/* When a record in the queue expires. */
lucid_time timewait_expires(const struct tcp *tcp, const struct timewait *record);

/* Puts a record in the place of a TCB that has entered TIME-WAIT; the oldest record goes when there is no room. False
 * when memory is short: then there is no record, and the connection is simply over. */
bool timewait_begin(struct tcp *tcp, struct tcb *tcb);

/* 2MSL from now. */
void timewait_restart(struct tcp *tcp, struct timewait *record);

/* Forgets a record; its ends are free again. */
void timewait_end(struct tcp *tcp, struct timewait *record);

/* Fires TIMEOUT_2MSL for each that is due; and when the next one will be. */
void timewait_expire(struct tcp *tcp);
lucid_time timewait_deadline(const struct tcp *tcp);

#endif
