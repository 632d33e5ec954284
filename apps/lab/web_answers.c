/* web_answers.c: what each path of the control page answers. See web.h. */
#include <stdio.h>
#include <string.h>

#include "http/http_path.h"
#include "lab/page.h"
#include "lab/page_rules.h"
#include "lab/page_scenario.h"
#include "lab/web_private.h"

static bool answer_page(struct http_site *site, struct http_exchange *exchange);
static bool answer_log(struct http_site *site, struct http_exchange *exchange);
static bool answer_command(struct http_site *site, struct http_exchange *exchange);
static bool answer_catalog(struct http_site *site, struct http_exchange *exchange);
static bool answer_scenario(struct http_site *site, struct http_exchange *exchange);
static bool answer_rules(struct http_site *site, struct http_exchange *exchange);
static bool answer_export(struct http_site *site, struct http_exchange *exchange);
static bool answer_events(struct http_site *site, struct http_exchange *exchange);

const struct http_handler WEB_HANDLERS[] = {
    {.path = "", .methods = HTTP_GET | HTTP_HEAD, .answer = answer_page},
    {.path = "log", .methods = HTTP_GET | HTTP_HEAD, .answer = answer_log},
    {.path = "events", .methods = HTTP_GET, .answer = answer_events},
    {.path = "cmd", .methods = HTTP_POST, .takes_body = true, .answer = answer_command},
    {.path = "catalog", .methods = HTTP_GET | HTTP_HEAD, .answer = answer_catalog},
    {.path = "scenario", .methods = HTTP_GET | HTTP_HEAD, .answer = answer_scenario},
    {.path = "rules", .methods = HTTP_GET | HTTP_HEAD, .answer = answer_rules},
    {.path = NULL, .methods = HTTP_GET | HTTP_HEAD, .answer = answer_export},
};
const unsigned WEB_HANDLER_COUNT = sizeof WEB_HANDLERS / sizeof WEB_HANDLERS[0];

/* ---- requests ---- */

bool web_parameter(const struct http_exchange *exchange, const char *name, char *value, size_t size) {
    const char *query = (const char *)exchange->octets + exchange->request.query.at;
    const char *end = query + exchange->request.query.length;
    size_t length = strlen(name);
    while (query < end) {
        const char *stop = memchr(query, '&', (size_t)(end - query));
        stop = stop ? stop : end;
        size_t whole = (size_t)(stop - query);
        if (whole > length && memcmp(query, name, length) == 0 && query[length] == '=' && whole - length <= size) {
            snprintf(value, size, "%.*s", (int)(whole - length - 1), query + length + 1);
            return true;
        }
        query = stop < end ? stop + 1 : end;
    }
    return false;
}

struct http_span web_field(const struct http_exchange *exchange, const char *name) {
    const struct http_head *head = &exchange->request.head;
    uint32_t i = http_head_find(head, exchange->octets, name, 0);
    return i < head->field_count ? head->field[i].value : (struct http_span){0, 0};
}

/* No octet of the answer to "is this the token?" comes sooner for a better guess. */
static bool same_secret(const char *token, const char *guess, size_t length) {
    unsigned differs = length != strlen(token);
    for (size_t i = 0; i < length && i < WEB_TOKEN; i++) {
        differs |= (unsigned)(unsigned char)token[i] ^ (unsigned)(unsigned char)guess[i];
    }
    return differs == 0;
}

/* A page of another site may make a browser send requests here under a name of its own: its Host tells. */
static bool is_our_host(const struct lab_web *web, const struct http_exchange *exchange) {
    static const char *const names[] = {"127.0.0.1", "localhost"};
    char host[32];
    for (unsigned i = 0; web->hosts && web->hosts[i]; i++) {
        if (http_span_is_nocase(exchange->octets, exchange->request.host, web->hosts[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(host, sizeof host, "%s:%u", names[i], web->port);
        if (http_span_is_nocase(exchange->octets, exchange->request.host, host)) {
            return true;
        }
    }
    return false;
}

/* ---- answers ---- */

static void begin(struct http_exchange *exchange, int status) {
    http_answer_begin(&exchange->answer, status, &exchange->about);
    http_answer_field(&exchange->answer, "Cache-Control", "no-store");
    http_answer_field(&exchange->answer, "X-Content-Type-Options", "nosniff");
    http_answer_field(&exchange->answer, "Referrer-Policy", "no-referrer");
}

bool web_answer_text(struct http_exchange *exchange, int status, const char *type, const struct text *body) {
    begin(exchange, status);
    return http_answer_text(&exchange->answer, type, body);
}

static bool say(struct http_exchange *exchange, int status, const char *sentence) {
    struct text body = text_growing();
    text_put(&body, sentence);
    text_put_char(&body, '\n');
    bool made = web_answer_text(exchange, status, "text/plain; charset=utf-8", &body);
    text_free(&body);
    return made;
}

static bool finish(struct http_exchange *exchange, const char *type, struct text *body) {
    bool made = web_answer_text(exchange, 200, type, body);
    text_free(body);
    return made;
}

static bool forbidden(struct http_exchange *exchange) {
    return say(exchange, 403, "this address is not the one that the lab serves; use the one it printed at the start");
}

static void put_scenario(const struct lab_web *web, struct text *text) {
    if (web->world.scenario) {
        web->world.scenario(web->world.user, text);
    }
}

static bool answer_page(struct http_site *site, struct http_exchange *exchange) {
    struct lab_web *web = site->user;
    struct text body = text_growing(), scenario = text_growing();
    char token[WEB_TOKEN + 2] = "";
    if (!is_our_host(web, exchange)) {
        return forbidden(exchange);
    }
    bool may = web->world.command && web_parameter(exchange, "token", token, sizeof token) &&
               same_secret(web->token, token, strlen(token));
    put_scenario(web, &scenario);
    struct page page = {.token = may ? web->token : "", .scenario = scenario.length > 0 ? &scenario : NULL};
    page_write(&body, &page);
    text_free(&scenario);
    return finish(exchange, "text/html; charset=utf-8", &body);
}

static bool answer_log(struct http_site *site, struct http_exchange *exchange) {
    struct lab_web *web = site->user;
    struct text body = text_growing();
    if (!is_our_host(web, exchange)) {
        return forbidden(exchange);
    }
    size_t length;
    const char *lines = tlog_lines(web->world.log(web->world.user), &length);
    text_put_octets(&body, lines, length);
    return finish(exchange, "application/x-ndjson", &body);
}

static bool answer_events(struct http_site *site, struct http_exchange *exchange) {
    return is_our_host(site->user, exchange) ? web_answer_events(site, exchange) : forbidden(exchange);
}

static bool answer_catalog(struct http_site *site, struct http_exchange *exchange) {
    struct text body = text_growing();
    if (!is_our_host(site->user, exchange)) {
        return forbidden(exchange);
    }
    page_catalog_json(&body);
    return finish(exchange, "application/json", &body);
}

static bool answer_scenario(struct http_site *site, struct http_exchange *exchange) {
    struct text body = text_growing();
    if (!is_our_host(site->user, exchange)) {
        return forbidden(exchange);
    }
    put_scenario(site->user, &body);
    text_put(&body, body.length > 0 ? "" : "null");
    return finish(exchange, "application/json", &body);
}

static bool answer_rules(struct http_site *site, struct http_exchange *exchange) {
    struct text body = text_growing();
    if (!is_our_host(site->user, exchange)) {
        return forbidden(exchange);
    }
    page_rules_json(&body, NULL);
    return finish(exchange, "application/json", &body);
}

/* ---- exports ---- */

/* All other paths: exports, or nothing. */
static bool answer_export(struct http_site *site, struct http_exchange *exchange) {
    static const char folder[] = "export/";
    struct lab_web *web = site->user;
    struct http_span raw = exchange->request.path;
    struct http_path path;
    char error[LAB_ERROR] = "there is no memory";
    if (!is_our_host(web, exchange)) {
        return forbidden(exchange);
    }
    if (http_path_read(&path, exchange->octets + raw.at, raw.length) != HTTP_REFUSED_NONE ||
        strncmp(path.name, folder, sizeof folder - 1) != 0) {
        exchange->refusal = HTTP_REFUSED_NOT_FOUND;
        return false;
    }
    struct text body = text_growing();
    const char *type = web_export(web->world.log(web->world.user), path.name + sizeof folder - 1, &body, error);
    if (!type) {
        text_free(&body);
        return say(exchange, 404, error);
    }
    return finish(exchange, type, &body);
}

/* ---- commands ---- */

/* A command is one line of play, and nothing else. */
static bool is_line(const struct text *body) {
    for (size_t i = 0; i < body->length; i++) {
        unsigned char octet = (unsigned char)body->data[i];
        if (octet < 0x20 || octet == 0x7f) {
            return false;
        }
    }
    return body->length > 0;
}

static bool carry_out(struct lab_web *web, struct http_exchange *exchange) {
    char error[LAB_ERROR] = "";
    struct text body = text_growing();
    if (web->world.command(web->world.user, exchange->body.data, &body, error)) {
        text_free(&body);
        return say(exchange, 400, error);
    }
    return finish(exchange, "text/plain; charset=utf-8", &body);
}

static bool answer_command(struct http_site *site, struct http_exchange *exchange) {
    struct lab_web *web = site->user;
    struct http_span token = web_field(exchange, "X-Lab-Token");
    if (!is_our_host(web, exchange)) {
        return forbidden(exchange);
    }
    if (!same_secret(web->token, (const char *)exchange->octets + token.at, token.length)) {
        return say(exchange, 403, "the token is missing or wrong; open the address that the lab printed at the start");
    }
    if (!web->world.command) {
        return say(exchange, 400, "a recorded run takes no commands");
    }
    if (!is_line(&exchange->body)) {
        return say(exchange, 400, "a command is one line of text, for example `A connect B:80`");
    }
    return carry_out(web, exchange);
}
