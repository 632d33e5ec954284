/* test_flood.c: SYNs at 100,000 per second from addresses that do not answer, while honest clients want something:
 * RFC 4987. Attacks A55 and A56, invariants I29 and I35.
 *
 * Two stacks, joined by queues that take a millisecond: the server of port 80, which sends back what it gets, and a
 * host with all clients. Each millisecond a hundred forged SYNs, or ACKs, come to the server besides. What the server
 * sends to strangers is looked at and goes nowhere. Time is virtual.
 */
#include "core/check.h"
#include "harness/vhost.h"
#include "lucid/info.h"
#include "lucid/socket.h"
#include "lucid/trace.h"
#include "unit/packets.h"
#include "sim/craft.h"
#include "unit/unit.h"

#define MS LUCID_MILLISECOND

/* Tables that were made longer for the honest clients. */
static const size_t SLACK = 16384;

enum { PORT = 80, PER_MS = 100, CLIENTS = 100, OCTETS = 5000, QUEUE = 4096, HALF_OPEN = 1024 };

struct cable {
    struct {
        uint8_t *octets;
        size_t length;
    } packet[QUEUE];
    unsigned count;
};

struct client {
    int fd, served; /* handles of both ends; 0: none yet, -1: closed */
    uint32_t sent, received;
};

static struct lucid_stack *server, *clients;
static struct vhost server_host, client_host;
static struct cable to_server, to_clients;
static struct client client[CLIENTS];
static struct craft forged;
static struct lucid_packet in, out;
static int listener;
static lucid_time now;
static uint64_t seed, forged_count, strangers_got;

static struct lucid_stack *make(struct vhost *host, const char *own, uint64_t number) {
    struct lucid_stack *made;
    struct lucid_config config;
    vhost_init(host, number);
    lucid_config_default(&config);
    vhost_lend(host, &config);
    config.addrs[0] = (struct lucid_ifaddr){.addr = address(own), .prefix = 64};
    config.addr_count = 1;
    config.half_open_max = HALF_OPEN;
    config.sack = true;
    ck_assert_int_eq(lucid_create(&made, &config, now), 0);
    return made;
}

static void listen_at(struct lucid_stack *stack) {
    const struct lucid_sockaddr local = {.port = PORT};
    listener = lucid_socket(stack, LUCID_AF_INET6, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(stack, listener, &local), 0);
    ck_assert_int_eq(lucid_listen(stack, listener, 64), 0);
}

static void setup(void) {
    now = 1000 * MS;
    seed = 1;
    forged_count = strangers_got = 0;
    memset(client, 0, sizeof client);
    server = make(&server_host, "fd77::2", 1);
    clients = make(&client_host, "fd77::1", 2);
    listen_at(server);
}

static void teardown(void) {
    lucid_destroy(server);
    lucid_destroy(clients);
    ck_assert_msg(vhost_clean(&server_host), "%s", server_host.fault);
    ck_assert_msg(vhost_clean(&client_host), "%s", client_host.fault);
}

static struct lucid_stats stats_of(const struct lucid_stack *stack) {
    struct lucid_stats stats;
    lucid_stats(stack, &stats);
    return stats;
}

/* ---- the flood ---- */

/* One segment from anybody but the clients; only its addresses, ports and numbers differ from the one before. IPv6 has
 * no checksum of its own, and the one of TCP is vouched for. */
static void forge(uint8_t flags) {
    static const uint8_t mss[] = {2, 4, 5, 180};
    const struct lucid_addr source = address("2001:db8::1"), destination = address("fd77::2");
    struct craft_tcp header = {.source = 1, .destination = PORT, .flags = flags, .window = 65535};
    header.options = mss;
    header.option_length = flags & LUCID_SYN ? sizeof mss : 0;
    craft_begin(&forged, &source, &destination, 6);
    craft_tcp(&forged, &header);
    craft_seal(&forged);
}

static void flood(void) {
    for (unsigned i = 0; i < PER_MS; i++) {
        uint64_t random = draw(&seed), more = draw(&seed);
        memcpy(forged.octets + 16, &random, sizeof random);
        memcpy(forged.octets + forged.transport + 4, &more, 4); /* SEG.SEQ */
        set16(forged.octets + forged.transport, (unsigned)(more >> 32 & 0xffff));
        if (forged.octets[forged.transport + 13] & LUCID_ACK) {
            random = draw(&seed);
            memcpy(forged.octets + forged.transport + 8, &random, 4);
        }
        in.slice[0] = (struct lucid_slice){forged.octets, forged.length};
        in.slices = 1;
        in.length = (uint32_t)forged.length;
        in.checksum = LUCID_CHECKSUM_TRUSTED;
        lucid_input(server, now, &in);
        forged_count++;
    }
}

/* I35: what goes to somebody who may not be there is small and has no data in it. */
static void to_stranger(void) {
    size_t header = (size_t)(out.slice[0].data[40 + 12] >> 4) * 4;
    EXPECT(out.length == 40 + header);
    EXPECT(out.length <= 3 * forged.length);
    strangers_got++;
}

/* ---- the cable ---- */

static void put(struct cable *cable) {
    EXPECT(cable->count < QUEUE);
    uint8_t *octets = malloc(out.length);
    cable->packet[cable->count].octets = octets;
    cable->packet[cable->count].length = out.length;
    cable->count++;
    for (unsigned i = 0; i < out.slices; i++) {
        memcpy(octets, out.slice[i].data, out.slice[i].length);
        octets += out.slice[i].length;
    }
}

static void pull(struct lucid_stack *stack, struct cable *cable, const struct lucid_addr *taker) {
    while (lucid_output(stack, now, &out)) {
        if (memcmp(out.slice[0].data + 24, taker->octet, 16) == 0) {
            put(cable);
        } else {
            to_stranger();
        }
    }
}

static void deliver(struct lucid_stack *stack, struct cable *cable) {
    for (unsigned i = 0; i < cable->count; i++) {
        in.slice[0] = (struct lucid_slice){cable->packet[i].octets, cable->packet[i].length};
        in.slices = 1;
        in.length = (uint32_t)cable->packet[i].length;
        in.checksum = LUCID_CHECKSUM_FULL;
        lucid_input(stack, now, &in);
        free(cable->packet[i].octets);
    }
    cable->count = 0;
}

/* ---- the applications ---- */

static void open_client(struct client *one) {
    const struct lucid_sockaddr remote = {.addr = address("fd77::2"), .port = PORT};
    one->fd = lucid_socket(clients, LUCID_AF_INET6, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(clients, one->fd, &remote), -LUCID_EINPROGRESS);
}

/* Sends OCTETS, reads as many, closes. */
static void run_client(struct client *one) {
    uint8_t piece[OCTETS];
    memset(piece, (int)(one - client), sizeof piece);
    if (one->fd <= 0) {
        return;
    }
    ptrdiff_t moved = lucid_send(clients, one->fd, piece, OCTETS - one->sent, 0);
    one->sent += moved > 0 ? (uint32_t)moved : 0;
    while ((moved = lucid_recv(clients, one->fd, piece, sizeof piece, 0)) > 0) {
        for (ptrdiff_t i = 0; i < moved; i++) {
            EXPECT(piece[i] == (uint8_t)(one - client));
        }
        one->received += (uint32_t)moved;
    }
    if (one->received == OCTETS) {
        lucid_close(clients, one->fd);
        one->fd = -1;
    }
}

static void serve(struct client *one) {
    uint8_t piece[OCTETS];
    ptrdiff_t moved = 1;
    while (one->served > 0 && (moved = lucid_recv(server, one->served, piece, sizeof piece, 0)) > 0) {
        EXPECT(lucid_send(server, one->served, piece, (size_t)moved, 0) == moved);
    }
    if (one->served > 0 && moved == 0) {
        lucid_close(server, one->served);
        one->served = -1;
    }
}

static void run_server(void) {
    static unsigned accepted;
    int fd = lucid_accept(server, listener, NULL);
    accepted = client[0].served == 0 ? 0 : accepted;
    for (; fd > 0; fd = lucid_accept(server, listener, NULL)) {
        EXPECT(accepted < CLIENTS);
        client[accepted++].served = fd;
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        serve(&client[i]);
    }
}

static void check(void) {
    struct check_report report;
    ck_assert_msg(stack_check(server, &report) == 0, "%s", report.broken);
}

/* One millisecond. */
static void step(bool flooded) {
    now += MS;
    if (flooded) {
        flood();
    }
    deliver(server, &to_server);
    deliver(clients, &to_clients);
    lucid_tick(server, now);
    lucid_tick(clients, now);
    run_server();
    for (unsigned i = 0; i < CLIENTS; i++) {
        run_client(&client[i]);
    }
    const struct lucid_addr of_server = address("fd77::2"), of_clients = address("fd77::1");
    pull(server, &to_clients, &of_clients);
    pull(clients, &to_server, &of_server);
}

/* ---- tests ---- */

/* Three seconds, in the middle of which a client comes every tenth millisecond. */
START_TEST(good_clients_are_served_while_syns_flood) {
    enum { SECONDS = 3, FIRST = 500 };
    forge(LUCID_SYN);
    size_t full = 0;
    for (unsigned i = 0; i < SECONDS * 1000; i++) {
        if (i >= FIRST && (i - FIRST) % 10 == 0 && (i - FIRST) / 10 < CLIENTS) {
            open_client(&client[(i - FIRST) / 10]);
        }
        step(true);
        full = i == FIRST - 1 ? server_host.live : full;
        if (i % 100 == 0) {
            check();
        }
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        ck_assert_msg(client[i].received == OCTETS && client[i].served == -1, "client %u has %u octets", i,
                      client[i].received);
    }
    struct lucid_stats stats = stats_of(server), theirs = stats_of(clients);
    ck_assert_uint_eq(forged_count, SECONDS * 1000 * PER_MS);
    ck_assert_uint_eq(stats.half_open, HALF_OPEN);
    ck_assert_uint_eq(stats.tcp_cookies_sent, forged_count + CLIENTS - HALF_OPEN);
    ck_assert_uint_eq(stats.tcp_cookies_accepted, CLIENTS);
    ck_assert_uint_eq(stats.drop[LUCID_DROP_TCP_HALF_OPEN] + stats.drop[LUCID_DROP_REPLY_QUEUE], 0);
    ck_assert_uint_eq(theirs.tcp_retransmits, 0);
    ck_assert_uint_le(server_host.live, full + SLACK);
    ck_assert_uint_le(strangers_got, forged_count + stats.tcp_retransmits);
    ck_assert_uint_le(stats.tcp_retransmits, 5 * HALF_OPEN);
}
END_TEST

/* Half-open connections go, one honest client makes a record again, and memory is what it was. */
START_TEST(the_flood_leaves_nothing_behind) {
    enum { AFTER = 64000 };
    size_t before = server_host.live;
    forge(LUCID_SYN);
    for (unsigned i = 0; i < 100; i++) {
        step(true);
    }
    for (unsigned i = 0; i < AFTER; i++) {
        step(false);
    }
    struct lucid_stats stats = stats_of(server);
    ck_assert_uint_eq(stats.half_open + stats.connections, 0);
    ck_assert_uint_le(strangers_got, forged_count + 5 * HALF_OPEN);
    ck_assert_uint_le(server_host.live, before);
    uint64_t sent = stats.tcp_cookies_sent;
    open_client(&client[0]);
    for (unsigned i = 0; i < 100; i++) {
        step(false);
    }
    ck_assert_uint_eq(client[0].received, OCTETS);
    ck_assert_uint_eq(stats_of(server).tcp_cookies_sent, sent);
}
END_TEST

/* A guess is right once in 2^24, RFC 4987 3.6; a hundred thousand are not, and nothing is kept of them. */
START_TEST(forged_acks_make_no_connection) {
    forge(LUCID_SYN);
    for (unsigned i = 0; i < 20; i++) {
        step(true);
    }
    size_t live = server_host.live;
    forge(LUCID_ACK);
    for (unsigned i = 0; i < 1000; i++) {
        step(true);
    }
    struct lucid_stats stats = stats_of(server);
    ck_assert_uint_eq(stats.tcp_cookies_refused, 1000 * PER_MS);
    ck_assert_uint_eq(stats.tcp_cookies_accepted, 0);
    ck_assert_uint_eq(server_host.live, live);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("flood", &tests);
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, good_clients_are_served_while_syns_flood);
    tcase_add_test(tests, the_flood_leaves_nothing_behind);
    tcase_add_test(tests, forged_acks_make_no_connection);
    return unit_run(suite);
}
