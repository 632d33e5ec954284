/* http_client.h: an HTTP/1.1 request and its response, over a byte stream. RFC 9112, from the client's side.
 *
 * The client opens the connection, sends the request, reads the response, and closes: actively, as soon as the response
 * is complete, also when the server would keep the connection, unless the request says keep. What it reads goes to two
 * callbacks, heads and pieces of the body, as they come. Nothing blocks, and nothing here knows what runs the loop:
 * over the kernel's sockets, a stack with a device, or two stacks in memory.
 *
 *     http_client_begin(&client, transport, &request, &calls)
 *     for each event of the stream:  http_client_event(&client, events)
 *     until client.end is not HTTP_CLIENT_GOES_ON; http_client_say() says what happened in one sentence
 *     with keep: http_client_next(&client, &another), and so on; http_client_close(&client)
 *
 * The response is taken strictly, as http_head.h and http_body.h do, for what is sloppy here was somebody else's
 * response elsewhere. A body that stops short is an error (RFC 9112 8). Redirections, time limits and retries are the
 * caller's: RFC 9110 9.2.2 lets nobody repeat a request whose outcome is unknown without asking.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "common/text.h"
#include "http/http_body.h"
#include "http/http_head.h"
#include "http/stream.h"

#define HTTP_CLIENT_ROOM 65536     /* octets read at one time; a head is shorter */
#define HTTP_CLIENT_INTERIM_MAX 32 /* responses with 1xx before the one that counts */

/* What is sent. All of it stays as it is until the end. */
struct http_client_request {
    struct lucid_sockaddr remote;
    const char *head; /* request line and fields, with the empty line */
    size_t head_length;
    const void *body; /* NULL: none */
    size_t body_length;
    bool is_head; /* the method is HEAD: the response has no body */
    bool keep;    /* leave the connection open for http_client_next(), if the response lets us (RFC 9112 9.3) */
};

struct http_client_calls {
    /* It is connected. May be NULL. */
    void (*connected)(void *user);
    /* A head has come: those of 1xx too, which are followed by another. May be NULL. */
    void (*head)(void *user, const struct http_head *head, const uint8_t *octets);
    /* Octets of the body. False: give up. */
    bool (*body)(void *user, const uint8_t *octets, size_t length);
    void *user;
};

enum http_client_end {
    HTTP_CLIENT_GOES_ON,
    HTTP_CLIENT_COMPLETE,    /* the response is there, whatever its status */
    HTTP_CLIENT_UNCONNECTED, /* no connection: client.error */
    HTTP_CLIENT_LOST,        /* the connection broke: client.error */
    HTTP_CLIENT_SHORT,       /* the server closed before the response was complete */
    HTTP_CLIENT_REFUSED,     /* what came is not HTTP as it should be: client.refusal */
    HTTP_CLIENT_UNWANTED,    /* proper HTTP that was not asked for: 101, or interim responses without end */
    HTTP_CLIENT_GIVEN_UP,    /* by the caller */
};

struct http_client {
    struct transport *transport;
    const struct http_client_request *request;
    struct http_client_calls calls;
    int fd;      /* -1: closed */
    uint8_t end; /* enum http_client_end */
    bool connected;
    bool persists;     /* the response and what came behind it allow another request */
    bool head_done;    /* the final response's head is there: status and body are valid */
    uint16_t refusal;  /* enum http_refusal */
    int error;         /* positive, enum lucid_error */
    uint16_t status;   /* of the response */
    unsigned interim;  /* responses with 1xx so far */
    uint64_t sent;     /* octets of the request that the stream has taken */
    uint64_t received; /* octets of the stream, in all */
    struct http_head head;
    struct http_body body;
    size_t filled; /* octets in room: of a head that is not complete yet */
    uint8_t room[HTTP_CLIENT_ROOM];
};

/* Opens the connection. request, and what it points to, stay until the end. Returns 0, or a negative error when not
 * even an attempt was possible; client->end is HTTP_CLIENT_UNCONNECTED then. */
int http_client_begin(struct http_client *client, struct transport *transport,
                      const struct http_client_request *request, const struct http_client_calls *calls);

/* Sends another request, once the one before has come to its end: on the connection that was kept, or, when there is
 * none (client->fd is -1), on a new one. As http_client_begin(). A server may close a connection that was kept at any
 * time: then this request ends without a response, HTTP_CLIENT_SHORT or HTTP_CLIENT_LOST with nothing received. */
int http_client_next(struct http_client *client, const struct http_client_request *request);

/* Closes the connection that was kept; none: does nothing. */
void http_client_close(struct http_client *client);

/* An event of the stream came; events: enum lucid_poll_event. Returns client->end; the handle is closed when that is
 * not HTTP_CLIENT_GOES_ON, unless it was kept. Once at the end, events close what was kept when the server says
 * something or closes, and change nothing else. */
enum http_client_end http_client_event(struct http_client *client, unsigned events);

/* The caller has had enough: resets the connection, if the client has not ended. */
void http_client_give_up(struct http_client *client);

/* Puts what happened at the end of the text, as one sentence that names the server. */
void http_client_say(const struct http_client *client, struct text *text);

/* Puts how far it has come there, to end a sentence with: "after 100 of 5000 octets of the body". */
void http_client_where(const struct http_client *client, struct text *text);

#endif
