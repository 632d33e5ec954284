/* http_redirect.c: rules, in a sorted table. See http_redirect.h. */
#include "http/http_redirect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_char.h"

/* More are made by a program, which had better be a gateway. */
enum { RULES_MAX = 1000 };

struct http_redirect {
    char *from; /* as in struct http_path; of a rule for all below it with its last slash */
    size_t length;
    bool below;
    int status;
    char *to;       /* up to where the query belongs, and the rest of the path before that */
    char *fragment; /* behind the query: "" or "#..." */
    bool rest;      /* of the path goes behind `to` */
    bool has_query; /* `to` has one */
};

static bool wrong(char *error, size_t size, const char *what, const char *word, const char *advice) {
    snprintf(error, size, "%.80s %s: %s", word, what, advice);
    return false;
}

/* ---- finding ---- */

/* All below a path stand behind the path itself. */
static int order(const struct http_redirect *rule, const char *name, size_t length, bool below) {
    size_t least = length < rule->length ? length : rule->length;
    int octets = memcmp(name, rule->from, least);
    if (octets != 0 || length != rule->length) {
        return octets != 0 ? octets : length < rule->length ? -1 : 1;
    }
    return below - rule->below;
}

/* The number of the rule, or of the one before which it belongs. */
static unsigned place_of(const struct http_redirects *redirects, const char *name, size_t length, bool below,
                         bool *there) {
    unsigned low = 0, high = redirects->count;
    *there = false;
    while (low < high && !*there) {
        unsigned middle = (low + high) / 2;
        int side = order(&redirects->rule[middle], name, length, below);
        low = side > 0 ? middle + 1 : low;
        high = side <= 0 ? middle : high;
        *there = side == 0;
    }
    return high;
}

static const struct http_redirect *look_up(const struct http_redirects *redirects, const char *name, size_t length,
                                           bool below) {
    bool there;
    unsigned at = place_of(redirects, name, length, below, &there);
    return there ? &redirects->rule[at] : NULL;
}

const struct http_redirect *http_redirects_find(const struct http_redirects *redirects, const struct http_path *path) {
    if (redirects->count == 0) {
        return NULL;
    }
    const struct http_redirect *rule = look_up(redirects, path->name, path->length, false);
    for (size_t length = path->length + 1; !rule && length > 0;) {
        length--;
        if (length == 0 || path->name[length - 1] == '/') {
            rule = look_up(redirects, path->name, length, true);
        }
    }
    return rule;
}

int http_redirect_status(const struct http_redirect *redirect) {
    return redirect->status;
}

void http_redirect_put(struct text *location, const struct http_redirect *redirect, const struct http_path *path,
                       const char *query, size_t query_length) {
    text_put(location, redirect->to);
    if (redirect->rest) {
        http_path_put(location, path->name + redirect->length, path->length - redirect->length);
    }
    if (query) {
        text_put_char(location, redirect->has_query ? '&' : '?');
        text_put_octets(location, query, query_length);
    }
    text_put(location, redirect->fragment);
}

/* ---- rules ---- */

void http_redirects_end(struct http_redirects *redirects) {
    for (unsigned i = 0; i < redirects->count; i++) {
        free(redirects->rule[i].from);
        free(redirects->rule[i].to);
        free(redirects->rule[i].fragment);
    }
    free(redirects->rule);
    *redirects = (struct http_redirects){0};
}

/* Is it a star behind a slash, at the end, and nowhere else? */
static bool ends_in_star(const char *word) {
    size_t length = strlen(word);
    return length >= 2 && strcmp(word + length - 2, "/*") == 0;
}

static bool read_from(struct http_redirect *rule, const char *from, char *error, size_t size) {
    struct http_path path;
    rule->below = ends_in_star(from);
    size_t length = strlen(from) - rule->below;
    if (from[0] != '/' || strcspn(from, "?#") < length || memchr(from, '*', length)) {
        return wrong(error, size, "is no path", from, "write /a/path, or /a/path/* for all below it");
    }
    if (http_path_read(&path, (const uint8_t *)from, length) != HTTP_REFUSED_NONE) {
        return wrong(error, size, "is a path that no request can have", from, "escape it as in a URL");
    }
    rule->from = strdup(path.name);
    rule->length = path.length;
    return rule->from != NULL;
}

/* A path with one slash in front, or an absolute URI with a host: what a browser takes for one of another kind must not
 * get in. */
static bool is_place(const char *to) {
    size_t length = strlen(to);
    size_t scheme = strncmp(to, "http://", 7) == 0 ? 7 : strncmp(to, "https://", 8) == 0 ? 8 : 0;
    bool path = to[0] == '/' && to[1] != '/' && to[1] != '\\';
    bool host = scheme > 0 && http_char_span((const uint8_t *)to + scheme, length - scheme, HTTP_CHAR_HOST) > 0;
    size_t before = strcspn(to, "#"), at = before < length ? before + 1 : before;
    return (path || host) && http_char_span((const uint8_t *)to, length, HTTP_CHAR_TARGET) == before &&
           http_char_span((const uint8_t *)to + at, length - at, HTTP_CHAR_TARGET) == length - at;
}

static bool read_to(struct http_redirect *rule, const char *to, char *error, size_t size) {
    if (!is_place(to)) {
        return wrong(error, size, "is no place to go to", to, "write /a/path or http://host/path, escaped as in a URL");
    }
    rule->rest = ends_in_star(to);
    if (rule->rest && !rule->below) {
        return wrong(error, size, "has a star", to, "it stands for what a star in the first path stands for");
    }
    size_t whole = strlen(to) - rule->rest, length = strcspn(to, "#");
    length = length < whole ? length : whole;
    rule->to = strndup(to, length);
    rule->fragment = strndup(to + length, whole - length);
    rule->has_query = rule->to && strchr(rule->to, '?');
    if (rule->rest && (rule->has_query || whole > length)) {
        return wrong(error, size, "has a star in its query", to, "let it end in /*, or leave out the star");
    }
    return rule->to && rule->fragment;
}

static bool is_status(int status, bool moves) {
    static const int moving[] = {301, 302, 307, 308}, stopping[] = {403, 410};
    const int *list = moves ? moving : stopping;
    size_t count = moves ? sizeof moving / sizeof moving[0] : sizeof stopping / sizeof stopping[0];
    for (size_t i = 0; i < count; i++) {
        if (list[i] == status) {
            return true;
        }
    }
    return false;
}

static enum http_redirect_fault read_rule(struct http_redirect *rule, const char *from, const char *to, char *error,
                                          size_t size) {
    if (!is_status(rule->status, to != NULL)) {
        snprintf(error, size, "%d is no status for this: take 301 or 308 for good, 302 or 307 for now", rule->status);
        return HTTP_REDIRECT_STATUS;
    }
    snprintf(error, size, "%.80s finds no memory: free some", from);
    if (!read_from(rule, from, error, size)) {
        return HTTP_REDIRECT_FROM;
    }
    return !to || read_to(rule, to, error, size) ? HTTP_REDIRECT_GOOD : HTTP_REDIRECT_TO;
}

static bool make_room(struct http_redirects *redirects) {
    if (redirects->count < redirects->room) {
        return true;
    }
    unsigned room = redirects->room > 0 ? 2 * redirects->room : 8;
    struct http_redirect *rule = realloc(redirects->rule, room * sizeof *rule);
    if (rule) {
        redirects->rule = rule;
        redirects->room = room;
    }
    return rule != NULL;
}

static bool put_rule(struct http_redirects *redirects, const struct http_redirect *rule, const char *from, char *error,
                     size_t size) {
    bool there;
    unsigned at = place_of(redirects, rule->from, rule->length, rule->below, &there);
    if (there) {
        return wrong(error, size, "is there twice", from, "leave one of them out");
    }
    if (redirects->count == RULES_MAX) {
        return wrong(error, size, "is one rule too many", from, "1000 are taken");
    }
    if (!make_room(redirects)) {
        return false;
    }
    memmove(redirects->rule + at + 1, redirects->rule + at, (redirects->count - at) * sizeof *rule);
    redirects->rule[at] = *rule;
    redirects->count++;
    return true;
}

enum http_redirect_fault http_redirects_add(struct http_redirects *redirects, int status, const char *from,
                                            const char *to, char *error, size_t size) {
    struct http_redirect rule = {.status = status};
    enum http_redirect_fault fault = read_rule(&rule, from, to, error, size);
    if (fault == HTTP_REDIRECT_GOOD && put_rule(redirects, &rule, from, error, size)) {
        return HTTP_REDIRECT_GOOD;
    }
    free(rule.from);
    free(rule.to);
    free(rule.fragment);
    return fault == HTTP_REDIRECT_GOOD ? HTTP_REDIRECT_FROM : fault;
}

/* ---- circles ---- */

/* Where the rule sends that path; false: to another server, or to no path that can be asked for. */
static bool follow(const struct http_redirect *rule, struct http_path *path) {
    struct text location = text_growing();
    if (!rule->to || rule->to[0] != '/') {
        return false;
    }
    http_redirect_put(&location, rule, path, NULL, 0);
    size_t length = location.data ? strcspn(location.data, "?#") : 0;
    bool asked = length > 0 && http_path_read(path, (const uint8_t *)location.data, length) == HTTP_REFUSED_NONE;
    text_free(&location);
    return asked;
}

/* A path that goes on from rule to rule, more often than there are rules, has come back to one. */
static bool ends(const struct http_redirects *redirects, struct http_path *path) {
    const struct http_redirect *rule = http_redirects_find(redirects, path);
    for (unsigned steps = 0; rule && steps <= redirects->count; steps++) {
        rule = follow(rule, path) ? http_redirects_find(redirects, path) : NULL;
    }
    return !rule;
}

/* Each rule is tried with a path of its own: for a rule for all below, one that is below. */
bool http_redirects_check(const struct http_redirects *redirects, char *error, size_t size) {
    for (unsigned i = 0; i < redirects->count; i++) {
        const struct http_redirect *rule = &redirects->rule[i];
        struct http_path path = {.length = rule->length};
        memcpy(path.name, rule->from, rule->length + 1);
        if (rule->below && path.length + 2 < sizeof path.name) {
            path.name[path.length++] = '-';
            path.name[path.length] = '\0';
        }
        if (!ends(redirects, &path)) {
            snprintf(error, size, "a client that asks for /%.80s is sent round in circles: let one of the rules go",
                     rule->from);
            return false;
        }
    }
    return true;
}
