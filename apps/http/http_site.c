/* http_site.c: the table of handlers, and the handlers. See http_site.h. */
#include "http/http_site.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/http_accept.h"
#include "http/http_echo.h"
#include "http/http_forward.h"
#include "http/http_page.h"
#include "http/http_redirect.h"
#include "http/http_refusal.h"
#include "http/http_root.h"
#include "http/http_static.h"
#include "http/http_try.h"

static bool answer_page(struct http_site *site, struct http_exchange *exchange);
static bool answer_echo(struct http_site *site, struct http_exchange *exchange);
static bool answer_moved(struct http_site *site, struct http_exchange *exchange);

/* All but CONNECT, which has no path, and TRACE, which sends secrets back (RFC 9110 9.3.8). */
enum { ANY_METHOD = HTTP_GET | HTTP_HEAD | HTTP_POST | HTTP_PUT | HTTP_DELETE | HTTP_PATCH };

static const struct http_handler handlers[] = {
    {.path = "", .methods = HTTP_GET | HTTP_HEAD, .without_root = true, .answer = answer_page},
    {.path = "", .methods = HTTP_POST, .takes_body = true, .answer = answer_echo},
    {.path = "echo", .methods = ANY_METHOD, .takes_body = true, .answer = http_echo_answer},
    {.path = "headers", .methods = HTTP_GET | HTTP_HEAD, .answer = http_echo_answer},
    {.path = "anything/", .methods = ANY_METHOD, .takes_body = true, .answer = http_anything_answer},
    {.path = "cookie", .methods = HTTP_GET | HTTP_HEAD, .answer = http_cookie_answer},
    {.path = "status/", .methods = ANY_METHOD, .answer = http_status_answer},
    {.path = "redirect/", .methods = ANY_METHOD, .answer = http_redirect_answer},
    {.path = "delay/", .methods = HTTP_GET | HTTP_HEAD | HTTP_POST, .takes_body = true, .answer = http_delay_answer},
    {.path = "bytes/", .methods = HTTP_GET | HTTP_HEAD, .answer = http_bytes_answer},
    {.path = "range/", .methods = HTTP_GET | HTTP_HEAD, .answer = http_range_answer},
    {.path = "stream/", .methods = HTTP_GET | HTTP_HEAD, .answer = http_stream_answer},
    {.path = "drip", .methods = HTTP_GET | HTTP_HEAD, .answer = http_drip_answer},
    {.path = NULL, .methods = HTTP_GET | HTTP_HEAD, .needs_root = true, .answer = http_static_answer},
};

enum { HANDLERS = sizeof handlers / sizeof handlers[0] };

/* ---- opening, closing, the time ---- */

int http_site_open(struct http_site *site, const char *root, size_t memory, char *error, size_t size) {
    *site = (struct http_site){
        .handlers = handlers, .handler_count = HANDLERS, .root = -1, .budget = {.limit = memory}};
    TAILQ_INIT(&site->mapped);
    http_cache_init(&site->cache);
    http_lists_init(&site->listed);
    http_date_format(0, site->date);
    if (!root) {
        return 0;
    }
    int folder = http_root_open(root, error, size);
    if (folder < 0) {
        return folder;
    }
    site->root = folder;
    http_types_begin(&site->types);
    return 0;
}

void http_site_close(struct http_site *site) {
    http_cache_clear(&site->cache);
    http_lists_clear(&site->listed);
    http_types_end(&site->types);
    if (site->root >= 0) {
        close(site->root);
        site->root = -1;
    }
}

void http_site_replace(struct http_site *site, struct http_site *other) {
    http_cache_clear(&site->cache);
    http_lists_clear(&site->listed);
    struct http_site before = *site;
    site->handlers = other->handlers;
    site->handler_count = other->handler_count;
    site->before = other->before;
    site->before_count = other->before_count;
    site->user = other->user;
    site->root = other->root;
    site->lists = other->lists;
    site->redirects = other->redirects;
    site->types = other->types;
    site->budget.limit = other->budget.limit;
    http_site_close(&before);
}

void http_site_set_time(struct http_site *site, lucid_time now, uint64_t wall) {
    site->now = now;
    int64_t second = (int64_t)(wall / LUCID_SECOND);
    if (second != site->second) {
        site->second = second;
        http_date_format(second, site->date);
    }
}

/* ---- what there is to do ---- */

/* RFC 9110 9.3.7. "*" asks for the server as a whole: what its root knows is what it knows. */
static bool answer_options(struct http_site *site, struct http_exchange *exchange) {
    char value[80];
    struct text allow = text_fixed(value, sizeof value);
    (void)site;
    http_method_list(&allow, exchange->allowed);
    http_answer_begin(&exchange->answer, 204, &exchange->about);
    http_answer_field(&exchange->answer, "Allow", value);
    return http_answer_finish(&exchange->answer);
}

/* ---- who answers ---- */

static void refuse(struct http_exchange *exchange, enum http_refusal refusal, uint32_t at) {
    exchange->refusal = (uint16_t)refusal;
    exchange->refused_at = at;
}

/* "a/" stands for a, a/ and all below. */
static bool is_at(const char *place, const char *name) {
    size_t length = strlen(place);
    if (length == 0 || place[length - 1] != '/') {
        return strcmp(place, name) == 0;
    }
    return strncmp(place, name, length - 1) == 0 && (name[length - 1] == '/' || name[length - 1] == '\0');
}

/* Most handlers are somewhere else, and the first letter says so. */
static bool is_there(const struct http_site *site, const struct http_handler *handler, const struct http_path *path) {
    if (handler->path && (handler->path[0] != path->name[0] || !is_at(handler->path, path->name))) {
        return false;
    }
    return site->root >= 0 ? !handler->without_root : !handler->needs_root;
}

static bool read_path(struct http_exchange *exchange, struct http_path *path) {
    struct http_span raw = exchange->request.path;
    enum http_refusal refusal = http_path_read(path, exchange->octets + raw.at, raw.length);
    refuse(exchange, refusal, raw.at);
    return refusal == HTTP_REFUSED_NONE;
}

/* The first one that is at the path and has one of the methods; NULL: none. */
static const struct http_handler *first_of(const struct http_site *site, const struct http_handler *asked,
                                           unsigned count, const struct http_path *path, unsigned methods) {
    for (unsigned i = 0; i < count; i++) {
        if (is_there(site, &asked[i], path) && asked[i].methods & methods) {
            return &asked[i];
        }
    }
    return NULL;
}

/* What all that are at the path allow together. */
static unsigned allowed_by(const struct http_site *site, const struct http_handler *asked, unsigned count,
                           const struct http_path *path) {
    unsigned allowed = 0;
    for (unsigned i = 0; i < count; i++) {
        allowed |= is_there(site, &asked[i], path) ? asked[i].methods : 0;
    }
    return allowed;
}

/* Nobody has that method there: which ones are there? OPTIONS asks just that. */
static void find_allowed(const struct http_site *site, const struct http_path *path, struct http_exchange *exchange) {
    static const struct http_handler options = {.methods = HTTP_OPTIONS, .answer = answer_options};
    unsigned allowed = allowed_by(site, site->upstreams, site->upstream_count, path) |
                       allowed_by(site, site->before, site->before_count, path) |
                       allowed_by(site, site->handlers, site->handler_count, path);
    if (allowed == 0) {
        refuse(exchange, HTTP_REFUSED_NOT_FOUND, 0);
        return;
    }
    exchange->allowed = (uint16_t)(allowed | HTTP_OPTIONS);
    if (exchange->request.method == HTTP_OPTIONS) {
        exchange->handler = &options;
        return;
    }
    refuse(exchange, HTTP_REFUSED_METHOD_NOT_ALLOWED, 0);
}

/* Answers for the path if it is elsewhere, or gone. */
static bool is_moved(const struct http_site *site, struct http_exchange *exchange, const struct http_path *path) {
    static const struct http_handler moved = {.methods = ANY_METHOD, .answer = answer_moved};
    const struct http_redirect *redirect = site->redirects && exchange->request.method & ANY_METHOD
                                               ? http_redirects_find(site->redirects, path)
                                               : NULL;
    if (!redirect) {
        return false;
    }
    int status = http_redirect_status(redirect);
    exchange->handler = &moved;
    if (status >= 400) {
        refuse(exchange, status == 410 ? HTTP_REFUSED_GONE : HTTP_REFUSED_CLOSED, 0);
    }
    return true;
}

void http_site_find(const struct http_site *site, struct http_exchange *exchange) {
    struct http_path path;
    unsigned method = exchange->request.method;
    exchange->handler = NULL;
    exchange->allowed = 0;
    if (!read_path(exchange, &path) || is_moved(site, exchange, &path)) {
        return;
    }
    if (!http_forward_ends(&exchange->request, exchange->octets)) {
        exchange->handler = first_of(site, site->upstreams, site->upstream_count, &path, method);
    }
    if (!exchange->handler) {
        exchange->handler = first_of(site, site->before, site->before_count, &path, method);
    }
    if (!exchange->handler) {
        exchange->handler = first_of(site, site->handlers, site->handler_count, &path, method);
    }
    if (!exchange->handler) {
        find_allowed(site, &path, exchange);
    }
}

/* ---- the answer ---- */

bool http_site_answer(struct http_site *site, struct http_exchange *exchange) {
    if (exchange->refusal == HTTP_REFUSED_NONE) {
        if (exchange->handler->answer(site, exchange)) {
            return true;
        }
        http_answer_end(&exchange->answer);
        if (exchange->refusal == HTTP_REFUSED_NONE) {
            refuse(exchange, HTTP_REFUSED_BUSY, 0);
        }
    }
    return http_refusal_answer(exchange);
}

/* ---- the handlers: false is a refusal, or that there was no memory ---- */

static bool answer_page(struct http_site *site, struct http_exchange *exchange) {
    struct http_span host = exchange->request.host;
    struct text page = text_growing();
    bool plain = !http_accept_html(&exchange->request.head, exchange->octets);
    (void)site;
    if (plain) {
        text_put(&page, "OK");
    } else {
        http_page_self(&page, &(struct http_page_self){.host = (const char *)exchange->octets + host.at,
                                                       .host_length = host.length});
    }
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    http_answer_field(&exchange->answer, "Vary", "Accept");
    bool made = http_answer_text(&exchange->answer, plain ? "text/plain" : "text/html; charset=utf-8", &page);
    text_free(&page);
    return made;
}

/* As plain text, whatever it was: what somebody else's form sends must not become a page of ours. */
static bool answer_echo(struct http_site *site, struct http_exchange *exchange) {
    struct http_answer *answer = &exchange->answer;
    size_t length = exchange->body.length;
    http_answer_begin(answer, 200, &exchange->about);
    http_answer_field(answer, "Content-Type", "text/plain; charset=utf-8");
    http_answer_field(answer, "X-Content-Type-Options", "nosniff");
    if (length > 0) {
        struct http_source *source = http_source_text(&exchange->body, &site->budget, exchange->charged);
        exchange->charged = source ? 0 : exchange->charged;
        http_answer_body(answer, source, length);
    }
    return http_answer_finish(answer);
}

/* The rule is looked for anew: while the body came, the configuration may have been read again. */
static bool answer_moved(struct http_site *site, struct http_exchange *exchange) {
    struct http_path path;
    struct http_span query = exchange->request.query;
    struct http_answer *answer = &exchange->answer;
    struct text location = text_growing(), page = text_growing();
    const struct http_redirect *redirect = site->redirects && read_path(exchange, &path)
                                               ? http_redirects_find(site->redirects, &path)
                                               : NULL;
    int status = redirect ? http_redirect_status(redirect) : 404;
    if (status >= 400) {
        refuse(exchange, HTTP_REFUSED_NOT_FOUND, 0);
        return false;
    }
    const char *octets = (const char *)exchange->octets + query.at;
    http_redirect_put(&location, redirect, &path, exchange->request.has_query ? octets : NULL, query.length);
    http_page_moved(&page, status, location.data ? location.data : "");
    http_answer_begin(answer, status, &exchange->about);
    http_answer_field(answer, "Location", location.data ? location.data : "");
    page.cut = page.cut || location.cut;
    bool made = http_answer_text(answer, "text/html; charset=utf-8", &page);
    text_free(&location);
    text_free(&page);
    return made;
}
