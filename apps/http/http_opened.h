/* http_opened.h: a file that is open, and what is known of it: shared by all answers that send it, and by the cache
 * (http_cache.h) that keeps it for the next one.
 *
 * What is lent to TCP must not change, and must not vanish: it may be sent again, and touching a mapped page behind
 * the end of a file that somebody has cut off is SIGBUS. So the question is whether anybody else can write to the
 * file, and the kernel answers it: a read lease (F_SETLEASE in fcntl(2)) is granted only when nobody has the file
 * open for writing, and while we hold it, whoever wants to open or truncate it waits until we give it back. (For at
 * most /proc/sys/fs/lease-break-time, 45 s.) Therefore
 *
 *   - a file with a lease is mapped. When somebody wants to write to it (http_files_yield() asks the kernel), the
 *     pages that are lent just then are copied and the copies put in their place, at the same addresses, by one
 *     mremap(2); the lease goes back at once, and the rest of the file is read;
 *   - a file without one is read, piece by piece, into memory of ours: it is being written to; it belongs to somebody
 *     else, and we lack CAP_LEASE; or its file system has no leases;
 *   - a file that has got shorter all the same (the kernel waits for 45 s, and then no longer) or whose pages cannot
 *     be read any more (http_guard.h) is lost: every answer that has lent something of it is broken off by RST;
 *   - a small file that is kept for the next answer has been read whole: mapping costs more than copying one piece.
 */
#ifndef HTTP_OPENED_H
#define HTTP_OPENED_H

#include "http/http_condition.h"
#include "http/http_date.h"
#include "http/http_guard.h"
#include "http/http_source.h"

#include <sys/queue.h>

/* Mapped files. All of one server: they are asked about together. */
struct http_opened;
TAILQ_HEAD(http_files, http_opened);

/* What an answer has lent of a mapping: outside of these offsets nothing, and nothing at all while its source has no
 * loans. */
struct http_lent {
    struct http_source *source;
    uint64_t low, high;
    TAILQ_ENTRY(http_lent) next;
};

#define HTTP_OPENED_LINES (HTTP_TAG_TEXT + HTTP_DATE_TEXT + 60)

struct http_opened {
    int fd;
    struct stat stat;
    const char *type; /* by its name, from the site's table: valid while the site's cache has the file */
    struct http_validators validators;
    char lines[HTTP_OPENED_LINES]; /* what every answer says of it: ETag, Last-Modified, Accept-Ranges */
    uint32_t holders;
    uint8_t *map;                /* all of the file; NULL: it is not mapped */
    uint8_t *copy;               /* all of the file, read; NULL: it is not */
    struct http_guarded guarded; /* the mapping, while it is there */
    bool leased;                 /* in the list: what is mapped does not change */
    bool populated;              /* all pages of the mapping are there */
    struct http_files *mapped;
    struct http_budget *budget; /* charged for the copy */
    TAILQ_ENTRY(http_opened) next;
    TAILQ_HEAD(, http_lent) lent;
};

/* Takes over fd, open for reading. now: seconds since 1970. NULL: there is no memory, and fd is closed. */
struct http_opened *http_opened_new(int fd, const struct stat *stat, int64_t now, struct http_files *mapped,
                                    struct http_budget *budget);

/* One holder more; one less, and the last one closes it. opened may be NULL. */
struct http_opened *http_opened_hold(struct http_opened *opened);
void http_opened_drop(struct http_opened *opened);

static inline uint64_t http_opened_size(const struct http_opened *opened) {
    return (uint64_t)opened->stat.st_size;
}

/* Maps it, if it is not mapped, and a lease is to be had. */
void http_opened_map(struct http_opened *opened);

/* Reads all of it, if that is no more than HTTP_PIECE. False: it is longer, shorter than before, or memory is short. */
bool http_opened_copy(struct http_opened *opened);

/* Brings pages of the mapping in, many at once. False: the disk cannot read them. */
bool http_opened_populate(struct http_opened *opened, uint64_t begin, uint64_t end);

/* Reads length octets. False: there are not so many, or the disk cannot read them. */
bool http_opened_read(const struct http_opened *opened, uint8_t *to, size_t length, uint64_t offset);

/* Gives back the lease of every mapped file that somebody wants to write to, and breaks off what was sent of files that
 * are lost. Call it several times a second while *mapped is not empty. */
void http_files_yield(struct http_files *mapped);

#endif
