/* test_device_read.c: what device_read() believes of the header in front of a packet. The device here is a socket, into
 * which anything can be written.
 *
 * A checksum is trusted only where the header vouches for it; a segment size only where it can be one of this packet;
 * lengths, places of checksums and lengths of headers never: the read alone says how long a packet is.
 */
#include "device.h"
#include "packets.h"
#include "unit.h"

#include <linux/virtio_net.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LENGTH = 1200, VNET = sizeof(struct virtio_net_hdr) };

static struct device device;
static int far_end;
static uint8_t room[LUCID_PACKET_MAX];
static struct lucid_packet packet;

static void setup(void) {
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
    device = (struct device){.fd = ends[0]};
    far_end = ends[1];
}

static void teardown(void) {
    device_close(&device);
    close(far_end);
}

/* A packet of so many octets behind this header. */
static enum device_result read_behind(const struct virtio_net_hdr *header, size_t length) {
    static uint8_t octets[VNET + LUCID_PACKET_MAX];
    memcpy(octets, header, VNET);
    memset(octets + VNET, 0x45, length);
    ck_assert_int_eq(write(far_end, octets, VNET + length), (ssize_t)(VNET + length));
    return device_read(&device, room, &packet);
}

START_TEST(a_checksum_is_trusted_where_the_device_vouches_for_it) {
    static const struct {
        uint8_t flags, checksum;
    } cases[] = {
        {0, LUCID_CHECKSUM_FULL},
        {VIRTIO_NET_HDR_F_NEEDS_CSUM, LUCID_CHECKSUM_PARTIAL},
        {VIRTIO_NET_HDR_F_DATA_VALID, LUCID_CHECKSUM_TRUSTED},
        {VIRTIO_NET_HDR_F_RSC_INFO, LUCID_CHECKSUM_FULL},
        {(uint8_t) ~(VIRTIO_NET_HDR_F_NEEDS_CSUM | VIRTIO_NET_HDR_F_DATA_VALID), LUCID_CHECKSUM_FULL},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(read_behind(&(struct virtio_net_hdr){.flags = cases[i].flags}, LENGTH), DEVICE_DONE);
        ck_assert_msg(packet.checksum == cases[i].checksum, "flags %u", cases[i].flags);
    }
    ck_assert_uint_eq(device.bad_headers, 0);
}
END_TEST

START_TEST(a_segment_size_is_believed_when_there_can_be_such_segments) {
    static const struct {
        uint8_t type;
        uint16_t size, believed;
        bool bad;
    } cases[] = {
        {VIRTIO_NET_HDR_GSO_NONE, 1000, 0, false},
        {VIRTIO_NET_HDR_GSO_TCPV4, 1000, 1000, false},
        {VIRTIO_NET_HDR_GSO_TCPV6, 1000, 1000, false},
        {VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN, LENGTH, LENGTH, false},
        {VIRTIO_NET_HDR_GSO_TCPV4, 0, 0, true},
        {VIRTIO_NET_HDR_GSO_TCPV4, LENGTH + 1, 0, true},
        {VIRTIO_NET_HDR_GSO_TCPV6, UINT16_MAX, 0, true},
        {VIRTIO_NET_HDR_GSO_UDP, 1000, 0, true},
        {0x7f, 1000, 0, true},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct virtio_net_hdr header = {.gso_type = cases[i].type, .gso_size = cases[i].size};
        uint64_t before = device.bad_headers;
        ck_assert_int_eq(read_behind(&header, LENGTH), DEVICE_DONE);
        ck_assert_msg(packet.segment_size == cases[i].believed, "case %u: %u", i, packet.segment_size);
        ck_assert_uint_eq(device.bad_headers - before, cases[i].bad);
    }
}
END_TEST

START_TEST(the_read_alone_says_how_long_a_packet_is) {
    static const size_t lengths[] = {1, LENGTH, LUCID_PACKET_MAX};
    struct virtio_net_hdr hostile;
    memset(&hostile, 0xff, sizeof hostile);
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        ck_assert_int_eq(read_behind(&hostile, lengths[i]), DEVICE_DONE);
        ck_assert_uint_eq(packet.length, lengths[i]);
        ck_assert_uint_eq(packet.slices, 1);
        ck_assert_ptr_eq(packet.slice[0].data, room);
        ck_assert_uint_eq(packet.slice[0].length, lengths[i]);
        ck_assert_uint_eq(packet.segment_size, 0);
    }
    ck_assert_uint_eq(device.bad_headers, 3);
}
END_TEST

START_TEST(a_header_alone_is_no_packet) {
    static const uint8_t octets[VNET];
    for (size_t length = 1; length <= VNET; length++) {
        ck_assert_int_eq(write(far_end, octets, length), (ssize_t)length);
        ck_assert_int_eq(device_read(&device, room, &packet), DEVICE_BAD);
        ck_assert_uint_eq(device.bad_headers, length);
    }
    ck_assert_int_eq(device_read(&device, room, &packet), DEVICE_EMPTY);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("device read", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_checksum_is_trusted_where_the_device_vouches_for_it);
    tcase_add_test(tests, a_segment_size_is_believed_when_there_can_be_such_segments);
    tcase_add_test(tests, the_read_alone_says_how_long_a_packet_is);
    tcase_add_test(tests, a_header_alone_is_no_packet);
    return unit_run(suite);
}
