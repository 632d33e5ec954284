/* json.h: writes JSON (RFC 8259), compact, keys in the order of the calls. Numbers are integers.
 *
 *     struct json json = json_begin(&text);
 *     json_open(&json, NULL, '{');
 *     json_int(&json, "port", 80);
 *     json_open(&json, "list", '[');
 *     json_string(&json, NULL, "in an array there are no keys");
 *     json_close(&json, ']');
 *     json_close(&json, '}');
 *
 * Octets that are not ASCII are taken for ISO 8859-1 and escaped: whatever came from the network gives valid JSON.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "common/text.h"

struct json {
    struct text *text;
    bool comma; /* something stands before the next value at this level */
};

struct json json_begin(struct text *text);

/* kind: '{' or '['; key: NULL in an array and at the top. */
void json_open(struct json *json, const char *key, char kind);
void json_close(struct json *json, char kind);

void json_int(struct json *json, const char *key, int64_t value);
void json_uint(struct json *json, const char *key, uint64_t value);
void json_string(struct json *json, const char *key, const char *value);
void json_bool(struct json *json, const char *key, bool value);
void json_octets(struct json *json, const char *key, const void *octets, size_t length);

/* The name of a file, which is UTF-8 in most cases: characters that are well formed stay, other octets are escaped as
 * above. */
void json_name(struct json *json, const char *key, const char *name, size_t length);

#endif
