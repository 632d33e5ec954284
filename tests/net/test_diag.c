/* test_diag.c: what the kernel says of its sockets (lucid_diag_open()), beside what the stack at the other end says; a
 * relay from one network into another; and programs that end with the one that started them.
 */
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/kernel.h"
#include "unit/unit.h"

enum { PORT = 80, RELAYED = 8080 };

static struct lucid_host *host;
static struct lucid_diag *diag;
static char error[LUCID_ERROR_TEXT];

static void begin(void) {
    struct lucid_host_options options;
    kernel_private_network();
    lucid_host_defaults(&options);
    options.config.msl = LUCID_SECOND / 10;
    host = kernel_open_host(&options);
    diag = lucid_diag_open(error);
    ck_assert_msg(diag != NULL, "%s", error);
}

static void end(void) {
    lucid_diag_close(diag);
    lucid_host_close(host);
}

static struct lucid_sockaddr end_of(const char *address, uint16_t port) {
    struct lucid_sockaddr made = {.port = port};
    ck_assert_int_eq(lucid_addr_parse(address, &made.addr), 0);
    return made;
}

static uint16_t local_port(int fd) {
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    return ntohs(name.sin_port);
}

static unsigned state_of(const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote) {
    struct lucid_diag_socket found;
    int result = lucid_diag_look(diag, local, remote, &found);
    ck_assert_int_ge(result, 0);
    return result ? found.state : 0;
}

/* Every state that a client of the kernel's passes through, as both ends see it. */
static void walk(const char *kernel, const char *stack) {
    begin();
    struct lucid_sockaddr remote = end_of(stack, PORT);
    int listener = lucid_host_listen(host, NULL, PORT, 4);
    int fd = kernel_connect(stack, PORT);
    struct lucid_sockaddr local = end_of(kernel, local_port(fd));
    ck_assert_str_eq(lucid_state_name(state_of(&local, &remote)), "SYN-SENT");
    int peer = lucid_host_accept(host, listener, NULL, LUCID_SECOND);
    ck_assert_int_gt(peer, 0);
    ck_assert_str_eq(lucid_state_name(state_of(&local, &remote)), "ESTABLISHED");
    struct lucid_diag_socket found;
    ck_assert_int_eq(lucid_diag_look(diag, &local, &remote, &found), 1);
    ck_assert(lucid_addr_equal(&found.local.addr, &local.addr) && found.local.port == local.port);
    ck_assert(lucid_addr_equal(&found.remote.addr, &remote.addr) && found.remote.port == PORT);
    ck_assert_uint_ge(found.rto, 200 * LUCID_MILLISECOND);
    ck_assert_uint_ge(found.cwnd, 2 * 1200);
    ck_assert_uint_eq(found.retransmissions, 0);
    shutdown(fd, SHUT_WR);
    ck_assert_str_eq(lucid_state_name(state_of(&local, &remote)), "FIN-WAIT-1");
    kernel_turn(host, 20 * LUCID_MILLISECOND);
    ck_assert_str_eq(lucid_state_name(state_of(&local, &remote)), "FIN-WAIT-2");
    lucid_close(lucid_host_stack(host), peer);
    kernel_turn(host, 20 * LUCID_MILLISECOND);
    ck_assert_str_eq(lucid_state_name(state_of(&local, &remote)), "TIME-WAIT");
    close(fd);
    end();
}

START_TEST(states_ipv4) {
    walk("10.77.0.1", "10.77.0.2");
}
END_TEST

START_TEST(states_ipv6) {
    walk("fd77::1", "fd77::2");
}
END_TEST

/* A listener is not taken for the connection that it does not have. */
START_TEST(no_such_socket) {
    begin();
    struct lucid_sockaddr local = end_of("10.77.0.1", 1234), remote = end_of("10.77.0.2", 5678);
    ck_assert_uint_eq(state_of(&local, &remote), 0);
    int fd = kernel_listen("10.77.0.1", 1234);
    ck_assert_uint_eq(state_of(&local, &remote), 0);
    close(fd);
    end();
}
END_TEST

struct seen {
    unsigned listeners, others;
};

static void count(void *user, const struct lucid_diag_socket *socket) {
    struct seen *seen = user;
    seen->listeners += socket->state == LUCID_LISTEN && (socket->local.port == 1234 || socket->local.port == 1236);
    seen->others += socket->state == LUCID_SYN_SENT && socket->remote.port == PORT;
}

START_TEST(all_sockets) {
    begin();
    struct seen seen = {0};
    ck_assert_int_eq(lucid_diag_each(diag, count, &seen), 0);
    ck_assert_uint_eq(seen.listeners + seen.others, 0);
    int fds[] = {kernel_listen("10.77.0.1", 1234), kernel_listen("fd77::1", 1236), kernel_connect("10.77.0.2", PORT)};
    ck_assert_int_eq(lucid_diag_each(diag, count, &seen), 0);
    ck_assert_uint_eq(seen.listeners, 2);
    ck_assert_uint_eq(seen.others, 1);
    for (unsigned i = 0; i < 3; i++) {
        close(fds[i]);
    }
    end();
}
END_TEST

/* ---- the relay ---- */

static unsigned opened;

static void note_opened(void *user, const struct lucid_sockaddr *local) {
    char text[LUCID_ADDR_TEXT];
    (void)user;
    ck_assert_str_eq(lucid_addr_format(&local->addr, text), "10.77.0.1");
    ck_assert_uint_ne(local->port, 0);
    opened++;
}

static void turn_relay(struct lucid_host *turned, int fd, short events, void *user) {
    (void)turned, (void)fd, (void)events;
    lucid_relay_turn(user);
}

/* The client's socket is made in the first network, and so is the relay; the stack is in the second. */
static struct lucid_relay *open_relay(int *client) {
    kernel_private_network();
    struct lucid_relay *relay = lucid_relay_open(RELAYED, error);
    ck_assert_msg(relay != NULL, "%s", error);
    *client = kernel_connect("127.0.0.1", RELAYED);
    begin();
    struct lucid_sockaddr aim = end_of("10.77.0.2", PORT);
    lucid_relay_to(relay, &aim, note_opened, NULL);
    ck_assert_int_eq(lucid_host_watch(host, lucid_relay_fd(relay), POLLIN, turn_relay, relay), 0);
    return relay;
}

static uint8_t sent[300000], got[300000];

START_TEST(relay_both_ways) {
    int client;
    struct lucid_relay *relay = open_relay(&client);
    int listener = lucid_host_listen(host, NULL, PORT, 4);
    int peer = lucid_host_accept(host, listener, NULL, LUCID_SECOND);
    ck_assert_int_gt(peer, 0);
    ck_assert_uint_eq(opened, 1);
    ck_assert_uint_eq(lucid_relay_count(relay), 1);
    for (size_t i = 0; i < sizeof sent; i++) {
        sent[i] = (uint8_t)(i * 2654435761u >> 24);
    }
    ck_assert_int_eq(lucid_host_send(host, peer, sent, sizeof sent, LUCID_SECOND), sizeof sent);
    lucid_shutdown(lucid_host_stack(host), peer, LUCID_SHUT_WR);
    ck_assert_uint_eq(kernel_receive(host, client, got, sizeof got), sizeof got);
    ck_assert_mem_eq(got, sent, sizeof sent);
    kernel_turn(host, 20 * LUCID_MILLISECOND);
    ck_assert_int_eq(recv(client, got, 1, 0), 0); /* the end has passed through; the way back is open */
    ck_assert_uint_eq(kernel_send(host, client, "and back", 8), 8);
    ck_assert_int_eq(lucid_host_recv(host, peer, got, sizeof got, LUCID_SECOND), 8);
    ck_assert_mem_eq(got, "and back", 8);
    shutdown(client, SHUT_WR);
    ck_assert_int_eq(lucid_host_recv(host, peer, got, sizeof got, LUCID_SECOND), 0);
    kernel_turn(host, 20 * LUCID_MILLISECOND);
    ck_assert_uint_eq(lucid_relay_count(relay), 0);
    close(client);
    lucid_relay_close(relay);
    end();
}
END_TEST

/* Nobody listens behind it: the client sees a reset, not an end. */
START_TEST(relay_refused) {
    int client;
    char octet;
    struct lucid_relay *relay = open_relay(&client);
    kernel_turn(host, 100 * LUCID_MILLISECOND);
    ck_assert_int_eq(recv(client, &octet, 1, 0), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    ck_assert_uint_eq(lucid_relay_count(relay), 0);
    close(client);
    lucid_relay_close(relay);
    end();
}
END_TEST

START_TEST(relay_port_in_use) {
    kernel_private_network();
    int fd = kernel_listen("127.0.0.1", RELAYED);
    ck_assert_ptr_null(lucid_relay_open(RELAYED, error));
    ck_assert_str_eq(error, "port 8080 of 127.0.0.1 is in use: end the program that has it, or choose another port");
    close(fd);
    lucid_relay_close(NULL);
}
END_TEST

/* ---- programs end with the one that started them ---- */

static bool is_in(const char *process, const char *network) {
    char path[300], link[64];
    snprintf(path, sizeof path, "/proc/%s/ns/net", process);
    ssize_t length = readlink(path, link, sizeof link - 1);
    link[length > 0 ? length : 0] = '\0';
    return length > 0 && !strcmp(link, network);
}

/* Processes that live in a network namespace. */
static unsigned inhabitants(const char *network) {
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    unsigned number = 0;
    while (folder && (entry = readdir(folder))) {
        number += entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && is_in(entry->d_name, network);
    }
    closedir(folder);
    return number;
}

/* In a network of its own, with a child, and a grandchild in the background that ignores the signals of a terminal. */
static _Noreturn void live(int tell) {
    char network[64] = "";
    if (lucid_host_private_network(error) || lucid_host_private_processes(error)) {
        dprintf(tell, "%s", error);
        _exit(1);
    }
    ck_assert_int_eq(system("(trap '' HUP INT TERM; sleep 1000 >/dev/null 2>&1 &)"), 0);
    if (fork() == 0) {
        execlp("sleep", "sleep", "1000", (char *)NULL);
        _exit(1);
    }
    ck_assert_int_gt(readlink("/proc/self/ns/net", network, sizeof network - 1), 0);
    dprintf(tell, "%s", network);
    pause();
    _exit(1);
}

START_TEST(killed_with_all_that_it_started) {
    int ends[2];
    char network[LUCID_ERROR_TEXT] = "";
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        live(ends[1]);
    }
    ck_assert_int_gt(read(ends[0], network, sizeof network - 1), 0);
    ck_assert_ptr_eq(strstr(network, "net:["), network);
    for (int i = 0; i < 100 && inhabitants(network) < 4; i++) {
        usleep(20000);
    }
    ck_assert_uint_eq(inhabitants(network), 4); /* itself, the guard, and two of sleep */
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    for (int i = 0; i < 100 && inhabitants(network) > 0; i++) {
        usleep(20000);
    }
    ck_assert_uint_eq(inhabitants(network), 0);
}
END_TEST

int main(void) {
    if (!kernel_can_test("diag")) {
        return 0;
    }
    TCase *tests;
    Suite *suite = unit_suite("diag", &tests);
    tcase_add_test(tests, states_ipv4);
    tcase_add_test(tests, states_ipv6);
    tcase_add_test(tests, no_such_socket);
    tcase_add_test(tests, all_sockets);
    tcase_add_test(tests, relay_both_ways);
    tcase_add_test(tests, relay_refused);
    tcase_add_test(tests, relay_port_in_use);
    tcase_add_test(tests, killed_with_all_that_it_started);
    return unit_run(suite);
}
