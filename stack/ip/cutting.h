/* cutting.h: a datagram that is too long for one packet leaves in fragments. RFC 791 3.2, RFC 8200 4.5.
 *
 * UDP and echo messages may be as long as IP allows; TCP never comes here, its segments fit. The datagram stays whole,
 * and each packet is a header in struct lucid_packet and a slice of it; ip_output() asks for the next one until none is
 * left.
 */
#ifndef IP_CUTTING_H
#define IP_CUTTING_H

#include <stdbool.h>
#include <stdint.h>

struct env;
struct ip;
struct datagram;
struct lucid_packet;

/* Of the datagram that ip->leaving is. */
struct cutting {
    uint32_t next; /* offset in its payload of what leaves next */
    uint32_t left; /* octets that have not left; 0: nothing is being cut */
    uint32_t id;
};

/* True when a packet of so many octets is too long for the device. */
bool cutting_needed(const struct env *env, uint32_t length);

/* Begins to cut ip->leaving. */
void cutting_begin(struct ip *ip);

/* Describes the next fragment. Only while ip->cutting.left is not 0. */
void cutting_output(struct ip *ip, struct lucid_packet *out);

#endif
