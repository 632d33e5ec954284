/* request.c: see request.h. */
#include "request.h"

#include <stdio.h>
#include <string.h>

void fetch_request_begin(struct fetch_request *request, const struct fetch_options *options) {
    *request = (struct fetch_request){.url = options->url, .head = options->head, .post = options->data != NULL};
}

/* Secrets, and the name of the first server, are not told to the next one. */
static bool stays_here(const struct fetch_request *request, const char *field) {
    static const char *const names[] = {"Authorization", "Cookie", "Host"};
    for (size_t i = 0; request->elsewhere && i < sizeof names / sizeof names[0]; i++) {
        if (fetch_field_is(field, names[i])) {
            return true;
        }
    }
    return false;
}

static bool is_given(const struct fetch_request *request, const struct fetch_options *options, const char *name) {
    for (unsigned i = 0; i < options->field_count; i++) {
        if (fetch_field_is(options->fields[i], name) && !stays_here(request, options->fields[i])) {
            return true;
        }
    }
    return false;
}

static void put_field(struct text *text, const char *name, const char *value) {
    text_put(text, name);
    text_put(text, ": ");
    text_put(text, value);
    text_put(text, "\r\n");
}

/* One that the user may give instead. */
static void put_default(const struct fetch_request *request, const struct fetch_options *options, struct text *text,
                        const char *name, const char *value) {
    if (!is_given(request, options, name)) {
        put_field(text, name, value);
    }
}

void fetch_request_write(const struct fetch_request *request, const struct fetch_options *options, struct text *text) {
    text_put(text, request->head ? "HEAD " : request->post ? "POST " : "GET ");
    text_put(text, request->url.target);
    text_put(text, " HTTP/1.1\r\n");
    put_default(request, options, text, "Host", request->url.authority);
    put_default(request, options, text, "User-Agent", "lucid-fetch/" LUCID_VERSION);
    put_default(request, options, text, "Accept", "*/*");
    for (unsigned i = 0; i < options->field_count; i++) {
        if (!stays_here(request, options->fields[i])) {
            text_put(text, options->fields[i]);
            text_put(text, "\r\n");
        }
    }
    if (request->post) {
        put_default(request, options, text, "Content-Type", "application/x-www-form-urlencoded");
        text_format(text, "Content-Length: %zu\r\n", options->data_length);
    }
    text_put(text, "\r\n");
}

/* ---- redirections ---- */

char *fetch_location(const struct http_head *head, const uint8_t *octets) {
    unsigned status = head->status;
    bool leads_on = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    uint32_t field = http_head_find(head, octets, "Location", 0);
    if (!leads_on || field == head->field_count) {
        return NULL;
    }
    return strndup((const char *)octets + head->field[field].value.at, head->field[field].value.length);
}

bool fetch_request_follow(struct fetch_request *request, unsigned status, const char *location,
                          char error[LUCID_ERROR_TEXT]) {
    char authority[sizeof request->url.authority], why[HTTP_URL_ERROR];
    memcpy(authority, request->url.authority, sizeof authority);
    if (!http_url_resolve(&request->url, &request->url, location, why)) {
        snprintf(error, LUCID_ERROR_TEXT, "the redirection cannot be followed: %.200s", why);
        return false;
    }
    request->elsewhere = request->elsewhere || strcmp(authority, request->url.authority) != 0;
    request->post = request->post && (status == 307 || status == 308);
    return true;
}
