/* test_sniffer.c: every packet of a network is told once, with complete checksums and a time (lucid_sniffer_open(),
 * tun/sniffer.c): between two sockets of the kernel on the loopback interface, and between the kernel and a stack on a
 * device.
 */
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/kernel.h"
#include "unit/unit.h"

enum { PORT = 8080, OCTETS = 100000, IP4_HEADER = 20, UDP = 17, TCP = 6 };

/* What was seen of one protocol. */
struct seen {
    unsigned packets, wrong_checksums, late;
    size_t octets;   /* of data towards PORT */
    size_t longest;  /* packet */
    uint64_t before; /* the time at which nothing had passed yet */
    uint8_t protocol;
};

static struct lucid_sniffer *sniffer;
static char error[LUCID_ERROR_TEXT];

static uint64_t wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * LUCID_SECOND + (uint64_t)now.tv_nsec;
}

static void begin(void) {
    kernel_private_network();
    sniffer = lucid_sniffer_open(error);
    ck_assert_msg(sniffer != NULL, "%s", error);
}

static uint32_t add(uint32_t sum, const uint8_t *octets, size_t length) {
    for (size_t i = 0; i < length; i++) {
        sum += i % 2 ? octets[i] : (uint32_t)octets[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

/* RFC 9293 3.1: with the pseudo-header, all words of a segment add up to 0xffff. */
static bool checksum_is_right(const uint8_t *octets, size_t length) {
    uint8_t rest[4] = {0, octets[9], (uint8_t)((length - IP4_HEADER) >> 8), (uint8_t)(length - IP4_HEADER)};
    return add(add(add(0, octets + 12, 8), rest, 4), octets + IP4_HEADER, length - IP4_HEADER) == 0xffff;
}

static void see(void *user, uint64_t at, const uint8_t *octets, size_t length) {
    struct seen *seen = user;
    if (octets[0] >> 4 != 4 || octets[9] != seen->protocol) {
        return;
    }
    size_t header = seen->protocol == UDP ? 8 : (size_t)(octets[IP4_HEADER + 12] >> 4) * 4;
    unsigned port = (unsigned)octets[IP4_HEADER + 2] << 8 | octets[IP4_HEADER + 3];
    seen->packets++;
    seen->octets += port == PORT ? length - IP4_HEADER - header : 0;
    seen->longest = length > seen->longest ? length : seen->longest;
    seen->wrong_checksums += !checksum_is_right(octets, length);
    seen->late += at < seen->before || at > wall();
}

START_TEST(a_datagram_on_loopback_is_told_once) {
    struct seen seen = {.protocol = UDP};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    begin();
    seen.before = wall();
    int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert_int_eq(bind(receiver, (struct sockaddr *)&to, sizeof to), 0);
    ck_assert_int_eq(sendto(sender, "hello", 5, 0, (struct sockaddr *)&to, sizeof to), 5);
    ck_assert_int_eq(lucid_sniffer_read(sniffer, see, &seen), 0);
    ck_assert_uint_eq(seen.packets, 1);
    ck_assert_uint_eq(seen.octets, 5);
    ck_assert_uint_eq(seen.wrong_checksums, 0);
    ck_assert_uint_eq(seen.late, 0);
    close(receiver);
    close(sender);
    lucid_sniffer_close(sniffer);
}
END_TEST

/* The kernel leaves checksums to the device, and hands it more than a packet holds at once. */
START_TEST(a_stream_to_a_device_is_cut_and_complete) {
    static uint8_t octets[OCTETS];
    struct lucid_host_options options;
    struct seen seen = {.protocol = TCP};
    begin();
    lucid_host_defaults(&options);
    struct lucid_host *host = kernel_open_host(&options);
    seen.before = wall();
    int listener = lucid_host_listen(host, NULL, PORT, 1);
    int client = kernel_connect("10.77.0.2", PORT);
    int peer = lucid_host_accept(host, listener, NULL, 5 * LUCID_SECOND);
    ck_assert_int_gt(peer, 0);
    ck_assert_uint_eq(kernel_send(host, client, octets, sizeof octets), sizeof octets);
    kernel_turn(host, 100 * LUCID_MILLISECOND);
    ck_assert_int_eq(lucid_sniffer_read(sniffer, see, &seen), 0);
    ck_assert_uint_eq(seen.octets, OCTETS);
    ck_assert_uint_le(seen.longest, 1500);
    ck_assert_uint_eq(seen.wrong_checksums, 0);
    ck_assert_uint_eq(seen.late, 0);
    close(client);
    lucid_host_close(host);
    lucid_sniffer_close(sniffer);
}
END_TEST

START_TEST(its_descriptor_is_readable_when_something_has_passed) {
    struct seen seen = {.protocol = TCP};
    begin();
    struct pollfd wait = {.fd = lucid_sniffer_fd(sniffer), .events = POLLIN};
    ck_assert_int_eq(poll(&wait, 1, 0), 0);
    ck_assert_int_eq(lucid_sniffer_read(sniffer, see, &seen), 0);
    ck_assert_uint_eq(seen.packets, 0);
    int listener = kernel_listen("127.0.0.1", PORT), client = kernel_connect("127.0.0.1", PORT);
    ck_assert_int_eq(poll(&wait, 1, 1000), 1);
    ck_assert_int_eq(lucid_sniffer_read(sniffer, see, &seen), 0);
    ck_assert_uint_eq(seen.packets, 3); /* SYN; SYN,ACK; ACK */
    ck_assert_uint_eq(seen.wrong_checksums, 0);
    close(client);
    close(listener);
    lucid_sniffer_close(sniffer);
}
END_TEST

START_TEST(without_the_right_to_it_there_is_a_sentence) {
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0) {
        return;
    }
    ck_assert_ptr_null(lucid_sniffer_open(error));
    ck_assert_ptr_nonnull(strstr(error, "run as root"));
    lucid_sniffer_close(NULL);
}
END_TEST

int main(void) {
    if (!kernel_can_test("sniffer")) {
        return 0;
    }
    TCase *tests;
    Suite *suite = unit_suite("sniffer", &tests);
    tcase_add_test(tests, a_datagram_on_loopback_is_told_once);
    tcase_add_test(tests, a_stream_to_a_device_is_cut_and_complete);
    tcase_add_test(tests, its_descriptor_is_readable_when_something_has_passed);
    tcase_add_test(tests, without_the_right_to_it_there_is_a_sentence);
    return unit_run(suite);
}
