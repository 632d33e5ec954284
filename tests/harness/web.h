/* web.h: the HTTP server of apps/http and clients that say what the test tells them, in virtual time: on two stacks in
 * memory, and over the kernel's sockets.
 *
 * http.md 1: every test of HTTP runs on both. What fails on both is a fault of the HTTP code; a difference is one of a
 * TCP. The server reads no clock, so time is virtual over the kernel's sockets too: it passes when nothing more moves.
 *
 *     int main(void) { return web_on_both(suite); }
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

struct web;

/* What carries the octets: web_stack.c, web_kernel.c. */
struct web_net {
    /* Sets web->near and web->far. NULL, or what is wrong. */
    const char *(*open)(struct web *web);
    lucid_time (*now)(const struct web *web);
    /* As lucid_pair_step(). */
    bool (*step)(struct web *web, lucid_time limit);
    /* NULL, or what was not given back. */
    const char *(*close)(struct web *web);
};

/* Two stacks in memory. */
struct web_stack {
    struct lucid_pair *pair;
    struct vhost host[2];
    struct stack_transport transport[2];
};

/* The kernel's loopback. */
struct web_kernel {
    struct kernel_transport transport;
    lucid_time now;
    int barrier; /* loopback_open() */
    int files;   /* open before */
};

struct web {
    struct lucid_pair_options pair_options; /* of the stacks */
    struct http_server_options options;
    const struct web_net *net;
    struct transport *near, *far; /* the clients' and the server's */
    struct lucid_sockaddr local;  /* of the server */
    union {
        struct web_stack stack;
        struct web_kernel kernel;
    };
    struct http_server *server;
    struct web_client *client[WEB_CLIENTS];
    unsigned clients;
};

/* Runs a suite twice; the second time in a network of its own. Returns what main() shall. */
int web_on_both(int (*suite)(void));

/* Is it the kernel's turn? */
bool web_is_kernel(void);

/* Adds a test of what only a stack in memory can do: a bad link, allocations that fail, octets that are lent. */
#define web_add_test_of_stack(tests, test) \
    do {                                   \
        if (!web_is_kernel()) {            \
            tcase_add_test((tests), test); \
        }                                  \
    } while (0)

/* The defaults of everything; a millisecond each way. */
void web_init(struct web *web);

/* NULL, or what is wrong. */
const char *web_open(struct web *web);

/* Ends it. NULL, or what was not given back. */
const char *web_close(struct web *web);

struct web_client *web_connect(struct web *web);
struct web_client *web_connect_to(struct web *web, uint16_t port);

void web_say(struct web *web, struct web_client *client, const char *text);
void web_send(struct web *web, struct web_client *client, const void *octets, size_t length);

/* FIN; RST. */
void web_shutdown(struct web *web, struct web_client *client);
void web_abort(struct web *web, struct web_client *client);

/* Reads what was not read by a deaf client, which hears from now on. */
void web_hear(struct web *web, struct web_client *client);

/* So much time passes. */
void web_run(struct web *web, lucid_time time);

lucid_time web_now(const struct web *web);

/* Connections that the server's stack has; 0 over the kernel's sockets, which nobody asks. */
size_t web_stack_connections(const struct web *web);

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

/* ---- for the nets ---- */

extern const struct web_net web_stack_net, web_kernel_net;

/* Clients send what they have, and take what has come. True: some has. */
bool web_listen_to_clients(struct web *web);

#endif
