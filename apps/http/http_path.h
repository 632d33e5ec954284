/* http_path.h: from the path of a request target to the name of a file beneath a root. RFC 3986 2.1 and 5.2.4.
 *
 * The order is what keeps a request inside: every %XX is decoded once and never again, then dot segments are taken
 * out, and only what is left names a file. What would climb above the root is refused, not cut off. '+' is a plus,
 * and the query has no part in it. (The file is opened with RESOLVE_BENEATH besides, see http_root.h: a mistake here
 * opens nothing outside either.)
 */
#ifndef HTTP_PATH_H
#define HTTP_PATH_H

#include "common/text.h"
#include "http/http_head.h"

/* Linux's PATH_MAX, with the final NUL. */
#define HTTP_PATH_MAX 4096

struct http_path {
    char name[HTTP_PATH_MAX]; /* "a/b.txt", "a/" for a folder, "" for the root; no empty, "." or ".." segment */
    size_t length;
};

/* raw: an absolute path ("" counts as "/"), length octets. Returns HTTP_REFUSED_NONE, or why not. */
enum http_refusal http_path_read(struct http_path *path, const uint8_t *raw, size_t length);

/* Writes octets as they belong into the path of a URI: everything escaped that is not plain there, but slashes. */
void http_path_put(struct text *text, const char *octets, size_t length);

/* The same for a path: absolute, with exactly one slash in front. */
void http_path_write(struct text *text, const struct http_path *path);

#endif
