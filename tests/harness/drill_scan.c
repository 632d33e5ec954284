/* drill_scan.c: see drill_scan.h. */
#include "harness/drill_scan.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *scan_rest(struct scan *scan) {
    while (*scan->at == ' ' || *scan->at == '\t') {
        scan->at++;
    }
    return scan->at;
}

char scan_peek(struct scan *scan) {
    return *scan_rest(scan);
}

bool scan_end(struct scan *scan) {
    return scan_peek(scan) == '\0';
}

bool scan_text(struct scan *scan, const char *text) {
    size_t length = strlen(text);
    if (strncmp(scan_rest(scan), text, length) != 0) {
        return false;
    }
    scan->at += length;
    return true;
}

static bool in_word(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

bool scan_is_word(struct scan *scan, const char *text) {
    const char *before = scan_rest(scan);
    if (scan_text(scan, text) && !in_word(*scan->at)) {
        return true;
    }
    scan->at = before;
    return false;
}

bool scan_word(struct scan *scan, char word[SCAN_WORD]) {
    const char *from = scan_rest(scan);
    size_t length = 0;
    if (!isalpha((unsigned char)*from)) {
        return false;
    }
    while ((in_word(from[length]) || from[length] == '-') && length < SCAN_WORD - 1) {
        length++;
    }
    memcpy(word, from, length);
    word[length] = '\0';
    scan->at += length;
    return true;
}

static int digit_value(char c) {
    if (isdigit((unsigned char)c)) {
        return c - '0';
    }
    return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : 16;
}

bool scan_number(struct scan *scan, int64_t *number) {
    const char *from = scan_rest(scan);
    bool negative = *from == '-';
    const char *at = from + (negative || *from == '+');
    int base = at[0] == '0' && at[1] == 'x' ? 16 : 10;
    at += base == 16 ? 2 : 0;
    if (digit_value(*at) >= base) {
        return false;
    }
    int64_t value = 0;
    for (; digit_value(*at) < base; at++) {
        if (value > (INT64_MAX - 15) / base) {
            return false;
        }
        value = value * base + digit_value(*at);
    }
    *number = negative ? -value : value;
    scan->at = at;
    return true;
}

bool scan_range(struct scan *scan, const char *what, int64_t least, int64_t most, int64_t *number) {
    if (!scan_number(scan, number)) {
        return scan_fail(scan, "a number is missing: %s, at '%.20s'", what, scan->at);
    }
    if (*number < least || *number > most) {
        return scan_fail(scan, "%s is %lld, but must lie between %lld and %lld", what, (long long)*number,
                         (long long)least, (long long)most);
    }
    return true;
}

bool scan_seconds(struct scan *scan, lucid_time *time) {
    const char *at = scan_rest(scan);
    lucid_time value = 0;
    bool digits = false;
    for (; isdigit((unsigned char)*at) && value < LUCID_NEVER / 100 / LUCID_SECOND; at++, digits = true) {
        value = value * 10 + (lucid_time)(*at - '0');
    }
    value *= LUCID_SECOND;
    if (*at == '.' && isdigit((unsigned char)at[1])) {
        lucid_time unit = LUCID_SECOND / 10;
        for (at++; isdigit((unsigned char)*at); at++, unit /= 10) {
            value += unit * (lucid_time)(*at - '0');
        }
        digits = true;
    }
    if (!digits) {
        return false;
    }
    *time = value;
    scan->at = at;
    return true;
}

size_t scan_hex(struct scan *scan, uint8_t *octets, size_t room) {
    size_t count = 0;
    scan_rest(scan);
    while (isxdigit((unsigned char)scan->at[0])) {
        if (!isxdigit((unsigned char)scan->at[1]) || count == room) {
            return 0;
        }
        octets[count++] = (uint8_t)(digit_value(scan->at[0]) * 16 + digit_value(scan->at[1]));
        scan->at += 2;
        scan_rest(scan);
    }
    return count;
}

bool scan_fail(struct scan *scan, const char *format, ...) {
    if (scan->error->text[0] != '\0') {
        return false;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(scan->error->text, sizeof scan->error->text, format, arguments);
    va_end(arguments);
    return false;
}

bool scan_expect(struct scan *scan, const char *text) {
    if (scan_text(scan, text)) {
        return true;
    }
    return scan_fail(scan, "'%s' is missing at '%.20s'", text, scan_rest(scan));
}

bool scan_name(struct scan *scan, const struct scan_name *table, int *value) {
    for (; table->name; table++) {
        if (scan_is_word(scan, table->name)) {
            *value = table->value;
            return true;
        }
    }
    return false;
}

bool scan_flags(struct scan *scan, const struct scan_name *table, int *value) {
    int64_t number;
    if (scan_number(scan, &number)) {
        *value = (int)number;
        return true;
    }
    *value = 0;
    do {
        int flag;
        if (!scan_name(scan, table, &flag)) {
            return scan_fail(scan, "'%.20s' is not a name that belongs here", scan_rest(scan));
        }
        *value |= flag;
    } while (scan_text(scan, "|"));
    return true;
}
