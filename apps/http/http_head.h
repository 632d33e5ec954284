/* http_head.h: the head of an HTTP/1.x message: the first line and the field lines, up to the empty line. RFC 9112 2
 * to 5.
 *
 * The parser is incremental and allocates nothing. It looks at the caller's octets and says where things are in them;
 * it never copies, and it never reads an octet twice for the end of a line, so the work is linear however TCP cuts
 * the stream. Because a line is looked at when it is complete, and limits count octets from the beginning, every cut
 * of the same octets gives the same result.
 *
 * It is strict: what RFC 9112 lets a recipient repair or refuse is refused, since two recipients that repair
 * differently are how requests are smuggled (11.2). What the fields mean together is http_request.h; the body is
 * http_body.h.
 *
 *     http_head_begin(&head, HTTP_REQUEST);
 *     each time more has come:  http_head_feed(&head, &limits, octets, length)
 *     HTTP_DONE: head.length octets were the head.
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/http_status.h"

/* What is taken at most. RFC 9112 3 recommends at least 8000 octets for the request line. */
struct http_limits {
    uint32_t line;   /* octets of the request or status line, without CRLF; 414 */
    uint32_t head;   /* octets of the whole head; 431 */
    uint32_t fields; /* field lines, at most HTTP_FIELDS_MAX; 431 */
    uint64_t body;   /* octets; 413 */
};

#define HTTP_FIELDS_MAX 100
#define HTTP_LIMITS_DEFAULT \
    { .line = 8192, .head = 32768, .fields = HTTP_FIELDS_MAX, .body = 16u << 20 }

/* A piece of the message: length octets from octet `at` on. */
struct http_span {
    uint32_t at, length;
};

struct http_field {
    struct http_span name, value; /* the value without the white space around it */
};

enum http_kind { HTTP_REQUEST, HTTP_RESPONSE };
enum http_progress { HTTP_MORE, HTTP_DONE, HTTP_REFUSED };

struct http_head {
    uint8_t kind;            /* enum http_kind */
    uint8_t minor;           /* of the version, which is 1.minor */
    uint16_t status;         /* of a response */
    struct http_span method; /* of a request */
    struct http_span target; /* of a request */
    uint32_t length;         /* done: octets of the head, with the empty line */
    uint32_t field_count;
    uint32_t letters;    /* with which names begin, one bit each: most names that are asked for are not there */
    uint32_t line;       /* where the line begins that is not complete yet */
    uint32_t searched;   /* up to where its end was looked for */
    uint16_t refusal;    /* enum http_refusal */
    uint32_t refused_at; /* the octet that was the trouble, or the beginning of its line */
    bool first_line_seen, done;
    struct http_field field[HTTP_FIELDS_MAX];
};

void http_head_begin(struct http_head *head, enum http_kind kind);

/* Goes on parsing. octets: the message from its first octet; length: how many of them have come, never fewer than
 * before; those seen before unchanged, though they may have moved. */
enum http_progress http_head_feed(struct http_head *head, const struct http_limits *limits, const uint8_t *octets,
                                  size_t length);

/* Upper and lower case have the same five bits. */
static inline uint32_t http_head_letter(uint8_t first) {
    return UINT32_C(1) << (first & 31u);
}

/* http_head_find() once it is known that some name begins so. */
uint32_t http_head_search(const struct http_head *head, const uint8_t *octets, const char *name, uint32_t from);

/* The number of the next field with that name (any case), from number `from` on; field_count when there is none. Every
 * request asks for a dozen names, most of which are not there. */
static inline uint32_t http_head_find(const struct http_head *head, const uint8_t *octets, const char *name,
                                      uint32_t from) {
    bool some = head->letters & http_head_letter((uint8_t)name[0]);
    return some ? http_head_search(head, octets, name, from) : head->field_count;
}

/* Is the piece exactly this word? The second, in any case. */
bool http_span_is(const uint8_t *octets, struct http_span span, const char *word);
bool http_span_is_nocase(const uint8_t *octets, struct http_span span, const char *word);

/* Walks over a comma-separated list (RFC 9110 5.6.1): takes the next element out of *rest, without white space
 * around it; empty ones are skipped. False when there is none left. */
bool http_list_next(const uint8_t *octets, struct http_span *rest, struct http_span *element);

/* Where a walk over the elements of several lists is. All zero: before the first. */
struct http_walk {
    uint32_t field; /* the number of the field that the latest element stands in */
    uint32_t next;
    struct http_span rest;
};

/* The same for all fields of that name, whose lists are one list (RFC 9110 5.3). */
bool http_head_next(const struct http_head *head, const uint8_t *octets, const char *name, struct http_walk *walk,
                    struct http_span *element);

/* May the connection be used again after this message? "close" wins; without it HTTP/1.1 persists, and HTTP/1.0 if it
 * says so. RFC 9112 9.3 */
bool http_head_persists(const struct http_head *head, const uint8_t *octets);

#endif
