/* drill_icmp.h: the names that scripts have for ICMP messages, and the numbers behind them in both families.
 *
 * One script runs for IPv4 and for IPv6: "unreachable frag_needed mtu 1200" is ICMP 3/4 with MTU 1200 there and Packet
 * Too Big with MTU 1220 here (the IPv6 header is 20 octets longer, so the MSS is the same). The pairs follow RFC 9293
 * 3.9.2.2 and RFC 4443 5.
 */
#ifndef HARNESS_DRILL_ICMP_H
#define HARNESS_DRILL_ICMP_H

#include <stdbool.h>
#include <stdint.h>

#define DRILL_ICMP_NONE 0xff /* this family has no such message */

struct drill_icmp_name {
    const char *type, *code; /* "unreachable", "frag_needed"; code NULL: the type says it all */
    uint8_t type4, code4, type6, code6;
    bool error; /* quotes a packet */
};

/* The table; the last row has type NULL. */
extern const struct drill_icmp_name drill_icmp_names[];

/* NULL: no such message. */
const struct drill_icmp_name *drill_icmp_by_number(bool ipv4, uint8_t type, uint8_t code);

#endif
