/* http_log.h: a line for each answer: in the combined format, which every log reader knows, or as JSON.
 *
 *     10.77.0.1 - - [28/Nov/2026:12:00:00 +0000] "GET /page HTTP/1.1" 200 5120 "-" "curl/7.88.1"
 *
 * What a client has sent cannot forge a line: quotes, backslashes and everything that is not printable ASCII are
 * escaped as \xHH. The octets are those of the body that the transport has taken, so an answer that broke off shows.
 * A request that had come as far as its head, and whose client left before there was an answer, has the status 499.
 */
#ifndef HTTP_LOG_H
#define HTTP_LOG_H

#include "common/text.h"
#include "http/http_head.h"
#include "lucid/lucid.h"

/* One answer. The spans point into octets, those of the request's head. */
struct http_log_entry {
    struct lucid_sockaddr remote;
    int64_t second; /* since 1970, when it was over */
    const uint8_t *octets;
    struct http_span line, referer, agent;
    int status;
    enum http_refusal refusal; /* why it is an error, if the request was refused */
    uint64_t sent;             /* octets of the body */
    lucid_time took;           /* nanoseconds from when its answer began; 0: it had not */
    bool whole;                /* all of it was sent */
    uint64_t id;               /* that the answer told; 0: none */
    /* The answer's head, and a short body behind it. */
    const char *answer;
    size_t answer_length;
};

void http_log_combined(struct text *text, const struct http_log_entry *entry);
void http_log_json(struct text *text, const struct http_log_entry *entry);

#endif
