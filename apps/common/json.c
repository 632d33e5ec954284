/* json.c: writes JSON. See json.h. */
#include "common/json.h"

#include <inttypes.h>
#include <string.h>

struct json json_begin(struct text *text) {
    return (struct json){.text = text};
}

static void put_octet(struct text *text, uint8_t octet) {
    if (octet == '"' || octet == '\\') {
        text_put_char(text, '\\');
        text_put_char(text, (char)octet);
    } else if (octet == '\r' || octet == '\n') {
        text_put(text, octet == '\r' ? "\\r" : "\\n");
    } else if (octet < 0x20 || octet > 0x7e) {
        static const char hex[] = "0123456789abcdef";
        const char escape[] = {'\\', 'u', '0', '0', hex[octet >> 4], hex[octet & 15]};
        text_put_octets(text, escape, sizeof escape);
    } else {
        text_put_char(text, (char)octet);
    }
}

static void quote(struct text *text, const uint8_t *octets, size_t length) {
    text_put_char(text, '"');
    for (size_t i = 0; i < length; i++) {
        put_octet(text, octets[i]);
    }
    text_put_char(text, '"');
}

static void begin_value(struct json *json, const char *key) {
    if (json->comma) {
        text_put_char(json->text, ',');
    }
    if (key) {
        quote(json->text, (const uint8_t *)key, strlen(key));
        text_put_char(json->text, ':');
    }
    json->comma = true;
}

void json_open(struct json *json, const char *key, char kind) {
    begin_value(json, key);
    text_put_char(json->text, kind);
    json->comma = false;
}

void json_close(struct json *json, char kind) {
    text_put_char(json->text, kind);
    json->comma = true;
}

void json_int(struct json *json, const char *key, int64_t value) {
    begin_value(json, key);
    text_format(json->text, "%" PRId64, value);
}

void json_uint(struct json *json, const char *key, uint64_t value) {
    begin_value(json, key);
    text_format(json->text, "%" PRIu64, value);
}

void json_octets(struct json *json, const char *key, const void *octets, size_t length) {
    begin_value(json, key);
    quote(json->text, octets, length);
}

void json_string(struct json *json, const char *key, const char *value) {
    json_octets(json, key, value, strlen(value));
}

void json_bool(struct json *json, const char *key, bool value) {
    begin_value(json, key);
    text_put(json->text, value ? "true" : "false");
}

/* Octets of the character at the front, if it is one of several octets: neither longer than it need be, nor a
 * surrogate, nor beyond U+10FFFF; else 0. RFC 3629 4 */
static size_t character(const uint8_t *at, size_t length) {
    static const struct {
        uint8_t first, last, low, high;
        size_t octets;
    } rows[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (at[0] < rows[i].first || at[0] > rows[i].last || length < rows[i].octets) {
            continue;
        }
        bool good = at[1] >= rows[i].low && at[1] <= rows[i].high;
        for (size_t k = 2; k < rows[i].octets; k++) {
            good = good && (at[k] & 0xc0) == 0x80;
        }
        return good ? rows[i].octets : 0;
    }
    return 0;
}

void json_name(struct json *json, const char *key, const char *name, size_t length) {
    begin_value(json, key);
    text_put_char(json->text, '"');
    for (const uint8_t *at = (const uint8_t *)name, *end = at + length; at < end;) {
        size_t octets = character(at, (size_t)(end - at));
        if (octets > 0) {
            text_put_octets(json->text, at, octets);
        } else {
            put_octet(json->text, *at);
        }
        at += octets > 0 ? octets : 1;
    }
    text_put_char(json->text, '"');
}
