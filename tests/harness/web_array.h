/* web_array.h: the HTTP server of apps/http over an array: a stream of requests that comes in the parts that the
 * caller likes, the stream of answers that goes out. No stack, no time, no system call, so it runs ten thousand times
 * a second: for what has to be true of every stream, and of every cut of it.
 */
#ifndef HARNESS_WEB_ARRAY_H
#define HARNESS_WEB_ARRAY_H

#include "common/text.h"
#include "http/http_server.h"

/* What came of a stream. */
struct web_array {
    struct text out; /* all answers; freed by the caller */
    bool shut;       /* FIN was sent before the end of the stream was read, or behind the last answer */
    bool reset;
};

/* Serves the stream. cuts: count positions in it, ascending: so far it has come when the server is told so for the
 * first, second... time, and in the end all of it, and FIN. Aborts when the server does with the transport what it may
 * not do, or does not give back what it has. */
void web_array_serve(struct web_array *array, const struct http_server_options *options, const uint8_t *octets,
                     size_t length, const size_t *cuts, size_t count);

/* Takes 100 Continue out of the answers: whether it was sent depends on what had come. */
void web_array_drop_interim(struct web_array *array);

/* Are both the same, to the last octet? */
bool web_array_same(const struct web_array *a, const struct web_array *b);

#endif
