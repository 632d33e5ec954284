/* http_root.h: a folder whose files are served, and nothing outside of it.
 *
 * Files are opened by openat2(2) with RESOLVE_BENEATH: the kernel itself refuses, in one system call, "..", absolute
 * links and symbolic links that lead out (a link that stays inside is followed). Only regular files are served: no
 * device, no pipe, no socket.
 */
#ifndef HTTP_ROOT_H
#define HTTP_ROOT_H

#include <sys/stat.h>

#include "http/http_path.h"

/* Opens the folder. Returns its descriptor, or a negative error; error: gets one sentence then. */
int http_root_open(const char *folder, char *error, size_t size);

/* What is at a path. */
struct http_found {
    int fd;           /* of a regular file, open for reading; else -1 */
    bool folder;      /* it is a folder, and the path does not end in a slash: the client shall ask again with one */
    struct stat stat; /* of the file */
};

/* Looks a path up; in a folder (a path that ends in a slash, or the root) its index.html, whose name is appended
 * to the path. Returns HTTP_REFUSED_NONE, NOT_FOUND, FORBIDDEN, PATH_LONG, BUSY, or FAILED. */
enum http_refusal http_root_find(int root, struct http_path *path, struct http_found *found);

#endif
