/* http_date.c: writes and reads dates. Names of days and months are English, whatever the locale. See http_date.h. */
#include "http/http_date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* The first and the last second of years that have four digits. */
static const int64_t EARLIEST = INT64_C(-62135596800), LATEST = INT64_C(253402300799);

static const char days[7][10] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

char *http_date_format(int64_t seconds, char text[HTTP_DATE_TEXT]) {
    seconds = seconds < EARLIEST ? EARLIEST : seconds > LATEST ? LATEST : seconds;
    time_t time = (time_t)seconds;
    struct tm utc;
    gmtime_r(&time, &utc);
    snprintf(text, HTTP_DATE_TEXT, "%.3s, %02u %s %04u %02u:%02u:%02u GMT", days[utc.tm_wday],
             (unsigned)utc.tm_mday % 100, months[utc.tm_mon], (unsigned)(utc.tm_year + 1900) % 10000,
             (unsigned)utc.tm_hour % 100, (unsigned)utc.tm_min % 100, (unsigned)utc.tm_sec % 100);
    return text;
}

/* ---- reading ---- */

struct scan {
    const char *at, *end;
};

static bool scan_text(struct scan *scan, const char *text) {
    size_t length = strlen(text);
    if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, text, length) != 0) {
        return false;
    }
    scan->at += length;
    return true;
}

/* So many digits; where a space may stand for the first one, spaces says so. */
static bool scan_number(struct scan *scan, unsigned digits, bool space, int *number) {
    *number = 0;
    for (unsigned i = 0; i < digits; i++, scan->at++) {
        if (scan->at == scan->end) {
            return false;
        }
        char c = space && i == 0 && *scan->at == ' ' ? '0' : *scan->at;
        if (c < '0' || c > '9') {
            return false;
        }
        *number = *number * 10 + (c - '0');
    }
    return true;
}

static bool scan_month(struct scan *scan, struct tm *utc) {
    for (int i = 0; i < 12; i++) {
        if (scan_text(scan, months[i])) {
            utc->tm_mon = i;
            return true;
        }
    }
    return false;
}

static bool scan_time(struct scan *scan, struct tm *utc) {
    return scan_number(scan, 2, false, &utc->tm_hour) && scan_text(scan, ":") &&
           scan_number(scan, 2, false, &utc->tm_min) && scan_text(scan, ":") &&
           scan_number(scan, 2, false, &utc->tm_sec) && utc->tm_hour < 24 && utc->tm_min < 60 && utc->tm_sec <= 60;
}

/* ", 06 Nov 1994 08:49:37 GMT" */
static bool scan_imf(struct scan *scan, struct tm *utc) {
    return scan_text(scan, ", ") && scan_number(scan, 2, false, &utc->tm_mday) && scan_text(scan, " ") &&
           scan_month(scan, utc) && scan_text(scan, " ") && scan_number(scan, 4, false, &utc->tm_year) &&
           scan_text(scan, " ") && scan_time(scan, utc) && scan_text(scan, " GMT");
}

/* ", 06-Nov-94 08:49:37 GMT": a year that seems to be more than 50 years ahead is the one a century before. */
static bool scan_rfc850(struct scan *scan, struct tm *utc, int64_t now) {
    time_t time = (time_t)now;
    struct tm today;
    if (!(scan_text(scan, ", ") && scan_number(scan, 2, false, &utc->tm_mday) && scan_text(scan, "-") &&
          scan_month(scan, utc) && scan_text(scan, "-") && scan_number(scan, 2, false, &utc->tm_year) &&
          scan_text(scan, " ") && scan_time(scan, utc) && scan_text(scan, " GMT")) ||
        !gmtime_r(&time, &today)) {
        return false;
    }
    int year = today.tm_year + 1900;
    utc->tm_year += year - year % 100;
    utc->tm_year -= utc->tm_year > year + 50 ? 100 : 0;
    return true;
}

/* " Nov  6 08:49:37 1994" */
static bool scan_asctime(struct scan *scan, struct tm *utc) {
    return scan_text(scan, " ") && scan_month(scan, utc) && scan_text(scan, " ") &&
           scan_number(scan, 2, true, &utc->tm_mday) && scan_text(scan, " ") && scan_time(scan, utc) &&
           scan_text(scan, " ") && scan_number(scan, 4, false, &utc->tm_year);
}

/* The day's name, whole or its first three letters, says which form it is; that it is the right day is not asked. */
static bool scan_date(struct scan *scan, struct tm *utc, int64_t now) {
    for (unsigned i = 0; i < 7; i++) {
        char brief[4] = {days[i][0], days[i][1], days[i][2], '\0'};
        if (scan_text(scan, days[i])) {
            return scan_rfc850(scan, utc, now);
        }
        if (scan_text(scan, brief)) {
            return scan->at < scan->end && *scan->at == ',' ? scan_imf(scan, utc) : scan_asctime(scan, utc);
        }
    }
    return false;
}

bool http_date_parse(const char *text, size_t length, int64_t now, int64_t *seconds) {
    static const int lengths[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct scan scan = {text, text + length};
    struct tm utc = {0};
    if (!scan_date(&scan, &utc, now) || scan.at != scan.end || utc.tm_mday < 1 || utc.tm_mday > lengths[utc.tm_mon]) {
        return false;
    }
    utc.tm_year -= 1900;
    *seconds = (int64_t)timegm(&utc);
    return true;
}
