/* test_drill_parse.c: scripts that cannot be read are refused with file, line and what was expected, one case at least
 * for each kind of line; and what was read is what was written, for packets, which print as they are written.
 */
#include "harness/drill_packet.h"
#include "harness/drill_parse.h"
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct refusal {
    unsigned line;
    const char *text, *says;
} refusals[] = {
    /* lines and times */
    {1, "hello\n", "'hello' is no line of a script"},
    {2, "quiet 1\n> . 1:1(0) ack 1\n", "'> . 1:1(0) ack 1' is no line of a script"},
    {1, "+x close(3) = 0\n", "a time is missing at 'x close(3) = 0'"},
    {1, "+0~ > . 1:1(0) ack 1\n", "the end of the range of time is missing"},
    {1, "+2~+1 > . 1:1(0) ack 1\n", "the end of the range of time is missing, or before its beginning"},
    {1, "0~+1 > . 1:1(0) ack 1\n", "both ends of a range of time are relative"},
    {1, "+0~+1 < . 1:1(0) ack 1 win 9\n", "a range of time is for packets that leave and for calls"},
    {1, "* < . 1:1(0) ack 1 win 9\n", "'*' is for packets that leave"},
    {1, "* close(3) = 0\n", "'*' is for packets that leave"},
    {1, "+0...1 > . 1:1(0) ack 1\n", "'...' is for calls, which wait"},
    {1, "+0...1 state = LISTEN\n", "'...' is for calls, which wait"},
    {1, "+0\n", "a packet, a call or a check is missing"},
    {4, "// one\n/* two\n three */ quiet 1\n+0 bogus\n", "'bogus' is no call that drill knows"},
    /* packets */
    {1, "+0 > X 1:1(0)\n", "flags are missing at 'X 1:1(0)'"},
    {1, "+0 > . ack 1\n", "a number is missing: sequence number, at 'ack 1'"},
    {1, "+0 > . 1-1(0) ack 1\n", "':' is missing at '-1(0) ack 1'"},
    {1, "+0 > . 1:2(0) ack 1\n", "1:2 are not 0 octets"},
    {1, "+0 > . 1:1(0)\n", "the flag '.' and the word 'ack' belong together"},
    {1, "+0 > S 1:1(0) ack 1\n", "the flag '.' and the word 'ack' belong together"},
    {1, "+0 > . 1:1(0) ack 5000000000\n", "ack is 5000000000, but must lie between -4294967295 and 4294967295"},
    {1, "+0 > . 1:1(0) ack 1 win 65536\n", "win is 65536, but must lie between 0 and 65535"},
    {1, "+0 < . 1:1(0) ack 1\n", "a segment that arrives needs 'win'"},
    {1, "+0 > . 1:1(0) ack 1 win 1 urg\n", "a number is missing: urg"},
    {1, "+0 > . 1:1(0) ack 1 more\n", "'more' is too much on this line"},
    {1, "+0 > [ect2] . 1:1(0) ack 1\n", "'ect2] . 1:1(0) ack 1' is no field of a header that a script can set"},
    {1, "+0 > [tos 256] . 1:1(0) ack 1\n", "tos is 256, but must lie between 0 and 255"},
    {1, "+0 > [ttl 1 . 1:1(0) ack 1\n", "']' is missing at '. 1:1(0) ack 1'"},
    {1, "+0 < [from] . 1:1(0) ack 1 win 9\n", "an address is missing"},
    {1, "+0 < [part 8:8] udp (9)\n", "part is 8, but must lie between 9 and 65535"},
    {1, "+0 < [part 8 16] udp (9)\n", "':' is missing"},
    {1, "+0 < [part 0:8 id 65536] udp (9)\n", "id is 65536, but must lie between 0 and 65535"},
    {1, "+0 < [options c804] udp (9)\n", "a multiple of 4 octets"},
    {1, "+0 < [from 1.2.3] . 1:1(0) ack 1 win 9\n", "'1.2.3' is not an address"},
    {1, "+0 < 0 > 1 . 1:1(0) ack 1 win 9\n", "port is 0, but must lie between 1 and 65535"},
    {1, "+0 < 5 6 . 1:1(0) ack 1 win 9\n", "'>' is missing at '6 . 1:1(0) ack 1 win'"},
    {1, "+0 < udp 5\n", "'(' is missing at '5'"},
    {1, "+0 < icmp\n", "the ICMP type is missing"},
    {1, "+0 < icmp unreachable somehow\n", "'unreachable somehow' is no ICMP message that drill knows"},
    {1, "+0 < icmp echo_request id x\n", "a number is missing: id"},
    {1, "+0 < icmp time_exceeded ttl [1:2(3)]\n", "1:2 are not 3 octets"},
    {1, "+0 < icmp time_exceeded ttl [udp 3]\n", "'(' is missing at '3]'"},
    {1, "+0 < hex 456\n", "pairs of hexadecimal digits are missing"},
    {1, "+0 > hex 45\n", "'hex' is for packets that arrive"},
    /* options */
    {1, "+0 > S 0:0(0) <mms 1460>\n", "'mms 1460>' is no TCP option that drill knows"},
    {1, "+0 > S 0:0(0) <mss>\n", "a number is missing: mss"},
    {1, "+0 > S 0:0(0) <mss 1460\n", "'>' is missing at ''"},
    {1, "+0 > S 0:0(0) <TS 1 2>\n", "'val' is missing at '1 2>'"},
    {1, "+0 > . 1:1(0) ack 1 <sack 1>\n", "':' is missing at '>'"},
    {1, "+0 > . 1:1(0) ack 1 <sack 1:2 3:4 5:6 7:8 9:10>\n", "a segment has room for four SACK blocks"},
    {1, "+0 > . 1:1(0) ack 1 <hex 1>\n", "pairs of hexadecimal digits are missing"},
    {1,
     "+0 > . 1:1(0) ack 1 <nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,"
     "nop,nop>\n",
     "more than 24 options"},
    /* calls */
    {1, "+0 open(3) = 0\n", "'open' is no call that drill knows"},
    {1, "+0 close 3 = 0\n", "'(' is missing at '3 = 0'"},
    {1, "+0 close(x) = 0\n", "a number is missing: descriptor, at 'x) = 0'"},
    {1, "+0 close(3 = 0\n", "')' is missing at '= 0'"},
    {1, "+0 close(3)\n", "'=' is missing at ''"},
    {1, "+0 close(3) = -2\n", "result is -2, but must lie between -1 and 2147483647"},
    {1, "+0 close(3) = -1\n", "the name of an error is missing"},
    {1, "+0 close(3) = -1 EWHATEVER\n", "the name of an error is missing at 'EWHATEVER'"},
    {1, "+0 close(3) = -1 EBADF (Bad\n", "')' is missing"},
    {1, "+0 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3\n", "'...' is missing at 'AF_INET, SOCK_STREAM"},
    {1, "+0 socket(..., SOCK_RAW, 0) = 3\n", "SOCK_STREAM or SOCK_DGRAM is missing at 'SOCK_RAW, 0) = 3'"},
    {1, "+0 socket(..., SOCK_STREAM, 6) = 3\n", "IPPROTO_TCP, IPPROTO_UDP or 0 is missing"},
    {1, "+0 bind(3, 1.2.3.x, ...) = 0\n", "'1.2.3.' is not an address"},
    {1, "+0 bind(3, [::1, ...) = 0\n", "']' is missing"},
    {1, "+0 bind(3, :70000, ...) = 0\n", "port is 70000, but must lie between 0 and 65535"},
    {1, "+0 bind(3, ...) = 0\n", "',' is missing at ') = 0'"},
    {1, "+0 listen(3, many) = 0\n", "a number is missing: backlog"},
    {1, "+0 read(3, buffer, 5) = 5\n", "'...' is missing at 'buffer, 5) = 5'"},
    {1, "+0 read(3, ..., -1) = 5\n", "length is -1, but must lie between 0 and 1073741824"},
    {1, "+0 send(3, ..., 5, MSG_ERRQUEUE) = 5\n", "'MSG_ERRQUEUE) = 5' is not a name that belongs here"},
    {1, "+0 shutdown(3, 2) = 0\n", "SHUT_RD, SHUT_WR or SHUT_RDWR is missing"},
    {1, "+0 fcntl(3, F_DUPFD) = 0\n", "F_GETFL or F_SETFL is missing"},
    {1, "+0 setsockopt(3, SOL_UDP, 1, [1], 4) = 0\n", "'SOL_UDP, 1, [1], 4) ' is no level of socket options"},
    {1, "+0 setsockopt(3, SOL_TCP, TCP_FASTOPEN, [1], 4) = 0\n", "is no socket option that drill knows"},
    {1, "+0 setsockopt(3, SOL_TCP, TCP_CORK, 1, 4) = 0\n", "'[' is missing at '1, 4) = 0'"},
    {1, "+0 setsockopt(3, SOL_TCP, TCP_CONGESTION, \"a name that is too long\", 4) = 0\n", "longer than 15 characters"},
    {1, "+0 setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=2, linger=0}, 8) = 0\n", "onoff is 2, but must lie"},
    {1, "+0 getsockopt(3, SOL_SOCKET, SO_ERROR, [ENOTHING], [4]) = 0\n", "the name of an error is missing"},
    {1, "+0 poll(3) = 0\n", "'[' is missing at '3) = 0'"},
    {1, "+0 poll([{fd=3}], 1, 0) = 0\n", "',' is missing at '}], 1, 0) = 0'"},
    {1, "+0 poll([{fd=3, events=POLLNEVER}], 1, 0) = 0\n", "is not a name that belongs here"},
    /* checks */
    {1, "+0 state = OPEN\n", "'OPEN' is none of the 11 states"},
    {1, "+0 state(x) = CLOSED\n", "a number is missing: descriptor"},
    {1, "+0 info(4).cwmd = 1\n", "there is no field 'cwmd' here"},
    {1, "+0 info(4) = 1\n", "'.' is missing at '= 1'"},
    {1, "+0 info(4).cwnd > 1\n", "'=' is missing at '> 1'"},
    {1, "+0 info(4).cwnd = 1.5\n", "cwnd is not a time, so it has no fraction"},
    {1, "+0 info(4).cwnd = many\n", "a number is missing: value"},
    {1, "+0 stat.nothing = 1\n", "there is no field 'nothing' here"},
    {1, "+0 drop.NOTHING = 1\n", "there is no field 'NOTHING' here"},
    /* lines without a time */
    {1, "quiet\n", "'quiet' is followed by seconds"},
    {1, "quiet 1 2\n", "'2' is too much on this line"},
    {1, "only ipv5\n", "'only' is followed by ipv4 or ipv6"},
    {1, "config\n", "the name of a setting is missing"},
    {1, "config color=red\n", "'color' is no setting of struct lucid_config that a script can choose"},
    {1, "config msl\n", "'=' is missing"},
    {1, "config msl=30\n", "msl needs a time with its unit, as in 30s or 200ms"},
    {1, "config congestion=vegas\n", "'vegas' is no congestion control"},
    {1, "config nagle=yes\n", "true or false is missing at 'yes'"},
    {1, "config keepcnt=300\n", "keepcnt is 300, but must lie between 0 and 255"},
    {2, "quiet 1\nconfig msl=30s\n", "'config' stands before everything that happens"},
    {1, "at\n", "a state is missing after 'at'"},
    {1, "at NOWHERE\n", "at/NOWHERE.pkt cannot be read: No such file or directory"},
    {2, "batch {\nat ESTABLISHED\n}\n", "'at' cannot stand in a block"},
    {1, "batch\n", "'{' is missing"},
    {1, "batch { }\n", "the block is empty"},
    {1, "batch { +0 close(3) = 0 }\n", "a batch has only packets that arrive"},
    {1, "batch { +0 > R 1:1(0) }\n", "a batch has only packets that arrive"},
    {1, "batch {\n+0 < R 1:1(0)\n+1 < R 1:1(0)\n}\n", "the packets of a batch come at one instant"},
    {2, "quiet 1\nbatch {\n+0 < R 1:1(0)\n", "'}' is missing"},
    {3, "batch {\n+0 < R 1:1(0)\n+0 < X\n}\n", "flags are missing at 'X'"},
    {1, "oneof { quiet 1 } or { quiet 2 }\n", "a number is missing: decision record"},
    {1, "oneof 0012 { quiet 1 }\n", "'oneof' needs two alternatives"},
    {1, "oneof 0012 { +0 close(3) = 0 } or { quiet 1 }\n", "an alternative begins with a packet that leaves"},
    {1, "oneof 0012 { quiet 1 } or { +0 < R 1:1(0) }\n", "an alternative begins with a packet that leaves"},
    {2, "quiet 1\n}\n", "this '}' closes nothing"},
};

START_TEST(refuses) {
    const struct refusal *refusal = &refusals[_i];
    struct drill_error error;
    memset(&error, '#', sizeof error);
    struct drill_script *script = drill_parse("some/script.pkt", refusal->text, &error);
    ck_assert_msg(script == NULL, "it was read: %s", refusal->text);
    ck_assert_str_eq(error.path, "some/script.pkt");
    ck_assert_msg(error.line == refusal->line && strstr(error.text, refusal->says) != NULL,
                  "line %u: %s\nis said, not\nline %u: %s\nof\n%s", error.line, error.text, refusal->line,
                  refusal->says, refusal->text);
}
END_TEST

/* ---- files ---- */

static char folder[] = "/tmp/lucid-drill-XXXXXX";
static char path[2][64];

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void file_refuses(unsigned line, const char *in, const char *says) {
    struct drill_error error;
    ck_assert_ptr_null(drill_parse_file(path[0], &error));
    ck_assert_msg(error.line == line && strstr(error.path, in) && strstr(error.text, says), "%s:%u: %s", error.path,
                  error.line, error.text);
}

/* `at` finds its script beside the one that is read; what is wrong there is said of that file. */
START_TEST(files) {
    char at[64];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(at, sizeof at, "%s/at", folder);
    snprintf(path[0], sizeof path[0], "%s/script.pkt", folder);
    snprintf(path[1], sizeof path[1], "%s/at/LISTEN.pkt", folder);
    file_refuses(0, "script.pkt", "No such file or directory; give the path of a script");
    ck_assert_int_eq(mkdir(at, 0777), 0);
    write_file(path[0], "\nat LISTEN\n");
    write_file(path[1], "quiet 1\nnonsense\n");
    file_refuses(2, "at/LISTEN.pkt", "'nonsense' is no line of a script");
    write_file(path[1], "config msl=1s\nquiet 1\n");
    file_refuses(2, "script.pkt", "LISTEN.pkt has 'config', which belongs to the script that is played");
    write_file(path[1], "at LISTEN\n");
    file_refuses(1, "LISTEN.pkt", "'at' in a circle");
    write_file(path[1], "quiet 1\n");
    struct drill_error error;
    struct drill_script *script = drill_parse_file(path[0], &error);
    ck_assert_msg(script != NULL, "%s", error.text);
    ck_assert_int_eq(script->lines->kind, DRILL_LINE_AT);
    ck_assert_int_eq(script->lines->u.at->lines->kind, DRILL_LINE_QUIET);
    drill_script_free(script);
    unlink(path[0]);
    unlink(path[1]);
    rmdir(at);
    rmdir(folder);
}
END_TEST

/* ---- what was read ---- */

/* Packets that print as they were written, and, built as octets and read again, still do. */
static const char *const packets[] = {
    "< S 0:0(0) win 65535 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>",
    "> S. 0:0(0) ack 1 win 65535 <mss 1460>",
    "> FP. 1:101(100) ack 1 win 5",
    "< PUEW. -5:15(20) ack -7 win 1000 urg 3",
    "< . 1:1(0) ack 1 win 9 <nop,nop,sack 11:21 31:41>",
    "< . 1:1(0) ack 1 win 9 <hex fd0411ff,nop,eol,eol,eol>",
    "< S 0:10(10) win 5 <nop,nop,fastopen>",
    "> S. 0:0(0) ack 1 win 5 <nop,nop,fastopen 0123456789abcdef>",
    "> R 1:1(0) win 0",
    "< - 1:1(0) win 7",
    "< 40000 > 8081 S 0:0(0) win 1000",
    "< udp (100)",
    "> 53 > 40000 udp (0)",
    "< icmp echo_request id 7 seq 1 (40)",
    "> icmp echo_reply id 0 seq 65535 (0)",
    "< icmp unreachable frag_needed mtu 1200 [1:1461(1460)]",
    "> icmp unreachable port_unreachable [udp (20)]",
    "< icmp time_exceeded ttl [1:1(0)]",
};

static void read_line(const char *text, struct drill_packet *packet) {
    struct drill_error error = {.text = ""};
    struct scan scan = {text, &error};
    ck_assert_msg(drill_parse_packet(&scan, packet) && scan_end(&scan), "%s: %s", text, error.text);
}

START_TEST(packets_print_as_written) {
    static uint8_t octets[LUCID_PACKET_MAX];
    const char *text = packets[_i];
    for (int variant = 0; variant < 4; variant++) {
        char printed[DRILL_PACKET_TEXT], why[DRILL_PACKET_TEXT] = "";
        struct drill_numbers numbers = {UINT32_MAX - 3, 77, 5, 9};
        struct drill_packet packet;
        struct drill_ends ends;
        struct drill_seen seen;
        read_line(text, &packet);
        ck_assert_str_eq(drill_packet_print(&packet, printed), text);
        lucid_addr_parse(variant % 2 ? "10.0.0.1" : "fd77::1", &ends.local.addr);
        lucid_addr_parse(variant % 2 ? "10.0.0.2" : "fd77::2", &ends.peer.addr);
        ends.local.port = packet.from_port ? packet.outbound ? packet.from_port : packet.to_port : 8080;
        ends.peer.port = packet.from_port ? packet.outbound ? packet.to_port : packet.from_port : 8080;
        numbers.ours = variant / 2 ? 1 : numbers.ours;
        size_t length = drill_packet_build(&packet, &ends, &numbers, octets);
        ck_assert_uint_gt(length, 0);
        ck_assert_msg(drill_packet_read(octets, length, packet.outbound, &seen), "%s", text);
        drill_packet_relative(&seen.packet, &numbers);
        ck_assert_msg(!drill_packet_differs(&packet, &seen.packet, why), "%s: %s", text, why);
        ck_assert_mem_eq(&seen.ends.local.addr, &ends.local.addr, 16);
        seen.packet.from_port = packet.from_port; /* the usual ports are not printed */
        ck_assert_str_eq(drill_packet_print(&seen.packet, printed), text);
    }
}
END_TEST

/* A packet is a prefix short: whatever is cut off, nothing is read behind the end, and nothing is made up. */
START_TEST(cut_packets_are_refused) {
    static uint8_t octets[LUCID_PACKET_MAX];
    struct drill_packet packet;
    struct drill_ends ends = {{.port = 8080}, {.port = 8080}};
    struct drill_numbers numbers = {1, 2, 3, 0};
    struct drill_seen seen;
    read_line(packets[_i], &packet);
    for (int ipv4 = 0; ipv4 < 2; ipv4++) {
        lucid_addr_parse(ipv4 ? "10.0.0.1" : "fd77::1", &ends.local.addr);
        lucid_addr_parse(ipv4 ? "10.0.0.2" : "fd77::2", &ends.peer.addr);
        size_t length = drill_packet_build(&packet, &ends, &numbers, octets);
        for (size_t cut = 0; cut < length; cut++) {
            uint8_t *copy = exact_copy(octets, cut);
            ck_assert(!drill_packet_read(copy, cut, true, &seen));
            exact_free(copy);
        }
    }
}
END_TEST

/* The tags are the first comment that names an RFC or a regression, blanks in a row as one. */
START_TEST(tags) {
    static const char *const texts[][2] = {
        {"// RFC 9293  3.6.1\tMUST-12\nquiet 1\n", "RFC 9293 3.6.1 MUST-12"},
        {"// nothing\n/* see RFC 793\n   3.9 */\n", "RFC 793 3.9"},
        {"// regression close-fw2\n// RFC 1\n", "regression close-fw2"},
        {"quiet 1 // nothing\n", ""},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct drill_error error;
        struct drill_script *script = drill_parse("x.pkt", texts[i][0], &error);
        ck_assert_msg(script != NULL, "%s", error.text);
        ck_assert_str_eq(script->tags, texts[i][1]);
        drill_script_free(script);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("drill_parse", &tests);
    tcase_add_loop_test(tests, refuses, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(tests, files);
    tcase_add_loop_test(tests, packets_print_as_written, 0, sizeof packets / sizeof *packets);
    tcase_add_loop_test(tests, cut_packets_are_refused, 0, sizeof packets / sizeof *packets);
    tcase_add_test(tests, tags);
    return unit_run(suite);
}
