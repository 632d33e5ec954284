/* test_offload.c: what leaves does not depend on who cuts it into segments, the stack or the device. */
#include "lucid/host.h"
#include "lucid/trace.h"
#include "packets.h"
#include "unit.h"

static struct lucid_pair *pair;
static int accepted;

/* A connection from the stack 0, whose device cuts segments or not, to the stack 1. */
static int connection(bool offload) {
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    options.config[0].offload = offload ? LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 : 0;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    struct lucid_stack *client = lucid_pair_stack(pair, 0), *server = lucid_pair_stack(pair, 1);
    struct lucid_sockaddr local = {.port = 80}, remote = {.addr = address("10.77.0.2"), .port = 80};
    int listener = lucid_socket(server, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(server, listener, &local), 0);
    ck_assert_int_eq(lucid_listen(server, listener, 1), 0);
    int fd = lucid_socket(client, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(client, fd, &remote), -LUCID_EINPROGRESS);
    lucid_pair_step(pair, LUCID_NEVER);
    while ((accepted = lucid_accept(server, listener, NULL)) < 0) {
        ck_assert_int_eq(lucid_pair_step(pair, LUCID_NEVER), 1);
    }
    return fd;
}

static uint32_t flight_of(int fd) {
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    struct lucid_stack *client = lucid_pair_stack(pair, 0);
    ck_assert_int_eq(lucid_getsockopt(client, fd, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &length), 0);
    return info.flight;
}

/* Sends 2,000 octets. Returns how many leave at once. */
static uint32_t send_two_thousand(int fd) {
    static const uint8_t data[2000];
    ck_assert_int_eq(lucid_send(lucid_pair_stack(pair, 0), fd, data, sizeof data, 0), sizeof data);
    lucid_pair_step(pair, lucid_pair_now(pair) + LUCID_MILLISECOND);
    return flight_of(fd);
}

/* One full segment leaves, and the rest waits for its ACK. RFC 9293 3.7.4 SHLD-7 */
START_TEST(nagle) {
    int fd = connection(_i);
    ck_assert_uint_eq(send_two_thousand(fd), 1448);
    lucid_pair_close(pair);
}
END_TEST

/* Each segment counts the pointer from its own number: urgent data is not left to a device that repeats headers. RFC
 * 9293 3.8.5 MUST-31 MUST-62 */
START_TEST(urgent_pointer) {
    static const uint8_t data[9000];
    int fd = connection(_i), left = 0;
    size_t length = sizeof left;
    struct lucid_stack *client = lucid_pair_stack(pair, 0), *server = lucid_pair_stack(pair, 1);
    ck_assert_int_eq(lucid_send(client, fd, data, sizeof data, LUCID_MSG_OOB), sizeof data);
    while (lucid_pair_step(pair, lucid_pair_now(pair) + 100 * LUCID_MILLISECOND)) {
    }
    ck_assert_int_eq(lucid_getsockopt(server, accepted, LUCID_IPPROTO_TCP, LUCID_TCP_URGENT_LEFT, &left, &length), 0);
    ck_assert_int_eq(left, sizeof data);
    lucid_pair_close(pair);
}
END_TEST

START_TEST(without_nagle) {
    int fd = connection(_i), on = 1;
    struct lucid_stack *client = lucid_pair_stack(pair, 0);
    ck_assert_int_eq(lucid_setsockopt(client, fd, LUCID_IPPROTO_TCP, LUCID_TCP_NODELAY, &on, sizeof on), 0);
    ck_assert_uint_eq(send_two_thousand(fd), 2000);
    lucid_pair_close(pair);
}
END_TEST

/* ---- how much one packet has ---- */

enum { MEGABYTE = 1000000 };

/* A link without limits, and a sender that fills the peer's window. */
static int wide_connection(unsigned offload, const char *to) {
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    options.faults[0] = options.faults[1] = (struct lucid_faults){.delay = LUCID_MILLISECOND, .seed = 1};
    options.config[0].congestion = LUCID_CONGESTION_FIXED;
    options.config[0].fixed_window = 1000;
    options.config[0].offload = offload;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    struct lucid_stack *client = lucid_pair_stack(pair, 0), *server = lucid_pair_stack(pair, 1);
    struct lucid_sockaddr local = {.port = 80}, remote = {address(to), 80};
    int family = is_ip4(to) ? LUCID_AF_INET : LUCID_AF_INET6;
    int listener = lucid_socket(server, family, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(server, listener, &local), 0);
    ck_assert_int_eq(lucid_listen(server, listener, 1), 0);
    int fd = lucid_socket(client, family, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(client, fd, &remote), -LUCID_EINPROGRESS);
    while ((accepted = lucid_accept(server, listener, NULL)) < 0) {
        ck_assert_int_eq(lucid_pair_step(pair, LUCID_NEVER), 1);
    }
    return fd;
}

/* Sends a megabyte, and receives it as it was. Returns the octets of data in the largest packet that left. */
static uint32_t largest_of_a_megabyte(int fd) {
    static uint8_t sent[MEGABYTE], got[MEGABYTE + 1];
    struct lucid_stack *client = lucid_pair_stack(pair, 0), *server = lucid_pair_stack(pair, 1);
    uint64_t state = 1, lost;
    size_t taken = 0, here = 0;
    for (size_t i = 0; i < sizeof sent; i++) {
        sent[i] = (uint8_t)draw(&state);
    }
    ck_assert_int_eq(lucid_trace_enable(client, 1u << LUCID_EVENT_SEGMENT_OUT, 4096), 0);
    while (here < MEGABYTE) {
        ptrdiff_t n = taken < MEGABYTE ? lucid_send(client, fd, sent + taken, MEGABYTE - taken, 0) : 0;
        taken += n > 0 ? (size_t)n : 0;
        ck_assert_int_eq(lucid_pair_step(pair, LUCID_NEVER), 1);
        n = lucid_recv(server, accepted, got + here, sizeof got - here, 0);
        here += n > 0 ? (size_t)n : 0;
    }
    ck_assert_int_eq(memcmp(sent, got, MEGABYTE), 0);
    struct lucid_event event;
    uint32_t largest = 0;
    while (lucid_trace_next(client, &event, &lost)) {
        largest = event.u.segment.length > largest ? event.u.segment.length : largest;
    }
    return largest;
}

START_TEST(largest_packet) {
    static const struct {
        const char *to;
        unsigned offload;
        uint32_t octets;
    } rows[] = {
        {"10.77.0.2", 0, 1448},
        {"10.77.0.2", LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6, 44 * 1448},
        {"10.77.0.2", LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_LARGE4, 176 * 1448},
        {"fd77::2", LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_LARGE4, 1428},
        {"fd77::2", LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6 | LUCID_OFFLOAD_LARGE4, 44 * 1428},
    };
    int fd = wide_connection(LUCID_OFFLOAD_CHECKSUM | rows[_i].offload, rows[_i].to);
    ck_assert_uint_eq(largest_of_a_megabyte(fd), rows[_i].octets);
    lucid_pair_close(pair);
}
END_TEST

START_TEST(offloads_that_need_others) {
    static const unsigned wrong[] = {LUCID_OFFLOAD_TSO4, LUCID_OFFLOAD_TSO6,
                                     LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_LARGE4,
                                     LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO6 | LUCID_OFFLOAD_LARGE4};
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    options.config[0].offload = wrong[_i];
    ck_assert_int_eq(lucid_pair_open(&pair, &options), -LUCID_EINVAL);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("offload", &tests);
    tcase_add_loop_test(tests, urgent_pointer, 0, 2);
    tcase_add_loop_test(tests, nagle, 0, 2);
    tcase_add_loop_test(tests, without_nagle, 0, 2);
    tcase_add_loop_test(tests, largest_packet, 0, 5);
    tcase_add_loop_test(tests, offloads_that_need_others, 0, 4);
    return unit_run(suite);
}
