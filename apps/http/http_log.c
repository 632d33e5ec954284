/* http_log.c: see http_log.h. */
#include "http/http_log.h"

#include <inttypes.h>
#include <time.h>

#include "common/json.h"

enum { SHOWN = 1000 }; /* octets of one value, at most */

static void put_value(struct text *text, const uint8_t *octets, struct http_span span) {
    uint32_t length = span.length < SHOWN ? span.length : SHOWN;
    text_put_char(text, '"');
    if (length == 0) {
        text_put_char(text, '-');
    }
    for (uint32_t i = 0; i < length; i++) {
        uint8_t octet = octets[span.at + i];
        if (octet < ' ' || octet > '~' || octet == '"' || octet == '\\') {
            text_format(text, "\\x%02X", octet);
        } else {
            text_put_char(text, (char)octet);
        }
    }
    text_put_char(text, '"');
}

static void put_time(struct text *text, int64_t second) {
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t time = (time_t)second;
    struct tm utc;
    gmtime_r(&time, &utc);
    text_format(text, "%02d/%s/%04d:%02d:%02d:%02d +0000", utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900,
                utc.tm_hour, utc.tm_min, utc.tm_sec);
}

void http_log_combined(struct text *text, const struct http_log_entry *entry) {
    char address[LUCID_ADDR_TEXT];
    text_format(text, "%s - - [", lucid_addr_format(&entry->remote.addr, address));
    put_time(text, entry->second);
    text_put(text, "] ");
    put_value(text, entry->octets, entry->line);
    text_format(text, " %d %" PRIu64 " ", entry->status, entry->sent);
    put_value(text, entry->octets, entry->referer);
    text_put_char(text, ' ');
    put_value(text, entry->octets, entry->agent);
    text_put_char(text, '\n');
}

static void put_span(struct json *json, const char *key, const struct http_log_entry *entry, struct http_span span) {
    json_octets(json, key, entry->octets + span.at, span.length < SHOWN ? span.length : SHOWN);
}

void http_log_json(struct text *text, const struct http_log_entry *entry) {
    char address[LUCID_ADDR_TEXT];
    struct json json = json_begin(text);
    json_open(&json, NULL, '{');
    json_string(&json, "remote", lucid_addr_format(&entry->remote.addr, address));
    json_uint(&json, "port", entry->remote.port);
    json_int(&json, "time", entry->second);
    put_span(&json, "request", entry, entry->line);
    json_int(&json, "status", entry->status);
    json_uint(&json, "octets", entry->sent);
    json_int(&json, "whole", entry->whole);
    json_uint(&json, "microseconds", entry->took / LUCID_MICROSECOND);
    put_span(&json, "referer", entry, entry->referer);
    put_span(&json, "agent", entry, entry->agent);
    if (entry->refusal != HTTP_REFUSED_NONE) {
        json_string(&json, "reason", http_reason(entry->refusal)->name);
    }
    if (entry->id != 0) {
        json_uint(&json, "id", entry->id);
    }
    json_close(&json, '}');
    text_put_char(text, '\n');
}
