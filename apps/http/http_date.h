/* http_date.h: dates as HTTP writes them, "Sun, 06 Nov 1994 08:49:37 GMT": IMF-fixdate. RFC 9110 5.6.7. */
#ifndef HTTP_DATE_H
#define HTTP_DATE_H

#include <stdint.h>

/* Octets of a date with its final NUL. */
#define HTTP_DATE_TEXT 30

/* seconds: since 1970, in UTC; before the year 1 or after 9999 it is that of the nearest end. Returns text. */
char *http_date_format(int64_t seconds, char text[HTTP_DATE_TEXT]);

#endif
