/* http_char.h: which octets may stand where in an HTTP message: one table, one bit for each kind.
 *
 * RFC 9110 5.6.2 (token), 5.5 (field value); RFC 9112 3.2 (request target).
 */
#ifndef HTTP_CHAR_H
#define HTTP_CHAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_char {
    HTTP_CHAR_TOKEN = 1,  /* tchar */
    HTTP_CHAR_VALUE = 2,  /* in a field value: HTAB, SP, VCHAR, obs-text */
    HTTP_CHAR_TARGET = 4, /* in a request target: VCHAR but '#'; browsers send { | } ^ ` as they are */
    HTTP_CHAR_HOST = 8,   /* in a Host field: unreserved, sub-delims, and : [ ] % */
    HTTP_CHAR_DIGIT = 16,
    HTTP_CHAR_HEX = 32,
};

extern const uint8_t http_char_table[256];

static inline bool http_char_is(uint8_t octet, enum http_char kind) {
    return (http_char_table[octet] & kind) != 0;
}

static inline bool http_char_is_space(uint8_t octet) {
    return octet == ' ' || octet == '\t';
}

/* How many octets from the front are of that kind. */
static inline size_t http_char_span(const uint8_t *octets, size_t length, enum http_char kind) {
    size_t i = 0;
    while (i < length && http_char_is(octets[i], kind)) {
        i++;
    }
    return i;
}

/* 1*DIGIT, of a value up to most. */
bool http_char_number(const uint8_t *octets, size_t length, uint64_t most, uint64_t *number);

/* The value of a hexadecimal digit. */
static inline unsigned http_char_hex(uint8_t digit) {
    return digit <= '9' ? digit - (unsigned)'0' : (digit | 0x20u) - 'a' + 10;
}

#endif
