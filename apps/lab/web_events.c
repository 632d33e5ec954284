/* web_events.c: the log as server-sent events (HTML standard 9.2), over one connection that stays open.
 *
 * Each event of the log is one event of the stream; its id is its number, so a browser whose connection broke says with
 * Last-Event-ID where to go on. Nobody pushes: the server asks the source again every 50 ms, and gets what has been
 * added since. A comment now and then shows whether the other end is still there.
 */
#include <stdlib.h>
#include <string.h>

#include "lab/web_private.h"

/* Octets of a piece, about. */
enum { PIECE = 32768 };

static const lucid_time SILENCE = 10 * LUCID_SECOND;

struct event_source {
    struct http_source base;
    struct lab_web *web;
    uint32_t next; /* number of the next event */
    unsigned branch;
    lucid_time said;
    struct text piece; /* what is lent; empty: nothing is */
};

static unsigned branch_of(const struct lab_web *web) {
    return web->world.branch ? web->world.branch(web->world.user) : 0;
}

static void put_event(struct text *text, const struct tlog_event *event) {
    text_format(text, "id: %u\ndata: ", event->i);
    text_put_octets(text, event->line, event->line_length);
    text_put(text, "\n\n");
}

static void put_news(struct event_source *source) {
    const struct lab_web *web = source->web;
    const struct tlog *log = web->world.log(web->world.user);
    if (branch_of(web) != source->branch) {
        source->branch = branch_of(web);
        source->next = tlog_count(log) + 1;
        text_put(&source->piece, "event: branch\ndata: -\n\n");
    }
    while (source->next <= tlog_count(log) && source->piece.length < PIECE) {
        put_event(&source->piece, tlog_at(log, source->next++));
    }
    if (source->piece.length == 0 && web->now - source->said >= SILENCE) {
        text_put(&source->piece, ":\n\n");
    }
}

static ptrdiff_t next_piece(struct http_source *base, const void **data) {
    struct event_source *source = (struct event_source *)(void *)base;
    if (source->piece.length > 0) {
        return -LUCID_EAGAIN; /* is still lent */
    }
    put_news(source);
    if (source->piece.cut) {
        return -LUCID_ENOMEM;
    }
    if (source->piece.length == 0) {
        return -LUCID_EAGAIN;
    }
    source->said = source->web->now;
    *data = source->piece.data;
    return (ptrdiff_t)source->piece.length;
}

static void release_piece(struct http_source *base, const void *data, size_t length) {
    struct event_source *source = (struct event_source *)(void *)base;
    (void)data;
    (void)length;
    source->piece.length = 0;
}

static void end_source(struct http_source *base) {
    struct event_source *source = (struct event_source *)(void *)base;
    text_free(&source->piece);
    free(source);
}

/* Where to begin: behind the last event that the client has, or where it says. */
static uint32_t first_event(const struct http_exchange *exchange) {
    char from[16];
    struct http_span last = web_field(exchange, "Last-Event-ID");
    if (last.length > 0 && last.length < sizeof from) {
        memcpy(from, exchange->octets + last.at, last.length);
        from[last.length] = '\0';
        return (uint32_t)strtoul(from, NULL, 10) + 1;
    }
    return web_parameter(exchange, "from", from, sizeof from) ? (uint32_t)strtoul(from, NULL, 10) : 1;
}

bool web_answer_events(struct http_site *site, struct http_exchange *exchange) {
    static const struct http_source_ops ops = {.next = next_piece, .release = release_piece, .end = end_source};
    struct lab_web *web = site->user;
    struct event_source *source = calloc(1, sizeof *source);
    if (!source) {
        return false;
    }
    http_source_init(&source->base, &ops);
    source->web = web;
    source->next = first_event(exchange);
    source->next = source->next > 0 ? source->next : 1;
    source->branch = branch_of(web);
    source->said = web->now - SILENCE; /* something at once: the client knows then that it is connected */
    source->piece = text_growing();
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    http_answer_field(&exchange->answer, "Content-Type", "text/event-stream");
    http_answer_field(&exchange->answer, "Cache-Control", "no-store");
    http_answer_stream(&exchange->answer, &source->base);
    return http_answer_finish(&exchange->answer);
}
