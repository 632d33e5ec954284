/* model.h: what is true after event n of a log: states, timers that run, windows, what is on the wire.
 *
 * A fold over the events, and nothing but the events: the terminal, the page's narration, exports, checks and queries
 * ask this, never a stack. Feed events in order; to go back, begin again (a fold of 200,000 events takes a moment).
 */
#ifndef LAB_MODEL_H
#define LAB_MODEL_H

#include "lab/tlog.h"

/* A connection, or a listener, at one node. */
struct model_connection {
    uint32_t c;
    uint16_t state;                 /* enum lucid_tcp_state; 0: gone, or not known */
    bool listener, gone, initiator; /* initiator: it was opened by a call */
    uint32_t parent;
    struct lucid_sockaddr local, remote;
    bool iss_known, irs_known;
    uint32_t iss, irs;      /* first sequence number sent and received */
    uint32_t born, changed; /* numbers of events: birth, latest change of state */
    uint64_t born_at, state_since, gone_at;
    uint32_t known; /* bit 1 << enum lucid_variable: value is known */
    int64_t value[LUCID_VARS];
    uint64_t timer_at[LUCID_TIMERS];    /* when it fires; TLOG_NONE: does not run */
    uint64_t timer_since[LUCID_TIMERS]; /* when it was set */
    uint16_t visits[11];                /* of states: in the order of enum lucid_tcp_state's bits */
    uint64_t delivered;                 /* octets of the stream that have become readable */
    uint32_t sent, received, again;     /* segments; again: retransmissions */
    struct tlog_text error;             /* the last error a call returned; empty: none */
};

/* A packet that has left and has not arrived, been lost or released. */
struct model_flight {
    uint64_t id;
    uint32_t event; /* its seg_tx */
    uint64_t since;
    uint8_t from, to;
    bool held, copy;
};

struct model_node {
    unsigned connections;
    struct model_connection *connection; /* in the order of birth */
    uint16_t *edge_visits;               /* one per row of the machine */
};

struct model {
    const struct tlog *log;
    uint32_t at;  /* events folded so far */
    uint64_t now; /* time of the last one */
    struct model_node node[TLOG_NODES_MAX];
    unsigned flights, flights_max;
    struct model_flight *flight; /* the oldest first */
};

/* A model of nothing yet. log may grow afterwards. NULL: no memory. */
struct model *model_new(const struct tlog *log);
void model_free(struct model *model);

/* Goes to just after event n (0: the beginning), forwards or backwards. Returns 0, or -1: no memory. */
int model_goto(struct model *model, uint32_t n);

/* The connection with number c at a node, or NULL. */
struct model_connection *model_find(const struct model *model, unsigned node, uint32_t c);

/* The newest connection of a node that is no listener; else its listener; else NULL. */
struct model_connection *model_newest(const struct model *model, unsigned node);

/* The connection at the other end of this one (by addresses and ports), or NULL. *node: whose it is. */
struct model_connection *model_peer(const struct model *model, unsigned of, const struct model_connection *connection,
                                    unsigned *node);

#endif
