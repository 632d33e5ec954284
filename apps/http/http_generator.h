/* http_generator.h: a body that is made while it is sent, piece by piece, and some of it later than the rest.
 *
 * It is a source (http_source.h). What it makes is framed as chunks where the length is not known beforehand and the
 * client speaks HTTP/1.1 (RFC 9112 7.1).
 */
#ifndef HTTP_GENERATOR_H
#define HTTP_GENERATOR_H

#include "http/http_answer.h"

struct http_plan {
    /* Puts piece number n at the end of an empty text. */
    void (*make)(const struct http_plan *plan, uint64_t n, struct text *piece);
    uint64_t pieces;
    lucid_time begin, interval; /* piece n comes begin + n * interval after the beginning */
    uint64_t first, length;     /* for make(): the octets that are wanted */
    const lucid_time *now;      /* the clock */
};

/* NULL: no memory. */
struct http_source *http_generator_new(const struct http_plan *plan, bool chunked);

/* Makes it the body of an answer: of a known length, or chunked, or, to a client of HTTP/1.0, up to the end of the
 * connection. */
void http_answer_generate(struct http_answer *answer, const struct http_plan *plan, bool length_known);

#endif
