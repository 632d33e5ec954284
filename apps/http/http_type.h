/* http_type.h: the media type of a file, by the end of its name. RFC 9110 8.3.
 *
 * A table in three layers, of which a later one wins: what is built in, so that a page and its pictures are right on
 * any machine; the system's list (/etc/mime.types), which its administrator keeps; and what somebody has said for this
 * server. Ends of names are compared without regard to case.
 *
 *     http_types_begin(&types);
 *     http_types_read(&types, "/etc/mime.types");
 *     http_types_add(&types, "txt", "text/plain");
 *     http_types_of(&types, "a/b.txt")          "text/plain; charset=utf-8"
 *     http_types_end(&types);
 */
#ifndef HTTP_TYPE_H
#define HTTP_TYPE_H

#include "common/text.h"

/* An end of a name has at most so many octets; a longer one is left out. */
#define HTTP_TYPE_END 16

struct http_type_row;

struct http_types {
    struct http_type_row *row; /* sorted by the end of the name */
    unsigned count, room;
    struct text names; /* of types, each with its NUL */
};

/* An empty table; the built-in one. Without memory fewer are known. */
struct http_types http_types_none(void);
void http_types_begin(struct http_types *types);
void http_types_end(struct http_types *types);

/* Adds a type, or changes it. Text without a charset is said to be UTF-8. Returns false, and changes nothing, when the
 * end of the name ("txt", not ".txt") or the type ("text/plain; charset=utf-8") is none. */
bool http_types_add(struct http_types *types, const char *end, const char *type);

/* Adds those of a file: lines of a type and the ends of names that it has, from '#' on a remark. What is no such line
 * is passed over; a file that is not there has none. */
void http_types_read(struct http_types *types, const char *file);

/* Adds those of another table. */
void http_types_merge(struct http_types *types, const struct http_types *others);

/* "text/html; charset=utf-8" for "a/index.html"; "application/octet-stream" for what is not known. It holds until the
 * table is changed. */
const char *http_types_of(const struct http_types *types, const char *name);

#endif
