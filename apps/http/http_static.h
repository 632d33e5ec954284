/* http_static.h: answers from files: the whole, a part, several parts, or only that the client has it already.
 * RFC 9110 13 to 15.
 */
#ifndef HTTP_STATIC_H
#define HTTP_STATIC_H

#include "http/http_site.h"

/* A handler: answers GET and HEAD with what is at the path beneath the site's root. False: exchange->refusal says why
 * not, or there was no memory. */
bool http_static_answer(struct http_site *site, struct http_exchange *exchange);

#endif
