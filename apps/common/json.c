/* json.c: writes JSON. See json.h. */
#include "common/json.h"

#include <inttypes.h>
#include <string.h>

struct json json_begin(struct text *text) {
    return (struct json){.text = text};
}

static void quote(struct text *text, const uint8_t *octets, size_t length) {
    text_put_char(text, '"');
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = octets[i];
        if (octet == '"' || octet == '\\') {
            text_put_char(text, '\\');
            text_put_char(text, (char)octet);
        } else if (octet == '\r' || octet == '\n') {
            text_put(text, octet == '\r' ? "\\r" : "\\n");
        } else if (octet < 0x20 || octet > 0x7e) {
            text_format(text, "\\u%04x", (unsigned)octet);
        } else {
            text_put_char(text, (char)octet);
        }
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
