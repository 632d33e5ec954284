/* http_hop.h: a connection of ours to an upstream, the next hop of requests. RFC 9112 9.
 *
 * One exchange at a time goes over it, for one connection of a client: its events run that connection, whose steps
 * (http_relay.h) do the rest. Over HTTP it may serve again afterwards: then it waits, idle, until another request takes
 * it or its time is over. The upstream may close it at any moment, so a request that may not be repeated (RFC 9110
 * 9.2.2) takes one only when it has just served. If it breaks before a single octet of the answer has come, what may be
 * repeated is sent again over a new one.
 *
 * One that cannot serve again is left to the upstream to close, for a second: who closes first has the TIME-WAIT, and
 * we would have one for each request, until all ports are taken.
 */
#ifndef HTTP_HOP_H
#define HTTP_HOP_H

#include "http/http_connection.h"
#include "http/http_upstream.h"

enum {
    HTTP_HOPS_IDLE = 64,     /* idle connections to one upstream, at most */
    HTTP_HOP_BUFFER = 65536, /* octets that are read of an answer at one time; its head is shorter */
    HTTP_HOP_INTERIM = 32,   /* answers with 1xx before the one that counts */
};

struct http_hop {
    struct http_watched watched;
    struct http_server *server;
    struct http_gateway *gateway; /* to which the upstream belongs: it is one of its holders */
    const struct http_upstream *to;
    struct http_connection *client; /* NULL: it is idle, or has ended */
    int fd;
    bool opening;  /* no event has come yet */
    bool reused;   /* it has served before */
    bool leaving;  /* it serves no more; the upstream should close it */
    bool sent;     /* the request is with the transport, all of it */
    bool broken;   /* nothing more can be sent. What there is to read is read first: RFC 9112 9.5 */
    bool answered; /* the head of the final answer is complete */
    bool persists; /* the answer lets it serve again */
    uint8_t interim;
    uint16_t refusal;    /* enum http_refusal: what the client is told; or HTTP_REFUSED_NONE */
    uint16_t reason;     /* enum http_refusal: what is wrong with the answer */
    int error;           /* of the transport, positive */
    lucid_time moved_at; /* when octets last came or went */
    struct text out;     /* octets to be sent: the head, later pieces of the body */
    size_t head_length;  /* of the request, as it was sent */
    size_t out_sent;     /* of these, with the transport */
    size_t held_sent;    /* of a body that was held, with the transport */
    uint64_t received;
    struct http_buffer in; /* what has come and is not used yet */
    struct http_head head;
    struct http_body body;
    TAILQ_ENTRY(http_hop) hops; /* in the list of those that are idle, or have ended */
};

/* Takes a connection that has been idle for less than `idle`, or opens a new one. NULL, and a positive error: that
 * could not be done. */
struct http_hop *http_hop_take(struct http_connection *client, const struct http_upstream *to, lucid_time idle,
                               int *error);

/* An event: runs its client's connection; or closes it, if it is idle. */
void http_hop_event(struct http_hop *hop);

/* Sends what is in out, then the held body. True: all of it is with the transport. */
bool http_hop_flush(struct http_hop *hop, const struct text *held);

/* Reads the head of the answer. to_head: the request's method was HEAD. HTTP_REFUSED: refusal says what to tell. */
enum http_progress http_hop_head(struct http_hop *hop, bool to_head);

/* The next piece of the answer's body, or HTTP_DONE; HTTP_MORE without a piece: wait for an event. */
enum http_progress http_hop_body(struct http_hop *hop, struct http_piece *piece);

/* The answer is complete: it becomes idle, if it may, or is closed. */
void http_hop_give(struct http_hop *hop);

/* Ends it at once, with RST. */
void http_hop_drop(struct http_hop *hop);

/* Closes an idle one, or one that is leaving. */
void http_hop_retire(struct http_hop *hop);

/* ---- all of a server ---- */

/* Closes those that have been idle, or leaving, for long enough, and frees those that have ended. */
void http_hops_tick(struct http_server *server);

/* When that has something to do. */
lucid_time http_hops_deadline(const struct http_server *server);

/* Closes and frees all; no connection uses one any more. */
void http_hops_end(struct http_server *server);

/* One sentence on what happened. */
void http_hop_say(const struct http_hop *hop, struct text *text);

#endif
