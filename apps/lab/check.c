/* check.c: the table of the kinds, and the pieces that they have in common. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/check_private.h"
#include "lab/nearest.h"
#include "lab/scenario_line.h"

#define EXPRESSION_MAX 1024

struct kind {
    const char *name;
    bool (*read)(struct check_reading *reading);
};

static const struct kind KINDS[] = {
    {"states", check_states}, {"count", check_count}, {"same", check_same},     {"order", check_order},
    {"eq", check_eq},         {"time", check_time},   {"fields", check_fields}, {"none", check_none},
    {"figure", check_figure}, {"error", check_error}, {"bytes", check_bytes},   {"ghosts", check_ghosts},
    {"stuck", check_stuck},   {"fit", check_fit},     {"breaks", check_breaks},
};

#define KIND_COUNT (sizeof KINDS / sizeof *KINDS)

static const struct kind *kind_of(const char *name, char error[LAB_ERROR]) {
    const char *names[KIND_COUNT + 1];
    for (unsigned i = 0; i < KIND_COUNT; i++) {
        if (!strcmp(KINDS[i].name, name)) {
            return &KINDS[i];
        }
        names[i] = KINDS[i].name;
    }
    names[KIND_COUNT] = NULL;
    const char *near = nearest_word(names, name, strlen(name));
    snprintf(error, LAB_ERROR,
             "`%.30s` is no kind of check%s%s%s (states count same order eq time fields none figure error bytes "
             "ghosts stuck fit breaks)",
             name, near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
    return NULL;
}

static void end(struct check_reading *reading) {
    while (reading->queries) {
        query_free(reading->query[--reading->queries]);
    }
}

int check_verify(const char *kind, const char *body, const char *const *node, unsigned nodes, bool *in_kind,
                 unsigned *offset, char error[LAB_ERROR]) {
    error[0] = 0;
    *offset = 0;
    const struct kind *known = kind_of(kind, error);
    *in_kind = !known;
    struct check_result result = {0};
    struct check_reading reading = {
        .body = body, .node = node, .nodes = nodes, .result = &result, .offset = offset, .error = error};
    bool good = known && known->read(&reading);
    end(&reading);
    return good ? 0 : -1;
}

int check_run(const struct scenario_check *check, const struct model *model, struct check_result *result,
              char error[LAB_ERROR]) {
    unsigned offset;
    error[0] = 0;
    *result = (struct check_result){.of = check->points, .want = text_growing(), .got = text_growing()};
    const struct kind *known = kind_of(check->kind.text, error);
    struct check_reading reading = {
        .body = check->body.text, .model = model, .result = result, .offset = &offset, .error = error};
    bool good = known && known->read(&reading);
    end(&reading);
    result->passed = result->passed && good;
    result->points = result->passed ? result->of : 0;
    return good ? 0 : -1;
}

void check_result_free(struct check_result *result) {
    text_free(&result->want);
    text_free(&result->got);
}

bool check_wrong(struct check_reading *reading, const char *at, const char *format, ...) {
    if (!reading->error[0]) {
        va_list list;
        va_start(list, format);
        vsnprintf(reading->error, LAB_ERROR, format, list);
        va_end(list);
        *reading->offset = (unsigned)(at - reading->body);
    }
    return false;
}

static struct check_piece trimmed(const char *at, const char *end_of) {
    while (at < end_of && isspace((unsigned char)*at)) {
        at++;
    }
    while (end_of > at && isspace((unsigned char)end_of[-1])) {
        end_of--;
    }
    return (struct check_piece){at, (size_t)(end_of - at)};
}

struct check_piece check_body(const struct check_reading *reading) {
    return trimmed(reading->body, reading->body + strlen(reading->body));
}

/* Goes over a quoted string or a bracket; otherwise one character. */
static const char *over(const char *at, const char *stop, int *depth) {
    if (*at == '"') {
        for (at++; at < stop && *at != '"';) {
            at++;
        }
        return at < stop ? at + 1 : at;
    }
    *depth += *at == '(' || *at == '[';
    *depth -= *at == ')' || *at == ']';
    return at + 1;
}

bool check_split(struct check_piece all, const char *word, struct check_piece *before, struct check_piece *after) {
    const char *stop = all.at + all.length;
    size_t length = strlen(word);
    int depth = 0;
    for (const char *at = all.at; at < stop; at = over(at, stop, &depth)) {
        bool begins = at == all.at || isspace((unsigned char)at[-1]);
        bool ends = (size_t)(stop - at) == length ||
                    ((size_t)(stop - at) > length && isspace((unsigned char)at[length]));
        if (!depth && begins && ends && !memcmp(at, word, length)) {
            *before = trimmed(all.at, at);
            *after = trimmed(at + length, stop);
            return true;
        }
    }
    return false;
}

bool check_split_at(struct check_piece all, char c, struct check_piece *before, struct check_piece *after) {
    const char *stop = all.at + all.length;
    int depth = 0;
    for (const char *at = all.at; at < stop; at = over(at, stop, &depth)) {
        bool joined = c == '=' && at > all.at && strchr("<>!", at[-1]);
        if (!depth && *at == c && !joined) {
            *before = trimmed(all.at, at);
            *after = trimmed(at + 1, stop);
            return true;
        }
    }
    return false;
}

struct check_piece check_word(struct check_piece *rest) {
    const char *stop = rest->at + rest->length, *at = rest->at;
    int depth = 0;
    while (at < stop && (depth || !isspace((unsigned char)*at))) {
        at = over(at, stop, &depth);
    }
    struct check_piece word = {rest->at, (size_t)(at - rest->at)};
    *rest = trimmed(at, stop);
    return word;
}

static bool as_text(struct check_reading *reading, struct check_piece piece, char text[EXPRESSION_MAX]) {
    int prefix = snprintf(text, EXPRESSION_MAX, "%s", reading->prefix ? reading->prefix : "");
    if (!piece.length) {
        return check_wrong(reading, piece.at, "an expression was expected");
    }
    if (piece.length + (size_t)prefix >= EXPRESSION_MAX) {
        return check_wrong(reading, piece.at, "this expression is too long");
    }
    memcpy(text + prefix, piece.at, piece.length);
    text[(size_t)prefix + piece.length] = 0;
    return true;
}

static bool verify(struct check_reading *reading, struct check_piece piece, const char *text) {
    unsigned offset, prefix = reading->prefix ? (unsigned)strlen(reading->prefix) : 0;
    char error[LAB_ERROR];
    if (!query_check(text, reading->node, reading->nodes, &offset, error)) {
        return true;
    }
    return check_wrong(reading, piece.at + (offset > prefix ? offset - prefix : 0), "%s", error);
}

bool check_left(struct check_reading *reading, struct check_piece piece, struct query_value *value,
                struct query_value *left) {
    char text[EXPRESSION_MAX], error[LAB_ERROR];
    *value = (struct query_value){0};
    if (!as_text(reading, piece, text)) {
        return false;
    }
    if (!reading->model) {
        return verify(reading, piece, text);
    }
    if (reading->queries + 2 > CHECK_VALUES) {
        return check_wrong(reading, piece.at, "too many values in one check");
    }
    for (unsigned i = 0; i < (left ? 2 : 1); i++) {
        struct query *query = query_compile(text, reading->model->log, 1, error);
        if (!query) {
            return check_wrong(reading, piece.at, "%s", error);
        }
        reading->query[reading->queries++] = query;
        if (i) {
            *left = query_left(query, reading->model);
        } else {
            *value = query_eval(query, reading->model);
        }
    }
    return true;
}

bool check_value(struct check_reading *reading, struct check_piece piece, struct query_value *value) {
    return check_left(reading, piece, value, NULL);
}

bool check_condition(struct check_reading *reading, struct check_piece piece) {
    struct query_value value, left = {0};
    if (!check_left(reading, piece, &value, &left)) {
        return false;
    }
    if (!reading->model) {
        return true;
    }
    reading->result->passed = query_true(&value);
    text_put(&reading->result->want, reading->prefix ? reading->prefix : "");
    text_put_octets(&reading->result->want, piece.at, piece.length);
    query_format(&left, &reading->result->got);
    return true;
}

static int node_index(struct check_reading *reading, struct check_piece name) {
    if (reading->model) {
        int found = tlog_node_find(reading->model->log, name.at, name.length);
        return found == TLOG_WIRE_NODE ? -1 : found;
    }
    for (unsigned i = 0; i < reading->nodes; i++) {
        if (strlen(reading->node[i]) == name.length && !memcmp(reading->node[i], name.at, name.length)) {
            return (int)i;
        }
    }
    return -1;
}

int check_node(struct check_reading *reading, struct check_piece piece, unsigned *which) {
    const char *bracket = memchr(piece.at, '[', piece.length);
    struct check_piece name = {piece.at, bracket ? (size_t)(bracket - piece.at) : piece.length};
    int node = name.length ? node_index(reading, name) : -1;
    if (node < 0) {
        check_wrong(reading, piece.at, "the name of a node was expected, not `%.*s`", (int)piece.length, piece.at);
        return -1;
    }
    *which = bracket ? (unsigned)atoi(bracket + 1) : 0;
    return node;
}

bool check_seconds(struct check_reading *reading, struct check_piece piece, double *seconds) {
    uint64_t time;
    if (!scenario_time(piece.at, piece.length, &time)) {
        return check_wrong(reading, piece.at, "a time was expected (20ms, 1.5s, 3h), not `%.*s`", (int)piece.length,
                           piece.at);
    }
    *seconds = (double)time / 1e9;
    return true;
}

bool check_number(struct check_reading *reading, struct check_piece piece, double got) {
    static const char *const signs[] = {"<=", ">=", "!=", "=", "<", ">"};
    unsigned i = 0;
    while (i < 6 && strncmp(piece.at, signs[i], strlen(signs[i])) != 0) {
        i++;
    }
    struct check_piece number = i < 6 ? trimmed(piece.at + strlen(signs[i]), piece.at + piece.length) : piece;
    struct query_value value;
    if (i == 6 || !piece.length) {
        return check_wrong(reading, piece.at, "`= N`, or another comparison with a number, was expected");
    }
    if (!check_value(reading, number, &value)) {
        return false;
    }
    if (!reading->model) {
        return true;
    }
    double want = value.number;
    const bool holds[] = {got <= want, got >= want, got != want, got == want, got<want, got> want};
    reading->result->passed = value.type == QUERY_NUMBER && holds[i];
    text_put_octets(&reading->result->want, piece.at, piece.length);
    text_format(&reading->result->got, "%.0f", got);
    return true;
}
