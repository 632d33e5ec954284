/* connection.h: the TCP connections of an act, each with the states of both its ends after every segment.
 *
 * On one machine nothing is lost or late, so a segment arrives in the moment in which it is seen, and the states of
 * both ends follow from the segments by the rows of the machine (lucid_fsm_row). For an end that is our stack the trace
 * says what they really were.
 */
#ifndef WAY_CONNECTION_H
#define WAY_CONNECTION_H

#include "plan.h"
#include "record.h"

/* What a segment did; by the packet's number in the act. */
struct way_segment {
    int connection;               /* number of it; -1: the packet is no TCP, or of a connection that began before */
    unsigned from;                /* which end sent it: 0 opened the connection */
    unsigned before[2], after[2]; /* states of the ends, enum lucid_tcp_state */
    uint32_t offset;              /* of its data in its stream */
    bool again;                   /* its data was seen before */
    bool confirms_open;           /* the third segment of the handshake */
    bool acks_end;                /* confirms the other side's FIN for the first time */
};

struct way_end {
    struct lucid_sockaddr address;
    enum way_hop hop;
    bool exact; /* our stack's own account */
};

/* Octets that one end sent. */
struct way_stream {
    uint8_t *octet;
    uint32_t length, room;
    bool ended; /* by FIN or RST */
};

struct way_connection {
    struct way_end end[2];
    struct way_stream stream[2];
    unsigned state[2]; /* at the end of the act */
    bool refused;      /* nobody listened */
    /* for following it */
    bool active[2], syn[2], fin[2], fin_acked[2];
    uint32_t iss[2], fin_end[2];
};

enum { WAY_CONNECTIONS = 64 };

struct way_net {
    struct way_connection connection[WAY_CONNECTIONS];
    unsigned connections;
    struct way_segment *segment; /* one for each packet of the act */
    size_t segments;
    bool full; /* more connections than there is room for, or no memory */
};

/* Follows the packets of an act. Of connections that an earlier act left open, what still comes is shown, too. */
void way_net_build(struct way_net *net, const struct way_record *record, const struct way_take *take,
                   const struct way_plan *plan);
void way_net_free(struct way_net *net);

/* Who is at this address? peer: the other end's, which tells clients apart. */
enum way_hop way_hop_of(const struct lucid_sockaddr *address, const struct lucid_sockaddr *peer,
                        const struct way_plan *plan);

#endif
