/* test_dns_server.c: streams to the name server of dns_server.h: how queries are cut, how long it waits, how many
 * connections it has. RFC 1035 4.2.2, RFC 7766 6.2, 7, 8. What it answers, in test_dns_answer.c. */
#include "dns/dns_server.h"

#include <stdio.h>

#include "common/text.h"
#include "lucid/host.h"
#include "unit.h"

enum { CLIENT, SERVER, CONNECTIONS = 3 };

static struct lucid_pair *pair;
static struct dns_server *server;
static struct dns_zone *zone;

/* ---- the world ---- */

static void on_batch(struct lucid_pair *of, int which, void *user) {
    struct lucid_ready ready;
    (void)user;
    while (lucid_next_event(lucid_pair_stack(of, which), &ready)) {
        if (which == SERVER) {
            dns_server_event(server, lucid_pair_now(of), ready.data);
        }
    }
}

static void add(const char *name, const char *address) {
    char error[DNS_ZONE_ERROR];
    struct lucid_addr addr;
    ck_assert_int_eq(lucid_addr_parse(address, &addr), 0);
    ck_assert_int_eq(dns_zone_add(zone, name, &addr, true, error), 0);
}

static void setup(void) {
    struct lucid_pair_options options;
    struct dns_server_options serving;
    lucid_pair_defaults(&options);
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    lucid_pair_on_batch(pair, on_batch, NULL);
    zone = dns_zone_new("lab.test", 60);
    add("www", "10.77.0.2");
    for (int i = 0; i < 3000; i++) {
        char address[32];
        snprintf(address, sizeof address, "10.78.%d.%d", i / 250, i % 250);
        add("many", address);
    }
    dns_zone_settle(zone);
    dns_server_defaults(&serving);
    serving.zone = zone;
    serving.connections = CONNECTIONS;
    ck_assert_int_eq(dns_server_open(&server, lucid_pair_stack(pair, SERVER), &serving), 0);
}

static void teardown(void) {
    dns_server_close(server);
    dns_zone_free(zone);
    lucid_pair_close(pair);
}

static void pass(lucid_time time) {
    lucid_time end = lucid_pair_now(pair) + time;
    while (lucid_pair_now(pair) < end) {
        lucid_time due = dns_server_deadline(server);
        lucid_pair_step(pair, due < end ? due : end);
        dns_server_tick(server, lucid_pair_now(pair));
    }
}

static int dial(void) {
    struct lucid_stack *stack = lucid_pair_stack(pair, CLIENT);
    struct lucid_sockaddr remote = {.port = 53};
    const int on = 1;
    int fd = lucid_socket(stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_gt(fd, 0);
    ck_assert_int_eq(lucid_addr_parse("10.77.0.2", &remote.addr), 0);
    lucid_setsockopt(stack, fd, LUCID_IPPROTO_TCP, LUCID_TCP_NODELAY, &on, sizeof on);
    ck_assert_int_eq(lucid_connect(stack, fd, &remote), -LUCID_EINPROGRESS);
    pass(200 * LUCID_MILLISECOND);
    return fd;
}

static void say(int fd, const uint8_t *octets, size_t length) {
    ck_assert_int_eq(lucid_send(lucid_pair_stack(pair, CLIENT), fd, octets, length, 0), (ptrdiff_t)length);
}

static ptrdiff_t hear(int fd, uint8_t *octets, size_t room) {
    return lucid_recv(lucid_pair_stack(pair, CLIENT), fd, octets, room, 0);
}

/* A query with its length in front. Returns how many octets it is. */
static size_t put_query(uint8_t *octets, uint16_t id, const char *name) {
    struct dns_writer writer = {.octet = octets, .room = 300};
    struct dns_question question = {.type = DNS_A, .class = DNS_IN};
    const struct dns_header header = {id, DNS_RD, {1, 0, 0, 0}};
    ck_assert(dns_name_parse(name, &question.name));
    dns_put_u16(&writer, 0);
    dns_put_header(&writer, &header);
    dns_put_question(&writer, &question);
    dns_set_u16(&writer, 0, (unsigned)writer.length - 2);
    return writer.length;
}

/* The ids of the responses in a stream, as text; "?" at the end when the last one is not whole. */
static void expect_ids(const uint8_t *octets, size_t length, const char *expected) {
    char room[200] = "";
    struct text text = text_fixed(room, sizeof room);
    size_t at = 0;
    while (length - at >= 2) {
        size_t size = (size_t)octets[at] << 8 | octets[at + 1];
        if (length - at - 2 < size) {
            break;
        }
        ck_assert(size >= DNS_HEADER && octets[at + 4] & 0x80);
        text_format(&text, "%u ", (unsigned)octets[at + 2] << 8 | octets[at + 3]);
        at += 2 + size;
    }
    text_put(&text, at < length ? "?" : "");
    ck_assert_str_eq(room, expected);
}

/* Has the server closed? Whatever it sent is taken off first. */
static bool is_closed(int fd) {
    uint8_t octets[4096];
    ptrdiff_t got;
    while ((got = hear(fd, octets, sizeof octets)) > 0) {
    }
    return got != -LUCID_EAGAIN;
}

/* ---- how a stream is cut ---- */

/* Three queries in one stream, cut in two at each octet: three responses, in order. */
START_TEST(cut_anywhere) {
    uint8_t stream[1000], heard[4000];
    size_t length = put_query(stream, 1, "www.lab.test");
    length += put_query(stream + length, 2, "none.lab.test");
    length += put_query(stream + length, 3, "www.lab.test");
    int fd = dial();
    for (size_t cut = 0; cut <= length; cut++) {
        say(fd, stream, cut);
        pass(50 * LUCID_MILLISECOND);
        say(fd, stream + cut, length - cut);
        pass(100 * LUCID_MILLISECOND);
        ptrdiff_t got = hear(fd, heard, sizeof heard);
        ck_assert_int_gt(got, 0);
        expect_ids(heard, (size_t)got, "1 2 3 ");
    }
}
END_TEST

/* A message that is no query gets no response, and the next one gets its own. */
START_TEST(no_query_between) {
    uint8_t stream[1000] = {0, 0, 0, 3, 'a', 'b', 'c'}, heard[4000];
    int fd = dial();
    say(fd, stream, 7 + put_query(stream + 7, 5, "www.lab.test"));
    pass(100 * LUCID_MILLISECOND);
    ptrdiff_t got = hear(fd, heard, sizeof heard);
    ck_assert_int_gt(got, 0);
    expect_ids(heard, (size_t)got, "5 ");
}
END_TEST

START_TEST(too_long_for_a_query) {
    uint8_t stream[2] = {(DNS_QUERY_MAX + 1) >> 8, (DNS_QUERY_MAX + 1) & 255};
    struct dns_server_stats stats;
    int fd = dial();
    say(fd, stream, sizeof stream);
    pass(100 * LUCID_MILLISECOND);
    ck_assert(is_closed(fd));
    dns_server_stats(server, &stats);
    ck_assert_uint_eq(stats.ignored, 1);
}
END_TEST

/* The client's FIN comes behind its queries: they are answered all the same. */
START_TEST(answered_behind_fin) {
    uint8_t stream[1000], heard[4000];
    size_t length = put_query(stream, 1, "www.lab.test");
    length += put_query(stream + length, 2, "www.lab.test");
    int fd = dial();
    say(fd, stream, length);
    ck_assert_int_eq(lucid_shutdown(lucid_pair_stack(pair, CLIENT), fd, LUCID_SHUT_WR), 0);
    pass(200 * LUCID_MILLISECOND);
    ptrdiff_t got = hear(fd, heard, sizeof heard);
    ck_assert_int_gt(got, 0);
    expect_ids(heard, (size_t)got, "1 2 ");
    ck_assert_int_eq(hear(fd, heard, sizeof heard), 0);
}
END_TEST

/* ---- how long it waits ---- */

START_TEST(idle_is_closed) {
    uint8_t stream[300];
    size_t length = put_query(stream, 1, "www.lab.test");
    int idle = dial(), slow = dial(), busy = dial();
    for (int second = 0; second < 14; second++) {
        say(busy, stream, length);
        if (!is_closed(slow)) {
            say(slow, stream + second, 1); /* an octet a second is no query in time */
        }
        pass(LUCID_SECOND);
        ck_assert_msg(is_closed(idle) == (second >= 9), "idle, %d s", second);
        ck_assert_msg(is_closed(slow) == (second >= 9), "slow, %d s", second);
    }
    ck_assert(!is_closed(busy));
}
END_TEST

/* 400 responses of 48 KB that nobody takes: this connection waits, and is closed in time; another one is served
 * meanwhile. */
START_TEST(nobody_reads) {
    uint8_t stream[300], heard[4000];
    int lazy = dial(), other = dial();
    size_t length = put_query(stream, 1, "many.lab.test");
    for (int i = 0; i < 400; i++) {
        say(lazy, stream, length);
    }
    pass(LUCID_SECOND);
    length = put_query(stream, 2, "www.lab.test");
    say(other, stream, length);
    pass(100 * LUCID_MILLISECOND);
    ptrdiff_t got = hear(other, heard, sizeof heard);
    ck_assert_int_gt(got, 0);
    expect_ids(heard, (size_t)got, "2 ");
    pass(20 * LUCID_SECOND);
    struct dns_server_stats stats;
    dns_server_stats(server, &stats);
    ck_assert_uint_eq(stats.closed_idle, 2);
    ck_assert_uint_lt(stats.tcp_queries, 400);
}
END_TEST

/* One more than there may be: the one that has been idle for longest makes way, not the one that just asked. */
START_TEST(longest_idle_makes_way) {
    uint8_t stream[300];
    int fd[CONNECTIONS + 1];
    size_t length = put_query(stream, 1, "www.lab.test");
    for (int i = 0; i < CONNECTIONS; i++) {
        fd[i] = dial();
    }
    say(fd[0], stream, length);
    pass(100 * LUCID_MILLISECOND);
    fd[CONNECTIONS] = dial();
    pass(100 * LUCID_MILLISECOND);
    for (int i = 0; i <= CONNECTIONS; i++) {
        ck_assert_msg(is_closed(fd[i]) == (i == 1), "connection %d", i);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("dns_server", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, cut_anywhere);
    tcase_add_test(tests, no_query_between);
    tcase_add_test(tests, too_long_for_a_query);
    tcase_add_test(tests, answered_behind_fin);
    tcase_add_test(tests, idle_is_closed);
    tcase_add_test(tests, nobody_reads);
    tcase_add_test(tests, longest_idle_makes_way);
    return unit_run(suite);
}
