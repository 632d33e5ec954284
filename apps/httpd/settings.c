/* settings.c: the table. See settings.h. */
#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "common/value.h"

/* ---- the kinds of values ---- */

static bool take_time(lucid_time *time, const struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    return value_seconds(words->word[0], false, time) ||
           value_wrong(error, "%.60s is no time: take seconds from 0.001 to 3600", words->word[0]);
}

static bool take_number(uint64_t *number, uint64_t least, uint64_t most, const struct setting_words *words,
                        char error[LUCID_ERROR_TEXT]) {
    return value_number(words->word[0], least, most, number) ||
           value_wrong(error, "%.60s is no number that it takes: take one from %llu to %llu", words->word[0],
                       (unsigned long long)least, (unsigned long long)most);
}

/* ---- times ---- */

static bool take_head_time(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    return take_time(&settings->http.head_time, words, error);
}

static bool take_idle_time(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    return take_time(&settings->http.idle_time, words, error);
}

static bool take_body_time(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    return take_time(&settings->http.body_time, words, error);
}

static bool take_send_time(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    return take_time(&settings->http.send_time, words, error);
}

static bool take_stop_time(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    return value_seconds(words->word[0], true, &settings->stop_time) ||
           value_wrong(error, "%.60s is no time: take seconds from 0 to 3600", words->word[0]);
}

/* ---- limits ---- */

static bool take_connections(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    uint64_t number = 0;
    bool good = take_number(&number, 1, 1000000, words, error);
    settings->http.connections = (uint32_t)number;
    return good;
}

static bool take_max_line(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    uint64_t number = 0;
    bool good = take_number(&number, 64, 1 << 20, words, error);
    settings->http.limits.line = (uint32_t)number;
    return good;
}

static bool take_max_head(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    uint64_t number = 0;
    bool good = take_number(&number, 64, 1 << 20, words, error);
    settings->http.limits.head = (uint32_t)number;
    return good;
}

static bool take_max_fields(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    uint64_t number = 0;
    bool good = take_number(&number, 1, HTTP_FIELDS_MAX, words, error);
    settings->http.limits.fields = (uint32_t)number;
    return good;
}

static bool take_max_body(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    return take_number(&settings->http.limits.body, 0, UINT64_C(1) << 40, words, error);
}

/* ---- files ---- */

static bool take_root(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    (void)error;
    settings->http.root = words->word[0];
    return true;
}

static bool take_listing(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    (void)words, (void)error;
    settings->http.lists = true;
    return true;
}

static bool take_type(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    const char *end = words->word[0], *type = words->word[1];
    if (end[0] == '.' && http_types_add(&settings->types, end + 1, type)) {
        return true;
    }
    if (end[0] == '.' && http_types_add(&settings->types, end + 1, "a/b")) {
        words->wrong = 1;
        return value_wrong(error, "%.60s is no media type: write one such as text/plain", type);
    }
    return value_wrong(error, "%.60s is no end of a name: write one such as .txt", end);
}

/* ---- paths that are elsewhere ---- */

static bool add_redirect(struct settings *settings, int status, const char *from, const char *to,
                         struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    switch (http_redirects_add(&settings->redirects, status, from, to, error, LUCID_ERROR_TEXT)) {
    case HTTP_REDIRECT_GOOD:
        return true;
    case HTTP_REDIRECT_TO:
        words->wrong = 2;
        break;
    case HTTP_REDIRECT_FROM:
        words->wrong = to ? 1 : 0;
        break;
    case HTTP_REDIRECT_STATUS:
        break;
    }
    return false;
}

static bool take_redirect(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    uint64_t status = 0;
    return take_number(&status, 301, 308, words, error) &&
           add_redirect(settings, (int)status, words->word[1], words->word[2], words, error);
}

static bool take_gone(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    return add_redirect(settings, 410, words->word[0], NULL, words, error);
}

static bool take_forbid(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    return add_redirect(settings, 403, words->word[0], NULL, words, error);
}

/* ---- the access log ---- */

static bool take_access_log(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    (void)error;
    settings->access_log = words->word[0];
    return true;
}

static bool take_access_json(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    (void)words, (void)error;
    settings->access_json = true;
    return true;
}

/* ---- servers behind this one ---- */

/* The order says nothing: of two prefixes the longer one counts. So the same one twice is a mistake. */
static bool take_upstream(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    unsigned count = settings->http.upstream_count;
    struct http_upstream *upstream = &settings->upstreams[count];
    const char *word = words->word[0];
    if (count == HTTP_UPSTREAMS_MAX) {
        return value_wrong(error, "%.60s is one too many: %d can be had", word, HTTP_UPSTREAMS_MAX);
    }
    if (!http_upstream_parse(upstream, word, error)) {
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(settings->upstreams[i].prefix, upstream->prefix) == 0) {
            return value_wrong(error, "%.60s is for a prefix that has an upstream already: leave one out", word);
        }
    }
    settings->http.upstreams = settings->upstreams;
    settings->http.upstream_count = count + 1;
    return true;
}

static bool take_upstream_time(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]) {
    struct http_server_options *http = &settings->http;
    bool good = take_time(&http->upstream_time, words, error);
    http->connect_time = http->upstream_time < 10 * LUCID_SECOND ? http->upstream_time : 10 * LUCID_SECOND;
    return good;
}

/* ---- all of them ---- */

const struct setting settings_table[] = {
    {"root", 1, 1, false, "root DIR", take_root},
    {"listing", 0, 0, false, "listing", take_listing},
    {"type", 2, 2, true, "type .END TYPE", take_type},
    {"redirect", 3, 3, true, "redirect 301|302|307|308 FROM TO", take_redirect},
    {"gone", 1, 1, true, "gone PATH", take_gone},
    {"forbid", 1, 1, true, "forbid PATH", take_forbid},
    {"access-log", 1, 1, false, "access-log FILE", take_access_log},
    {"access-json", 0, 0, false, "access-json", take_access_json},
    {"connections", 1, 1, false, "connections N", take_connections},
    {"head-time", 1, 1, false, "head-time SECONDS", take_head_time},
    {"idle-time", 1, 1, false, "idle-time SECONDS", take_idle_time},
    {"body-time", 1, 1, false, "body-time SECONDS", take_body_time},
    {"send-time", 1, 1, false, "send-time SECONDS", take_send_time},
    {"stop-time", 1, 1, false, "stop-time SECONDS", take_stop_time},
    {"max-line", 1, 1, false, "max-line OCTETS", take_max_line},
    {"max-head", 1, 1, false, "max-head OCTETS", take_max_head},
    {"max-fields", 1, 1, false, "max-fields N", take_max_fields},
    {"max-body", 1, 1, false, "max-body OCTETS", take_max_body},
    {"upstream", 1, 1, SETTING_REPEATS, "upstream PREFIX=URL", take_upstream},
    {"upstream-time", 1, 1, false, "upstream-time SECONDS", take_upstream_time},
};

const unsigned settings_count = sizeof settings_table / sizeof settings_table[0];

/* ---- a generation ---- */

static void end_keep(struct http_keep *keep) {
    struct settings *settings = (struct settings *)(void *)keep;
    http_redirects_end(&settings->redirects);
    http_types_end(&settings->types);
    free(settings->file);
    free(settings);
}

struct settings *settings_new(void) {
    struct settings *settings = calloc(1, sizeof *settings);
    if (!settings) {
        return NULL;
    }
    http_server_defaults(&settings->http);
    settings->stop_time = 5 * LUCID_SECOND;
    settings->http.types = "/etc/mime.types";
    settings->types = http_types_none();
    settings->http.more_types = &settings->types;
    settings->http.redirects = &settings->redirects;
    settings->keep = (struct http_keep){.holders = 1, .end = end_keep};
    settings->http.keep = &settings->keep;
    return settings;
}

void settings_drop(struct settings *settings) {
    if (settings) {
        http_keep_drop(&settings->keep);
    }
}

bool settings_settle(const struct settings *settings, char error[LUCID_ERROR_TEXT]) {
    if (settings->access_json && !settings->access_log) {
        return value_wrong(error, "--access-json says how, not where: give --access-log FILE too");
    }
    if (settings->http.lists && !settings->http.root) {
        return value_wrong(error, "--listing shows folders of what is served: give --root DIR too");
    }
    if (settings->http.limits.line > settings->http.limits.head) {
        return value_wrong(error, "max-line %u is more than max-head %u, which counts the line too: make one fit",
                           settings->http.limits.line, settings->http.limits.head);
    }
    return http_redirects_check(&settings->redirects, error, LUCID_ERROR_TEXT);
}
