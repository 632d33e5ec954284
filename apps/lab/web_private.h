/* web_private.h: what the parts of the control page share. */
#ifndef LAB_WEB_PRIVATE_H
#define LAB_WEB_PRIVATE_H

#include "http/http_server.h"
#include "http/http_site.h"
#include "lab/web.h"

/* Letters of a token. */
#define WEB_TOKEN 32

struct lab_web {
    struct web_world world;
    struct kernel_transport transport;
    struct transport *given; /* instead of it: somebody else's, who brings the events; NULL: none */
    struct http_server *server;
    uint16_t port;
    char token[WEB_TOKEN + 1];
    char address[96];
    lucid_time now;
    const char *const *hosts; /* in band: by these names; NULL: on 127.0.0.1 */
    unsigned handlers;
    struct http_handler *handler; /* in band */
};

/* web_answers.c: the handlers, for the server. */
extern const struct http_handler WEB_HANDLERS[];
extern const unsigned WEB_HANDLER_COUNT;

/* The value of a parameter of the query into value; false: it is not there, or too long. */
bool web_parameter(const struct http_exchange *exchange, const char *name, char *value, size_t size);

/* The value of a field of the request; empty when it is not there. */
struct http_span web_field(const struct http_exchange *exchange, const char *name);

/* Finishes an answer with this text. */
bool web_answer_text(struct http_exchange *exchange, int status, const char *type, const struct text *body);

/* web_export.c: appends the log as that kind of file. Returns its media type, or NULL and the sentence. */
const char *web_export(const struct tlog *log, const char *kind, struct text *out, char error[LAB_ERROR]);

/* web_events.c: answers GET /events. */
bool web_answer_events(struct http_site *site, struct http_exchange *exchange);

#endif
