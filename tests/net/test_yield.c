/* test_yield.c: when the host's loop lets others run. tun/yield.c, docs/decisions/0142. */
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "net/kernel.h"
#include "unit/unit.h"

enum { MEGABYTE = 1 << 20, DATAGRAM = 1 << 10, KERNEL_PORT = 9, DATAGRAMS = MEGABYTE / DATAGRAM };

static struct lucid_host *host;
static int fd;

static struct sched_attr scheduling(void) {
    struct sched_attr attr = {0};
    ck_assert_int_eq(syscall(SYS_sched_getattr, 0, &attr, sizeof attr, 0), 0);
    return attr;
}

static void begin(void) {
    struct lucid_host_options options;
    kernel_private_network();
    lucid_host_defaults(&options);
    options.config.sndbuf = options.config.sndbuf_max = 4 * MEGABYTE;
    host = kernel_open_host(&options);
    fd = lucid_socket(lucid_host_stack(host), LUCID_AF_INET, LUCID_SOCK_DGRAM, 0);
    ck_assert_int_gt(fd, 0);
    kernel_turn(host, 10 * LUCID_MILLISECOND);
}

static void end(void) {
    lucid_host_close(host);
}

/* Writes a megabyte, without a wait. */
static void write_megabyte(void) {
    static uint8_t data[DATAGRAM];
    struct lucid_host_stats stats;
    struct lucid_sockaddr to = {.port = KERNEL_PORT};
    ck_assert_int_eq(lucid_addr_parse("10.77.0.1", &to.addr), 0);
    lucid_host_stats(host, &stats);
    uint64_t before = stats.writes;
    for (int i = 0; i < DATAGRAMS; i++) {
        ck_assert_int_eq(lucid_sendto(lucid_host_stack(host), fd, data, sizeof data, 0, &to), DATAGRAM);
    }
    for (int i = 0; i < DATAGRAMS && stats.writes < before + DATAGRAMS; i++) {
        ck_assert_int_eq(lucid_host_step(host, 0), 0);
        lucid_host_stats(host, &stats);
    }
    ck_assert_uint_ge(stats.writes, before + DATAGRAMS);
}

static uint64_t yields(void) {
    struct lucid_host_stats stats;
    lucid_host_stats(host, &stats);
    return stats.yields;
}

START_TEST(every_two_megabytes) {
    write_megabyte();
    ck_assert_uint_eq(yields(), 0);
    for (unsigned i = 1; i <= 8; i++) {
        write_megabyte();
        ck_assert_uint_eq(yields(), (i + 1) / 2);
    }
}
END_TEST

/* A wait lets others run as well as yielding does. */
START_TEST(not_when_it_waits) {
    for (unsigned i = 0; i < 8; i++) {
        write_megabyte();
        kernel_turn(host, LUCID_MILLISECOND);
    }
    ck_assert_uint_eq(yields(), 0);
}
END_TEST

/* Only who yields has short slices, and nothing else about the thread changes. 0: this kernel does not tell slices. */
START_TEST(slices_are_short_when_it_yields) {
    struct sched_attr before = scheduling();
    write_megabyte();
    ck_assert_uint_eq(scheduling().sched_runtime, before.sched_runtime);
    write_megabyte();
    write_megabyte();
    struct sched_attr after = scheduling();
    ck_assert_uint_eq(yields(), 1);
    ck_assert_uint_eq(after.sched_runtime, before.sched_runtime > 0 ? 100 * LUCID_MICROSECOND : 0);
    after.sched_runtime = before.sched_runtime;
    ck_assert_mem_eq(&after, &before, sizeof after);
}
END_TEST

START_TEST(an_idle_thread_gives_way_by_itself) {
    struct sched_attr attr = {.size = sizeof attr, .sched_policy = SCHED_IDLE};
    ck_assert_int_eq(syscall(SYS_sched_setattr, 0, &attr, 0), 0);
    for (unsigned i = 0; i < 5; i++) {
        write_megabyte();
    }
    ck_assert_uint_eq(yields(), 0);
}
END_TEST

int main(void) {
    TCase *tests;
    if (!kernel_can_test("letting others run")) {
        return 0;
    }
    Suite *suite = unit_suite("yield", &tests);
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, every_two_megabytes);
    tcase_add_test(tests, not_when_it_waits);
    tcase_add_test(tests, slices_are_short_when_it_yields);
    tcase_add_test(tests, an_idle_thread_gives_way_by_itself);
    return unit_run(suite);
}
