/* live_why.h: one recorded request, told: as text (live_why_text.c), as a page (live_why_page.c), as JSON
 * (live_why_json.c). Which one is meant, and who may not be answered, is live_why.c. */
#ifndef LIVE_WHY_H
#define LIVE_WHY_H

#include "live/live_grammar.h"
#include "live/live_record.h"

/* "GET /page HTTP/1.1": its first line, of printable octets only, and not too long. */
#define LIVE_LINE_TEXT 260
char *live_why_line(const struct live_request *request, char text[LIVE_LINE_TEXT]);

/* "404, 1234 octets in 0.2 ms", "not answered yet", ... */
void live_why_outcome(const struct live_request *request, struct text *text);

/* "400: two Host fields (RFC 9112 3.2), octet 40"; nothing when it was not refused. */
void live_why_refusal(const struct live_request *request, struct text *text);

/* Why there is no connection to show. */
const char *live_why_no_connection(const struct live_request *request);

/* Octets for people: what is not printable becomes \n, \r, \xHH; no more than most of them. */
void live_why_octets(const uint8_t *octets, uint32_t length, uint32_t most, struct text *text);

/* Whose sequence numbers lie in a row of the ladder? */
enum live_owner { LIVE_NOBODY, LIVE_REQUEST, LIVE_ANSWER };
enum live_owner live_why_owner(const struct live_request *request, const struct ladder_row *row);

void live_why_put_text(const struct live_request *request, struct text *text);
void live_why_put_page(const struct live_request *request, struct text *text);
void live_why_put_json(const struct live_request *request, struct text *text);

/* Those that the client may look at. */
void live_why_put_list_text(const struct http_exchange *exchange, struct text *text);
void live_why_put_list_page(const struct http_exchange *exchange, struct text *text);
void live_why_put_list_json(const struct http_exchange *exchange, struct text *text);

#endif
