/* http_status.c: the tables of http_status.h. */
#include "http/http_status.h"

#include <stddef.h>

const struct http_reason *http_reason(enum http_refusal refusal) {
#define HTTP_REFUSAL_ROW(name, status, source, sentence) {#name, status, source, sentence},
    static const struct http_reason table[HTTP_REFUSALS] = {HTTP_REFUSAL_LIST(HTTP_REFUSAL_ROW)};
#undef HTTP_REFUSAL_ROW
    return &table[refusal < HTTP_REFUSALS ? refusal : HTTP_REFUSED_FAILED];
}

static const struct status {
    int code;
    const char *phrase, *meaning;
} statuses[] = {
#define HTTP_STATUS_ROW(code, phrase, meaning) {code, phrase, meaning},
    HTTP_STATUS_LIST(HTTP_STATUS_ROW)
#undef HTTP_STATUS_ROW
};

static const struct status *find(int status) {
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i].code == status) {
            return &statuses[i];
        }
    }
    return NULL;
}

const char *http_status_phrase(int status) {
    const struct status *found = find(status);
    return found ? found->phrase : "";
}

/* RFC 9110 15: a client treats a code that it does not know as the x00 of its class. */
const char *http_status_meaning(int status) {
    static const char *const classes[] = {"",
                                          "not the answer yet",
                                          "it worked",
                                          "look elsewhere",
                                          "the client has made a mistake",
                                          "the server has made a mistake"};
    const struct status *found = find(status);
    return found ? found->meaning : status >= 100 && status < 600 ? classes[status / 100] : "";
}
