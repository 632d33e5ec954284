/* http_status.c: the tables of http_status.h. */
#include "http/http_status.h"

#include <stddef.h>

const struct http_reason *http_reason(enum http_refusal refusal) {
#define HTTP_REFUSAL_ROW(name, status, source, sentence) {#name, status, source, sentence},
    static const struct http_reason table[HTTP_REFUSALS] = {HTTP_REFUSAL_LIST(HTTP_REFUSAL_ROW)};
#undef HTTP_REFUSAL_ROW
    return &table[refusal < HTTP_REFUSALS ? refusal : HTTP_REFUSED_FAILED];
}

const char *http_status_phrase(int status) {
#define HTTP_STATUS_ROW(code, phrase) {code, phrase},
    static const struct {
        int code;
        const char *phrase;
    } table[] = {HTTP_STATUS_LIST(HTTP_STATUS_ROW)};
#undef HTTP_STATUS_ROW
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].code == status) {
            return table[i].phrase;
        }
    }
    return "";
}
