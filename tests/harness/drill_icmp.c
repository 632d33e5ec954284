/* drill_icmp.c: see drill_icmp.h. RFC 792, RFC 1122 3.2.2, RFC 4443 3 and 4. */
#include "harness/drill_icmp.h"

#include <stddef.h>

#define NONE DRILL_ICMP_NONE

const struct drill_icmp_name drill_icmp_names[] = {
    {"unreachable", "net_unreachable", 3, 0, 1, 0, true},
    {"unreachable", "host_unreachable", 3, 1, 1, 3, true},
    {"unreachable", "protocol_unreachable", 3, 2, 4, 1, true},
    {"unreachable", "port_unreachable", 3, 3, 1, 4, true},
    {"unreachable", "frag_needed", 3, 4, 2, 0, true},
    {"unreachable", "source_route_failed", 3, 5, 1, 5, true},
    {"unreachable", "admin_prohibited", 3, 13, 1, 1, true},
    {"source_quench", NULL, 4, 0, NONE, 0, true},
    {"redirect", NULL, 5, 1, NONE, 0, true},
    {"time_exceeded", "ttl", 11, 0, 3, 0, true},
    {"time_exceeded", "reassembly", 11, 1, 3, 1, true},
    {"parameter_problem", "pointer", 12, 0, 4, 0, true},
    {"parameter_problem", "option", NONE, 0, 4, 2, true},
    {"parameter_problem", "chain", NONE, 0, 4, 3, true},
    {"echo_request", NULL, 8, 0, 128, 0, false},
    {"echo_reply", NULL, 0, 0, 129, 0, false},
    {NULL, NULL, 0, 0, 0, 0, false},
};

const struct drill_icmp_name *drill_icmp_by_number(bool ipv4, uint8_t type, uint8_t code) {
    for (const struct drill_icmp_name *name = drill_icmp_names; name->type; name++) {
        uint8_t has_type = ipv4 ? name->type4 : name->type6;
        uint8_t has_code = ipv4 ? name->code4 : name->code6;
        if (has_type != NONE && has_type == type && has_code == code) {
            return name;
        }
    }
    return NULL;
}
