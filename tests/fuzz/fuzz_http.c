/* fuzz_http.c: any octets as a stream of requests, to the parsers one by one and to the whole server.
 *
 * Input: octet 0 says where the stream is cut, the stream follows. The parsers read it from memory that ends with it.
 * The server gets it whole and cut, over a transport that is an array; both times it must give the same answers,
 * whole ones, and no octet of a body may stay charged.
 */
#include "fuzz.h"
#include "harness/web_array.h"
#include "http/http_body.h"
#include "http/http_path.h"
#include "http/http_request.h"

static const struct http_limits limits = {.line = 300, .head = 2000, .fields = 20, .body = 5000};

/* ---- the parsers ---- */

static void inside(struct http_span span, const struct http_head *head) {
    MUST((uint64_t)span.at + span.length <= head->length);
}

static void check_path(const uint8_t *raw, size_t length) {
    struct http_path path, again;
    if (http_path_read(&path, raw, length) != HTTP_REFUSED_NONE) {
        return;
    }
    MUST(path.length == strlen(path.name) && path.name[0] != '/');
    MUST(strcmp(path.name, "..") != 0 && strncmp(path.name, "../", 3) != 0);
    MUST(!strstr(path.name, "/../") && !strstr(path.name, "//"));
    struct text text = text_growing();
    http_path_write(&text, &path);
    MUST(text.data[0] == '/' && text.data[1] != '/');
    MUST(http_path_read(&again, (const uint8_t *)text.data, text.length) == HTTP_REFUSED_NONE);
    MUST(strcmp(path.name, again.name) == 0);
    text_free(&text);
}

static void check_request(struct http_request *request, const uint8_t *octets, size_t size) {
    const struct http_head *head = &request->head;
    MUST(head->length <= size && head->length <= limits.head);
    inside(head->method, head);
    inside(head->target, head);
    for (uint32_t i = 0; i < head->field_count; i++) {
        inside(head->field[i].name, head);
        inside(head->field[i].value, head);
        MUST(!memchr(octets + head->field[i].value.at, '\r', head->field[i].value.length));
        MUST(!memchr(octets + head->field[i].value.at, '\n', head->field[i].value.length));
    }
    if (http_request_read(request, octets) == HTTP_REFUSED_NONE) {
        inside(request->host, head);
        inside(request->path, head);
        inside(request->query, head);
        check_path(octets + request->path.at, request->path.length);
    }
}

static void check_parsers(const uint8_t *octets, size_t size, size_t cut, enum http_kind kind) {
    static struct http_request request;
    static struct http_head parts;
    http_head_begin(&request.head, kind);
    http_head_begin(&parts, kind);
    enum http_progress whole = http_head_feed(&request.head, &limits, octets, size);
    enum http_progress progress = http_head_feed(&parts, &limits, octets, cut);
    progress = progress == HTTP_MORE ? http_head_feed(&parts, &limits, octets, size) : progress;
    MUST(progress == whole && parts.refusal == request.head.refusal && parts.length == request.head.length);
    MUST(parts.refused_at == request.head.refused_at && parts.field_count == request.head.field_count);
    MUST((whole == HTTP_REFUSED) == (request.head.refusal != HTTP_REFUSED_NONE));
    if (whole == HTTP_DONE && kind == HTTP_REQUEST) {
        check_request(&request, octets, size);
    }
}

/* ---- the server ---- */

/* Every answer is one: a status line of ours, fields, an empty line. */
static void check_answers(struct web_array *array) {
    const struct text *out = &array->out;
    MUST(out->length == 0 || (out->length > 20 && memcmp(out->data, "HTTP/1.1 ", 9) == 0));
    web_array_drop_interim(array);
}

static void check_server(const uint8_t *octets, size_t length, size_t step) {
    static size_t cuts[ROOM];
    struct web_array whole, cut;
    struct http_server_options options;
    size_t count = 0;
    for (size_t at = step; at < length; at += step) {
        cuts[count++] = at;
    }
    http_server_defaults(&options);
    options.limits = limits;
    web_array_serve(&whole, &options, octets, length, NULL, 0);
    web_array_serve(&cut, &options, octets, length, cuts, count);
    check_answers(&whole);
    check_answers(&cut);
    MUST(web_array_same(&whole, &cut));
    text_free(&whole.out);
    text_free(&cut.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > ROOM) {
        return 0;
    }
    size_t length = size - 1;
    size_t step = 1 + data[0] % 64;
    uint8_t *octets = at_the_edge(data + 1, length);
    check_parsers(octets, length, step < length ? step : length, HTTP_REQUEST);
    check_parsers(octets, length, step < length ? step : length, HTTP_RESPONSE);
    check_path(octets, length);
    check_server(octets, length, step);
    return 0;
}
