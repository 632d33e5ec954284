/* http_uwsgi_read.h: from a uwsgi packet (http_uwsgi.h) to the head of the HTTP request that it stands for.
 *
 * So there is one parser of requests, one set of rules and one table of handlers: what comes from Nginx by uwsgi_pass
 * is judged like what comes from a browser. The packet itself is judged here, strictly: lengths that do not fit into
 * each other, a variable twice, a line end in a value and too many variables are refused.
 *
 * Whoever has sent the packet has done what HTTP wants done on its connection with the client: fields about that (H65)
 * are left out, and the body has CONTENT_LENGTH octets whatever its coding was.
 */
#ifndef HTTP_UWSGI_READ_H
#define HTTP_UWSGI_READ_H

#include "common/text.h"
#include "http/http_head.h"
#include "lucid/lucid.h"

struct http_packet {
    uint32_t length;              /* octets of the packet, without the body */
    struct text head;             /* of the request: growing, the caller's */
    struct lucid_sockaddr remote; /* of the client, as far as the packet says it */
    uint16_t refusal;             /* enum http_refusal */
};

/* octets: the packet from its first octet on; length: how many of them have come. HTTP_MORE: too few. HTTP_REFUSED: see
 * packet->refusal. limits: head is also the most of a packet. Only when the packet is complete is it looked at, but for
 * its first four octets: no cut makes a difference. */
enum http_progress http_uwsgi_read(struct http_packet *packet, const struct http_limits *limits, const uint8_t *octets,
                                   size_t length);

#endif
