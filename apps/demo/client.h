/* client.h: the other end of lucid-demo: asks one thing after the other with http/http_client.h, and weighs answers.
 *
 *     client_init(&client, transport, &server)
 *     client_begin(&client, &request)
 *     at each event of its stack:  http_client_event(&client.http, events)
 *     until client.http.end is not HTTP_CLIENT_GOES_ON: then client.length and client.print are those of the body
 */
#ifndef DEMO_CLIENT_H
#define DEMO_CLIENT_H

#include "http/http_client.h"

/* A number that tells octets apart from others of the same length (FNV-1a, 64 bits). */
#define PRINT_BEGIN UINT64_C(0xcbf29ce484222325)
uint64_t print_of(uint64_t print, const void *octets, size_t length);

struct request {
    const char *method, *path;
    const char *body; /* of a POST; else NULL */
    bool close;       /* ask for the connection to be closed after the answer; else it is kept for the next request */
};

struct client {
    struct http_client http;
    struct http_client_request asked;
    char head[1024];
    uint64_t length, print; /* of the body */
};

void client_init(struct client *client, struct transport *transport, const struct lucid_sockaddr *server);
void client_begin(struct client *client, const struct request *request);

#endif
