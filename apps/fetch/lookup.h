/* lookup.h: the address of a name, by the stub resolver of dns/dns_resolver.h. */
#ifndef FETCH_LOOKUP_H
#define FETCH_LOOKUP_H

#include "dns/dns_resolver.h"
#include "options.h"

/* Asks for IPv4, and for IPv6 where there is none; only for families that the stack has an address of. Turns the loop
 * of the host meanwhile, whose event callback hands resolver's events to dns_resolver_event(). Returns 0 and fills in
 * *addr; or -1, and what there is to say is in the text. */
int fetch_lookup(struct dns_resolver *resolver, struct lucid_host *host, const struct fetch_options *options,
                 const char *name, struct lucid_addr *addr, struct text *sentence);

#endif
