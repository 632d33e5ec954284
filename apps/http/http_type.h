/* http_type.h: the media type of a file, by the end of its name. RFC 9110 8.3. */
#ifndef HTTP_TYPE_H
#define HTTP_TYPE_H

/* "text/html; charset=utf-8" for "a/index.html"; "application/octet-stream" for what is not in the table. */
const char *http_type_of(const char *name);

#endif
