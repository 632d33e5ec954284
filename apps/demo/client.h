/* client.h: a client that asks one thing after the other over a stack of ours: the other end of lucid-demo.
 *
 * It is a state machine that is driven by the events of its stack, like everything that lives in virtual time:
 *
 *     client_init(&client, stack, &server)
 *     client_begin(&client, &request)
 *     at each event of its stack:  client_event(&client)
 *     until client.done: then client.status, client.length, client.print, or client.failed
 *
 * A connection is kept for the next request unless one of the two ends said close.
 */
#ifndef DEMO_CLIENT_H
#define DEMO_CLIENT_H

#include "http/http_body.h"
#include "http/http_head.h"
#include "lucid/socket.h"

/* A number that tells octets apart from others of the same length (FNV-1a, 64 bits). */
#define PRINT_BEGIN UINT64_C(0xcbf29ce484222325)
uint64_t print_of(uint64_t print, const void *octets, size_t length);

struct request {
    const char *method, *path;
    const char *body; /* of a POST; else NULL */
    bool close;       /* ask for the connection to be closed after the answer */
};

struct client {
    struct lucid_stack *stack;
    struct lucid_sockaddr server;
    int fd;               /* of the connection; 0: none */
    unsigned connections; /* made so far */
    bool connected, done, last;
    const char *failed; /* what went wrong; NULL: nothing */

    char out[1024]; /* the request */
    size_t out_length, out_sent;

    uint8_t in[16384]; /* the head, or what has come of the body */
    size_t in_length;
    struct http_head head;
    struct http_body body;
    bool in_body;

    int status;
    uint64_t length, print; /* of the body */
};

void client_init(struct client *client, struct lucid_stack *stack, const struct lucid_sockaddr *server);
void client_begin(struct client *client, const struct request *request);
void client_event(struct client *client);

/* Closes the connection that is kept. */
void client_end(struct client *client);

#endif
