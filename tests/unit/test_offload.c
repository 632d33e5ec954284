/* test_offload.c: what leaves does not depend on who cuts it into segments, the stack or the device. */
#include "lucid/host.h"
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

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("offload", &tests);
    tcase_add_loop_test(tests, urgent_pointer, 0, 2);
    tcase_add_loop_test(tests, nagle, 0, 2);
    tcase_add_loop_test(tests, without_nagle, 0, 2);
    return unit_run(suite);
}
