/* message.c: see message.h. */
#include "message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { UWSGI_HEADER = 4, BODY_SHOWN = 160 };

void way_put_printable(struct text *text, const uint8_t *octets, size_t length) {
    for (size_t i = 0; i < length; i++) {
        text_put_char(text, octets[i] >= ' ' && octets[i] < 127 ? (char)octets[i] : '.');
    }
}

static unsigned read16(const uint8_t *from) {
    return from[0] | (unsigned)from[1] << 8;
}

/* ---- HTTP ---- */

/* The octets of the line at `at`, without its end; *next is behind it. */
static uint32_t line_length(const struct way_stream *stream, uint32_t at, uint32_t *next) {
    const uint8_t *from = stream->octet + at;
    const uint8_t *feed = memchr(from, '\n', stream->length - at);
    *next = feed ? (uint32_t)(feed - stream->octet) + 1 : stream->length;
    uint32_t length = *next - at - (feed ? 1 : 0);
    return length > 0 && from[length - 1] == '\r' ? length - 1 : length;
}

/* What follows the name of a field, when the line is that field; else NULL. */
static const char *value_of(const char *line, const char *name) {
    size_t length = strlen(name);
    return strncasecmp(line, name, length) == 0 && line[length] == ':'
               ? line + length + 1 + strspn(line + length + 1, " ")
               : NULL;
}

/* Behind the last chunk and its trailers; the stream's end when that has not come. */
static uint32_t end_of_chunks(const struct way_stream *stream, uint32_t at) {
    while (at < stream->length) {
        uint32_t next;
        char line[32] = "";
        uint32_t length = line_length(stream, at, &next);
        memcpy(line, stream->octet + at, length < sizeof line ? length : sizeof line - 1);
        unsigned long size = strtoul(line, NULL, 16);
        if (size == 0) {
            while (next < stream->length && line_length(stream, next, &at) > 0) {
                next = at;
            }
            return next < stream->length ? at : stream->length;
        }
        at = size < stream->length - next ? next + (uint32_t)size + 2 : stream->length;
    }
    return stream->length;
}

/* How a head says where its body ends. */
struct framing {
    bool chunked, counted;
    unsigned long length;
};

/* Reads the head that begins at message->begin, sets body. False: it has not come whole. */
static bool read_head(const struct way_stream *stream, struct way_message *message, struct framing *framing) {
    uint32_t at = message->begin, next = at;
    while (at < stream->length) {
        char line[256] = "";
        uint32_t length = line_length(stream, at, &next);
        memcpy(line, stream->octet + at, length < sizeof line ? length : sizeof line - 1);
        const char *count = value_of(line, "Content-Length"), *coding = value_of(line, "Transfer-Encoding");
        if (count) {
            framing->counted = true;
            framing->length = strtoul(count, NULL, 10);
        }
        framing->chunked = framing->chunked || (coding && strcasecmp(coding, "chunked") == 0);
        at = next;
        if (length == 0) {
            message->body = at;
            return true;
        }
    }
    message->body = stream->length;
    return false;
}

static void read_first_line(const struct way_stream *stream, struct way_message *message) {
    uint32_t next;
    struct text text = text_fixed(message->line, sizeof message->line);
    way_put_printable(&text, stream->octet + message->begin, line_length(stream, message->begin, &next));
    if (message->kind == WAY_RESPONSE) {
        const char *space = strchr(message->line, ' ');
        message->status = space ? atoi(space) : 0;
    }
}

static bool has_no_body(const struct way_message *message, const struct framing *framing) {
    if (message->kind == WAY_REQUEST) {
        return !framing->counted && !framing->chunked;
    }
    return message->status / 100 == 1 || message->status == 204 || message->status == 304;
}

static void read_http(const struct way_stream *stream, struct way_message *message, bool to_the_end) {
    struct framing framing = {.length = 0};
    read_first_line(stream, message);
    message->end = stream->length;
    if (!read_head(stream, message, &framing)) {
        return;
    }
    if (has_no_body(message, &framing)) {
        message->end = message->body;
        return;
    }
    message->chunked = framing.chunked;
    message->to_the_end = to_the_end || (!framing.chunked && !framing.counted);
    if (framing.chunked) {
        message->end = end_of_chunks(stream, message->body);
    } else if (framing.counted && !to_the_end) {
        uint32_t rest = stream->length - message->body;
        message->end = message->body + (framing.length < rest ? (uint32_t)framing.length : rest);
    }
}

/* ---- uwsgi ---- */

/* The variable at *at, which is then behind it. False: there is no further one. */
static bool read_variable(const struct way_stream *stream, const struct way_message *message, uint32_t *at,
                          const uint8_t *part[2], uint32_t length[2]) {
    for (unsigned i = 0; i < 2; i++) {
        if (*at + 2 > message->body) {
            return false;
        }
        length[i] = read16(stream->octet + *at);
        *at += 2;
        if (length[i] > message->body - *at) {
            return false;
        }
        part[i] = stream->octet + *at;
        *at += length[i];
    }
    return true;
}

static void read_uwsgi(const struct way_stream *stream, struct way_message *message) {
    message->end = message->body = stream->length;
    if (stream->length - message->begin >= UWSGI_HEADER) {
        uint32_t size = read16(stream->octet + message->begin + 1),
                 rest = stream->length - message->begin - UWSGI_HEADER;
        message->body = message->begin + UWSGI_HEADER + (size < rest ? size : rest);
    }
    snprintf(message->line, sizeof message->line, "uwsgi packet");
}

bool way_uwsgi_value(const struct way_connection *connection, const struct way_message *message, const char *name,
                     char *value, size_t size) {
    const uint8_t *part[2];
    uint32_t length[2], at = message->begin + UWSGI_HEADER;
    while (read_variable(&connection->stream[0], message, &at, part, length)) {
        if (length[0] == strlen(name) && memcmp(part[0], name, length[0]) == 0) {
            struct text text = text_fixed(value, size);
            way_put_printable(&text, part[1], length[1]);
            return true;
        }
    }
    return false;
}

/* ---- all of them ---- */

unsigned way_messages(const struct way_connection *connection, unsigned from, struct way_message *list, unsigned most) {
    const struct way_stream *stream = &connection->stream[from];
    unsigned port = connection->end[1].address.port, count = 0;
    bool uwsgi = port == WAY_APP_PORT || port == WAY_OURS_PORT;
    uint32_t at = 0;
    while (at < stream->length && count < most) {
        struct way_message *message = &list[count++];
        *message = (struct way_message){.begin = at, .kind = from == 1 ? WAY_RESPONSE : WAY_REQUEST};
        if (uwsgi && from == 0) {
            message->kind = WAY_UWSGI_REQUEST;
            read_uwsgi(stream, message);
        } else {
            read_http(stream, message, uwsgi);
        }
        at = message->end;
    }
    return count;
}

void way_message_lines(const struct way_connection *connection, unsigned from, const struct way_message *message,
                       struct text *text) {
    const struct way_stream *stream = &connection->stream[from];
    uint32_t at = message->begin, next;
    if (message->kind != WAY_UWSGI_REQUEST) {
        while (at < message->body) {
            way_put_printable(text, stream->octet + at, line_length(stream, at, &next));
            text_put_char(text, '\n');
            at = next;
        }
        return;
    }
    const uint8_t *part[2];
    uint32_t length[2];
    const uint8_t *head = stream->octet + at;
    if (message->body - at < UWSGI_HEADER) {
        return;
    }
    text_format(text, "%02x %02x %02x %02x: kind %u (WSGI), %u octets of variables, %u\n", head[0], head[1], head[2],
                head[3], head[0], read16(head + 1), head[3]);
    at += UWSGI_HEADER;
    while (read_variable(stream, message, &at, part, length)) {
        way_put_printable(text, part[0], length[0]);
        text_put(text, " = ");
        way_put_printable(text, part[1], length[1]);
        text_put_char(text, '\n');
    }
}

void way_message_body(const struct way_connection *connection, unsigned from, const struct way_message *message,
                      struct text *text) {
    const struct way_stream *stream = &connection->stream[from];
    uint32_t at = message->body, next;
    uint32_t shown = message->end - at < BODY_SHOWN ? message->end : at + BODY_SHOWN;
    while (at < shown) {
        uint32_t length = line_length(stream, at, &next);
        way_put_printable(text, stream->octet + at, length < shown - at ? length : shown - at);
        text_put_char(text, '\n');
        at = next;
    }
    if (shown < message->end) {
        text_format(text, "... %u more octets\n", message->end - shown);
    }
}
