/* test_link_down.c: what a stack does while its device takes no packets: lucid_output() is not called. A drill always
 * calls it, so this is told in C, with packets in the notation of scripts. */
#include "harness/drill_parse.h"
#include "harness/drill_packet.h"
#include "harness/vhost.h"
#include "lucid/info.h"
#include "lucid/socket.h"
#include "unit/unit.h"

static struct vhost host;
static struct lucid_stack *stack;
static lucid_time now;
static struct drill_ends ends;
static struct drill_numbers numbers = {.ours = 0xfffffff0, .theirs = 0x7ffffff0};

static void parse(const char *line, struct drill_packet *packet) {
    struct drill_error error = {.text = ""};
    struct scan scan = {line, &error};
    memset(packet, 0, sizeof *packet);
    ck_assert_msg(drill_parse_packet(&scan, packet), "%s: %s", line, error.text);
}

static void arrives(const char *line) {
    static uint8_t octets[LUCID_PACKET_MAX];
    struct drill_packet packet;
    parse(line, &packet);
    uint32_t length = (uint32_t)drill_packet_build(&packet, &ends, &numbers, octets);
    struct lucid_packet in = {.slice[0] = {octets, length}, .slices = 1, .length = length};
    ck_assert_int_eq(lucid_input(stack, now, &in), 0);
}

/* The device takes a packet, which must be this one; "": there is none. */
static void leaves(const char *line) {
    struct lucid_packet out;
    static uint8_t octets[LUCID_PACKET_MAX];
    struct drill_seen seen;
    struct drill_packet packet;
    char why[DRILL_PACKET_TEXT];
    int some = lucid_output(stack, now, &out);
    ck_assert_msg(some == (line[0] != '\0'), "%s packet leaves; expected '%s'", some ? "a" : "no", line);
    if (!some) {
        return;
    }
    size_t length = 0;
    for (unsigned i = 0; i < out.slices; i++) {
        memcpy(octets + length, out.slice[i].data, out.slice[i].length);
        length += out.slice[i].length;
    }
    parse(line, &packet);
    ck_assert(drill_packet_read(octets, length, true, &seen));
    drill_packet_relative(&seen.packet, &numbers);
    ck_assert_msg(!drill_packet_differs(&packet, &seen.packet, why), "expected %s: %s", line, why);
}

/* Time passes from deadline to deadline, and nobody takes a packet. Returns how many deadlines there were. */
static unsigned pass_silently(lucid_time until) {
    unsigned count = 0;
    for (lucid_time next; (next = lucid_deadline(stack)) <= until; count++) {
        ck_assert_msg(count < 100, "deadlines that do not move");
        now = next > now ? next : now;
        lucid_tick(stack, now);
    }
    now = until;
    lucid_tick(stack, now);
    return count;
}

static int connection(void) {
    struct lucid_config config;
    now = LUCID_SECOND;
    vhost_init(&host, 1);
    lucid_config_default(&config);
    vhost_lend_iss(&host, &config, numbers.ours);
    lucid_addr_parse("192.168.0.1", &ends.local.addr);
    lucid_addr_parse("192.0.2.1", &ends.peer.addr);
    ends.local.port = ends.peer.port = 8080;
    config.addrs[0] = (struct lucid_ifaddr){.addr = ends.local.addr, .prefix = 24};
    config.addr_count = 1;
    ck_assert_int_eq(lucid_create(&stack, &config, now), 0);
    int listener = lucid_socket(stack, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(stack, listener, &ends.local), 0);
    ck_assert_int_eq(lucid_listen(stack, listener, 1), 0);
    arrives("< S 0:0(0) win 65535 <mss 1460>");
    leaves("> S. 0:0(0) ack 1 <mss 1460>");
    arrives("< . 1:1(0) ack 1 win 65535");
    return lucid_accept(stack, listener, NULL);
}

static void end(void) {
    lucid_destroy(stack);
    ck_assert_msg(vhost_clean(&host), "%s", host.fault);
}

static void send_octets(int fd, uint32_t place, size_t length) {
    uint8_t data[8000];
    drill_octets(true, place, data, length);
    ck_assert_int_eq(lucid_send(stack, fd, data, length, 0), (ptrdiff_t)length);
}

/* RFC 6298 5   regression rtx-link-down: the retransmission timer runs and backs off, without a storm of deadlines; one
 * segment is due when the link is back, however often the timer has expired; then everything goes on. */
START_TEST(ten_seconds_without_a_link) {
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    int fd = connection();
    send_octets(fd, 0, 4380);
    leaves("> . 1:1461(1460) ack 1");
    leaves("> . 1461:2921(1460) ack 1");
    leaves("> P. 2921:4381(1460) ack 1");
    leaves("");
    unsigned deadlines = pass_silently(now + 10 * LUCID_SECOND);
    ck_assert_uint_ge(deadlines, 1);
    ck_assert_uint_le(deadlines, 12);
    ck_assert_int_eq(lucid_getsockopt(stack, fd, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &length), 0);
    ck_assert_uint_ge(info.backoff, 1);
    leaves("> . 1:1461(1460) ack 1");
    leaves("");
    now += 100 * LUCID_MILLISECOND;
    arrives("< . 1:1(0) ack 4381 win 65535");
    send_octets(fd, 4380, 100);
    leaves("> P. 4381:4481(100) ack 1");
    arrives("< . 1:1(0) ack 4481 win 65535");
    leaves("");
    end();
}
END_TEST

/* Data written while the link is down leaves when it is back, in order and once. */
START_TEST(data_of_a_time_without_a_link) {
    int fd = connection();
    send_octets(fd, 0, 1460);
    ck_assert_uint_le(pass_silently(now + 10 * LUCID_SECOND), 12);
    send_octets(fd, 1460, 1000);
    leaves("> . 1:1461(1460) ack 1");
    now += 100 * LUCID_MILLISECOND;
    arrives("< . 1:1(0) ack 1461 win 65535");
    leaves("> P. 1461:2461(1000) ack 1");
    arrives("< . 1:1(0) ack 2461 win 65535");
    leaves("");
    end();
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("link down", &tests);
    tcase_add_test(tests, ten_seconds_without_a_link);
    tcase_add_test(tests, data_of_a_time_without_a_link);
    return unit_run(suite);
}
