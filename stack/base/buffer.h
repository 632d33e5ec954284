/* buffer.h: a queue of octets as a list of pieces: the one form of send queues, receive queues and datagrams in
 * waiting.
 *
 * A piece is memory of its own (octets were copied in), a part of a chunk that a packet was read into, or memory that
 * the application lent. Nothing is ever copied from piece to piece: sending takes slices, an acknowledgment or a read
 * drops from the front. An empty queue owns no memory.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/env.h"

typedef void buffer_release(void *argument, const void *data, size_t length);

struct buffer {
    struct buffer *next;
    const uint8_t *data;       /* the first octet still in the queue */
    uint32_t length;           /* octets still in the queue */
    uint32_t room;             /* octets of own memory behind this struct; 0: the memory is somebody else's */
    struct lucid_chunk *chunk; /* the packet memory that data lies in, or NULL */
    buffer_release *release;   /* lent memory: to be told at the end, or NULL */
    void *argument;
    const void *lent; /* what was lent, from its first octet */
    uint32_t lent_length;
};

struct buffers {
    struct buffer *head, *tail;
    struct buffer
        *mark; /* the piece found by the latest buffers_slices(), where the next one begins to look; or NULL */
    uint32_t mark_offset; /* of its first octet, from the head of the queue */
    uint32_t length;      /* octets in all pieces */
};

/* Put octets at the end. False when memory is short: nothing has changed then. */
bool buffers_append_copy(struct env *env, struct buffers *queue, const uint8_t *data, size_t length);
bool buffers_append_chunk(struct env *env, struct buffers *queue, struct lucid_chunk *chunk, const uint8_t *data,
                          size_t length);
bool buffers_append_lent(struct env *env, struct buffers *queue, const void *data, size_t length,
                         buffer_release *release, void *argument);

/* Moves all pieces of one queue to the end of another. */
void buffers_splice(struct buffers *to, struct buffers *from);

/* Drops length octets (at most queue->length) from the front. */
void buffers_consume(struct env *env, struct buffers *queue, uint32_t length);

/* Keeps length octets (at most queue->length) and drops what is behind them. */
void buffers_cut(struct env *env, struct buffers *queue, uint32_t length);

/* Copies length octets from the front without dropping them; length at most queue->length. */
void buffers_peek(const struct buffers *queue, uint8_t *to, uint32_t length);

/* Describes up to length octets from offset on in at most max slices. Sets *count; returns the octets described, which
 * are fewer when the queue ends or the slices run out. */
uint32_t buffers_slices(struct buffers *queue, uint32_t offset, uint32_t length, struct lucid_slice *slices,
                        unsigned max, unsigned *count);

#endif
