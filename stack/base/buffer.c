/* buffer.c: octet queues made of pieces. See buffer.h. */
#include "base/buffer.h"

#include "base/bytes.h"
#include "base/chunk.h"

/* Sizes of pieces with own memory: a short answer should not cost 64 KB, a bulk transfer not many pieces. */
static const uint32_t PIECE_SIZES[] = {512, 2048, 8192, 16384, 32768, 65536};
static const unsigned PIECE_SIZE_COUNT = sizeof PIECE_SIZES / sizeof PIECE_SIZES[0];

static uint8_t *own_octets(struct buffer *piece) {
    return (uint8_t *)(piece + 1);
}

static size_t piece_size(const struct buffer *piece) {
    return sizeof *piece + piece->room;
}

static void free_piece(struct env *env, struct buffer *piece) {
    if (piece->chunk) {
        chunk_drop(env, piece->chunk);
    }
    if (piece->release) {
        piece->release(piece->argument, piece->lent, piece->lent_length);
    }
    env_free(env, piece, piece_size(piece));
}

static struct buffer *new_piece(struct env *env, uint32_t room) {
    struct buffer *piece = env_alloc(env, sizeof *piece + room);
    if (piece) {
        *piece = (struct buffer){.room = room};
        piece->data = own_octets(piece);
    }
    return piece;
}

static void link_piece(struct buffers *queue, struct buffer *piece) {
    if (queue->tail) {
        queue->tail->next = piece;
    } else {
        queue->head = piece;
    }
    queue->tail = piece;
    queue->length += piece->length;
}

static uint32_t spare_room(struct buffer *piece) {
    if (!piece || piece->room == 0) {
        return 0;
    }
    return piece->room - (uint32_t)(piece->data - own_octets(piece)) - piece->length;
}

static void fill_piece(struct buffer *piece, const uint8_t *data, uint32_t length) {
    uint8_t *end = own_octets(piece) + (piece->data - own_octets(piece)) + piece->length;
    copy_octets(end, data, length);
    piece->length += length;
}

static uint32_t room_for(size_t length) {
    unsigned i = 0;
    while (i + 1 < PIECE_SIZE_COUNT && length > PIECE_SIZES[i] - sizeof(struct buffer)) {
        i++;
    }
    return PIECE_SIZES[i] - (uint32_t)sizeof(struct buffer);
}

/* A copy in new pieces. Behind queued octets more are to be expected. */
static bool copy_to_new(struct env *env, struct buffers *list, const uint8_t *data, size_t length, size_t queued) {
    while (length > 0) {
        struct buffer *piece = new_piece(env, room_for(length > queued ? length : queued));
        if (!piece) {
            return false;
        }
        uint32_t part = (uint32_t)min_size(length, piece->room);
        fill_piece(piece, data, part);
        link_piece(list, piece);
        data += part;
        length -= part;
    }
    return true;
}

static void free_pieces(struct env *env, struct buffers *list) {
    while (list->head) {
        struct buffer *piece = list->head;
        list->head = piece->next;
        free_piece(env, piece);
    }
}

void buffers_splice(struct buffers *to, struct buffers *from) {
    if (!from->head) {
        return;
    }
    if (to->tail) {
        to->tail->next = from->head;
    } else {
        to->head = from->head;
    }
    to->tail = from->tail;
    to->length += from->length;
    *from = (struct buffers){0};
}

/* What the last piece has no room for goes into new ones, first, so that an append either fits or changes nothing. */
bool buffers_append_copy(struct env *env, struct buffers *queue, const uint8_t *data, size_t length) {
    size_t first = min_size(length, spare_room(queue->tail));
    struct buffers fresh = {0};
    if (length > first && !copy_to_new(env, &fresh, data + first, length - first, queue->length)) {
        free_pieces(env, &fresh);
        return false;
    }
    if (first > 0) {
        fill_piece(queue->tail, data, (uint32_t)first);
        queue->length += (uint32_t)first;
    }
    buffers_splice(queue, &fresh);
    return true;
}

bool buffers_append_chunk(struct env *env, struct buffers *queue, struct lucid_chunk *chunk, const uint8_t *data,
                          size_t length) {
    struct buffer *piece = new_piece(env, 0);
    if (!piece) {
        return false;
    }
    chunk_hold(chunk);
    piece->chunk = chunk;
    piece->data = data;
    piece->length = (uint32_t)length;
    link_piece(queue, piece);
    return true;
}

bool buffers_append_lent(struct env *env, struct buffers *queue, const void *data, size_t length,
                         buffer_release *release, void *argument) {
    struct buffer *piece = new_piece(env, 0);
    if (!piece) {
        return false;
    }
    piece->data = data;
    piece->length = (uint32_t)length;
    piece->release = release;
    piece->argument = argument;
    piece->lent = data;
    piece->lent_length = (uint32_t)length;
    link_piece(queue, piece);
    return true;
}

static void drop_head(struct env *env, struct buffers *queue) {
    struct buffer *piece = queue->head;
    if (queue->mark == piece) {
        queue->mark = NULL;
    } else if (queue->mark) {
        queue->mark_offset -= piece->length;
    }
    queue->head = piece->next;
    queue->tail = piece->next ? queue->tail : NULL;
    free_piece(env, piece);
}

void buffers_consume(struct env *env, struct buffers *queue, uint32_t length) {
    queue->length -= length;
    while (queue->head && length >= queue->head->length) {
        length -= queue->head->length;
        drop_head(env, queue);
    }
    struct buffer *piece = queue->head;
    if (!piece || length == 0) {
        return;
    }
    piece->data += length;
    piece->length -= length;
    if (queue->mark && queue->mark != piece) {
        queue->mark_offset -= length;
    }
}

void buffers_cut(struct env *env, struct buffers *queue, uint32_t length) {
    if (length == 0) {
        free_pieces(env, queue);
        *queue = (struct buffers){0};
        return;
    }
    struct buffer *last = queue->head;
    queue->length = length;
    queue->mark = NULL;
    while (length > last->length) {
        length -= last->length;
        last = last->next;
    }
    struct buffers rest = {.head = last->next};
    last->length = length;
    last->next = NULL;
    queue->tail = last;
    free_pieces(env, &rest);
}

void buffers_peek(const struct buffers *queue, uint8_t *to, uint32_t length) {
    for (const struct buffer *piece = queue->head; length > 0; piece = piece->next) {
        uint32_t part = min_u32(length, piece->length);
        copy_octets(to, piece->data, part);
        to += part;
        length -= part;
    }
}

/* Sets the mark to the piece that holds the octet at offset. */
static void find_piece(struct buffers *queue, uint32_t offset) {
    if (!queue->mark || queue->mark_offset > offset) {
        queue->mark = queue->head;
        queue->mark_offset = 0;
    }
    while (queue->mark && offset - queue->mark_offset >= queue->mark->length) {
        queue->mark_offset += queue->mark->length;
        queue->mark = queue->mark->next;
    }
}

uint32_t buffers_slices(struct buffers *queue, uint32_t offset, uint32_t length, struct lucid_slice *slices,
                        unsigned max, unsigned *count) {
    uint32_t described = 0;
    struct lucid_slice *next = slices;
    find_piece(queue, offset);
    uint32_t skip = queue->mark ? offset - queue->mark_offset : 0;
    for (struct buffer *piece = queue->mark; piece && described < length && next < slices + max; piece = piece->next) {
        uint32_t part = min_u32(length - described, piece->length - skip);
        *next++ = (struct lucid_slice){.data = piece->data + skip, .length = part};
        described += part;
        skip = 0;
    }
    *count = (unsigned)(next - slices);
    return described;
}
