/* test_host.c: the host's side (lucid/host.h) against the kernel, each test in a network of its own: the device, calls
 * that wait, callbacks, timers, the descriptor for somebody else's loop, and the sentences that say what went wrong.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/kernel.h"
#include "unit/unit.h"

#define MS LUCID_MILLISECOND
#define PORT 8080
#define OCTETS 3000000

static struct lucid_host_options options;
static struct lucid_host *host;
static char error[LUCID_ERROR_TEXT];

static void setup(void) {
    kernel_private_network();
    lucid_host_defaults(&options);
}

static void open_host(void) {
    host = kernel_open_host(&options);
}

static struct lucid_sockaddr end_of(const char *text, uint16_t port) {
    struct lucid_sockaddr end = {.port = port};
    ck_assert_int_eq(lucid_addr_parse(text, &end.addr), 0);
    return end;
}

/* ---- the device ---- */

START_TEST(device_comes_and_goes) {
    ck_assert_uint_eq(if_nametoindex("lucid0"), 0);
    open_host();
    ck_assert_str_eq(lucid_host_device(host), "lucid0");
    ck_assert_uint_ne(if_nametoindex("lucid0"), 0);
    lucid_host_close(host);
    ck_assert_uint_eq(if_nametoindex("lucid0"), 0);
}
END_TEST

START_TEST(two_hosts_in_one_process) {
    struct lucid_host *other;
    open_host();
    options.device = "lucid1";
    options.config.addr_count = options.host_addr_count = 1;
    ck_assert_int_eq(lucid_ifaddr_parse("10.78.0.2/24", 0, &options.config.addrs[0]), 0);
    ck_assert_int_eq(lucid_ifaddr_parse("10.78.0.1/24", 0, &options.host_addrs[0]), 0);
    other = kernel_open_host(&options);
    int listener = lucid_host_listen(other, NULL, PORT, 1);
    int client = kernel_connect("10.78.0.2", PORT);
    ck_assert_int_gt(lucid_host_accept(other, listener, NULL, LUCID_SECOND), 0);
    lucid_host_close(other);
    lucid_host_close(host);
    close(client);
}
END_TEST

/* What is refused is said in a sentence, and nothing has changed. */
static void refuse(const char *sentence, int expected) {
    struct lucid_host *none = (void *)&options;
    error[0] = '\0';
    ck_assert_int_eq(lucid_host_open(&none, &options, error), -expected);
    ck_assert_ptr_null(none);
    ck_assert_msg(strstr(error, sentence) != NULL, "%s", error);
}

/* docs/decisions/0066, 0124: the kernel's own, and an ACK before the kernel's least RTO. */
START_TEST(times_of_the_kernel) {
    ck_assert_uint_eq(options.config.rto_min, 200 * MS);
    ck_assert_uint_eq(options.config.delayed_ack, 40 * MS);
}
END_TEST

START_TEST(refusals_are_sentences) {
    options.device_path = "/nonexistent/tun";
    refuse("there is no /nonexistent/tun: load the tun module", 2);
    options.device_path = "/dev/null";
    refuse("cannot make the interface lucid0", 25);
    options.device_path = "/dev/net/tun";
    options.faults = "loss=lots";
    refuse("loss", LUCID_EINVAL);
    options.faults = NULL;
    options.config.mtu = 20;
    refuse("out of its range", LUCID_EINVAL);
    options.config.mtu = 1500;
    options.pcap = "/nonexistent/file.pcap";
    refuse("/nonexistent/file.pcap", LUCID_EIO);
    ck_assert_uint_eq(if_nametoindex("lucid0"), 0);
}
END_TEST

START_TEST(device_in_use) {
    open_host();
    refuse("the interface lucid0 is in use by another program", 16);
    lucid_host_close(host);
}
END_TEST

START_TEST(prepared_device_is_not_configured) {
    char command[] =
        "ip tuntap add dev lucid0 mode tun && ip addr add 10.77.0.1/24 dev lucid0 && ip link set lucid0 up";
    ck_assert_int_eq(system(command), 0);
    options.configure = false;
    open_host();
    int listener = lucid_host_listen(host, NULL, PORT, 1);
    int client = kernel_connect("10.77.0.2", PORT);
    ck_assert_int_gt(lucid_host_accept(host, listener, NULL, 5 * LUCID_SECOND), 0);
    close(client);
    lucid_host_close(host);
    ck_assert_uint_ne(if_nametoindex("lucid0"), 0);
}
END_TEST

/* ---- calls that wait ---- */

static uint8_t octet_at(size_t place) {
    return (uint8_t)(place * 31 + place / 251);
}

static uint8_t *pattern(void) {
    uint8_t *octets = malloc(OCTETS);
    for (size_t i = 0; i < OCTETS; i++) {
        octets[i] = octet_at(i);
    }
    return octets;
}

/* Both ways at once would need two threads: up first, then down. */
static void transfer(int stack_end, int kernel_end) {
    uint8_t *sent = pattern(), *got = calloc(1, OCTETS);
    size_t taken = 0, here = 0;
    while (here < OCTETS) {
        size_t part = OCTETS - taken < 100000 ? OCTETS - taken : 100000;
        taken += kernel_send(host, kernel_end, sent + taken, part);
        while (here < taken) {
            ptrdiff_t n = lucid_host_recv(host, stack_end, got + here, OCTETS - here, LUCID_SECOND);
            ck_assert_int_gt(n, 0);
            here += (size_t)n;
        }
    }
    ck_assert_int_eq(memcmp(sent, got, OCTETS), 0);
    memset(got, 0, OCTETS);
    for (taken = here = 0; taken < OCTETS; taken += 500000) {
        ck_assert_int_eq(lucid_host_send(host, stack_end, sent + taken, 500000, LUCID_SECOND), 500000);
        here += kernel_receive(host, kernel_end, got + here, 500000);
    }
    ck_assert_int_eq(memcmp(sent, got, OCTETS), 0);
    free(sent);
    free(got);
}

static const char *const stack_addresses[] = {"10.77.0.2", "fd77::2"};
static const char *const kernel_addresses[] = {"10.77.0.1", "fd77::1"};

START_TEST(kernel_connects) {
    options.offload = _i >= 2;
    open_host();
    ck_assert_int_eq(lucid_host_offload(host) != 0, options.offload);
    struct lucid_sockaddr remote;
    struct lucid_addr any = {{0}};
    int listener = lucid_host_listen(host, _i % 2 ? &any : NULL, PORT, 4);
    ck_assert_int_gt(listener, 0);
    int client = kernel_connect(stack_addresses[_i % 2], PORT);
    int peer = lucid_host_accept(host, listener, &remote, LUCID_SECOND);
    ck_assert_int_gt(peer, 0);
    struct lucid_sockaddr expected = end_of(kernel_addresses[_i % 2], remote.port);
    ck_assert(lucid_addr_equal(&remote.addr, &expected.addr));
    transfer(peer, client);
    close(client);
    char end;
    ck_assert_int_eq(lucid_host_recv(host, peer, &end, 1, LUCID_SECOND), 0);
    ck_assert_int_eq(lucid_close(lucid_host_stack(host), peer), 0);
    ck_assert_int_eq(lucid_host_drain(host, true, 2 * LUCID_SECOND), 0);
    lucid_host_close(host);
}
END_TEST

START_TEST(stack_connects) {
    options.offload = _i >= 2;
    options.config.msl = 50 * MS;
    open_host();
    const char *address = kernel_addresses[_i % 2];
    struct lucid_sockaddr remote = end_of(address, PORT);
    int listener = kernel_listen(address, PORT);
    int client = lucid_host_connect(host, &remote, LUCID_SECOND);
    ck_assert_int_gt(client, 0);
    int peer = kernel_accept(host, listener);
    transfer(client, peer);
    ck_assert_int_eq(lucid_close(lucid_host_stack(host), client), 0);
    char end;
    ck_assert_uint_eq(kernel_receive(host, peer, &end, 1), 0);
    close(peer);
    lucid_time begin = lucid_host_now();
    ck_assert_int_eq(lucid_host_drain(host, true, 2 * LUCID_SECOND), 0);
    ck_assert_uint_ge(lucid_host_now() - begin, 90 * MS); /* 2MSL, less what the last segments took */
    close(listener);
    lucid_host_close(host);
}
END_TEST

/* The ACK of the peer's FIN is on the link when TIME-WAIT begins: who drains and leaves must not take it along. */
START_TEST(last_ack_leaves_the_link) {
    options.faults = "delay=50ms";
    open_host();
    struct lucid_sockaddr remote = end_of(kernel_addresses[0], PORT);
    int listener = kernel_listen(kernel_addresses[0], PORT);
    int client = lucid_host_connect(host, &remote, LUCID_SECOND);
    ck_assert_int_gt(client, 0);
    int peer = kernel_accept(host, listener);
    ck_assert_int_eq(lucid_close(lucid_host_stack(host), client), 0);
    char end;
    ck_assert_uint_eq(kernel_receive(host, peer, &end, 1), 0);
    ck_assert_int_eq(shutdown(peer, SHUT_WR), 0);
    ck_assert_int_eq(lucid_host_drain(host, false, 2 * LUCID_SECOND), 0);
    struct tcp_info info;
    socklen_t length = sizeof info;
    ck_assert_int_eq(getsockopt(peer, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    ck_assert_int_eq(info.tcpi_state, TCP_CLOSE);
    close(peer);
    close(listener);
    lucid_host_close(host);
}
END_TEST

START_TEST(nobody_listens) {
    open_host();
    struct lucid_sockaddr remote = end_of(kernel_addresses[_i], PORT);
    ck_assert_int_eq(lucid_host_connect(host, &remote, LUCID_SECOND), -LUCID_ECONNREFUSED);
    int client = kernel_connect(stack_addresses[_i], PORT);
    char end;
    ck_assert_uint_eq(kernel_receive(host, client, &end, 1), 0);
    struct lucid_stats stats;
    lucid_stats(lucid_host_stack(host), &stats);
    ck_assert_uint_ge(stats.drop[LUCID_DROP_TCP_CLOSED], 1);
    ck_assert_uint_eq(stats.connections, 0);
    close(client);
    lucid_host_close(host);
}
END_TEST

START_TEST(waits_end_in_time) {
    open_host();
    int listener = lucid_host_listen(host, NULL, PORT, 1);
    lucid_time begin = lucid_host_now();
    ck_assert_int_eq(lucid_host_accept(host, listener, NULL, 30 * MS), -LUCID_ETIMEDOUT);
    ck_assert_uint_ge(lucid_host_now() - begin, 30 * MS);
    struct lucid_sockaddr nowhere = end_of("10.77.0.99", PORT);
    ck_assert_int_eq(lucid_host_connect(host, &nowhere, 30 * MS), -LUCID_ETIMEDOUT);
    ck_assert_int_eq(lucid_host_wait(host, listener, LUCID_POLLIN, 1 * MS), -LUCID_ETIMEDOUT);
    ck_assert_int_eq(lucid_host_wait(host, 12345, LUCID_POLLIN, 1 * MS), -LUCID_EBADF);
    ck_assert_int_eq(lucid_host_listen(host, NULL, PORT, 1), -LUCID_EADDRINUSE);
    lucid_host_close(host);
}
END_TEST

/* ---- callbacks, timers, descriptors ---- */

struct seen {
    unsigned events, traces, timers, watched;
    int fd;
};

static void on_event(struct lucid_host *from, const struct lucid_ready *ready, void *user) {
    struct seen *seen = user;
    ck_assert_ptr_eq(from, host);
    seen->events++;
    seen->fd = ready->fd;
}

static void on_trace(struct lucid_host *from, void *user) {
    struct lucid_event event;
    while (lucid_trace_next(lucid_host_stack(from), &event, NULL)) {
        ((struct seen *)user)->traces++;
    }
}

static void on_timer(struct lucid_host *from, void *user) {
    (void)from;
    ((struct seen *)user)->timers++;
}

static void on_watch(struct lucid_host *from, int fd, short revents, void *user) {
    char octet;
    ck_assert(revents & POLLIN);
    ck_assert_int_eq(read(fd, &octet, 1), 1);
    ((struct seen *)user)->watched++;
    lucid_host_stop(from);
}

START_TEST(callbacks) {
    struct seen seen = {0};
    open_host();
    lucid_host_set_callbacks(host, &(struct lucid_host_callbacks){.event = on_event, .trace = on_trace, .user = &seen});
    ck_assert_int_eq(lucid_trace_enable(lucid_host_stack(host), LUCID_TRACE_ALL, 1000), 0);
    int listener = lucid_host_listen(host, NULL, PORT, 1);
    int client = kernel_connect("10.77.0.2", PORT);
    kernel_turn(host, 20 * MS);
    ck_assert_int_eq(seen.fd, listener);
    ck_assert_uint_eq(seen.events, 1);
    ck_assert_uint_gt(seen.traces, 5);
    close(client);
    lucid_host_close(host);
}
END_TEST

START_TEST(timers_and_watches) {
    struct seen seen = {0};
    int pipe_ends[2];
    open_host();
    lucid_time begin = lucid_host_now();
    ck_assert_int_ge(lucid_host_timer(host, begin + 20 * MS, on_timer, &seen), 0);
    int cancelled = lucid_host_timer(host, begin + 10 * MS, on_timer, &seen);
    lucid_host_cancel(host, cancelled);
    kernel_turn(host, 15 * MS);
    ck_assert_uint_eq(seen.timers, 0);
    kernel_turn(host, 15 * MS);
    ck_assert_uint_eq(seen.timers, 1);
    ck_assert_int_eq(pipe(pipe_ends), 0);
    ck_assert_int_eq(lucid_host_watch(host, pipe_ends[0], POLLIN, on_watch, &seen), 0);
    ck_assert_int_eq(write(pipe_ends[1], "ab", 2), 2);
    ck_assert_int_eq(lucid_host_run(host), 0);
    ck_assert_uint_eq(seen.watched, 1);
    ck_assert(lucid_host_stopped(host));
    ck_assert_int_eq(lucid_host_watch(host, pipe_ends[0], 0, NULL, NULL), 0);
    kernel_turn(host, 2 * MS);
    ck_assert_uint_eq(seen.watched, 1);
    lucid_host_close(host);
}
END_TEST

static void on_alarm(int number) {
    (void)number;
    lucid_host_stop(host);
}

START_TEST(a_signal_ends_a_wait) {
    open_host();
    signal(SIGALRM, on_alarm);
    int listener = lucid_host_listen(host, NULL, PORT, 1);
    alarm(1);
    ck_assert_int_eq(lucid_host_accept(host, listener, NULL, 20 * LUCID_SECOND), -LUCID_EINTR);
    lucid_host_close(host);
}
END_TEST

static bool readable(int fd, int milliseconds) {
    struct pollfd one = {.fd = fd, .events = POLLIN};
    return poll(&one, 1, milliseconds) == 1;
}

/* Takes what the kernel sends by itself when an interface comes up. */
static void calm(int fd) {
    while (readable(fd, 100)) {
        ck_assert_int_eq(lucid_host_step(host, 0), 0);
    }
}

START_TEST(one_descriptor_for_a_foreign_loop) {
    struct seen seen = {0};
    open_host();
    lucid_host_set_callbacks(host, &(struct lucid_host_callbacks){.event = on_event, .user = &seen});
    int listener = lucid_host_listen(host, NULL, PORT, 1);
    int fd = lucid_host_fd(host);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(lucid_host_fd(host), fd);
    calm(fd);
    int client = kernel_connect("10.77.0.2", PORT);
    while (seen.events == 0) {
        ck_assert(readable(fd, 1000));
        ck_assert_int_eq(lucid_host_step(host, 0), 0);
    }
    ck_assert_int_gt(lucid_accept(lucid_host_stack(host), listener, NULL), 0);
    calm(fd);
    ck_assert_int_ge(lucid_host_timer(host, lucid_host_now() + 50 * MS, on_timer, &seen), 0);
    ck_assert_int_eq(lucid_host_step(host, 0), 0);
    ck_assert(!readable(fd, 5));
    ck_assert(readable(fd, 1000));
    ck_assert_int_eq(lucid_host_step(host, 0), 0);
    ck_assert_uint_eq(seen.timers, 1);
    close(client);
    lucid_host_close(host);
}
END_TEST

/* ---- faults and captures ---- */

struct captured {
    const char *path;
    long size; /* of the file, when the timer comes */
};

static void on_look(struct lucid_host *from, void *user) {
    struct captured *captured = user;
    struct stat info;
    (void)from;
    captured->size = stat(captured->path, &info) == 0 ? info.st_size : -1;
}

/* Whoever reads the file while we wait for an answer finds the question in it. */
START_TEST(captured_before_the_wait) {
    char path[] = "/tmp/lucid-host-XXXXXX";
    struct captured captured = {.path = path, .size = -1};
    close(mkstemp(path));
    options.pcap = path;
    open_host();
    struct lucid_stack *stack = lucid_host_stack(host);
    struct lucid_sockaddr silent = {.port = 9};
    ck_assert_int_eq(lucid_addr_parse("10.77.0.99", &silent.addr), 0);
    int fd = lucid_socket(stack, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(stack, fd, &silent), -LUCID_EINPROGRESS);
    ck_assert_int_ge(lucid_host_timer(host, lucid_host_now() + 50 * MS, on_look, &captured), 0);
    while (captured.size < 0) {
        ck_assert_int_eq(lucid_host_step(host, LUCID_SECOND), 0);
    }
    ck_assert_int_ge(captured.size, 24 + 16 + 40); /* headers of the file and of the packet, and a SYN */
    lucid_host_close(host);
    unlink(path);
}
END_TEST

START_TEST(faults_and_capture) {
    char path[] = "/tmp/lucid-host-XXXXXX";
    close(mkstemp(path));
    options.faults = "loss=5%,dup=2%,reorder=5%,delay=1ms,seed=3";
    options.pcap = path;
    options.config.rto_min = 50 * MS;
    open_host();
    ck_assert_uint_eq(lucid_host_offload(host), 0);
    int listener = lucid_host_listen(host, NULL, PORT, 1);
    int client = kernel_connect("10.77.0.2", PORT);
    int peer = lucid_host_accept(host, listener, NULL, 5 * LUCID_SECOND);
    ck_assert_int_gt(peer, 0);
    uint8_t *sent = pattern(), *got = calloc(1, 300000);
    ck_assert_int_eq(lucid_host_send(host, peer, sent, 300000, 5 * LUCID_SECOND), 300000);
    ck_assert_uint_eq(kernel_receive(host, client, got, 300000), 300000);
    ck_assert_int_eq(memcmp(sent, got, 300000), 0);
    struct lucid_host_stats stats;
    lucid_host_stats(host, &stats);
    ck_assert_uint_gt(stats.faults_dropped, 0);
    ck_assert_uint_gt(stats.faults_reordered, 0);
    ck_assert_uint_gt(stats.reads, 10);
    close(client);
    lucid_host_close(host);
    struct lucid_pcap *pcap = lucid_pcap_open(path, error);
    ck_assert_msg(pcap != NULL, "%s", error);
    uint64_t at;
    const uint8_t *octets;
    size_t length, packets = 0;
    int more;
    while ((more = lucid_pcap_next(pcap, &at, &octets, &length)) == 1) {
        packets++;
    }
    ck_assert_int_eq(more, 0);
    ck_assert_uint_gt(packets, 200);
    lucid_pcap_close(pcap);
    unlink(path);
    free(sent);
    free(got);
}
END_TEST

int main(void) {
    TCase *tests;
    if (!kernel_can_test("host.h against the kernel")) {
        return 0;
    }
    Suite *suite = unit_suite("host", &tests);
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, device_comes_and_goes);
    tcase_add_test(tests, two_hosts_in_one_process);
    tcase_add_test(tests, times_of_the_kernel);
    tcase_add_test(tests, refusals_are_sentences);
    tcase_add_test(tests, device_in_use);
    tcase_add_test(tests, prepared_device_is_not_configured);
    tcase_add_loop_test(tests, kernel_connects, 0, 4);
    tcase_add_loop_test(tests, stack_connects, 0, 4);
    tcase_add_test(tests, last_ack_leaves_the_link);
    tcase_add_loop_test(tests, nobody_listens, 0, 2);
    tcase_add_test(tests, waits_end_in_time);
    tcase_add_test(tests, callbacks);
    tcase_add_test(tests, timers_and_watches);
    tcase_add_test(tests, a_signal_ends_a_wait);
    tcase_add_test(tests, one_descriptor_for_a_foreign_loop);
    tcase_add_test(tests, captured_before_the_wait);
    tcase_add_test(tests, faults_and_capture);
    return unit_run(suite);
}
