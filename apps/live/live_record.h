/* live_record.h: the latest requests, each with its octets, and the connections that brought them, each with its ladder
 * and its packets: what /why and /pcap show.
 *
 *     struct live_record *record = live_record_new(connections);
 *     options.onlooker = &onlooker, from live_record_onlooker(record)
 *     each event of the stack's trace:     live_record_event(record, &event)
 *     each packet of the stack:            live_record_packet(record, leaves, now, packet)
 *     each line of the server's log:       live_record_log(record, &entry)
 *     after each turn:                     if (!live_record_awake(record, now)) the trace may rest a while
 *
 * It must cost little while nobody looks, so all is bounded: so many connections and requests, the one unused for
 * longest makes room; so much of each; and so much work in a second. When that is used up nothing is recorded until the
 * second is over: under load there are enough requests that may serve as an example, and what is missing from one is
 * said. A connection is recorded from its SYN on, or not at all. docs/decisions/0105 has the numbers.
 */
#ifndef LIVE_RECORD_H
#define LIVE_RECORD_H

#include "common/ladder.h"
#include "http/http_log.h"
#include "http/http_site.h"
#include "live/live_packets.h"

/* Octets that are kept of a request, of the head of an answer, and requests of each connection. */
enum { LIVE_REQUEST_OCTETS = 8192, LIVE_ANSWER_OCTETS = 4096, LIVE_REQUESTS_EACH = 16 };

struct live_connection;

struct live_request {
    TAILQ_ENTRY(live_request) all, same; /* of all; of the same connection */
    struct live_connection *connection;  /* NULL: is not recorded */
    uint64_t id;
    lucid_time at;
    int64_t second; /* since 1970 */
    struct lucid_sockaddr remote;
    bool placed;            /* the sequence numbers are known */
    uint32_t seq, seq_end;  /* of its octets, in the client's stream */
    uint32_t answer_seq;    /* of the first octet of its answer, in ours */
    uint64_t answer_length; /* octets of the answer, head and body; 0: it has not ended */
    uint32_t head_length;   /* of the request; 0: it has no complete head */
    uint64_t length;        /* octets of the request */
    uint16_t refusal;       /* enum http_refusal */
    uint32_t refused_at;    /* the octet that was the trouble */
    int status;             /* 0: not answered yet */
    bool whole;             /* the answer was sent to its end */
    uint64_t sent;          /* octets of its body */
    lucid_time took;
    uint8_t *octets; /* the first ones of the request */
    uint32_t kept;
    char *answer; /* the head, and perhaps more */
    uint32_t answer_kept;
};
TAILQ_HEAD(live_requests, live_request);

struct live_connection {
    TAILQ_ENTRY(live_connection) order; /* the one unused for longest is the first */
    LIST_ENTRY(live_connection) by_ends, by_number;
    uint32_t number; /* in the trace */
    struct lucid_sockaddr local, remote;
    struct ladder *ladder;
    struct live_packets packets;
    struct live_requests requests; /* the latest is the last */
    unsigned request_count;
};

struct live_record;

/* Keeps so many connections, at least 1, and three times as many requests. NULL: no memory. */
struct live_record *live_record_new(unsigned connections);
void live_record_free(struct live_record *record);

/* The stack whose variables say where octets lie; and nanoseconds from 1970 to the zero of its time. Without a stack
 * requests have no connection. */
void live_record_stack(struct live_record *record, struct lucid_stack *stack, uint64_t epoch);

/* Called before it looks something up, so that what has happened is known: it hands over the events that wait. */
void live_record_catch_up(struct live_record *record, void (*call)(void *user), void *user);

/* The kinds of events that it needs. */
#define LIVE_RECORD_KINDS LADDER_KINDS

void live_record_event(struct live_record *record, const struct lucid_event *event);
void live_record_packet(struct live_record *record, bool leaves, lucid_time now, const struct lucid_packet *packet);
void live_record_log(struct live_record *record, const struct http_log_entry *entry);

/* Time passes: a new second may begin. Events and packets tell the time too. */
void live_record_time(struct live_record *record, lucid_time now);

/* Its part of the onlooker: answer and user. */
uint64_t live_record_answer(void *record, struct http_exchange *exchange);

/* False: this second's work is done; nothing is recorded before *until. */
bool live_record_awake(struct live_record *record, lucid_time now, lucid_time *until);

/* ---- for those who show it ---- */

/* NULL: it is not known, or not any more. */
const struct live_request *live_record_find(struct live_record *record, uint64_t id);

/* The latest is the last. */
const struct live_requests *live_record_requests(struct live_record *record);

uint64_t live_record_epoch(const struct live_record *record);

#endif
