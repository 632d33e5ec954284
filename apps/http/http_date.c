/* http_date.c: writes dates. Names of days and months are English, whatever the locale. See http_date.h. */
#include "http/http_date.h"

#include <stdio.h>
#include <time.h>

/* The first and the last second of years that have four digits. */
static const int64_t EARLIEST = INT64_C(-62135596800), LATEST = INT64_C(253402300799);

char *http_date_format(int64_t seconds, char text[HTTP_DATE_TEXT]) {
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    seconds = seconds < EARLIEST ? EARLIEST : seconds > LATEST ? LATEST : seconds;
    time_t time = (time_t)seconds;
    struct tm utc;
    gmtime_r(&time, &utc);
    snprintf(text, HTTP_DATE_TEXT, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[utc.tm_wday],
             (unsigned)utc.tm_mday % 100, months[utc.tm_mon], (unsigned)(utc.tm_year + 1900) % 10000,
             (unsigned)utc.tm_hour % 100, (unsigned)utc.tm_min % 100, (unsigned)utc.tm_sec % 100);
    return text;
}
