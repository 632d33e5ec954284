/* end.h: one end of a connection in the simulation, as an application drives it.
 *
 * It is awake only when it must be: when lucid_next_event() names its handle, or when a pause of its own is over.
 * A wake-up that the stack forgets therefore stands still for ever, and the simulation says so (I37). What it
 * reads is compared with what the other end must have written, octet by octet (I15).
 */
#ifndef SIM_END_H
#define SIM_END_H

#include "lucid/host.h"

enum end_manner {
    END_ORDERLY, /* sends all, half-closes, reads to the end, closes */
    END_ANSWERS, /* reads to the end first, then sends, then closes */
    END_CLOSES,  /* sends all and closes at once; the other end sends nothing */
    END_ASKS,    /* sends a piece, and the next one when it has got as much back; then as orderly */
    END_ECHOES,  /* sends as much as it has received */
    END_ABORTS,  /* resets the connection at some point */
};

struct end {
    struct lucid_stack *stack;
    int node;
    int fd;                   /* 0: not accepted yet; -1: closed */
    uint16_t port, peer_port; /* name the two streams */
    uint64_t key;             /* as well */
    bool by_iss;              /* as do the numbers with which the two streams begin, once they are known: */
    uint32_t iss, irs;
    enum end_manner manner;

    uint32_t to_send, to_receive;       /* octets in all */
    uint32_t write_size, read_size;     /* at most, in one call */
    lucid_time write_pause, read_pause; /* after a call; 0: none */
    lucid_time end_pause;               /* between the last octet and shutdown or close */
    bool lends;                         /* uses lucid_send_lend() and lucid_recv_lend() */
    uint32_t abort_after;               /* END_ABORTS: octets sent or received */

    bool open; /* the connection was established */
    uint32_t sent, received;
    uint64_t lent, released;        /* pieces */
    bool shut, ended;               /* we have half-closed; so has the peer */
    lucid_time ends_at;             /* when that pause is over; 0: it has not begun */
    lucid_time writes_at, reads_at; /* when the pause ends; 0: there is none */
    unsigned refused;               /* POLLIN, POLLOUT: it waits for it, and was not woken since */
    bool believes_all;              /* the peer may send what it wants */
    int error;                      /* what ended it before its time; positive */
    char broken[120];               /* what it found to be wrong; "" */
};

/* The octet at an offset of the stream between these ports. */
uint8_t end_octet(uint64_t key, uint16_t source, uint16_t destination, uint64_t offset);

/* The key of the stream that begins with this number. */
uint64_t end_key(uint64_t key, uint32_t iss);

/* Does what can be done now. */
void end_run(struct end *end, lucid_time now);

/* When it wants to be run again without an event; LUCID_NEVER: not. */
lucid_time end_deadline(const struct end *end);

/* True when it has closed its handle. */
bool end_done(const struct end *end);

#endif
