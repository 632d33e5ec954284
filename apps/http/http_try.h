/* http_try.h: handlers to try a client out: every status, redirections, slow answers, bodies of any length.
 *
 *     /status/404            that status, and what it means
 *     /redirect/307          to /anything: is the method kept?
 *     /delay/2               seconds later
 *     /bytes/100000          so many octets
 *     /range/1000            the same, and parts of it
 *     /stream/5              so many lines, in chunks
 *     /drip?numbytes=10&duration=2&delay=1     octet by octet
 */
#ifndef HTTP_TRY_H
#define HTTP_TRY_H

#include "http/http_site.h"

bool http_status_answer(struct http_site *site, struct http_exchange *exchange);
bool http_redirect_answer(struct http_site *site, struct http_exchange *exchange);
bool http_delay_answer(struct http_site *site, struct http_exchange *exchange);
bool http_bytes_answer(struct http_site *site, struct http_exchange *exchange);
bool http_range_answer(struct http_site *site, struct http_exchange *exchange);
bool http_stream_answer(struct http_site *site, struct http_exchange *exchange);
bool http_drip_answer(struct http_site *site, struct http_exchange *exchange);

#endif
