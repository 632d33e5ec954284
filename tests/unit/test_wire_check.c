/* test_wire_check.c: every rule of the passive checker about connections fires once on a few packets made by hand, and
 * is silent on their correct twin. Rules about single packets: test_wire_packet.c.
 *
 * A case is a beginning, then lines that are right and lines that break a rule. Each is played for IPv4 and IPv6 with
 * numbers that wrap at different places.
 */
#include "unit.h"
#include "wire_player.h"

#include <stdio.h>

/* Our side has connected, or was connected to. */
#define ACTIVE_WITH(ours, theirs)                  \
    "0 > S  0:0(0) win 65535 <mss 1460" ours ">\n" \
    "0 < S. 0:0(0) ack 1 win 65535 <mss 1460" theirs ">\n"
#define ACTIVE          \
    ACTIVE_WITH("", "") \
    "0 > . 1:1(0) ack 1 win 65535\n"
#define PASSIVE_WITH(theirs, ours)                   \
    "0 < S  0:0(0) win 65535 <mss 1460" theirs ">\n" \
    "0 > S. 0:0(0) ack 1 win 65535 <mss 1460" ours ">\n"
#define PASSIVE          \
    PASSIVE_WITH("", "") \
    "0 < . 1:1(0) ack 1 win 65535\n"

#define SACK                          \
    ACTIVE_WITH(",sackOK", ",sackOK") \
    "0 > . 1:1(0) ack 1 win 65535\n"
/* The peer takes segments of 1000 octets. */
#define SMALL(option)                                      \
    "0 > S  0:0(0) win 65535 <mss 1460" option ">\n"       \
    "0 < S. 0:0(0) ack 1 win 65535 <mss 1000" option ">\n" \
    "0 > . 1:1(0) ack 1 win 65535\n"
#define STAMPS                                            \
    ACTIVE_WITH(",TS val 100 ecr 0", ",TS val 7 ecr 100") \
    "0 > . 1:1(0) ack 1 win 65535 <TS val 100 ecr 7>\n"

/* Our side has closed first, and is in TIME-WAIT at 1 s. */
#define TIMEWAIT                      \
    ACTIVE                            \
    "1 > F. 1:1(0) ack 1 win 65535\n" \
    "1 < F. 1:1(0) ack 2 win 65535\n" \
    "1 > . 2:2(0) ack 2 win 65535\n"
/* The peer has closed first, and our side is CLOSED at 3 s. */
#define LAST_ACK                      \
    ACTIVE                            \
    "1 < F. 1:1(0) ack 1 win 65535\n" \
    "1 > . 1:1(0) ack 2 win 65535\n"  \
    "2 > F. 1:1(0) ack 2 win 65535\n" \
    "3 < . 2:2(0) ack 2 win 65535\n"

#define TEN(flags)                                 \
    "0 > " flags " 1:1461(1460) ack 1 win 65535\n" \
    "0 > . 1461:2921(1460) ack 1 win 65535\n"      \
    "0 > . 2921:4381(1460) ack 1 win 65535\n"      \
    "0 > . 4381:5841(1460) ack 1 win 65535\n"      \
    "0 > . 5841:7301(1460) ack 1 win 65535\n"      \
    "0 > . 7301:8761(1460) ack 1 win 65535\n"      \
    "0 > . 8761:10221(1460) ack 1 win 65535\n"     \
    "0 > . 10221:11681(1460) ack 1 win 65535\n"    \
    "0 > . 11681:13141(1460) ack 1 win 65535\n"    \
    "0 > . 13141:14601(1460) ack 1 win 65535\n"

#define TWO_AFTER_SYN                            \
    "> S 0:0(0) win 65535 <mss 1460>\n"          \
    "4 < S. 0:0(0) ack 1 win 65535 <mss 1460>\n" \
    "4 > . 1:1461(1460) ack 1 win 65535\n"       \
    "4 > . 1461:2921(1460) ack 1 win 65535\n"

static const struct example {
    enum wire_rule rule;
    const char *begin, *right, *wrong;
} examples[] = {
    /* ---- single segments ---- */
    {WIRE_FLAGS, ACTIVE, "0 > P. 1:101(100) ack 1 win 65535\n", "0 > P 1:101(100) win 65535\n"},
    {WIRE_FLAGS, ACTIVE, "0 > R 1:1(0)\n", "0 > - 1:1(0) win 65535\n"},
    {WIRE_FLAGS, "", "0 > S 0:0(0) win 65535 <mss 1460>\n", "0 > SF 0:0(0) win 65535 <mss 1460>\n"},
    {WIRE_FLAGS, "", "0 > R. 0:0(0) ack 1\n", "0 > SR. 0:0(0) ack 1 win 65535 <mss 1460>\n"},
    {WIRE_OPTION_LENGTH, ACTIVE, "0 > . 1:1(0) ack 1 win 65535 <hex fd02>\n",
     "0 > . 1:1(0) ack 1 win 65535 <hex fd01>\n"},
    {WIRE_OPTION_LENGTH, ACTIVE, "0 > . 1:1(0) ack 1 win 65535 <nop,hex fd03aa>\n",
     "0 > . 1:1(0) ack 1 win 65535 <nop,hex fd04aa>\n"},
    {WIRE_OPTION_LENGTH, ACTIVE, "0 > . 1:1(0) ack 1 win 65535 <nop,nop,nop,eol>\n",
     "0 > . 1:1(0) ack 1 win 65535 <nop,nop,nop,hex fd>\n"},
    {WIRE_OPTION_PADDING, ACTIVE, "0 > . 1:1(0) ack 1 win 65535 <nop,eol,eol,eol>\n",
     "0 > . 1:1(0) ack 1 win 65535 <nop,eol,eol,nop>\n"},
    {WIRE_SYN_OPTION, ACTIVE, "0 > . 1:1(0) ack 1 win 65535\n", "0 > . 1:1(0) ack 1 win 65535 <mss 1460>\n"},
    {WIRE_SYN_OPTION, ACTIVE_WITH(",nop,wscale 2", ",nop,wscale 2"), "0 > . 1:1(0) ack 1 win 65535\n",
     "0 > . 1:1(0) ack 1 win 65535 <wscale 2>\n"},
    {WIRE_SYN_OPTION, SACK, "0 > . 1:1(0) ack 1 win 65535\n", "0 > . 1:1(0) ack 1 win 65535 <sackOK>\n"},
    {WIRE_SYN_MSS, "", "0 > S 0:0(0) win 65535 <mss 1460>\n", "0 > S 0:0(0) win 65535 <nop,wscale 2>\n"},
    {WIRE_SYN_MSS, "0 < S 0:0(0) win 65535 <mss 1460>\n", "0 > S. 0:0(0) ack 1 win 65535 <mss 1460>\n",
     "0 > S. 0:0(0) ack 1 win 65535\n"},
    /* ---- what was agreed ---- */
    {WIRE_UNASKED, "", PASSIVE_WITH(",nop,wscale 2", ",nop,wscale 3"), PASSIVE_WITH("", ",nop,wscale 3")},
    {WIRE_UNASKED, "", PASSIVE_WITH(",sackOK", ",sackOK"), PASSIVE_WITH("", ",sackOK")},
    {WIRE_UNASKED, "", PASSIVE_WITH(",TS val 7 ecr 0", ",TS val 0 ecr 7"), PASSIVE_WITH("", ",TS val 0 ecr 7")},
    {WIRE_UNASKED, ACTIVE_WITH(",TS val 100 ecr 0", ""), "0 > . 1:1(0) ack 1 win 65535\n",
     "0 > . 1:1(0) ack 1 win 65535 <TS val 101 ecr 0>\n"},
    {WIRE_UNASKED,
     ACTIVE_WITH(",sackOK", "") "0 > . 1:1(0) ack 1 win 65535\n"
                                "0 < . 101:201(100) ack 1 win 65535\n",
     "0 > . 1:1(0) ack 1 win 65535\n", "0 > . 1:1(0) ack 1 win 65535 <sack 101:201>\n"},
    {WIRE_STAMP_MISSING, STAMPS, "1 > P. 1:101(100) ack 1 win 65535 <TS val 1100 ecr 7>\n",
     "1 > P. 1:101(100) ack 1 win 65535\n"},
    {WIRE_STAMP_MISSING, STAMPS "1 > F. 1:1(0) ack 1 win 65535 <TS val 1100 ecr 7>\n", "1 > R 2:2(0)\n",
     "2 > F. 1:1(0) ack 1 win 65535\n"},
    {WIRE_STAMP_BACK, STAMPS, "1 > P. 1:101(100) ack 1 win 65535 <TS val 100 ecr 7>\n",
     "1 > P. 1:101(100) ack 1 win 65535 <TS val 99 ecr 7>\n"},
    /* ---- SYN ---- */
    {WIRE_SYN_CHANGED, "0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 2>\n",
     "1 > S 0:0(0) win 65535 <mss 1460,nop,wscale 2>\n", "1 > S 0:0(0) win 65535 <mss 1460,nop,wscale 3>\n"},
    {WIRE_SYN_CHANGED, "0 > S 0:0(0) win 65535 <mss 1460>\n",
     "1 > S 500:500(0) win 65535 <mss 1000>\n" /* another connect() */, "1 > S 0:0(0) win 65535 <mss 1000>\n"},
    {WIRE_SYN_CHANGED, PASSIVE_WITH("", ""), "1 > S. 0:0(0) ack 1 win 65535 <mss 1460>\n",
     "1 > S. 9:9(0) ack 1 win 65535 <mss 1460>\n"},
    {WIRE_SYN_CHANGED, PASSIVE_WITH(",sackOK", ",sackOK"), "1 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK>\n",
     "1 > S. 0:0(0) ack 1 win 65535 <mss 1460>\n"},
    {WIRE_SYN_CHANGED, /* simultaneous open: the scale is left out, since the peer has none */
     "0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 2>\n0 < S 0:0(0) win 65535 <mss 1460>\n",
     "0 > S. 0:0(0) ack 1 win 65535 <mss 1460>\n", "0 > S. 0:0(0) ack 1 win 65535 <mss 1400>\n"},
    {WIRE_ISS_REUSE, TIMEWAIT "9 < S 100:100(0) win 65535 <mss 1460>\n", "9 > S. 2:2(0) ack 101 win 65535 <mss 1460>\n",
     "9 > S. 1:1(0) ack 101 win 65535 <mss 1460>\n"},
    {WIRE_ISS_REUSE, /* after LAST-ACK there is no TIME-WAIT */
     "", LAST_ACK "9 > S 0:0(0) win 65535 <mss 1460>\n", TIMEWAIT "9 > S 0:0(0) win 65535 <mss 1460>\n"},
    {WIRE_ISS_REUSE, /* the FIN may have waited for the window, and then it was in CLOSING */
     ACTIVE,
     "0 < F. 1:1(0) ack 1 win 10\n0 > . 1:1(0) ack 2 win 65535\n1 > F. 1:1(0) ack 2 win 65535\n"
     "1 < . 2:2(0) ack 2 win 10\n9 > S 0:0(0) win 65535 <mss 1460>\n",
     "0 > F. 1:1(0) ack 1 win 65535\n0 < F. 1:1(0) ack 1 win 10\n0 > . 2:2(0) ack 2 win 65535\n"
     "1 < . 2:2(0) ack 2 win 10\n9 > S 0:0(0) win 65535 <mss 1460>\n"},
    /* ---- acknowledgments and our window ---- */
    {WIRE_ACK_BACK,
     ACTIVE "0 < . 1:101(100) ack 1 win 65535\n"
            "0 > . 1:1(0) ack 101 win 65435\n",
     "0 > P. 1:11(10) ack 101 win 65435\n", "0 > P. 1:11(10) ack 100 win 65436\n"},
    {WIRE_ACK_BEYOND, ACTIVE "0 < . 1:101(100) ack 1 win 65535\n", "0 > . 1:1(0) ack 101 win 65435\n",
     "0 > . 1:1(0) ack 102 win 65435\n"},
    {WIRE_ACK_BEYOND, ACTIVE "0 < . 101:201(100) ack 1 win 65535\n", "0 > . 1:1(0) ack 1 win 65535\n",
     "0 > . 1:1(0) ack 201 win 65535\n"},
    {WIRE_ACK_BEYOND,
     ACTIVE "0 < F. 101:201(100) ack 1 win 65535\n0 > . 1:1(0) ack 1 win 65535\n"
            "0 < . 1:101(100) ack 1 win 65535\n",
     "0 > . 1:1(0) ack 202 win 65535\n", "0 > . 1:1(0) ack 203 win 65535\n"},
    {WIRE_EDGE_BACK, ACTIVE "0 < . 1:101(100) ack 1 win 65535\n", "0 > . 1:1(0) ack 101 win 65435\n",
     "0 > . 1:1(0) ack 101 win 65434\n"},
    {WIRE_EDGE_BACK, /* RFC 7323 2.4: rounding may take less than a unit */
     ACTIVE_WITH(",nop,wscale 4", ",nop,wscale 0") "0 > . 1:1(0) ack 1 win 4096\n"
                                                   "0 < . 1:2(1) ack 1 win 65535\n",
     "0 > . 1:1(0) ack 2 win 4095\n", "0 > . 1:1(0) ack 2 win 4094\n"},
    {WIRE_EDGE_BACK, /* after the peer's FIN the window means nothing */
     ACTIVE "0 < . 1:101(100) ack 1 win 65535\n0 > . 1:1(0) ack 101 win 65435\n",
     "1 < F. 101:101(0) ack 1 win 65535\n1 > . 1:1(0) ack 102 win 0\n", "1 > . 1:1(0) ack 101 win 0\n"},
    /* ---- what we send ---- */
    {WIRE_GAP, ACTIVE "0 > . 1:101(100) ack 1 win 65535\n", "0 > . 101:201(100) ack 1 win 65535\n",
     "0 > . 102:201(99) ack 1 win 65535\n"},
    {WIRE_GAP, ACTIVE "0 > . 1:101(100) ack 1 win 65535\n", "0 > . 101:101(0) ack 1 win 65535\n",
     "0 > . 102:102(0) ack 1 win 65535\n"},
    {WIRE_WINDOW, ACTIVE "1 < . 1:1(0) ack 1 win 500\n", "1 > . 1:501(500) ack 1 win 65535\n",
     "1 > . 1:502(501) ack 1 win 65535\n"},
    {WIRE_WINDOW, /* the scale of the peer */
     ACTIVE_WITH(",nop,wscale 0", ",nop,wscale 2") "0 > . 1:1(0) ack 1 win 65535\n1 < . 1:1(0) ack 1 win 100\n",
     "1 > . 1:401(400) ack 1 win 65535\n", "1 > . 1:402(401) ack 1 win 65535\n"},
    {WIRE_WINDOW, ACTIVE "1 < . 1:1(0) ack 1 win 0\n",
     "2 > . 1:2(1) ack 1 win 65535\n3 > . 1:2(1) ack 1 win 65535\n4 > F. 2:2(0) ack 1 win 65535\n",
     "2 > . 1:3(2) ack 1 win 65535\n"},
    {WIRE_WINDOW, /* one octet is a probe, the next one is not */
     ACTIVE "1 < . 1:1(0) ack 1 win 1000\n1 > . 1:1001(1000) ack 1 win 65535\n", "2 > . 1001:1002(1) ack 1 win 65535\n",
     "2 > . 1001:1002(1) ack 1 win 65535\n3 > . 1002:1003(1) ack 1 win 65535\n"},
    {WIRE_SEGMENT_SIZE, SMALL(""), "1 > . 1:1001(1000) ack 1 win 65535\n", "1 > . 1:1002(1001) ack 1 win 65535\n"},
    {WIRE_SEGMENT_SIZE, SMALL(",sackOK") "0 < . 101:201(100) ack 1 win 65535\n",
     "0 > . 1:989(988) ack 1 win 65535 <nop,nop,sack 101:201>\n",
     "0 > . 1:990(989) ack 1 win 65535 <nop,nop,sack 101:201>\n"},
    {WIRE_SEGMENT_SIZE, /* the floor of our side is 88 */
     "0 > S 0:0(0) win 65535 <mss 1460>\n0 < S. 0:0(0) ack 1 win 65535 <mss 10>\n0 > . 1:1(0) ack 1 win 65535\n",
     "0 > . 1:89(88) ack 1 win 65535\n", "0 > . 1:90(89) ack 1 win 65535\n"},
    {WIRE_REPEAT, ACTIVE "1 > FP. 1:101(100) ack 1 win 65535\n", "2 > FP. 1:101(100) ack 1 win 65535\n",
     "2 > FP. 1:91(90) ack 1 win 65535\n"},
    {WIRE_REPEAT, ACTIVE "1 > FP. 1:101(100) ack 1 win 65535\n", "2 > . 1:101(100) ack 1 win 65535\n",
     "2 > . 1:102(101) ack 1 win 65535\n"},
    /* ---- how much may fly: regression cc-flight-within-cwnd, here and in every test that has a checker ---- */
    {WIRE_CWND, ACTIVE, TEN("."), TEN(".") "0 > P. 14601:14701(100) ack 1 win 65535\n"},
    {WIRE_CWND, ACTIVE TEN(".") "1 < . 1:1(0) ack 1461 win 65535\n",
     "1 > . 14601:16061(1460) ack 1 win 65535\n1 > . 16061:17521(1460) ack 1 win 65535\n",
     "1 > . 14601:16061(1460) ack 1 win 65535\n1 > . 16061:17521(1460) ack 1 win 65535\n"
     "1 > . 17521:18981(1460) ack 1 win 65535\n"},
    {WIRE_CWND, /* each ACK of one octet is worth two octets, not two segments */
     ACTIVE TEN(".") "1 < . 1:1(0) ack 2 win 65535\n1 < . 1:1(0) ack 3 win 65535\n",
     "1 > . 14601:14607(6) ack 1 win 65535\n", "1 > . 14601:14608(7) ack 1 win 65535\n"},
    {WIRE_CWND, ACTIVE TEN(".") "1 < . 1:1(0) ack 1 win 65535\n", "1 > . 14601:16061(1460) ack 1 win 65535\n",
     "1 > . 14601:16061(1460) ack 1 win 65535\n1 > . 16061:16161(100) ack 1 win 65535\n"},
    {WIRE_CWND, /* after the time-out one segment, and with its ACK two */
     ACTIVE TEN(".") "1 > . 1:1461(1460) ack 1 win 65535\n",
     "2 < . 1:1(0) ack 1461 win 65535\n2 > . 1461:2921(1460) ack 1 win 65535\n"
     "2 > . 2921:4381(1460) ack 1 win 65535\n",
     "1 > . 1461:2921(1460) ack 1 win 65535\n"},
    {WIRE_CWND, /* RFC 6928 2: one segment after two lost SYNs; a third may be that of another connect() */
     "0 > S 0:0(0) win 65535 <mss 1460>\n1 > S 0:0(0) win 65535 <mss 1460>\n", "2.5 " TWO_AFTER_SYN,
     "3 " TWO_AFTER_SYN},
    /* ---- SACK ---- */
    {WIRE_SACK_RANGE, SACK "0 < . 101:201(100) ack 1 win 65535\n",
     "0 > . 1:1(0) ack 1 win 65535 <nop,nop,sack 101:201>\n", "0 > . 1:1(0) ack 1 win 65535 <nop,nop,sack 101:202>\n"},
    {WIRE_SACK_RANGE, SACK "0 < . 101:201(100) ack 1 win 65535\n0 < . 1:101(100) ack 1 win 65535\n",
     "0 > . 1:1(0) ack 201 win 65335 <nop,nop,sack 101:201>\n" /* D-SACK */,
     "0 > . 1:1(0) ack 101 win 65435 <nop,nop,sack 101:201>\n"},
    {WIRE_SACK_RANGE, SACK "0 < . 101:201(100) ack 1 win 65535\n0 < . 301:401(100) ack 1 win 65535\n",
     "0 > . 1:1(0) ack 1 win 65535 <nop,nop,sack 301:401 101:201>\n",
     "0 > . 1:1(0) ack 1 win 65535 <nop,nop,sack 301:401 101:201 101:201>\n"},
    {WIRE_SACK_RANGE, SACK "0 < . 101:201(100) ack 1 win 65535\n0 < . 101:151(50) ack 1 win 65535\n",
     "0 > . 1:1(0) ack 1 win 65535 <nop,nop,sack 101:151 101:201>\n" /* D-SACK */,
     "0 > . 1:1(0) ack 1 win 65535 <nop,nop,sack 201:101>\n"},
    {WIRE_SACK_FIRST, SACK "0 < . 101:201(100) ack 1 win 65535\n0 < . 301:401(100) ack 1 win 65535\n",
     "0 > . 1:1(0) ack 1 win 65535 <nop,nop,sack 301:401 101:201>\n",
     "0 > . 1:1(0) ack 1 win 65535 <nop,nop,sack 101:201 301:401>\n"},
    {WIRE_SACKED_AGAIN,
     SACK "0 > . 1:101(100) ack 1 win 65535\n0 > . 101:201(100) ack 1 win 65535\n0 > . 201:301(100) ack 1 win 65535\n"
          "0 < . 1:1(0) ack 1 win 65535 <nop,nop,sack 101:201>\n",
     "0 > . 1:101(100) ack 1 win 65535\n0 > . 201:301(100) ack 1 win 65535\n", "0 > . 1:102(101) ack 1 win 65535\n"},
    {WIRE_SACKED_AGAIN, /* RFC 2018 8: a time-out forgets what was SACKed */
     SACK "0 > . 1:101(100) ack 1 win 65535\n0 > . 101:201(100) ack 1 win 65535\n"
          "0 < . 1:1(0) ack 1 win 65535 <nop,nop,sack 101:201>\n",
     "1 > . 1:101(100) ack 1 win 65535\n1 > . 101:201(100) ack 1 win 65535\n", "0 > . 101:201(100) ack 1 win 65535\n"},
    /* ---- ACK in time ---- */
    {WIRE_ACK_SECOND, ACTIVE "1 < . 1:1461(1460) ack 1 win 65535\n",
     "1.1 < . 1461:2921(1460) ack 1 win 65535\n1.1 > . 1:1(0) ack 2921 win 65535\n",
     "1.1 < . 1461:2921(1460) ack 1 win 65535\n1.2 > . 1:1(0) ack 2921 win 65535\n"},
    {WIRE_ACK_SECOND, /* two that are not full may wait */
     ACTIVE,
     "1 < . 1:1001(1000) ack 1 win 65535\n1 < . 1001:2001(1000) ack 1 win 65535\n1.5 > . 1:1(0) ack 2001 win 65535\n",
     "1 < . 1:1461(1460) ack 1 win 65535\n1 < . 1461:2921(1460) ack 1 win 65535\n1.5 > . 1:1(0) ack 2921 win 65535\n"},
    {WIRE_ACK_GAP, ACTIVE "1 < . 101:201(100) ack 1 win 65535\n", "1 > . 1:1(0) ack 1 win 65535\n", "1.001 clock\n"},
    {WIRE_ACK_GAP,
     ACTIVE "1 < . 101:201(100) ack 1 win 65535\n1 > . 1:1(0) ack 1 win 65535\n1 < . 1:101(100) ack 1 win 65535\n",
     "1 > . 1:1(0) ack 201 win 65335\n", "1.001 clock\n"},
    {WIRE_ACK_GAP, /* what PAWS refused does not lie above a gap */
     STAMPS,
     "1 < . 101:201(100) ack 1 win 65535 <TS val 6 ecr 100>\n1 > . 1:1(0) ack 1 win 65535 <TS val 1100 ecr 7>\n"
     "1 < . 1:101(100) ack 1 win 65535 <TS val 8 ecr 100>\n1.1 > . 1:1(0) ack 101 win 65435 <TS val 1200 ecr 8>\n",
     "1 < . 101:201(100) ack 1 win 65535 <TS val 8 ecr 100>\n1 > . 1:1(0) ack 1 win 65535 <TS val 1100 ecr 7>\n"
     "1 < . 1:101(100) ack 1 win 65535 <TS val 8 ecr 100>\n1.1 > . 1:1(0) ack 201 win 65435 <TS val 1200 ecr 8>\n"},
    {WIRE_ACK_LATE, ACTIVE "1 < . 1:101(100) ack 1 win 65535\n",
     "1.5 clock\n1.5 > P. 1:11(10) ack 101 win 65435\n2 < . 101:101(0) ack 11 win 65535\n",
     "1.501 > P. 1:11(10) ack 101 win 65435\n"},
    {WIRE_ACK_LATE, ACTIVE "1 < F. 1:1(0) ack 1 win 65535\n", "1.5 > . 1:1(0) ack 2 win 65535\n", "1.501 clock\n"},
    {WIRE_ACK_LATE, /* when both have closed, our side may abort without a word */
     ACTIVE, "1 > F. 1:1(0) ack 1 win 65535\n1 < F. 1:1(0) ack 2 win 65535\n9 clock\n",
     "1 < F. 1:1(0) ack 1 win 65535\n9 clock\n"},
    {WIRE_ACK_LATE, /* and when its data is not acknowledged, it may give up */
     ACTIVE "1 > . 1:101(100) ack 1 win 65535\n", "1 < . 1:101(100) ack 1 win 65535\n9 clock\n",
     "1 < . 1:101(100) ack 101 win 65535\n9 clock\n"},
    {WIRE_ACK_LATE, /* an ACK of the SYN alone may come from SYN-RECEIVED, where the accept queue may be full */
     PASSIVE, "1 > . 1:1(0) ack 1 win 65535\n1 < . 1:101(100) ack 1 win 65535\n9 clock\n",
     "1 > P. 1:11(10) ack 1 win 65535\n1 < . 1:101(100) ack 11 win 65535\n9 clock\n"},
    {WIRE_EDGE_BACK, /* a SYN,ACK that is repeated cannot say more than 65535 */
     PASSIVE_WITH(",nop,wscale 2", ",nop,wscale 2") "1 > . 1:1(0) ack 1 win 20000\n",
     "2 > S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 2>\n", "2 > . 1:1(0) ack 1 win 16383\n"},
    /* ---- the end ---- */
    {WIRE_CLOSED, LAST_ACK "4 < . 2:2(0) ack 2 win 65535\n", "4 > R 2:2(0)\n", "4 > . 2:2(0) ack 2 win 65535\n"},
    {WIRE_CLOSED, LAST_ACK "4 < S 100:100(0) win 65535 <mss 1460>\n",
     "4 > S. 0:0(0) ack 101 win 65535 <mss 1460>\n5 < . 101:101(0) ack 1 win 65535\n5 > P. 1:11(10) ack 101 win "
     "65535\n",
     "4 > F. 1:1(0) ack 2 win 65535\n"},
    {WIRE_CLOSED, /* the time of TIME-WAIT */
     TIMEWAIT, "241 < F. 1:1(0) ack 2 win 65535\n241 > . 2:2(0) ack 2 win 65535\n",
     "241.001 < F. 1:1(0) ack 2 win 65535\n241.001 > . 2:2(0) ack 2 win 65535\n"},
    {WIRE_CLOSED, /* a repeated FIN restarts it, anything else does not */
     TIMEWAIT,
     "200 < F. 1:1(0) ack 2 win 65535\n200 > . 2:2(0) ack 2 win 65535\n440 < . 1:1(0) ack 2 win 65535\n"
     "440 > . 2:2(0) ack 2 win 65535\n",
     "200 < . 1:1(0) ack 2 win 65535\n200 > . 2:2(0) ack 2 win 65535\n440 < . 1:1(0) ack 2 win 65535\n"
     "440 > . 2:2(0) ack 2 win 65535\n"},
    {WIRE_CLOSED, /* the peer has reset it, with the very number or with one that may be refused */
     ACTIVE, "1 < R 2:2(0) win 0\n2 > P. 1:101(100) ack 1 win 65535\n",
     "1 < R 1:1(0) win 0\n2 > P. 1:101(100) ack 1 win 65535\n"},
    {WIRE_CLOSED, "0 > S 0:0(0) win 65535 <mss 1460>\n",
     "0 < R. 0:0(0) ack 0\n1 > S 0:0(0) win 65535 <mss 1460>\n0 > . 1:1(0) ack 1 win 65535\n",
     "0 < R. 0:0(0) ack 1\n1 > . 1:1(0) ack 1 win 65535\n"},
    {WIRE_CLOSED, ACTIVE "1 > R. 1:1(0) ack 1\n", "2 < . 1:1(0) ack 1 win 65535\n2 > R 1:1(0)\n",
     "2 < . 1:1(0) ack 1 win 65535\n2 > . 1:1(0) ack 1 win 65535\n"},
    {WIRE_CLOSED, "0 < . 1:1(0) ack 1 win 65535\n", "0 > R 1:1(0)\n", "0 > . 1:1(0) ack 1 win 65535\n"},
    {WIRE_ACK_BEYOND, /* a FIN that may be refused, since it acknowledges what was not sent, does not end the stream */
     ACTIVE "1 < F. 1:1(0) ack 900 win 65535\n1 > . 1:1(0) ack 1 win 65535\n1 < . 1:101(100) ack 1 win 65535\n",
     "1 > . 1:1(0) ack 101 win 65435\n", "1 > . 1:1(0) ack 102 win 65435\n"},
    {WIRE_ACK_BEYOND, /* nor does one left of what is expected, or one above a gap that something else fills */
     ACTIVE "1 < . 1:101(100) ack 1 win 65535\n1 < F. 51:51(0) ack 1 win 65535\n"
            "1 < F. 151:151(0) ack 1 win 65535\n1 < . 101:201(100) ack 1 win 65535\n",
     "1 > . 1:1(0) ack 201 win 65335\n", "1 > . 1:1(0) ack 202 win 65335\n"},
    {WIRE_ACK_BEYOND, /* or the stack forgets what lies behind it (docs/decisions/0024) */
     ACTIVE "1 < . 151:201(50) ack 1 win 65535\n1 < F. 1:121(120) ack 1 win 65535\n",
     "1 > . 1:1(0) ack 122 win 65414\n9 clock\n", "1 > . 1:1(0) ack 123 win 65414\n"},
    {WIRE_CLOSED, /* a FIN that something contradicts may not have been taken */
     ACTIVE,
     "1 < F. 51:51(0) ack 1 win 65535\n1 > . 1:1(0) ack 1 win 65535\n1 < . 1:52(51) ack 1 win 65535\n"
     "1 > . 1:1(0) ack 52 win 65484\n2 > F. 1:1(0) ack 52 win 65484\n3 < . 52:52(0) ack 2 win 65535\n"
     "4 > . 2:2(0) ack 52 win 65484\n",
     "1 < . 1:51(50) ack 1 win 65535\n1 < F. 51:51(0) ack 1 win 65535\n"
     "1 > . 1:1(0) ack 52 win 65484\n2 > F. 1:1(0) ack 52 win 65484\n3 < . 52:52(0) ack 2 win 65535\n"
     "4 > . 2:2(0) ack 52 win 65484\n"},
    /* ---- ECN ---- */
    {WIRE_ECT, ACTIVE, "1 > [noecn] . 1:101(100) ack 1 win 65535\n", "1 > [ect0] . 1:101(100) ack 1 win 65535\n"},
#define ECN                                                                                                          \
    "0 > SEW 0:0(0) win 65535 <mss 1460>\n0 < SE. 0:0(0) ack 1 win 65535 <mss 1460>\n0 > . 1:1(0) ack 1 win 65535\n" \
    "1 > [ect0] . 1:101(100) ack 1 win 65535\n"
    {WIRE_ECT, ECN, "2 > [noecn] . 1:101(100) ack 1 win 65535\n", "2 > [ect0] . 1:101(100) ack 1 win 65535\n"},
    {WIRE_ECT, ECN, "2 > . 101:101(0) ack 1 win 65535\n", "2 > [ect1] . 101:101(0) ack 1 win 65535\n"},
    {WIRE_ECT, ECN, "2 > [ect1] . 101:201(100) ack 1 win 65535\n", "2 > [ce] . 101:201(100) ack 1 win 65535\n"},
    {WIRE_ECT, ECN "1 < . 1:1(0) ack 101 win 0\n", "2 > . 101:102(1) ack 1 win 65535\n",
     "2 > [ect0] . 101:102(1) ack 1 win 65535\n"},
    {WIRE_CWR, ACTIVE, "1 > . 1:101(100) ack 1 win 65535\n", "1 > W. 1:101(100) ack 1 win 65535\n"},
    {WIRE_CWR, ACTIVE, "1 > . 1:1(0) ack 1 win 65535\n", "1 > E. 1:1(0) ack 1 win 65535\n"},
    {WIRE_CWR, ECN, "2 > [ect0] W. 101:201(100) ack 1 win 65535\n", "2 > W. 101:101(0) ack 1 win 65535\n"},
    {WIRE_CWR, ECN, "2 > [noecn] E. 1:101(100) ack 1 win 65535\n", "2 > [noecn] W. 1:101(100) ack 1 win 65535\n"},
    {WIRE_CWR, ECN "1 < . 1:1(0) ack 101 win 0\n", "2 > . 101:102(1) ack 1 win 65535\n",
     "2 > W. 101:102(1) ack 1 win 65535\n"},
    {WIRE_ECT, "", "0 > S 0:0(0) win 65535 <mss 1460>\n", "0 > [ect0] S 0:0(0) win 65535 <mss 1460>\n"},
};

static const uint32_t numbers[] = {0, 1, INT32_MAX, UINT32_MAX, UINT32_MAX - 100, 12345};

/* A text is played in all variants. fires: the rule that must; WIRE_RULE_COUNT: none. */
static void plays(const char *begin, const char *end, enum wire_rule fires) {
    char text[8192];
    snprintf(text, sizeof text, "%s%s", begin, end);
    for (unsigned i = 0; i < 2 * sizeof numbers / sizeof *numbers; i++) {
        struct wire_player player;
        struct wire_breach breach;
        wire_player_begin(&player, i % 2, numbers[i / 2]);
        ck_assert_msg(wire_player_play(&player, text, &breach), "%s\n%s", text, breach.detail);
        bool broken = breach.detail[0] != '\0';
        ck_assert_msg(broken == (fires != WIRE_RULE_COUNT) && (!broken || breach.rule == fires),
                      "IPv%d, ISS %u: rule %s was to fire, and did %s: %s\n%s", i % 2 ? 4 : 6, numbers[i / 2],
                      fires == WIRE_RULE_COUNT ? "none" : wire_rule_name(fires),
                      broken ? wire_rule_name(breach.rule) : "none", breach.detail, text);
    }
}

START_TEST(rule_fires_and_is_silent) {
    const struct example *example = &examples[_i];
    plays(example->begin, example->right, WIRE_RULE_COUNT);
    plays(example->begin, example->wrong, example->rule);
}
END_TEST

/* The list of rules and the cases agree: no rule about connections is without a case. */
START_TEST(every_rule_has_a_case) {
    bool has[WIRE_RULE_COUNT] = {false};
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        has[examples[i].rule] = true;
    }
    for (int rule = WIRE_FLAGS; rule < WIRE_RULE_COUNT; rule++) {
        ck_assert_msg(has[rule], "rule %s has no case", wire_rule_name((enum wire_rule)rule));
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("wire_check", &tests);
    tcase_add_loop_test(tests, rule_fires_and_is_silent, 0, sizeof examples / sizeof *examples);
    tcase_add_test(tests, every_rule_has_a_case);
    return unit_run(suite);
}
