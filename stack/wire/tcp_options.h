/* tcp_options.h: TCP options, RFC 9293 3.2 MUST-4, RFC 7323 (window scale, timestamps), RFC 2018 (SACK),
 * RFC 7413 (Fast Open).
 *
 * Options are accepted in any segment, in any order, at any alignment (MUST-5, MUST-64); unknown ones are skipped
 * (MUST-6). Whether an option means anything in the segment that carries it, for instance an MSS without SYN, the
 * caller decides.
 */
#ifndef WIRE_TCP_OPTIONS_H
#define WIRE_TCP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/seq32.h"
#include "lucid/info.h"

#define TCP_OPTIONS_MAX 40      /* octets: data offset 15 less the fixed header */
#define TCP_SACK_MAX 4          /* blocks that fit into them */
#define TCP_SACK_HEAD 4         /* octets of the SACK option without its blocks, NOPs before it included */
#define TCP_SACK_BLOCK 8        /* octets of a block */
#define TCP_WINDOW_SCALE_MAX 14 /* RFC 7323 2.3 */
#define TCP_COOKIE_MIN 4        /* octets of a Fast Open cookie, RFC 7413 4.1.1; their number is even */
#define TCP_COOKIE_MAX 16

struct tcp_sack_block {
    struct seq32 left, right; /* left < right */
};

struct tcp_options {
    bool has_mss, has_window_scale, sack_permitted, has_timestamps;
    uint8_t window_scale; /* at most 14: more is read as 14 (RFC 7323 2.3) */
    uint8_t sack_count;
    uint16_t mss;
    uint32_t ts_value, ts_echo;
    struct tcp_sack_block sack[TCP_SACK_MAX];
    bool has_fast_open;
    uint8_t cookie_length; /* with has_fast_open; 0: a cookie is asked for */
    uint8_t cookie[TCP_COOKIE_MAX];
};

/* Reads the options, length octets (at most 40) behind the fixed header.
 * Returns LUCID_DROP_TCP_OPTION when one of them has length 0 or 1 or reaches beyond them (RFC 9293 MUST-7). A known
 * kind with a length that it cannot have is ignored, as is a SACK block whose left edge is not before its right one. Of
 * an option that comes twice the last counts. What follows an End of Option List is ignored. */
enum lucid_drop tcp_options_parse(const uint8_t *options, size_t length, struct tcp_options *out);

/* How many octets tcp_options_build() would write: a multiple of 4, at most 40. */
size_t tcp_options_length(const struct tcp_options *options);

/* Writes the options that are present, each aligned by leading NOPs so that the whole is a multiple of 4 without an End
 * of Option List (MUST-69 asks for zeroes after one), and each with its length (MUST-68). SACK blocks that do not fit
 * into 40 octets are left out, the last ones first. Returns the octets written. */
size_t tcp_options_build(uint8_t *to, const struct tcp_options *options);

#endif
