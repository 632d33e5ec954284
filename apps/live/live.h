/* live.h: pages of an HTTP server that see the TCP below it.
 *
 *     /                 links all of them: live_page.c
 *     /connections      all sockets of the stack, as ss(8) lists those of the kernel: live_connections.c
 *     /events           the variables of one connection, as they change: live_events.c
 *     /why              the latest requests, and one of them from SYN to FIN: live_why.c
 *     /pcap             its packets
 *
 * The server itself (apps/http) knows streams of octets and nothing below. These handlers know the stack too: they ask
 * it (lucid/info.h) when somebody asks them, so that they cost nothing before. Each one answers as plain text, as a
 * page or as JSON, as the client prefers (RFC 9110 12.5.1).
 *
 *     struct live live = {.stack = stack};
 *     struct http_handler handlers[LIVE_HANDLERS];
 *     live_handlers(handlers, &live);      into http_server_options.handlers, with handlers_first
 */
#ifndef LIVE_H
#define LIVE_H

#include "http/http_site.h"
#include "lucid/host.h"
#include "lucid/info.h"

struct live_record;

struct live {
    struct lucid_stack *stack;       /* NULL: somebody else's TCP carries the server */
    struct live_record *record;      /* NULL: nothing is recorded */
    struct lucid_host *host;         /* where faults are put; NULL: nowhere */
    bool allow_faults;               /* by the query of a request: live_faults.h */
    const struct lucid_ifaddr *home; /* addresses from which every request may be looked at, not only one's own */
    unsigned home_count;
    struct http_handler instead[2];
};

enum { LIVE_HANDLERS = 6 };

/* Fills in the table of handlers; live is their user. */
void live_handlers(struct http_handler handlers[LIVE_HANDLERS], struct live *live);

/* ---- for these handlers ---- */

enum live_form { LIVE_PLAIN, LIVE_PAGE, LIVE_JSON };

static inline struct live *live_of(const struct http_exchange *exchange) {
    return exchange->handler->user;
}

/* The form that the client wants, among the first `forms` of enum live_form. */
enum live_form live_form(const struct http_exchange *exchange, unsigned forms);

/* Answers with what stands in text. */
bool live_answer(struct http_exchange *exchange, int status, enum live_form form, struct text *text);

/* Answers with one sentence, as text or as a page. */
bool live_say(struct http_exchange *exchange, int status, const char *sentence);

/* The connection that the request came on; of the kernel, what the kernel tells. False: there is none such. */
bool live_own(const struct http_exchange *exchange, struct lucid_tcp_info *info);

/* May the client look at what has come from this address? */
bool live_may_see(const struct http_exchange *exchange, const struct lucid_addr *from);

/* The value of a name in the query, at most size - 1 octets of it. False: the name is not there. */
bool live_parameter(const struct http_exchange *exchange, const char *name, char *value, size_t size);

/* "10.77.0.2:80", "[fd77::2]:80", "*:80". */
#define LIVE_END_TEXT (LUCID_ADDR_TEXT + 8)
char *live_end(const struct lucid_sockaddr *end, char text[LIVE_END_TEXT]);

/* "80us", "1.25ms", "12s"; "-" for 0 and for LUCID_NEVER. */
#define LIVE_TIME_TEXT 24
char *live_time(lucid_time time, char text[LIVE_TIME_TEXT]);

#define LIVE_TIMERS 9

/* Timer number i of those that lucid_tcp_info tells, by its name and when it will fire; LUCID_NEVER: it is off. */
const char *live_timer(const struct lucid_tcp_info *info, unsigned i, lucid_time *at);

bool live_page_answer(struct http_site *site, struct http_exchange *exchange);
bool live_icon_answer(struct http_site *site, struct http_exchange *exchange);
bool live_connections_answer(struct http_site *site, struct http_exchange *exchange);
bool live_events_answer(struct http_site *site, struct http_exchange *exchange);
bool live_why_answer(struct http_site *site, struct http_exchange *exchange);
bool live_pcap_answer(struct http_site *site, struct http_exchange *exchange);

#endif
