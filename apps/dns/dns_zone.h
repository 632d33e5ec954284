/* dns_zone.h: what a name server knows: the names of one zone, from a file like /etc/hosts, and the way back from
 * addresses to names.
 *
 *     10.77.0.2  www.lab.test  www2     # an address and its names; "www2" means www2.lab.test
 *     fd77::2    www                    # several lines may name the same
 *
 * Each name gets an A or AAAA record, each address a PTR record to the first name of its line. The server answers for
 * the zone itself and for the networks of its addresses: 0.77.10.in-addr.arpa, the /24, and the /64 below ip6.arpa.
 */
#ifndef DNS_ZONE_H
#define DNS_ZONE_H

#include "dns/dns_message.h"
#include "lucid/lucid.h"

#define DNS_ZONE_ERROR 256

/* A record, or (type 0) a name that exists only because there are names below it. */
struct dns_entry {
    struct dns_name name;
    uint16_t type;          /* DNS_A, DNS_AAAA, DNS_PTR, 0 */
    struct lucid_addr addr; /* of A and AAAA */
    struct dns_name target; /* of PTR */
    size_t number;          /* in the order in which they were added */
};

struct dns_zone;

/* An empty zone. origin: "lab.test". ttl: seconds for which its answers may be kept. NULL: it is no name, or there is
 * no memory. */
struct dns_zone *dns_zone_new(const char *origin, uint32_t ttl);
void dns_zone_free(struct dns_zone *zone);

/* Adds a name with an address, and with `back` the way from the address to the name. A name without a dot is below the
 * zone's. Returns 0; or -1, and in error what is wrong with it. */
int dns_zone_add(struct dns_zone *zone, const char *name, const struct lucid_addr *addr, bool back,
                 char error[DNS_ZONE_ERROR]);

/* Adds what a file says. Returns 0, or -1 and a sentence with file and line. */
int dns_zone_read(struct dns_zone *zone, const char *path, char error[DNS_ZONE_ERROR]);

/* After the last one was added, before the first is looked up. */
void dns_zone_settle(struct dns_zone *zone);

/* The serial number of the zone, which goes up whenever it changes (RFC 1035 3.3.13). 1 until it is set. */
void dns_zone_set_serial(struct dns_zone *zone, uint32_t serial);
uint32_t dns_zone_serial(const struct dns_zone *zone);

/* The zone's own name, and the name of its server, ns below it. */
const struct dns_name *dns_zone_origin(const struct dns_zone *zone);
const struct dns_name *dns_zone_server(const struct dns_zone *zone);
uint32_t dns_zone_ttl(const struct dns_zone *zone);

/* The name of that of our zones which this one lies in: the zone's, or of a network. NULL: it lies in none. */
const struct dns_name *dns_zone_apex(const struct dns_zone *zone, const struct dns_name *name);

/* The entries of a name. Returns how many there are, one after the other from *first on. */
size_t dns_zone_find(const struct dns_zone *zone, const struct dns_name *name, const struct dns_entry **first);

/* The name of an address below in-addr.arpa or ip6.arpa. Returns how many octets of it stand before its network's. */
size_t dns_reverse_name(const struct lucid_addr *addr, struct dns_name *name);

#endif
