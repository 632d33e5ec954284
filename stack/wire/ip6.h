/* ip6.h: the IPv6 header and its extension headers, RFC 8200 3 and 4.
 *
 * Pure functions, as in ip4.h. ip6_parse() reads the fixed 40 octets. ip6_chain() walks the extension headers behind
 * them: hop-by-hop options, routing, fragment and destination options; anything else ends the chain and is the upper
 * layer's protocol, known or not. AH and ESP are not done here, so they look like unknown protocols (RFC 8504 5.10
 * leaves IPsec open).
 */
#ifndef WIRE_IP6_H
#define WIRE_IP6_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lucid/info.h"

#define IP6_HEADER 40         /* octets without extension headers */
#define IP6_FRAGMENT_HEADER 8 /* octets, RFC 8200 4.5 */
#define IP6_FRAGMENT 44       /* Next Header before a Fragment header */
#define IP6_NO_NEXT_HEADER 59 /* RFC 8200 4.7 */

/* Octets of extension headers that are accepted in one packet: as many as the longest single one can have. It bounds
 * the work that a packet of nothing but padding options can cause (RFC 8504 5.3 allows such limits). */
#define IP6_CHAIN_MAX 2048u

struct ip6_header {
    struct lucid_addr source, destination;
    uint32_t flow_label;
    uint16_t payload_length; /* octets behind the fixed header */
    uint8_t next_header, hop_limit, traffic_class;
};

/* Whether a bad chain is to be answered by an ICMPv6 Parameter Problem. */
enum ip6_problem {
    IP6_PROBLEM_NONE,    /* no: silence */
    IP6_PROBLEM_ALWAYS,  /* yes, even if the destination is multicast */
    IP6_PROBLEM_UNICAST, /* yes, unless the destination is multicast */
};

/* What lies between the fixed header and the upper layer. All offsets count from the start of the packet. */
struct ip6_chain {
    uint32_t offset;      /* of the upper layer's header; with `fragment`, of the fragment's data */
    uint32_t protocol_at; /* of the Next Header field that named the protocol */
    uint8_t protocol;
    bool fragment; /* a Fragment header was found that is not atomic (RFC 6946); the walk ended there */
    bool more_fragments;
    uint16_t fragment_offset; /* octets */
    uint32_t fragment_id;
    uint32_t fragment_named_at; /* of the Next Header field that named the Fragment header */
    enum ip6_problem problem;   /* when the chain is bad */
    uint8_t problem_code;       /* enum icmp6_parameter_problem of icmp.h */
    uint32_t problem_pointer;   /* to the octet that is wrong */
};

/* After LUCID_DROP_NONE: 40 + payload_length <= length. */
enum lucid_drop ip6_parse(const uint8_t *packet, size_t length, struct ip6_header *out);

/* The same for the first octets of a packet that an ICMPv6 error quotes: it may have been longer than the quote. */
enum lucid_drop ip6_parse_quote(const uint8_t *quote, size_t length, struct ip6_header *out);

/* Walks the extension headers. length: 40 + payload_length. After LUCID_DROP_NONE offset <= length, and nothing is
 * known about what lies there. Otherwise *out says whether and how to complain. */
enum lucid_drop ip6_chain(const uint8_t *packet, size_t length, struct ip6_chain *out);

/* Goes on from out->protocol at out->offset to the upper layer, by the lengths of the extension headers alone; nothing
 * in them is judged. False: the packet ends before, or is a fragment that is not the first. */
bool ip6_upper_layer(const uint8_t *packet, size_t length, struct ip6_chain *out);

/* Makes the headers of a first fragment those of the whole packet: length, and no Fragment header. head: octets up to
 * its end. named_at: struct ip6_chain's fragment_named_at. payload: octets behind it in the whole. traffic_class: bits
 * to be set. Returns the octets written, head - 8, or 0 when the packet would be too long. */
uint32_t ip6_whole(uint8_t *to, const uint8_t *headers, uint32_t head, uint32_t named_at, uint32_t payload,
                   uint8_t traffic_class);

/* Writes the headers of a fragment, after that of the whole, which has no extension headers. offset, length: octets of
 * its payload. Returns 48. */
uint32_t ip6_part(uint8_t *to, const uint8_t *whole, uint32_t id, uint32_t offset, uint32_t length, bool more);

/* Writes the fixed header. Returns 40. */
size_t ip6_build(uint8_t *to, const struct ip6_header *header);

#endif
