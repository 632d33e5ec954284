/* test_udp.c: udp/: what is delivered, to whom, and what leaves.
 * requirements 768 8200-8.1 1122-4.1.3.1 1122-4.1.3.3 1122-4.1.3.4a 1122-4.1.3.4b 1122-4.1.3.5 1122-4.1.3.6 1122-4.1.4
 */
#include "fixture.h"
#include "wire/udp.h"

static struct fixture f;
static struct packet packet;
static uint8_t octets[70000];

static void setup(void) {
    fixture_open(&f);
}

static void teardown(void) {
    fixture_close(&f);
}

static struct lucid_sockaddr end(const char *addr, uint16_t port) {
    return (struct lucid_sockaddr){.addr = address(addr), .port = port};
}

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && lucid_addr_equal(&a->addr, &b->addr);
}

static struct udp_socket *bound_to(enum lucid_family family, const char *addr, uint16_t port) {
    struct udp_socket *socket = udp_open(&f.udp, family, port);
    struct lucid_sockaddr local = end(addr, port);
    ck_assert_ptr_nonnull(socket);
    ck_assert_int_eq(udp_bind(&f.udp, socket, &local), 0);
    return socket;
}

/* Makes a datagram in packet; seal: with its checksum. */
static void make(const char *source, uint16_t from, const char *destination, uint16_t to, const char *data, bool seal) {
    size_t length = 8 + strlen(data);
    set16(octets, from);
    set16(octets + 2, to);
    set16(octets + 4, (unsigned)length);
    set16(octets + 6, 0);
    memcpy(octets + 8, data, strlen(data));
    if (seal) {
        make_sealed(&packet, source, destination, 17, octets, length, 6);
        return;
    }
    make_packet(&packet, source, destination, 17, octets, length);
}

static enum lucid_drop deliver(void) {
    enum lucid_drop drop = fixture_input(&f, packet.octets, packet.length);
    return drop == LUCID_DROP_NONE ? udp_input(&f.udp, &f.datagram) : drop;
}

static enum lucid_drop send_in(const char *source, uint16_t from, const char *destination, uint16_t to,
                               const char *data) {
    make(source, from, destination, to, data, true);
    return deliver();
}

static void expect_data(struct udp_socket *socket, const char *data) {
    char buffer[100];
    ck_assert_int_eq(udp_recvfrom(&f.udp, socket, buffer, sizeof buffer, false, NULL, NULL), (int)strlen(data));
    ck_assert_mem_eq(buffer, data, strlen(data));
}

static void expect_nothing(struct udp_socket *socket) {
    char buffer[1];
    ck_assert_int_eq(udp_recvfrom(&f.udp, socket, buffer, 1, false, NULL, NULL), -LUCID_EAGAIN);
}

/* ---- in ---- */

START_TEST(a_datagram_is_delivered) { /* 1122-4.1.3.5: with the address it was sent to */
    struct udp_socket *socket = bound_to(LUCID_AF_UNSPEC, "::", 53);
    struct lucid_sockaddr remote, local, them = end("10.77.0.1", 4000), us = end("10.77.0.2", 53);
    char buffer[10];
    ck_assert_uint_eq(udp_ready(socket), LUCID_POLLOUT);
    ck_assert_int_eq(send_in("10.77.0.1", 4000, "10.77.0.2", 53, "hello"), LUCID_DROP_NONE);
    ck_assert_uint_eq(udp_ready(socket), LUCID_POLLOUT | LUCID_POLLIN);
    ck_assert_ptr_eq(udp_next_changed(&f.udp), socket);
    ck_assert_ptr_null(udp_next_changed(&f.udp));
    ck_assert_int_eq(udp_recvfrom(&f.udp, socket, buffer, 10, true, NULL, NULL), 5);      /* peek */
    ck_assert_int_eq(udp_recvfrom(&f.udp, socket, buffer, 3, false, &remote, &local), 3); /* the rest is lost */
    ck_assert_mem_eq(buffer, "hel", 3);
    ck_assert(same_end(&remote, &them) && same_end(&local, &us));
    expect_nothing(socket);
    ck_assert_uint_eq(socket->queued, 0);
    ck_assert_int_eq(send_in("fd77::1", 4000, "fd77::2", 53, "six"), LUCID_DROP_NONE);
    expect_data(socket, "six");
    ck_assert_uint_eq(f.env.stats.udp_in, 2);
    udp_close(&f.udp, socket);
}
END_TEST

START_TEST(an_empty_datagram_is_one) { /* 1122-4.1.4 */
    struct udp_socket *socket = bound_to(LUCID_AF_INET, "0.0.0.0", 53);
    ck_assert_int_eq(send_in("10.77.0.1", 4000, "10.77.0.2", 53, ""), LUCID_DROP_NONE);
    ck_assert_uint_eq(udp_ready(socket) & LUCID_POLLIN, LUCID_POLLIN);
    expect_data(socket, "");
    expect_nothing(socket);
    udp_close(&f.udp, socket);
}
END_TEST

START_TEST(lengths_are_judged) { /* requirement 768 */
    struct udp_socket *socket = bound_to(LUCID_AF_UNSPEC, "::", 53);
    for (unsigned declared = 0; declared <= 20; declared++) {
        for (int version = 4; version <= 6; version += 2) {
            const char *them = version == 4 ? "10.77.0.1" : "fd77::1", *us = version == 4 ? "10.77.0.2" : "fd77::2";
            make(them, 4000, us, 53, "12345", false);
            unsigned sum = slow_pseudo(them, us, 17, declared);
            set16(packet.octets + packet.payload + 4, declared);
            set16(packet.octets + packet.payload + 6,
                  ~slow_sum(sum, packet.octets + packet.payload, declared < 13 ? declared : 13) & 0xffff);
            bool fits = declared >= 8 && declared <= 13;
            ck_assert_int_eq(deliver(), fits ? LUCID_DROP_NONE : LUCID_DROP_UDP_SHORT);
            if (fits) { /* shorter than the packet: cut */
                ck_assert_int_eq(udp_recvfrom(&f.udp, socket, octets, 100, false, NULL, NULL), (int)declared - 8);
            }
        }
    }
    for (size_t length = 0; length < 8; length++) {
        make_packet(&packet, "10.77.0.1", "10.77.0.2", 17, octets, length);
        ck_assert_int_eq(deliver(), LUCID_DROP_UDP_SHORT);
    }
    udp_close(&f.udp, socket);
}
END_TEST

START_TEST(checksums_are_judged) { /* 1122-4.1.3.4a, 1122-4.1.3.4b, 8200-8.1 */
    struct udp_socket *socket = bound_to(LUCID_AF_UNSPEC, "::", 53);
    make("10.77.0.1", 4000, "10.77.0.2", 53, "no checksum", false);
    ck_assert_int_eq(deliver(), LUCID_DROP_NONE);
    make("fd77::1", 4000, "fd77::2", 53, "no checksum", false);
    ck_assert_int_eq(deliver(), LUCID_DROP_UDP_CHECKSUM);
    for (unsigned bit = 0; bit < 8 * 13; bit++) {
        make("10.77.0.1", 4000, "10.77.0.2", 53, "12345", true);
        packet.octets[20 + bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_int_ne(deliver(), LUCID_DROP_NONE);
        make("fd77::1", 4000, "fd77::2", 53, "12345", true);
        packet.octets[40 + bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert_int_ne(deliver(), LUCID_DROP_NONE);
    }
    expect_data(socket, "no checksum");
    expect_nothing(socket);
    udp_close(&f.udp, socket);
}
END_TEST

START_TEST(closed_ports_refuse) { /* 1122-4.1.3.1 */
    struct udp_socket *socket = bound_to(LUCID_AF_INET, "192.0.2.5", 53);
    ck_assert_int_eq(send_in("10.77.0.1", 4000, "10.77.0.2", 53, "x"), LUCID_DROP_UDP_PORT);
    const uint8_t *reply = fixture_output(&f);
    ck_assert(reply && reply[9] == 1 && reply[20] == 3 && reply[21] == 3);
    ck_assert_int_eq(send_in("fd77::1", 4000, "fd77::2", 53, "x"), LUCID_DROP_UDP_PORT);
    reply = fixture_output(&f);
    ck_assert(reply && reply[6] == 58 && reply[40] == 1 && reply[41] == 4);
    ck_assert_int_eq(send_in("10.77.0.1", 4000, "10.77.0.255", 53, "x"), LUCID_DROP_UDP_PORT);
    ck_assert_ptr_null(fixture_output(&f));
    ck_assert_int_eq(send_in("10.77.0.255", 4000, "10.77.0.2", 53, "x"), LUCID_DROP_IP_SOURCE); /* 1122-4.1.3.6 */
    udp_close(&f.udp, socket);
}
END_TEST

START_TEST(the_most_particular_socket_wins) {
    struct udp_socket *any = bound_to(LUCID_AF_INET, "0.0.0.0", 53), *one = udp_open(&f.udp, LUCID_AF_INET, 1),
                      *peer = udp_open(&f.udp, LUCID_AF_INET, 2);
    any->reuse = one->reuse = peer->reuse = true;
    struct lucid_sockaddr local = end("10.77.0.2", 53), remote = end("10.77.0.1", 4000);
    ck_assert_int_eq(udp_bind(&f.udp, one, &local), 0);
    ck_assert_int_eq(udp_bind(&f.udp, peer, &local), 0);
    ck_assert_int_eq(udp_connect(&f.udp, peer, &remote), 0);
    ck_assert_int_eq(send_in("10.77.0.1", 4000, "10.77.0.2", 53, "peer"), LUCID_DROP_NONE);
    ck_assert_int_eq(send_in("10.77.0.1", 4001, "10.77.0.2", 53, "one"), LUCID_DROP_NONE);
    ck_assert_int_eq(send_in("10.77.0.1", 4000, "192.0.2.5", 53, "any"), LUCID_DROP_NONE);
    ck_assert_int_eq(send_in("10.77.0.1", 4000, "10.77.0.255", 53, "all"), LUCID_DROP_NONE);
    ck_assert_int_eq(send_in("fd77::1", 4000, "fd77::2", 53, "six"), LUCID_DROP_UDP_PORT);
    expect_data(peer, "peer");
    expect_data(one, "one");
    expect_data(any, "any");
    expect_data(any, "all");
    ck_assert_int_eq(udp_connect(&f.udp, peer, NULL), 0);
    udp_close(&f.udp, any);
    udp_close(&f.udp, one);
    ck_assert_int_eq(send_in("10.77.0.1", 9, "10.77.0.2", 53, "again"), LUCID_DROP_NONE);
    expect_data(peer, "again");
    udp_close(&f.udp, peer);
}
END_TEST

START_TEST(the_queue_is_bounded) {
    struct udp_socket *socket = bound_to(LUCID_AF_INET, "0.0.0.0", 53);
    socket->rcvbuf = 1000;
    unsigned taken = 0;
    while (send_in("10.77.0.1", 4000, "10.77.0.2", 53, "0123456789") == LUCID_DROP_NONE) {
        taken++;
        EXPECT(taken < 100);
    }
    ck_assert_uint_gt(taken, 5);
    ck_assert_uint_le(socket->queued, 1000);
    ck_assert_int_eq(send_in("10.77.0.1", 4000, "10.77.0.2", 53, "0123456789"), LUCID_DROP_UDP_QUEUE);
    expect_data(socket, "0123456789");
    ck_assert_int_eq(send_in("10.77.0.1", 4000, "10.77.0.2", 53, "0123456789"), LUCID_DROP_NONE);
    f.fail_after = 0;
    expect_data(socket, "0123456789");
    ck_assert_int_eq(send_in("10.77.0.1", 4000, "10.77.0.2", 53, "0123456789"), LUCID_DROP_NO_MEMORY);
    udp_close(&f.udp, socket); /* with what is still in it */
}
END_TEST

START_TEST(errors_reach_the_socket_with_the_peer) { /* 1122-4.1.3.3 */
    struct udp_socket *socket = udp_open(&f.udp, LUCID_AF_UNSPEC, 9), *other = bound_to(LUCID_AF_INET, "0.0.0.0", 77);
    struct lucid_sockaddr remote = end("10.77.0.1", 53);
    ck_assert_int_eq(udp_connect(&f.udp, socket, &remote), 0);
    struct icmp_error error = {
        .kind = ICMP_HARD, .error = LUCID_ECONNREFUSED, .local = socket->local, .remote = remote};
    ck_assert_int_eq(udp_icmp_error(&f.udp, &f.datagram, &error), LUCID_DROP_NONE);
    ck_assert_ptr_eq(udp_next_changed(&f.udp), socket);
    ck_assert_uint_eq(udp_ready(socket), LUCID_POLLIN | LUCID_POLLOUT | LUCID_POLLERR);
    ck_assert_int_eq(udp_recvfrom(&f.udp, socket, octets, 1, false, NULL, NULL), -LUCID_ECONNREFUSED);
    expect_nothing(socket);
    ck_assert_int_eq(udp_icmp_error(&f.udp, &f.datagram, &error), LUCID_DROP_NONE);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "x", 1, NULL), -LUCID_ECONNREFUSED);
    ck_assert_int_eq(udp_icmp_error(&f.udp, &f.datagram, &error), LUCID_DROP_NONE);
    ck_assert_int_eq(udp_take_error(socket), LUCID_ECONNREFUSED);
    ck_assert_int_eq(udp_take_error(socket), 0);
    error.remote.port = 54;
    ck_assert_int_eq(udp_icmp_error(&f.udp, &f.datagram, &error), LUCID_DROP_ICMP_QUOTE);
    error.local = (struct lucid_sockaddr){.addr = socket->local.addr, .port = 77};
    ck_assert_int_eq(udp_icmp_error(&f.udp, &f.datagram, &error), LUCID_DROP_ICMP_QUOTE);
    ck_assert_int_eq(other->error, 0);
    udp_close(&f.udp, socket);
    udp_close(&f.udp, other);
}
END_TEST

/* ---- out ---- */

static void expect_datagram(const char *us, uint16_t from, const char *them, uint16_t to, const char *data) {
    const uint8_t *packet_out = fixture_output(&f);
    ck_assert_ptr_nonnull(packet_out);
    bool ip4 = is_ip4(us);
    size_t head = ip4 ? 20 : 40, length = 8 + strlen(data);
    struct lucid_addr source = address(us), destination = address(them);
    ck_assert_uint_eq(f.out.length, head + length);
    ck_assert_uint_eq(f.out.header_length, head + 8);
    ck_assert_mem_eq(packet_out + (ip4 ? 12 : 8), source.octet + (ip4 ? 12 : 0), ip4 ? 4 : 16);
    ck_assert_mem_eq(packet_out + (ip4 ? 16 : 24), destination.octet + (ip4 ? 12 : 0), ip4 ? 4 : 16);
    const uint8_t *udp = packet_out + head;
    ck_assert_uint_eq((unsigned)(udp[0] << 8 | udp[1]), from);
    ck_assert_uint_eq((unsigned)(udp[2] << 8 | udp[3]), to);
    ck_assert_uint_eq((unsigned)(udp[4] << 8 | udp[5]), length);
    ck_assert_uint_eq(slow_sum(slow_pseudo(us, them, 17, length), udp, length), 0xffff);
    ck_assert_mem_eq(udp + 8, data, strlen(data));
}

START_TEST(a_datagram_leaves) {
    struct udp_socket *socket = bound_to(LUCID_AF_UNSPEC, "::", 53);
    struct lucid_sockaddr four = end("192.0.2.6", 4000), six = end("2001:db8::1", 4001);
    ck_assert(!udp_output_pending(&f.udp));
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "odd", 3, &four), 3);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "even", 4, &six), 4);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "", 0, &six), 0);
    ck_assert(udp_output_pending(&f.udp));
    expect_datagram("192.0.2.5", 53, "192.0.2.6", 4000, "odd");
    expect_datagram("fd77::2", 53, "2001:db8::1", 4001, "even");
    expect_datagram("fd77::2", 53, "2001:db8::1", 4001, "");
    ck_assert(!udp_output_pending(&f.udp));
    ck_assert_uint_eq(f.env.stats.udp_out, 3);
    udp_close(&f.udp, socket);
}
END_TEST

START_TEST(a_sum_of_zero_is_sent_as_ffff) { /* 1122-4.1.3.4b */
    struct udp_socket *socket = bound_to(LUCID_AF_INET, "10.77.0.2", 53);
    struct lucid_sockaddr remote = end("10.77.0.1", 4000);
    unsigned zeroes = 0;
    for (unsigned i = 0; i < 65536 && zeroes == 0; i++) {
        uint8_t data[2] = {(uint8_t)(i >> 8), (uint8_t)i};
        EXPECT(udp_sendto(&f.udp, socket, data, 2, &remote) == 2);
        const uint8_t *out = fixture_output(&f);
        EXPECT(out[26] != 0 || out[27] != 0);
        zeroes += out[26] == 0xff && out[27] == 0xff;
    }
    ck_assert_uint_eq(zeroes, 1);
    udp_close(&f.udp, socket);
}
END_TEST

START_TEST(what_cannot_be_sent) {
    struct udp_socket *socket = udp_open(&f.udp, LUCID_AF_INET, 1);
    struct lucid_sockaddr good = end("10.77.0.1", 4000), six = end("fd77::1", 4000), any = end("0.0.0.0", 4000);
    struct lucid_sockaddr zero = end("10.77.0.1", 0), broadcast = end("10.77.0.255", 9),
                          all = end("255.255.255.255", 9);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "x", 1, NULL), -LUCID_EDESTADDRREQ);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "x", 1, &six), -LUCID_EAFNOSUPPORT);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "x", 1, &any), -LUCID_EINVAL);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "x", 1, &zero), -LUCID_EINVAL);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "x", 1, &broadcast), -LUCID_EACCES);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "x", 1, &all), -LUCID_EACCES);
    ck_assert(!socket->bound);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, octets, 65508, &good), -LUCID_EMSGSIZE);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, octets, SIZE_MAX, &good), -LUCID_EMSGSIZE);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, octets, 1472, &good), 1472);
    ck_assert_ptr_nonnull(fixture_output(&f));
    ck_assert_uint_eq(f.out.length, 1500);
    f.env.config.addr_count = 0;
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "x", 1, &good), -LUCID_ENETUNREACH);
    f.env.config.addr_count = 1;
    f.fail_after = 0;
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "x", 1, &good), -LUCID_ENOMEM);
    udp_close(&f.udp, socket);
}
END_TEST

START_TEST(the_send_buffer_is_bounded_and_served_in_turn) {
    struct udp_socket *first = udp_open(&f.udp, LUCID_AF_INET, 1), *second = udp_open(&f.udp, LUCID_AF_INET, 2);
    struct lucid_sockaddr to = end("10.77.0.1", 9);
    first->sndbuf = 300;
    unsigned taken = 0;
    while (udp_sendto(&f.udp, first, "a", 1, &to) == 1) {
        taken++;
        EXPECT(taken < 100);
    }
    ck_assert_uint_ge(taken, 2);
    ck_assert_int_eq(udp_sendto(&f.udp, first, "a", 1, &to), -LUCID_EAGAIN);
    ck_assert_uint_eq(udp_ready(first), 0);
    ck_assert_int_eq(udp_sendto(&f.udp, second, "b", 1, &to), 1);
    ck_assert_int_eq(udp_sendto(&f.udp, second, "b", 1, &to), 1);
    ck_assert_ptr_null(udp_next_changed(&f.udp));
    const char order[] = {'a', 'b', 'a', 'b'};
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(fixture_output(&f)[28], order[i]);
    }
    ck_assert_ptr_eq(udp_next_changed(&f.udp), first); /* it became writable, once */
    ck_assert_ptr_null(udp_next_changed(&f.udp));
    udp_close(&f.udp, second);
    ck_assert_int_eq(udp_sendto(&f.udp, first, "z", 1, &to), 1);
    udp_close(&f.udp, first); /* what it has sent still leaves */
    unsigned left = 0;
    while (fixture_output(&f)) {
        left++;
    }
    ck_assert_uint_eq(left, taken - 2 + 1);
}
END_TEST

/* ---- names ---- */

START_TEST(binding) {
    struct udp_socket *socket = udp_open(&f.udp, LUCID_AF_INET, 1), *six = udp_open(&f.udp, LUCID_AF_INET6, 2);
    struct lucid_sockaddr foreign = end("10.77.0.9", 53), wrong = end("fd77::2", 53), any = end("0.0.0.0", 53);
    struct lucid_sockaddr all = end("::", 53), group = end("224.0.0.1", 53);
    ck_assert_int_eq(udp_bind(&f.udp, socket, &foreign), -LUCID_EADDRNOTAVAIL);
    ck_assert_int_eq(udp_bind(&f.udp, socket, &group), -LUCID_EADDRNOTAVAIL);
    ck_assert_int_eq(udp_bind(&f.udp, socket, &wrong), -LUCID_EAFNOSUPPORT);
    ck_assert_int_eq(udp_bind(&f.udp, six, &any), -LUCID_EAFNOSUPPORT);
    ck_assert_int_eq(udp_bind(&f.udp, socket, &all), 0);
    ck_assert_int_eq(udp_bind(&f.udp, socket, &all), -LUCID_EINVAL);
    ck_assert_int_eq(udp_bind(&f.udp, six, &all), 0); /* other families do not disturb each other */
    udp_close(&f.udp, six);
    udp_close(&f.udp, socket);
    socket = udp_open(&f.udp, LUCID_AF_INET, 1);
    f.fail_after = 0;
    ck_assert_int_eq(udp_bind(&f.udp, socket, &all), -LUCID_ENOMEM);
    ck_assert_ptr_null(udp_open(&f.udp, LUCID_AF_INET, 3));
    udp_close(&f.udp, socket);
}
END_TEST

struct conflict {
    enum lucid_family first_family;
    const char *first;
    enum lucid_family second_family;
    const char *second;
    bool conflict;
};

static const struct conflict conflicts[] = {
    {LUCID_AF_INET, "0.0.0.0", LUCID_AF_INET, "0.0.0.0", true},
    {LUCID_AF_INET, "0.0.0.0", LUCID_AF_INET, "10.77.0.2", true},
    {LUCID_AF_INET, "10.77.0.2", LUCID_AF_INET, "0.0.0.0", true},
    {LUCID_AF_INET, "10.77.0.2", LUCID_AF_INET, "10.77.0.2", true},
    {LUCID_AF_INET, "10.77.0.2", LUCID_AF_INET, "192.0.2.5", false},
    {LUCID_AF_INET, "0.0.0.0", LUCID_AF_INET6, "::", false},
    {LUCID_AF_UNSPEC, "::", LUCID_AF_INET, "0.0.0.0", true},
    {LUCID_AF_UNSPEC, "::", LUCID_AF_INET6, "fd77::2", true},
    {LUCID_AF_INET6, "fd77::2", LUCID_AF_UNSPEC, "::", true},
    {LUCID_AF_INET6, "::", LUCID_AF_UNSPEC, "10.77.0.2", false},
};

START_TEST(conflicts_of_ports) {
    const struct conflict *c = &conflicts[_i];
    for (int reuse = 0; reuse < 4; reuse++) {
        struct udp_socket *first = udp_open(&f.udp, c->first_family, 1),
                          *second = udp_open(&f.udp, c->second_family, 2);
        struct lucid_sockaddr local = end(c->first, 53), other = end(c->second, 53);
        first->reuse = reuse & 1;
        second->reuse = reuse & 2;
        ck_assert_int_eq(udp_bind(&f.udp, first, &local), 0);
        bool refused = c->conflict && reuse != 3;
        ck_assert_int_eq(udp_bind(&f.udp, second, &other), refused ? -LUCID_EADDRINUSE : 0);
        udp_close(&f.udp, first);
        udp_close(&f.udp, second);
    }
}
END_TEST

START_TEST(ports_are_chosen_from_the_range) { /* RFC 6056 */
    enum { PORTS = 600 };
    static struct udp_socket *sockets[PORTS + 1];
    static bool seen[PORTS];
    f.env.config.port_first = 50000;
    f.env.config.port_last = 50000 + PORTS - 1;
    unsigned in_sequence = 0;
    struct lucid_sockaddr any = end("::", 0);
    for (unsigned i = 0; i < PORTS; i++) {
        sockets[i] = udp_open(&f.udp, LUCID_AF_UNSPEC, i);
        sockets[i]->reuse = true;
        EXPECT(udp_bind(&f.udp, sockets[i], &any) == 0);
        unsigned port = sockets[i]->local.port - 50000u;
        EXPECT(port < PORTS && !seen[port]);
        seen[port] = true;
        in_sequence += i > 0 && i < 100 && sockets[i]->local.port == sockets[i - 1]->local.port + 1;
    }
    ck_assert_uint_lt(in_sequence, 10);
    sockets[PORTS] = udp_open(&f.udp, LUCID_AF_UNSPEC, PORTS);
    ck_assert_int_eq(udp_bind(&f.udp, sockets[PORTS], &any), -LUCID_EADDRNOTAVAIL);
    for (unsigned i = 0; i <= PORTS; i++) {
        udp_close(&f.udp, sockets[i]);
    }
}
END_TEST

START_TEST(connecting) {
    struct udp_socket *socket = udp_open(&f.udp, LUCID_AF_UNSPEC, 1);
    struct lucid_sockaddr four = end("10.77.0.1", 53), six = end("fd77::1", 53), any = end("::", 53);
    struct lucid_addr ours4 = address("10.77.0.2"), ours6 = address("fd77::2");
    ck_assert_int_eq(udp_shutdown(&f.udp, socket, LUCID_SHUT_RD), -LUCID_ENOTCONN);
    ck_assert_int_eq(udp_connect(&f.udp, socket, &any), -LUCID_EINVAL);
    ck_assert_int_eq(udp_connect(&f.udp, socket, &four), 0);
    ck_assert(lucid_addr_equal(&socket->local.addr, &ours4) && socket->local.port >= 49152);
    uint16_t port = socket->local.port;
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "q", 1, NULL), 1);
    expect_datagram("10.77.0.2", port, "10.77.0.1", 53, "q");
    ck_assert_int_eq(send_in("10.77.0.1", 54, "10.77.0.2", port, "x"), LUCID_DROP_UDP_PORT); /* not the peer */
    ck_assert_int_eq(udp_connect(&f.udp, socket, &six), 0); /* the address was not chosen by the caller */
    ck_assert(lucid_addr_equal(&socket->local.addr, &ours6) && socket->local.port == port);
    ck_assert_int_eq(udp_connect(&f.udp, socket, NULL), 0);
    ck_assert(lucid_addr_is_any(&socket->local.addr) && !socket->connected);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "q", 1, NULL), -LUCID_EDESTADDRREQ);
    udp_close(&f.udp, socket);
    socket = bound_to(LUCID_AF_UNSPEC, "10.77.0.2", 99);
    ck_assert_int_eq(udp_connect(&f.udp, socket, &six), -LUCID_EAFNOSUPPORT);
    udp_close(&f.udp, socket);
}
END_TEST

START_TEST(shutting_down) {
    struct udp_socket *socket = udp_open(&f.udp, LUCID_AF_INET, 1);
    struct lucid_sockaddr remote = end("10.77.0.1", 53);
    ck_assert_int_eq(udp_connect(&f.udp, socket, &remote), 0);
    ck_assert_int_eq(udp_shutdown(&f.udp, socket, 3), -LUCID_EINVAL);
    ck_assert_int_eq(udp_shutdown(&f.udp, socket, LUCID_SHUT_WR), 0);
    ck_assert_int_eq(udp_sendto(&f.udp, socket, "x", 1, NULL), -LUCID_EPIPE);
    expect_nothing(socket);
    ck_assert_int_eq(udp_shutdown(&f.udp, socket, LUCID_SHUT_RD), 0);
    ck_assert_int_eq(udp_recvfrom(&f.udp, socket, octets, 1, false, NULL, NULL), 0);
    ck_assert_uint_eq(udp_ready(socket), LUCID_POLLIN | LUCID_POLLOUT | LUCID_POLLRDHUP | LUCID_POLLHUP);
    ck_assert_ptr_eq(udp_next_changed(&f.udp), socket);
    udp_close(&f.udp, socket);
    ck_assert_ptr_null(udp_next_changed(&f.udp));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("udp", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_datagram_is_delivered);
    tcase_add_test(tests, an_empty_datagram_is_one);
    tcase_add_test(tests, lengths_are_judged);
    tcase_add_test(tests, checksums_are_judged);
    tcase_add_test(tests, closed_ports_refuse);
    tcase_add_test(tests, the_most_particular_socket_wins);
    tcase_add_test(tests, the_queue_is_bounded);
    tcase_add_test(tests, errors_reach_the_socket_with_the_peer);
    tcase_add_test(tests, a_datagram_leaves);
    tcase_add_test(tests, a_sum_of_zero_is_sent_as_ffff);
    tcase_add_test(tests, what_cannot_be_sent);
    tcase_add_test(tests, the_send_buffer_is_bounded_and_served_in_turn);
    tcase_add_test(tests, binding);
    tcase_add_loop_test(tests, conflicts_of_ports, 0, (int)(sizeof conflicts / sizeof conflicts[0]));
    tcase_add_test(tests, ports_are_chosen_from_the_range);
    tcase_add_test(tests, connecting);
    tcase_add_test(tests, shutting_down);
    return unit_run(suite);
}
