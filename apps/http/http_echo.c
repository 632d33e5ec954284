/* http_echo.c: see http_echo.h. What the client sent is data everywhere: escaped in the page and in JSON, and plain
 * text says nosniff, so that nobody else's request becomes a page of ours. */
#include "http/http_echo.h"

#include <string.h>

#include "common/json.h"
#include "http/http_accept.h"
#include "http/http_form.h"
#include "http/http_page.h"

static const char *const FORMS[] = {"text/plain", "text/html", "application/json"};
enum form { PLAIN, PAGE, JSON };

static const char *at(const struct http_exchange *exchange, struct http_span span) {
    return (const char *)exchange->octets + span.at;
}

static bool is_form(const struct http_exchange *exchange) {
    static const char type[] = "application/x-www-form-urlencoded";
    const struct http_head *head = &exchange->request.head;
    uint32_t i = http_head_find(head, exchange->octets, "Content-Type", 0);
    return i < head->field_count && head->field[i].value.length >= sizeof type - 1 &&
           strncasecmp(at(exchange, head->field[i].value), type, sizeof type - 1) == 0;
}

/* ---- as lines ---- */

static void put_fields(struct text *text, const struct http_exchange *exchange) {
    const struct http_head *head = &exchange->request.head;
    for (uint32_t i = 0; i < head->field_count; i++) {
        text_put_octets(text, at(exchange, head->field[i].name), head->field[i].name.length);
        text_put(text, ": ");
        text_put_octets(text, at(exchange, head->field[i].value), head->field[i].value.length);
        text_put_char(text, '\n');
    }
}

/* ---- as JSON ---- */

static void put_pairs_json(struct json *json, const char *key, const char *octets, size_t length) {
    struct http_form form = {octets, octets + length, '&'};
    struct text name = text_growing(), value = text_growing();
    json_open(json, key, '[');
    while (http_form_next(&form, &name, &value)) {
        json_open(json, NULL, '[');
        json_octets(json, NULL, name.data, name.length);
        json_octets(json, NULL, value.data, value.length);
        json_close(json, ']');
    }
    json_close(json, ']');
    json->text->cut = json->text->cut || name.cut || value.cut;
    text_free(&name);
    text_free(&value);
}

static void put_span_json(struct json *json, const char *key, const struct http_exchange *exchange,
                          struct http_span span) {
    json_octets(json, key, at(exchange, span), span.length);
}

static void put_json(struct text *text, const struct http_exchange *exchange) {
    const struct http_request *request = &exchange->request;
    const struct http_head *head = &request->head;
    struct json json = json_begin(text);
    json_open(&json, NULL, '{');
    put_span_json(&json, "method", exchange, head->method);
    put_span_json(&json, "target", exchange, head->target);
    json_string(&json, "version", head->minor == 0 ? "HTTP/1.0" : "HTTP/1.1");
    put_span_json(&json, "host", exchange, request->host);
    put_span_json(&json, "path", exchange, request->path);
    put_pairs_json(&json, "query", at(exchange, request->query), request->query.length);
    json_open(&json, "fields", '[');
    for (uint32_t i = 0; i < head->field_count; i++) {
        json_open(&json, NULL, '[');
        put_span_json(&json, NULL, exchange, head->field[i].name);
        put_span_json(&json, NULL, exchange, head->field[i].value);
        json_close(&json, ']');
    }
    json_close(&json, ']');
    if (is_form(exchange)) {
        put_pairs_json(&json, "form", exchange->body.data, exchange->body.length);
    }
    json_octets(&json, "body", exchange->body.data, exchange->body.length);
    json_close(&json, '}');
    text_put_char(text, '\n');
}

/* ---- as a page ---- */

static void put_row(struct text *text, const char *name, size_t name_length, const char *value, size_t length) {
    text_put(text, "<tr><th scope=\"row\">");
    text_put_html(text, name, name_length);
    text_put(text, "</th><td>");
    text_put_html(text, value, length);
    text_put(text, "</td></tr>\n");
}

static void put_pairs_page(struct text *text, const char *title, const char *octets, size_t length) {
    struct http_form form = {octets, octets + length, '&'};
    struct text name = text_growing(), value = text_growing();
    text_format(text, "<h2>%s</h2>\n<table>\n", title);
    while (http_form_next(&form, &name, &value)) {
        put_row(text, name.data, name.length, value.data, value.length);
    }
    text_put(text, "</table>\n");
    text->cut = text->cut || name.cut || value.cut;
    text_free(&name);
    text_free(&value);
}

static const char *meaning(unsigned method) {
    switch (method) {
    case HTTP_GET:
    case HTTP_HEAD:
        return "GET only asks: it is safe and may be repeated, cached and bookmarked; what it says is in the URL, "
               "where logs and histories keep it (RFC 9110 9.2, 9.3.1).";
    case HTTP_POST:
        return "POST hands something over: it may change something each time, so nobody repeats it without asking; "
               "what it says is in the body (RFC 9110 9.3.3).";
    case HTTP_PUT:
    case HTTP_DELETE:
        return "PUT and DELETE say how it shall be afterwards: once or twice makes no difference, they are idempotent "
               "(RFC 9110 9.2.2).";
    default:
        return "A method says what the request is for; the target says of what (RFC 9110 9.1).";
    }
}

static void put_span_row(struct text *text, const char *name, const struct http_exchange *exchange,
                         struct http_span span) {
    put_row(text, name, strlen(name), at(exchange, span), span.length);
}

static void put_page(struct text *text, const struct http_exchange *exchange) {
    const struct http_request *request = &exchange->request;
    const struct http_head *head = &request->head;
    http_page_begin(text, "Your request");
    text_put(text, "<h1>Your request, as it came</h1>\n<h2>Request line and target</h2>\n<table>\n");
    put_span_row(text, "method", exchange, head->method);
    put_span_row(text, "target", exchange, head->target);
    put_span_row(text, "host", exchange, request->host);
    put_span_row(text, "path", exchange, request->path);
    put_span_row(text, "query", exchange, request->query);
    text_format(text, "<tr><th scope=\"row\">version</th><td>HTTP/1.%u</td></tr>\n</table>\n<p>%s</p>\n", head->minor,
                meaning(request->method));
    if (request->query.length > 0) {
        put_pairs_page(text, "The query, decoded", at(exchange, request->query), request->query.length);
    }
    text_put(text, "<h2>Fields</h2>\n<table>\n");
    for (uint32_t i = 0; i < head->field_count; i++) {
        put_row(text, at(exchange, head->field[i].name), head->field[i].name.length, at(exchange, head->field[i].value),
                head->field[i].value.length);
    }
    text_put(text, "</table>\n");
    if (is_form(exchange)) {
        put_pairs_page(text, "The form, decoded", exchange->body.data, exchange->body.length);
    }
    text_format(text, "<h2>Body, %zu octets</h2>\n<pre>", exchange->body.length);
    text_put_html(text, exchange->body.length > 0 ? exchange->body.data : "", exchange->body.length);
    text_put(text, "</pre>\n");
    http_page_end(text);
}

/* ---- the handlers ---- */

static bool answer_as(struct http_exchange *exchange, enum form form) {
    static const char *const types[] = {"text/plain; charset=utf-8", "text/html; charset=utf-8", "application/json"};
    struct text text = text_growing();
    text_put(&text, "");
    if (form == JSON) {
        put_json(&text, exchange);
    } else if (form == PAGE) {
        put_page(&text, exchange);
    } else {
        put_fields(&text, exchange);
    }
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    http_answer_field(&exchange->answer, "X-Content-Type-Options", "nosniff");
    http_answer_field(&exchange->answer, "Vary", "Accept");
    bool made = http_answer_text(&exchange->answer, types[form], &text);
    text_free(&text);
    return made;
}

bool http_echo_answer(struct http_site *site, struct http_exchange *exchange) {
    (void)site;
    return answer_as(exchange, http_accept_best(&exchange->request.head, exchange->octets, FORMS, 3));
}

bool http_anything_answer(struct http_site *site, struct http_exchange *exchange) {
    (void)site;
    return answer_as(exchange, JSON);
}

static void put_cookies(struct text *text, const char *octets, size_t length) {
    struct http_form form = {octets, octets + length, ';'};
    struct text name = text_growing(), value = text_growing();
    while (http_form_next(&form, &name, &value)) {
        text_put_octets(text, name.data, name.length);
        text_put_char(text, '=');
        text_put_octets(text, value.data, value.length);
        text_put_char(text, '\n');
    }
    text->cut = text->cut || name.cut || value.cut;
    text_free(&name);
    text_free(&value);
}

bool http_cookie_answer(struct http_site *site, struct http_exchange *exchange) {
    const struct http_head *head = &exchange->request.head;
    struct text text = text_growing();
    (void)site;
    text_put(&text, "");
    for (uint32_t i = http_head_find(head, exchange->octets, "Cookie", 0); i < head->field_count;
         i = http_head_find(head, exchange->octets, "Cookie", i + 1)) {
        put_cookies(&text, at(exchange, head->field[i].value), head->field[i].value.length);
    }
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    http_answer_field(&exchange->answer, "X-Content-Type-Options", "nosniff");
    bool made = http_answer_text(&exchange->answer, "text/plain; charset=utf-8", &text);
    text_free(&text);
    return made;
}
