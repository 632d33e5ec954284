/* icmp.h: the first eight octets of ICMP (RFC 792) and ICMPv6 (RFC 4443) messages, which are alike, and their numbers.
 * */
#ifndef WIRE_ICMP_H
#define WIRE_ICMP_H

#include <stddef.h>
#include <stdint.h>

#include "lucid/info.h"

#define ICMP_HEADER 8
#define ICMP4_PROTOCOL 1
#define ICMP6_PROTOCOL 58
#define ICMP_CHECKSUM_AT 2 /* offset of the checksum field */

enum icmp4_type {
    ICMP4_ECHO_REPLY = 0,
    ICMP4_UNREACHABLE = 3,
    ICMP4_SOURCE_QUENCH = 4, /* deprecated, RFC 6633 */
    ICMP4_REDIRECT = 5,
    ICMP4_ECHO = 8,
    ICMP4_TIME_EXCEEDED = 11,
    ICMP4_PARAMETER_PROBLEM = 12,
};

enum icmp4_unreachable {
    ICMP4_NET_UNREACHABLE = 0,
    ICMP4_HOST_UNREACHABLE = 1,
    ICMP4_PROTOCOL_UNREACHABLE = 2,
    ICMP4_PORT_UNREACHABLE = 3,
    ICMP4_FRAGMENTATION_NEEDED = 4, /* RFC 1191: the lower half of `rest` is the next hop's MTU */
    ICMP4_SOURCE_ROUTE_FAILED = 5,
};

enum icmp6_type {
    ICMP6_UNREACHABLE = 1,
    ICMP6_PACKET_TOO_BIG = 2, /* RFC 8201: `rest` is the MTU */
    ICMP6_TIME_EXCEEDED = 3,
    ICMP6_PARAMETER_PROBLEM = 4, /* `rest` is the pointer */
    ICMP6_ECHO = 128,            /* types from 128 on are informational, RFC 4443 2.1 */
    ICMP6_ECHO_REPLY = 129,
};

#define ICMP4_POINTER 0        /* code of parameter problem: the first octet of `rest` points, RFC 792 */
#define ICMP_REASSEMBLY_TIME 1 /* code of time exceeded, RFC 792, RFC 4443 3.3 */

enum icmp6_unreachable {
    ICMP6_NO_ROUTE = 0,
    ICMP6_PROHIBITED = 1,
    ICMP6_BEYOND_SCOPE = 2,
    ICMP6_ADDRESS_UNREACHABLE = 3,
    ICMP6_PORT_UNREACHABLE = 4,
};

enum icmp6_parameter_problem {
    ICMP6_ERRONEOUS_FIELD = 0,
    ICMP6_UNRECOGNIZED_NEXT_HEADER = 1,
    ICMP6_UNRECOGNIZED_OPTION = 2,
    ICMP6_INCOMPLETE_CHAIN = 3, /* RFC 7112 5: a first fragment without all headers */
};

struct icmp_header {
    uint8_t type, code;
    uint16_t checksum;
    uint32_t rest; /* by type: identifier and sequence number, MTU, pointer, or unused */
};

enum lucid_drop icmp_parse(const uint8_t *message, size_t length, struct icmp_header *out);

/* Writes the eight octets, the checksum as given. Returns 8. */
size_t icmp_build(uint8_t *to, const struct icmp_header *header);

#endif
