/* http_condition.h: conditional requests: does the client have it already, and may a part be sent? RFC 9110 8.8, 13.
 *
 * A file is told apart from what it was before by an entity tag, made of its number, length and time of change; and by
 * that time itself, to the second. The order of the questions is that of 13.2.2.
 */
#ifndef HTTP_CONDITION_H
#define HTTP_CONDITION_H

#include <sys/stat.h>

#include "http/http_request.h"

#define HTTP_TAG_TEXT 64

struct http_validators {
    char tag[HTTP_TAG_TEXT]; /* as in ETag: "..." or W/"..." */
    bool strong;             /* no other content has this tag */
    int64_t modified;        /* seconds since 1970; not in the future (8.8.2.1) */
};

/* Those of a file. now: seconds since 1970. What was changed just now may change again within the tick of the file
 * system's clock: such a tag is weak. */
void http_validators_of(struct http_validators *validators, const struct stat *file, int64_t now);

enum http_verdict {
    HTTP_VERDICT_SEND,         /* as if nothing had been asked: 200, or 206 if there is a range */
    HTTP_VERDICT_SEND_WHOLE,   /* 200, whatever range is asked for: If-Range failed */
    HTTP_VERDICT_NOT_MODIFIED, /* 304 */
    HTTP_VERDICT_FAILED,       /* 412 */
};

/* Asks all of the conditions of a request that would otherwise get 200. octets: of the head. */
enum http_verdict http_condition(const struct http_request *request, const uint8_t *octets,
                                 const struct http_validators *validators, int64_t now);

#endif
