/* http_step.h: the phases of a connection, step by step. See http_connection.h. */
#ifndef HTTP_STEP_H
#define HTTP_STEP_H

#include "http/http_connection.h"

enum http_step {
    HTTP_STEP_ON,   /* go on: something was done */
    HTTP_STEP_WAIT, /* an event or a deadline will come */
};

/* One step of the phase that the connection is in. */
enum http_step http_step(struct http_connection *connection);

/* Answers with a refusal and closes afterwards. at: the octet that was the trouble; 0: none. */
enum http_step http_step_refuse(struct http_connection *connection, enum http_refusal refusal, uint64_t at);

/* Nothing more will be said: FIN, and what still comes is dropped. RFC 9112 9.6 */
enum http_step http_step_drain(struct http_connection *connection);

/* ---- for these: http_connection.c ---- */

/* How long a connection waits in this list. */
lucid_time http_connection_patience(const struct http_server_options *options, enum http_wait wait);

/* From now on the connection waits in this list, for as long as its waits last. */
void http_connection_wait(struct http_connection *connection, enum http_wait wait);

/* Run it again: at once, or when the transport may have got memory. */
void http_connection_again(struct http_connection *connection, bool later);

/* Frees exchange and, when nothing is left in it, the buffer. */
void http_connection_clear(struct http_connection *connection);

#endif
