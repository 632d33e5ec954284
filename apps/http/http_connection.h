/* http_connection.h: one connection, from request to request; and what connections and their server share. RFC 9112 9.
 *
 *            +--------------------- the connection persists ----------------------+
 *            v                                                                     |
 *     HEAD: wait for a request, and parse its head --> BODY: read its body --> ANSWER: send
 *                                                  --> RELAY: http_relay.h -->     |
 *                                   end <-- DRAIN: FIN is sent; drop what comes <--+ it does not
 *
 * http_connection_run() takes one step after another until there is nothing to read or no room to write, but not too
 * many at a time: then it puts the connection at the end of the queue of those that have more to do. So no client
 * stops another.
 *
 * In each phase a connection waits in one list, with a deadline. All in a list wait equally long, so the first one is
 * always the next to expire, and no clock, heap or wheel is needed.
 *
 * Buffers: what was read and is not used yet lies in one buffer, which begins with the head of the current request.
 * Between requests there is neither buffer nor exchange.
 */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include <sys/queue.h>

#include "http/http_gateway.h"
#include "http/http_server.h"
#include "http/http_site.h"

enum http_phase {
    HTTP_PHASE_HEAD,
    HTTP_PHASE_BODY,
    HTTP_PHASE_RELAY,
    HTTP_PHASE_ANSWER,
    HTTP_PHASE_DRAIN,
    HTTP_PHASE_ENDED,
};

enum http_wait {
    HTTP_WAIT_IDLE,
    HTTP_WAIT_HEAD,
    HTTP_WAIT_BODY,
    HTTP_WAIT_UPSTREAM,
    HTTP_WAIT_SEND,
    HTTP_WAIT_DRAIN,
    HTTP_WAITS,
};

enum http_watched_kind { HTTP_WATCHED_CONNECTION, HTTP_WATCHED_LISTENER, HTTP_WATCHED_HOP };

/* What the transport is given as data of its events: the first member of listeners, connections and hops. */
struct http_watched {
    uint8_t kind; /* enum http_watched_kind */
};

struct http_buffer {
    uint8_t *data;
    uint32_t begin;    /* of the current request */
    uint32_t at;       /* of what was not used yet, behind its head */
    uint32_t end;      /* of what was read */
    uint32_t capacity; /* octets of data */
};

/* What the request before had, for the next one: most are over before another begins. NULL: none. */
struct http_spare {
    struct http_exchange *exchange;
    uint8_t *octets; /* of a buffer that has not grown */
};

struct http_connection {
    struct http_watched watched;
    struct http_server *server;
    struct lucid_sockaddr remote;
    int fd;
    uint8_t phase;       /* enum http_phase */
    uint8_t wait;        /* enum http_wait: the list it is in; HTTP_WAITS: none */
    bool queued;         /* in the list of those that have more to do */
    bool uwsgi;          /* it brings a packet (http_uwsgi_read.h) and nothing behind its body */
    bool packet;         /* which has not been read yet */
    bool half_closed;    /* the client has said FIN, while an upstream was waited for */
    uint8_t interim;     /* octets of the interim answer that are still to be sent */
    uint32_t holders;    /* the server, and each source whose octets are with the transport */
    lucid_time deadline; /* of the wait */
    lucid_time again;    /* queued: not before */
    lucid_time moved_at; /* when the client was last seen to take something */
    size_t moved;        /* octets it took, or brought, since then */
    TAILQ_ENTRY(http_connection) waits, queue, all;
    struct http_buffer in;
    struct http_exchange *exchange; /* NULL: between requests */
};
TAILQ_HEAD(http_connections, http_connection);

struct http_listener {
    struct http_watched watched;
    int fd;
    bool uwsgi; /* what it takes brings uwsgi packets */
    bool more;  /* connections wait to be taken */
    SLIST_ENTRY(http_listener) next;
};

struct http_server {
    struct http_server_options options;
    struct transport *transport;
    struct http_site site;
    struct http_gateway *gateway;
    struct http_hops leaving_hops; /* that serve no more */
    struct http_hops ended_hops;   /* to be freed */
    lucid_time now;                /* of the latest call */
    SLIST_HEAD(http_listeners, http_listener) listeners;
    struct http_connections all, ended, queue, later;
    struct http_connections waiting[HTTP_WAITS];
    lucid_time yield_at; /* when mapped files are looked at again */
    uint32_t holders;    /* the caller, and each connection that is not freed: the last one frees the server */
    bool stopping;       /* http_server_stop() was called */
    lucid_time stop_at;  /* then: when everybody is reset */
    bool room;           /* there is room for those that wait to be taken */
    struct http_server_stats stats;
    struct http_spare spare;
};

/* Takes a new connection. */
void http_connection_open(struct http_server *server, int fd, const struct lucid_sockaddr *remote, bool uwsgi);

/* Tells the log of the answer that is over. whole: all of it was sent. */
void http_connection_log(const struct http_connection *connection, bool whole);

/* Has anything of a request come that is not answered yet? An empty line behind the last request is not the beginning
 * of another one. RFC 9112 2.2 */
bool http_connection_asks(const struct http_connection *connection);

/* As many steps as are fair. */
void http_connection_run(struct http_connection *connection);

/* Its deadline has come. */
void http_connection_expire(struct http_connection *connection);

/* Gives the handle back; reset: with RST. It is freed later, for events of this batch may still name it. */
void http_connection_end(struct http_connection *connection, bool reset);

/* The same, for its client has gone: a request whose answer has not begun is logged with HTTP_STATUS_LEFT. */
void http_connection_left(struct http_connection *connection, bool reset);

/* One holder less: the last one frees it. */
void http_connection_drop(struct http_connection *connection);

/* The last holder frees the server. */
void http_server_drop(struct http_server *server);

/* ---- http_server.c ---- */

void http_server_set_now(struct http_server *server, lucid_time now);

/* Takes connections that wait, as many as are fair. */
void http_server_accept(struct http_server *server, struct http_listener *listener);

/* ---- http_stop.c ---- */

/* The limit of http_server_stop() has come. */
void http_server_end_stop(struct http_server *server);

/* ---- http_configure.c ---- */

/* Opens a site as the options want it. Returns 0, or a negative error and a sentence. */
int http_configure_site(struct http_site *site, const struct http_server_options *options, char error[HTTP_ERROR_TEXT]);

/* ---- http_buffer.c ---- */

/* Reads what the transport has into the buffer. Returns octets, 0 at the end, or a negative error. most: octets
 * that the buffer may ever have. */
ptrdiff_t http_buffer_fill(struct http_buffer *buffer, struct http_server *server, int fd, uint32_t most);

/* All that was read is used, but for the first octets of the current request, which stay: their number. */
void http_buffer_rewind(struct http_buffer *buffer, uint32_t stay, uint32_t most);

/* Puts these octets in the place of the first `used` ones. False: there is no memory, and nothing has changed. */
bool http_buffer_replace(struct http_buffer *buffer, uint32_t used, const void *octets, uint32_t length);

/* Frees it, or keeps it for the next. */
void http_buffer_free(struct http_buffer *buffer, struct http_server *server);

#endif
