/* http_range.c: see http_range.h. */
#include "http/http_range.h"

#include <string.h>
#include <strings.h>

/* Digits up to `end`; too large a number is the largest there is. False: there is none, or something else. */
static bool read_number(const uint8_t *at, const uint8_t *end, uint64_t *number) {
    bool some = at < end;
    for (*number = 0; at < end; at++) {
        if (*at < '0' || *at > '9') {
            return false;
        }
        uint64_t digit = *at - (uint64_t)'0';
        *number = *number > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *number * 10 + digit;
    }
    return some;
}

/* Compares numbers as they are written: they may be too large for a variable. */
static bool is_greater(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length) {
    for (; a_length > 0 && *a == '0'; a_length--) {
        a++;
    }
    for (; b_length > 0 && *b == '0'; b_length--) {
        b++;
    }
    return a_length != b_length ? a_length > b_length : memcmp(a, b, a_length) > 0;
}

/* "-suffix": the last octets. */
static bool read_suffix(const uint8_t *digits, const uint8_t *end, uint64_t size, struct http_range *range) {
    uint64_t length;
    if (!read_number(digits, end, &length)) {
        return false;
    }
    *range = (struct http_range){length < size ? size - length : 0, size};
    return true;
}

/* What follows the dash of "first-last": nothing is the largest number there is. */
static bool read_last(const uint8_t *first, const uint8_t *dash, const uint8_t *end, uint64_t *last) {
    *last = UINT64_MAX;
    if (dash + 1 == end) {
        return true;
    }
    return read_number(dash + 1, end, last) &&
           !is_greater(first, (size_t)(dash - first), dash + 1, (size_t)(end - dash) - 1);
}

/* "first-last", "first-" or "-suffix". False: it is none of them. begin and end are equal when none of it is there. */
static bool read_range(const uint8_t *text, uint32_t length, uint64_t size, struct http_range *range) {
    const uint8_t *dash = memchr(text, '-', length), *end = text + length;
    uint64_t first, last;
    if (!dash || dash == text) {
        return dash && read_suffix(dash + 1, end, size, range);
    }
    if (!read_number(text, dash, &first) || !read_last(text, dash, end, &last)) {
        return false;
    }
    *range = (struct http_range){first < size ? first : size, last >= size ? size : last + 1};
    return true;
}

/* Puts a part behind the others, or into one that it overlaps or touches, which then may touch another. */
static void add(struct http_range *range, unsigned *count, struct http_range more) {
    for (unsigned i = 0; i < *count; i++) {
        if (more.begin > range[i].end || more.end < range[i].begin) {
            continue;
        }
        more.begin = range[i].begin < more.begin ? range[i].begin : more.begin;
        more.end = range[i].end > more.end ? range[i].end : more.end;
        memmove(range + i, range + i + 1, (*count - i - 1) * sizeof *range);
        (*count)--;
        add(range, count, more);
        return;
    }
    range[(*count)++] = more;
}

/* The value behind "bytes=". False: it is not the only field, or of another unit. */
static bool find_set(const struct http_request *request, const uint8_t *octets, struct http_span *set) {
    static const char unit[] = "bytes=";
    const struct http_head *head = &request->head;
    uint32_t field = http_head_find(head, octets, "Range", 0), length = sizeof unit - 1;
    if (request->method != HTTP_GET || field == head->field_count ||
        http_head_find(head, octets, "Range", field + 1) < head->field_count) {
        return false;
    }
    *set = head->field[field].value;
    if (set->length < length || strncasecmp((const char *)octets + set->at, unit, length) != 0) {
        return false;
    }
    set->at += length;
    set->length -= length;
    return true;
}

enum http_ranges_are http_ranges_read(const struct http_request *request, const uint8_t *octets, uint64_t size,
                                      struct http_range range[HTTP_RANGES_MAX], unsigned *count) {
    struct http_span set, element;
    unsigned elements = 0;
    *count = 0;
    if (size == 0 || !find_set(request, octets, &set)) {
        return HTTP_RANGES_NONE;
    }
    while (http_list_next(octets, &set, &element)) {
        struct http_range more;
        if (++elements > HTTP_RANGES_MAX || !read_range(octets + element.at, element.length, size, &more)) {
            return HTTP_RANGES_NONE;
        }
        if (more.begin < more.end) {
            add(range, count, more);
        }
    }
    if (elements == 0) {
        return HTTP_RANGES_NONE;
    }
    return *count > 0 ? HTTP_RANGES_SOME : HTTP_RANGES_UNSATISFIABLE;
}
