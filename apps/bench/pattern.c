/* pattern.c: the octets of bulk runs, made and looked at. See pattern.h. */
#include "bench/pattern.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>

/* FNV-1a for 64 bits. */
static const uint64_t FNV_BASIS = 0xcbf29ce484222325, FNV_PRIME = 0x100000001b3;

/* With these begin announcement and trailer; no block does. */
static const char ANNOUNCEMENT[8] = "the tail", TRAILER[8] = "the end.";

enum { WORD = 8, LANES = PATTERN_LINE / WORD };

/* ---- the block ---- */

/* Words without order: a counter times a large odd number, its halves mixed. */
static uint64_t word_of(uint64_t number) {
    uint64_t word = (number + 1) * 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 32)) * 0xd6e8feb86659fd93;
    return word ^ (word >> 32);
}

static uint64_t words[PATTERN_BLOCK / WORD];

static void make_words(void) {
    for (size_t i = 0; i < PATTERN_BLOCK / WORD; i++) {
        words[i] = word_of(i);
    }
}

static const uint8_t *block(void) {
    static once_flag made = ONCE_FLAG_INIT;
    call_once(&made, make_words);
    return (const uint8_t *)words;
}

/* ---- the hash ---- */

static void hash_lines(struct pattern_hash *hash, const uint8_t *data, size_t lines) {
    uint64_t lane[LANES], word[LANES];
    memcpy(lane, hash->lane, sizeof lane);
    for (; lines > 0; lines--, data += PATTERN_LINE) {
        memcpy(word, data, sizeof word);
        for (int i = 0; i < LANES; i++) {
            lane[i] = (lane[i] ^ word[i]) * FNV_PRIME;
        }
    }
    memcpy(hash->lane, lane, sizeof lane);
}

void pattern_hash_begin(struct pattern_hash *hash) {
    hash->kept = 0;
    for (uint64_t i = 0; i < LANES; i++) {
        hash->lane[i] = FNV_BASIS + i;
    }
}

void pattern_hash_add(struct pattern_hash *hash, const void *data, size_t length) {
    const uint8_t *octets = data;
    if (hash->kept > 0) {
        size_t more = PATTERN_LINE - hash->kept < length ? PATTERN_LINE - hash->kept : length;
        memcpy(hash->rest + hash->kept, octets, more);
        hash->kept += more;
        octets += more;
        length -= more;
        if (hash->kept < PATTERN_LINE) {
            return;
        }
        hash_lines(hash, hash->rest, 1);
    }
    hash_lines(hash, octets, length / PATTERN_LINE);
    hash->kept = length % PATTERN_LINE;
    memcpy(hash->rest, octets + length - hash->kept, hash->kept);
}

uint64_t pattern_hash_end(const struct pattern_hash *hash) {
    uint64_t sum = FNV_BASIS;
    for (int i = 0; i < LANES; i++) {
        sum = (sum ^ hash->lane[i]) * FNV_PRIME;
        sum ^= sum >> 32;
    }
    for (size_t i = 0; i < hash->kept; i++) {
        sum = (sum ^ hash->rest[i]) * FNV_PRIME;
    }
    return sum;
}

/* ---- announcement and trailer: a mark and two numbers ---- */

static void write_line(uint8_t *line, const char *mark, uint64_t first, uint64_t second) {
    uint64_t numbers[2] = {htobe64(first), htobe64(second)};
    memset(line, 0, PATTERN_LINE);
    memcpy(line, mark, WORD);
    memcpy(line + WORD, numbers, sizeof numbers);
}

static bool read_line(const uint8_t *line, const char *mark, uint64_t *first, uint64_t *second) {
    uint64_t numbers[2];
    memcpy(numbers, line + WORD, sizeof numbers);
    *first = be64toh(numbers[0]);
    *second = be64toh(numbers[1]);
    return memcmp(line, mark, WORD) == 0;
}

/* ---- sending ---- */

void pattern_source_begin(struct pattern_source *source) {
    memset(source, 0, sizeof *source);
    pattern_hash_begin(&source->hash);
}

void pattern_finish(struct pattern_source *source) {
    source->finish = true;
}

static uint64_t tail_of(uint64_t flow) {
    uint64_t tail = flow / 16;
    return tail > PATTERN_TAIL_MAX ? PATTERN_TAIL_MAX : tail < PATTERN_BLOCK ? PATTERN_BLOCK : tail;
}

static void announce(struct pattern_source *source) {
    source->phase = PATTERN_ANNOUNCEMENT;
    source->left = tail_of(source->octets);
    write_line(source->line, ANNOUNCEMENT, source->octets, source->left);
}

const void *pattern_next(struct pattern_source *source, size_t *length) {
    if (source->phase == PATTERN_FLOW && source->at == 0 && source->finish) {
        announce(source);
    }
    *length = PATTERN_BLOCK - source->at;
    switch (source->phase) {
    case PATTERN_FLOW:
        return block() + source->at;
    case PATTERN_TAIL:
        *length = *length < source->left ? *length : source->left;
        return block() + source->at;
    case PATTERN_ANNOUNCEMENT:
    case PATTERN_TRAILER:
        *length = PATTERN_LINE - source->at;
        return source->line + source->at;
    case PATTERN_OVER:
        break;
    }
    *length = 0;
    return NULL;
}

static void sent_of_tail(struct pattern_source *source, size_t length) {
    pattern_hash_add(&source->hash, block() + source->at, length);
    source->octets += length;
    source->hashed += length;
    source->left -= length;
    source->at = (source->at + length) % PATTERN_BLOCK;
    if (source->left == 0) {
        source->phase = PATTERN_TRAILER;
        source->at = 0;
        write_line(source->line, TRAILER, source->octets, pattern_hash_end(&source->hash));
    }
}

void pattern_sent(struct pattern_source *source, size_t length) {
    switch (source->phase) {
    case PATTERN_FLOW:
        source->octets += length;
        source->at = (source->at + length) % PATTERN_BLOCK;
        return;
    case PATTERN_TAIL:
        sent_of_tail(source, length);
        return;
    case PATTERN_ANNOUNCEMENT:
    case PATTERN_TRAILER:
        source->at = (source->at + length) % PATTERN_LINE;
        source->phase += length > 0 && source->at == 0;
        return;
    case PATTERN_OVER:
        return;
    }
}

/* ---- looking ---- */

void pattern_check_begin(struct pattern_check *check) {
    memset(check, 0, sizeof *check);
    pattern_hash_begin(&check->hash);
}

/* Are these the octets of the block from there on? */
static bool looks_right(const uint8_t *data, size_t at, size_t length) {
    const uint8_t *right = block() + at;
    size_t word = length < WORD ? length : WORD;
    if (memcmp(data, right, word) != 0 || memcmp(data + length - word, right + length - word, word) != 0) {
        return false;
    }
    for (size_t i = (PATTERN_BLOCK - at) % PATTERN_STRIDE; i + WORD <= length; i += PATTERN_STRIDE) {
        if (memcmp(data + i, right + i, WORD) != 0) {
            return false;
        }
    }
    return true;
}

static bool wrong_after(struct pattern_check *check) {
    snprintf(check->error, sizeof check->error, "not all is right after octet %" PRIu64, check->octets);
    return false;
}

/* A line is there: of a block, unless it announces the tail. */
static bool take_first_line(struct pattern_check *check) {
    uint64_t sent;
    if (!read_line(check->line, ANNOUNCEMENT, &sent, &check->left)) {
        if (memcmp(check->line, block(), PATTERN_LINE) != 0) {
            return wrong_after(check);
        }
        check->octets += PATTERN_LINE;
        check->at = PATTERN_LINE;
        return true;
    }
    if (sent != check->octets) {
        snprintf(check->error, sizeof check->error, "%" PRIu64 " octets came, and %" PRIu64 " were sent", check->octets,
                 sent);
        return false;
    }
    check->phase = PATTERN_TAIL;
    return true;
}

static bool take_trailer(struct pattern_check *check) {
    uint64_t sent, hash, ours = pattern_hash_end(&check->hash);
    if (!read_line(check->line, TRAILER, &sent, &hash) || sent != check->octets) {
        return wrong_after(check);
    }
    if (hash != ours) {
        snprintf(check->error, sizeof check->error,
                 "the hash of the last %" PRIu64 " octets is %016" PRIx64 ", and %016" PRIx64 " where they were sent",
                 check->hashed, ours, hash);
        return false;
    }
    check->phase = PATTERN_OVER;
    return true;
}

/* Returns how many octets of a line were taken; *good: what it said was right, if it is complete. */
static size_t take_line(struct pattern_check *check, const uint8_t *data, size_t length, bool *good) {
    size_t taken = PATTERN_LINE - check->kept < length ? PATTERN_LINE - check->kept : length;
    memcpy(check->line + check->kept, data, taken);
    check->kept = (check->kept + taken) % PATTERN_LINE;
    if (check->kept == 0) {
        *good = check->phase == PATTERN_FLOW ? take_first_line(check) : take_trailer(check);
    }
    return taken;
}

static size_t take_flow(struct pattern_check *check, const uint8_t *data, size_t length, bool *good) {
    size_t taken = PATTERN_BLOCK - check->at < length ? PATTERN_BLOCK - check->at : length;
    *good = looks_right(data, check->at, taken) || wrong_after(check);
    check->octets += taken;
    check->at = (check->at + taken) % PATTERN_BLOCK;
    return taken;
}

static size_t take_tail(struct pattern_check *check, const uint8_t *data, size_t length, bool *good) {
    size_t taken = take_flow(check, data, check->left < length ? check->left : length, good);
    pattern_hash_add(&check->hash, data, taken);
    check->hashed += taken;
    check->left -= taken;
    if (check->left == 0) {
        check->phase = PATTERN_TRAILER;
    }
    return taken;
}

bool pattern_take(struct pattern_check *check, const void *data, size_t length) {
    const uint8_t *octets = data;
    bool good = check->error[0] == '\0';
    while (good && length > 0) {
        size_t taken = length;
        if (check->phase == PATTERN_OVER) {
            good = wrong_after(check);
        } else if (check->phase == PATTERN_TAIL) {
            taken = take_tail(check, octets, length, &good);
        } else if (check->phase == PATTERN_FLOW && check->at > 0) {
            taken = take_flow(check, octets, length, &good);
        } else {
            taken = take_line(check, octets, length, &good);
        }
        octets += taken;
        length -= taken;
    }
    return good;
}

bool pattern_whole(struct pattern_check *check) {
    if (check->error[0] == '\0' && check->phase != PATTERN_OVER) {
        snprintf(check->error, sizeof check->error, "it ends after octet %" PRIu64 ", before all was sent",
                 check->octets);
    }
    return check->error[0] == '\0';
}
