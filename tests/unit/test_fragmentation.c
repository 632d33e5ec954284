/* test_fragmentation.c: ip/cutting.c, ip/ident.c: datagrams that are too long for one packet leave in fragments.
 * requirements 1122-3.2.1.5 1122-3.2.2.6 4443-4.2; RFC 791 3.2, RFC 6864 4.3, RFC 8200 4.5, RFC 8085 3.2
 */
#include "fixture.h"
#include "udp/socket.h"

static struct fixture f;
static struct packet packet;
static uint8_t data[65536], whole[65536 + 60];
static size_t whole_length;

static void setup(void) {
    fixture_open(&f);
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i * 7 + i / 256);
    }
}

static void teardown(void) {
    fixture_close(&f);
}

static const char *const them[2] = {"10.77.0.1", "fd77::1"}, *const us[2] = {"10.77.0.2", "fd77::2"};

static unsigned read16(const uint8_t *at) {
    return (unsigned)(at[0] << 8 | at[1]);
}

/* Lets one packet leave; false: there is none. */
static bool pull(uint8_t *octets) {
    size_t length = 0;
    ip_left(&f.ip);
    if (!ip_output(&f.ip, &f.out) && !udp_output(&f.udp, &f.out)) {
        return false;
    }
    for (unsigned i = 0; i < f.out.slices; i++) {
        memcpy(octets + length, f.out.slice[i].data, f.out.slice[i].length);
        length += f.out.slice[i].length;
    }
    ck_assert_uint_eq(length, f.out.length);
    return true;
}

/* Takes the next fragment, whose place must be right behind what came before; returns its identification. */
static uint32_t take_fragment(bool six, uint8_t protocol, bool *more) {
    uint8_t octets[65536 + 60];
    EXPECT(pull(octets));
    size_t head = six ? 48 : 20, length = f.out.length - head;
    unsigned field = read16(octets + (six ? 42 : 6));
    *more = field & (six ? 1 : 0x2000);
    EXPECT(f.out.length <= (six ? 1280 : f.env.config.mtu) && f.out.checksum == LUCID_CHECKSUM_FULL);
    EXPECT(f.out.segment_size == 0 && (!*more || length % 8 == 0));
    EXPECT((six ? field & 0xfff8u : (field & 0x1fffu) * 8) == whole_length);
    EXPECT(six ? octets[6] == 44 && octets[40] == protocol && octets[41] == 0 && (field & 6) == 0
               : octets[9] == protocol);
    EXPECT(six ? read16(octets + 4) == 8 + length : read16(octets + 2) == 20 + length);
    EXPECT(six || ((field & 0xc000) == 0 && slow_sum(0, octets, 20) == 0xffff)); /* DF is not set */
    EXPECT(octets[six ? 7 : 8] == 64);
    memcpy(whole + whole_length, octets + head, length);
    whole_length += length;
    return six ? read16(octets + 44) << 16 | read16(octets + 46) : read16(octets + 4);
}

/* Takes all fragments of the next datagram into whole. */
static uint32_t take_fragments(bool six, uint8_t protocol) {
    bool more;
    whole_length = 0;
    uint32_t id = take_fragment(six, protocol, &more);
    ck_assert(more);
    while (more) {
        ck_assert(ip_output_pending(&f.ip));
        ck_assert_uint_eq(take_fragment(six, protocol, &more), id);
    }
    unsigned sum = protocol == 1 ? 0 : slow_pseudo(us[six], them[six], protocol, whole_length);
    ck_assert_uint_eq(slow_sum(sum, whole, whole_length), 0xffff);
    return id;
}

START_TEST(datagrams_of_many_lengths) {
    bool six = _i & 1;
    uint32_t alone = six ? 1452 : 1472, most = six ? 65527 : 65507;
    f.env.config.offload = _i & 2 ? LUCID_OFFLOAD_CHECKSUM : 0; /* no device can do it for a part */
    struct udp_socket *socket = udp_open(&f.udp, LUCID_AF_UNSPEC, 1);
    struct lucid_sockaddr remote = {.addr = address(them[six]), .port = 53};
    const uint32_t lengths[] = {alone + 1, alone + 2, alone + 8, 2000, 2464, 2465, 2952, 2953, 9000, most - 1, most};
    uint64_t before = f.env.stats.fragments_out;
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        ck_assert_int_eq(udp_sendto(&f.udp, socket, data, lengths[i], &remote), lengths[i]);
        take_fragments(six, 17);
        ck_assert_uint_eq(whole_length, 8 + lengths[i]);
        ck_assert_uint_eq(read16(whole + 4), whole_length);
        ck_assert_mem_eq(whole + 8, data, lengths[i]);
        uint8_t octets[1];
        ck_assert(!pull(octets));
    }
    ck_assert_uint_eq(f.env.stats.udp_out, sizeof lengths / sizeof lengths[0]);
    ck_assert_uint_gt(f.env.stats.fragments_out, before + 100);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, data, most + 1, &remote), -LUCID_EMSGSIZE);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, data, alone, &remote), alone);
    ck_assert_ptr_nonnull(fixture_output(&f)); /* which is in one packet */
    ck_assert_uint_eq(f.out.length, 1500);
    udp_close(&f.udp, socket);
}
END_TEST

START_TEST(every_mtu) { /* IPv4: from the least of all links on */
    struct udp_socket *socket = udp_open(&f.udp, LUCID_AF_INET, 1);
    struct lucid_sockaddr remote = {.addr = address(them[0]), .port = 53};
    for (uint16_t mtu = 68; mtu < 300; mtu++) {
        f.env.config.mtu = mtu;
        ck_assert_int_eq(udp_sendto(&f.udp, socket, data, 1000, &remote), 1000);
        take_fragments(false, 17);
        ck_assert_uint_eq(whole_length, 1008);
        ck_assert_mem_eq(whole + 8, data, 1000);
    }
    udp_close(&f.udp, socket);
}
END_TEST

START_TEST(echo_replies_are_entire) { /* 1122-3.2.2.6, 4443-4.2 */
    struct icmp_error error;
    bool six = _i;
    uint32_t most = six ? 65527 : 65507;
    const uint32_t lengths[] = {1473, 5000, 65507, most};
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        static uint8_t message[65536];
        memcpy(message, (uint8_t[8]){six ? 128 : 8, 0, 0, 0, 0, 7, 0, 1}, 8);
        memcpy(message + 8, data, lengths[i]);
        make_sealed(&packet, them[six], us[six], six ? 58 : 1, message, 8 + lengths[i], 2);
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
        ck_assert_int_eq(icmp_input(&f.ip, &f.datagram, &error), LUCID_DROP_NONE);
        take_fragments(six, six ? 58 : 1);
        ck_assert_uint_eq(whole_length, 8 + lengths[i]);
        ck_assert_uint_eq(whole[0], six ? 129 : 0);
        ck_assert_mem_eq(whole + 4, message + 4, 4 + lengths[i]);
    }
}
END_TEST

START_TEST(others_wait_until_all_has_left) {
    struct udp_socket *first = udp_open(&f.udp, LUCID_AF_INET, 1), *second = udp_open(&f.udp, LUCID_AF_INET, 2);
    struct lucid_sockaddr remote = {.addr = address(them[0]), .port = 53};
    bool more;
    ck_assert_int_eq(udp_sendto(&f.udp, first, data, 3000, &remote), 3000);
    ck_assert_int_eq(udp_sendto(&f.udp, second, data, 3000, &remote), 3000);
    whole_length = 0;
    uint32_t id = take_fragment(false, 17, &more);
    udp_close(&f.udp, first); /* of what has been sent everything leaves */
    ck_assert_uint_eq(take_fragment(false, 17, &more), id);
    ck_assert_uint_eq(take_fragment(false, 17, &more), id);
    ck_assert(!more);
    ck_assert_uint_ne(take_fragments(false, 17), id);
    ck_assert_int_eq(udp_sendto(&f.udp, second, data, 3000, &remote), 3000);
    whole_length = 0;
    take_fragment(false, 17, &more);
    udp_close(&f.udp, second); /* and what has not left is freed at the end: teardown() looks */
}
END_TEST

START_TEST(a_flood_of_echoes_is_freed) {
    struct icmp_error error;
    static uint8_t message[65008];
    message[0] = 8;
    f.env.config.replies_max = 3;
    make_sealed(&packet, them[0], us[0], 1, message, sizeof message, 2);
    for (unsigned i = 0; i < 10; i++) {
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
        ck_assert_int_eq(icmp_input(&f.ip, &f.datagram, &error), LUCID_DROP_NONE);
    }
    ck_assert_uint_eq(f.env.stats.drop[LUCID_DROP_REPLY_QUEUE], 7);
    for (unsigned i = 0; i < 3; i++) {
        take_fragments(false, 1);
    }
    ck_assert(!ip_output_pending(&f.ip));
}
END_TEST

/* ---- identifications ---- */

START_TEST(identifications_do_not_repeat) { /* 1122-3.2.1.5, RFC 6864 4.3: as long as there are any left */
    static uint8_t seen[65536];
    struct lucid_addr source = address(us[0]), destination = address(them[0]);
    memset(seen, 0, sizeof seen);
    for (uint32_t i = 0; i < 65536; i++) {
        uint32_t id = ident_next(&f.ip.ident, &source, &destination, 17);
        EXPECT(id < 65536 && !seen[id]);
        seen[id] = 1;
    }
}
END_TEST

static int compare(const void *a, const void *b) {
    uint32_t x, y;
    memcpy(&x, a, 4);
    memcpy(&y, b, 4);
    return x < y ? -1 : x > y;
}

START_TEST(identifications_of_ipv6_do_not_repeat) { /* whatever the protocol: RFC 8200 4.5 */
    enum { COUNT = 200000 };
    static uint32_t ids[COUNT];
    struct lucid_addr source = address(us[1]), destination = address(them[1]);
    for (uint32_t i = 0; i < COUNT; i++) {
        ids[i] = ident_next(&f.ip.ident, &source, &destination, i & 1 ? 17 : 58);
    }
    qsort(ids, COUNT, sizeof ids[0], compare);
    for (uint32_t i = 1; i < COUNT; i++) {
        EXPECT(ids[i] != ids[i - 1]);
    }
}
END_TEST

START_TEST(identifications_cannot_be_guessed) {
    struct lucid_addr source = address(us[0]), destination = address(them[0]), other = address("10.77.0.9");
    unsigned near = 0, alike = 0;
    int64_t last = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        struct ident same = f.ip.ident;
        uint32_t id = ident_next(&f.ip.ident, &source, &destination, 17);
        int64_t step = (int64_t)id - last;
        near += step > -300 && step < 300;
        last = id;
        struct ident fresh = same;
        fresh.key[5] ^= 1; /* another key, another destination, another protocol: another sequence */
        alike += ident_next(&fresh, &source, &destination, 17) == id;
        fresh = same;
        alike += ident_next(&fresh, &source, &other, 17) == id;
        fresh = same;
        alike += ident_next(&fresh, &source, &destination, 1) == id;
    }
    ck_assert_uint_lt(near, 40); /* by chance 9 of 1000 are that near */
    ck_assert_uint_lt(alike, 5);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("fragmentation", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, datagrams_of_many_lengths, 0, 4);
    tcase_add_test(tests, every_mtu);
    tcase_add_loop_test(tests, echo_replies_are_entire, 0, 2);
    tcase_add_test(tests, others_wait_until_all_has_left);
    tcase_add_test(tests, a_flood_of_echoes_is_freed);
    tcase_add_test(tests, identifications_do_not_repeat);
    tcase_add_test(tests, identifications_of_ipv6_do_not_repeat);
    tcase_add_test(tests, identifications_cannot_be_guessed);
    return unit_run(suite);
}
