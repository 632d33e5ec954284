/* http_body.h: the body of an HTTP/1.x message: how its end is found, and its octets without what frames them.
 * RFC 9112 6 and 7.
 *
 * Two steps. http_body_of_request() and http_body_of_response() read in a complete head (http_head.h) how the body is
 * framed: by Content-Length, by the chunked coding, by the end of the stream (responses only), or that there is none.
 * http_body_feed() then takes the stream as it comes and says which of its octets are the body's.
 *
 * Two recipients that disagree about where a body ends are how requests are smuggled (RFC 9112 11.2), so whatever is
 * framed twice, or in a way that RFC 9112 lets a recipient repair, is refused. Nothing is copied or allocated; the
 * decoder keeps a state and a few counters, looks once at each octet of the framing and at no octet of the body, and
 * the cut of the stream makes no difference. Chunk extensions are checked and ignored; trailer fields are checked and
 * taken off, not merged into the head (7.1.2).
 *
 *     progress = http_body_of_request(&body, &head, octets, &limits);
 *     while (progress == HTTP_MORE) {
 *         wait for octets; at the end of the stream: complete = http_body_ended(&body), and break
 *         progress = http_body_feed(&body, octets, length, &piece);
 *         use piece.data, piece.length; go on behind the first piece.used octets
 *     }
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "http/http_head.h"

enum http_framing {
    HTTP_FRAMING_NONE,    /* no body */
    HTTP_FRAMING_LENGTH,  /* Content-Length */
    HTTP_FRAMING_CHUNKED, /* Transfer-Encoding: chunked */
    HTTP_FRAMING_CLOSE,   /* up to the end of the stream */
};

struct http_body {
    uint8_t framing;     /* enum http_framing */
    uint8_t state;       /* where in the grammar of chunks */
    uint16_t refusal;    /* enum http_refusal */
    uint32_t digits;     /* of the chunk size, so far */
    uint32_t extensions; /* octets of chunk extensions, so far */
    uint32_t trailers;   /* octets of the trailer section, so far */
    uint32_t head_limit; /* the most that each of these two may be */
    uint64_t limit;      /* octets of body that are taken at most */
    uint64_t left;       /* octets of the body, or of the chunk, still to come */
    uint64_t length;     /* octets of the body so far; with HTTP_FRAMING_LENGTH, length + left is what was announced */
    uint64_t taken;      /* octets of the stream so far */
    uint64_t refused_at; /* the octet that was the trouble: of the head, or, once fed, of the stream behind it */
};

/* Decide the framing. head: done; octets: those it was parsed from. limits: of them, body is the most that is taken
 * (BODY_LARGE), and head is the most of chunk extensions and of trailers. to_head: the response is to a HEAD request.
 * Return HTTP_MORE, HTTP_DONE (there is no body, or it is empty) or HTTP_REFUSED (body->refusal says why). RFC 9112 6.3
 */
enum http_progress http_body_of_request(struct http_body *body, const struct http_head *head, const uint8_t *octets,
                                        const struct http_limits *limits);
enum http_progress http_body_of_response(struct http_body *body, const struct http_head *head, const uint8_t *octets,
                                         const struct http_limits *limits, bool to_head);

/* What one step found. */
struct http_piece {
    const uint8_t *data; /* octets of the body, among those that were fed */
    size_t length;       /* how many; may be 0 */
    size_t used;         /* octets from the front that were taken: of the framing, and the piece behind them */
};

/* Takes octets from the front: those of the framing, then at most one piece of the body. With HTTP_MORE at least one
 * octet was used, unless there was none; feed the rest again. With HTTP_DONE what was not used belongs to the next
 * message. With HTTP_REFUSED there is no piece, and what follows has no meaning. */
enum http_progress http_body_feed(struct http_body *body, const uint8_t *octets, size_t length,
                                  struct http_piece *piece);

/* The stream has ended: is the body complete? False: it stops short (RFC 9112 8). */
bool http_body_ended(const struct http_body *body);

#endif
