/* http_file.h: a file as the body of an answer, sent from a mapping without copying where that is safe, else read.
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
 *     else, and we lack CAP_LEASE; or its file system has no leases. Small files are read too: mapping costs more than
 *     copying one piece.
 *
 * A file that is shorter than it was when the answer's head was sent cannot be sent as promised: the source fails,
 * and the connection must be reset, so that the client does not take the part for the whole.
 */
#ifndef HTTP_FILE_H
#define HTTP_FILE_H

#include <stdint.h>
#include <sys/queue.h>

#include "http/http_source.h"

/* Mapped files. All of one server: they are asked about together. */
struct http_file;
TAILQ_HEAD(http_files, http_file);

/* Octets of the file from begin up to end, behind octets of the text from text_at on. */
struct http_file_part {
    uint64_t begin, end;
    uint32_t text_at, text_length;
};

/* What is sent of a file of `size` octets. */
struct http_file_parts {
    const struct http_file_part *part; /* copied */
    unsigned count;
    struct text *text; /* what the parts' text lies in, taken over; NULL: they have none */
};

/* A source of parts of the file fd, which is the source's from now on, as is their text. What is read is charged to the
 * budget. NULL when there is no memory; fd is closed then. */
struct http_source *http_file_source(int fd, uint64_t size, const struct http_file_parts *parts,
                                     struct http_files *mapped, struct http_budget *budget);

/* Gives back the lease of every mapped file that somebody wants to write to. Call it several times a second while
 * *mapped is not empty. */
void http_files_yield(struct http_files *mapped);

#endif
