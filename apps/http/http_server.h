/* http_server.h: an HTTP/1.1 server as a value. RFC 9110, RFC 9112.
 *
 * It knows byte streams (stream.h) and nothing below them: it runs over a stack of ours on a device, over two stacks
 * in memory, or over the kernel's sockets. It never waits and reads no clock: whoever owns it hands it events and the
 * time, and asks when it wants to be called next.
 *
 *     struct http_server_options options;
 *     http_server_defaults(&options);
 *     http_server_open(&server, &transport.base, &options, error);
 *     http_server_listen(server, &local);
 *     for each event of the transport (lucid_next_event, or kernel_transport_wait):
 *         http_server_event(server, now, data)
 *     http_server_tick(server, now)
 *     wait for events, but not beyond http_server_deadline(server)
 *     http_server_close(server);
 *
 * A connection is a few hundred octets while it is idle; it has buffers only while a request comes in or an answer
 * goes out. http_connection.h is one connection from request to request; http_site.h is what it is asked for.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdint.h>

#include "http/http_head.h"
#include "http/http_log.h"
#include "http/stream.h"

struct http_server;
struct http_handler;
struct http_redirects;
struct http_types;
struct http_onlooker;
struct http_upstream;

/* Room for one sentence that says what happened and what to do. */
#define HTTP_ERROR_TEXT 256

/* Something that lasts as long as requests need it: the handlers of http_server_options, and what they point to. The
 * last holder ends it. */
struct http_keep {
    uint32_t holders;
    void (*end)(struct http_keep *keep);
};

/* One holder more; one less. keep may be NULL. Returns keep. */
struct http_keep *http_keep_hold(struct http_keep *keep);
void http_keep_drop(struct http_keep *keep);

/* Times in nanoseconds. */
struct http_server_options {
    /* The pointers below belong to it: held by the server, and by each request that has found its handler. NULL: they
     * last as long as the server. */
    struct http_keep *keep;
    const struct http_handler *handlers; /* of http_site.h: who answers instead of the server itself; NULL: nobody */
    unsigned handler_count;
    bool handlers_first;                    /* what they do not answer, the server does */
    void *user;                             /* theirs: site->user */
    const struct http_onlooker *onlooker;   /* of http_site.h; NULL: nobody */
    const char *root;                       /* folder whose files are served; NULL: the page that explains itself */
    const struct http_types *more_types;    /* that are right where the file says something else; NULL: none */
    const struct http_redirects *redirects; /* paths that are elsewhere; NULL: none */
    bool lists;                             /* folders without index.html show what is in them */
    const char *types;         /* file that lists the types of files, as /etc/mime.types does; NULL: those built in */
    uint64_t epoch;            /* nanoseconds from 1970 to the zero of lucid_time, for Date */
    struct http_limits limits; /* of one request */
    uint32_t connections;      /* at one time: then the longest idle goes, or newcomers wait; 50000 */
    size_t memory;             /* octets of bodies that are held, in all connections together: then 503; 256 MiB */
    lucid_time head_time;      /* from the first octet of a head to its last; 10 s, then 408 */
    lucid_time idle_time;      /* between requests; 60 s, then the connection is closed without a word */
    lucid_time body_time;      /* in which a body must come on by progress octets; 10 s, then 408 */
    lucid_time send_time;      /* in which the client must take something of an answer; 60 s, then RST */
    lucid_time drain_time;     /* from our FIN to close(), for what the client still sends; 2 s */
    uint32_t progress;         /* octets; 1000 */
    const struct http_upstream *upstreams; /* servers behind this one (http_upstream.h); NULL: none */
    unsigned upstream_count;
    lucid_time connect_time;       /* in which an upstream must take a connection; 10 s, then 504 */
    lucid_time upstream_time;      /* in which octets must come from it, or go to it; 60 s, then 504 */
    lucid_time upstream_idle_time; /* for which a connection to it is kept for another request; 15 s */
    /* Called when an answer is over. NULL: nobody wants to know. */
    void (*log)(void *user, const struct http_log_entry *entry);
    void *log_user;
    bool log_numbered; /* only of those that the onlooker has given a number */
    /* Called with a sentence when an upstream has failed. NULL: nobody wants to know. */
    void (*note)(void *user, const char *sentence);
    void *note_user;
};

/* Fills in the defaults. */
void http_server_defaults(struct http_server_options *options);

/* Makes a server; the transport is the caller's and lives longer. Returns 0 and sets *server, or a negative error
 * and a sentence: the root is no folder, there is no memory. */
int http_server_open(struct http_server **server, struct transport *transport,
                     const struct http_server_options *options, char error[HTTP_ERROR_TEXT]);

/* Changes the options of a server that runs. Limits, times, handlers and the root hold at once, for all connections;
 * but a request that has found its handler is answered by it. epoch stays. Returns 0; or a negative error and a
 * sentence, and then nothing has changed. */
int http_server_configure(struct http_server *server, lucid_time now, const struct http_server_options *options,
                          char error[HTTP_ERROR_TEXT]);

/* The same in two steps, for several servers that are to change together: what can fail comes first, and changes
 * nothing; then nothing can fail. http_change_new() returns 0 and sets *change, or a negative error and a sentence; the
 * options' pointers must last until the change has been made, or dropped. A change is for one server, whose thread
 * makes it. change may be NULL for http_change_drop(). */
struct http_change;
int http_change_new(struct http_change **change, const struct http_server_options *options,
                    char error[HTTP_ERROR_TEXT]);
void http_change_make(struct http_change *change, struct http_server *server, lucid_time now);
void http_change_drop(struct http_change *change);

/* Takes connections at this end, too. Returns 0 or what the transport said. */
int http_server_listen(struct http_server *server, const struct lucid_sockaddr *local);

/* The same for connections that bring uwsgi packets, as Nginx's uwsgi_pass makes them: http_uwsgi.h. */
int http_server_listen_uwsgi(struct http_server *server, const struct lucid_sockaddr *local);

/* Serves a connection that was not accepted but made: this handle is the server's from now on. */
void http_server_adopt(struct http_server *server, lucid_time now, int fd);

/* Closes the connection with this handle, in order, whatever it was doing. Returns false: the server has no such. */
bool http_server_hang_up(struct http_server *server, lucid_time now, int fd);

/* An event of the transport; data: what the transport was given by watch(). Accepts, reads, answers, as far as it
 * goes. */
void http_server_event(struct http_server *server, lucid_time now, void *data);

/* Lets time pass: deadlines, and what was put off so that one client does not stop the others. Call it once after
 * each batch of events, and when http_server_deadline() has come. */
void http_server_tick(struct http_server *server, lucid_time now);

/* When http_server_tick() has something to do: 0 is at once, LUCID_NEVER that only an event will change that. */
lucid_time http_server_deadline(const struct http_server *server);

/* The clock was set: see epoch above. */
void http_server_set_epoch(struct http_server *server, uint64_t epoch);

struct http_server_stats {
    uint64_t accepted, requests; /* connections taken, heads complete */
    uint64_t answers[6];         /* by the first digit of their status */
    uint64_t timeouts, resets;   /* deadlines that ended a connection; connections that broke */
    uint32_t connections;        /* now */
    uint32_t idle;               /* of these, between requests */
    size_t memory;               /* octets of bodies held now */
};
void http_server_stats(const struct http_server *server, struct http_server_stats *stats);

/* Stops in order: takes no more connections, closes those that are idle, answers the requests that have begun to come,
 * and resets what is left after limit nanoseconds, an answer without end too (LUCID_NEVER: nothing is reset). Go on
 * with events and ticks until http_server_stopped(), then call http_server_close(). */
void http_server_stop(struct http_server *server, lucid_time now, lucid_time limit);

/* It was to stop, and no connection is left. What was written may still be with the transport. */
bool http_server_stopped(const struct http_server *server);

/* Ends it: connections are reset, listeners closed. Answers that are still on their way belong to the transport,
 * and are given back as it ends them, before or after this call. server may be NULL. */
void http_server_close(struct http_server *server);

#endif
