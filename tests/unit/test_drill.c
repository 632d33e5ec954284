/* test_drill.c: the engine of packet scripts (harness/drill.h): scripts that are right pass, and one that is wrong
 * fails where it is wrong, with what was expected beside what happened. Scripts that cannot be read:
 * test_drill_parse.c.
 */
#include "harness/drill.h"
#include "unit.h"

#include <stdio.h>

/* Descriptor 4 is connected, at .1 s. Nine lines. */
#define OPEN                                           \
    "   0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n" \
    "  +0 bind(3, ..., ...) = 0\n"                     \
    "  +0 listen(3, 1) = 0\n"                          \
    "  +0 < S  0:0(0) win 65535 <mss 1460>\n"          \
    "  +0 > S. 0:0(0) ack 1 <mss 1460>\n"              \
    " +.1 < .  1:1(0) ack 1 win 65535\n"               \
    "  +0 accept(3, ..., ...) = 4\n"                   \
    "  +0 state(4) = ESTABLISHED\n"                    \
    "\n"

/* ---- scripts that pass ---- */

static const char *const right[] = {
    OPEN,
    OPEN "quiet 3600\n",
    OPEN "+0 < P. 1:101(100) ack 1 win 65535\n+0~+.5 > . 1:1(0) ack 101\n+0 read(4, ..., 1000) = 100\n",
    OPEN "+0 < P. 1:101(100) ack 1 win 65535\n* > . 1:1(0) ack 101\n+0 read(4, ..., 1000) = 100\n",
    OPEN "+0 write(4, ..., 100) = 100\n+0 > P. 1:101(100) ack 1 win 65535\n+1 > P. 1:101(100) ack 1 win 65535\n"
         "+0 < . 1:1(0) ack 101 win 65535\n",
    /* absolute times, comments, several lines at one instant */
    OPEN "1.5 write(4, ..., 10) = 10 // the first\n1.5 > P. 1:11(10) ack 1\n/* the second\n2 lines */\n"
         "2 < . 1:1(0) ack 11 win 65535\n",
    /* calls that wait, and one that may return in a range of time */
    OPEN "+0...1 read(4, ..., 10) = 10\n1.1 < P. 1:11(10) ack 1 win 65535\n+.2 > . 1:1(0) ack 11\n",
    OPEN "+0...1 read(4, ..., 10) = 0\n1.1 < F. 1:1(0) ack 1 win 65535\n+0 > . 1:1(0) ack 2\n",
    OPEN "+0...0.9 poll([{fd=4, events=POLLIN, revents=0}], 1, 900) = 0\nquiet 2\n",
    OPEN "+0 setsockopt(4, SOL_SOCKET, SO_SNDBUF, [1000], 4) = 0\n"
         "+0...0.5 write(4, ..., 1500) = 1500\n+0 > P. 1:1001(1000) ack 1\n"
         ".6 < . 1:1(0) ack 1001 win 65535\n+0 > P. 1001:1501(500) ack 1\n+0 < . 1:1(0) ack 1501 win 65535\n",
    /* what looks inside */
    OPEN "+0 info(4).snd_una = 1\n+0 info(4).rto >= 1.0\n+0 info(4).rto_at = never\n+0 stat.connections = 1\n"
         "+0 drop.TCP_CHECKSUM = 0\n+0 < [badsum] . 1:1(0) ack 1 win 65535\n+0 drop.TCP_CHECKSUM >= 1\n+0 state = "
         "ESTABLISHED\n",
    /* a choice; the first alternative is ours */
    OPEN "+0 < R. 9:9(0) ack 1 win 0\noneof 0012 { +0 > . 1:1(0) ack 1 } or { quiet 1 }\n",
    OPEN "+0 < R. 99999:99999(0) ack 1 win 0\noneof 0012 {\n  quiet 1\n} or {\n  +0 > . 1:1(0) ack 1\n}\n",
    /* packets at one instant, before output is pulled */
    OPEN
    "batch {\n  +0 < . 1:101(100) ack 1 win 65535\n  +0 < . 101:201(100) ack 1 win 65535\n}\n+0 > . 1:1(0) ack 201\n"
    "+0 read(4, ..., 1000) = 200\n",
    /* settings, families, UDP, ICMP, raw octets */
    "config delayed_ack=100ms msl=30s nagle=false\nonly ipv4\n" OPEN
    "+0 < . 1:101(100) ack 1 win 65535\n+.1 > . 1:1(0) ack 101\n+0 < hex 45000014 0000 0000 4006 0000 c0000201 "
    "c0a80001\n",
    "only ipv6\n" OPEN,
    "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n+0 bind(3, ..., ...) = 0\n+0 < udp (100)\n"
    "+0 recvfrom(3, ..., 1000, 0, ..., ...) = 100\n+0 sendto(3, ..., 50, 0, ..., ...) = 50\n+0 > udp (50)\n",
    "0 < icmp echo_request id 7 seq 1 (40)\n+0 > icmp echo_reply id 7 seq 1 (40)\n",
    "0 < 1000 > 2000 . 1:1(0) ack 5 win 65535\n+0 > 2000 > 1000 R 5:5(0)\n",
    /* errors of calls */
    "0 read(9, ..., 10) = -1 EBADF (Bad file descriptor)\n",
    OPEN "+0 read(4, ..., 10) = -1 EAGAIN\n+0 read(4, ..., 10) = -1 EWOULDBLOCK\n",
    "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in "
    "progress)\n"
    "+0 > S 0:0(0) <...>\n+0 < R. 0:0(0) ack 1\n+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0\n",
};

START_TEST(passes) {
    ck_drill(right[_i]);
}
END_TEST

/* ---- scripts that fail ---- */

static char *report;

static void play(const char *text, struct drill_wish *wish) {
    struct drill_error error;
    struct drill_result result;
    struct drill_script *script = drill_parse("test_drill.pkt", text, &error);
    ck_assert_msg(script != NULL, "line %u: %s\n%s", error.line, error.text, text);
    drill_play(script, wish, &result);
    drill_script_free(script);
    report = result.report;
    ck_assert_msg(!result.passed, "it passed:\n%s", text);
}

static void says(const char *what, const char *text) {
    ck_assert_msg(strstr(report, what) != NULL, "'%s' is missing in\n%s\nwhich is about\n%s", what, report, text);
}

static const struct failure {
    unsigned line;
    const char *text, *expected, *actual;
} failures[] = {
    /* packets: numbers, flags, window, options, header, time */
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > P. 2:11(9) ack 1\n", "expected 0.100  > P. 2:11(9) ack 1",
     "actual   0.100  > P. 1:10(9) ack 1 win 65535   (the sequence number is 1, not 2)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > P. 1:9(8) ack 1\n", "", "(the length is 9, not 8)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > P. 1:10(9) ack 2\n", "", "(ack is 1, not 2)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > P. 1:10(9) ack 1 win 9\n", "", "(win is 65535, not 9)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > P. 1:10(9) ack 1 urg 1\n", "", "(urg is -1, not 1)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > . 1:10(9) ack 1\n", "", "(the flags are others)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > P. 1:10(9) ack 1 <nop>\n", "", "(the options are others)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > [ect0] P. 1:10(9) ack 1\n", "", "(ECN is 0, not 2)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > [tos 8] P. 1:10(9) ack 1\n", "", "(tos is 0, not 8)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > [ttl 63] P. 1:10(9) ack 1\n", "", "(ttl is 64, not 63)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > udp (9)\n", "", "(the protocol is another one)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+0 > 1 > 2 P. 1:10(9) ack 1\n", "",
     "(it belongs to another connection, or to none)"},
    {11, OPEN "+0 write(4, ..., 9) = 9\n+1 > P. 1:10(9) ack 1\n", "expected 1.100  > P. 1:10(9) ack 1",
     "actual   0.100  > P. 1:10(9) ack 1 win 65535   (a packet left that no line consumed)"},
    {12, OPEN "+0 write(4, ..., 9) = 9\n+0 > P. 1:10(9) ack 1\n+.9 > P. 1:10(9) ack 1\n",
     "expected 1.000  > P. 1:10(9) ack 1", "actual   nothing; next deadline 1.100 (RTO)"},
    {12, OPEN "+0 write(4, ..., 9) = 9\n+0 > P. 1:10(9) ack 1\n+0~+.9 > P. 1:10(9) ack 1\n",
     "expected 0.100~1.000  > P. 1:10(9) ack 1", "actual   nothing; next deadline 1.100 (RTO)"},
    {10, OPEN "* > . 1:1(0) ack 1\n", "expected at any time  > . 1:1(0) ack 1", "actual   nothing; no deadline"},
    {1, "0 > icmp echo_reply id 1\n", "", "actual   nothing"},
    {2, "0 < icmp echo_request id 7 seq 1 (4)\n+0 > icmp echo_reply id 7 seq 2 (4)\n", "", "(seq is 1, not 2)"},
    {2, "0 < icmp echo_request id 7 seq 1 (4)\n+0 > icmp time_exceeded ttl\n", "", "(it is another ICMP message)"},
    /* surplus packets */
    {0, OPEN "+0 < F. 1:1(0) ack 1 win 65535\n", "expected nothing more", "(a packet left that no line consumed)"},
    {11, OPEN "+0 < P. 1:9(8) ack 1 win 65535\nquiet 1\n", "expected quiet 1",
     "actual   0.300  > . 1:1(0) ack 9 win 65527   (a packet left that no line consumed)"},
    {11, OPEN "+0 < F. 1:1(0) ack 1 win 65535\n+.1 close(4) = 0\n", "", "(a packet left that no line consumed)"},
    /* states, variables, counters */
    {10, OPEN "+0 state = CLOSE-WAIT\n", "expected 0.100  state = CLOSE-WAIT", "actual   ESTABLISHED"},
    {10, OPEN "+0 state(3) = CLOSED\n", "", "actual   LISTEN"},
    {2, "at TIME-WAIT\n+0 state = CLOSED\n", "expected", "snd.una 2 snd.nxt 2 rcv.nxt 2"},
    {10, OPEN "+0 info(4).snd_una = 2\n", "expected 0.100  info(4).snd_una = 2", "actual   1"},
    {10, OPEN "+0 info(4).cwnd >= 14601\n", "", "actual   14600"},
    {10, OPEN "+0 info(4).rto = 2\n", "", "actual   1.000000000"},
    {10, OPEN "+0 info(4).rto_at = 5\n", "", "actual   never"},
    {10, OPEN "+0 stat.connections <= 0\n", "", "actual   1"},
    {10, OPEN "+0 drop.TCP_CHECKSUM = 1\n", "", "actual   0"},
    /* calls: results, errors, data, times */
    {10, OPEN "+0 read(4, ..., 9) = 9\n", "expected 0.100  read(4, ..., 9) = 9", "actual   -1 EAGAIN"},
    {10, OPEN "+0 read(4, ..., 9) = -1 EPIPE (Broken pipe)\n", "", "actual   -1 EAGAIN"},
    {10, OPEN "+0 write(4, ..., 9) = 8\n", "", "actual   9"},
    {10, OPEN "+0 getsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [1], [4]) = 0\n", "", "actual   the value is 0"},
    {10, OPEN "+0 poll([{fd=4, events=POLLOUT, revents=POLLIN}], 1, 0) = 1\n", "",
     "revents of descriptor 4 is 0x4, not 0x1"},
    {10, OPEN "+0 fcntl(4, F_GETFL) = O_RDWR|O_NONBLOCK\n", "", "actual   2"},
    {10, OPEN "+0...1 read(4, ..., 9) = 8\n+.5 < . 1:9(8) ack 1 win 65535\n",
     "expected 0.100~1.100  read(4, ..., 9) = 8", "actual   the call returned too early, with 8"},
    {10, OPEN "+0...1 read(4, ..., 9) = 8\n2 < . 1:9(8) ack 1 win 65535\n", "", "actual   the call is still waiting"},
    {10, OPEN "+0...1 read(4, ..., 9) = 8\n", "", "actual   the call is still waiting when the script ends"},
    {10, OPEN "+0...1 read(4, ..., 9) = 7\n1.1 < . 1:9(8) ack 1 win 65535\n", "", "actual   8"},
    {10, OPEN "+0~+1 read(4, ..., 9) = 8\n", "", "actual   the call is still waiting"},
    /* octets that do not belong there: AAAA arrives, is read or sent back */
    {3,
     "0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n+0 bind(3, ..., ...) = 0\n+0...1 recvfrom(3, ..., 9, 0, ..., ...) = "
     "4\n"
     "1 < hex 45000020000000004011f822c0000201c0a80001 1f901f90000c0000 41414141\n",
     "", "actual   octet 0 of what was read is not the one that belongs there"},
    {2,
     "0 < hex 45000020000000004001f832c0000201c0a80001 080075750007000141414141\n+0 > icmp echo_reply id 7 seq 1 (4)\n",
     "", "octet 0 of its data is not the one that belongs there"},
    /* oneof */
    {11, OPEN "+0 < R. 9:9(0) ack 1 win 0\noneof 0012 { quiet 1 } or { +0 > . 1:1(0) ack 1 }\n", "expected quiet 1",
     "actual   another alternative of decision 0012; ours is the first"},
    {11, OPEN "+0 < R. 9:9(0) ack 1 win 0\noneof 0012 { +0 > R 1:1(0) } or { quiet 1 }\n", "expected 0.100  > R 1:1(0)",
     "(none of the alternatives)"},
    /* blocks and folded scripts name the line inside */
    {12, OPEN "oneof 0012 {\n  quiet 1\n  +0 state = CLOSED\n} or {\n  +0 > . 1:1(0) ack 1\n}\n",
     "expected 1.100  state = CLOSED", "actual   ESTABLISHED"},
    /* what a family cannot carry */
    {1, "0 < [from 2001:db8::9] S 0:0(0) win 1 <mss 1460>\n", "",
     "IPv4 cannot carry this packet; add a line: only ipv6"},
    /* a number of a descriptor that is in use */
    {2, "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n", "",
     "actual   2147483647"},
    /* a setting that the stack refuses */
    {0, "config mtu=60\n" OPEN, "expected lucid_create() = 0", "actual   -1 EINVAL"},
};

START_TEST(fails) {
    const struct failure *failure = &failures[_i];
    struct drill_wish wish = {.ipv4 = true, .has_iss = true, .iss = UINT32_MAX};
    char line[16] = "", where[64];
    play(failure->text, &wish);
    if (failure->line > 0) {
        snprintf(line, sizeof line, ":%u", failure->line);
    }
    snprintf(where, sizeof where, "FAIL test_drill.pkt%s (IPv4, ISS 4294967295)", line);
    says(where, failure->text);
    says(failure->expected, failure->text);
    says(failure->actual, failure->text);
    says("again: build/drill -v -4 --iss 4294967295 test_drill.pkt", failure->text);
    free(report);
}
END_TEST

/* ---- wishes ---- */

static struct drill_result play_all(const char *text, const struct drill_wish *wish) {
    struct drill_error error;
    struct drill_result result;
    struct drill_script *script = drill_parse("test_drill.pkt", text, &error);
    ck_assert_msg(script != NULL, "line %u: %s", error.line, error.text);
    drill_play(script, wish, &result);
    drill_script_free(script);
    return result;
}

static void result_is(const char *text, struct drill_wish wish, bool passed, unsigned plays, const char *told) {
    struct drill_result result = play_all(text, &wish);
    report = result.report;
    ck_assert_msg(result.passed == passed, "%s", result.report);
    ck_assert_uint_eq(result.plays, plays);
    says(told, text);
    free(result.report);
}

/* Both families with five initial sequence numbers each, unless something is wished or the first fails. */
START_TEST(variants) {
    result_is(OPEN, (struct drill_wish){.ipv4 = false}, true, 10, "");
    result_is(OPEN, (struct drill_wish){.ipv4 = true}, true, 5, "");
    result_is(OPEN, (struct drill_wish){.ipv6 = true, .has_iss = true, .iss = 3}, true, 1, "");
    result_is("only ipv4\n" OPEN, (struct drill_wish){.ipv4 = false}, true, 5, "");
    result_is("only ipv6\n" OPEN, (struct drill_wish){.ipv4 = true}, true, 0, "");
    result_is(OPEN "+0 state = LISTEN\n", (struct drill_wish){.ipv4 = false}, false, 1, "(IPv4, ISS 0)");
}
END_TEST

static const char surplus[] = OPEN "+0 < F. 1:1(0) ack 1 win 65535\n+.1 state = CLOSE-WAIT\n";
static const char second[] = OPEN
    "+0 < R. 9:9(0) ack 1 win 0\noneof 0012 { +0 > R 1:1(0) } or { +0 > . 1:1(0) ack 1 }\n";

START_TEST(milder) {
    struct drill_wish wish = {.ipv4 = true, .has_iss = true, .iss = 7};
    result_is(surplus, wish, false, 1, "a packet left that no line consumed");
    wish.loose = true;
    result_is(surplus, wish, true, 1, "warning: test_drill.pkt:11: a packet left that no line mentions");
    wish.loose = false;
    result_is(second, wish, false, 1, "another alternative of decision 0012; ours is the first");
    wish.any_policy = true;
    result_is(second, wish, true, 1, "");
}
END_TEST

/* The story of a pass, with what each line caused and the rule for it; and a capture when one is wished. */
START_TEST(story) {
    struct drill_wish wish = {.ipv4 = true, .has_iss = true, .iss = 7, .verbose = true};
    static const char text[] = OPEN "+0 < F. 1:1(0) ack 1 win 65535\n+0 > . 1:1(0) ack 2\n";
    result_is(text, wish, true, 1,
              "    0.100  < F. 1:1(0) ack 1 win 65535            ESTABLISHED -> CLOSE-WAIT   3.10.7.4\n");
    wish.verbose = false;
    wish.pcap = true;
    result_is(text, wish, true, 1, "capture build/pkt/test_drill.ip4.pcap\n");
}
END_TEST

/* Which rows of the state machine a script fires: passive open, and nothing else. */
START_TEST(rows_are_counted) {
    uint64_t rows[DRILL_ROWS] = {0}, fired = 0;
    result_is(OPEN, (struct drill_wish){.ipv4 = true, .rows = rows}, true, 5, "");
    for (unsigned i = 0; i < DRILL_ROWS; i++) {
        fired += rows[i] > 0;
        ck_assert(rows[i] == 0 || rows[i] == 5);
    }
    ck_assert_uint_eq(fired, 3);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("drill", &tests);
    tcase_add_loop_test(tests, passes, 0, sizeof right / sizeof *right);
    tcase_add_loop_test(tests, fails, 0, sizeof failures / sizeof *failures);
    tcase_add_test(tests, variants);
    tcase_add_test(tests, milder);
    tcase_add_test(tests, story);
    tcase_add_test(tests, rows_are_counted);
    return unit_run(suite);
}
