/* test_hosts.c: several hosts on one device (struct lucid_hosts of lucid/host.h) against the kernel, which chooses the
 * queues. All but one of these tests turn both hosts in one thread, one after the other, so that nothing depends on who
 * is faster.
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/kernel.h"
#include "unit/unit.h"

#define QUEUES 2
#define CLIENTS 200
#define PORT 8080

static struct lucid_host_options options;
static struct lucid_hosts *hosts;
static char error[LUCID_ERROR_TEXT];

static void setup(void) {
    kernel_private_network();
    lucid_host_defaults(&options);
}

static void open_hosts(unsigned count) {
    ck_assert_msg(lucid_hosts_open(&hosts, &options, count, error) == 0, "%s", error);
    ck_assert_uint_eq(lucid_hosts_count(hosts), count);
}

static struct lucid_host *host(unsigned queue) {
    return lucid_hosts_at(hosts, queue);
}

static struct lucid_stack *stack(unsigned queue) {
    return lucid_host_stack(host(queue));
}

static void turn(void) {
    for (unsigned i = 0; i < lucid_hosts_count(hosts); i++) {
        ck_assert_int_eq(lucid_host_step(host(i), 0), 0);
    }
}

/* Until the descriptor is ready. */
static void turn_until(int fd, short events) {
    lucid_time give_up = lucid_host_now() + 5 * LUCID_SECOND;
    struct pollfd asked = {.fd = fd, .events = events};
    do {
        turn();
        ck_assert(lucid_host_now() < give_up);
    } while (poll(&asked, 1, 1) != 1);
}

static struct lucid_sockaddr end_of(const char *text, uint16_t port) {
    struct lucid_sockaddr end = {.port = port};
    ck_assert_int_eq(lucid_addr_parse(text, &end.addr), 0);
    return end;
}

static uint64_t handed_over(void) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < lucid_hosts_count(hosts); i++) {
        struct lucid_host_stats stats;
        lucid_host_stats(host(i), &stats);
        sum += stats.handed_over;
        ck_assert_uint_eq(stats.handed_lost, 0);
    }
    return sum;
}

/* ---- begin and end ---- */

START_TEST(the_device_comes_and_goes) {
    open_hosts((unsigned)_i);
    for (unsigned i = 0; i < (unsigned)_i; i++) {
        ck_assert_str_eq(lucid_host_device(host(i)), "lucid0");
    }
    ck_assert_ptr_null(host((unsigned)_i));
    ck_assert_uint_ne(if_nametoindex("lucid0"), 0);
    lucid_hosts_close(hosts);
    ck_assert_uint_eq(if_nametoindex("lucid0"), 0);
    lucid_hosts_close(NULL);
}
END_TEST

/* The kernel chooses the name, for all of them. */
START_TEST(one_name_for_all_queues) {
    options.device = "many%d";
    open_hosts(QUEUES);
    ck_assert_str_eq(lucid_host_device(host(0)), "many0");
    ck_assert_str_eq(lucid_host_device(host(1)), "many0");
    lucid_hosts_close(hosts);
}
END_TEST

static void refuse(unsigned count, const char *sentence, int expected) {
    struct lucid_hosts *none = (void *)&options;
    ck_assert_int_eq(lucid_hosts_open(&none, &options, count, error), -expected);
    ck_assert_ptr_null(none);
    ck_assert_msg(strstr(error, sentence) != NULL, "%s", error);
}

START_TEST(refusals_are_sentences) {
    struct lucid_host *alone;
    refuse(0, "take 1 to 64", LUCID_EINVAL);
    refuse(LUCID_QUEUES_MAX + 1, "take 1 to 64", LUCID_EINVAL);
    alone = kernel_open_host(&options);
    refuse(QUEUES, "lucid0 is in use by another program", EBUSY);
    lucid_host_close(alone);
    options.configure = false; /* so that it is not up */
    alone = kernel_open_host(&options);
    refuse(QUEUES, "lucid0 exists, but is no TUN device of several queues", LUCID_EINVAL);
    lucid_host_close(alone);
    options.configure = true;
    open_hosts(QUEUES);
    refuse(QUEUES, "lucid0 is in use by another program", EBUSY);
    lucid_hosts_close(hosts);
    options.pcap = "/tmp/none.pcap";
    refuse(QUEUES, "take one queue", LUCID_EINVAL);
    options.pcap = NULL;
    options.config.mtu = 1;
    refuse(QUEUES, "a value of the configuration", LUCID_EINVAL);
    ck_assert_uint_eq(if_nametoindex("lucid0"), 0);
}
END_TEST

/* ---- passive opens ---- */

/* Clients are spread, and each stays where it has come; nothing is handed on. */
START_TEST(clients_are_spread_over_the_queues) {
    static const char *const addresses[] = {"10.77.0.2", "fd77::2"};
    int clients[CLIENTS], listeners[QUEUES];
    unsigned accepted[QUEUES] = {0};
    open_hosts(QUEUES);
    for (unsigned i = 0; i < QUEUES; i++) {
        listeners[i] = lucid_host_listen(host(i), NULL, PORT, CLIENTS);
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = kernel_connect(addresses[_i], PORT);
        turn_until(clients[i], POLLOUT);
        ck_assert_int_eq(send(clients[i], &i, sizeof i, 0), sizeof i);
    }
    turn();
    turn();
    for (unsigned i = 0; i < QUEUES; i++) {
        int fd;
        while ((fd = lucid_accept(stack(i), listeners[i], NULL)) > 0) {
            unsigned number;
            ck_assert_int_eq(lucid_recv(stack(i), fd, &number, sizeof number, 0), sizeof number);
            ck_assert_int_eq(lucid_send(stack(i), fd, &number, sizeof number, 0), sizeof number);
            accepted[i]++;
        }
        turn();
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        unsigned number;
        turn_until(clients[i], POLLIN);
        ck_assert_int_eq(recv(clients[i], &number, sizeof number, 0), sizeof number);
        ck_assert_uint_eq(number, i);
        close(clients[i]);
    }
    ck_assert_uint_eq(accepted[0] + accepted[1], CLIENTS);
    ck_assert_uint_gt(accepted[0], CLIENTS / 4);
    ck_assert_uint_gt(accepted[1], CLIENTS / 4);
    ck_assert_uint_eq(handed_over(), 0);
    lucid_hosts_close(hosts);
}
END_TEST

/* ---- active opens ---- */

/* The kernel's first answer comes by the queue that its hash names, which for half of the connections is the other one:
 * the device learns where a flow belongs only after it has taken the SYN. */
START_TEST(active_opens_get_their_answers) {
    struct lucid_sockaddr remote = end_of("10.77.0.1", PORT);
    enum { OPENS = 40 };
    int fds[OPENS];
    open_hosts(QUEUES);
    int listener = kernel_listen("10.77.0.1", PORT);
    for (unsigned i = 0; i < OPENS; i++) {
        struct lucid_sockaddr local;
        unsigned queue = i % QUEUES;
        fds[i] = lucid_socket(stack(queue), LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
        ck_assert_int_eq(lucid_connect(stack(queue), fds[i], &remote), -LUCID_EINPROGRESS);
        ck_assert_int_eq(lucid_getsockname(stack(queue), fds[i], &local), 0);
        ck_assert_uint_eq(local.port % QUEUES, queue);
        turn_until(listener, POLLIN);
        int peer = accept(listener, NULL, NULL);
        ck_assert_int_ge(peer, 0);
        ck_assert_int_eq(send(peer, &i, sizeof i, 0), sizeof i);
        turn();
        turn();
        unsigned number = 0;
        ck_assert_int_eq(lucid_recv(stack(queue), fds[i], &number, sizeof number, 0), sizeof number);
        ck_assert_uint_eq(number, i);
        close(peer);
    }
    ck_assert_uint_gt(handed_over(), OPENS / 8);
    for (unsigned i = 0; i < QUEUES; i++) { /* and then there is nothing to wake up for */
        struct pollfd asked = {.fd = lucid_host_fd(host(i)), .events = POLLIN};
        for (int tries = 0; tries < 50 && poll(&asked, 1, 0) == 1; tries++) {
            turn();
        }
        ck_assert_int_eq(poll(&asked, 1, 0), 0);
    }
    lucid_hosts_close(hosts);
}
END_TEST

/* ---- what has no ports to be told apart by ---- */

static int udp_client(uint16_t port) {
    struct sockaddr_in remote = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x0a4d0002)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int dont = IP_PMTUDISC_DONT;
    ck_assert_int_ge(fd, 0);
    setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &dont, sizeof dont);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&remote, sizeof remote), 0);
    return fd;
}

/* Fragments all come by one queue; the datagram that they make goes to the socket whose port it names. */
START_TEST(datagrams_of_fragments_find_their_socket) {
    static char sent[3000], got[4000];
    open_hosts(QUEUES);
    for (unsigned i = 0; i < QUEUES; i++) {
        struct lucid_sockaddr local = {.port = 0};
        int fd = lucid_socket(stack(i), LUCID_AF_INET, LUCID_SOCK_DGRAM, 0);
        ck_assert_int_eq(lucid_bind(stack(i), fd, &local), 0);
        ck_assert_int_eq(lucid_getsockname(stack(i), fd, &local), 0);
        int client = udp_client(local.port);
        memset(sent, 'a' + (int)i, sizeof sent);
        ck_assert_int_eq(send(client, sent, sizeof sent, 0), sizeof sent);
        turn();
        turn();
        ck_assert_int_eq(lucid_recv(stack(i), fd, got, sizeof got, 0), sizeof sent);
        ck_assert_mem_eq(got, sent, sizeof sent);
        close(client);
    }
    ck_assert_uint_eq(handed_over(), 1); /* one of the two was at home */
    lucid_hosts_close(hosts);
}
END_TEST

static struct lucid_host_stats stats_of(unsigned queue) {
    struct lucid_host_stats stats;
    lucid_host_stats(host(queue), &stats);
    return stats;
}

/* A stack that does not keep up loses what is handed on to it; nobody answers for it. */
START_TEST(a_full_way_loses) {
    int client;
    open_hosts(QUEUES);
    do { /* until one comes by the other queue than that of the owner of port 4001 */
        client = udp_client(4001);
        ck_assert_int_eq(send(client, "x", 1, 0), 1);
        ck_assert_int_eq(lucid_host_step(host(0), 0), 0);
    } while (stats_of(0).handed_on == 0);
    for (int i = 0; i < 400; i++) {
        send(client, "x", 1, 0);
        ck_assert_int_eq(lucid_host_step(host(0), 0), 0);
    }
    struct lucid_stats stats;
    lucid_stats(stack(0), &stats);
    ck_assert_uint_gt(stats_of(0).handed_lost, 0);
    ck_assert_uint_eq(stats_of(0).handed_on + stats_of(0).handed_lost, stats.drop[LUCID_DROP_ELSEWHERE]);
    ck_assert_uint_eq(stats.icmp_out, 0);
    ck_assert_uint_eq(stats.drop[LUCID_DROP_UDP_PORT], 0);
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(lucid_host_step(host(1), 0), 0);
    }
    ck_assert_uint_eq(stats_of(1).handed_over, stats_of(0).handed_on);
    close(client);
    lucid_hosts_close(hosts);
}
END_TEST

/* The kernel's ICMP errors come by one queue, whichever stack they are for. */
START_TEST(errors_find_their_socket) {
    struct lucid_sockaddr remote = end_of("10.77.0.1", 9);
    open_hosts(QUEUES);
    for (unsigned i = 0; i < 2 * QUEUES; i++) { /* the kernel sends six of them without a pause */
        unsigned queue = i % QUEUES;
        int fd = lucid_socket(stack(queue), LUCID_AF_INET, LUCID_SOCK_DGRAM, 0);
        ck_assert_int_eq(lucid_connect(stack(queue), fd, &remote), 0);
        ck_assert_int_eq(lucid_send(stack(queue), fd, "x", 1, 0), 1);
        turn();
        turn();
        turn();
        ck_assert_int_eq(lucid_send(stack(queue), fd, "x", 1, 0), -LUCID_ECONNREFUSED);
    }
    ck_assert_uint_eq(handed_over(), QUEUES);
    lucid_hosts_close(hosts);
}
END_TEST

/* The words of an ICMP error, in the order of the wire, and their sum. */
static void send_error(int raw, uint16_t local, uint16_t remote) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a4d0002)};
    uint16_t words[18] = {0x0301, 0, 0, 0, 0x4500, 40, 1, 0, 0x4006, 0, 0x0a4d, 2, 0x0a4d, 1, local, remote, 1, 1};
    unsigned sum = 0, head = 0;
    for (unsigned i = 4; i < 14; i++) {
        head += words[i];
    }
    words[9] = (uint16_t) ~(head + (head >> 16));
    for (unsigned i = 0; i < 18; i++) {
        sum += words[i];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    words[1] = (uint16_t) ~(sum + (sum >> 16));
    for (unsigned i = 0; i < 18; i++) {
        words[i] = htons(words[i]);
    }
    ck_assert_int_eq(sendto(raw, words, sizeof words, 0, (struct sockaddr *)&to, sizeof to), sizeof words);
}

static uint64_t drops(enum lucid_drop why) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < lucid_hosts_count(hosts); i++) {
        struct lucid_stats stats;
        lucid_stats(stack(i), &stats);
        sum += stats.drop[why];
    }
    return sum;
}

/* About a connection of a listener's port that nobody has: each stack sees it once, and the last one drops it. About
 * one of another port: its owner does. */
START_TEST(errors_about_nothing_end) {
    enum { STACKS = 4, OWNED = 7002 };
    int raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    ck_assert_int_ge(raw, 0);
    open_hosts(STACKS);
    for (unsigned i = 0; i < STACKS; i++) {
        ck_assert_int_gt(lucid_host_listen(host(i), NULL, PORT, 1), 0);
    }
    send_error(raw, PORT, 5555);
    for (unsigned i = 0; i < STACKS; i++) {
        turn();
    }
    ck_assert_uint_eq(handed_over(), STACKS - 1);
    ck_assert_uint_eq(drops(LUCID_DROP_ELSEWHERE), STACKS - 1);
    ck_assert_uint_eq(drops(LUCID_DROP_ICMP_QUOTE), 1);
    for (unsigned i = 0; i < STACKS; i++) {
        struct lucid_stats stats;
        lucid_stats(stack(i), &stats);
        ck_assert_uint_eq(stats.drop[LUCID_DROP_ELSEWHERE] + stats.drop[LUCID_DROP_ICMP_QUOTE], 1);
    }
    send_error(raw, OWNED, 5555);
    for (unsigned i = 0; i < STACKS; i++) {
        turn();
    }
    struct lucid_stats owner;
    lucid_stats(stack(OWNED % STACKS), &owner);
    ck_assert_uint_ge(owner.drop[LUCID_DROP_ICMP_QUOTE], 1);
    ck_assert_uint_eq(drops(LUCID_DROP_ICMP_QUOTE), 2);
    ck_assert_uint_le(handed_over(), STACKS);
    close(raw);
    lucid_hosts_close(hosts);
}
END_TEST

/* A port that nobody has is refused once, by its owner. */
START_TEST(ports_without_a_listener_refuse) {
    open_hosts(QUEUES);
    for (uint16_t port = 4000; port < 4008; port++) {
        int client = kernel_connect("10.77.0.2", port);
        int failed = 0;
        socklen_t length = sizeof failed;
        turn_until(client, POLLOUT);
        ck_assert_int_eq(getsockopt(client, SOL_SOCKET, SO_ERROR, &failed, &length), 0);
        ck_assert_int_eq(failed, ECONNREFUSED);
        close(client);
    }
    struct lucid_stats stats[QUEUES];
    for (unsigned i = 0; i < QUEUES; i++) {
        lucid_stats(stack(i), &stats[i]);
        ck_assert_uint_eq(stats[i].drop[LUCID_DROP_TCP_CLOSED], 4);
    }
    lucid_hosts_close(hosts);
}
END_TEST

/* ---- threads ---- */

static atomic_uint served[QUEUES];

static void on_event(struct lucid_host *at, const struct lucid_ready *ready, void *user) {
    int fd;
    (void)ready;
    atomic_uint *count = user;
    while ((fd = lucid_accept(lucid_host_stack(at), ready->fd, NULL)) > 0) {
        lucid_send(lucid_host_stack(at), fd, "served", 6, 0);
        lucid_close(lucid_host_stack(at), fd);
        atomic_fetch_add(count, 1);
    }
}

static void serve(struct lucid_host *at, unsigned queue, void *user) {
    struct lucid_host_callbacks callbacks = {.event = on_event, .user = &served[queue]};
    sigset_t blocked;
    (void)user;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    ck_assert_int_eq(sigismember(&blocked, SIGUSR1), queue > 0); /* for the caller's thread alone */
    ck_assert_int_eq(sigismember(&blocked, SIGBUS), 0);
    lucid_host_set_callbacks(at, &callbacks);
    lucid_host_listen(at, NULL, PORT, CLIENTS);
    lucid_host_run(at);
}

static void on_signal(int number) {
    (void)number;
    lucid_hosts_stop(hosts);
}

/* The clients are another process; it ends all of it by a signal. */
START_TEST(a_thread_for_each_queue) {
    open_hosts(QUEUES);
    signal(SIGUSR1, on_signal);
    pid_t child = fork();
    if (child == 0) {
        unsigned good = 0;
        for (unsigned i = 0; i < CLIENTS; i++) {
            char room[7] = "";
            int fd;
            do { /* the listeners may not be there yet */
                fd = socket(AF_INET, SOCK_STREAM, 0);
                struct sockaddr_in remote = {
                    .sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(0x0a4d0002)};
                if (connect(fd, (struct sockaddr *)&remote, sizeof remote) == 0) {
                    break;
                }
                close(fd);
                usleep(1000);
            } while (true);
            good += recv(fd, room, 6, MSG_WAITALL) == 6 && strcmp(room, "served") == 0;
            close(fd);
        }
        kill(getppid(), SIGUSR1);
        _exit(good == CLIENTS ? 0 : 1);
    }
    ck_assert_int_eq(lucid_hosts_start(hosts, serve, NULL, error), 0);
    serve(host(0), 0, NULL);
    lucid_hosts_join(hosts);
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(atomic_load(&served[0]) + atomic_load(&served[1]), CLIENTS);
    ck_assert_uint_gt(atomic_load(&served[0]), CLIENTS / 4);
    ck_assert_uint_gt(atomic_load(&served[1]), CLIENTS / 4);
    lucid_host_close(host(1)); /* a host may go before the others */
    ck_assert_ptr_null(host(1));
    lucid_hosts_close(hosts);
    ck_assert_uint_eq(if_nametoindex("lucid0"), 0);
}
END_TEST

int main(void) {
    TCase *tests;
    if (!kernel_can_test("several queues against the kernel")) {
        return 0;
    }
    Suite *suite = unit_suite("hosts", &tests);
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_loop_test(tests, the_device_comes_and_goes, 1, 5);
    tcase_add_test(tests, one_name_for_all_queues);
    tcase_add_test(tests, refusals_are_sentences);
    tcase_add_loop_test(tests, clients_are_spread_over_the_queues, 0, 2);
    tcase_add_test(tests, active_opens_get_their_answers);
    tcase_add_test(tests, datagrams_of_fragments_find_their_socket);
    tcase_add_test(tests, a_full_way_loses);
    tcase_add_test(tests, errors_find_their_socket);
    tcase_add_test(tests, errors_about_nothing_end);
    tcase_add_test(tests, ports_without_a_listener_refuse);
    tcase_add_test(tests, a_thread_for_each_queue);
    return unit_run(suite);
}
