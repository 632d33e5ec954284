/* http_condition.c: see http_condition.h. */
#include "http/http_condition.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "http/http_date.h"

/* Seconds after which a file's time of change can be relied on. */
static const int64_t SETTLED = 2;

void http_validators_of(struct http_validators *validators, const struct stat *file, int64_t now) {
    validators->strong = file->st_mtime + SETTLED <= now && file->st_ctime + SETTLED <= now;
    validators->modified = file->st_mtime < now ? file->st_mtime : now;
    snprintf(validators->tag, sizeof validators->tag, "%s\"%" PRIx64 "-%" PRIx64 "-%" PRIx64 ".%lx\"",
             validators->strong ? "" : "W/", (uint64_t)file->st_ino, (uint64_t)file->st_size, (uint64_t)file->st_mtime,
             (unsigned long)file->st_mtim.tv_nsec);
}

/* ---- entity tags ---- */

/* The opaque part of a tag, with its quotes. */
static const char *opaque(const char *tag) {
    return strncmp(tag, "W/", 2) == 0 ? tag + 2 : tag;
}

/* Does an element of the list name this tag? The strong comparison (8.8.3.2) holds for two strong tags only. */
static bool is_tag(const uint8_t *octets, struct http_span element, const struct http_validators *validators,
                   bool strong) {
    bool weak = element.length > 2 && memcmp(octets + element.at, "W/", 2) == 0;
    if (strong && (weak || !validators->strong)) {
        return false;
    }
    const struct http_span bare = {element.at + (weak ? 2 : 0), element.length - (weak ? 2 : 0)};
    return http_span_is(octets, bare, opaque(validators->tag));
}

/* A tag may have a comma in it, so lists of tags are walked over with an eye on the quotes. False: none is left. */
static bool next_tag(const uint8_t *octets, struct http_span *rest, struct http_span *tag) {
    uint32_t at = rest->at, end = rest->at + rest->length;
    while (at < end && strchr(" \t,", octets[at])) {
        at++;
    }
    uint32_t begin = at;
    bool quoted = false;
    for (; at < end && (quoted || !strchr(" \t,", octets[at])); at++) {
        quoted ^= octets[at] == '"';
    }
    *tag = (struct http_span){begin, at - begin};
    *rest = (struct http_span){at, end - at};
    return at > begin;
}

/* "*", or one of the tags, in any of the fields of that name. */
static bool lists(const struct http_request *request, const uint8_t *octets, const char *name,
                  const struct http_validators *validators, bool strong) {
    const struct http_head *head = &request->head;
    for (uint32_t i = http_head_find(head, octets, name, 0); i < head->field_count;
         i = http_head_find(head, octets, name, i + 1)) {
        struct http_span rest = head->field[i].value, tag;
        while (next_tag(octets, &rest, &tag)) {
            if (http_span_is(octets, tag, "*") || is_tag(octets, tag, validators, strong)) {
                return true;
            }
        }
    }
    return false;
}

/* ---- dates ---- */

/* The date in a field. False: there is no such field, or it has no date, or there are two: it is ignored (13.1.3). */
static bool date_in(const struct http_request *request, const uint8_t *octets, const char *name, int64_t now,
                    int64_t *date) {
    const struct http_head *head = &request->head;
    uint32_t field = http_head_find(head, octets, name, 0);
    if (field == head->field_count || http_head_find(head, octets, name, field + 1) < head->field_count) {
        return false;
    }
    struct http_span value = head->field[field].value;
    return http_date_parse((const char *)octets + value.at, value.length, now, date);
}

static bool has(const struct http_request *request, const uint8_t *octets, const char *name) {
    return http_head_find(&request->head, octets, name, 0) < request->head.field_count;
}

/* ---- the order of 13.2.2 ---- */

static bool may_go_on(const struct http_request *request, const uint8_t *octets,
                      const struct http_validators *validators, int64_t now) {
    int64_t date;
    if (has(request, octets, "If-Match")) {
        return lists(request, octets, "If-Match", validators, true);
    }
    return !date_in(request, octets, "If-Unmodified-Since", now, &date) || validators->modified <= date;
}

static bool is_new(const struct http_request *request, const uint8_t *octets, const struct http_validators *validators,
                   int64_t now) {
    int64_t date;
    if (has(request, octets, "If-None-Match")) {
        return !lists(request, octets, "If-None-Match", validators, false);
    }
    bool asked = request->method & (HTTP_GET | HTTP_HEAD) && date_in(request, octets, "If-Modified-Since", now, &date);
    return !asked || validators->modified > date;
}

/* A strong tag, or the very date, which is strong when it has settled (8.8.2.2). RFC 9110 13.1.5 */
static bool range_holds(const struct http_request *request, const uint8_t *octets,
                        const struct http_validators *validators, int64_t now) {
    const struct http_head *head = &request->head;
    uint32_t field = http_head_find(head, octets, "If-Range", 0);
    int64_t date;
    if (field == head->field_count) {
        return true;
    }
    if (http_head_find(head, octets, "If-Range", field + 1) < head->field_count) {
        return false;
    }
    struct http_span value = head->field[field].value;
    if (value.length > 0 && memchr("\"W", octets[value.at], 2) && octets[value.at + value.length - 1] == '"') {
        return is_tag(octets, value, validators, true);
    }
    return date_in(request, octets, "If-Range", now, &date) && validators->strong && date == validators->modified;
}

enum http_verdict http_condition(const struct http_request *request, const uint8_t *octets,
                                 const struct http_validators *validators, int64_t now) {
    if (!may_go_on(request, octets, validators, now)) {
        return HTTP_VERDICT_FAILED;
    }
    if (!is_new(request, octets, validators, now)) {
        return request->method & (HTTP_GET | HTTP_HEAD) ? HTTP_VERDICT_NOT_MODIFIED : HTTP_VERDICT_FAILED;
    }
    return range_holds(request, octets, validators, now) ? HTTP_VERDICT_SEND : HTTP_VERDICT_SEND_WHOLE;
}
