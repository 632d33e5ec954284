/* tlog_scan.c: see tlog_scan.h. A descent without recursion: what is open stands in a small stack. */
#include "lab/tlog_scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where the scanner stands; `open` has the '{' and '[' that are not closed yet. */
struct scan {
    struct tlog_line *line;
    const char *at;
    unsigned depth;
    char open[TLOG_DEPTH_MAX + 1];
};

int tlog_wrong(struct tlog_line *line, const char *at, const char *format, ...) {
    int used = snprintf(line->error, LAB_ERROR, "line %u, column %u: ", line->number, (unsigned)(at - line->start) + 1);
    va_list list;
    va_start(list, format);
    vsnprintf(line->error + used, LAB_ERROR - (size_t)used, format, list);
    va_end(list);
    return -1;
}

/* "expected WHAT, got `c`", with the end of the line and octets that cannot be shown in words. */
static int expected(struct scan *scan, const char *what) {
    if (scan->at >= scan->line->end) {
        return tlog_wrong(scan->line, scan->at, "expected %s, but the line ends here", what);
    }
    unsigned char c = (unsigned char)*scan->at;
    if (c > ' ' && c < 0x7f) {
        return tlog_wrong(scan->line, scan->at, "expected %s, got %c", what, c);
    }
    return tlog_wrong(scan->line, scan->at, "expected %s, got octet 0x%02x%s", what, c, c == ' ' ? " (a space)" : "");
}

static bool next_is(const struct scan *scan, char c) {
    return scan->at < scan->line->end && *scan->at == c;
}

/* ---- strings ---- */

static int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static int scan_escape(struct scan *scan) {
    scan->at++;
    if (scan->at >= scan->line->end || !strchr("\"\\/bfnrtu", *scan->at)) {
        return expected(scan, "one of \" \\ / b f n r t u after the backslash");
    }
    bool unicode = *scan->at++ == 'u';
    for (unsigned i = 0; unicode && i < 4; i++, scan->at++) {
        if (scan->at >= scan->line->end || hex_value(*scan->at) < 0) {
            return expected(scan, "a hexadecimal digit");
        }
    }
    return 0;
}

/* How many octets a character of UTF-8 has, after its first; -1: it cannot begin so. */
static int utf8_more(unsigned char first) {
    if (first < 0xc2 || first > 0xf4) {
        return -1;
    }
    return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

static int scan_utf8(struct scan *scan) {
    int more = utf8_more((unsigned char)*scan->at);
    if (more < 0) {
        return expected(scan, "UTF-8");
    }
    for (scan->at++; more > 0; more--, scan->at++) {
        if (scan->at >= scan->line->end || ((unsigned char)*scan->at & 0xc0) != 0x80) {
            return expected(scan, "the rest of a character in UTF-8");
        }
    }
    return 0;
}

/* From behind the opening quote to behind the closing one. */
static int scan_string(struct scan *scan, struct tlog_field *field) {
    field->type = TLOG_STRING;
    field->at = scan->at;
    field->escaped = false;
    for (;;) {
        const char *end = scan->line->end, *at = scan->at;
        while (at < end && (unsigned char)*at >= ' ' && (unsigned char)*at < 0x80 && *at != '"' && *at != '\\') {
            at++;
        }
        scan->at = at;
        if (next_is(scan, '"')) {
            field->length = (uint32_t)(scan->at++ - field->at);
            return 0;
        }
        if (at >= end || (unsigned char)*at < ' ') {
            return expected(scan, "the quote that ends the string");
        }
        field->escaped |= *at == '\\';
        if ((*at == '\\' ? scan_escape(scan) : scan_utf8(scan)) < 0) {
            return -1;
        }
    }
}

/* ---- numbers and words ---- */

static int scan_number(struct scan *scan, struct tlog_field *field) {
    const char *end = scan->line->end;
    field->type = TLOG_NUMBER;
    field->negative = next_is(scan, '-');
    scan->at += field->negative;
    const char *first = scan->at;
    uint64_t number = 0;
    for (; scan->at < end && *scan->at >= '0' && *scan->at <= '9'; scan->at++) {
        uint64_t digit = (uint64_t)(*scan->at - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            return tlog_wrong(scan->line, field->at, "the number is larger than 18446744073709551615");
        }
        number = number * 10 + digit;
    }
    if (scan->at == first) {
        return expected(scan, "a digit");
    }
    if (*first == '0' && scan->at > first + 1) {
        return tlog_wrong(scan->line, first, "expected a number without leading zeros");
    }
    if (next_is(scan, '.') || next_is(scan, 'e') || next_is(scan, 'E')) {
        return tlog_wrong(scan->line, scan->at, "expected an integer: a log has no fractions and no exponents");
    }
    field->number = number;
    return 0;
}

static int scan_word(struct scan *scan, struct tlog_field *field) {
    static const char *const words[] = {"true", "false", "null"};
    for (unsigned i = 0; i < 3; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(scan->line->end - scan->at) >= length && !memcmp(scan->at, words[i], length)) {
            field->type = TLOG_WORD;
            scan->at += length;
            return 0;
        }
    }
    return expected(scan, "a value");
}

/* ---- the descent ---- */

static int scan_key(struct scan *scan, struct tlog_field *field) {
    if (!next_is(scan, '"')) {
        return expected(scan, "a key in quotes");
    }
    scan->at++;
    if (scan_string(scan, field) < 0) {
        return -1;
    }
    if (field->length > UINT8_MAX) {
        return tlog_wrong(scan->line, field->at, "a key of more than 255 octets");
    }
    field->key = field->at;
    field->key_length = (uint8_t)field->length;
    if (!next_is(scan, ':')) {
        return expected(scan, "a colon after the key");
    }
    scan->at++;
    return 0;
}

static int open_value(struct scan *scan, struct tlog_field *field) {
    field->type = *scan->at == '{' ? TLOG_OBJECT : TLOG_ARRAY;
    if (scan->depth >= TLOG_DEPTH_MAX) {
        return tlog_wrong(scan->line, scan->at, "more than %u values inside each other", TLOG_DEPTH_MAX);
    }
    scan->open[++scan->depth] = *scan->at++;
    return 0;
}

/* One value, or the opening of one, with its key. */
static int scan_value(struct scan *scan) {
    struct tlog_line *line = scan->line;
    if (line->count >= TLOG_FIELDS_MAX) {
        return tlog_wrong(line, scan->at, "more than %u values in one line", TLOG_FIELDS_MAX);
    }
    struct tlog_field *field = &line->field[line->count++];
    field->key = NULL;
    field->key_length = 0;
    field->depth = (uint8_t)scan->depth;
    if (scan->open[scan->depth] == '{' && scan_key(scan, field) < 0) {
        return -1;
    }
    field->at = scan->at;
    char c = scan->at < line->end ? *scan->at : '\0';
    if (c == '"') {
        scan->at++;
        return scan_string(scan, field);
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
        return scan_number(scan, field);
    }
    return c == '{' || c == '[' ? open_value(scan, field) : scan_word(scan, field);
}

/* What follows a value: a comma, or the end of what it stands in. Returns 1: another value follows; 0: the end of the
 * line's object; -1. */
static int scan_next(struct scan *scan) {
    for (;;) {
        if (next_is(scan, ',')) {
            scan->at++;
            return 1;
        }
        bool object = scan->open[scan->depth] == '{';
        if (!next_is(scan, object ? '}' : ']')) {
            return expected(scan, object ? "a comma or }" : "a comma or ]");
        }
        scan->at++;
        if (scan->depth-- == 0) {
            return 0;
        }
    }
}

/* "{" and "[" of nothing. */
static bool opened_empty(const struct scan *scan) {
    const struct tlog_line *line = scan->line;
    const struct tlog_field *last = line->count ? &line->field[line->count - 1] : NULL;
    bool opened = !last || ((last->type == TLOG_OBJECT || last->type == TLOG_ARRAY) && scan->at == last->at + 1);
    return opened && next_is(scan, scan->open[scan->depth] == '{' ? '}' : ']');
}

int tlog_scan(struct tlog_line *line) {
    struct scan scan = {.line = line, .at = line->start, .open = {'{'}};
    line->count = 0;
    if (!next_is(&scan, '{')) {
        return expected(&scan, "{");
    }
    scan.at++;
    for (int more = 1; more > 0;) {
        unsigned depth = scan.depth;
        if (!opened_empty(&scan) && scan_value(&scan) < 0) {
            return -1;
        }
        if (scan.depth > depth && !opened_empty(&scan)) {
            continue; /* the first value of what has just been opened */
        }
        more = scan_next(&scan);
        if (more < 0) {
            return -1;
        }
    }
    return scan.at == line->end ? 0 : expected(&scan, "the end of the line");
}

/* ---- what strings mean ---- */

static uint32_t put_utf8(uint32_t code, char *to) {
    if (code < 0x100) {
        to[0] = (char)code;
        return 1;
    }
    uint32_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint32_t marks[] = {0, 0xc0, 0xe0, 0xf0};
    to[0] = (char)(marks[more] | code >> 6 * more);
    for (uint32_t i = 1; i <= more; i++) {
        to[i] = (char)(0x80 | (code >> 6 * (more - i) & 0x3f));
    }
    return more + 1;
}

static uint32_t read_hex4(const char *at) {
    uint32_t code = 0;
    for (unsigned i = 0; i < 4; i++) {
        code = code << 4 | (uint32_t)hex_value(at[i]);
    }
    return code;
}

/* at: behind "\u". Two halves of a pair are one character; a half alone is U+FFFD. */
static uint32_t read_code(const char **at, const char *end) {
    uint32_t code = read_hex4(*at);
    *at += 4;
    if (code < 0xd800 || code > 0xdfff) {
        return code;
    }
    uint32_t low = end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u' ? read_hex4(*at + 2) : 0;
    if (code > 0xdbff || low < 0xdc00 || low > 0xdfff) {
        return 0xfffd;
    }
    *at += 6;
    return 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
}

static char escape_value(char c) {
    static const char letters[] = "bfnrt", values[] = "\b\f\n\r\t";
    const char *found = strchr(letters, c);
    return found ? values[found - letters] : c;
}

uint32_t tlog_unescape(const struct tlog_field *field, char *to) {
    const char *at = field->at, *end = at + field->length;
    uint32_t length = 0;
    while (at < end) {
        if (*at != '\\') {
            to[length++] = *at++;
            continue;
        }
        char c = at[1];
        at += 2;
        if (c == 'u') {
            length += put_utf8(read_code(&at, end), to + length);
        } else {
            to[length++] = escape_value(c);
        }
    }
    return length;
}
