/* http_static.c: see http_static.h. */
#include "http/http_static.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "http/http_accept.h"
#include "http/http_condition.h"
#include "http/http_listing.h"
#include "http/http_page.h"
#include "http/http_range.h"
#include "http/http_root.h"

/* Octets of a body that is sent with its head, as one piece: so much is copied faster than lent. */
static const uint64_t SHORT = 4096;

/* One file, and what is asked of it. */
struct content {
    struct http_site *site;
    struct http_exchange *exchange;
    struct http_opened *opened;
    const char *type;
    bool varies;              /* there are files for which Accept-Encoding matters */
    bool gzip;                /* it is the file that lies beside the one that was asked for */
    struct http_range *range; /* HTTP_RANGES_MAX at most */
    unsigned ranges;
};

/* ---- heads ---- */

/* Fields that 200, 206 and 304 have in common: RFC 9110 15.4.5. */
static void begin(struct content *content, int status) {
    struct http_answer *answer = &content->exchange->answer;
    http_answer_begin(answer, status, &content->exchange->about);
    http_answer_lines(answer, content->opened->lines);
    if (content->varies) {
        http_answer_lines(answer, "Vary: Accept-Encoding\r\n");
    }
}

static uint64_t size_of(const struct content *content) {
    return http_opened_size(content->opened);
}

/* What the file is. Nobody shall guess something else: a text that somebody has put there must not become a page. */
static void put_type(struct content *content) {
    struct http_answer *answer = &content->exchange->answer;
    http_answer_field(answer, "Content-Type", content->type);
    http_answer_lines(answer, "X-Content-Type-Options: nosniff\r\n");
    if (content->gzip) {
        http_answer_lines(answer, "Content-Encoding: gzip\r\n");
    }
}

static void put_range(struct text *text, const struct http_range *range, uint64_t size) {
    text_format(text, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, range->begin, range->end - 1, size);
}

/* ---- bodies ---- */

/* Sends these parts of the file, length octets in all with their text, which is taken over. */
static bool finish(struct content *content, const struct http_file_parts *parts, uint64_t length) {
    struct http_answer *answer = &content->exchange->answer;
    const uint8_t *copy = content->opened->copy;
    if (copy && length <= SHORT && !parts->text) {
        return http_answer_octets(answer, copy + parts->part[0].begin, (size_t)length);
    }
    if (length == 0 || content->exchange->about.head) {
        answer->length = length;
    } else {
        http_answer_body(answer, http_file_source(content->opened, parts, &content->site->budget), length);
    }
    return http_answer_finish(answer);
}

static bool answer_whole(struct content *content) {
    const struct http_file_part part = {.end = size_of(content)};
    begin(content, 200);
    put_type(content);
    return finish(content, &(struct http_file_parts){&part, 1, NULL}, size_of(content));
}

static bool answer_part(struct content *content) {
    struct http_answer *answer = &content->exchange->answer;
    const struct http_file_part part = {.begin = content->range[0].begin, .end = content->range[0].end};
    char room[80];
    struct text range = text_fixed(room, sizeof room);
    put_range(&range, &content->range[0], size_of(content));
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
        put_range(text, &content->range[i], size_of(content));
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
    begin(content, 304);
    return http_answer_finish(&content->exchange->answer);
}

static bool refuse(struct content *content, enum http_refusal refusal) {
    content->exchange->refusal = (uint16_t)refusal;
    content->exchange->size = size_of(content);
    return false;
}

/* ---- which of them ---- */

static bool answer_content(struct content *content) {
    struct http_exchange *exchange = content->exchange;
    const struct http_request *request = &exchange->request;
    enum http_verdict verdict = http_condition(request, exchange->octets, &content->opened->validators,
                                               content->site->second);
    if (verdict == HTTP_VERDICT_FAILED) {
        return refuse(content, HTTP_REFUSED_PRECONDITION);
    }
    if (verdict == HTTP_VERDICT_NOT_MODIFIED) {
        return answer_not_modified(content);
    }
    enum http_ranges_are ranges = HTTP_RANGES_NONE;
    if (verdict == HTTP_VERDICT_SEND) {
        ranges = http_ranges_read(request, exchange->octets, size_of(content), content->range, &content->ranges);
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

/* ---- which file ---- */

/* A file that was found, and that the next request may find again. NULL: there is no memory. */
static struct http_opened *open_found(struct http_site *site, const struct http_path *path, size_t asked,
                                      const struct http_found *found) {
    struct http_opened *opened = http_opened_new(found->fd, &found->stat, site->second, &site->mapped, &site->budget);
    if (opened) {
        opened->type = http_types_of(&site->types, path->name);
        http_cache_keep(&site->cache, path, asked, opened, site->now);
    }
    return opened;
}

/* The regular file of that name, or NULL. */
static struct http_opened *open_name(struct http_site *site, struct http_path *path) {
    struct http_found found;
    struct http_opened *opened = http_cache_find(&site->cache, site->root, path, site->now);
    if (!opened && http_root_file(site->root, path->name, &found)) {
        opened = open_found(site, path, path->length, &found);
    }
    return opened;
}

/* The file with .gz behind its name, if the client takes it and it is not older than what it was made of: decision
 * 0103. NULL: there is none. */
static struct http_opened *find_gzip(struct http_site *site, const struct http_exchange *exchange,
                                     struct http_path *path, const struct http_opened *plain) {
    if (!http_accept_gzip(&exchange->request.head, exchange->octets) || path->length + 4 > sizeof path->name) {
        return NULL;
    }
    strcpy(path->name + path->length, ".gz");
    path->length += 3;
    struct http_opened *gzip = open_name(site, path);
    path->length -= 3;
    path->name[path->length] = '\0';
    if (gzip && gzip->stat.st_mtime < plain->stat.st_mtime) {
        http_opened_drop(gzip);
        return NULL;
    }
    return gzip;
}

static bool answer_file(struct http_site *site, struct http_exchange *exchange, struct http_path *path,
                        struct http_opened *opened) {
    struct http_range range[HTTP_RANGES_MAX];
    struct content content = {
        .site = site, .exchange = exchange, .opened = opened, .type = opened->type, .range = range};
    content.varies = !ends_in_gz(path);
    struct http_opened *gzip = content.varies ? find_gzip(site, exchange, path, opened) : NULL;
    content.gzip = gzip != NULL;
    content.opened = gzip ? gzip : opened;
    bool made = answer_content(&content);
    http_opened_drop(gzip);
    http_opened_drop(opened);
    return made;
}

static bool answer_found(struct http_site *site, struct http_exchange *exchange, struct http_path *path) {
    struct http_found found;
    size_t asked = path->length;
    enum http_refusal refusal = http_root_find(site->root, path, site->lists, &found);
    if (refusal != HTTP_REFUSED_NONE) {
        exchange->refusal = (uint16_t)refusal;
        exchange->refused_at = 0;
        return false;
    }
    if (found.kind == HTTP_FOUND_SLASH) {
        return answer_folder(exchange, path);
    }
    if (found.kind == HTTP_FOUND_FOLDER) {
        return http_listing_answer(site, exchange, path, found.fd);
    }
    struct http_opened *opened = open_found(site, path, asked, &found);
    return opened && answer_file(site, exchange, path, opened);
}

bool http_static_answer(struct http_site *site, struct http_exchange *exchange) {
    struct http_path path;
    struct http_span raw = exchange->request.path;
    enum http_refusal refusal = http_path_read(&path, exchange->octets + raw.at, raw.length);
    if (refusal != HTTP_REFUSED_NONE) {
        exchange->refusal = (uint16_t)refusal;
        exchange->refused_at = 0;
        return false;
    }
    struct http_opened *opened = http_cache_find(&site->cache, site->root, &path, site->now);
    return opened ? answer_file(site, exchange, &path, opened) : answer_found(site, exchange, &path);
}
