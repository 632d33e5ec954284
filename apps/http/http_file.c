/* http_file.c: files, mapped under a lease or read. See http_file.h. */
#include "http/http_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct http_file {
    struct http_source base;
    int fd;
    uint64_t size;      /* of the file */
    uint64_t offset;    /* of the next piece of it */
    uint8_t *map;       /* all of the file; NULL: read */
    uint64_t populated; /* from offset up to here the pages of the mapping are there */
    uint64_t low, high; /* what lies outside of these offsets of the mapping is not lent */
    bool leased;        /* in the list */
    struct http_files *mapped;
    TAILQ_ENTRY(http_file) next;
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

static size_t page_floor(uint64_t offset) {
    return (size_t)offset & ~((size_t)sysconf(_SC_PAGESIZE) - 1);
}

static size_t page_ceiling(uint64_t offset) {
    return page_floor(offset + (size_t)sysconf(_SC_PAGESIZE) - 1);
}

/* ---- the lease ---- */

/* SIGURG, because nobody minds it: the signal that says that a lease is wanted back would else be SIGIO, and end
 * the program. */
static bool take_lease(struct http_file *file) {
    if (fcntl(file->fd, F_SETSIG, SIGURG) < 0 || fcntl(file->fd, F_SETLEASE, F_RDLCK) < 0) {
        return false;
    }
    file->leased = true;
    TAILQ_INSERT_TAIL(file->mapped, file, next);
    return true;
}

static void give_lease_back(struct http_file *file) {
    if (file->leased) {
        TAILQ_REMOVE(file->mapped, file, next);
        fcntl(file->fd, F_SETLEASE, F_UNLCK);
        file->leased = false;
    }
}

/* The length may have changed between fstat() and the lease; from here on it does not. */
static bool is_long_enough(const struct http_file *file) {
    off_t end = lseek(file->fd, 0, SEEK_END);
    return end >= 0 && (uint64_t)end >= file->size;
}

static uint64_t octets_wanted(const struct http_file *file) {
    uint64_t octets = 0;
    for (unsigned i = 0; i < file->count; i++) {
        octets += file->part[i].end - file->part[i].begin;
    }
    return octets;
}

static void map_if_safe(struct http_file *file) {
    if (octets_wanted(file) <= HTTP_PIECE || file->size > PTRDIFF_MAX || !take_lease(file)) {
        return;
    }
    void *map = MAP_FAILED;
    if (is_long_enough(file)) {
        map = mmap(NULL, (size_t)file->size, PROT_READ, MAP_SHARED, file->fd, 0);
    }
    if (map == MAP_FAILED) {
        give_lease_back(file);
        return;
    }
    file->map = map;
}

static bool read_whole(int fd, uint8_t *to, size_t length, uint64_t offset) {
    size_t have = 0;
    while (have < length) {
        ssize_t n = pread(fd, to + have, length - have, (off_t)(offset + have));
        if (n <= 0) {
            return false;
        }
        have += (size_t)n;
    }
    return true;
}

/* Copies what is lent, and puts the copy where it was. */
static bool keep_what_is_lent(struct http_file *file) {
    size_t begin = page_floor(file->low), length = (size_t)file->high - begin;
    if (file->base.loans == 0 || file->high <= begin) {
        return true;
    }
    void *copy = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED) {
        return false;
    }
    bool kept = read_whole(file->fd, copy, length, begin) &&
                mremap(copy, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, file->map + begin) != MAP_FAILED;
    if (!kept) {
        munmap(copy, length);
    }
    return kept;
}

/* Where there is no memory for the copy, the lease stays until there is, and whoever wants to write waits. */
void http_files_yield(struct http_files *mapped) {
    struct http_file *file = TAILQ_FIRST(mapped);
    while (file) {
        struct http_file *after = TAILQ_NEXT(file, next);
        if (fcntl(file->fd, F_GETLEASE) == F_UNLCK && keep_what_is_lent(file)) {
            give_lease_back(file);
        }
        file = after;
    }
}

/* ---- pieces ---- */

/* Brings pages in, many at once: page by page they would cost more than copying. An error of the disk is an error here,
 * and no signal later. Kernels before 5.14 do not know this, and bring them in one by one. */
static bool populate(struct http_file *file, size_t length) {
    uint64_t end = file->offset + length;
    if (end <= file->populated) {
        return true;
    }
#ifdef MADV_POPULATE_READ
    uint64_t part_end = file->part[file->now].end;
    end = part_end - file->offset < AHEAD ? part_end : file->offset + AHEAD;
    size_t begin = page_floor(file->offset);
    if (madvise(file->map + begin, page_ceiling(end) - begin, MADV_POPULATE_READ) < 0 && errno != EINVAL) {
        return false;
    }
#endif
    file->populated = end;
    return true;
}

static ptrdiff_t read_piece(struct http_file *file, size_t length, const void **data) {
    if (!http_budget_take(file->budget, length)) {
        return -LUCID_EAGAIN;
    }
    uint8_t *piece = malloc(length);
    if (!piece || !read_whole(file->fd, piece, length, file->offset)) {
        free(piece);
        http_budget_give(file->budget, length);
        return piece ? -LUCID_EIO : -LUCID_EAGAIN;
    }
    *data = piece;
    return (ptrdiff_t)length;
}

static bool is_in_map(const struct http_file *file, const void *data) {
    return file->map && (const uint8_t *)data >= file->map && (const uint8_t *)data < file->map + file->size;
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

static ptrdiff_t next_of_file(struct http_file *file, const void **data) {
    uint64_t left = file->part[file->now].end - file->offset;
    size_t length = left < HTTP_PIECE ? (size_t)left : HTTP_PIECE;
    ptrdiff_t result = (ptrdiff_t)length;
    if (!file->leased) {
        result = read_piece(file, length, data);
    } else if (populate(file, length)) {
        *data = file->map + file->offset;
        file->high = file->offset + length > file->high ? file->offset + length : file->high;
    } else {
        result = -LUCID_EIO;
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
    if (is_text(file, data)) {
        return;
    }
    if (!is_in_map(file, data)) {
        free((void *)(uintptr_t)data);
        http_budget_give(file->budget, length);
        return;
    }
    uint64_t begin = (uint64_t)((const uint8_t *)data - file->map);
    if (begin == file->low && file->count == 1) {
        file->low += length;
    }
}

static void file_end(struct http_source *source) {
    struct http_file *file = file_of(source);
    give_lease_back(file);
    if (file->map) {
        munmap(file->map, (size_t)file->size);
    }
    close(file->fd);
    free(file->text);
    free(file);
}

static void take_parts(struct http_file *file, const struct http_file_parts *parts) {
    file->count = parts->count;
    memcpy(file->part, parts->part, parts->count * sizeof file->part[0]);
    file->text = parts->text ? text_detach(parts->text) : NULL;
    file->offset = file->populated = file->low = file->part[0].begin;
    for (unsigned i = 1; i < file->count; i++) {
        file->low = file->part[i].begin < file->low ? file->part[i].begin : file->low;
    }
}

struct http_source *http_file_source(int fd, uint64_t size, const struct http_file_parts *parts,
                                     struct http_files *mapped, struct http_budget *budget) {
    static const struct http_source_ops ops = {.next = file_next, .release = file_release, .end = file_end};
    struct http_file *file = calloc(1, sizeof *file + parts->count * sizeof file->part[0]);
    if (!file || (parts->text && parts->text->cut)) {
        free(file);
        close(fd);
        return NULL;
    }
    http_source_init(&file->base, &ops);
    file->fd = fd;
    file->size = size;
    file->mapped = mapped;
    file->budget = budget;
    take_parts(file, parts);
    map_if_safe(file);
    return &file->base;
}
