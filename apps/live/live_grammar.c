/* live_grammar.c: see live_grammar.h. A row of a table for each step: what the piece is, where it ends, what follows.
 */
#include "live/live_grammar.h"

#include <string.h>

const char *live_part_name(enum live_part part) {
    static const char *const names[] = {
#define LIVE_PART_NAME(name, word, meaning) [LIVE_PART_##name] = word,
        LIVE_PART_LIST(LIVE_PART_NAME)
#undef LIVE_PART_NAME
    };
    return names[part];
}

const char *live_part_meaning(enum live_part part) {
    static const char *const meanings[] = {
#define LIVE_PART_MEANING(name, word, meaning) [LIVE_PART_##name] = meaning,
        LIVE_PART_LIST(LIVE_PART_MEANING)
#undef LIVE_PART_MEANING
    };
    return meanings[part];
}

enum step {
    EMPTY_LINE,
    METHOD,
    SPACE_1,
    PATH,
    QUERY,
    SPACE_2,
    VERSION,
    FIRST_VERSION,
    SPACE_3,
    STATUS,
    SPACE_4,
    REASON,
    LINE_END,
    NAME,
    COLON,
    VALUE,
    BODY,
};

/* Pieces of octets that are in only, or of those that are not in but; up to the end of the line. */
static const struct {
    uint8_t part, next;
    const char *only, *but;
} steps[] = {
    [EMPTY_LINE] = {LIVE_PART_CRLF, METHOD, "\r\n", NULL}, [METHOD] = {LIVE_PART_METHOD, SPACE_1, NULL, " "},
    [SPACE_1] = {LIVE_PART_SPACE, PATH, " \t", NULL},      [PATH] = {LIVE_PART_PATH, QUERY, NULL, " ?"},
    [QUERY] = {LIVE_PART_QUERY, SPACE_2, NULL, " "},       [SPACE_2] = {LIVE_PART_SPACE, VERSION, " \t", NULL},
    [VERSION] = {LIVE_PART_VERSION, LINE_END, NULL, ""},   [FIRST_VERSION] = {LIVE_PART_VERSION, SPACE_3, NULL, " "},
    [SPACE_3] = {LIVE_PART_SPACE, STATUS, " ", NULL},      [STATUS] = {LIVE_PART_STATUS, SPACE_4, NULL, " "},
    [SPACE_4] = {LIVE_PART_SPACE, REASON, " ", NULL},      [REASON] = {LIVE_PART_REASON, LINE_END, NULL, ""},
    [LINE_END] = {LIVE_PART_CRLF, NAME, NULL, NULL},       [NAME] = {LIVE_PART_NAME, COLON, NULL, ":"},
    [COLON] = {LIVE_PART_COLON, VALUE, ": \t", NULL},      [VALUE] = {LIVE_PART_VALUE, LINE_END, NULL, ""},
    [BODY] = {LIVE_PART_BODY, BODY, NULL, NULL},
};

struct live_grammar live_grammar_of(const void *octets, uint32_t length, bool response) {
    return (struct live_grammar){
        .octets = octets, .length = length, .step = response ? FIRST_VERSION : EMPTY_LINE, .response = response};
}

static bool is_in(const char *set, uint8_t octet) {
    return octet != '\0' && strchr(set, octet) != NULL;
}

static uint32_t end_of_line(const struct live_grammar *grammar) {
    const uint8_t *octets = grammar->octets + grammar->at;
    uint32_t left = grammar->length - grammar->at;
    const uint8_t *feed = memchr(octets, '\n', left);
    uint32_t end = feed ? (uint32_t)(feed - octets) : left;
    return end > 0 && feed && octets[end - 1] == '\r' ? end - 1 : end;
}

/* How many octets from here on belong to the piece. */
static uint32_t extent(const struct live_grammar *grammar) {
    const uint8_t *octets = grammar->octets + grammar->at;
    const char *only = steps[grammar->step].only, *but = steps[grammar->step].but;
    uint32_t left = grammar->length - grammar->at, length = 0;
    if (grammar->step == BODY) {
        return left;
    }
    if (grammar->step == LINE_END) {
        uint32_t line = end_of_line(grammar);
        return line < left ? line + (octets[line] == '\r' ? 2 : 1) : left;
    }
    uint32_t most = grammar->step == EMPTY_LINE ? left : end_of_line(grammar);
    while (length < most && (only ? is_in(only, octets[length]) : !is_in(but, octets[length]))) {
        length++;
    }
    return length;
}

/* A line that is empty ends the head. */
static bool ends_head(const struct live_grammar *grammar) {
    return grammar->step == NAME && grammar->at < grammar->length && end_of_line(grammar) == 0;
}

bool live_grammar_next(struct live_grammar *grammar, struct live_piece *piece) {
    while (grammar->at < grammar->length) {
        bool last = ends_head(grammar);
        grammar->step = last ? LINE_END : grammar->step;
        uint32_t length = extent(grammar);
        *piece = (struct live_piece){(enum live_part)steps[grammar->step].part, grammar->at, length};
        grammar->step = last ? BODY : steps[grammar->step].next;
        grammar->at += length;
        if (length > 0) {
            return true;
        }
    }
    return false;
}
