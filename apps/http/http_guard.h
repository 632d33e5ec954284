/* http_guard.h: mapped files that end before their mapping does: SIGBUS, and no end of the program.
 *
 * Files are mapped under a lease (http_file.h), so nobody cuts one off while it is lent. But a lease is not for ever:
 * a program that was stopped for longer than the kernel waits (45 s) has lost it; a file system behind which others
 * can write, or a disk with a bad block, never asked. Whoever touches such a page, to copy it into a capture or to sum
 * it up, gets SIGBUS. Then the rest of that mapping becomes pages of zeros, and it is marked: what it was for has
 * failed, and its connection must be reset. (The kernel itself touches pages for us too, and says EFAULT.)
 *
 * SIGBUS anywhere else ends the program as before.
 */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct http_guarded {
    uint8_t *map;
    size_t length;
    volatile bool hit; /* there are zeros in it */
    LIST_ENTRY(http_guarded) next;
};

/* From now on SIGBUS is looked after, in this program. Returns 0 or a negative error. */
int http_guard_install(void);

/* A mapping of whole pages, and its end. By the thread that touches it, for each thread has a list of its own. */
void http_guard_add(struct http_guarded *guarded);
void http_guard_remove(struct http_guarded *guarded);

#endif
