/* http_source.c: pieces that are lent and come back, and bodies that lie in memory. See http_source.h. */
#include "http/http_source.h"

#include <stdlib.h>

/* ---- the budget ---- */

bool http_budget_take(struct http_budget *budget, size_t octets) {
    if (budget->used > budget->limit || octets > budget->limit - budget->used) {
        return false;
    }
    budget->used += octets;
    return true;
}

void http_budget_give(struct http_budget *budget, size_t octets) {
    budget->used -= octets;
}

/* ---- loans ---- */

/* A piece on its way. The transport may take it in parts; it has come back when all of its octets have. */
struct http_loan {
    struct http_source *source;
    const uint8_t *data;
    size_t length;
    size_t given; /* octets from the front that the transport has taken */
    size_t out;   /* octets that have not come back */
};

void http_source_init(struct http_source *source, const struct http_source_ops *ops) {
    *source = (struct http_source){.ops = ops};
}

static void end_if_over(struct http_source *source) {
    if (!source->over || source->loans > 0) {
        return;
    }
    void (*moved)(void *user, size_t octets) = source->moved;
    void *user = source->user;
    source->ops->end(source);
    if (moved) {
        moved(user, 0);
    }
}

/* Some octets of a loan came back; with the last one, so did the piece. */
static void come_back(struct http_loan *loan, size_t octets) {
    struct http_source *source = loan->source;
    loan->out -= octets;
    if (loan->out > 0) {
        return;
    }
    if (source->ops->release) {
        source->ops->release(source, loan->data, loan->length);
    }
    source->loans--;
    free(loan);
    end_if_over(source);
}

static void released(void *argument, const void *data, size_t length) {
    struct http_loan *loan = argument;
    (void)data;
    if (loan->source->moved && length > 0) {
        loan->source->moved(loan->source->user, length);
    }
    come_back(loan, length);
}

/* Asks for the next piece, if there is none under way. Returns as http_source_lend(); 1 when there is one. */
static ptrdiff_t need_piece(struct http_source *source) {
    if (source->loan) {
        return 1;
    }
    struct http_loan *loan = malloc(sizeof *loan);
    if (!loan) {
        return -LUCID_ENOBUFS;
    }
    const void *data = NULL;
    ptrdiff_t length = source->ops->next(source, &data);
    if (length <= 0) {
        free(loan);
        return length == -LUCID_EAGAIN ? -LUCID_EALREADY : length;
    }
    *loan = (struct http_loan){.source = source, .data = data, .length = (size_t)length, .out = (size_t)length};
    source->loan = loan;
    source->loans++;
    return 1;
}

bool http_source_ready(struct http_source *source) {
    return need_piece(source) > 0;
}

/* The transport may give octets back before lend() returns: the loan must not be the current one then, if those
 * were its last. So one octet is kept out of the count meanwhile. */
ptrdiff_t http_source_lend(struct http_source *source, struct transport *transport, int fd) {
    ptrdiff_t piece = source->broken ? -LUCID_EIO : need_piece(source);
    if (piece <= 0) {
        return piece;
    }
    struct http_loan *loan = source->loan;
    loan->out++;
    ptrdiff_t taken = transport->ops->lend(transport, fd, loan->data + loan->given, loan->length - loan->given,
                                           released, loan);
    loan->given += taken > 0 ? (size_t)taken : 0;
    if (loan->given == loan->length) {
        source->loan = NULL;
    }
    come_back(loan, 1);
    return taken == 0 ? -LUCID_EAGAIN : taken;
}

void http_source_break(struct http_source *source) {
    source->broken = true;
    if (source->broke) {
        source->broke(source->user);
    }
}

void http_source_end(struct http_source *source) {
    struct http_loan *loan = source->loan;
    source->loans++; /* keeps it until the end of this function */
    source->over = true;
    source->loan = NULL;
    if (loan) {
        come_back(loan, loan->length - loan->given);
    }
    source->loans--;
    end_if_over(source);
}

/* ---- bodies in memory ---- */

struct memory_source {
    struct http_source base;
    const char *data;
    size_t length, given;
    char *owned; /* to be freed; NULL: constant */
    struct http_budget *budget;
    size_t charged;
};

static ptrdiff_t memory_next(struct http_source *base, const void **data) {
    struct memory_source *source = (struct memory_source *)(void *)base;
    size_t left = source->length - source->given;
    size_t length = left < HTTP_PIECE ? left : HTTP_PIECE;
    *data = source->data + source->given;
    source->given += length;
    return (ptrdiff_t)length;
}

static void memory_end(struct http_source *base) {
    struct memory_source *source = (struct memory_source *)(void *)base;
    if (source->budget) {
        http_budget_give(source->budget, source->charged);
    }
    free(source->owned);
    free(source);
}

struct http_source *http_source_constant(const void *data, size_t length) {
    static const struct http_source_ops ops = {.next = memory_next, .end = memory_end};
    struct memory_source *source = calloc(1, sizeof *source);
    if (!source) {
        return NULL;
    }
    http_source_init(&source->base, &ops);
    source->data = data;
    source->length = length;
    return &source->base;
}

struct http_source *http_source_text(struct text *text, struct http_budget *budget, size_t charged) {
    struct memory_source *source = (struct memory_source *)(void *)http_source_constant(text->data, text->length);
    if (source) {
        source->owned = text_detach(text);
        source->budget = budget;
        source->charged = charged;
    }
    return source ? &source->base : NULL;
}
