/* http_range.h: which parts of a file are asked for. "Range: bytes=0-99,500-,-20". RFC 9110 14.
 *
 * A field that is not understood is ignored, as if it were not there (14.2): another unit, a malformed set, two fields,
 * a method other than GET, more parts than anybody needs; and any field where there is nothing to have a part of. Parts
 * that overlap or touch become one.
 */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include "http/http_request.h"

#define HTTP_RANGES_MAX 16

/* Octets from begin up to, but not including, end. */
struct http_range {
    uint64_t begin, end;
};

enum http_ranges_are {
    HTTP_RANGES_NONE,          /* nothing asked for, or nothing understood: all of it */
    HTTP_RANGES_SOME,          /* 206 */
    HTTP_RANGES_UNSATISFIABLE, /* 416: nothing of it is there */
};

/* Reads the field. size: octets of the file. With HTTP_RANGES_SOME range[0] to range[*count - 1] are to be sent, in
 * this order. */
enum http_ranges_are http_ranges_read(const struct http_request *request, const uint8_t *octets, uint64_t size,
                                      struct http_range range[HTTP_RANGES_MAX], unsigned *count);

#endif
