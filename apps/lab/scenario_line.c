/* scenario_line.c: see scenario_line.h. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/scenario_line.h"

bool scenario_lines_open(struct scenario_lines *lines, const char *name, const char *text, char error[LAB_ERROR]) {
    *lines = (struct scenario_lines){.name = name, .next = text, .line = 1, .error = error};
    lines->text = malloc(2 * strlen(text) + 2);
    error[0] = 0;
    if (!lines->text) {
        snprintf(error, LAB_ERROR, "%s: no memory", name);
    }
    return lines->text;
}

void scenario_lines_close(struct scenario_lines *lines) {
    free(lines->text);
    lines->text = NULL;
}

/* Columns count characters: an octet that continues one of UTF-8 is none. */
static unsigned characters(const char *from, const char *to) {
    unsigned count = 0;
    for (; from < to; from++) {
        count += ((unsigned char)*from & 0xc0) != 0x80;
    }
    return count;
}

static const struct scenario_piece *piece_of(const struct scenario_lines *lines, const char *at) {
    size_t offset = (size_t)(at - lines->text);
    unsigned i = lines->pieces - 1;
    while (i && lines->piece[i].at > offset) {
        i--;
    }
    return &lines->piece[i];
}

unsigned scenario_line_of(const struct scenario_lines *lines, const char *at) {
    return piece_of(lines, at)->line;
}

unsigned scenario_column_of(const struct scenario_lines *lines, const char *at) {
    const struct scenario_piece *piece = piece_of(lines, at);
    return piece->column + characters(lines->text + piece->at, at);
}

/* Octets of the character of UTF-8 there; 0: it is none, or a control character, which would act on a terminal. */
static size_t printable(const char *at) {
    unsigned char lead = (unsigned char)*at;
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0x80) {
        return lead >= ' ' && lead != 0x7f;
    }
    if (lead < 0xc3 || lead > 0xf4) { /* 0xc2: mostly control characters; nobody writes scenarios with the others */
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return length;
}

void scenario_make_printable(char *text) {
    while (*text) {
        size_t length = printable(text);
        if (!length) {
            *text = '?';
        }
        text += length ? length : 1;
    }
}

bool scenario_wrong(struct scenario_lines *lines, const char *at, const char *format, ...) {
    if (lines->error[0]) {
        return false;
    }
    int length = snprintf(lines->error, LAB_ERROR, "%s:%u:%u: ", lines->name, scenario_line_of(lines, at),
                          scenario_column_of(lines, at));
    if (length > 0 && length < LAB_ERROR) {
        va_list list;
        va_start(list, format);
        vsnprintf(lines->error + length, LAB_ERROR - (size_t)length, format, list);
        va_end(list);
    }
    scenario_make_printable(lines->error);
    return false;
}

/* How far the statement's part of a physical line goes: up to a comment, a backslash or the end. */
static const char *part_end(const char *at, const char *end, bool *quoted) {
    const char *begin = at;
    for (; at < end; at++) {
        if (*at == '\\' && at + 1 == end) {
            return at;
        }
        if (*quoted && *at == '\\') {
            at++;
        } else if (*at == '"') {
            *quoted = !*quoted;
        } else if (*at == '#' && !*quoted && (at == begin || isspace((unsigned char)at[-1]))) {
            return at;
        }
    }
    return at;
}

/* Adds one physical line. Returns whether another one belongs to it. */
static bool join(struct scenario_lines *lines, bool *quoted) {
    const char *begin = lines->next, *end = begin + strcspn(begin, "\n");
    const char *stop = end > begin && end[-1] == '\r' ? end - 1 : end;
    const char *at = begin;
    while (at < stop && (*at == ' ' || *at == '\t')) {
        at++;
    }
    if (lines->length && !*quoted) {
        lines->text[lines->length++] = ' ';
    }
    lines->piece[lines->pieces++] = (struct scenario_piece){lines->length, lines->line, characters(begin, at) + 1};
    const char *until = part_end(at, stop, quoted);
    memcpy(lines->text + lines->length, at, (size_t)(until - at));
    lines->length += (size_t)(until - at);
    lines->next = *end ? end + 1 : end;
    lines->line++;
    return until < stop && *until == '\\';
}

int scenario_lines_next(struct scenario_lines *lines) {
    while (*lines->next) {
        lines->length = lines->pieces = 0;
        lines->at = 0;
        bool quoted = false, more;
        do {
            more = join(lines, &quoted);
        } while (more && *lines->next && lines->pieces < SCENARIO_PIECES);
        lines->text[lines->length] = 0;
        if (lines->pieces == SCENARIO_PIECES) {
            scenario_wrong(lines, lines->text, "more than %d lines are joined; is a backslash too many?",
                           SCENARIO_PIECES);
            return -1;
        }
        if (quoted) {
            scenario_wrong(lines, strrchr(lines->text, '"'), "this string has no end; a quote \" was expected");
            return -1;
        }
        if (!scenario_at_end(lines)) {
            return 1;
        }
    }
    return 0;
}

static void blanks(struct scenario_lines *lines) {
    while (isspace((unsigned char)lines->text[lines->at])) {
        lines->at++;
    }
}

bool scenario_at_end(struct scenario_lines *lines) {
    blanks(lines);
    return !lines->text[lines->at];
}

static const char *string_end(const char *at) {
    for (at++; *at && *at != '"'; at++) {
        at += *at == '\\' && at[1];
    }
    return *at ? at + 1 : at;
}

static const char *word_end(const char *at) {
    int depth = 0;
    while (*at && (depth > 0 || !isspace((unsigned char)*at))) {
        if (*at == '"') {
            at = string_end(at);
            continue;
        }
        depth += *at == '(' || *at == '[';
        depth -= *at == ')' || *at == ']';
        at++;
    }
    return at;
}

struct scenario_span scenario_peek(struct scenario_lines *lines) {
    blanks(lines);
    const char *at = lines->text + lines->at;
    return (struct scenario_span){at, (size_t)(word_end(at) - at)};
}

struct scenario_span scenario_word(struct scenario_lines *lines) {
    struct scenario_span word = scenario_peek(lines);
    lines->at += word.length;
    return word;
}

bool scenario_is(struct scenario_span span, const char *word) {
    return strlen(word) == span.length && !memcmp(word, span.at, span.length);
}

bool scenario_take(struct scenario_lines *lines, const char *word) {
    if (!scenario_is(scenario_peek(lines), word)) {
        return false;
    }
    scenario_word(lines);
    return true;
}

struct scenario_span scenario_until(struct scenario_lines *lines, const char *const *words) {
    blanks(lines);
    const char *begin = lines->text + lines->at, *end = begin;
    while (!scenario_at_end(lines)) {
        struct scenario_span word = scenario_peek(lines);
        for (unsigned i = 0; words[i]; i++) {
            if (scenario_is(word, words[i])) {
                return (struct scenario_span){begin, (size_t)(end - begin)};
            }
        }
        scenario_word(lines);
        end = word.at + word.length;
    }
    return (struct scenario_span){begin, (size_t)(end - begin)};
}

char *scenario_string(struct scenario_lines *lines, const char *what) {
    struct scenario_span word = scenario_peek(lines);
    if (!word.length || word.at[0] != '"' || string_end(word.at) != word.at + word.length) {
        scenario_wrong(lines, word.at, "%s was expected, in double quotes", what);
        return NULL;
    }
    char *string = malloc(word.length);
    if (!string) {
        scenario_wrong(lines, word.at, "no memory");
        return NULL;
    }
    size_t length = 0;
    for (const char *at = word.at + 1; at < word.at + word.length - 1; at++) {
        bool escaped = *at == '\\';
        at += escaped;
        string[length++] = escaped && *at == 'n' ? '\n' : *at;
    }
    string[length] = 0;
    scenario_word(lines);
    return string;
}

static uint64_t unit_of(const char *at, size_t length) {
    static const struct {
        const char *unit;
        uint64_t nanoseconds;
    } units[] = {{"", 1000000000}, {"s", 1000000000},    {"ms", 1000000},      {"us", 1000},
                 {"ns", 1},        {"h", 3600000000000}, {"min", 60000000000}, {"m", 60000000000}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strlen(units[i].unit) == length && !memcmp(units[i].unit, at, length)) {
            return units[i].nanoseconds;
        }
    }
    return 0;
}

/* Digits from *i on; *places: 10 to their number. Nine are enough for both sides of a point. */
static uint64_t digits(const char *at, size_t length, size_t *i, uint64_t *places) {
    uint64_t value = 0;
    *places = 1;
    for (; *i < length && isdigit((unsigned char)at[*i]) && *places < 1000000000; ++*i) {
        value = value * 10 + (uint64_t)(at[*i] - '0');
        *places *= 10;
    }
    return value;
}

bool scenario_time(const char *at, size_t length, uint64_t *time) {
    uint64_t places, part = 0;
    size_t i = 0;
    uint64_t whole = digits(at, length, &i, &places);
    if (!i) {
        return false;
    }
    if (i < length && at[i] == '.') {
        i++;
        part = digits(at, length, &i, &places);
    } else {
        places = 1;
    }
    uint64_t unit = unit_of(at + i, length - i);
    if (!unit || whole > UINT64_MAX / 4 / unit) {
        return false;
    }
    /* Both are powers of ten times something whole: nothing is lost down to one nanosecond. */
    *time = whole * unit + (unit >= places ? part * (unit / places) : part / (places / unit));
    return true;
}
