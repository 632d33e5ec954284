/* http_answer.h: the answer to one request: a head, made field by field, and a body from a source. RFC 9110 15; RFC
 * 9112 4.
 *
 *     http_answer_begin(answer, 200, about);
 *     http_answer_field(answer, "Content-Type", "text/plain");
 *     http_answer_body(answer, source, length)      or http_answer_text(), or nothing: an empty body
 *     http_answer_finish(answer);
 *     until it says 1:  http_answer_send(answer, transport, fd)
 *
 * Every answer says how long it is, so none depends on the end of the connection (RFC 9112 6.3). The answer to HEAD
 * has the fields of the one to GET, and no body.
 */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "http/http_source.h"
#include "http/http_status.h"

/* What an answer must know about its request and its server. */
struct http_about {
    const char *date; /* for the Date field */
    bool head;        /* the method was HEAD */
    bool old;         /* the client speaks HTTP/1.0 */
    bool persistent;  /* the connection stays open afterwards */
    uint64_t id;      /* the number under which the request can be looked at; 0: none */
};

struct http_answer {
    struct http_about about;
    int status;
    struct text head;
    size_t sent;                /* octets of the head that the transport has taken */
    struct http_source *source; /* of the body; NULL: none, or it is in head */
    uint64_t length;            /* of the body, as Content-Length says it */
    uint64_t given;             /* octets of the source that the transport has taken */
    bool in_head;               /* the body stands behind the head's empty line */
    bool endless;               /* no Content-Length: the body is chunked, or ends with the connection */
    const lucid_time *clock;    /* nothing is sent before this says `until`; NULL: at once */
    lucid_time until;
};

void http_answer_begin(struct http_answer *answer, int status, const struct http_about *about);

/* The same without Date: for an answer that may bring its own. */
void http_answer_begin_undated(struct http_answer *answer, int status, const struct http_about *about);

/* value: no control characters. */
void http_answer_field(struct http_answer *answer, const char *name, const char *value);

/* Whole field lines, with their ends, that are always the same: "Accept-Ranges: bytes\r\n". */
static inline void http_answer_lines(struct http_answer *answer, const char *lines) {
    text_put(&answer->head, lines);
}

/* The body. The source is the answer's from now on; NULL (there was no memory for it) makes the answer fail, if
 * length is not 0. */
void http_answer_body(struct http_answer *answer, struct http_source *source, uint64_t length);

/* A body that comes bit by bit, and whose end nobody knows yet: RFC 9112 6.3, 8. The connection is closed after it. */
void http_answer_stream(struct http_answer *answer, struct http_source *source);

/* A body whose length is not known, for a client of HTTP/1.1: the source gives it in chunks, the last one too. RFC 9112
 * 7.1 */
void http_answer_chunks(struct http_answer *answer, struct http_source *source);

/* Keeps all of the answer back until the clock says that time. */
void http_answer_wait(struct http_answer *answer, const lucid_time *clock, lucid_time until);

/* A short body that is sent with the head, and the last thing to be said of the answer: finishes it, and returns what
 * http_answer_finish() does. The second one says of which type it is, too. */
bool http_answer_octets(struct http_answer *answer, const void *data, size_t length);
bool http_answer_text(struct http_answer *answer, const char *type, const struct text *body);

/* Connection, Content-Length, and the empty line. Returns false when there was not memory enough: the answer is to
 * be ended, and nothing of it was sent. */
bool http_answer_finish(struct http_answer *answer);

/* Sends some more. Returns 1: all is with the transport; 0: some was taken, go on; or as http_source_lend(). */
int http_answer_send(struct http_answer *answer, struct transport *transport, int fd);

/* Octets of the body that the transport has taken. */
uint64_t http_answer_sent(const struct http_answer *answer);

/* Gives back what it holds. An answer of zeros is one that has ended. */
void http_answer_end(struct http_answer *answer);

#endif
