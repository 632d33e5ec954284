/* drill_config.h: `config msl=30s rto_min=200ms nagle=false`: the members of struct lucid_config by their names.
 *
 * Times have a unit (s, ms, us), switches are true or false, congestion has a name (newreno), anything else is a plain
 * number. mtu is that of IPv4; IPv6 gets 20 octets more, so that the MSS is the same.
 */
#ifndef HARNESS_DRILL_CONFIG_H
#define HARNESS_DRILL_CONFIG_H

#include <stdio.h>

#include "harness/drill_scan.h"

/* Reads "name=value". False after scan_fail(). */
bool drill_config_parse(struct scan *scan, struct drill_setting *setting);

/* The defaults of a drill (msl 120 s, buffers of 65535 octets, ...), then the script's settings. */
void drill_config_apply(struct lucid_config *config, const struct drill_setting *settings, bool ipv4);

/* The MTU that comes of them. */
unsigned drill_config_mtu(const struct drill_setting *settings, bool ipv4);

/* Writes a setting as the parser reads it, but for mtu, which differs by family: nothing. */
void drill_config_print(FILE *out, const char *before, const struct drill_setting *setting);

#endif
