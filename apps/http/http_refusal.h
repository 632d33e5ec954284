/* http_refusal.h: what a client is told whose request is refused: why, which paragraph says so, and which octet of the
 * request it was, as a page, as a line of text or as JSON, whichever it likes best.
 *
 *     400: two Host fields, RFC 9112 3.2; byte 25: `Host: b`
 *
 * Bytes are counted from 0. What is shown of the request is short, is the client's own, is escaped, and depends only
 * on octets that have come whenever this refusal happens: so every cut of the stream gives the same page. Of fields
 * that the server does not read itself no value is shown: a page that shows a Cookie field, say, gives it to whoever
 * reads the page.
 */
#ifndef HTTP_REFUSAL_H
#define HTTP_REFUSAL_H

#include "http/http_site.h"

/* The answer to a request that has been refused. False: there is no memory for it. */
bool http_refusal_answer(struct http_exchange *exchange);

#endif
