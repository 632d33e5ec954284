/* http_uwsgi_read.c: see http_uwsgi_read.h. */
#include "http/http_uwsgi_read.h"

#include <string.h>

#include "http/http_char.h"
#include "http/http_path.h"
#include "http/http_uwsgi.h"

/* Variables that are no fields: those of the protocol, and what else is set for a whole site. */
enum { OTHERS = 50, VARS = HTTP_FIELDS_MAX + OTHERS };

struct var {
    struct http_span name, value;
};

struct vars {
    const uint8_t *octets;
    unsigned count;
    struct var var[VARS];
};

/* ---- the packet ---- */

static size_t u16(const uint8_t *octets) {
    return (size_t)octets[0] | (size_t)octets[1] << 8;
}

/* A length and so many octets, from *at on; false: there are not so many before the end. */
static bool take_span(const uint8_t *octets, size_t end, size_t *at, struct http_span *span) {
    if (end - *at < 2 || end - *at - 2 < u16(octets + *at)) {
        return false;
    }
    *span = (struct http_span){.at = (uint32_t)*at + 2, .length = (uint32_t)u16(octets + *at)};
    *at += 2 + span->length;
    return true;
}

static bool same(const uint8_t *octets, struct http_span a, struct http_span b) {
    return a.length == b.length && memcmp(octets + a.at, octets + b.at, a.length) == 0;
}

static bool is_there_already(const struct vars *vars, struct http_span name) {
    for (unsigned i = 0; i < vars->count; i++) {
        if (same(vars->octets, vars->var[i].name, name)) {
            return true;
        }
    }
    return false;
}

static enum http_refusal take_vars(struct vars *vars, size_t end) {
    for (size_t at = HTTP_UWSGI_HEAD; at < end;) {
        struct var var;
        if (!take_span(vars->octets, end, &at, &var.name) || !take_span(vars->octets, end, &at, &var.value)) {
            return HTTP_REFUSED_UWSGI_LENGTH;
        }
        bool plain = http_char_span(vars->octets + var.name.at, var.name.length, HTTP_CHAR_TOKEN) == var.name.length;
        if (var.name.length == 0 || !plain) {
            return HTTP_REFUSED_UWSGI_NAME;
        }
        if (http_char_span(vars->octets + var.value.at, var.value.length, HTTP_CHAR_VALUE) < var.value.length) {
            return HTTP_REFUSED_FIELD_VALUE;
        }
        if (is_there_already(vars, var.name)) {
            return HTTP_REFUSED_UWSGI_TWICE;
        }
        if (vars->count == VARS) {
            return HTTP_REFUSED_FIELDS_MANY;
        }
        vars->var[vars->count++] = var;
    }
    return HTTP_REFUSED_NONE;
}

/* ---- the request line ---- */

/* NULL: there is none. */
static const struct http_span *find(const struct vars *vars, const char *name) {
    for (unsigned i = 0; i < vars->count; i++) {
        if (http_span_is(vars->octets, vars->var[i].name, name)) {
            return &vars->var[i].value;
        }
    }
    return NULL;
}

static void put_span(struct text *head, const struct vars *vars, struct http_span span) {
    text_put_octets(head, vars->octets + span.at, span.length);
}

/* A space would move the parts of the line. */
static bool is_word(const struct vars *vars, const struct http_span *value) {
    return value->length > 0 &&
           http_char_span(vars->octets + value->at, value->length, HTTP_CHAR_TARGET) == value->length;
}

/* Where REQUEST_URI is missing, PATH_INFO and QUERY_STRING say the same, but for how it was escaped. */
static bool put_target(struct text *head, const struct vars *vars) {
    const struct http_span *uri = find(vars, "REQUEST_URI"), *path = find(vars, "PATH_INFO");
    const struct http_span *query = find(vars, "QUERY_STRING");
    if (uri) {
        put_span(head, vars, *uri);
        return is_word(vars, uri);
    }
    if (!path || path->length == 0 || vars->octets[path->at] != '/') {
        return false;
    }
    http_path_put(head, (const char *)vars->octets + path->at, path->length);
    if (query && query->length > 0) {
        text_put(head, "?");
        put_span(head, vars, *query);
        return is_word(vars, query);
    }
    return true;
}

/* What a client of HTTP/2 asks is asked here as HTTP/1.1 has it. */
static void put_version(struct text *head, const struct vars *vars) {
    const struct http_span *version = find(vars, "SERVER_PROTOCOL");
    static const char *const newer[] = {"HTTP/2", "HTTP/2.0", "HTTP/3", "HTTP/3.0", NULL};
    for (unsigned i = 0; version && newer[i]; i++) {
        if (http_span_is(vars->octets, *version, newer[i])) {
            text_put(head, "HTTP/1.1");
            return;
        }
    }
    if (version) {
        put_span(head, vars, *version);
    } else {
        text_put(head, "HTTP/1.0");
    }
}

static enum http_refusal put_line(struct text *head, const struct vars *vars) {
    const struct http_span *method = find(vars, "REQUEST_METHOD");
    if (!method || !is_word(vars, method)) {
        return HTTP_REFUSED_UWSGI_METHOD;
    }
    put_span(head, vars, *method);
    text_put(head, " ");
    if (!put_target(head, vars)) {
        return HTTP_REFUSED_UWSGI_URI;
    }
    text_put(head, " ");
    put_version(head, vars);
    text_put(head, "\r\n");
    return HTTP_REFUSED_NONE;
}

/* ---- fields ---- */

static void put_field(struct text *head, const struct vars *vars, const char *name, const struct http_span *value) {
    if (value && value->length > 0) {
        text_format(head, "%s: ", name);
        put_span(head, vars, *value);
        text_put(head, "\r\n");
    }
}

/* HTTP_X_A is X-A. Letters are written as people write them, for /echo shows them. */
static void put_name(struct text *head, const uint8_t *name, size_t length) {
    bool first = true;
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = name[i];
        bool upper = octet >= 'A' && octet <= 'Z';
        text_put_char(head, octet == '_' ? '-' : upper && !first ? (char)(octet - 'A' + 'a') : (char)octet);
        first = octet == '_';
    }
}

/* The sender's own, with its client; Host and the length are written besides. */
static bool is_left_out(const uint8_t *octets, struct http_span name) {
    static const char *const out[] = {
        "HTTP_HOST",  "HTTP_CONNECTION",   "HTTP_KEEP_ALIVE",        "HTTP_TE",     "HTTP_TRAILER",
        "HTTP_PROXY", "HTTP_UPGRADE",      "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_CONTENT_LENGTH",
        "HTTP_",      "HTTP_CONTENT_TYPE", "HTTP_PROXY_CONNECTION",  NULL};
    unsigned i = 0;
    while (out[i] && !http_span_is_nocase(octets, name, out[i])) {
        i++;
    }
    return out[i] != NULL;
}

static void put_fields(struct text *head, const struct vars *vars) {
    for (unsigned i = 0; i < vars->count; i++) {
        struct http_span name = vars->var[i].name, value = vars->var[i].value;
        if (name.length < 5 || memcmp(vars->octets + name.at, "HTTP_", 5) != 0 || is_left_out(vars->octets, name)) {
            continue;
        }
        put_name(head, vars->octets + name.at + 5, name.length - 5);
        text_put(head, ": ");
        put_span(head, vars, value);
        text_put(head, "\r\n");
    }
}

static void put_host(struct text *head, const struct vars *vars) {
    const struct http_span *host = find(vars, "HTTP_HOST"), *port = find(vars, "SERVER_PORT");
    if (!host || host->length == 0) {
        host = find(vars, "SERVER_NAME");
        bool other = port && !http_span_is(vars->octets, *port, "80");
        if (host && host->length > 0 && other) {
            text_put(head, "Host: ");
            put_span(head, vars, *host);
            text_put(head, ":");
            put_span(head, vars, *port);
            text_put(head, "\r\n");
            return;
        }
    }
    put_field(head, vars, "Host", host);
}

/* ---- all of it ---- */

static void read_client(struct lucid_sockaddr *remote, const struct vars *vars) {
    const struct http_span *addr = find(vars, "REMOTE_ADDR"), *port = find(vars, "REMOTE_PORT");
    char text[LUCID_ADDR_TEXT];
    uint64_t number;
    *remote = (struct lucid_sockaddr){0};
    if (!addr || addr->length >= sizeof text) {
        return;
    }
    memcpy(text, vars->octets + addr->at, addr->length);
    text[addr->length] = '\0';
    if (lucid_addr_parse(text, &remote->addr) < 0) {
        *remote = (struct lucid_sockaddr){0};
        return;
    }
    if (port && http_char_number(vars->octets + port->at, port->length, UINT16_MAX, &number)) {
        remote->port = (uint16_t)number;
    }
}

static enum http_refusal translate(struct http_packet *packet, const uint8_t *octets) {
    struct vars vars = {.octets = octets};
    enum http_refusal refusal = take_vars(&vars, packet->length);
    if (refusal == HTTP_REFUSED_NONE) {
        refusal = put_line(&packet->head, &vars);
    }
    if (refusal != HTTP_REFUSED_NONE) {
        return refusal;
    }
    put_host(&packet->head, &vars);
    put_field(&packet->head, &vars, "Content-Length", find(&vars, "CONTENT_LENGTH"));
    put_field(&packet->head, &vars, "Content-Type", find(&vars, "CONTENT_TYPE"));
    put_fields(&packet->head, &vars);
    text_put(&packet->head, "\r\n");
    read_client(&packet->remote, &vars);
    return packet->head.cut ? HTTP_REFUSED_BUSY : HTTP_REFUSED_NONE;
}

static enum http_progress refuse(struct http_packet *packet, enum http_refusal refusal) {
    text_free(&packet->head);
    packet->refusal = (uint16_t)refusal;
    return HTTP_REFUSED;
}

enum http_progress http_uwsgi_read(struct http_packet *packet, const struct http_limits *limits, const uint8_t *octets,
                                   size_t length) {
    *packet = (struct http_packet){.head = text_growing()};
    if (length > 0 && octets[0] != 0) {
        return refuse(packet, HTTP_REFUSED_UWSGI_MODIFIER);
    }
    if (length < HTTP_UWSGI_HEAD) {
        return HTTP_MORE;
    }
    if (octets[3] != 0) {
        return refuse(packet, HTTP_REFUSED_UWSGI_MODIFIER);
    }
    packet->length = (uint32_t)(HTTP_UWSGI_HEAD + u16(octets + 1));
    if (packet->length > limits->head) {
        return refuse(packet, HTTP_REFUSED_HEAD_LONG);
    }
    if (length < packet->length) {
        return HTTP_MORE;
    }
    enum http_refusal refusal = translate(packet, octets);
    return refusal == HTTP_REFUSED_NONE ? HTTP_DONE : refuse(packet, refusal);
}
