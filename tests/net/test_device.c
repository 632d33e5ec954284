/* test_device.c: a device without a stack (lucid_device_open()) against the kernel, each test in a network of its
 * own.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/kernel.h"
#include "unit/unit.h"

enum { PORT = 9000, HEADERS = 28, PATIENCE = 5000 };

static struct lucid_host_options options;
static struct lucid_device *device;
static char error[LUCID_ERROR_TEXT];

static void setup(void) {
    kernel_private_network();
    lucid_host_defaults(&options);
}

static void open_device(void) {
    ck_assert_msg(lucid_device_open(&device, &options, error) == 0, "%s", error);
}

/* Waits for the next packet to or from PORT; the kernel may have others to send. */
static size_t next_packet(uint8_t *room) {
    struct pollfd one = {.fd = lucid_device_fd(device), .events = POLLIN};
    for (;;) {
        ptrdiff_t length = lucid_device_read(device, room);
        ck_assert_int_ge(length, 0);
        if (length > HEADERS && room[0] == 0x45 && room[9] == IPPROTO_UDP) {
            return (size_t)length;
        }
        ck_assert(length > 0 || poll(&one, 1, PATIENCE) == 1);
    }
}

static void swap(uint8_t *a, uint8_t *b, size_t length) {
    for (size_t i = 0; i < length; i++) {
        uint8_t octet = a[i];
        a[i] = b[i];
        b[i] = octet;
    }
}

/* What the kernel sends comes out whole; with source and destination exchanged, which leaves the checksums right, it
 * goes back to the socket that sent it. */
START_TEST(to_and_fro) {
    static uint8_t room[LUCID_PACKET_MAX];
    const struct sockaddr_in there = {
        .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(0x0a4d0002)};
    char answer[16] = "";
    open_device();
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&there, sizeof there), 0);
    ck_assert_int_eq(send(fd, "hello", 5, 0), 5);
    size_t length = next_packet(room);
    ck_assert_uint_eq(length, HEADERS + 5);
    ck_assert_mem_eq(room + HEADERS, "hello", 5);
    swap(room + 12, room + 16, 4);
    swap(room + 20, room + 22, 2);
    ck_assert_int_eq(lucid_device_write(device, room, length), (ptrdiff_t)length);
    struct pollfd one = {.fd = fd, .events = POLLIN};
    ck_assert_int_eq(poll(&one, 1, PATIENCE), 1);
    ck_assert_int_eq(recv(fd, answer, sizeof answer, 0), 5);
    ck_assert_str_eq(answer, "hello");
    close(fd);
    lucid_device_close(device);
}
END_TEST

/* What the kernel would have the device cut is cut before: every packet is one of the wire. */
START_TEST(wire_packets_only) {
    static uint8_t room[LUCID_PACKET_MAX];
    open_device();
    for (;;) {
        ptrdiff_t length = lucid_device_read(device, room);
        ck_assert_int_le(length, options.config.mtu);
        if (length <= 0) {
            break;
        }
    }
    ck_assert_int_eq(lucid_device_write(device, "?", 1), 0); /* no IP packet: the kernel does not take it */
    lucid_device_close(device);
    ck_assert_uint_eq(if_nametoindex("lucid0"), 0);
    lucid_device_close(NULL);
}
END_TEST

START_TEST(refusals_are_sentences) {
    options.device_path = "/nonexistent/tun";
    ck_assert_int_eq(lucid_device_open(&device, &options, error), -2);
    ck_assert_ptr_null(device);
    ck_assert_ptr_nonnull(strstr(error, "there is no /nonexistent/tun: load the tun module"));
    options.device_path = "/dev/net/tun";
    options.config.mtu = 20;
    ck_assert_int_lt(lucid_device_open(&device, &options, error), 0);
    ck_assert_ptr_nonnull(strstr(error, "cannot set the MTU of lucid0 to 20"));
    ck_assert_uint_eq(if_nametoindex("lucid0"), 0);
}
END_TEST

START_TEST(goes_away) {
    static uint8_t room[LUCID_PACKET_MAX];
    open_device();
    ck_assert_int_eq(system("ip link delete lucid0"), 0);
    ck_assert_int_eq(lucid_device_read(device, room), -LUCID_EIO);
    ck_assert_int_eq(lucid_device_write(device, "?", 1), -LUCID_EIO);
    lucid_device_close(device);
}
END_TEST

int main(void) {
    if (!kernel_can_test("device")) {
        return 0;
    }
    TCase *tests;
    Suite *suite = unit_suite("device", &tests);
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, to_and_fro);
    tcase_add_test(tests, wire_packets_only);
    tcase_add_test(tests, refusals_are_sentences);
    tcase_add_test(tests, goes_away);
    return unit_run(suite);
}
