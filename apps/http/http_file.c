/* http_file.c: parts of a file, one after another. See http_file.h. */
#include "http/http_file.h"

#include <stdlib.h>
#include <string.h>

struct http_file {
    struct http_source base;
    struct http_opened *opened;
    struct http_lent lent; /* of the mapping; in its list */
    uint64_t offset;       /* of the next piece */
    uint64_t populated;    /* from offset up to here the pages of the mapping are there */
    struct http_budget *budget;
    char *text;
    bool text_given; /* that of the present part */
    unsigned now, count;
    struct http_file_part part[];
};

/* Octets that are brought into memory at one time: measured, 64 KB are slower than reading, 1 MB are faster. */
static const uint64_t AHEAD = 1 << 20;

static struct http_file *file_of(struct http_source *source) {
    return (struct http_file *)(void *)source;
}

static uint64_t octets_wanted(const struct http_file *file) {
    uint64_t octets = 0;
    for (unsigned i = 0; i < file->count; i++) {
        octets += file->part[i].end - file->part[i].begin;
    }
    return octets;
}

/* ---- pieces ---- */

static bool populate(struct http_file *file, size_t length) {
    uint64_t end = file->offset + length;
    if (end <= file->populated) {
        return true;
    }
    uint64_t part_end = file->part[file->now].end;
    end = part_end - file->offset < AHEAD ? part_end : file->offset + AHEAD;
    file->populated = end;
    return http_opened_populate(file->opened, file->offset, end);
}

static ptrdiff_t read_piece(struct http_file *file, size_t length, const void **data) {
    if (!http_budget_take(file->budget, length)) {
        return -LUCID_EAGAIN;
    }
    uint8_t *piece = malloc(length);
    if (!piece || !http_opened_read(file->opened, piece, length, file->offset)) {
        free(piece);
        http_budget_give(file->budget, length);
        return piece ? -LUCID_EIO : -LUCID_EAGAIN;
    }
    *data = piece;
    return (ptrdiff_t)length;
}

static bool is_in(const struct http_opened *opened, const uint8_t *memory, const void *data) {
    return memory && (const uint8_t *)data >= memory && (const uint8_t *)data < memory + http_opened_size(opened);
}

/* Goes to the part that the next piece is of. False: there is none. */
static bool find_part(struct http_file *file) {
    while (file->now < file->count && file->text_given && file->offset == file->part[file->now].end) {
        file->now++;
        file->text_given = false;
        if (file->now < file->count) {
            file->offset = file->populated = file->part[file->now].begin;
        }
    }
    return file->now < file->count;
}

static ptrdiff_t next_of_map(struct http_file *file, size_t length, const void **data) {
    struct http_lent *lent = &file->lent;
    if (!populate(file, length)) {
        return -LUCID_EIO;
    }
    *data = file->opened->map + file->offset;
    lent->high = file->offset + length > lent->high ? file->offset + length : lent->high;
    return (ptrdiff_t)length;
}

static ptrdiff_t next_of_file(struct http_file *file, const void **data) {
    const struct http_opened *opened = file->opened;
    uint64_t left = file->part[file->now].end - file->offset;
    size_t length = left < HTTP_PIECE ? (size_t)left : HTTP_PIECE;
    ptrdiff_t result = (ptrdiff_t)length;
    if (opened->copy) {
        *data = opened->copy + file->offset;
    } else if (opened->leased) {
        result = next_of_map(file, length, data);
    } else {
        result = read_piece(file, length, data);
    }
    file->offset += result > 0 ? length : 0;
    return result;
}

static ptrdiff_t file_next(struct http_source *source, const void **data) {
    struct http_file *file = file_of(source);
    if (!find_part(file)) {
        return 0;
    }
    const struct http_file_part *part = &file->part[file->now];
    if (!file->text_given && part->text_length > 0) {
        file->text_given = true;
        *data = file->text + part->text_at;
        return part->text_length;
    }
    file->text_given = true;
    return next_of_file(file, data);
}

static bool is_text(const struct http_file *file, const void *data) {
    for (unsigned i = 0; file->text && i < file->count; i++) {
        if (data == file->text + file->part[i].text_at) {
            return true;
        }
    }
    return false;
}

static void file_release(struct http_source *source, const void *data, size_t length) {
    struct http_file *file = file_of(source);
    const struct http_opened *opened = file->opened;
    if (is_text(file, data) || is_in(opened, opened->copy, data)) {
        return;
    }
    if (!is_in(opened, opened->map, data)) {
        free((void *)(uintptr_t)data);
        http_budget_give(file->budget, length);
        return;
    }
    uint64_t begin = (uint64_t)((const uint8_t *)data - opened->map);
    if (begin == file->lent.low && file->count == 1) {
        file->lent.low += length;
    }
}

static void file_end(struct http_source *source) {
    struct http_file *file = file_of(source);
    TAILQ_REMOVE(&file->opened->lent, &file->lent, next);
    http_opened_drop(file->opened);
    free(file->text);
    free(file);
}

static void take_parts(struct http_file *file, const struct http_file_parts *parts) {
    struct http_lent *lent = &file->lent;
    file->count = parts->count;
    memcpy(file->part, parts->part, parts->count * sizeof file->part[0]);
    file->text = parts->text ? text_detach(parts->text) : NULL;
    file->offset = file->populated = lent->low = file->part[0].begin;
    for (unsigned i = 1; i < file->count; i++) {
        lent->low = file->part[i].begin < lent->low ? file->part[i].begin : lent->low;
    }
}

struct http_source *http_file_source(struct http_opened *opened, const struct http_file_parts *parts,
                                     struct http_budget *budget) {
    static const struct http_source_ops ops = {.next = file_next, .release = file_release, .end = file_end};
    struct http_file *file = calloc(1, sizeof *file + parts->count * sizeof file->part[0]);
    if (!file || (parts->text && parts->text->cut)) {
        free(file);
        return NULL;
    }
    http_source_init(&file->base, &ops);
    file->opened = http_opened_hold(opened);
    file->lent.source = &file->base;
    file->budget = budget;
    take_parts(file, parts);
    TAILQ_INSERT_TAIL(&opened->lent, &file->lent, next);
    if (octets_wanted(file) > HTTP_PIECE) {
        http_opened_map(opened);
    }
    return &file->base;
}
