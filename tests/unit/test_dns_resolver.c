/* test_dns_resolver.c: the stub resolver of dns_resolver.h against the server of dns_server.h, and against others, over
 * two stacks in memory. */
#include <stdio.h>

#include "dns/dns_answer.h"
#include "dns/dns_resolver.h"
#include "dns/dns_server.h"
#include "lucid/host.h"
#include "unit.h"

static struct lucid_pair *pair;
static struct dns_server *server;
static struct dns_zone *zone;
static struct dns_resolver resolver;
static unsigned queries, connections, dropped;
static uint16_t next_id;

enum { CLIENT, SERVER };

/* ---- the world ---- */

static void on_batch(struct lucid_pair *of, int which, void *user) {
    struct lucid_ready ready;
    (void)user;
    while (lucid_next_event(lucid_pair_stack(of, which), &ready)) {
        if (which == SERVER) {
            dns_server_event(server, lucid_pair_now(of), ready.data);
        } else {
            EXPECT(ready.data == &resolver);
            dns_resolver_event(&resolver, lucid_pair_now(of));
        }
    }
}

static void on_message(void *user, const struct lucid_sockaddr *remote, bool tcp, bool response, const uint8_t *octets,
                       size_t length) {
    (void)user, (void)remote, (void)octets, (void)length;
    queries += !response;
    connections += !response && tcp;
}

static void add(const char *name, const char *address) {
    char error[DNS_ZONE_ERROR];
    struct lucid_addr addr;
    ck_assert_int_eq(lucid_addr_parse(address, &addr), 0);
    ck_assert_int_eq(dns_zone_add(zone, name, &addr, true, error), 0);
}

static void setup(void) {
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    lucid_pair_on_batch(pair, on_batch, NULL);
    zone = dns_zone_new("lab.test", 60);
    add("www", "10.77.0.2");
    add("www", "fd77::2");
    for (int i = 0; i < 100; i++) {
        char address[32];
        snprintf(address, sizeof address, "10.78.0.%d", i);
        add("many", address);
    }
    dns_zone_settle(zone);
    struct dns_server_options serving;
    dns_server_defaults(&serving);
    serving.zone = zone;
    serving.message = on_message;
    ck_assert_int_eq(dns_server_open(&server, lucid_pair_stack(pair, SERVER), &serving), 0);
    queries = connections = dropped = 0;
    next_id = 1000;
}

static void teardown(void) {
    dns_resolver_close(&resolver);
    dns_server_close(server);
    dns_zone_free(zone);
    lucid_pair_close(pair);
}

static uint16_t count_up(void *context) {
    (void)context;
    return next_id++;
}

/* Returns the time that it took. */
static lucid_time look_up(const char *name, unsigned type, uint16_t port) {
    struct dns_resolver_options options;
    lucid_time begin = lucid_pair_now(pair);
    dns_resolver_defaults(&options);
    options.random = count_up;
    options.server.port = port;
    ck_assert_int_eq(lucid_addr_parse("10.77.0.2", &options.server.addr), 0);
    int result = dns_resolver_begin(&resolver, lucid_pair_stack(pair, CLIENT), begin, &options, name, type, &resolver);
    ck_assert_int_eq(result, 0);
    while (resolver.end == DNS_RESOLVER_GOES_ON) {
        lucid_pair_step(pair, dns_resolver_deadline(&resolver));
        dns_resolver_tick(&resolver, lucid_pair_now(pair));
        dns_server_tick(server, lucid_pair_now(pair));
    }
    ck_assert_int_eq(resolver.fd, 0);
    return lucid_pair_now(pair) - begin;
}

static void expect(enum dns_resolver_end end, const char *sentence) {
    char room[2048];
    struct text text = text_fixed(room, sizeof room);
    dns_resolver_say(&resolver, &text);
    ck_assert_msg(resolver.end == end, "%s", room);
    ck_assert_msg(strstr(room, sentence) != NULL, "%s; not %s", room, sentence);
}

/* ---- the server of ours ---- */

START_TEST(found) {
    lucid_time time = look_up("WWW.lab.test", DNS_A, 53);
    expect(DNS_RESOLVER_FOUND, "WWW.lab.test is 10.77.0.2");
    ck_assert_uint_lt(time, 50 * LUCID_MILLISECOND); /* one round trip */
    look_up("www.lab.test", DNS_AAAA, 53);
    expect(DNS_RESOLVER_FOUND, "is fd77::2");
    ck_assert_uint_eq(queries, 2);
}
END_TEST

START_TEST(not_found) {
    look_up("nothing.lab.test", DNS_A, 53);
    expect(DNS_RESOLVER_NO_NAME, "10.77.0.2 port 53 knows no such name");
    look_up("many.lab.test", DNS_AAAA, 53);
    expect(DNS_RESOLVER_NO_DATA, "no IPv6 address");
    look_up("www.example.com", DNS_A, 53);
    expect(DNS_RESOLVER_REFUSED, "REFUSED");
}
END_TEST

START_TEST(over_tcp_when_cut) {
    look_up("many.lab.test", DNS_A, 53);
    expect(DNS_RESOLVER_FOUND, "is 10.78.0.0");
    ck_assert_uint_eq(resolver.reply.addrs, DNS_REPLY_ADDRS);
    ck_assert_uint_eq(queries, 2);
    ck_assert_uint_eq(connections, 1);
}
END_TEST

START_TEST(nobody_there) {
    look_up("www.lab.test", DNS_A, 5300);
    expect(DNS_RESOLVER_UNREACHABLE, "ECONNREFUSED");
}
END_TEST

/* ---- a bad network ---- */

static enum lucid_link_fate drop_first(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id) {
    unsigned *left = user;
    (void)now, (void)octets, (void)length, (void)id;
    if (*left == 0) {
        return LUCID_LINK_PASS;
    }
    --*left;
    dropped++;
    return LUCID_LINK_DROP;
}

/* Waits of 1, 2, 4 and 8 s; and for each query another id and another port. */
START_TEST(asks_again) {
    for (unsigned lost = 1; lost <= 4; lost++) {
        unsigned left = lost;
        dropped = 0;
        lucid_link_judge(lucid_pair_link(pair, CLIENT), drop_first, &left);
        uint16_t first_id = next_id;
        lucid_time time = look_up("www.lab.test", DNS_A, 53);
        ck_assert_uint_eq(dropped, lost);
        ck_assert_uint_eq(time / LUCID_SECOND, (1u << lost) - 1);
        ck_assert_uint_eq(next_id - first_id, lost < 4 ? lost + 1 : 4);
        expect(lost < 4 ? DNS_RESOLVER_FOUND : DNS_RESOLVER_SILENT, lost < 4 ? "is 10.77.0.2" : "does not answer");
    }
}
END_TEST

/* The answer to the first query comes after the second was sent: it has the wrong id by then, and does not count. */
static enum lucid_link_fate hold_all(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id) {
    (void)now, (void)octets, (void)length, (void)id;
    return *(unsigned *)user == queries ? LUCID_LINK_HOLD : LUCID_LINK_PASS;
}

START_TEST(late_answer) {
    unsigned held = 1;
    lucid_link_judge(lucid_pair_link(pair, SERVER), hold_all, &held);
    ck_assert_uint_ge(look_up("www.lab.test", DNS_A, 53), LUCID_SECOND);
    expect(DNS_RESOLVER_FOUND, "is 10.77.0.2");
    ck_assert_uint_eq(queries, 2);
}
END_TEST

/* ---- other servers ---- */

/* What a server answers, made from the query. */
struct forgery {
    const char *what;
    size_t at;  /* an octet of the answer that is changed */
    uint8_t by; /* by what */
    enum dns_resolver_end end;
};

static const struct forgery forgeries[] = {
    {"nothing changed", 0, 0, DNS_RESOLVER_FOUND},
    {"another id", 1, 1, DNS_RESOLVER_SILENT},
    {"a query", 2, 0x80, DNS_RESOLVER_SILENT},
    {"two questions", 5, 3, DNS_RESOLVER_SILENT},
    {"another name", 13, 1, DNS_RESOLVER_SILENT},
    {"another type", 27, 2, DNS_RESOLVER_SILENT},
    {"another class", 29, 2, DNS_RESOLVER_SILENT},
    {"more answers than there are", 7, 4, DNS_RESOLVER_BROKEN},
    {"an answer about something else", 31, 0x1c, DNS_RESOLVER_NO_DATA},
    {"an address of five octets", 41, 1, DNS_RESOLVER_NO_DATA},
};

static const struct forgery *forgery;
static int forger;

static void forge(struct lucid_pair *of, int which, void *user) {
    uint8_t query[512], reply[DNS_TCP_MAX];
    struct lucid_sockaddr remote;
    struct lucid_ready ready;
    (void)user;
    ptrdiff_t got = lucid_recvfrom(lucid_pair_stack(of, SERVER), forger, query, sizeof query, 0, &remote, NULL);
    if (got > 0) {
        size_t length = dns_answer(zone, query, (size_t)got, false, reply);
        reply[forgery->at] ^= forgery->by;
        lucid_sendto(lucid_pair_stack(of, SERVER), forger, reply, length, 0, &remote);
    }
    while (which == CLIENT && lucid_next_event(lucid_pair_stack(of, CLIENT), &ready)) {
        dns_resolver_event(&resolver, lucid_pair_now(of));
    }
}

START_TEST(forged) {
    struct lucid_stack *stack = lucid_pair_stack(pair, SERVER);
    forgery = &forgeries[_i];
    forger = lucid_socket(stack, LUCID_AF_UNSPEC, LUCID_SOCK_DGRAM, 0);
    ck_assert_int_eq(lucid_bind(stack, forger, &(struct lucid_sockaddr){.port = 54}), 0);
    lucid_pair_on_batch(pair, forge, NULL);
    look_up("www.lab.test", DNS_A, 54);
    ck_assert_msg(resolver.end == forgery->end, "%s: %d", forgery->what, resolver.end);
}
END_TEST

/* A server from before EDNS: it cannot read what stands behind the question, and says so, with the question or without.
 * RFC 6891 6.2.2, 7 */
static unsigned old_code, old_questions, with_edns;
static bool always_puzzled;

static void be_old(struct lucid_pair *of, int which, void *user) {
    uint8_t query[512], reply[DNS_TCP_MAX];
    struct lucid_sockaddr remote;
    struct lucid_ready ready;
    struct dns_header header;
    (void)user;
    ptrdiff_t got = lucid_recvfrom(lucid_pair_stack(of, SERVER), forger, query, sizeof query, 0, &remote, NULL);
    if (got > 0) {
        size_t length = dns_answer(zone, query, (size_t)got, false, reply);
        EXPECT(dns_header_read(query, (size_t)got, &header));
        with_edns += header.count[3];
        queries++;
        if (header.count[3] > 0 || always_puzzled) {
            struct dns_writer writer = {.octet = reply, .room = sizeof reply};
            length = old_questions > 0 ? length : DNS_HEADER;
            header = (struct dns_header){header.id, (uint16_t)(DNS_QR | old_code), {(uint16_t)old_questions, 0, 0, 0}};
            dns_put_header(&writer, &header);
        }
        lucid_sendto(lucid_pair_stack(of, SERVER), forger, reply, length, 0, &remote);
    }
    while (which == CLIENT && lucid_next_event(lucid_pair_stack(of, CLIENT), &ready)) {
        dns_resolver_event(&resolver, lucid_pair_now(of));
    }
}

static lucid_time ask_old(unsigned code, unsigned questions, bool always) {
    struct lucid_stack *stack = lucid_pair_stack(pair, SERVER);
    old_code = code, old_questions = questions, always_puzzled = always;
    queries = with_edns = 0;
    forger = lucid_socket(stack, LUCID_AF_UNSPEC, LUCID_SOCK_DGRAM, 0);
    ck_assert_int_eq(lucid_bind(stack, forger, &(struct lucid_sockaddr){.port = 54}), 0);
    lucid_pair_on_batch(pair, be_old, NULL);
    lucid_time time = look_up("www.lab.test", DNS_A, 54);
    lucid_close(stack, forger);
    return time;
}

START_TEST(without_edns) {
    static const struct {
        unsigned code, questions;
    } old[] = {{DNS_FORMERR, 0}, {DNS_FORMERR, 1}, {DNS_NOTIMP, 0}, {DNS_NOTIMP, 1}};
    ck_assert_uint_lt(ask_old(old[_i].code, old[_i].questions, false), LUCID_SECOND);
    expect(DNS_RESOLVER_FOUND, "is 10.77.0.2");
    ck_assert_uint_eq(queries, 2);
    ck_assert_uint_eq(with_edns, 1);
    ask_old(old[_i].code, old[_i].questions, true); /* and no more than twice */
    expect(DNS_RESOLVER_REFUSED, old[_i].code == DNS_FORMERR ? "FORMERR" : "NOTIMP");
    ck_assert_uint_eq(queries, 2);
    ask_old(DNS_SERVFAIL, 1, true); /* which has nothing to do with EDNS */
    expect(DNS_RESOLVER_REFUSED, "SERVFAIL");
    ck_assert_uint_eq(queries, 1);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("dns_resolver", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, found);
    tcase_add_test(tests, not_found);
    tcase_add_test(tests, over_tcp_when_cut);
    tcase_add_test(tests, nobody_there);
    tcase_add_test(tests, asks_again);
    tcase_add_test(tests, late_answer);
    tcase_add_loop_test(tests, forged, 0, (int)(sizeof forgeries / sizeof forgeries[0]));
    tcase_add_loop_test(tests, without_edns, 0, 4);
    return unit_run(suite);
}
