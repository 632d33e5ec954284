/* twin.h: the kernel as a node of a live log: its segments where they cross the device, and the states of its sockets.
 *
 * Its segments are seen, whole. Its states are asked for, of the kernel's own socket diagnostics: after each segment,
 * and every TWIN_POLL. Most of what happens between two questions is in the segments: those are fed to the machine of
 * lucid_fsm_row(), and a state that it passed and the kernel has already left again is written as inferred. Where the
 * two differ the kernel is right, for it is what it says of itself.
 *
 *     a packet is read from the device:   twin_sends()
 *     a packet is written to the device:  twin_gets(), afterwards
 *     at twin_deadline():                 twin_poll()
 *
 * A connection has a number that is never used again, as those of a stack's trace.
 */
#ifndef LAB_TWIN_H
#define LAB_TWIN_H

#include "lab/look.h"
#include "lab/record.h"
#include "lucid/host.h"

#define TWIN_POLL (20 * LUCID_MILLISECOND)

/* Sockets in TIME-WAIT do nothing for a minute: they are asked less often. */
#define TWIN_POLL_TIME_WAIT LUCID_SECOND

struct twin_connection {
    struct lucid_sockaddr local, remote;
    uint32_t c;
    uint16_t state; /* enum lucid_tcp_state, as last written; 0: none yet */
    bool active;    /* it connected */
    bool unseen;    /* its events are left out of the log */
    bool syn_sent, fin_sent;
    uint32_t iss;
    uint32_t fin_end;  /* the sequence number behind its FIN */
    uint32_t sent_end; /* the one behind all that it has sent */
    int shift[2];      /* of windows: its own, and the other's; -1: not offered */
    lucid_time rto, asked_at;
    uint32_t cwnd, retransmissions;
};

struct twin {
    struct record *record;
    unsigned node;
    struct lucid_diag *diag;
    uint32_t latest; /* number of the latest connection */
    lucid_time polled_at;
    unsigned count, room;
    struct twin_connection *connection;
};

/* node: its index in the record. diag: of the namespace that it lives in; NULL: all is inferred. */
void twin_init(struct twin *twin, struct record *record, unsigned node, struct lucid_diag *diag);
void twin_end(struct twin *twin);

/* A packet of its own: named as record_packet_of() was told. */
void twin_sends(struct twin *twin, lucid_time now, uint64_t named, const uint8_t *octets, const struct look *look);

/* One that it has got: id is its number in the log. */
void twin_gets(struct twin *twin, lucid_time now, uint64_t id, const uint8_t *octets, const struct look *look);

lucid_time twin_deadline(const struct twin *twin);
void twin_poll(struct twin *twin, lucid_time now);

/* Somebody is about to connect there: the connection has its number from now on. NULL: no memory. */
struct twin_connection *twin_open(struct twin *twin, const struct lucid_sockaddr *local,
                                  const struct lucid_sockaddr *remote);

/* The connection between these ends; local is the kernel's. NULL: there is none. */
struct twin_connection *twin_find(struct twin *twin, const struct lucid_sockaddr *local,
                                  const struct lucid_sockaddr *remote);

#endif
