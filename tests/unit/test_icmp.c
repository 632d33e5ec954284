/* test_icmp.c: ip/icmp.c: echo requests, and errors that came. attack A14 A16 A17 A18 A19 at the level of IP; RFC 9293
 * MUST-54 MUST-55 MUST-56; requirements 1122-3.2.2.6 1122-3.2.2c 4443-2.3 4443-2.4a 4443-4.2
 */
#include "fixture.h"
#include "wire/icmp.h"

static struct fixture f;
static struct packet packet;
static struct icmp_error error;
static uint8_t message[65535];

static void setup(void) {
    fixture_open(&f);
}

static void teardown(void) {
    fixture_close(&f);
}

/* Sends the first length octets of message. */
static enum lucid_drop icmp(const char *source, const char *destination, size_t length) {
    make_sealed(&packet, source, destination, is_ip4(source) ? 1 : 58, message, length, 2);
    enum lucid_drop drop = fixture_input(&f, packet.octets, packet.length);
    return drop != LUCID_DROP_NONE ? drop : icmp_input(&f.ip, &f.datagram, &error);
}

static void make_message(uint8_t type, uint8_t code, uint32_t rest, size_t data) {
    message[0] = type;
    message[1] = code;
    set32(message + 4, rest);
    for (size_t i = 0; i < data; i++) {
        message[8 + i] = (uint8_t)(i * 7 + i / 256);
    }
}

struct hosts {
    const char *them, *us;
    uint8_t echo, reply, protocol;
};

static const struct hosts hosts[] = {{"10.77.0.1", "10.77.0.2", 8, 0, 1}, {"fd77::1", "fd77::2", 128, 129, 58}};

/* The packet that leaves is an ICMP message with a right checksum from us to them. */
static const uint8_t *expect_message(const struct hosts *h, const char *from) {
    const uint8_t *octets = fixture_output(&f);
    ck_assert_ptr_nonnull(octets);
    bool ip4 = is_ip4(h->them);
    size_t head = ip4 ? 20 : 40;
    size_t length = f.out.length - head;
    struct lucid_addr us = address(from), them = address(h->them);
    ck_assert_mem_eq(octets + (ip4 ? 12 : 8), us.octet + (ip4 ? 12 : 0), ip4 ? 4 : 16);
    ck_assert_mem_eq(octets + (ip4 ? 16 : 24), them.octet + (ip4 ? 12 : 0), ip4 ? 4 : 16);
    ck_assert_uint_eq(octets[ip4 ? 9 : 6], h->protocol);
    ck_assert_uint_eq(octets[ip4 ? 8 : 7], 64);
    unsigned sum = ip4 ? 0 : slow_pseudo(from, h->them, 58, length);
    ck_assert_uint_eq(slow_sum(sum, octets + head, length), 0xffff);
    ck_assert_int_eq(f.out.checksum, LUCID_CHECKSUM_FULL);
    return octets + head;
}

START_TEST(echo_of_every_size) { /* attack A14; 1122-3.2.2.6, 4443-4.2; odd sums included */
    const struct hosts *h = &hosts[_i];
    f.env.config.offload = LUCID_OFFLOAD_CHECKSUM; /* which the device does not do for ICMP */
    for (size_t data = 0; data <= 1452; data += data < 40 ? 1 : 47) {
        make_message(h->echo, 0, 0x12340000u + (uint32_t)data, data);
        ck_assert_int_eq(icmp(h->them, h->us, 8 + data), LUCID_DROP_NONE);
        ck_assert_int_eq(error.kind, ICMP_NOTHING);
        const uint8_t *reply = expect_message(h, h->us);
        ck_assert_uint_eq(reply[0], h->reply);
        ck_assert_uint_eq(reply[1], 0);
        ck_assert_uint_eq(f.out.length, packet.length);
        ck_assert_mem_eq(reply + 4, message + 4, 4 + data);
        ck_assert_ptr_null(fixture_output(&f));
    }
    ck_assert_uint_eq(f.env.stats.icmp_in, f.env.stats.icmp_out);
}
END_TEST

/* Longer ones leave in fragments: test_fragmentation.c. */
START_TEST(echo_of_the_greatest_size) {
    f.env.config.mtu = 65535;
    make_message(128, 0, 1, 60000);
    ck_assert_int_eq(icmp("fd77::1", "fd77::2", 60008), LUCID_DROP_NONE);
    const uint8_t *reply = expect_message(&hosts[1], "fd77::2");
    ck_assert_mem_eq(reply + 4, message + 4, 60004);
    make_message(8, 0, 1, 65507);
    ck_assert_int_eq(icmp("10.77.0.1", "10.77.0.2", 65515), LUCID_DROP_NONE);
    reply = expect_message(&hosts[0], "10.77.0.2");
    ck_assert_mem_eq(reply + 4, message + 4, 65511);
}
END_TEST

START_TEST(short_messages_are_dropped) { /* attack A14; CVE-2020-35683 */
    const struct hosts *h = &hosts[_i];
    make_message(h->echo, 0, 1, 0);
    for (size_t length = 0; length < 8; length++) {
        make_packet(&packet, h->them, h->us, h->protocol, message, length);
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
        ck_assert_int_eq(icmp_input(&f.ip, &f.datagram, &error), LUCID_DROP_ICMP_SHORT);
    }
    ck_assert_ptr_null(fixture_output(&f));
}
END_TEST

START_TEST(every_flipped_bit_is_noticed) { /* 4443-2.3 */
    const struct hosts *h = &hosts[_i];
    for (unsigned bit = 0; bit < 8 * 25; bit++) {
        make_message(h->echo, 0, 0x01020304, 17);
        make_sealed(&packet, h->them, h->us, h->protocol, message, 25, 2);
        packet.octets[packet.payload + bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
        ck_assert_int_eq(icmp_input(&f.ip, &f.datagram, &error), LUCID_DROP_ICMP_CHECKSUM);
    }
    ck_assert_ptr_null(fixture_output(&f));
}
END_TEST

START_TEST(echo_to_a_group) {
    make_message(128, 0, 1, 4);
    ck_assert_int_eq(icmp("fd77::1", "ff02::1", 12), LUCID_DROP_NONE);
    expect_message(&hosts[1], "fd77::2");
    make_message(8, 0, 1, 4);
    ck_assert_int_eq(icmp("10.77.0.1", "255.255.255.255", 12), LUCID_DROP_ICMP_TYPE);
    ck_assert_int_eq(icmp("10.77.0.1", "10.77.0.255", 12), LUCID_DROP_ICMP_TYPE);
    ck_assert_int_eq(icmp("10.77.0.1", "224.0.0.1", 12), LUCID_DROP_ICMP_TYPE);
    ck_assert_ptr_null(fixture_output(&f));
}
END_TEST

START_TEST(a_flood_of_echoes_is_bounded) {
    f.env.config.replies_max = 5;
    make_message(8, 0, 1, 4);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(icmp("10.77.0.1", "10.77.0.2", 12), LUCID_DROP_NONE);
    }
    ck_assert_uint_eq(f.env.stats.drop[LUCID_DROP_REPLY_QUEUE], 95);
    ck_assert_uint_eq(f.env.stats.icmp_out, 5);
    f.fail_after = 0;
    ck_assert_int_eq(icmp("10.77.0.1", "10.77.0.2", 12), LUCID_DROP_NO_MEMORY);
}
END_TEST

/* Types that are neither an echo request nor an error are dropped: redirects, source quench (MUST-55), router and
 * neighbour messages, timestamps, masks (1122-3.2.2.7-9), unknown ones (1122-3.2.2c). Replies are for echo sockets:
 * test_ping.c. */
START_TEST(other_types_are_dropped) {
    static const uint8_t handled4[] = {0, 3, 8, 11, 12};
    for (unsigned type = 0; type < 256; type++) {
        make_message((uint8_t)type, 0, 0, 60);
        if (!memchr(handled4, (int)type, sizeof handled4)) {
            ck_assert_int_eq(icmp("10.77.0.1", "10.77.0.2", 68), LUCID_DROP_ICMP_TYPE);
        }
        make_message((uint8_t)type, 0, 0, 60);
        if (type > 129) {
            ck_assert_int_eq(icmp("fd77::1", "fd77::2", 68), LUCID_DROP_ICMP_TYPE);
        }
        ck_assert_int_eq(error.kind, ICMP_NOTHING);
    }
    ck_assert_ptr_null(fixture_output(&f));
}
END_TEST

/* ---- errors ---- */

/* Puts what an error quotes behind its header: a packet of ours with eight octets of transport. Returns the length
 * of the whole message. */
static size_t quote(uint8_t type, uint8_t code, uint32_t rest, const char *us, const char *them, uint8_t protocol) {
    static struct packet quoted;
    uint8_t transport[8];
    set16(transport, 40000);
    set16(transport + 2, 80);
    set32(transport + 4, 0xfffffff0u);
    make_packet(&quoted, us, them, protocol, transport, sizeof transport);
    set16(quoted.octets + (is_ip4(us) ? 2 : 4), 1400); /* the packet was longer than the quote */
    make_message(type, code, rest, 0);
    memcpy(message + 8, quoted.octets, quoted.length);
    return 8 + quoted.length;
}

struct meaning {
    uint8_t type, code;
    enum icmp_kind kind;
    int error;
};

static const struct meaning meanings4[] = {
    {3, 0, ICMP_SOFT, LUCID_ENETUNREACH},   {3, 1, ICMP_SOFT, LUCID_EHOSTUNREACH},
    {3, 2, ICMP_HARD, LUCID_ENOPROTOOPT},   {3, 3, ICMP_HARD, LUCID_ECONNREFUSED},
    {3, 4, ICMP_TOO_BIG, LUCID_EMSGSIZE},   {3, 5, ICMP_SOFT, LUCID_EHOSTUNREACH},
    {3, 13, ICMP_SOFT, LUCID_EHOSTUNREACH}, {3, 255, ICMP_SOFT, LUCID_EHOSTUNREACH},
    {11, 0, ICMP_SOFT, LUCID_EHOSTUNREACH}, {11, 1, ICMP_SOFT, LUCID_EHOSTUNREACH},
    {12, 0, ICMP_SOFT, LUCID_ENOPROTOOPT},
};

static const struct meaning meanings6[] = {
    {1, 0, ICMP_SOFT, LUCID_ENETUNREACH},   {1, 1, ICMP_SOFT, LUCID_EACCES},
    {1, 3, ICMP_SOFT, LUCID_EHOSTUNREACH},  {1, 4, ICMP_HARD, LUCID_ECONNREFUSED},
    {1, 99, ICMP_SOFT, LUCID_EHOSTUNREACH}, {2, 0, ICMP_TOO_BIG, LUCID_EMSGSIZE},
    {3, 0, ICMP_SOFT, LUCID_EHOSTUNREACH},  {3, 1, ICMP_SOFT, LUCID_EHOSTUNREACH},
    {4, 0, ICMP_SOFT, LUCID_ENOPROTOOPT},   {4, 1, ICMP_SOFT, LUCID_ENOPROTOOPT},
    {4, 2, ICMP_SOFT, LUCID_ENOPROTOOPT},   {100, 0, ICMP_SOFT, LUCID_EHOSTUNREACH},
};

static void expect_error(const struct meaning *m, const char *us, const char *them, uint8_t protocol) {
    uint32_t rest = is_ip4(us) ? 0xdead0000u | 1280 : 70000; /* RFC 1191: only the lower half is the MTU */
    size_t length = quote(m->type, m->code, rest, us, them, protocol);
    struct lucid_addr local = address(us), remote = address(them);
    ck_assert_int_eq(icmp(is_ip4(us) ? "8.8.8.8" : "2001:db8::1", us, length), LUCID_DROP_NONE);
    ck_assert_int_eq(error.kind, m->kind);
    ck_assert_int_eq(error.error, m->error);
    ck_assert(error.type == m->type && error.code == m->code && error.protocol == protocol);
    ck_assert(lucid_addr_equal(&error.local.addr, &local) && error.local.port == 40000);
    ck_assert(lucid_addr_equal(&error.remote.addr, &remote) && error.remote.port == 80);
    ck_assert_uint_eq(error.seq.v, 0xfffffff0u);
    ck_assert_uint_eq(error.mtu, m->kind != ICMP_TOO_BIG ? 0 : is_ip4(us) ? 1280 : 70000);
    ck_assert_uint_eq(error.length, is_ip4(us) ? 1400 : 1440);
}

START_TEST(errors_are_understood) { /* MUST-54, MUST-56, SHLD-26; requirements 4443-2.4a 4443-5 */
    for (unsigned i = 0; i < sizeof meanings4 / sizeof meanings4[0]; i++) {
        expect_error(&meanings4[i], "10.77.0.2", "10.77.0.1", 6);
        expect_error(&meanings4[i], "192.0.2.5", "1.1.1.1", 17);
    }
    for (unsigned i = 0; i < sizeof meanings6 / sizeof meanings6[0]; i++) {
        expect_error(&meanings6[i], "fd77::2", "fd77::1", 6);
        expect_error(&meanings6[i], "fd77::2", "2001:db8::9", 17);
    }
    ck_assert_ptr_null(fixture_output(&f));
}
END_TEST

/* A device cut it; that it was too long for a total length says as much as a length. */
START_TEST(quote_of_a_large_packet) { /* LUCID_OFFLOAD_LARGE4 */
    size_t length = quote(3, 4, 1280, "10.77.0.2", "10.77.0.1", 6);
    set16(message + 8 + 2, 0);
    ck_assert_int_eq(icmp("8.8.8.8", "10.77.0.2", length), LUCID_DROP_NONE);
    ck_assert_uint_eq(error.kind, ICMP_TOO_BIG);
    ck_assert_uint_eq(error.length, LUCID_PACKET_LARGE);
}
END_TEST

START_TEST(every_prefix_of_a_quote) { /* attack A21 */
    const struct hosts *h = &hosts[_i];
    size_t whole = quote(is_ip4(h->us) ? 3 : 1, 3, 0, h->us, h->them, 6);
    for (size_t length = 8; length < whole; length++) {
        ck_assert_int_eq(icmp(h->them, h->us, length), LUCID_DROP_ICMP_QUOTE);
        ck_assert_int_eq(error.kind, ICMP_NOTHING);
    }
    ck_assert_int_eq(icmp(h->them, h->us, whole), LUCID_DROP_NONE);
}
END_TEST

START_TEST(quotes_of_others_are_dropped) { /* attack A16 */
    size_t length = quote(3, 3, 0, "10.77.0.3", "10.77.0.1", 6);
    ck_assert_int_eq(icmp("10.77.0.1", "10.77.0.2", length), LUCID_DROP_ICMP_QUOTE); /* not from us */
    length = quote(3, 3, 0, "192.0.2.5", "10.77.0.1", 6);
    ck_assert_int_eq(icmp("10.77.0.1", "10.77.0.2", length), LUCID_DROP_ICMP_QUOTE); /* from another address of ours */
    length = quote(3, 3, 0, "224.0.0.1", "10.77.0.1", 6);
    ck_assert_int_eq(icmp("10.77.0.1", "224.0.0.1", length), LUCID_DROP_ICMP_QUOTE);
    length = quote(3, 3, 0, "10.77.0.2", "10.77.0.1", 1);
    ck_assert_int_eq(icmp("10.77.0.1", "10.77.0.2", length), LUCID_DROP_ICMP_QUOTE); /* neither TCP nor UDP */
    length = quote(3, 3, 0, "10.77.0.2", "10.77.0.1", 6);
    set16(message + 8 + 6, 1); /* not the first fragment: no ports */
    ck_assert_int_eq(icmp("10.77.0.1", "10.77.0.2", length), LUCID_DROP_ICMP_QUOTE);
    length = quote(3, 3, 0, "10.77.0.2", "10.77.0.1", 6);
    message[8] = 0x44;
    ck_assert_int_eq(icmp("10.77.0.1", "10.77.0.2", length), LUCID_DROP_ICMP_QUOTE);
    length = quote(1, 3, 0, "fd77::2", "fd77::1", 6);
    message[8] = 0x45;
    ck_assert_int_eq(icmp("fd77::1", "fd77::2", length), LUCID_DROP_ICMP_QUOTE);
}
END_TEST

/* Errors about datagrams of ours that left in fragments quote the Fragment header; the first one has the ports. */
START_TEST(quotes_of_fragments) { /* 1122-4.1.3.3 */
    for (unsigned first = 0; first < 2; first++) {
        size_t length = quote(3, 1, 0, "fd77::2", "fd77::1", 17);
        memmove(message + 8 + 48, message + 8 + 40, 8);
        memcpy(message + 8 + 40, (uint8_t[8]){17, 0, 0, first ? 1 : 9}, 8);
        message[8 + 6] = 44;
        enum lucid_drop expected = first ? LUCID_DROP_NONE : LUCID_DROP_ICMP_QUOTE;
        ck_assert_int_eq(icmp("fd77::1", "fd77::2", length + 8), expected);
        ck_assert(!first || (error.protocol == 17 && error.local.port == 40000 && error.remote.port == 80));
        length = quote(11, 1, 0, "10.77.0.2", "10.77.0.1", 17);
        set16(message + 8 + 6, first ? 0x2000 : 0x2001);
        ck_assert_int_eq(icmp("10.77.0.1", "10.77.0.2", length), expected);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("icmp", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, echo_of_every_size, 0, 2);
    tcase_add_test(tests, echo_of_the_greatest_size);
    tcase_add_loop_test(tests, short_messages_are_dropped, 0, 2);
    tcase_add_loop_test(tests, every_flipped_bit_is_noticed, 0, 2);
    tcase_add_test(tests, echo_to_a_group);
    tcase_add_test(tests, a_flood_of_echoes_is_bounded);
    tcase_add_test(tests, other_types_are_dropped);
    tcase_add_test(tests, errors_are_understood);
    tcase_add_test(tests, quote_of_a_large_packet);
    tcase_add_loop_test(tests, every_prefix_of_a_quote, 0, 2);
    tcase_add_test(tests, quotes_of_others_are_dropped);
    tcase_add_test(tests, quotes_of_fragments);
    return unit_run(suite);
}
