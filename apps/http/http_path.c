/* http_path.c: decodes a path and walks over its segments. See http_path.h. */
#include "http/http_path.h"

#include <string.h>

#include "http/http_char.h"

static bool is_control(uint8_t octet) {
    return octet < 0x20 || octet == 0x7f;
}

/* One octet of the path as it is meant; at: moves behind what was read. */
static enum http_refusal decode_octet(const uint8_t *raw, size_t length, size_t *at, uint8_t *octet) {
    *octet = raw[*at];
    *at += 1;
    if (*octet == '%') {
        if (http_char_span(raw + *at, length - *at, HTTP_CHAR_HEX) < 2) {
            return HTTP_REFUSED_PATH_ESCAPE;
        }
        *octet = (uint8_t)(http_char_hex(raw[*at]) << 4 | http_char_hex(raw[*at + 1]));
        *at += 2;
    }
    return is_control(*octet) ? HTTP_REFUSED_PATH_OCTET : HTTP_REFUSED_NONE;
}

static enum http_refusal decode(struct http_path *path, const uint8_t *raw, size_t length) {
    path->length = 0;
    for (size_t at = 0; at < length;) {
        uint8_t octet;
        enum http_refusal refusal = decode_octet(raw, length, &at, &octet);
        if (refusal != HTTP_REFUSED_NONE) {
            return refusal;
        }
        if (path->length + 1 >= sizeof path->name) {
            return HTTP_REFUSED_PATH_LONG;
        }
        path->name[path->length++] = (char)octet;
    }
    path->name[path->length] = '\0';
    return HTTP_REFUSED_NONE;
}

/* Back to behind the slash before the last segment; false at the root. */
static bool leave_folder(const char *name, size_t *length) {
    if (*length == 0) {
        return false;
    }
    size_t end = *length - 1;
    while (end > 0 && name[end - 1] != '/') {
        end--;
    }
    *length = end;
    return true;
}

/* Does the segment say to go up (2), to stay (1), or is it a name (0)? An empty one is none. */
static unsigned dots_of(const char *segment, size_t length) {
    bool dots = length == 2 && memcmp(segment, "..", 2) == 0;
    bool none = length == 0 || (length == 1 && segment[0] == '.');
    return dots ? 2 : none;
}

/* In place: what is written is never longer than what was read. Each round takes a segment and the slash behind it. */
static enum http_refusal remove_dots(struct http_path *path) {
    char *name = path->name;
    size_t written = 0;
    for (size_t at = 0; at < path->length;) {
        const char *segment = name + at;
        size_t length = strcspn(segment, "/");
        bool slash = segment[length] == '/';
        unsigned dots = dots_of(segment, length);
        at += length + slash;
        if (dots == 2 && !leave_folder(name, &written)) {
            return HTTP_REFUSED_PATH_OUTSIDE;
        }
        if (dots == 0) {
            memmove(name + written, segment, length + slash);
            written += length + slash;
        }
    }
    path->length = written;
    name[written] = '\0';
    return HTTP_REFUSED_NONE;
}

/* Most paths mean what they say: nothing is escaped, and no segment is empty or begins with a dot. */
static bool is_literal(const uint8_t *raw, size_t length) {
    for (size_t i = 0; i < length; i++) {
        bool segment = raw[i] == '/' && i + 1 < length;
        if (raw[i] == '%' || is_control(raw[i]) || (segment && (raw[i + 1] == '/' || raw[i + 1] == '.'))) {
            return false;
        }
    }
    return length > 0 && raw[0] == '/';
}

enum http_refusal http_path_read(struct http_path *path, const uint8_t *raw, size_t length) {
    if (length < sizeof path->name && is_literal(raw, length)) {
        path->length = length - 1;
        memcpy(path->name, raw + 1, path->length);
        path->name[path->length] = '\0';
        return HTTP_REFUSED_NONE;
    }
    enum http_refusal refusal = decode(path, raw, length);
    return refusal == HTTP_REFUSED_NONE ? remove_dots(path) : refusal;
}

/* What RFC 3986 3.3 allows in a segment, without the marks that some reader might take for something else. */
static bool is_plain(uint8_t octet) {
    return http_char_is(octet, HTTP_CHAR_TOKEN) && !strchr("%#&'`^|*!", octet);
}

void http_path_put(struct text *text, const char *octets, size_t length) {
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = (uint8_t)octets[i];
        if (octet == '/' || is_plain(octet)) {
            text_put_char(text, (char)octet);
        } else {
            text_format(text, "%%%02X", octet);
        }
    }
}

void http_path_write(struct text *text, const struct http_path *path) {
    text_put_char(text, '/');
    http_path_put(text, path->name, path->length);
}
