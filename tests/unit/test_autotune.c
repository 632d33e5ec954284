/* test_autotune.c: buffers that grow with the path: tcp/autotune.c. Two stacks, 50 ms apart, 400 Mbit/s: 5 MB are under
 * way when the path is full.
 */
#include "lucid/host.h"
#include "packets.h"
#include "unit.h"

#define PORT 80
#define MIB (1u << 20)
#define RUN (3 * LUCID_SECOND)

static struct lucid_pair_options options;
static struct lucid_pair *pair;
static uint8_t octets[65536];

static void setup(void) {
    lucid_pair_defaults(&options);
    for (int i = 0; i < 2; i++) {
        options.faults[i] = (struct lucid_faults){.delay = 50 * LUCID_MILLISECOND, .rate = 400000000, .queue = 8000};
    }
}

static void teardown(void) {
    lucid_pair_close(pair);
}

static struct lucid_stack *stack(int which) {
    return lucid_pair_stack(pair, which);
}

static int listen_at(void) {
    struct lucid_sockaddr local = {.port = PORT};
    int fd = lucid_socket(stack(1), LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(stack(1), fd, &local), 0);
    ck_assert_int_eq(lucid_listen(stack(1), fd, 1), 0);
    return fd;
}

static int connect_to(void) {
    struct lucid_sockaddr remote = {.addr = address("10.77.0.2"), .port = PORT};
    int fd = lucid_socket(stack(0), LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(stack(0), fd, &remote), -LUCID_EINPROGRESS);
    return fd;
}

/* Sends for as long as RUN; the reader reads at most so much each 10 ms. Returns what arrived. */
static uint64_t transfer(int sender, int listener, int *reader, uint32_t most) {
    uint64_t total = 0;
    *reader = -1;
    for (lucid_time at = 0; at < RUN; at += 10 * LUCID_MILLISECOND) {
        while (lucid_pair_step(pair, at)) {
        }
        while (lucid_send(stack(0), sender, octets, sizeof octets, 0) > 0) {
        }
        *reader = *reader < 0 ? lucid_accept(stack(1), listener, NULL) : *reader;
        ptrdiff_t got;
        for (uint32_t left = most; *reader > 0 && left > 0; left -= (uint32_t)got) {
            got = lucid_recv(stack(1), *reader, octets, left < sizeof octets ? left : sizeof octets, 0);
            if (got <= 0) {
                break;
            }
            total += (uint64_t)got;
        }
    }
    return total;
}

static int size_of(int which, int fd, int option) {
    int value = 0;
    size_t length = sizeof value;
    ck_assert_int_eq(lucid_getsockopt(stack(which), fd, LUCID_SOL_SOCKET, option, &value, &length), 0);
    return value;
}

static void fix(int which, int fd, int option, int value) {
    ck_assert_int_eq(lucid_setsockopt(stack(which), fd, LUCID_SOL_SOCKET, option, &value, sizeof value), 0);
}

START_TEST(both_grow_where_the_path_is_long) {
    int reader;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    int listener = listen_at(), sender = connect_to();
    uint64_t total = transfer(sender, listener, &reader, UINT32_MAX);
    ck_assert_int_gt(size_of(1, reader, LUCID_SO_RCVBUF), 5 * (int)MIB);
    ck_assert_int_gt(size_of(0, sender, LUCID_SO_SNDBUF), 5 * (int)MIB);
    ck_assert_uint_gt(total, 60 * MIB);
}
END_TEST

/* 1 MiB in 100 ms: no more than 10 MiB in a second. */
START_TEST(what_the_application_chose_stays) {
    int reader;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    int listener = listen_at();
    fix(1, listener, LUCID_SO_RCVBUF, MIB);
    int sender = connect_to();
    fix(0, sender, LUCID_SO_SNDBUF, 2 * MIB);
    uint64_t total = transfer(sender, listener, &reader, UINT32_MAX);
    ck_assert_int_eq(size_of(1, reader, LUCID_SO_RCVBUF), (int)MIB);
    ck_assert_int_eq(size_of(0, sender, LUCID_SO_SNDBUF), 2 * (int)MIB);
    ck_assert_uint_lt(total, 30 * MIB);
}
END_TEST

START_TEST(a_slow_reader_needs_no_more) {
    int reader;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    int listener = listen_at(), sender = connect_to();
    transfer(sender, listener, &reader, 20000);
    ck_assert_int_eq(size_of(1, reader, LUCID_SO_RCVBUF), (int)MIB);
}
END_TEST

START_TEST(the_limit_holds) {
    int reader;
    options.config[0].sndbuf_max = options.config[1].rcvbuf_max = 3 * MIB;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    int listener = listen_at(), sender = connect_to();
    transfer(sender, listener, &reader, UINT32_MAX);
    ck_assert_int_eq(size_of(1, reader, LUCID_SO_RCVBUF), 3 * (int)MIB);
    ck_assert_int_eq(size_of(0, sender, LUCID_SO_SNDBUF), 3 * (int)MIB);
}
END_TEST

START_TEST(nothing_grows_when_memory_is_short) {
    int reader;
    options.config[1].mem_limit = MIB / 2;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    int listener = listen_at(), sender = connect_to();
    transfer(sender, listener, &reader, UINT32_MAX);
    ck_assert_int_eq(size_of(1, reader, LUCID_SO_RCVBUF), (int)MIB);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("autotune", &tests);
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, both_grow_where_the_path_is_long);
    tcase_add_test(tests, what_the_application_chose_stays);
    tcase_add_test(tests, a_slow_reader_needs_no_more);
    tcase_add_test(tests, the_limit_holds);
    tcase_add_test(tests, nothing_grows_when_memory_is_short);
    return unit_run(suite);
}
