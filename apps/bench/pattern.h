/* pattern.h: the octets of bulk runs, such that whoever receives them sees whether they are the ones that were sent.
 *
 * A stream is one block, again and again: PATTERN_BLOCK octets without order, always the same, so that they can be lent
 * from where they are and lie in the cache, as for everybody who is measured. The length of a block is 64 times a
 * prime: whatever loses, doubles or moves octets would have to do that with a whole number of blocks, or the next words
 * that are looked at are wrong; and the octets are counted.
 *
 * While the time runs, the receiver looks at eight octets at the beginning and the end of each piece that it gets, and
 * at eight in every PATTERN_STRIDE of the block: little work, the same for each system. When the time is over the
 * sender announces a tail on the same connection, of which both ends hash every octet, and ends with the hash and the
 * number of all octets:
 *
 *   block, block, ... | announcement | tail: blocks | trailer
 *
 * How much that sees and how much it costs is docs/decisions/0130. The hash is FNV-1a over words of 64 bits in eight
 * lanes, of which the remainder does the last octets: it is there to find mistakes, not attackers.
 *
 * Sender: pattern_source_begin(), then pattern_next() and pattern_sent() in turn; pattern_finish() when the time is
 * over, and on until pattern_next() has nothing more. Receiver: pattern_check_begin(), pattern_take() for each piece.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PATTERN_LINE = 64, /* octets of announcement and trailer; a block is a whole number of these */
    PATTERN_STRIDE = 4096,
    PATTERN_ERROR = 160, /* room for a sentence */
};

/* As many whole lines as four of the largest packets hold at an MTU of 1500, of 45 segments each. Who sends a block at
 * a time sends full packets: with a little more, every fifth would be small, and remainders be measured, not TCP. */
#define PATTERN_BLOCK ((size_t)4 * 45 * 1448 / PATTERN_LINE * PATTERN_LINE)

/* What a receiver says that found all right. */
#define PATTERN_RIGHT "right"

/* Octets of a tail at most. */
#define PATTERN_TAIL_MAX ((uint64_t)64 << 20)

struct pattern_hash {
    uint64_t lane[PATTERN_LINE / 8];
    uint8_t rest[PATTERN_LINE]; /* what is not a whole line yet */
    size_t kept;
};

void pattern_hash_begin(struct pattern_hash *hash);
void pattern_hash_add(struct pattern_hash *hash, const void *data, size_t length);
uint64_t pattern_hash_end(const struct pattern_hash *hash);

enum pattern_phase { PATTERN_FLOW, PATTERN_ANNOUNCEMENT, PATTERN_TAIL, PATTERN_TRAILER, PATTERN_OVER };

struct pattern_source {
    enum pattern_phase phase;
    bool finish;
    uint64_t octets;       /* of the flow, then also of the tail */
    uint64_t left, hashed; /* of the tail */
    size_t at;             /* in the block or the line */
    uint8_t line[PATTERN_LINE];
    struct pattern_hash hash;
};

void pattern_source_begin(struct pattern_source *source);

/* The octets to be sent next, up to the end of a block; NULL: all have been sent. Those of a block stay as they are for
 * ever, and may be lent; a piece of up to PATTERN_LINE octets may be one of the source's own, and must be copied. */
const void *pattern_next(struct pattern_source *source, size_t *length);

/* The first so many of these were taken. */
void pattern_sent(struct pattern_source *source, size_t length);

/* The flow ends with this block; a tail of a sixteenth of it follows, a block at least. Once is enough. */
void pattern_finish(struct pattern_source *source);

struct pattern_check {
    enum pattern_phase phase;
    uint64_t octets, left, hashed;
    size_t at;
    size_t kept; /* octets of a line that are there */
    uint8_t line[PATTERN_LINE];
    struct pattern_hash hash;
    char error[PATTERN_ERROR]; /* "": all was right so far */
};

void pattern_check_begin(struct pattern_check *check);

/* Looks at the octets that follow. Returns false when one is wrong, and from then on: check->error says which. */
bool pattern_take(struct pattern_check *check, const void *data, size_t length);

/* Has it all come, and was right? If not, check->error says what is missing. */
bool pattern_whole(struct pattern_check *check);

#endif
