/* live_record_private.h: what the files of a record share: live_record.c has the connections, live_request.c the
 * requests. */
#ifndef LIVE_RECORD_PRIVATE_H
#define LIVE_RECORD_PRIVATE_H

#include "live/live_record.h"

enum { LIVE_BUCKETS = 256, LIVE_WAITING = 32 };

/* What may still be done before `until`. */
struct live_budget {
    lucid_time until;
    uint32_t events, requests;
    size_t octets; /* of packets */
};

/* A SYN that has come: the connection to which it belongs is known a moment later. */
struct live_waiting {
    lucid_time at;
    struct lucid_sockaddr local, remote;
    size_t length; /* 0: the place is free */
    uint8_t octets[128];
};

struct live_record {
    struct lucid_stack *stack;
    uint64_t epoch;
    unsigned connections_max, connections, requests_max, requests;
    uint64_t latest_id;
    struct live_budget budget;
    struct lucid_event segment; /* the latest that arrived: it may be the SYN of a connection */
    struct live_waiting waiting[LIVE_WAITING];
    unsigned waiting_next;
    TAILQ_HEAD(, live_connection) order;
    LIST_HEAD(, live_connection) by_ends[LIVE_BUCKETS], by_number[LIVE_BUCKETS];
    struct live_requests all;
    void (*catch_up)(void *user);
    void *user;
};

/* The newest with these ends; NULL: none is recorded. */
struct live_connection *live_record_connection(struct live_record *record, const struct lucid_sockaddr *local,
                                               const struct lucid_sockaddr *remote);

/* It was used just now. */
void live_record_use(struct live_record *record, struct live_connection *connection);

void live_request_free(struct live_record *record, struct live_request *request);

#endif
