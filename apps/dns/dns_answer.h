/* dns_answer.h: a query goes in, a response comes out. RFC 1035 4.3, with what a stub and a browser ask today.
 *
 * A name of the zone with records of the type that is asked for gives these. With others only: NOERROR without answers,
 * at once, for browsers ask HTTPS beside A and wait for it. A name that is not there: NXDOMAIN. Both bring the SOA,
 * which says how long that may be believed (RFC 2308). A name outside: REFUSED. What cannot be read: FORMERR.
 */
#ifndef DNS_ANSWER_H
#define DNS_ANSWER_H

#include "dns/dns_zone.h"

/* Answers. tcp: the response may have 65535 octets; otherwise as many as the query says, 512 to 1232, and when that is
 * too little it is cut to the question, with TC. octets: room for DNS_TCP_MAX. Returns the length of the response; 0:
 * none is to be sent. */
size_t dns_answer(const struct dns_zone *zone, const uint8_t *message, size_t length, bool tcp, uint8_t *octets);

#endif
