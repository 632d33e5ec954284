/* http_generator.c: see http_generator.h. */
#include "http/http_generator.h"

#include <inttypes.h>
#include <stdlib.h>

struct generator {
    struct http_source base;
    struct http_plan plan;
    uint64_t made;
    lucid_time begun;
    bool chunked, last_chunk_made;
};

static ptrdiff_t give(struct text *text, const void **data) {
    size_t length = text->length;
    char *octets = text_detach(text);
    *data = octets;
    return octets ? (ptrdiff_t)length : -LUCID_EAGAIN;
}

/* RFC 9112 7.1: size, data; and the chunk of size 0 behind the last. */
static ptrdiff_t give_chunk(struct text *piece, const void **data) {
    struct text chunk = text_growing();
    text_format(&chunk, "%zx\r\n", piece->length);
    text_put_octets(&chunk, piece->data, piece->length);
    text_put(&chunk, "\r\n");
    chunk.cut = chunk.cut || piece->cut;
    text_free(piece);
    return give(&chunk, data);
}

static ptrdiff_t generator_next(struct http_source *base, const void **data) {
    struct generator *generator = (struct generator *)(void *)base;
    struct text piece = text_growing();
    if (generator->made == generator->plan.pieces) {
        bool last = generator->chunked && !generator->last_chunk_made;
        generator->last_chunk_made = true;
        return last ? give_chunk(&piece, data) : 0;
    }
    if (*generator->plan.now < generator->begun + generator->plan.begin + generator->made * generator->plan.interval) {
        return -LUCID_EAGAIN;
    }
    generator->plan.make(&generator->plan, generator->made, &piece);
    ptrdiff_t length = generator->chunked ? give_chunk(&piece, data) : give(&piece, data);
    generator->made += length > 0;
    return length;
}

static void generator_release(struct http_source *base, const void *data, size_t length) {
    (void)base, (void)length;
    free((void *)(uintptr_t)data);
}

static void generator_end(struct http_source *base) {
    free(base);
}

struct http_source *http_generator_new(const struct http_plan *plan, bool chunked) {
    static const struct http_source_ops ops = {
        .next = generator_next, .release = generator_release, .end = generator_end};
    struct generator *generator = calloc(1, sizeof *generator);
    if (!generator) {
        return NULL;
    }
    http_source_init(&generator->base, &ops);
    generator->plan = *plan;
    generator->begun = *plan->now;
    generator->chunked = chunked;
    return &generator->base;
}

void http_answer_generate(struct http_answer *answer, const struct http_plan *plan, bool length_known) {
    bool chunked = !length_known && !answer->about.old;
    struct http_source *source = http_generator_new(plan, chunked);
    if (length_known) {
        http_answer_body(answer, source, plan->length);
    } else if (chunked) {
        http_answer_chunks(answer, source);
    } else {
        http_answer_stream(answer, source);
    }
}
