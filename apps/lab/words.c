/* words.c: see words.h. */
#include "lab/words.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lab/nearest.h"

int words_fail(char error[LAB_ERROR], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, LAB_ERROR, format, arguments);
    va_end(arguments);
    return -1;
}

/* ---- cutting ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads what follows a backslash; returns how many characters that are, or 0. */
static size_t escape(const char *at, char *octet) {
    static const char letters[] = "nrt0\"\\", octets[] = "\n\r\t\0\"\\";
    const char *found = *at ? memchr(letters, *at, sizeof letters - 1) : NULL;
    if (found) {
        *octet = octets[found - letters];
        return 1;
    }
    if (*at != 'x' || hex_digit(at[1]) < 0 || hex_digit(at[2]) < 0) {
        return 0;
    }
    *octet = (char)((unsigned)hex_digit(at[1]) << 4 | (unsigned)hex_digit(at[2]));
    return 3;
}

/* Reads a word in quotes, of which at is the first; returns where it ends, or NULL. */
static const char *quoted(const char *at, char **to) {
    for (at++; *at && *at != '"'; at++) {
        if (*at != '\\') {
            *(*to)++ = *at;
            continue;
        }
        size_t length = escape(at + 1, *to);
        if (length == 0) {
            return NULL;
        }
        (*to)++;
        at += length;
    }
    return *at == '"' ? at + 1 : NULL;
}

static const char *plain(const char *at, char **to) {
    while (*at && !isspace((unsigned char)*at)) {
        *(*to)++ = *at++;
    }
    return at;
}

int words_split(struct lab_words *words, const char *line, char error[LAB_ERROR]) {
    char *to = words->room;
    const char *at = line;
    words->count = 0;
    if (strlen(line) >= LAB_LINE_MAX / 2) {
        return words_fail(error, "the line has more than %d characters; cut it into several", LAB_LINE_MAX / 2 - 1);
    }
    for (;;) {
        at += strspn(at, " \t\r\n");
        if (!*at) {
            return 0;
        }
        if (words->count == LAB_WORDS_MAX) {
            return words_fail(error, "the line has more than %d words", LAB_WORDS_MAX);
        }
        struct lab_word *word = &words->word[words->count++];
        *word = (struct lab_word){.text = to, .column = (unsigned)(at - line) + 1, .quoted = *at == '"'};
        at = word->quoted ? quoted(at, &to) : plain(at, &to);
        if (!at) {
            return words_fail(error,
                              "column %u: a text in quotes that does not end, or an escape other than \\n \\r "
                              "\\t \\0 \\\" \\\\ \\xHH",
                              word->column);
        }
        word->span = (unsigned)(at - line) + 1 - word->column;
        word->length = (size_t)(to - word->text);
        *to++ = '\0';
    }
}

void words_join(const struct lab_words *words, const char *line, struct text *text) {
    for (unsigned i = 0; i < words->count; i++) {
        text_put(text, i > 0 ? " " : "");
        text_put_octets(text, line + words->word[i].column - 1, words->word[i].span);
    }
}

bool words_is(const struct lab_words *words, unsigned i, const char *text) {
    return i < words->count && !words->word[i].quoted && !strcmp(words->word[i].text, text);
}

const char *words_at(const struct lab_words *words, unsigned i) {
    return i < words->count ? words->word[i].text : "";
}

/* ---- quantities ---- */

static int leading_number(const char **text, uint64_t *number) {
    const char *at = *text;
    *number = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (*number > UINT64_MAX / 10 - 9) {
            return -1;
        }
        *number = *number * 10 + (uint64_t)(*at - '0');
    }
    bool read = at > *text;
    *text = at;
    return read ? 0 : -1;
}

#define BILLION UINT64_C(1000000000)

/* The digits behind a point: "1.5s" is 1500000000; more than nine of them count for nothing. */
static int fraction(const char **text, uint64_t *billionths) {
    uint64_t place = UINT64_C(100000000);
    *billionths = 0;
    if (**text != '.') {
        return 0;
    }
    const char *at = *text + 1;
    for (; *at >= '0' && *at <= '9'; at++, place /= 10) {
        *billionths += (uint64_t)(*at - '0') * place;
    }
    bool read = at > *text + 1;
    *text = at;
    return read ? 0 : -1;
}

struct unit {
    const char *name;
    uint64_t value;
};

static int with_unit(const char *text, const struct unit *units, uint64_t *result) {
    uint64_t whole, part;
    if (leading_number(&text, &whole) < 0 || fraction(&text, &part) < 0) {
        return -1;
    }
    for (; units->name; units++) {
        if (strcasecmp(text, units->name) != 0) {
            continue;
        }
        if (whole > UINT64_MAX / 4 / units->value) {
            return -1;
        }
        bool big = units->value >= BILLION;
        *result = whole * units->value + (big ? part * (units->value / BILLION) : part * units->value / BILLION);
        return 0;
    }
    return -1;
}

int words_number(const char *text, uint64_t most, uint64_t *number) {
    return leading_number(&text, number) < 0 || *text || *number > most ? -1 : 0;
}

int words_time(const char *text, lucid_time *time) {
    static const struct unit units[] = {
        {"ns", 1},           {"us", LUCID_MICROSECOND},  {"ms", LUCID_MILLISECOND},
        {"s", LUCID_SECOND}, {"min", 60 * LUCID_SECOND}, {"h", 3600 * LUCID_SECOND},
        {NULL, 0},
    };
    if (!strcmp(text, "0")) {
        *time = 0;
        return 0;
    }
    return with_unit(text, units, time);
}

int words_size(const char *text, uint64_t *octets) {
    static const struct unit units[] = {{"", 1},       {"B", 1},         {"KB", 1000},       {"MB", 1000000},
                                        {"KiB", 1024}, {"MiB", 1048576}, {"GB", 1000000000}, {NULL, 0}};
    return with_unit(text, units, octets);
}

int words_rate(const char *text, uint64_t *bits) {
    static const struct unit units[] = {{"bit", 1},           {"kbit", 1000},         {"mbit", 1000000},
                                        {"gbit", 1000000000}, {"kbit/s", 1000},       {"mbit/s", 1000000},
                                        {"bit/s", 1},         {"gbit/s", 1000000000}, {NULL, 0}};
    return with_unit(text, units, bits) < 0 || *bits == 0 ? -1 : 0;
}

/* ---- the nearest name ---- */

/* Whoever writes the beginning of a name means that one. */
const char *words_nearest(const char *word, const char *const *known) {
    size_t length = strlen(word);
    for (unsigned i = 0; length >= 2 && known[i]; i++) {
        if (!strncasecmp(word, known[i], length)) {
            return known[i];
        }
    }
    for (unsigned i = 0; length == 1 && known[i]; i++) {
        if (!strcasecmp(word, known[i])) {
            return known[i];
        }
    }
    return length > 1 ? nearest_word(known, word, length) : NULL;
}

/* All of them, as far as they fit. */
static void list_known(struct text *text, const char *const *known) {
    for (unsigned i = 0; known[i]; i++) {
        size_t length = text->length;
        text_format(text, "%s%s", i > 0 ? " " : "", known[i]);
        if (text->length > LAB_ERROR - 8) {
            text->length = length;
            text_put(text, " ...");
            return;
        }
    }
}

int words_unknown(char error[LAB_ERROR], const char *what, const char *word, const char *const *known,
                  const char *example) {
    const char *near = *word ? words_nearest(word, known) : NULL;
    if (near) {
        return words_fail(error, "`%.40s` is no %s; did you mean `%s`, %s?", word, what, near, example);
    }
    char room[LAB_ERROR + 64];
    struct text text = text_fixed(room, sizeof room);
    if (*word) {
        text_format(&text, "`%.40s` is no %s; ", word, what);
    } else {
        text_format(&text, "here a %s is missing; ", what);
    }
    text_format(&text, "%s, or one of these: ", example);
    list_known(&text, known);
    return words_fail(error, "%.*s", LAB_ERROR - 1, room);
}
