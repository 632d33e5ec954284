/* http_site.h: what is served: from a request to its answer.
 *
 * The connection (http_connection.h) brings a request from the stream and an answer back to it; what the answer is,
 * is decided here, by a table of handlers: which path, which methods, what to do. First http_site_find(), when the
 * head is complete, so that a request for nothing is refused before its body is read; then, with the body,
 * http_site_answer().
 */
#ifndef HTTP_SITE_H
#define HTTP_SITE_H

#include "http/http_answer.h"
#include "http/http_body.h"
#include "http/http_cache.h"
#include "http/http_date.h"
#include "http/http_file.h"
#include "http/http_listed.h"
#include "http/http_request.h"
#include "http/http_type.h"

struct http_handler;
struct http_redirects;
struct http_gateway;
struct http_hop;
struct http_upstream;

struct http_site {
    const struct http_handler *handlers; /* who answers; those asked first stand first */
    unsigned handler_count;
    const struct http_handler *upstreams; /* asked before all others; NULL: nobody is */
    unsigned upstream_count;
    const struct http_handler *before; /* asked next; NULL: nobody is */
    unsigned before_count;
    void *user;                             /* of whoever gave the handlers */
    const struct http_redirects *redirects; /* asked before everything else; NULL: none */
    bool lists;                             /* folders without an index */
    int root;                               /* folder, see http_root.h; -1: none */
    struct http_budget budget;
    struct http_files mapped;
    struct http_cache cache;
    struct http_lists listed;
    struct http_types types;
    lucid_time now; /* the server's clock */
    int64_t second; /* since 1970, as it was last asked for */
    char date[HTTP_DATE_TEXT];
};

struct http_exchange;

struct http_handler {
    const char *path;  /* without the first slash: "" is the root; "a/" is also all below it; NULL: every path */
    unsigned methods;  /* OR of enum http_method */
    bool takes_body;   /* the request's body is kept for it; otherwise it is read and dropped */
    bool needs_root;   /* it is there only when files are served */
    bool without_root; /* it is there only when none are */
    const struct http_upstream *upstream; /* who makes the answer (http_relay.h); NULL: nobody but answer() */
    bool (*answer)(struct http_site *site, struct http_exchange *exchange);
    void *user; /* the handler's, as it likes: exchange->handler->user */
};

/* One request and its answer. */
struct http_exchange {
    const uint8_t *octets; /* of the head; they move with the connection's buffer */
    struct http_request request;
    struct http_body framing;
    const struct http_handler *handler;
    struct http_keep *keep; /* what the handler needs; NULL: nothing that could go away */
    uint16_t refusal;       /* enum http_refusal: the answer will be this one */
    uint32_t refused_at;    /* the octet of the request that was the trouble, if there is one */
    uint32_t trouble;       /* where that octet lies now, if it is one of the body */
    uint16_t allowed;       /* OR of enum http_method, for 405 */
    uint64_t size;          /* octets of the file, for 416 */
    struct text body;       /* what the handler takes of the request's body */
    int fd;                 /* of its connection */
    struct lucid_sockaddr remote;
    uint32_t there; /* octets of the request that are still where octets points to: its head, and some of its body */
    uint32_t ahead; /* octets that were read behind the request */
    size_t charged; /* octets for it, to the budget */
    bool complete;  /* all of the request has come */
    struct http_hop *hop;         /* to the upstream that makes the answer; NULL: none, or it is done */
    struct http_gateway *gateway; /* to which the upstream belongs; NULL: none is needed */
    struct http_about about;
    struct http_answer answer;
    lucid_time answer_at; /* when it began */
};

/* Sees requests go by, and may step in: for those who record and show them. */
struct http_onlooker {
    /* A head is complete: its handler has been found, or the refusal. Another handler may be set. */
    void (*head)(void *user, struct http_exchange *exchange);
    /* The answer will be made now. Returns the number that it gets, for the field X-Lucid-Id; 0: none. */
    uint64_t (*answer)(void *user, struct http_exchange *exchange);
    void *user;
};

/* The folder may be NULL. The handlers are the site's own until others are set, and the types of files the built-in
 * ones. Returns 0, or a negative error and a sentence. */
int http_site_open(struct http_site *site, const char *root, size_t memory, char *error, size_t size);
void http_site_close(struct http_site *site);

/* What is served is that of the other from now on, which is closed; what is under way, and the time, stay the
 * site's. */
void http_site_replace(struct http_site *site, struct http_site *other);

/* The time: on the server's clock; and for Date, nanoseconds since 1970. */
void http_site_set_time(struct http_site *site, lucid_time now, uint64_t wall);

/* Finds who answers. Sets handler, or refusal and what belongs to it. */
void http_site_find(const struct http_site *site, struct http_exchange *exchange);

/* Makes the answer, that of the handler or that of the refusal. False: there is no memory even to say so. */
bool http_site_answer(struct http_site *site, struct http_exchange *exchange);

#endif
