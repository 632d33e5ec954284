/* http_buffer.c: what was read of a connection and is not used yet. See http_connection.h. */
#include <stdlib.h>
#include <string.h>

#include "http/http_connection.h"

/* Octets of a new buffer: nearly every head fits. */
static const uint32_t FIRST = 4096;

/* With less room than this no more is read into it: many small reads cost more than one move. */
static const uint32_t LEAST = 512;

void http_buffer_free(struct http_buffer *buffer, struct http_server *server) {
    struct http_spare *spare = &server->spare;
    if (buffer->capacity == FIRST && !spare->octets) {
        spare->octets = buffer->data;
    } else {
        free(buffer->data);
    }
    *buffer = (struct http_buffer){0};
}

static bool take_spare(struct http_buffer *buffer, struct http_spare *spare) {
    if (buffer->capacity > 0 || !spare->octets) {
        return false;
    }
    buffer->data = spare->octets;
    buffer->capacity = FIRST;
    spare->octets = NULL;
    return true;
}

static bool grow(struct http_buffer *buffer, uint32_t most) {
    uint32_t capacity = buffer->capacity > 0 ? 2 * buffer->capacity : FIRST;
    capacity = capacity < most ? capacity : most;
    uint8_t *data = capacity > buffer->capacity ? realloc(buffer->data, capacity) : NULL;
    if (!data) {
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

/* Earlier requests of the same batch lie before the current one: their place is used first. */
static void move_to_front(struct http_buffer *buffer) {
    memmove(buffer->data, buffer->data + buffer->begin, buffer->end - buffer->begin);
    buffer->at -= buffer->begin;
    buffer->end -= buffer->begin;
    buffer->begin = 0;
}

static uint32_t room(const struct http_buffer *buffer) {
    return buffer->capacity - buffer->end;
}

ptrdiff_t http_buffer_fill(struct http_buffer *buffer, struct http_server *server, int fd, uint32_t most) {
    struct transport *transport = server->transport;
    if (room(buffer) < LEAST && buffer->begin > 0) {
        move_to_front(buffer);
    }
    if (room(buffer) < LEAST && !take_spare(buffer, &server->spare) && !grow(buffer, most) && room(buffer) == 0) {
        return -LUCID_ENOMEM;
    }
    ptrdiff_t n = transport->ops->read(transport, fd, buffer->data + buffer->end, room(buffer));
    buffer->end += n > 0 ? (uint32_t)n : 0;
    return n;
}

bool http_buffer_replace(struct http_buffer *buffer, uint32_t used, const void *octets, uint32_t length) {
    uint32_t rest = buffer->end - buffer->begin - used;
    uint8_t *data = malloc(length + rest);
    if (!data) {
        return false;
    }
    memcpy(data, octets, length);
    memcpy(data + length, buffer->data + buffer->begin + used, rest);
    free(buffer->data);
    *buffer = (struct http_buffer){.data = data, .end = length + rest, .capacity = length + rest};
    return true;
}

/* A buffer that was full will be full again: more fits next time. */
void http_buffer_rewind(struct http_buffer *buffer, uint32_t stay, uint32_t most) {
    bool full = room(buffer) == 0;
    buffer->at = buffer->end = buffer->begin + stay;
    if (full) {
        grow(buffer, most);
    }
}
