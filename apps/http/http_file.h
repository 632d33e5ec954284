/* http_file.h: a file as the body of an answer, sent from memory without copying where that is safe, else read:
 * http_opened.h.
 *
 * A file that is shorter than it was when the answer's head was sent cannot be sent as promised: the source fails,
 * and the connection must be reset, so that the client does not take the part for the whole.
 */
#ifndef HTTP_FILE_H
#define HTTP_FILE_H

#include <stdint.h>

#include "http/http_opened.h"

/* Octets of the file from begin up to end, behind octets of the text from text_at on. */
struct http_file_part {
    uint64_t begin, end;
    uint32_t text_at, text_length;
};

/* What is sent of a file. */
struct http_file_parts {
    const struct http_file_part *part; /* copied */
    unsigned count;
    struct text *text; /* what the parts' text lies in, taken over; NULL: they have none */
};

/* A source of parts of a file, which it holds. Their text is the source's from now on. What is read is charged to the
 * budget. NULL when there is no memory. */
struct http_source *http_file_source(struct http_opened *opened, const struct http_file_parts *parts,
                                     struct http_budget *budget);

#endif
