/* timewait.h: a connection in TIME-WAIT, RFC 9293 3.6.1 MUST-13, as a record of at most 64 octets.
 *
 * The active closer remembers the connection for twice the maximum segment lifetime, for two reasons: to acknowledge
 * the peer's FIN again should our last ACK be lost, and to let old segments die before the same ports are used again.
 * Neither needs a TCB. Since every record waits equally long, all of them stand in one queue, the next to expire
 * first: making, restarting and ending one costs the same however many there are.
 */
#ifndef TCP_TIMEWAIT_H
#define TCP_TIMEWAIT_H

#include "tcp/tcb.h"

struct tcp;

struct timewait {
    struct lucid_addr remote;
    lucid_time expires;
    struct seq32 snd_nxt, rcv_nxt;
    uint32_t name;           /* of the connection, in the trace */
    uint32_t next, previous; /* in the queue; POOL_NONE at the ends */
    uint32_t ts_recent;      /* with timestamps: TS.Recent */
    uint16_t local_port, remote_port;
    uint16_t window;    /* as it was last put into a header */
    uint8_t local_addr; /* index in config.addrs */
    uint8_t tos;
    uint8_t shift;      /* of window */
    uint8_t peer_shift; /* of the windows that arrive */
    bool timestamps;    /* both SYNs had the option */
};

_Static_assert(sizeof(struct timewait) <= 64, "a TIME-WAIT record has at most 64 octets");

struct timewait_queue {
    uint32_t first, last; /* POOL_NONE: empty */
};

struct endpoints timewait_ends(const struct tcp *tcp, const struct timewait *record);

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

uint32_t timewait_number(const struct tcp *tcp, const struct timewait *record);

#endif
