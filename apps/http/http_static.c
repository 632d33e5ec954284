/* http_static.c: see http_static.h. */
#include "http/http_static.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "http/http_accept.h"
#include "http/http_condition.h"
#include "http/http_listing.h"
#include "http/http_page.h"
#include "http/http_range.h"
#include "http/http_root.h"

/* One file, and what is asked of it. */
struct content {
    struct http_site *site;
    struct http_exchange *exchange;
    int fd;
    uint64_t size;
    const char *type;
    bool varies; /* there are files for which Accept-Encoding matters */
    bool gzip;   /* it is the file that lies beside the one that was asked for */
    struct http_validators validators;
    struct http_range range[HTTP_RANGES_MAX];
    unsigned ranges;
};

/* ---- heads ---- */

/* Fields that 200, 206 and 304 have in common: RFC 9110 15.4.5. */
static void begin(struct content *content, int status) {
    struct http_answer *answer = &content->exchange->answer;
    char date[HTTP_DATE_TEXT];
    http_answer_begin(answer, status, &content->exchange->about);
    http_answer_field(answer, "ETag", content->validators.tag);
    http_answer_field(answer, "Last-Modified", http_date_format(content->validators.modified, date));
    http_answer_field(answer, "Accept-Ranges", "bytes");
    if (content->varies) {
        http_answer_field(answer, "Vary", "Accept-Encoding");
    }
}

/* What the file is. Nobody shall guess something else: a text that somebody has put there must not become a page. */
static void put_type(struct content *content) {
    struct http_answer *answer = &content->exchange->answer;
    http_answer_field(answer, "Content-Type", content->type);
    http_answer_field(answer, "X-Content-Type-Options", "nosniff");
    if (content->gzip) {
        http_answer_field(answer, "Content-Encoding", "gzip");
    }
}

static void put_range(struct text *text, const struct http_range *range, uint64_t size) {
    text_format(text, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range->begin, range->end - 1, size);
}

/* ---- bodies ---- */

/* Sends these parts of the file, length octets in all with their text, which is taken over. */
static bool finish(struct content *content, const struct http_file_parts *parts, uint64_t length) {
    struct http_site *site = content->site;
    struct http_answer *answer = &content->exchange->answer;
    if (length == 0 || content->exchange->about.head) {
        close(content->fd);
        answer->length = length;
    } else {
        struct http_source *source = http_file_source(content->fd, content->size, parts, &site->mapped, &site->budget);
        http_answer_body(answer, source, length);
    }
    return http_answer_finish(answer);
}

static bool answer_whole(struct content *content) {
    const struct http_file_part part = {.end = content->size};
    begin(content, 200);
    put_type(content);
    return finish(content, &(struct http_file_parts){&part, 1, NULL}, content->size);
}

static bool answer_part(struct content *content) {
    struct http_answer *answer = &content->exchange->answer;
    const struct http_file_part part = {.begin = content->range[0].begin, .end = content->range[0].end};
    char room[80];
    struct text range = text_fixed(room, sizeof room);
    put_range(&range, &content->range[0], content->size);
    begin(content, 206);
    put_type(content);
    http_answer_field(answer, "Content-Range", room);
    return finish(content, &(struct http_file_parts){&part, 1, NULL}, part.end - part.begin);
}

/* Text that is in no file by accident, nor on purpose. */
static bool make_boundary(char boundary[40]) {
    uint64_t number[2];
    struct text text = text_fixed(boundary, 40);
    if (getrandom(number, sizeof number, 0) != sizeof number) {
        return false;
    }
    text_format(&text, "%016" PRIx64 "%016" PRIx64, number[0], number[1]);
    return true;
}

/* The text of each part begins with the line end that belongs to its delimiter: RFC 2046 5.1.1. */
static uint64_t lay_out(const struct content *content, const char *boundary, struct http_file_part *part,
                        struct text *text) {
    uint64_t length = 0;
    for (unsigned i = 0; i < content->ranges; i++) {
        size_t at = text->length;
        text_format(text, "\r\n--%s\r\nContent-Type: %s\r\nContent-Range: ", boundary, content->type);
        put_range(text, &content->range[i], content->size);
        text_put(text, "\r\n\r\n");
        part[i] = (struct http_file_part){content->range[i].begin, content->range[i].end, (uint32_t)at,
                                          (uint32_t)(text->length - at)};
        length += part[i].end - part[i].begin;
    }
    size_t at = text->length;
    text_format(text, "\r\n--%s--\r\n", boundary);
    part[content->ranges] = (struct http_file_part){0, 0, (uint32_t)at, (uint32_t)(text->length - at)};
    return length + text->length;
}

/* 206 with several parts has its Content-Range in each of them: RFC 9110 15.3.7.2. */
static bool answer_parts(struct content *content) {
    struct http_file_part part[HTTP_RANGES_MAX + 1];
    char boundary[40], room[100];
    struct text type = text_fixed(room, sizeof room), text = text_growing();
    if (!make_boundary(boundary)) {
        close(content->fd);
        return false;
    }
    uint64_t length = lay_out(content, boundary, part, &text);
    text_format(&type, "multipart/byteranges; boundary=%s", boundary);
    begin(content, 206);
    http_answer_field(&content->exchange->answer, "Content-Type", room);
    bool made = finish(content, &(struct http_file_parts){part, content->ranges + 1, &text}, length);
    text_free(&text);
    return made;
}

static bool answer_not_modified(struct content *content) {
    close(content->fd);
    begin(content, 304);
    return http_answer_finish(&content->exchange->answer);
}

static bool refuse(struct content *content, enum http_refusal refusal) {
    close(content->fd);
    content->exchange->refusal = (uint16_t)refusal;
    content->exchange->size = content->size;
    return false;
}

/* ---- which of them ---- */

static bool answer_content(struct content *content) {
    struct http_exchange *exchange = content->exchange;
    const struct http_request *request = &exchange->request;
    enum http_verdict verdict = http_condition(request, exchange->octets, &content->validators, content->site->second);
    if (verdict == HTTP_VERDICT_FAILED) {
        return refuse(content, HTTP_REFUSED_PRECONDITION);
    }
    if (verdict == HTTP_VERDICT_NOT_MODIFIED) {
        return answer_not_modified(content);
    }
    enum http_ranges_are ranges = HTTP_RANGES_NONE;
    if (verdict == HTTP_VERDICT_SEND) {
        ranges = http_ranges_read(request, exchange->octets, content->size, content->range, &content->ranges);
    }
    if (ranges == HTTP_RANGES_UNSATISFIABLE) {
        return refuse(content, HTTP_REFUSED_RANGE);
    }
    bool several = content->ranges > 1;
    if (ranges == HTTP_RANGES_NONE || (several && content->gzip)) {
        return answer_whole(content);
    }
    return several ? answer_parts(content) : answer_part(content);
}

/* RFC 9110 15.4.9: relative references in the folder's page need the slash. The path was decoded and is written
 * anew, so it begins with exactly one slash and has no control character; the query has only what a request target
 * may have. */
static bool answer_folder(struct http_exchange *exchange, const struct http_path *path) {
    struct http_answer *answer = &exchange->answer;
    struct http_span query = exchange->request.query;
    struct text location = text_growing(), body = text_growing();
    http_path_write(&location, path);
    text_put(&location, exchange->request.has_query ? "/?" : "/");
    text_put_octets(&location, exchange->octets + query.at, query.length);
    http_page_moved(&body, 308, location.data ? location.data : "");
    http_answer_begin(answer, 308, &exchange->about);
    http_answer_field(answer, "Location", location.data ? location.data : "");
    body.cut = body.cut || location.cut;
    bool made = http_answer_text(answer, "text/html; charset=utf-8", &body);
    text_free(&location);
    text_free(&body);
    return made;
}

static bool ends_in_gz(const struct http_path *path) {
    return path->length > 3 && strcmp(path->name + path->length - 3, ".gz") == 0;
}

/* The file with .gz behind its name, if the client takes it and it is not older than what it was made of: decision
 * 0103. *found is that file then. */
static bool find_gzip(const struct http_site *site, const struct http_exchange *exchange, struct http_path *path,
                      struct http_found *found) {
    struct http_found gzip;
    if (!http_accept_gzip(&exchange->request.head, exchange->octets) || path->length + 4 > sizeof path->name) {
        return false;
    }
    strcpy(path->name + path->length, ".gz");
    bool there = http_root_file(site->root, path->name, &gzip);
    path->name[path->length] = '\0';
    if (!there) {
        return false;
    }
    bool fresh = gzip.stat.st_mtime >= found->stat.st_mtime;
    close(fresh ? found->fd : gzip.fd);
    *found = fresh ? gzip : *found;
    return fresh;
}

static bool answer_file(struct http_site *site, struct http_exchange *exchange, struct http_path *path,
                        struct http_found *found) {
    struct content content = {.site = site, .exchange = exchange};
    content.type = http_types_of(&site->types, path->name);
    content.varies = !ends_in_gz(path);
    content.gzip = content.varies && find_gzip(site, exchange, path, found);
    content.fd = found->fd;
    content.size = (uint64_t)found->stat.st_size;
    http_validators_of(&content.validators, &found->stat, site->second);
    return answer_content(&content);
}

bool http_static_answer(struct http_site *site, struct http_exchange *exchange) {
    struct http_path path;
    struct http_found found;
    struct http_span raw = exchange->request.path;
    enum http_refusal refusal = http_path_read(&path, exchange->octets + raw.at, raw.length);
    if (refusal == HTTP_REFUSED_NONE) {
        refusal = http_root_find(site->root, &path, site->lists, &found);
    }
    if (refusal != HTTP_REFUSED_NONE) {
        exchange->refusal = (uint16_t)refusal;
        exchange->refused_at = 0;
        return false;
    }
    if (found.kind == HTTP_FOUND_SLASH) {
        return answer_folder(exchange, &path);
    }
    if (found.kind == HTTP_FOUND_FOLDER) {
        return http_listing_answer(site, exchange, &path, found.fd);
    }
    return answer_file(site, exchange, &path, &found);
}
