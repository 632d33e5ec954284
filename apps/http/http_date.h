/* http_date.h: dates as HTTP writes them, "Sun, 06 Nov 1994 08:49:37 GMT": IMF-fixdate; and the three forms in which
 * they may come. RFC 9110 5.6.7. */
#ifndef HTTP_DATE_H
#define HTTP_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets of a date with its final NUL. */
#define HTTP_DATE_TEXT 30

/* seconds: since 1970, in UTC; before the year 1 or after 9999 it is that of the nearest end. Returns text. */
char *http_date_format(int64_t seconds, char text[HTTP_DATE_TEXT]);

/* Reads a date of one of the three forms. now: seconds since 1970; it tells which century a year of two digits is of.
 * False: it is none. */
bool http_date_parse(const char *text, size_t length, int64_t now, int64_t *seconds);

#endif
