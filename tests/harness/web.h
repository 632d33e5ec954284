/* web.h: the HTTP server of apps/http on one stack, clients that say what the test tells them on another, in virtual
 * time.
 *
 *     web_init(&web);                      web.options and web.pair_options may be changed now
 *     web_open(&web);                      the server is 10.77.0.2:80
 *     struct web_client *client = web_connect(&web);
 *     web_say(&web, client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
 *     web_run(&web, LUCID_SECOND);         a second passes
 *     client->got                          what the client has received; client->ended: FIN, client->error: RST
 *     web_close(&web);                     everything was given back, or it says what was not
 *
 * The Date of an answer is that of virtual time from Sun, 06 Nov 1994 08:49:37 GMT on.
 */
#ifndef HARNESS_WEB_H
#define HARNESS_WEB_H

#include "common/text.h"
#include "harness/vhost.h"
#include "http/http_server.h"
#include "lucid/host.h"

enum { WEB_CLIENTS = 2000 };

struct web_client {
    int fd;
    bool deaf;       /* does not read */
    struct text got; /* octets received */
    bool ended;      /* the server has sent FIN */
    int error;       /* the connection has broken: a positive error */
    struct text out; /* octets that the stack has not taken yet */
};

struct web {
    struct lucid_pair_options pair_options;
    struct http_server_options options;
    struct lucid_pair *pair;
    struct vhost host[2];
    struct stack_transport transport;
    struct http_server *server;
    struct web_client *client[WEB_CLIENTS];
    unsigned clients;
};

/* The defaults of everything; a millisecond each way. */
void web_init(struct web *web);

/* NULL, or what is wrong. */
const char *web_open(struct web *web);

/* Ends it. NULL, or what was not given back. */
const char *web_close(struct web *web);

struct web_client *web_connect(struct web *web);

void web_say(struct web *web, struct web_client *client, const char *text);
void web_send(struct web *web, struct web_client *client, const void *octets, size_t length);

/* FIN; RST. */
void web_shutdown(struct web *web, struct web_client *client);
void web_abort(struct web *web, struct web_client *client);

/* Reads what was not read by a deaf client, which hears from now on. */
void web_hear(struct web *web, struct web_client *client);

/* So much time passes. */
void web_run(struct web *web, lucid_time time);

/* One answer, whole, or a piece of one. */
struct web_answer {
    int status;
    const char *head, *body; /* in client->got */
    size_t head_length, body_length;
};

/* Takes answer number i from what the client got; to_head: it has no body whatever it says. Returns false when it
 * is not there, or is not well formed. An interim answer counts as one. */
bool web_answer(const struct web_client *client, unsigned i, const bool *to_head, struct web_answer *answer);

/* Has its head this line? "Connection: close" */
bool web_has_line(const struct web_answer *answer, const char *line);

#endif
