/* http_relay.h: a request goes on to an upstream, and its answer comes back. RFC 9110 7; RFC 9112 6 and 9.
 *
 *     the client's connection                        the hop (http_hop.h)
 *     HEAD    the request's head is complete   -->   the same head, in HTTP or uwsgi form
 *     RELAY   its body, piece by piece         -->   framed anew
 *             the answer's head is awaited     <--   interim answers end here
 *     ANSWER  the answer's head                <--   without the fields that are about the hop
 *             its body, framed for the client  <--   piece by piece: an http_source
 *
 * Nothing is stored. The request is read no faster than the upstream takes it, and the answer no faster than the client
 * does: what is on its way is at most a buffer each way. (Only a body in chunks is held for uwsgi, which must know its
 * length before.) Both ways work at the same time: an upstream may answer before it has all of the request.
 *
 * When the client has gone, so has its hop; when the upstream breaks before its answer has begun, the client is told
 * 502, or 504 when it was too slow. Afterwards only breaking off is left (RFC 9112 8).
 */
#ifndef HTTP_RELAY_H
#define HTTP_RELAY_H

#include "http/http_step.h"

/* The head of a request for an upstream is complete, and its body, if it must be held. */
enum http_step http_relay_begin(struct http_connection *connection);

/* A step of the phase RELAY. */
enum http_step http_relay_step(struct http_connection *connection);

/* Makes the answer from what the upstream has said: a handler's answer(). */
bool http_relay_answer(struct http_site *site, struct http_exchange *exchange);

/* In the phase ANSWER: sends more of the request, if there is more. */
enum http_step http_relay_upload(struct http_connection *connection);

/* The answer has nothing now: waits for the upstream, or for the client to go. */
enum http_step http_relay_wait(struct http_connection *connection);

/* Puts a piece of a body, either way, into what is to be sent. */
void http_relay_put(struct text *text, const struct http_piece *piece, bool chunked);

/* Has the upstream broken off in the middle of its answer? */
bool http_relay_failed(const struct http_exchange *exchange);

/* The deadline has come: true, it may go on waiting. */
bool http_relay_may_wait(const struct http_connection *connection);

/* The upstream was too slow. */
void http_relay_give_up(struct http_connection *connection);

/* Tells whoever runs the server what has happened. */
void http_relay_note(const struct http_hop *hop);

/* What is left of the hop ends. */
void http_relay_end(struct http_exchange *exchange);

#endif
