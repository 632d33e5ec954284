/* http_cache.h: files that were asked for lately stay open, so that the next request need not look for them.
 *
 * Nobody shall notice. A file is as it was looked at when
 *
 *   - it was looked at in this batch of events: all requests of the batch had come by then;
 *   - or the name still leads to the same file, with the same length and times: one stat(2) instead of opening,
 *     measuring, reading or mapping, and closing. What was changed less than two seconds before it was opened is not
 *     kept, for its times may stay the same when it changes again.
 *
 * stat(2) follows links that openat2(2) would refuse (http_root.h). So after a second a file is opened anew, as if it
 * had not been there; and then what has not been asked for meanwhile is closed.
 *
 * The table is small, and each name has one place in it, where it makes others go: what is asked for often is there
 * most of the time.
 */
#ifndef HTTP_CACHE_H
#define HTTP_CACHE_H

#include "http/http_opened.h"
#include "http/http_path.h"

enum { HTTP_CACHE_PLACES = 256 };

struct http_cached;

struct http_cache {
    struct http_cached *place[HTTP_CACHE_PLACES];
    unsigned count;
    lucid_time sweep_at; /* when old ones are closed; LUCID_NEVER: there are none */
};

void http_cache_init(struct http_cache *cache);

/* The file that this path led to, which is completed by the name of a folder's index as it was then; NULL: it must be
 * looked for. The caller gets a hold on it. */
struct http_opened *http_cache_find(struct http_cache *cache, int root, struct http_path *path, lucid_time now);

/* Keeps a file for a while. asked: octets of the path as it was asked for, before the index. */
void http_cache_keep(struct http_cache *cache, const struct http_path *path, size_t asked, struct http_opened *opened,
                     lucid_time now);

/* Closes those that are old. Call it at sweep_at. */
void http_cache_sweep(struct http_cache *cache, lucid_time now);

/* Closes all: the root is another one. */
void http_cache_clear(struct http_cache *cache);

#endif
