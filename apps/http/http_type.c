/* http_type.c: the table of http_type.h. It changes when a server starts and is asked at each request for a file, so it
 * is sorted, and its keys have one length. */
#include "http/http_type.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/http_char.h"

/* A system's list has about 1600 ends of names in 75 KB. What goes on for longer is something else. */
enum { ROWS_MAX = 8192, FILE_MAX = 1 << 20, TYPE_MAX = 127 };

struct http_type_row {
    char end[HTTP_TYPE_END]; /* in lower case, filled up with NULs */
    uint32_t type;           /* where it begins in the names */
};

static const struct {
    const char *end, *type;
} built_in[] = {
    {"avif", "image/avif"},
    {"bin", "application/octet-stream"},
    {"c", "text/plain"},
    {"css", "text/css"},
    {"csv", "text/csv"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"h", "text/plain"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"ico", "image/vnd.microsoft.icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript"},
    {"json", "application/json"},
    {"jsonl", "application/jsonl"},
    {"log", "text/plain"},
    {"md", "text/markdown"},
    {"mjs", "text/javascript"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"ogg", "audio/ogg"},
    {"otf", "font/otf"},
    {"pcap", "application/vnd.tcpdump.pcap"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"tsv", "text/tab-separated-values"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xml", "application/xml"},
    {"zip", "application/zip"},
};

/* ---- rows ---- */

/* False: it is too long, or empty, or has something in it that no name ends in. */
static bool make_key(char key[HTTP_TYPE_END], const char *end) {
    size_t length = strlen(end);
    if (length == 0 || length > HTTP_TYPE_END) {
        return false;
    }
    memset(key, 0, HTTP_TYPE_END);
    for (size_t i = 0; i < length; i++) {
        char c = end[i];
        if (c <= ' ' || c == 0x7f || c == '.' || c == '/') {
            return false;
        }
        key[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    return true;
}

/* The number of the row with that key, or of the one before which it belongs. */
static unsigned find(const struct http_types *types, const char key[HTTP_TYPE_END], bool *there) {
    unsigned low = 0, high = types->count;
    *there = false;
    while (low < high && !*there) {
        unsigned middle = (low + high) / 2;
        int order = memcmp(key, types->row[middle].end, HTTP_TYPE_END);
        low = order > 0 ? middle + 1 : low;
        high = order <= 0 ? middle : high;
        *there = order == 0;
    }
    return high;
}

static bool make_room(struct http_types *types) {
    if (types->count < types->room) {
        return true;
    }
    unsigned room = types->room > 0 ? 2 * types->room : 64;
    struct http_type_row *row = room <= ROWS_MAX ? realloc(types->row, room * sizeof *row) : NULL;
    if (!row) {
        return false;
    }
    types->row = row;
    types->room = room;
    return true;
}

/* "type/subtype", and perhaps parameters. It goes into a field of the answer, so nothing else may be in it. */
static bool is_type(const char *type) {
    const uint8_t *at = (const uint8_t *)type;
    size_t length = strlen(type), major = http_char_span(at, length, HTTP_CHAR_TOKEN);
    if (length > TYPE_MAX || major == 0 || type[major] != '/') {
        return false;
    }
    at += major + 1;
    length -= major + 1;
    size_t minor = http_char_span(at, length, HTTP_CHAR_TOKEN);
    return minor > 0 && (minor == length || strchr("; ", at[minor])) &&
           http_char_span(at, length, HTTP_CHAR_VALUE) == length;
}

/* XML says in its first line what it is written in. */
static bool needs_charset(const char *type) {
    return strncasecmp(type, "text/", 5) == 0 && strcasecmp(type, "text/xml") != 0 && !strchr(type, ';');
}

static bool put_type(struct http_types *types, const char *type, uint32_t *at) {
    struct text *names = &types->names;
    *at = (uint32_t)names->length;
    text_put(names, type);
    text_put(names, needs_charset(type) ? "; charset=utf-8" : "");
    text_put_char(names, '\0');
    return !names->cut;
}

static bool add(struct http_types *types, const char *end, uint32_t type) {
    char key[HTTP_TYPE_END];
    bool there;
    if (!make_key(key, end)) {
        return false;
    }
    unsigned at = find(types, key, &there);
    if (!there) {
        if (!make_room(types)) {
            return false;
        }
        memmove(types->row + at + 1, types->row + at, (types->count - at) * sizeof *types->row);
        memcpy(types->row[at].end, key, sizeof key);
        types->count++;
    }
    types->row[at].type = type;
    return true;
}

bool http_types_add(struct http_types *types, const char *end, const char *type) {
    char key[HTTP_TYPE_END];
    uint32_t at;
    return make_key(key, end) && is_type(type) && put_type(types, type, &at) && add(types, end, at);
}

struct http_types http_types_none(void) {
    return (struct http_types){.names = text_growing()};
}

void http_types_begin(struct http_types *types) {
    *types = http_types_none();
    for (size_t i = 0; i < sizeof built_in / sizeof built_in[0]; i++) {
        http_types_add(types, built_in[i].end, built_in[i].type);
    }
}

void http_types_end(struct http_types *types) {
    free(types->row);
    text_free(&types->names);
    *types = (struct http_types){0};
}

void http_types_merge(struct http_types *types, const struct http_types *others) {
    for (unsigned i = 0; i < others->count; i++) {
        char end[HTTP_TYPE_END + 1] = "";
        memcpy(end, others->row[i].end, HTTP_TYPE_END);
        http_types_add(types, end, others->names.data + others->row[i].type);
    }
}

/* ---- a list ---- */

/* One line: a type, and ends of names. The type is written down once. */
static void read_line(struct http_types *types, char *line) {
    static const char space[] = " \t\r\f\v";
    char *rest = NULL, *type;
    uint32_t at;
    line[strcspn(line, "#")] = '\0';
    type = strtok_r(line, space, &rest);
    char *end = type ? strtok_r(NULL, space, &rest) : NULL;
    if (!end || !is_type(type) || !put_type(types, type, &at)) {
        return;
    }
    for (; end; end = strtok_r(NULL, space, &rest)) {
        add(types, end, at);
    }
}

/* The file, with a NUL behind it; NULL when there is none. A pipe of that name is not waited for. */
static char *read_file(const char *file, size_t *length) {
    struct stat stat;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool good = fd >= 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size <= FILE_MAX;
    char *octets = good ? malloc((size_t)stat.st_size + 1) : NULL;
    ssize_t got = octets ? read(fd, octets, (size_t)stat.st_size) : -1;
    if (fd >= 0) {
        close(fd);
    }
    if (got < 0) {
        free(octets);
        return NULL;
    }
    octets[got] = '\0';
    *length = (size_t)got;
    return octets;
}

void http_types_read(struct http_types *types, const char *file) {
    size_t length = 0;
    char *octets = read_file(file, &length);
    if (!octets) {
        return;
    }
    for (char *line = octets, *end = octets + length; line < end;) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        char *after = newline ? newline + 1 : end;
        if (newline) {
            *newline = '\0';
        }
        read_line(types, line);
        line = after;
    }
    free(octets);
}

/* ---- asking ---- */

const char *http_types_of(const struct http_types *types, const char *name) {
    const char *slash = strrchr(name, '/');
    const char *dot = strrchr(slash ? slash : name, '.');
    char key[HTTP_TYPE_END];
    bool there = false;
    unsigned at = dot && make_key(key, dot + 1) ? find(types, key, &there) : 0;
    return there ? types->names.data + types->row[at].type : "application/octet-stream";
}
