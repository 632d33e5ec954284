/* http_opened.c: open files, mapped under a lease or read. See http_opened.h. */
#include "http/http_opened.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A mapping of no more octets than this is brought in all at once: later answers need not do it. */
static const uint64_t AT_ONCE = 1 << 20;

static size_t page_floor(uint64_t offset) {
    return (size_t)offset & ~((size_t)sysconf(_SC_PAGESIZE) - 1);
}

static size_t page_ceiling(uint64_t offset) {
    return page_floor(offset + (size_t)sysconf(_SC_PAGESIZE) - 1);
}

/* ---- begin and end ---- */

static void write_lines(struct http_opened *opened) {
    struct text lines = text_fixed(opened->lines, sizeof opened->lines);
    char modified[HTTP_DATE_TEXT];
    text_format(&lines, "ETag: %s\r\nLast-Modified: %s\r\nAccept-Ranges: bytes\r\n", opened->validators.tag,
                http_date_format(opened->validators.modified, modified));
}

struct http_opened *http_opened_new(int fd, const struct stat *stat, int64_t now, struct http_files *mapped,
                                    struct http_budget *budget) {
    struct http_opened *opened = calloc(1, sizeof *opened);
    if (!opened) {
        close(fd);
        return NULL;
    }
    *opened = (struct http_opened){.fd = fd, .stat = *stat, .holders = 1, .mapped = mapped, .budget = budget};
    TAILQ_INIT(&opened->lent);
    http_validators_of(&opened->validators, stat, now);
    write_lines(opened);
    return opened;
}

struct http_opened *http_opened_hold(struct http_opened *opened) {
    opened->holders++;
    return opened;
}

static void give_lease_back(struct http_opened *opened) {
    if (opened->leased) {
        TAILQ_REMOVE(opened->mapped, opened, next);
        fcntl(opened->fd, F_SETLEASE, F_UNLCK);
        opened->leased = false;
    }
}

void http_opened_drop(struct http_opened *opened) {
    if (!opened || --opened->holders > 0) {
        return;
    }
    give_lease_back(opened);
    if (opened->map) {
        http_guard_remove(&opened->guarded);
        munmap(opened->map, (size_t)opened->stat.st_size);
    }
    if (opened->copy) {
        free(opened->copy);
        http_budget_give(opened->budget, (size_t)opened->stat.st_size);
    }
    close(opened->fd);
    free(opened);
}

/* ---- reading ---- */

bool http_opened_read(const struct http_opened *opened, uint8_t *to, size_t length, uint64_t offset) {
    size_t have = 0;
    while (have < length) {
        ssize_t n = pread(opened->fd, to + have, length - have, (off_t)(offset + have));
        if (n <= 0) {
            return false;
        }
        have += (size_t)n;
    }
    return true;
}

bool http_opened_copy(struct http_opened *opened) {
    size_t size = (size_t)opened->stat.st_size;
    if (opened->copy || opened->stat.st_size > HTTP_PIECE || !http_budget_take(opened->budget, size)) {
        return opened->copy != NULL;
    }
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (!copy || !http_opened_read(opened, copy, size, 0)) {
        free(copy);
        http_budget_give(opened->budget, size);
        return false;
    }
    opened->copy = copy;
    return true;
}

/* ---- mapping ---- */

/* SIGURG, because nobody minds it: the signal that says that a lease is wanted back would else be SIGIO, and end
 * the program. */
static bool take_lease(struct http_opened *opened) {
    if (fcntl(opened->fd, F_SETSIG, SIGURG) < 0 || fcntl(opened->fd, F_SETLEASE, F_RDLCK) < 0) {
        return false;
    }
    opened->leased = true;
    TAILQ_INSERT_TAIL(opened->mapped, opened, next);
    return true;
}

/* The length may have changed between fstat() and the lease; from here on it does not. */
static bool is_long_enough(const struct http_opened *opened) {
    return lseek(opened->fd, 0, SEEK_END) >= opened->stat.st_size;
}

void http_opened_map(struct http_opened *opened) {
    if (opened->map || opened->stat.st_size > PTRDIFF_MAX || !take_lease(opened)) {
        return;
    }
    void *map = MAP_FAILED;
    if (is_long_enough(opened)) {
        map = mmap(NULL, (size_t)opened->stat.st_size, PROT_READ, MAP_SHARED, opened->fd, 0);
    }
    if (map == MAP_FAILED) {
        give_lease_back(opened);
        return;
    }
    opened->map = map;
    opened->guarded = (struct http_guarded){.map = map, .length = (size_t)opened->stat.st_size};
    http_guard_add(&opened->guarded);
}

/* Page by page they would cost more than copying. An error of the disk is an error here, and no signal later. Kernels
 * before 5.14 do not know this, and bring them in one by one. */
bool http_opened_populate(struct http_opened *opened, uint64_t begin, uint64_t end) {
    bool all = http_opened_size(opened) <= AT_ONCE;
    if (opened->guarded.hit || opened->populated) {
        return !opened->guarded.hit;
    }
#ifdef MADV_POPULATE_READ
    size_t first = all ? 0 : page_floor(begin), last = page_ceiling(all ? http_opened_size(opened) : end);
    if (madvise(opened->map + first, last - first, MADV_POPULATE_READ) < 0 && errno != EINVAL) {
        return false;
    }
#else
    (void)begin, (void)end;
#endif
    opened->populated = all;
    return true;
}

/* ---- those who want to write ---- */

/* Copies what is lent, and puts the copy where it was. */
static bool keep_what_is_lent(struct http_opened *opened, const struct http_lent *lent) {
    size_t begin = page_floor(lent->low), length = (size_t)lent->high - begin;
    if (lent->source->loans == 0 || lent->high <= begin) {
        return true;
    }
    void *copy = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy == MAP_FAILED) {
        return false;
    }
    bool kept = http_opened_read(opened, copy, length, begin) &&
                mremap(copy, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, opened->map + begin) != MAP_FAILED;
    if (!kept) {
        munmap(copy, length);
    }
    return kept;
}

static bool keep_all(struct http_opened *opened) {
    const struct http_lent *lent;
    TAILQ_FOREACH(lent, &opened->lent, next) {
        if (!keep_what_is_lent(opened, lent)) {
            return false;
        }
    }
    return true;
}

/* What was lent is not what was promised, or will not be when it has to be sent again. Who is told gives back his
 * loans, perhaps, and is not in the list any more then; perhaps other files have gone with him. */
static void break_off(struct http_opened *opened) {
    struct http_lent *lent = NULL;
    http_opened_hold(opened);
    give_lease_back(opened);
    do {
        TAILQ_FOREACH(lent, &opened->lent, next) {
            if (!lent->source->broken && lent->source->loans > 0) {
                break;
            }
        }
        if (lent) {
            http_source_break(lent->source);
        }
    } while (lent);
    http_opened_drop(opened);
}

/* The first file that is lost; NULL: none. */
static struct http_opened *find_lost(struct http_files *mapped) {
    struct http_opened *opened;
    TAILQ_FOREACH(opened, mapped, next) {
        if (opened->guarded.hit || (fcntl(opened->fd, F_GETLEASE) == F_UNLCK && !is_long_enough(opened))) {
            return opened;
        }
    }
    return NULL;
}

/* Where there is no memory for the copy, the lease stays until there is, and whoever wants to write waits. */
void http_files_yield(struct http_files *mapped) {
    struct http_opened *opened;
    while ((opened = find_lost(mapped))) {
        break_off(opened);
    }
    opened = TAILQ_FIRST(mapped);
    while (opened) {
        struct http_opened *after = TAILQ_NEXT(opened, next);
        if (fcntl(opened->fd, F_GETLEASE) == F_UNLCK && keep_all(opened)) {
            give_lease_back(opened);
        }
        opened = after;
    }
}
