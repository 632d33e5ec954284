/* dns_explain.h: a message of the domain name system, octet by octet, with what each means.
 *
 *        0  12 34                    id 4660
 *        2  01 00                    a query, standard, recursion desired
 *       12  03 77 77 77              question: label "www"
 *       16  00                       end of the name www
 */
#ifndef DNS_EXPLAIN_H
#define DNS_EXPLAIN_H

#include "common/text.h"
#include "dns/dns_message.h"

/* Appends the lines. Whatever is in the message, each of its octets is in exactly one of them. */
void dns_explain(struct text *text, const uint8_t *message, size_t length);

#endif
