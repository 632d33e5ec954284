/* second_http.h: a second opinion on requests: llhttp, the parser of Node.js, whose C sources the distribution's
 * package node-llhttp installs. In tests only, and only where it is there.
 */
#ifndef HARNESS_SECOND_HTTP_H
#define HARNESS_SECOND_HTTP_H

#include "common/text.h"
#include <stdint.h>

enum second_progress { SECOND_MORE, SECOND_DONE, SECOND_REFUSED };

/* What it says of the first request of a stream. */
struct second_http {
    enum second_progress progress;
    size_t used; /* done: octets of the request, with its body */
    char method[16];
    struct text target, body;
    struct text fields; /* "name:value\n" of each field of the head, without white space around the value */
    const char *error;  /* refused: its name for that */
};

/* Is it installed? */
bool second_http_is_there(void);

void second_http_read(struct second_http *second, const uint8_t *octets, size_t length);
void second_http_free(struct second_http *second);

#endif
