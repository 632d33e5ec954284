/* wire_check.h: the passive checker: reads every packet of a test, in both directions, and knows what no stack may ever
 * send.
 *
 * It looks from outside, as a sniffer beside our host does: what arrives is believed to reach the stack, what leaves is
 * judged. The script runner asks it online, a capture goes through wire_check_pcap(). A rule is silent where an
 * outsider cannot be sure: the checker may miss a mistake, but what it reports is one. It shares no code with the
 * stack.
 *
 *     check = wire_check_begin(&config);
 *     wire_check_in(check, now, octets, length);  wire_check_out(...);  wire_check_clock(check, now);
 *     if ((breach = wire_check_breach(check)) != NULL) ...
 *     wire_check_end(check);
 *
 * Order of reading: this list of rules, wire_flow.h (what is remembered of a connection), wire_out.c (what leaves),
 * wire_in.c (what arrives), wire_ack.c (whether acknowledgments come in time), wire_ip.c and wire_options.c (headers).
 */
#ifndef HARNESS_WIRE_CHECK_H
#define HARNESS_WIRE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lucid/lucid.h"

/* X(NAME, "source", "what holds for every packet that leaves") */
#define WIRE_RULES(X)                                                                                          \
    X(IP_LENGTH, "RFC 791 3.1, RFC 8200 3", "length fields agree with the packet, which is not above the MTU") \
    X(IP_CHECKSUM, "RFC 1122 3.2.1.2", "the IPv4 header checksum is right")                                    \
    X(IP_SOURCE, "1122-3.2.1.3c", "the source is an address of ours, and none that no host may have")          \
    X(IP_TTL, "1122-3.2.1.7", "the TTL is not 0")                                                              \
    X(DONT_FRAGMENT, "1191-3", "TCP over IPv4 has the DF bit, on every segment alike")                         \
    X(CHECKSUM, "MUST-2", "the checksum of TCP, UDP or ICMP is right")                                         \
    X(HEADER, "RFC 9293 3.1", "the data offset lies inside the segment, reserved bits are 0")                  \
    X(FLAGS, "RFC 9293 3.1", "all but the first SYN and RST carry ACK; SYN comes without FIN and RST")         \
    X(OPTION_LENGTH, "MUST-68", "every option but EOL and NOP has a length that fits")                         \
    X(OPTION_PADDING, "MUST-69", "all octets after EOL are 0")                                                 \
    X(SYN_OPTION, "MUST-65 2018-2 7323-2.2a", "MSS, window scale and SACK-permitted are on SYN only")          \
    X(SYN_MSS, "SHLD-5", "every SYN carries MSS")                                                              \
    X(UNASKED, "7323-2.2a 7323-3.2a 2018-4c", "what the peer's SYN did not offer is not used")                 \
    X(STAMP_MISSING, "7323-3.2a", "once agreed, every segment but RST has timestamps")                         \
    X(STAMP_BACK, "7323-5.4", "TSval never goes back")                                                         \
    X(SYN_CHANGED, "RFC 9293 3.8.1", "a SYN that is repeated has the same numbers and options")                \
    X(ISS_REUSE, "9293-3.6.1", "a connection that follows one in TIME-WAIT begins above its last number")      \
    X(ACK_BACK, "RFC 9293 3.4", "the acknowledgment number never goes back")                                   \
    X(ACK_BEYOND, "RFC 9293 3.4", "nothing is acknowledged that never came")                                   \
    X(EDGE_BACK, "SHLD-14", "the right edge of the window never goes back")                                    \
    X(GAP, "RFC 9293 3.4", "no sequence number is left out")                                                   \
    X(WINDOW, "RFC 9293 3.8.6, SHLD-15", "no data lies beyond the window, but for a probe of one octet")       \
    X(SEGMENT_SIZE, "MUST-16", "no segment is larger than the peer's MSS less the options")                    \
    X(CWND, "5681-3.1d", "no more octets fly than slow start would have allowed")                              \
    X(REPEAT, "RFC 2525 2.4", "octets that are sent again are the same as before")                             \
    X(SACK_RANGE, "2018-4b", "SACK blocks lie between ACK and the window's edge, each once")                   \
    X(SACK_FIRST, "2018-4a", "the first SACK block holds the segment that came last")                          \
    X(SACKED_AGAIN, "6675-4", "octets that were SACKed are not sent again before a time-out")                  \
    X(ACK_SECOND, "SHLD-19", "the second full segment is acknowledged at once")                                \
    X(ACK_GAP, "5681-4.2b", "a segment that leaves or fills a gap is acknowledged at once")                    \
    X(ACK_LATE, "MUST-40", "data is acknowledged within 500 ms")                                               \
    X(CLOSED, "RFC 9293 3.10.7.1", "after CLOSED nothing leaves but RST")                                      \
    X(ECT, "3168-6.1.4-6", "ECT is on new data of an ECN connection only")                                     \
    X(CWR, "3168-6.1.2", "CWR is on SYN and on new data of an ECN connection only, ECE on no other connection")

enum wire_rule {
#define WIRE_RULE_ENUM(name, source, text) WIRE_##name,
    WIRE_RULES(WIRE_RULE_ENUM)
#undef WIRE_RULE_ENUM
        WIRE_RULE_COUNT
};

struct wire_breach {
    lucid_time time;
    enum wire_rule rule;
    char detail[200]; /* numbers are raw */
};

struct wire_check_config {
    struct lucid_addr ours;  /* our address; unspecified: any */
    uint16_t mtu, mss_floor; /* of our host; 0: not known */
    uint8_t initial_window;  /* segments; 0: not known */
    lucid_time msl;          /* 0: not known */
    bool virtual_time;       /* all is seen from the start, and answers come in the same instant; else within 50 ms */
    bool scarce;             /* memory or records may be short: what arrives may be dropped, TIME-WAIT may be cut */
    bool aborts;             /* the application may abort in TIME-WAIT, which nobody sees (RFC 9293 3.10.5) */
};

struct wire_check;

struct wire_check *wire_check_begin(const struct wire_check_config *config);
void wire_check_end(struct wire_check *check);

/* A packet arrives, or leaves. Times never go back. */
void wire_check_in(struct wire_check *check, lucid_time time, const uint8_t *octets, size_t length);
void wire_check_out(struct wire_check *check, lucid_time time, const uint8_t *octets, size_t length);

/* The clock stands at this time now. */
void wire_check_clock(struct wire_check *check, lucid_time now);

/* The first breach of a rule, or NULL. */
const struct wire_breach *wire_check_breach(const struct wire_check *check);

/* Reads a capture (link type RAW or IPv4/IPv6) in which packets from config->ours leave. Returns 0 and fills in *breach
 * (detail "" when there is none), or -1: error has a sentence. */
int wire_check_pcap(const char *path, const struct wire_check_config *config, struct wire_breach *breach,
                    char error[256]);

const char *wire_rule_name(enum wire_rule rule);
const char *wire_rule_text(enum wire_rule rule);

#endif
