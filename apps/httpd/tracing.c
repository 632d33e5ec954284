/* tracing.c: see tracing.h. */
#include "tracing.h"

#include <errno.h>
#include <string.h>

#include "common/trace_json.h"
#include "common/trace_text.h"

/* Events that the stack keeps until they are drained, which is twice in each turn of the loop: a turn makes some
 * hundreds. */
static const uint32_t CAPACITY = 16384;

/* For those who may miss some. */
static const uint32_t CAPACITY_SMALL = 2048;

/* Our stack is node B; A is the kernel, on the other side of the device. */
static const char NODE[] = "B";

static void put_line(struct tracing *tracing, FILE *file) {
    fwrite(tracing->line.data, 1, tracing->line.length, file);
    tracing->line.length = 0;
}

/* ---- text ---- */

static void text_event(void *user, const struct lucid_event *event) {
    struct tracing *tracing = user;
    trace_text_event(&tracing->line, event, tracing->zero);
    put_line(tracing, stdout);
}

static void text_lost(void *user, uint64_t count) {
    struct tracing *tracing = user;
    trace_text_lost(&tracing->line, count);
    put_line(tracing, stdout);
}

static void text_batch(void *user) {
    (void)user;
    fflush(stdout);
}

/* ---- JSON Lines ---- */

static void json_event(void *user, const struct lucid_event *event) {
    struct tracing *tracing = user;
    trace_json_event(&tracing->line, event, NODE, tracing->zero);
    put_line(tracing, tracing->json);
}

static void json_lost(void *user, uint64_t count) {
    struct tracing *tracing = user;
    trace_json_lost(&tracing->line, NODE, tracing->latest, count);
    put_line(tracing, tracing->json);
}

static void json_batch(void *user) {
    fflush(((struct tracing *)user)->json);
}

static void json_header(struct tracing *tracing, const struct options *options) {
    const struct lucid_host_options *host = &options->device.host;
    struct trace_json_node nodes[2 * LUCID_ADDRS_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < host->host_addr_count; i++) {
        nodes[count++] = (struct trace_json_node){.name = "A", .addr = host->host_addrs[i].addr, .kernel = true};
    }
    for (unsigned i = 0; i < host->config.addr_count; i++) {
        nodes[count++] = (struct trace_json_node){.name = NODE, .addr = host->config.addrs[i].addr};
    }
    trace_json_header(&tracing->line, "live", nodes, count, host->config.msl);
    put_line(tracing, tracing->json);
    json_batch(tracing);
}

/* ---- ladders ---- */

static void print_ladder(void *user, const struct text *text) {
    (void)user;
    putchar('\n');
    fwrite(text->data, 1, text->length, stdout);
    fflush(stdout);
}

static void ladder_event(void *user, const struct lucid_event *event) {
    ladders_add(((struct tracing *)user)->ladders, 0, event);
}

/* Ladders see for themselves where a number is missing. */
static void ladder_lost(void *user, uint64_t count) {
    (void)user, (void)count;
}

static int open_ladders(struct tracing *tracing, const struct options *options, char error[LUCID_ERROR_TEXT]) {
    struct ladder_style style = ladder_style_for(fileno(stdout));
    tracing->ladders = ladders_new(options->ladder, false, &style, print_ladder, NULL);
    if (!tracing->ladders) {
        snprintf(error, LUCID_ERROR_TEXT, "there is no memory for %u ladders: ask for fewer", options->ladder);
        return -1;
    }
    tracing_add(tracing, (struct tracing_reader){ladder_event, ladder_lost, NULL, tracing}, LADDER_KINDS);
    return 0;
}

/* When all have been drawn and nobody else reads, the stack need not tell any more. */
static void end_ladders(struct tracing *tracing, struct lucid_stack *stack) {
    if (tracing->ladders && tracing->count == 1 && ladders_done(tracing->ladders)) {
        tracing->count = 0;
        lucid_trace_enable(stack, 0, 0);
    }
}

/* ---- all of them ---- */

void tracing_add(struct tracing *tracing, struct tracing_reader reader, unsigned kinds) {
    if (tracing->count < TRACING_READERS) {
        tracing->readers[tracing->count++] = reader;
        tracing->kinds |= kinds;
    }
}

int tracing_open(struct tracing *tracing, const struct options *options, char error[LUCID_ERROR_TEXT]) {
    *tracing = (struct tracing){.line = text_growing()};
    if (options->trace) {
        tracing_add(tracing, (struct tracing_reader){text_event, text_lost, text_batch, tracing}, LUCID_TRACE_ALL);
    }
    if (options->ladder > 0 && open_ladders(tracing, options, error) < 0) {
        return -1;
    }
    if (!options->trace_json) {
        return 0;
    }
    tracing->json = fopen(options->trace_json, "we");
    if (!tracing->json) {
        snprintf(error, LUCID_ERROR_TEXT, "cannot write %.120s: %s; name a file that can be written for --trace-json",
                 options->trace_json, strerror(errno));
        return -1;
    }
    tracing_add(tracing, (struct tracing_reader){json_event, json_lost, json_batch, tracing}, LUCID_TRACE_ALL);
    return 0;
}

int tracing_start(struct tracing *tracing, struct lucid_stack *stack, const struct options *options, lucid_time now) {
    tracing->zero = now;
    if (tracing->count == 0) {
        return 0;
    }
    if (tracing->json) {
        json_header(tracing, options);
    }
    return lucid_trace_enable(stack, tracing->kinds, CAPACITY);
}

bool tracing_rest(struct tracing *tracing, struct lucid_stack *stack, bool rest) {
    if (tracing->count > 1) {
        return false;
    }
    return lucid_trace_enable(stack, rest ? 0 : tracing->kinds, CAPACITY_SMALL) == 0;
}

/* A full ring loses the newest events: their numbers are missing behind those that it kept. */
static void tell_lost(struct tracing *tracing, uint64_t number) {
    uint64_t lost = number - tracing->number - 1;
    tracing->number = number;
    for (unsigned i = 0; lost > 0 && i < tracing->count; i++) {
        tracing->readers[i].lost(tracing->readers[i].user, lost);
    }
}

void tracing_drain(struct tracing *tracing, struct lucid_stack *stack) {
    struct lucid_event event;
    bool any = false;
    while (tracing->count > 0 && lucid_trace_next(stack, &event, NULL)) {
        tell_lost(tracing, event.number);
        tracing->latest = event.time - tracing->zero;
        for (unsigned i = 0; i < tracing->count; i++) {
            tracing->readers[i].event(tracing->readers[i].user, &event);
        }
        any = true;
    }
    for (unsigned i = 0; any && i < tracing->count; i++) {
        if (tracing->readers[i].batch) {
            tracing->readers[i].batch(tracing->readers[i].user);
        }
    }
    end_ladders(tracing, stack);
}

int tracing_close(struct tracing *tracing, const struct options *options, char error[LUCID_ERROR_TEXT]) {
    int result = 0;
    if (tracing->json) {
        bool bad = ferror(tracing->json) != 0;
        if (fclose(tracing->json) != 0 || bad) {
            snprintf(error, LUCID_ERROR_TEXT, "%.120s could not be written to its end: free some space",
                     options->trace_json);
            result = -1;
        }
    }
    ladders_free(tracing->ladders);
    text_free(&tracing->line);
    *tracing = (struct tracing){0};
    return result;
}
