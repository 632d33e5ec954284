/* http_source.h: where the octets of an answer's body come from: a file, memory; later a program or another server.
 *
 * A source gives its body piece by piece, and each piece is lent to the transport, which says when it needs it no
 * more. That may be long after the source, the answer and even the connection are done with: what is lent must stay
 * as it is until TCP has been told that the peer has it, for it may have to be sent again, and a retransmission with
 * other octets under the same sequence numbers would be another stream. So a source lives until its last piece has
 * come back:
 *
 *     pieces out:    ops->next()          what it gave must go to http_source_lend(), all of it, in one or more calls
 *     no more asked: http_source_end()    the answer is complete, or the connection has gone
 *     pieces back:   by the transport; the last one after http_source_end() frees the source
 */
#ifndef HTTP_SOURCE_H
#define HTTP_SOURCE_H

#include "common/text.h"
#include "http/stream.h"

/* Octets of a piece: a packet of 64 KB is made of one or two of them, and what is read of a file at once is no more. */
#define HTTP_PIECE 65536

/* Octets of bodies that all connections together may hold. */
struct http_budget {
    size_t used, limit;
};

/* False when there would be more than the limit; there may be more already when the limit was lowered. */
bool http_budget_take(struct http_budget *budget, size_t octets);
void http_budget_give(struct http_budget *budget, size_t octets);

struct http_source;

struct http_source_ops {
    /* The next piece: sets *data and returns its length, 0 at the end, -LUCID_EAGAIN: not now, others: it will
     * never come. */
    ptrdiff_t (*next)(struct http_source *source, const void **data);
    /* A piece, as next() gave it, is not needed any more. May be NULL. */
    void (*release)(struct http_source *source, const void *data, size_t length);
    /* Nothing is lent any more and nothing will be asked for: give everything back, the source too. */
    void (*end)(struct http_source *source);
};

struct http_loan;

struct http_source {
    const struct http_source_ops *ops;
    struct http_loan *loan; /* the piece that is not wholly with the transport yet; NULL: none */
    uint32_t loans;         /* pieces that have not come back, this one too */
    bool over;              /* http_source_end() was called */
    bool broken;            /* what it has lent is not what it should be: see http_source_break() */
    bool wakes;             /* when it has nothing, whoever fills it runs the connection later */
    /* Called when octets came back, and once more with 0 of them, in the end, when the source is gone. */
    void (*moved)(void *user, size_t octets);
    /* Called when it breaks. */
    void (*broke)(void *user);
    void *user;
};

/* For whoever makes a source. */
void http_source_init(struct http_source *source, const struct http_source_ops *ops);

/* Is there something to lend now? */
bool http_source_ready(struct http_source *source);

/* Lends some more of the body. Returns how many octets the transport took; 0: that was all; -LUCID_EAGAIN: it
 * takes no more now; -LUCID_ENOBUFS, or -LUCID_EALREADY when the source itself has nothing yet: try again in a
 * while; others: it has failed. */
ptrdiff_t http_source_lend(struct http_source *source, struct transport *transport, int fd);

void http_source_end(struct http_source *source);

/* What was lent has changed, or cannot be sent again: nothing more will come, and whoever it is for is told. The source
 * may have ended when this returns. */
void http_source_break(struct http_source *source);

/* Memory: constant, or a text's, which the source takes over (and gives back to the budget, which was charged for
 * it: charged octets, when it ends). NULL when there is no memory; the text is untouched then. */
struct http_source *http_source_constant(const void *data, size_t length);
struct http_source *http_source_text(struct text *text, struct http_budget *budget, size_t charged);

#endif
