/* reassembly.h: fragments become datagrams again: RFC 791 3.2, RFC 1122 3.3.2, RFC 8200 4.5, RFC 5722, RFC 6946.
 *
 * The datagrams that are not complete yet, oldest first; what belongs to one of them is in partial.h. Their number and
 * their memory are limited by the configuration, at a limit the oldest one goes; each has 60 seconds from its first
 * fragment on. Whoever fills these limits by fragments of nothing delays others' fragments, and nothing else.
 *
 * An atomic fragment (RFC 6946) never comes here: ip_input() takes it for the whole that it is.
 */
#ifndef IP_REASSEMBLY_H
#define IP_REASSEMBLY_H

#include "base/list.h"
#include "lucid/info.h"

struct ip;
struct ip_datagram;
struct datagram;

struct reassembly {
    struct list partials; /* oldest first, so in the order of their deadlines too */
    uint32_t count;
    uint32_t memory; /* octets that all of them take */
};

/* Takes a fragment, as ip_input() has described it. Returns LUCID_DROP_NONE, or why it is to be dropped. *whole: when
 * it was the last one that was missing, the datagram as a packet, to be handed to ip_input() as if it had come so, and
 * then given back by datagram_free(); else NULL. */
enum lucid_drop reassembly_add(struct ip *ip, const struct ip_datagram *part, struct datagram **whole);

/* Gives up the datagrams whose time is over. */
void reassembly_timeouts(struct ip *ip);

/* When reassembly_timeouts() has something to do; LUCID_NEVER: nothing. */
lucid_time reassembly_deadline(const struct ip *ip);

/* False when the memory it says it uses is not the memory in use, or a limit is exceeded: for tests. */
bool reassembly_check(const struct ip *ip);

void reassembly_destroy(struct ip *ip);

#endif
