/* http_uwsgi.c: from a request to a uwsgi packet. See http_uwsgi.h. */
#include "http/http_uwsgi.h"

#include <inttypes.h>
#include <string.h>

#include "http/http_char.h"
#include "http/http_path.h"

/* ---- variables ---- */

static void put_u16(struct text *text, size_t number) {
    const uint8_t octets[2] = {(uint8_t)number, (uint8_t)(number >> 8)};
    text_put_octets(text, octets, sizeof octets);
}

static void put_var(struct text *text, const char *name, const void *value, size_t length) {
    put_u16(text, strlen(name));
    text_put(text, name);
    put_u16(text, length);
    text_put_octets(text, value, length);
}

static void put_string(struct text *text, const char *name, const char *value) {
    put_var(text, name, value, strlen(value));
}

static void put_number(struct text *text, const char *name, uint64_t number) {
    char value[24];
    struct text digits = text_fixed(value, sizeof value);
    text_format(&digits, "%" PRIu64, number);
    put_string(text, name, value);
}

static void put_span(struct text *text, const struct http_forwarded *forwarded, const char *name,
                     struct http_span value) {
    put_var(text, name, forwarded->octets + value.at, value.length);
}

/* ---- what is asked for ---- */

/* RFC 3875 4.1.5, 4.1.13: the path that led to the application, and what is left of it for the application, decoded. */
static void put_path(struct text *text, const struct http_forwarded *forwarded) {
    struct http_span raw = forwarded->request->path;
    const char *prefix = forwarded->upstream->prefix;
    char name[HTTP_UPSTREAM_PATH + 1];
    struct http_path path;
    size_t length = strlen(prefix);
    http_path_read(&path, forwarded->octets + raw.at, raw.length);
    put_string(text, "SCRIPT_NAME", http_upstream_name(forwarded->upstream, name));
    if (length > 0 && path.length < length) {
        put_string(text, "PATH_INFO", ""); /* /app, where the prefix is /app/ */
        return;
    }
    /* The slash that ends the prefix is the one that the rest begins with. */
    put_u16(text, strlen("PATH_INFO"));
    text_put(text, "PATH_INFO");
    put_u16(text, path.length - length + 1);
    text_put_char(text, '/');
    text_put_octets(text, path.name + length, path.length - length);
}

/* As it came, without the authority that an absolute target has. */
static void put_uri(struct text *text, const struct http_forwarded *forwarded) {
    const struct http_request *request = forwarded->request;
    size_t length = request->path.length + (request->has_query ? request->query.length + 1 : 0);
    if (request->path.length == 0) {
        put_span(text, forwarded, "REQUEST_URI", request->head.target);
        return;
    }
    put_var(text, "REQUEST_URI", forwarded->octets + request->path.at, length); /* the query is right behind */
}

/* Host and port as the client named them: RFC 3875 4.1.14, 4.1.15. */
static void put_server(struct text *text, const struct http_forwarded *forwarded) {
    struct http_span host = forwarded->request->host;
    const uint8_t *octets = forwarded->octets + host.at;
    const uint8_t *colon = host.length > 0 ? memrchr(octets, ':', host.length) : NULL;
    if (host.length == 0) {
        put_string(text, "SERVER_NAME", "localhost");
        put_string(text, "SERVER_PORT", "80");
        return;
    }
    bool port = colon && !memchr(colon, ']', (size_t)(octets + host.length - colon));
    size_t name = port ? (size_t)(colon - octets) : host.length;
    put_var(text, "SERVER_NAME", octets, name);
    if (port && name + 1 < host.length) {
        put_var(text, "SERVER_PORT", colon + 1, host.length - name - 1);
    } else {
        put_string(text, "SERVER_PORT", "80");
    }
}

static void put_client(struct text *text, const struct http_forwarded *forwarded) {
    char address[LUCID_ADDR_TEXT];
    put_string(text, "REMOTE_ADDR", lucid_addr_format(&forwarded->client.addr, address));
    put_number(text, "REMOTE_PORT", forwarded->client.port);
}

static void put_request(struct text *text, const struct http_forwarded *forwarded) {
    const struct http_request *request = forwarded->request;
    put_span(text, forwarded, "QUERY_STRING", request->query);
    put_span(text, forwarded, "REQUEST_METHOD", request->head.method);
    put_uri(text, forwarded);
    put_path(text, forwarded);
    put_string(text, "SERVER_PROTOCOL", request->head.minor == 0 ? "HTTP/1.0" : "HTTP/1.1");
    put_string(text, "REQUEST_SCHEME", "http");
    put_client(text, forwarded);
    put_server(text, forwarded);
    if (forwarded->has_body) {
        put_number(text, "CONTENT_LENGTH", forwarded->length);
    } else {
        put_string(text, "CONTENT_LENGTH", "");
    }
}

/* ---- fields: RFC 3875 4.1.18 ---- */

/* A name that could not be a variable's, or not only this one's, has been dropped before, or is now. */
static bool is_plain_name(const uint8_t *octets, struct http_span name) {
    for (uint32_t i = 0; i < name.length; i++) {
        uint8_t octet = octets[name.at + i], letter = octet | 0x20;
        if (octet != '-' && !http_char_is(octet, HTTP_CHAR_DIGIT) && (letter < 'a' || letter > 'z')) {
            return false;
        }
    }
    return true;
}

/* X-A becomes HTTP_X_A. */
static void put_name(struct text *text, const uint8_t *octets, struct http_span name) {
    put_u16(text, name.length + 5);
    text_put(text, "HTTP_");
    for (uint32_t i = 0; i < name.length; i++) {
        uint8_t octet = octets[name.at + i];
        bool lower = octet >= 'a' && octet <= 'z';
        text_put_char(text, octet == '-' ? '_' : lower ? (char)(octet - 'a' + 'A') : (char)octet);
    }
}

static bool same_name(const struct http_head *head, const uint8_t *octets, uint32_t a, uint32_t b) {
    struct http_span one = head->field[a].name, other = head->field[b].name;
    return one.length == other.length &&
           strncasecmp((const char *)octets + one.at, (const char *)octets + other.at, one.length) == 0;
}

/* All fields of one name are one variable: joined as RFC 9110 5.3 says, and cookies as RFC 6265 5.4 writes them. */
static void put_field(struct text *text, const struct http_forwarded *forwarded, uint32_t first,
                      struct http_dropped *dropped) {
    const struct http_head *head = &forwarded->request->head;
    const uint8_t *octets = forwarded->octets;
    const char *between = http_span_is_nocase(octets, head->field[first].name, "Cookie") ? "; " : ", ";
    put_name(text, octets, head->field[first].name);
    size_t at = text->length;
    put_u16(text, 0);
    for (uint32_t i = first; i < head->field_count; i++) {
        if (!dropped->field[i] && same_name(head, octets, first, i)) {
            text_put(text, i > first ? between : "");
            text_put_octets(text, octets + head->field[i].value.at, head->field[i].value.length);
            dropped->field[i] = true;
        }
    }
    if (!text->cut) {
        size_t length = text->length - at - 2;
        text->data[at] = (char)(length & 0xff);
        text->data[at + 1] = (char)(length >> 8 & 0xff);
    }
}

static void put_fields(struct text *text, const struct http_forwarded *forwarded, struct http_dropped *dropped) {
    const struct http_head *head = &forwarded->request->head;
    const uint8_t *octets = forwarded->octets;
    uint32_t type = http_head_find(head, octets, "Content-Type", 0);
    bool typed = type < head->field_count && !dropped->field[type];
    put_span(text, forwarded, "CONTENT_TYPE", typed ? head->field[type].value : (struct http_span){0, 0});
    if (forwarded->request->host.length > 0) {
        put_span(text, forwarded, "HTTP_HOST", forwarded->request->host);
    }
    for (uint32_t i = 0; i < head->field_count; i++) {
        bool is_type = http_span_is_nocase(octets, head->field[i].name, "Content-Type");
        if (!dropped->field[i] && !is_type && is_plain_name(octets, head->field[i].name)) {
            put_field(text, forwarded, i, dropped);
        }
    }
}

enum http_refusal http_uwsgi_request(struct text *text, const struct http_forwarded *forwarded) {
    static const char head[HTTP_UWSGI_HEAD];
    struct http_dropped dropped;
    size_t begin = text->length;
    if (!http_forward_drops(&dropped, &forwarded->request->head, forwarded->octets)) {
        return HTTP_REFUSED_CONNECTION_LONG;
    }
    text_put_octets(text, head, sizeof head);
    put_request(text, forwarded);
    put_fields(text, forwarded, &dropped);
    size_t length = text->length - begin - HTTP_UWSGI_HEAD;
    if (text->cut) {
        return HTTP_REFUSED_BUSY;
    }
    if (length > HTTP_UWSGI_VARS_MAX) {
        return HTTP_REFUSED_UPSTREAM_HEAD;
    }
    text->data[begin + 1] = (char)(length & 0xff);
    text->data[begin + 2] = (char)(length >> 8);
    return HTTP_REFUSED_NONE;
}
