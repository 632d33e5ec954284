/* http_head.c: finds the lines of a head and takes them apart. See http_head.h. */
#include "http/http_head.h"

#include <string.h>
#include <strings.h>

#include "http/http_char.h"

void http_head_begin(struct http_head *head, enum http_kind kind) {
    memset(head, 0, offsetof(struct http_head, field));
    head->kind = (uint8_t)kind;
}

static struct http_span span_of(size_t at, size_t length) {
    return (struct http_span){.at = (uint32_t)at, .length = (uint32_t)length};
}

/* Always false, so that a parser can say `return refuse(...)`. */
static bool refuse(struct http_head *head, enum http_refusal refusal, size_t at) {
    head->refusal = (uint16_t)refusal;
    head->refused_at = (uint32_t)at;
    return false;
}

/* ---- the first line ---- */

/* HTTP-version is eight octets, case-sensitive; another major version is another protocol. RFC 9112 2.3 */
static bool take_version(struct http_head *head, const uint8_t *octets, struct http_span version) {
    const uint8_t *text = octets + version.at;
    bool well_formed = version.length == 8 && memcmp(text, "HTTP/", 5) == 0 && http_char_is(text[5], HTTP_CHAR_DIGIT) &&
                       text[6] == '.' && http_char_is(text[7], HTTP_CHAR_DIGIT);
    if (!well_formed) {
        return refuse(head, HTTP_REFUSED_VERSION, version.at);
    }
    head->minor = (uint8_t)(text[7] - '0');
    return text[5] == '1' || refuse(head, HTTP_REFUSED_VERSION_MAJOR, version.at);
}

/* What stands behind the second space. A space in it is one too many: before the version, inside, or behind it. */
static bool take_last_part(struct http_head *head, const uint8_t *octets, struct http_span part) {
    const uint8_t *text = octets + part.at;
    if (!memchr(text, ' ', part.length)) {
        return take_version(head, octets, part);
    }
    bool begun = part.length >= 5 && memcmp(text, "HTTP/", 5) == 0;
    bool complete = part.length > 8 && memcmp(text, "HTTP/1.", 7) == 0;
    return refuse(head, begun && !complete ? HTTP_REFUSED_VERSION : HTTP_REFUSED_LINE_PARTS, part.at);
}

/* The method, from the front of the line; moves at behind the space that follows. */
static bool take_method(struct http_head *head, const uint8_t *octets, struct http_span line, size_t *at) {
    const uint8_t *text = octets + line.at;
    size_t length = http_char_span(text, line.length, HTTP_CHAR_TOKEN);
    if (length == 0 || (length < line.length && text[length] != ' ')) {
        return refuse(head, HTTP_REFUSED_METHOD, line.at + length);
    }
    if (length == line.length) {
        return refuse(head, HTTP_REFUSED_LINE_PARTS, line.at);
    }
    head->method = span_of(line.at, length);
    *at = length + 1;
    return true;
}

/* method SP request-target SP HTTP-version; exactly one SP each time. RFC 9112 3 */
static bool take_request_line(struct http_head *head, const uint8_t *octets, struct http_span line) {
    const uint8_t *text = octets + line.at;
    size_t begin;
    if (!take_method(head, octets, line, &begin)) {
        return false;
    }
    size_t length = http_char_span(text + begin, line.length - begin, HTTP_CHAR_TARGET);
    size_t end = begin + length;
    if (end < line.length && text[end] != ' ') {
        return refuse(head, HTTP_REFUSED_TARGET, line.at + end);
    }
    if (length == 0 || end == line.length) {
        return refuse(head, HTTP_REFUSED_LINE_PARTS, line.at + end);
    }
    head->target = span_of(line.at + begin, length);
    return take_last_part(head, octets, span_of(line.at + end + 1, line.length - end - 1));
}

/* HTTP-version SP 3DIGIT SP [ reason-phrase ]. Many servers leave the last SP out with the phrase. RFC 9112 4 */
static bool take_status_line(struct http_head *head, const uint8_t *octets, struct http_span line) {
    const uint8_t *text = octets + line.at;
    if (line.length < 12 || text[8] != ' ') {
        return refuse(head, HTTP_REFUSED_STATUS_LINE, line.at);
    }
    if (!take_version(head, octets, span_of(line.at, 8))) {
        return false;
    }
    bool digits = http_char_span(text + 9, 3, HTTP_CHAR_DIGIT) == 3;
    bool phrase = line.length == 12 || text[12] == ' ';
    if (!digits || !phrase || text[9] == '0') {
        return refuse(head, HTTP_REFUSED_STATUS_LINE, line.at + 9);
    }
    head->status = (uint16_t)((text[9] - '0') * 100 + (text[10] - '0') * 10 + (text[11] - '0'));
    return true;
}

/* One empty line before a request is skipped. RFC 9112 2.2 */
static bool take_first_line(struct http_head *head, const uint8_t *octets, struct http_span line) {
    if (line.length == 0) {
        bool skip = head->kind == HTTP_REQUEST && line.at == 0;
        return skip || refuse(head, HTTP_REFUSED_EMPTY_LINE, line.at);
    }
    head->first_line_seen = true;
    return head->kind == HTTP_REQUEST ? take_request_line(head, octets, line) : take_status_line(head, octets, line);
}

/* ---- field lines ---- */

static bool take_field_name(struct http_head *head, const uint8_t *octets, struct http_span name) {
    size_t token = http_char_span(octets + name.at, name.length, HTTP_CHAR_TOKEN);
    if (token == name.length && token > 0) {
        return true;
    }
    bool space = token > 0 && http_char_is_space(octets[name.at + name.length - 1]);
    return refuse(head, space ? HTTP_REFUSED_FIELD_NAME_SPACE : HTTP_REFUSED_FIELD_NAME, name.at + token);
}

static struct http_span without_space(const uint8_t *octets, struct http_span span) {
    while (span.length > 0 && http_char_is_space(octets[span.at])) {
        span.at++;
        span.length--;
    }
    while (span.length > 0 && http_char_is_space(octets[span.at + span.length - 1])) {
        span.length--;
    }
    return span;
}

/* field-name ":" OWS field-value OWS. RFC 9112 5 */
static bool take_field(struct http_head *head, const struct http_limits *limits, const uint8_t *octets,
                       struct http_span line) {
    const uint8_t *text = octets + line.at;
    if (http_char_is_space(text[0])) {
        bool first = head->field_count == 0;
        return refuse(head, first ? HTTP_REFUSED_FIELD_FIRST_SPACE : HTTP_REFUSED_FIELD_FOLDED, line.at);
    }
    const uint8_t *colon = memchr(text, ':', line.length);
    if (!colon) {
        return refuse(head, HTTP_REFUSED_FIELD_COLON, line.at);
    }
    struct http_span name = span_of(line.at, (size_t)(colon - text));
    if (!take_field_name(head, octets, name)) {
        return false;
    }
    struct http_span value = span_of(name.at + name.length + 1, line.length - name.length - 1);
    size_t good = http_char_span(octets + value.at, value.length, HTTP_CHAR_VALUE);
    if (good < value.length) {
        return refuse(head, HTTP_REFUSED_FIELD_VALUE, value.at + good);
    }
    if (head->field_count >= limits->fields || head->field_count >= HTTP_FIELDS_MAX) {
        return refuse(head, HTTP_REFUSED_FIELDS_MANY, line.at);
    }
    head->letters |= http_head_letter(octets[name.at]);
    head->field[head->field_count++] = (struct http_field){.name = name, .value = without_space(octets, value)};
    return true;
}

/* ---- lines ---- */

/* The line from head->line up to (not with) its LF. CR stands before LF and nowhere else. RFC 9112 2.2 */
static bool take_line(struct http_head *head, const struct http_limits *limits, const uint8_t *octets, size_t lf) {
    struct http_span line = span_of(head->line, lf - head->line);
    const uint8_t *cr = line.length > 0 ? memchr(octets + line.at, '\r', line.length) : NULL;
    if (!cr) {
        return refuse(head, HTTP_REFUSED_BARE_LF, lf);
    }
    if (cr + 1 != octets + lf) {
        return refuse(head, HTTP_REFUSED_BARE_CR, (size_t)(cr - octets));
    }
    line.length--;
    if (!head->first_line_seen) {
        return take_first_line(head, octets, line);
    }
    if (line.length == 0) {
        head->done = true;
        head->length = (uint32_t)lf + 1;
        return true;
    }
    return take_field(head, limits, octets, line);
}

/* end: of what is known of the line. A line is too long whether or not its end has come: no cut makes a difference. */
static bool line_fits(struct http_head *head, const struct http_limits *limits, size_t end) {
    if (!head->first_line_seen && end - head->line > (size_t)limits->line + 1) {
        return refuse(head, HTTP_REFUSED_LINE_LONG, head->line);
    }
    if (end >= limits->head) {
        return refuse(head, HTTP_REFUSED_HEAD_LONG, head->line);
    }
    return true;
}

/* What does not begin like a method is no request, and need not be waited for: TLS, say, which has no lines. */
static bool may_be_first_line(struct http_head *head, const uint8_t *octets, size_t length) {
    if (head->kind != HTTP_REQUEST || head->first_line_seen || head->line >= length) {
        return true;
    }
    uint8_t octet = octets[head->line];
    bool sound = http_char_is(octet, HTTP_CHAR_TOKEN) || octet == '\r' || octet == '\n';
    return sound || refuse(head, HTTP_REFUSED_METHOD, head->line);
}

enum http_progress http_head_feed(struct http_head *head, const struct http_limits *limits, const uint8_t *octets,
                                  size_t length) {
    while (!head->done && head->refusal == HTTP_REFUSED_NONE) {
        const uint8_t *lf = NULL;
        if (length > head->searched) {
            lf = memchr(octets + head->searched, '\n', length - head->searched);
        }
        size_t end = lf ? (size_t)(lf - octets) : length;
        if (!may_be_first_line(head, octets, length) || !line_fits(head, limits, end)) {
            break;
        }
        head->searched = (uint32_t)end;
        if (!lf) {
            return HTTP_MORE;
        }
        if (!take_line(head, limits, octets, end)) {
            break;
        }
        head->searched = head->line = (uint32_t)end + 1;
    }
    return head->done ? HTTP_DONE : HTTP_REFUSED;
}

/* ---- looking things up ---- */

bool http_span_is(const uint8_t *octets, struct http_span span, const char *word) {
    return span.length == strlen(word) && memcmp(octets + span.at, word, span.length) == 0;
}

bool http_span_is_nocase(const uint8_t *octets, struct http_span span, const char *word) {
    return span.length == strlen(word) && strncasecmp((const char *)octets + span.at, word, span.length) == 0;
}

/* Length and first letter tell nearly all names apart. */
uint32_t http_head_search(const struct http_head *head, const uint8_t *octets, const char *name, uint32_t from) {
    size_t length = strlen(name);
    for (; from < head->field_count; from++) {
        struct http_span here = head->field[from].name;
        if (here.length == length && ((octets[here.at] ^ (uint8_t)name[0]) & ~0x20u) == 0 &&
            strncasecmp((const char *)octets + here.at, name, length) == 0) {
            break;
        }
    }
    return from;
}

bool http_list_next(const uint8_t *octets, struct http_span *rest, struct http_span *element) {
    while (rest->length > 0) {
        const uint8_t *comma = memchr(octets + rest->at, ',', rest->length);
        uint32_t length = comma ? (uint32_t)(comma - (octets + rest->at)) : rest->length;
        *element = without_space(octets, span_of(rest->at, length));
        uint32_t used = comma ? length + 1 : length;
        rest->at += used;
        rest->length -= used;
        if (element->length > 0) {
            return true;
        }
    }
    return false;
}

bool http_head_next(const struct http_head *head, const uint8_t *octets, const char *name, struct http_walk *walk,
                    struct http_span *element) {
    while (!http_list_next(octets, &walk->rest, element)) {
        walk->field = http_head_find(head, octets, name, walk->next);
        if (walk->field == head->field_count) {
            return false;
        }
        walk->next = walk->field + 1;
        walk->rest = head->field[walk->field].value;
    }
    return true;
}

static bool lists(const struct http_head *head, const uint8_t *octets, const char *name, const char *word) {
    struct http_walk walk = {0};
    struct http_span element;
    while (http_head_next(head, octets, name, &walk, &element)) {
        if (http_span_is_nocase(octets, element, word)) {
            return true;
        }
    }
    return false;
}

bool http_head_persists(const struct http_head *head, const uint8_t *octets) {
    return !lists(head, octets, "Connection", "close") &&
           (head->minor > 0 || lists(head, octets, "Connection", "keep-alive"));
}
