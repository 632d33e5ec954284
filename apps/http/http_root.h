/* http_root.h: a folder whose files are served, and nothing outside of it.
 *
 * Files are opened by openat2(2) with RESOLVE_BENEATH: the kernel itself refuses, in one system call, "..", absolute
 * links and symbolic links that lead out (a link that stays inside is followed). Where there is no openat2 (Linux
 * before 5.6, or a filter that does not know it), the path is walked segment by segment, and every symbolic link is
 * refused, those that stay inside too. Only regular files are served. What is a device, a pipe or a socket is not even
 * opened: opening alone may start a watchdog, or let go a program that waits for a reader.
 */
#ifndef HTTP_ROOT_H
#define HTTP_ROOT_H

#include <sys/stat.h>

#include "http/http_path.h"

/* Opens the folder. Returns its descriptor, or a negative error; error: gets one sentence then. */
int http_root_open(const char *folder, char *error, size_t size);

enum http_kind_found {
    HTTP_FOUND_FILE,   /* a regular file, open for reading */
    HTTP_FOUND_FOLDER, /* a folder without index.html, open for reading; the path ends in a slash */
    HTTP_FOUND_SLASH,  /* a folder, but the path does not end in a slash: the client shall ask again with one */
};

/* What is at a path. */
struct http_found {
    enum http_kind_found kind;
    int fd; /* -1: none */
    struct stat stat;
};

/* Looks a path up; in a folder (a path that ends in a slash, or the root) its index.html, whose name is appended
 * to the path; where there is none the folder itself, if folders are listed. Returns HTTP_REFUSED_NONE, NOT_FOUND,
 * FORBIDDEN, PATH_LONG, BUSY, or FAILED. */
enum http_refusal http_root_find(int root, struct http_path *path, bool lists, struct http_found *found);

/* Opens the regular file of that name. False: there is none, or it cannot be opened. */
bool http_root_file(int root, const char *name, struct http_found *found);

/* What would be served under that name? False: nothing. */
bool http_root_stat(int root, const char *name, struct stat *stat);

#endif
