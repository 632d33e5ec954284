/* live_faults.c: see live_faults.h. Reading and doing are two steps: a word that makes no sense changes nothing. */
#include "live/live_faults.h"

#include <stdio.h>
#include <string.h>

#include "http/http_char.h"

/* Names of the query, and the unit of a number without one. */
static const struct {
    const char *name, *unit;
} words[] = {
    {"loss", "%"},   {"dup", "%"},     {"reorder", "%"}, {"corrupt", "%"},
    {"delay", "ms"}, {"jitter", "ms"}, {"rate", "kbit"},
};

enum { WORDS = sizeof words / sizeof words[0], VALUE = 24, MSS_LEAST = 88, MSS_MOST = 65535 };

struct wish {
    bool any, link; /* something is said; some of it about the link */
    bool bad_link;  /* of which something is not 0 */
    uint16_t mss;   /* 0: nothing is said */
    struct lucid_faults faults;
};

/* Some handlers have words of their own. */
static bool is_theirs(const struct http_exchange *exchange, const char *name) {
    const char *path = exchange->handler && exchange->handler->path ? exchange->handler->path : "";
    return strcmp(path, "drip") == 0 && strcmp(name, "delay") == 0;
}

static bool has_digit_last(const char *value) {
    size_t length = strlen(value);
    return length > 0 && http_char_is((uint8_t)value[length - 1], HTTP_CHAR_DIGIT);
}

/* The words of the query as lucid_faults_parse() wants them. */
static void put_words(const struct http_exchange *exchange, struct text *text) {
    for (unsigned i = 0; i < WORDS; i++) {
        char value[VALUE];
        if (is_theirs(exchange, words[i].name) || !live_parameter(exchange, words[i].name, value, sizeof value)) {
            continue;
        }
        text_format(text, "%s%s=%s%s", text->length > 0 ? "," : "", words[i].name, value,
                    has_digit_last(value) ? words[i].unit : "");
    }
}

static bool read_mss(const struct http_exchange *exchange, struct wish *wish, char error[LUCID_ERROR_TEXT]) {
    char value[VALUE];
    uint64_t number = 0;
    if (!live_parameter(exchange, "mss", value, sizeof value)) {
        return true;
    }
    if (!http_char_number((const uint8_t *)value, strlen(value), MSS_MOST, &number) || number < MSS_LEAST) {
        snprintf(error, LUCID_ERROR_TEXT, "mss is the number of octets in a segment, from %d to %d.", MSS_LEAST,
                 MSS_MOST);
        return false;
    }
    wish->any = true;
    wish->mss = (uint16_t)number;
    return true;
}

/* Does the link do nothing? The queue and the seed do nothing by themselves. */
static bool is_good(const struct lucid_faults *faults) {
    return faults->loss == 0 && faults->duplicate == 0 && faults->reorder == 0 && faults->corrupt == 0 &&
           faults->delay == 0 && faults->jitter == 0 && faults->rate == 0;
}

/* False, and a sentence: it makes no sense. */
static bool read_wish(const struct http_exchange *exchange, struct wish *wish, char error[LUCID_ERROR_TEXT]) {
    char room[WORDS * (VALUE + 16)];
    struct text text = text_fixed(room, sizeof room);
    *wish = (struct wish){0};
    put_words(exchange, &text);
    wish->any = wish->link = text.length > 0;
    if (text.length > 0 && lucid_faults_parse(room, &wish->faults, error) < 0) {
        return false;
    }
    wish->bad_link = wish->link && !is_good(&wish->faults);
    return read_mss(exchange, wish, error);
}

/* ---- what is said when it cannot be done ---- */

static bool answer_wrong(struct http_site *site, struct http_exchange *exchange) {
    char error[LUCID_ERROR_TEXT] = "";
    struct wish wish;
    (void)site;
    read_wish(exchange, &wish, error);
    return live_say(exchange, 400, error);
}

static bool answer_many(struct http_site *site, struct http_exchange *exchange) {
    (void)site;
    return live_say(exchange, 503, "64 connections have faults of their own, and no more can: try again later.");
}

/* The exchange keeps the handler; there is one server in a process, and one struct live. */
static void step_in(struct http_exchange *exchange, struct live *live, unsigned which) {
    struct http_handler *handler = &live->instead[which];
    *handler = (struct http_handler){.answer = which == 0 ? answer_wrong : answer_many, .user = live};
    exchange->handler = handler;
}

/* ---- doing it ---- */

static int fulfil(struct live *live, const struct http_exchange *exchange, const struct wish *wish) {
    struct lucid_sockaddr local;
    int value = wish->mss;
    if (lucid_getsockname(live->stack, exchange->fd, &local) < 0) {
        return 0;
    }
    if (wish->mss != 0) {
        lucid_setsockopt(live->stack, exchange->fd, LUCID_IPPROTO_TCP, LUCID_TCP_MAXSEG, &value, sizeof value);
    }
    return wish->link ? lucid_host_faults(live->host, &local, &exchange->remote, wish->bad_link ? &wish->faults : NULL)
                      : 0;
}

void live_faults_head(struct live *live, struct http_exchange *exchange) {
    char error[LUCID_ERROR_TEXT];
    struct wish wish;
    if (!live->allow_faults || !live->host || !exchange->request.has_query || !exchange->handler) {
        return;
    }
    if (!read_wish(exchange, &wish, error)) {
        step_in(exchange, live, 0);
        return;
    }
    if (wish.any && fulfil(live, exchange, &wish) == -LUCID_ENOBUFS) {
        step_in(exchange, live, 1);
    }
}
