/* message.h: what the octets of a stream mean: HTTP messages (RFC 9112) and packets of the uwsgi protocol.
 *
 * A uwsgi packet is four octets, then variables: a name and a value, each behind its length in two octets, the lower
 * one first. The answer is plain HTTP, and ends with the connection.
 */
#ifndef WAY_MESSAGE_H
#define WAY_MESSAGE_H

#include "connection.h"

enum way_kind { WAY_REQUEST, WAY_RESPONSE, WAY_UWSGI_REQUEST };

/* Where one lies in its stream. */
struct way_message {
    enum way_kind kind;
    uint32_t begin, body, end; /* body: behind the head */
    int status;                /* of a response */
    bool chunked;              /* its body is cut into chunks */
    bool to_the_end;           /* it ends where the connection does */
    char line[160];            /* the request line or the status line, as far as it fits; made printable */
};

/* The messages of a stream, in order; at most most. Returns how many there are. */
unsigned way_messages(const struct way_connection *connection, unsigned from, struct way_message *list, unsigned most);

/* Appends a head line by line; or the four octets and the variables. */
void way_message_lines(const struct way_connection *connection, unsigned from, const struct way_message *message,
                       struct text *text);

/* Appends the body's beginning line by line, what cannot be printed as dots. */
void way_message_body(const struct way_connection *connection, unsigned from, const struct way_message *message,
                      struct text *text);

/* A variable of a uwsgi packet. False: it has none of that name. */
bool way_uwsgi_value(const struct way_connection *connection, const struct way_message *message, const char *name,
                     char *value, size_t size);

/* Appends octets, those that cannot be printed as dots. */
void way_put_printable(struct text *text, const uint8_t *octets, size_t length);

#endif
