/* http_redirect.h: paths that are elsewhere now, as the configuration says: RFC 9110 15.4; and paths that are gone.
 *
 *     /old          /new             one path
 *     /old/ *       /new/ *          all below /old/, each at its place below /new/ (without the spaces)
 *     /old/ *       https://a.test/  all below /old/, at one place
 *
 * The path of a request is compared decoded and without dot segments, as files are; the longest FROM wins. What is put
 * behind TO is escaped anew and begins with no slash, so a client brings neither a line end (H40) nor another host
 * into Location. The query goes along.
 */
#ifndef HTTP_REDIRECT_H
#define HTTP_REDIRECT_H

#include "http/http_path.h"

struct http_redirect;

struct http_redirects {
    struct http_redirect *rule; /* sorted by what they are for */
    unsigned count, room;
};

/* All zero is none. */
void http_redirects_end(struct http_redirects *redirects);

enum http_redirect_fault { HTTP_REDIRECT_GOOD, HTTP_REDIRECT_STATUS, HTTP_REDIRECT_FROM, HTTP_REDIRECT_TO };

/* Adds a rule: 301, 302, 307 or 308 with a path or an http URI in `to`; 403 or 410 without. Says what is wrong with
 * it, and one sentence, when it is none, or there is one for that path. */
enum http_redirect_fault http_redirects_add(struct http_redirects *redirects, int status, const char *from,
                                            const char *to, char *error, size_t size);

/* Call it when all are there. Returns false, and one sentence, when a client would go round in circles. */
bool http_redirects_check(const struct http_redirects *redirects, char *error, size_t size);

/* The rule for a path; NULL: none. */
const struct http_redirect *http_redirects_find(const struct http_redirects *redirects, const struct http_path *path);

int http_redirect_status(const struct http_redirect *redirect);

/* Writes where that path is now. query: what stood behind the '?'; NULL: there was none. */
void http_redirect_put(struct text *location, const struct http_redirect *redirect, const struct http_path *path,
                       const char *query, size_t query_length);

#endif
