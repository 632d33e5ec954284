/* http_listing.c: reads a folder, sorts it, and writes it down. See http_listing.h. */
#include "http/http_listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/json.h"
#include "http/http_accept.h"
#include "http/http_listed.h"
#include "http/http_page.h"
#include "http/http_root.h"

struct entry {
    uint32_t name; /* where it begins in the names */
    bool folder;
    uint64_t size;
    int64_t modified;
};

struct listing {
    const struct http_path *path;
    struct text names; /* each with its NUL */
    struct entry *entry;
    unsigned count;
    bool more; /* than was read */
};

static const char *name_of(const struct listing *listing, const struct entry *entry) {
    return listing->names.data + entry->name;
}

/* ---- reading ---- */

static bool is_shown(const char *name) {
    const uint8_t *at = (const uint8_t *)name;
    while (*at >= ' ' && *at != 0x7f) {
        at++;
    }
    return name[0] != '.' && *at == '\0';
}

/* What is served under a name is what counts: a link is what it leads to, if that is beneath the root. */
static bool look(int root, int folder, const struct http_path *path, const char *name, struct stat *stat) {
    char whole[HTTP_PATH_MAX];
    if (fstatat(folder, name, stat, AT_SYMLINK_NOFOLLOW) < 0) {
        return false;
    }
    if (!S_ISLNK(stat->st_mode)) {
        return S_ISREG(stat->st_mode) || S_ISDIR(stat->st_mode);
    }
    struct text text = text_fixed(whole, sizeof whole);
    text_put(&text, path->name);
    text_put(&text, name);
    return !text.cut && http_root_stat(root, whole, stat);
}

static void take(struct listing *listing, const char *name, const struct stat *stat) {
    listing->entry[listing->count++] = (struct entry){
        .name = (uint32_t)listing->names.length,
        .folder = S_ISDIR(stat->st_mode),
        .size = (uint64_t)stat->st_size,
        .modified = stat->st_mtime,
    };
    text_put_octets(&listing->names, name, strlen(name) + 1);
}

static void read_entries(struct listing *listing, int root, DIR *folder) {
    const struct dirent *next;
    struct stat stat;
    for (unsigned seen = 0; (next = readdir(folder)); seen++) {
        if (seen == HTTP_LISTING_ENTRIES || listing->names.length >= HTTP_LISTING_NAMES) {
            listing->more = true;
            return;
        }
        if (is_shown(next->d_name) && look(root, dirfd(folder), listing->path, next->d_name, &stat)) {
            take(listing, next->d_name, &stat);
        }
    }
}

static int by_name(const void *a, const void *b, void *user) {
    const struct listing *listing = user;
    const struct entry *first = a, *second = b;
    if (first->folder != second->folder) {
        return first->folder ? -1 : 1;
    }
    int order = strcasecmp(name_of(listing, first), name_of(listing, second));
    return order != 0 ? order : strcmp(name_of(listing, first), name_of(listing, second));
}

/* False: there is no memory. fd is closed. */
static bool read_folder(struct listing *listing, int root, int fd) {
    DIR *folder = fdopendir(fd);
    if (!folder) {
        close(fd);
        return false;
    }
    listing->entry = malloc(HTTP_LISTING_ENTRIES * sizeof *listing->entry);
    if (listing->entry) {
        read_entries(listing, root, folder);
    }
    closedir(folder);
    if (!listing->entry || listing->names.cut) {
        return false;
    }
    qsort_r(listing->entry, listing->count, sizeof *listing->entry, by_name, listing);
    return true;
}

/* ---- as a page ---- */

/* "4.2 MB", with two digits at least, in powers of ten. */
static void put_size(struct text *text, uint64_t size) {
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    unsigned unit = 0;
    if (size < 1000) {
        text_format(text, "%" PRIu64 " B", size);
        return;
    }
    for (; size >= 1000000; size /= 1000) {
        unit++;
    }
    text_format(text, "%.*f %s", size < 10000, (double)size / 1000, units[unit]);
}

static void put_time(struct text *text, int64_t second, bool exact) {
    char room[40];
    time_t time = (time_t)second;
    struct tm tm;
    if (!gmtime_r(&time, &tm)) {
        return; /* a year that no calendar has */
    }
    bool put = exact ? strftime(room, sizeof room, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0
                     : strftime(room, sizeof room, "%Y-%m-%d %H:%M", &tm) > 0;
    text_put(text, put ? room : "");
}

static void put_link(struct text *text, const char *name, bool folder) {
    size_t length = strlen(name);
    text_put(text, "<a href=\"");
    http_path_put(text, name, length);
    text_put(text, folder ? "/\">" : "\">");
    text_put_html(text, name, length);
    text_put(text, folder ? "/</a>" : "</a>");
}

static void put_row(struct text *text, const struct listing *listing, const struct entry *entry) {
    text_put(text, "<tr><td>");
    put_link(text, name_of(listing, entry), entry->folder);
    text_put(text, "</td><td class=\"number\">");
    if (!entry->folder) {
        put_size(text, entry->size);
    }
    text_put(text, "</td><td class=\"number\">");
    put_time(text, entry->modified, false);
    text_put(text, "</td></tr>\n");
}

static void put_page(struct text *text, const struct listing *listing) {
    const struct http_path *path = listing->path;
    struct text title = text_growing();
    text_put_char(&title, '/');
    text_put_html(&title, path->name, path->length);
    http_page_begin(text, title.data ? title.data : "");
    text_format(text, "<h1>%s</h1>\n<table>\n", title.data ? title.data : "");
    text_put(text, "<tr><th scope=\"col\">Name</th><th scope=\"col\" class=\"number\">Size</th>"
                   "<th scope=\"col\" class=\"number\">Changed (UTC)</th></tr>\n");
    if (path->length > 0) {
        text_put(text, "<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }
    for (unsigned i = 0; i < listing->count; i++) {
        put_row(text, listing, &listing->entry[i]);
    }
    text_put(text, "</table>\n");
    if (listing->more) {
        text_format(text, "<p>There is more in this folder: only the first %d entries were read.</p>\n",
                    HTTP_LISTING_ENTRIES);
    }
    http_page_end(text);
    text->cut = text->cut || title.cut;
    text_free(&title);
}

/* ---- as JSON ---- */

static void put_entry(struct json *json, const struct listing *listing, const struct entry *entry) {
    const char *name = name_of(listing, entry);
    char room[40];
    struct text time = text_fixed(room, sizeof room), reference = text_growing();
    put_time(&time, entry->modified, true);
    http_path_put(&reference, name, strlen(name));
    text_put(&reference, entry->folder ? "/" : "");
    json_open(json, NULL, '{');
    json_name(json, "name", name, strlen(name));
    json_string(json, "href", reference.data ? reference.data : "");
    json_string(json, "type", entry->folder ? "folder" : "file");
    if (!entry->folder) {
        json_uint(json, "size", entry->size);
    }
    json_string(json, "modified", room);
    json_close(json, '}');
    json->text->cut = json->text->cut || reference.cut;
    text_free(&reference);
}

static void put_json(struct text *text, const struct listing *listing) {
    struct json json = json_begin(text);
    char room[HTTP_PATH_MAX + 1];
    struct text folder = text_fixed(room, sizeof room);
    text_put_char(&folder, '/');
    text_put(&folder, listing->path->name);
    json_open(&json, NULL, '{');
    json_name(&json, "folder", folder.data, folder.length);
    json_open(&json, "entries", '[');
    for (unsigned i = 0; i < listing->count; i++) {
        put_entry(&json, listing, &listing->entry[i]);
    }
    json_close(&json, ']');
    json_bool(&json, "more", listing->more);
    json_close(&json, '}');
    text_put_char(text, '\n');
}

/* ---- the answer ---- */

/* Reads the folder open as fd, which is closed. NULL: memory is short. */
static struct http_listed *make(struct http_site *site, const struct http_listed_key *key, int fd) {
    struct listing listing = {.path = key->path, .names = text_growing()};
    struct text text = text_growing();
    struct http_listed *listed = NULL;
    if (read_folder(&listing, site->root, fd)) {
        (key->json ? put_json : put_page)(&text, &listing);
        listed = http_listed_new(&text, &site->budget);
    }
    text_free(&text);
    text_free(&listing.names);
    free(listing.entry);
    if (listed) {
        http_lists_keep(&site->listed, key, listed, site->now, site->second);
    }
    return listed;
}

bool http_listing_answer(struct http_site *site, struct http_exchange *exchange, const struct http_path *path, int fd) {
    static const char *const forms[] = {"text/html", "application/json"};
    struct http_listed_key key = {.path = path};
    struct http_answer *answer = &exchange->answer;
    key.json = http_accept_best(&exchange->request.head, exchange->octets, forms, 2) == 1;
    struct http_listed *listed = fstat(fd, &key.stat) == 0 ? http_lists_find(&site->listed, &key, site->now) : NULL;
    if (listed) {
        close(fd);
    } else {
        listed = make(site, &key, fd);
    }
    if (!listed) {
        return false;
    }
    http_answer_begin(answer, 200, &exchange->about);
    http_answer_field(answer, "Content-Type", key.json ? "application/json" : "text/html; charset=utf-8");
    http_answer_field(answer, "X-Content-Type-Options", "nosniff");
    http_answer_field(answer, "Vary", "Accept");
    http_answer_body(answer, http_listed_source(listed), http_listed_length(listed));
    http_listed_drop(listed);
    return http_answer_finish(answer);
}
