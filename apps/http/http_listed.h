/* http_listed.h: lists of folders that were made lately, so that asking for a large folder again and again costs others
 * nothing.
 *
 * A list is shared by all answers that send it, and kept for a second for those to come, if the folder is the same and
 * has not changed. Whoever puts a file into a folder, takes one out or renames one changes the folder's times, so that
 * shows at once; that a file in it has grown may show a second later. What was changed less than two seconds before is
 * not kept, for its times may stay the same when it changes again.
 */
#ifndef HTTP_LISTED_H
#define HTTP_LISTED_H

#include <sys/stat.h>

#include "http/http_path.h"
#include "http/http_source.h"

enum { HTTP_LISTS_PLACES = 8 };

struct http_listed;

struct http_lists {
    struct http_listed *place[HTTP_LISTS_PLACES];
    lucid_time sweep_at; /* when old ones go; LUCID_NEVER: there are none */
};

/* What a list is of. */
struct http_listed_key {
    const struct http_path *path;
    bool json;
    struct stat stat; /* of the folder */
};

void http_lists_init(struct http_lists *lists);

/* The list of this, made less than a second ago; NULL: there is none. The caller gets a hold on it. */
struct http_listed *http_lists_find(struct http_lists *lists, const struct http_listed_key *key, lucid_time now);

/* A list with one hold; the text is taken over, and charged to the budget. NULL: memory is short, and the text is
 * untouched. */
struct http_listed *http_listed_new(struct text *text, struct http_budget *budget);
void http_listed_drop(struct http_listed *listed);

/* Keeps it for a while. second: since 1970. */
void http_lists_keep(struct http_lists *lists, const struct http_listed_key *key, struct http_listed *listed,
                     lucid_time now, int64_t second);

size_t http_listed_length(const struct http_listed *listed);

/* A body that is the list, which it holds. NULL: there is no memory. */
struct http_source *http_listed_source(struct http_listed *listed);

/* Lets go of those that are old. Call it at sweep_at. */
void http_lists_sweep(struct http_lists *lists, lucid_time now);

/* Of all: the root is another one. */
void http_lists_clear(struct http_lists *lists);

#endif
