/* test_device_write.c: what device_write() does with a packet that the kernel does not take. The device here is a
 * socket, which refuses what is longer than its buffer.
 */
#include "device.h"
#include "packets.h"
#include "unit.h"

#include <errno.h>
#include <linux/virtio_net.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEGMENT = 1000, SEGMENTS = 100, HEAD = 40, VNET = sizeof(struct virtio_net_hdr), SOURCE = 12, ROOM = 40000 };

static struct device device;
static int far_end;
static uint8_t head[HEAD], payload[SEGMENTS * SEGMENT];
static struct lucid_packet packet;

/* A socket that takes messages of less than twice ROOM octets, as the kernel doubles the figure. */
static void setup(void) {
    int ends[2], room = ROOM;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    ck_assert_int_eq(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room), 0);
    device = (struct device){.fd = ends[0]};
    far_end = ends[1];
    uint64_t state = 1;
    for (size_t i = 0; i < sizeof payload; i++) {
        payload[i] = (uint8_t)draw(&state);
    }
}

static void teardown(void) {
    device_close(&device);
    close(far_end);
}

/* Sequence number 0; the total length is 0 when there is more than it can tell. */
static void make_head(uint32_t octets) {
    static const uint8_t addresses[] = {10, 77, 0, 2, 10, 77, 0, 1};
    memset(head, 0, sizeof head);
    head[0] = 0x45;
    head[9] = 6;
    set16(head + 2, HEAD + octets > 65535 ? 0 : HEAD + octets);
    memcpy(head + SOURCE, addresses, sizeof addresses);
    head[32] = 0x50;
    head[33] = LUCID_ACK;
    set16(head + 36, slow_pseudo("10.77.0.2", "10.77.0.1", 6, 20 + octets));
}

/* A packet of TCP with so many segments. */
static void make(unsigned segments) {
    uint32_t octets = segments * SEGMENT;
    make_head(octets);
    packet = (struct lucid_packet){.slices = 3,
                                   .length = HEAD + octets,
                                   .segment_size = SEGMENT,
                                   .header_length = HEAD,
                                   .checksum = LUCID_CHECKSUM_PARTIAL,
                                   .checksum_start = 20,
                                   .checksum_offset = 16};
    packet.slice[0] = (struct lucid_slice){head, HEAD};
    packet.slice[1] = (struct lucid_slice){payload, 1500};
    packet.slice[2] = (struct lucid_slice){payload + 1500, octets - 1500};
}

/* Is that the segment of this number, complete? */
static bool is_segment(unsigned number, const uint8_t *octets, ssize_t length) {
    static const uint8_t nothing[VNET];
    uint8_t seq[4];
    set32(seq, number * SEGMENT);
    const uint8_t *ip = octets + VNET;
    unsigned sum = slow_pseudo("10.77.0.2", "10.77.0.1", 6, 20 + SEGMENT);
    return length == VNET + HEAD + SEGMENT && memcmp(octets, nothing, VNET) == 0 && memcmp(ip + 24, seq, 4) == 0 &&
           slow_sum(0, ip, 20) == 0xffff && slow_sum(sum, ip + 20, 20 + SEGMENT) == 0xffff &&
           memcmp(ip + HEAD, payload + number * SEGMENT, SEGMENT) == 0;
}

/* Reads them all, in a process of its own. */
static pid_t expect_segments(void) {
    static uint8_t octets[4000];
    pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    unsigned number = 0;
    while (number < SEGMENTS && is_segment(number, octets, recv(far_end, octets, sizeof octets, 0))) {
        number++;
    }
    _exit(number == SEGMENTS ? 0 : 1);
}

START_TEST(segments_of_a_packet_that_is_too_long) { /* LUCID_OFFLOAD_LARGE4 */
    int status;
    make(SEGMENTS);
    pid_t reader = expect_segments();
    ck_assert_int_eq(device_write(&device, &packet), DEVICE_DONE);
    ck_assert_uint_eq(device.packets_cut, 1);
    ck_assert_int_eq(waitpid(reader, &status, 0), reader);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(what_a_total_length_can_tell_is_not_cut) {
    int room = 1;
    ck_assert_int_eq(setsockopt(device.fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room), 0);
    make(60);
    ck_assert_int_eq(device_write(&device, &packet), DEVICE_BAD);
    ck_assert_uint_eq(device.packets_cut, 0);
}
END_TEST

START_TEST(what_is_taken_is_not_cut) {
    static uint8_t octets[VNET + HEAD + sizeof payload];
    int room = 4 * ROOM;
    ck_assert_int_eq(setsockopt(device.fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room), 0);
    make(SEGMENTS);
    ck_assert_int_eq(device_write(&device, &packet), DEVICE_DONE);
    ck_assert_uint_eq(device.packets_cut, 0);
    ck_assert_int_eq(recv(far_end, octets, sizeof octets, 0), sizeof octets);
    ck_assert_mem_eq(octets + VNET, head, HEAD);
    ck_assert_mem_eq(octets + VNET + HEAD, payload, sizeof payload);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("device_write", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, segments_of_a_packet_that_is_too_long);
    tcase_add_test(tests, what_a_total_length_can_tell_is_not_cut);
    tcase_add_test(tests, what_is_taken_is_not_cut);
    return unit_run(suite);
}
