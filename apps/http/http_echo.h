/* http_echo.h: handlers that show the request as it came: as lines, as a page, as JSON. */
#ifndef HTTP_ECHO_H
#define HTTP_ECHO_H

#include "http/http_site.h"

/* Everything: the fields as "Name: value" lines to a client that asks for plain text; with the target's parts, the
 * decoded query and form, and what the method means, as a page or as JSON, by Accept. */
bool http_echo_answer(struct http_site *site, struct http_exchange *exchange);

/* As JSON, whatever is asked for. */
bool http_anything_answer(struct http_site *site, struct http_exchange *exchange);

/* The pairs of the Cookie fields, as "name=value" lines. */
bool http_cookie_answer(struct http_site *site, struct http_exchange *exchange);

#endif
