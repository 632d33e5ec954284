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

/* Makes the answer, that of the handler or that of the refusal, and sends it. */
enum http_step http_step_answer(struct http_connection *connection);

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

/* ---- http_step_packet.c ---- */

/* A uwsgi packet becomes the head of a request, in the connection's buffer. False: more of it
 * must come; or, when the phase is another one now, it was refused, and *step says what comes. */
bool http_step_packet(struct http_connection *connection, enum http_step *step);

/* ---- for http_relay.c ---- */

/* The most octets that the connection's buffer may have: room for a whole head, and for a piece of body behind it. */
uint32_t http_step_room(const struct http_connection *connection);

/* Reads more. True: some has come. False: *step says what comes now. wait: the list to wait in. */
bool http_step_fill(struct http_connection *connection, enum http_wait wait, enum http_step *step);

/* Is 100 Continue due? Writes what is left of it. False: not all of it could be written; *step says what comes now. */
void http_step_expect(struct http_connection *connection);
bool http_step_interim(struct http_connection *connection, enum http_step *step);

#endif
