/* test_lwip.c: our stack and lwIP (bench/lwip) talk to each other, each on a device of its own, and the kernel between
 * them is their router. lwIP is a peer that other tests do not have: no SACK, no time stamps, a window of 64 KB, and
 * segments of 64 KB if they come. It is there where its library is installed.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/pattern.h"
#include "net/kernel.h"
#include "unit/unit.h"

static const lucid_time PATIENCE = 10 * LUCID_SECOND;

static struct lucid_host *host;
static pid_t lwip;

static const char *program(void) {
    static char path[512];
    const char *build = getenv("BUILD");
    snprintf(path, sizeof path, "%s/san/bench-lwip", build ? build : "build");
    return path;
}

/* It has said that it serves. */
static void start_lwip(void) {
    int ends[2];
    char word[64];
    ck_assert_int_eq(pipe(ends), 0);
    lwip = fork();
    if (lwip == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(program(), "bench-lwip", "--tun", "lwip0", "--addr", "10.78.0.2", "--host-addr", "10.78.0.1/24", NULL);
        _exit(127);
    }
    close(ends[1]);
    ck_assert_int_gt(read(ends[0], word, sizeof word), 0);
    close(ends[0]);
}

static void route(void) {
    FILE *knob = fopen("/proc/sys/net/ipv4/ip_forward", "w");
    ck_assert_ptr_nonnull(knob);
    ck_assert_int_ge(fputs("1\n", knob), 0);
    ck_assert_int_eq(fclose(knob), 0);
}

static void open_both(const char *faults) {
    struct lucid_host_options options;
    lucid_host_defaults(&options);
    options.faults = faults;
    kernel_private_network();
    route();
    start_lwip();
    host = kernel_open_host(&options);
}

static void close_both(void) {
    int status = -1;
    lucid_host_close(host);
    kill(lwip, SIGTERM);
    ck_assert_int_eq(waitpid(lwip, &status, 0), lwip);
    ck_assert_int_eq(status, 0);
}

static int connect_to(uint16_t port) {
    struct lucid_sockaddr remote = {.port = port};
    ck_assert_int_eq(lucid_addr_parse("10.78.0.2", &remote.addr), 0);
    int fd = lucid_host_connect(host, &remote, PATIENCE);
    ck_assert_int_gt(fd, 0);
    return fd;
}

static void half_close(int fd) {
    ck_assert_int_eq(lucid_shutdown(lucid_host_stack(host), fd, LUCID_SHUT_WR), 0);
}

/* Reads to the end of the stream. Returns the octets, with a NUL behind them. */
static size_t receive_all(int fd, char *text, size_t room) {
    size_t length = 0;
    ptrdiff_t got;
    while ((got = lucid_host_recv(host, fd, text + length, room - 1 - length, PATIENCE)) > 0) {
        length += (size_t)got;
    }
    ck_assert_int_eq(got, 0);
    text[length] = '\0';
    lucid_close(lucid_host_stack(host), fd);
    return length;
}

/* Sends that much to discard, which says whether it has come. */
static void send_bulk(uint64_t octets) {
    struct pattern_source source;
    const void *data;
    size_t length;
    char verdict[PATTERN_ERROR + 1];
    int fd = connect_to(9);
    pattern_source_begin(&source);
    while ((data = pattern_next(&source, &length)) != NULL) {
        ck_assert_int_eq(lucid_host_send(host, fd, data, length, PATIENCE), (ptrdiff_t)length);
        pattern_sent(&source, length);
        if (source.octets >= octets) {
            pattern_finish(&source);
        }
    }
    half_close(fd);
    receive_all(fd, verdict, sizeof verdict);
    ck_assert_str_eq(verdict, PATTERN_RIGHT "\n");
}

/* Has chargen send that much and more. */
static void receive_bulk(uint64_t octets) {
    static char room[65536];
    struct pattern_check check;
    ptrdiff_t got;
    bool enough = false;
    int fd = connect_to(19);
    pattern_check_begin(&check);
    while ((got = lucid_host_recv(host, fd, room, sizeof room, PATIENCE)) > 0) {
        ck_assert_msg(pattern_take(&check, room, (size_t)got), "%s", check.error);
        if (!enough && check.octets >= octets) {
            enough = true;
            half_close(fd);
        }
    }
    ck_assert_int_eq(got, 0);
    ck_assert_msg(pattern_whole(&check), "%s", check.error);
    lucid_close(lucid_host_stack(host), fd);
}

START_TEST(octets_both_ways) {
    open_both(NULL);
    send_bulk(4000000);
    receive_bulk(4000000);
    close_both();
}
END_TEST

/* What is lost is found without SACK. */
START_TEST(over_a_bad_link) {
    open_both("loss=1%,dup=1%,reorder=1%,seed=7");
    send_bulk(400000);
    close_both();
}
END_TEST

/* We close first, so that TIME-WAIT is ours: lwIP takes no SYN in it, and resets some. */
static void ask(void) {
    static const char request[] = "GET / HTTP/1.1\r\n\r\n";
    char text[512];
    int fd = connect_to(80);
    ck_assert_int_gt(lucid_host_send(host, fd, request, strlen(request), PATIENCE), 0);
    half_close(fd);
    receive_all(fd, text, sizeof text);
    ck_assert_msg(strstr(text, "\r\n\r\nHello, world!") != NULL, "%s", text);
}

START_TEST(small_things) {
    char text[512];
    open_both(NULL);
    for (int i = 0; i < 100; i++) {
        ask();
    }
    ck_assert_uint_gt(receive_all(connect_to(13), text, sizeof text), 20);
    close_both();
}
END_TEST

int main(void) {
    TCase *tests;
    if (access(program(), X_OK) != 0) {
        puts("skip our stack with lwIP: it is not installed");
        return 0;
    }
    if (!kernel_can_test("our stack with lwIP")) {
        return 0;
    }
    Suite *suite = unit_suite("lwip", &tests);
    tcase_add_test(tests, octets_both_ways);
    tcase_add_test(tests, over_a_bad_link);
    tcase_add_test(tests, small_things);
    return unit_run(suite);
}
