/* test_http_kernel.c: the same HTTP server over the kernel's sockets, on the loopback of a network of its own: what
 * is a fault here and on a stack of ours is one of the HTTP code: one server, two transports.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/text.h"
#include "http/http_server.h"
#include "lucid/host.h"
#include "unit/unit.h"

enum { PORT = 8080 };

static struct kernel_transport transport;
static struct http_server *server;
static struct http_server_options options;

static void setup(void) {
    char error[LUCID_ERROR_TEXT];
    struct lucid_sockaddr local = {.port = PORT};
    ck_assert_msg(lucid_host_private_network(error) == 0, "%s", error);
    http_server_defaults(&options);
    options.idle_time = options.drain_time = LUCID_SECOND / 5;
    ck_assert_int_eq(kernel_transport_init(&transport), 0);
    ck_assert_int_eq(http_server_open(&server, &transport.base, &options, error), 0);
    ck_assert_int_eq(http_server_listen(server, &local), 0);
}

static void teardown(void) {
    http_server_close(server);
    kernel_transport_end(&transport);
}

static void on_event(void *user, void *data, unsigned events) {
    (void)user;
    ck_assert_uint_ne(events, 0);
    http_server_event(server, lucid_host_now(), data);
}

/* One turn of the server, of a few milliseconds at most. */
static void serve(void) {
    lucid_time now = lucid_host_now(), at = http_server_deadline(server);
    lucid_time wait = at <= now ? 0 : at - now;
    wait = wait < 5 * LUCID_MILLISECOND ? wait : 5 * LUCID_MILLISECOND;
    ck_assert_int_eq(kernel_transport_wait(&transport, wait, on_event, NULL), 0);
    http_server_tick(server, lucid_host_now());
}

static int dial(void) {
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(PORT), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* Sends the text and reads until the end of the stream, or until so many octets have come. */
static struct text talk(int fd, const char *octets, size_t length, size_t enough) {
    struct text got = text_growing();
    char room[65536];
    lucid_time limit = lucid_host_now() + 20 * LUCID_SECOND;
    for (ssize_t n = 1; n != 0 && got.length < enough && lucid_host_now() < limit;) {
        ssize_t sent = length > 0 ? send(fd, octets, length, MSG_NOSIGNAL) : 0;
        octets += sent > 0 ? sent : 0;
        length -= sent > 0 ? (size_t)sent : 0;
        serve();
        n = recv(fd, room, sizeof room, 0);
        if (n > 0) {
            text_put_octets(&got, room, (size_t)n);
        }
        ck_assert(n >= 0 || errno == EAGAIN);
    }
    return got;
}

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"

static void begins_with(const struct text *got, const char *line) {
    ck_assert_msg(got->length > strlen(line) && memcmp(got->data, line, strlen(line)) == 0, "%s",
                  got->data ? got->data : "(nothing)");
}

START_TEST(a_page) {
    static const char request[] = GET "\r\n" GET "Connection: close\r\n\r\n";
    int fd = dial();
    struct text got = talk(fd, request, sizeof request - 1, SIZE_MAX);
    begins_with(&got, "HTTP/1.1 200 OK\r\n");
    const char *second = memmem(got.data + 1, got.length - 1, "HTTP/1.1 200 OK\r\n", 17);
    ck_assert_ptr_nonnull(second);
    ck_assert_ptr_nonnull(strstr(second, "Connection: close\r\n"));
    text_free(&got);
    close(fd);
}
END_TEST

/* More than socket buffers hold, both ways. */
START_TEST(a_large_echo) {
    enum { LENGTH = 10000000 };
    struct text request = text_growing();
    uint64_t state = 1;
    text_format(&request, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n", LENGTH);
    size_t head = request.length;
    for (int i = 0; i < LENGTH; i++) {
        text_put_char(&request, (char)draw(&state));
    }
    int fd = dial();
    struct text got = talk(fd, request.data, request.length, SIZE_MAX);
    begins_with(&got, "HTTP/1.1 200 OK\r\n");
    ck_assert_uint_gt(got.length, LENGTH);
    ck_assert(memcmp(got.data + got.length - LENGTH, request.data + head, LENGTH) == 0);
    text_free(&got);
    text_free(&request);
    close(fd);
}
END_TEST

/* Connections that come, go and break in the same batch of events: none of them is touched after it has ended (the
 * address sanitizer sees it), and the next one is served. */
START_TEST(connections_come_and_go) {
    uint64_t state = 5;
    int fd[150];
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 150; i++) {
            static const char request[] = GET "Connection: close\r\n\r\n";
            fd[i] = dial();
            unsigned length = draw_below(&state, sizeof request);
            ck_assert_int_eq(send(fd[i], request, length, MSG_NOSIGNAL), length);
        }
        if (round % 2) {
            serve();
        }
        for (int i = 0; i < 150; i++) {
            struct linger reset = {.l_onoff = (int)draw_below(&state, 2)};
            setsockopt(fd[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
            close(fd[i]);
        }
        serve();
    }
    int last = dial();
    struct text got = talk(last, GET "\r\n", strlen(GET "\r\n"), 100);
    begins_with(&got, "HTTP/1.1 200 OK\r\n");
    text_free(&got);
    close(last);
    for (int i = 0; i < 300; i++) {
        serve();
    }
    struct http_server_stats stats;
    http_server_stats(server, &stats);
    ck_assert_uint_eq(stats.connections, 0);
    ck_assert_uint_eq(stats.accepted, 1501);
}
END_TEST

/* An idle connection is ended to make room, and its own event comes behind that in the same batch. */
START_TEST(an_event_for_one_that_has_ended) {
    int idle[3], newcomer;
    http_server_close(server);
    options.connections = 3;
    char error[LUCID_ERROR_TEXT];
    struct lucid_sockaddr local = {.port = PORT};
    ck_assert_int_eq(http_server_open(&server, &transport.base, &options, error), 0);
    ck_assert_int_eq(http_server_listen(server, &local), 0);
    for (int i = 0; i < 3; i++) {
        idle[i] = dial();
        serve();
    }
    newcomer = dial();
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(send(idle[i], GET "\r\n", strlen(GET "\r\n"), MSG_NOSIGNAL), strlen(GET "\r\n"));
    }
    struct text got = talk(newcomer, GET "\r\n", strlen(GET "\r\n"), 100);
    begins_with(&got, "HTTP/1.1 200 OK\r\n");
    text_free(&got);
    struct http_server_stats stats;
    http_server_stats(server, &stats);
    ck_assert_uint_eq(stats.accepted, 4);
    ck_assert_uint_eq(stats.requests, 3);
    for (int i = 0; i < 3; i++) {
        close(idle[i]);
    }
    close(newcomer);
}
END_TEST

/* Descriptors run out before the limit does: who has been idle longest makes room for who comes. */
START_TEST(descriptors_run_out) {
    struct rlimit limit;
    int idle[2];
    for (int i = 0; i < 2; i++) {
        idle[i] = dial();
        serve();
    }
    int last = dup(0);
    ck_assert_int_eq(close(last), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = (rlim_t)last + 1;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    int newcomer = dial(); /* has the last descriptor */
    struct text got = talk(newcomer, GET "\r\n", strlen(GET "\r\n"), 100);
    begins_with(&got, "HTTP/1.1 200 OK\r\n");
    text_free(&got);
    char octet;
    ck_assert_int_eq(recv(idle[0], &octet, 1, 0), 0);
    ck_assert_int_eq(recv(idle[1], &octet, 1, 0), -1);
    for (int i = 0; i < 2; i++) {
        close(idle[i]);
    }
    close(newcomer);
}
END_TEST

START_TEST(idle_connections_end) {
    int fd = dial();
    lucid_time begin = lucid_host_now();
    struct text got = talk(fd, "", 0, SIZE_MAX);
    ck_assert_uint_eq(got.length, 0);
    ck_assert_uint_ge(lucid_host_now() - begin, LUCID_SECOND / 5);
    text_free(&got);
    close(fd);
}
END_TEST

START_TEST(the_port_is_in_use) {
    struct lucid_sockaddr local = {.port = PORT};
    ck_assert_int_eq(http_server_listen(server, &local), -LUCID_EADDRINUSE);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_kernel", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_page);
    tcase_add_test(tests, a_large_echo);
    tcase_add_test(tests, connections_come_and_go);
    tcase_add_test(tests, an_event_for_one_that_has_ended);
    tcase_add_test(tests, descriptors_run_out);
    tcase_add_test(tests, idle_connections_end);
    tcase_add_test(tests, the_port_is_in_use);
    return unit_run(suite);
}
