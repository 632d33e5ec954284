/* test_stream.c: connections opened through struct transport: over two stacks joined in memory, and over the kernel's
 * loopback interface. Both must tell success and failure the same way.
 */
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#include "http/stream.h"
#include "lucid/host.h"
#include "unit.h"

enum { PORT = 80 };

/* A transport that listens and one that connects, and a way to let time pass until an event comes. */
static struct lucid_pair *pair;
static struct stack_transport stack_side[2];
static struct kernel_transport kernel;
static struct transport *server, *client;
static struct lucid_sockaddr remote;
static int listener, tag;
static unsigned events;

static void seen(void *user, void *data, unsigned which) {
    (void)user;
    if (data == &tag) {
        events |= which;
    }
}

static void open_stacks(const char *address) {
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    for (int i = 0; i < 2; i++) {
        stack_transport_init(&stack_side[i], lucid_pair_stack(pair, i));
    }
    client = &stack_side[0].base;
    server = &stack_side[1].base;
    remote.port = PORT;
    ck_assert_int_eq(lucid_addr_parse(address, &remote.addr), 0);
    listener = server->ops->listen(server, &(struct lucid_sockaddr){.port = PORT}, 8);
    ck_assert_int_gt(listener, 0);
}

static void setup_stacks4(void) {
    open_stacks("10.77.0.2");
}

static void setup_stacks6(void) {
    open_stacks("fd77::2");
}

/* A port of the kernel's choice, which nobody else has. */
static void setup_kernel(void) {
    ck_assert_int_eq(kernel_transport_init(&kernel), 0);
    client = server = &kernel.base;
    ck_assert_int_eq(lucid_addr_parse("127.0.0.1", &remote.addr), 0);
    remote.port = 0;
    listener = server->ops->listen(server, &remote, 8);
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    remote.port = ntohs(name.sin_port);
}

static void teardown(void) {
    lucid_pair_close(pair);
    pair = NULL;
    if (client == &kernel.base) {
        server->ops->close(server, listener);
        kernel_transport_end(&kernel);
    }
}

/* Waits for events of the client's handle; a second is enough for both, and more than enough for loopback. */
static unsigned wait_for_events(void) {
    events = 0;
    for (int i = 0; i < 1000 && events == 0; i++) {
        if (client == &kernel.base) {
            ck_assert_int_eq(kernel_transport_wait(&kernel, LUCID_MILLISECOND, seen, NULL), 0);
            continue;
        }
        lucid_pair_step(pair, LUCID_NEVER);
        struct lucid_ready ready;
        while (lucid_next_event(lucid_pair_stack(pair, 0), &ready)) {
            seen(NULL, ready.data, ready.events);
        }
    }
    return events;
}

static int open_connection(void) {
    int fd = client->ops->connect(client, &remote);
    ck_assert_int_gt(fd, 0);
    ck_assert_int_eq(client->ops->watch(client, fd, &tag), 0);
    return fd;
}

START_TEST(connects) {
    char octets[8] = "";
    int fd = open_connection();
    ck_assert_uint_eq(wait_for_events() & (LUCID_POLLOUT | LUCID_POLLERR), LUCID_POLLOUT);
    ck_assert_int_eq(client->ops->read(client, fd, octets, sizeof octets), -LUCID_EAGAIN);
    int peer = -LUCID_EAGAIN;
    for (int i = 0; i < 1000 && peer < 0; i++) {
        peer = server->ops->accept(server, listener, NULL);
        if (pair) {
            lucid_pair_step(pair, LUCID_NEVER);
        }
    }
    ck_assert_int_gt(peer, 0);
    ck_assert_int_eq(server->ops->write(server, peer, "hello", 5, false), 5);
    ck_assert(wait_for_events() & LUCID_POLLIN);
    ck_assert_int_eq(client->ops->read(client, fd, octets, sizeof octets), 5);
    ck_assert_mem_eq(octets, "hello", 5);
    client->ops->close(client, fd);
    server->ops->close(server, peer);
}
END_TEST

START_TEST(is_refused) {
    char octets[8];
    server->ops->close(server, listener);
    int fd = open_connection();
    ck_assert(wait_for_events() & LUCID_POLLERR);
    ck_assert_int_eq(client->ops->read(client, fd, octets, sizeof octets), -LUCID_ECONNREFUSED);
    client->ops->close(client, fd);
    listener = server->ops->listen(server, &remote, 8); /* for teardown() */
}
END_TEST

/* What cannot even begin is said at once, and leaves no handle behind. */
START_TEST(cannot_begin) {
    struct lucid_stats stats;
    if (client != &kernel.base) {
        struct lucid_sockaddr broadcast = {.port = PORT};
        lucid_addr_parse("255.255.255.255", &broadcast.addr);
        ck_assert_int_eq(client->ops->connect(client, &broadcast), -LUCID_EADDRNOTAVAIL);
        lucid_stats(lucid_pair_stack(pair, 0), &stats);
        ck_assert_uint_eq(stats.sockets, 0);
        return;
    }
    struct lucid_sockaddr broadcast = remote;
    lucid_addr_parse("255.255.255.255", &broadcast.addr);
    ck_assert_int_lt(client->ops->connect(client, &broadcast), 0);
    int free_fd = dup(0);
    ck_assert_int_eq(free_fd, listener + 1);
    close(free_fd);
}
END_TEST

static void add_case(Suite *suite, const char *name, void (*setup)(void)) {
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, connects);
    tcase_add_test(tests, is_refused);
    tcase_add_test(tests, cannot_begin);
    suite_add_tcase(suite, tests);
}

int main(void) {
    Suite *suite = suite_create("stream");
    add_case(suite, "two stacks, IPv4", setup_stacks4);
    add_case(suite, "two stacks, IPv6", setup_stacks6);
    add_case(suite, "the kernel", setup_kernel);
    return unit_run(suite);
}
