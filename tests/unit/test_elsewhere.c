/* test_elsewhere.c: stacks that share their addresses: whose packet is it? ip/elsewhere.h, docs/decisions/0127.
 *
 * Three stacks are one machine, 10.77.0.2; the test is the device, which gives a packet to any of them, and the way
 * between them. A fourth one is the peer.
 */
#include "lucid/host.h"
#include "packets.h"
#include "unit.h"

#define STACKS 3
#define PEER STACKS
#define PORT 80
#define FIRST 49152

static struct lucid_stack *stacks[STACKS + 1];
static unsigned queue;           /* of the device: by which the peer's packets come */
static unsigned asked[8], asks;  /* whom the stacks named */
static bool taken;               /* what the stacks are told when they ask */
static uint8_t waiting[8][2000]; /* what they handed on */
static struct {
    unsigned length, from;
    bool anywhere;
} about[8];
static unsigned waits;

static bool elsewhere(void *context, unsigned stack, const struct lucid_packet *packet) {
    ck_assert_uint_lt(asks, 8);
    ck_assert_uint_lt(waits, 8);
    asked[asks++] = stack;
    if (taken) {
        memcpy(waiting[waits], packet->slice[0].data, packet->slice[0].length);
        about[waits].length = packet->length;
        about[waits].from = (unsigned)(uintptr_t)context;
        about[waits++].anywhere = packet->anywhere;
    }
    return taken;
}

static void open_stack(unsigned number, unsigned count, const char *addr) {
    struct lucid_host_options options;
    lucid_host_defaults(&options);
    struct lucid_config config = options.config;
    ck_assert_int_eq(lucid_ifaddr_parse(addr, 24, &config.addrs[0]), 0);
    config.addr_count = 1;
    config.stacks = (uint16_t)count;
    config.stack = number < count ? (uint16_t)number : 0;
    config.elsewhere = elsewhere;
    config.elsewhere_context = (void *)(uintptr_t)number;
    ck_assert_int_eq(lucid_create(&stacks[number], &config, LUCID_SECOND), 0);
}

static void setup(void) {
    for (unsigned i = 0; i < STACKS; i++) {
        open_stack(i, STACKS, "10.77.0.2");
    }
    open_stack(PEER, 1, "10.77.0.1");
    taken = true;
}

static void teardown(void) {
    for (unsigned i = 0; i <= STACKS; i++) {
        lucid_destroy(stacks[i]);
    }
}

static int hand_in(unsigned to, const void *octets, size_t length, bool anywhere) {
    struct lucid_packet in = {
        .slice = {{octets, length}}, .slices = 1, .length = (uint32_t)length, .anywhere = anywhere};
    return lucid_input(stacks[to], LUCID_SECOND, &in);
}

/* The way from one stack to another: as the host's ring does it. */
static void hand_on(void) {
    for (unsigned i = 0; i < waits; i++) {
        unsigned whom = asked[asks - waits + i];
        unsigned to = whom == LUCID_STACK_ANY ? (about[i].from + 1) % STACKS : whom;
        uint8_t octets[2000];
        unsigned length = about[i].length;
        memcpy(octets, waiting[i], length);
        bool anywhere = about[i].anywhere;
        waits = 0;
        hand_in(to, octets, length, anywhere);
    }
}

/* The next packet of a stack; 0: it has none. */
static size_t take_out(unsigned from, uint8_t *octets) {
    static struct lucid_packet out;
    size_t length = 0;
    if (!lucid_output(stacks[from], LUCID_SECOND, &out)) {
        return 0;
    }
    for (unsigned i = 0; i < out.slices; i++) {
        memcpy(octets + length, out.slice[i].data, out.slice[i].length);
        length += out.slice[i].length;
    }
    return length;
}

/* Until nobody has anything to say. */
static void run(void) {
    uint8_t octets[2000];
    bool any = true;
    while (any) {
        any = false;
        for (unsigned i = 0; i <= STACKS; i++) {
            size_t length;
            while ((length = take_out(i, octets)) > 0) {
                hand_in(i == PEER ? queue : PEER, octets, length, false);
                hand_on();
                any = true;
            }
        }
    }
}

static struct lucid_sockaddr end(const char *addr, uint16_t port) {
    return (struct lucid_sockaddr){.addr = address(addr), .port = port};
}

static int listen_on(unsigned stack, uint16_t port) {
    int fd = lucid_socket(stacks[stack], LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    struct lucid_sockaddr local = {.port = port};
    ck_assert_int_eq(lucid_bind(stacks[stack], fd, &local), 0);
    ck_assert_int_eq(lucid_listen(stacks[stack], fd, 8), 0);
    return fd;
}

static int connect_from(unsigned stack, const char *addr, uint16_t port) {
    int fd = lucid_socket(stacks[stack], LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    struct lucid_sockaddr remote = end(addr, port);
    ck_assert_int_eq(lucid_connect(stacks[stack], fd, &remote), -LUCID_EINPROGRESS);
    return fd;
}

static struct lucid_sockaddr local_of(unsigned stack, int fd) {
    struct lucid_sockaddr local;
    ck_assert_int_eq(lucid_getsockname(stacks[stack], fd, &local), 0);
    return local;
}

static uint64_t drops(unsigned stack, enum lucid_drop why) {
    struct lucid_stats stats;
    lucid_stats(stacks[stack], &stats);
    return stats.drop[why];
}

static int state_of(unsigned stack, int fd) {
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    int got = lucid_getsockopt(stacks[stack], fd, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &length);
    return got == 0 ? (int)info.state : got;
}

/* ---- ports ---- */

START_TEST(ports_are_shared_out) {
    static const uint8_t request[8] = {8};
    for (unsigned i = 0; i < 3 * 60; i++) {
        unsigned stack = i % STACKS;
        struct lucid_sockaddr remote = end("10.77.0.1", 9);
        int tcp = connect_from(stack, "10.77.0.1", PORT);
        int udp = lucid_socket(stacks[stack], LUCID_AF_INET, LUCID_SOCK_DGRAM, 0);
        int echo = lucid_socket(stacks[stack], LUCID_AF_INET, LUCID_SOCK_DGRAM, LUCID_IPPROTO_ICMP);
        ck_assert_int_eq(lucid_sendto(stacks[stack], udp, "x", 1, 0, &remote), 1);
        ck_assert_int_eq(lucid_sendto(stacks[stack], echo, request, sizeof request, 0, &remote), sizeof request);
        EXPECT(local_of(stack, tcp).port % STACKS == stack && local_of(stack, tcp).port >= FIRST);
        EXPECT(local_of(stack, udp).port % STACKS == stack && local_of(stack, udp).port >= FIRST);
        EXPECT(local_of(stack, echo).port % STACKS == stack && local_of(stack, echo).port >= FIRST);
    }
}
END_TEST

/* Each port of the range is somebody's, and is taken before there are none. */
START_TEST(every_port_is_somebodys) {
    bool seen[10] = {false};
    for (unsigned number = 0; number < STACKS; number++) {
        struct lucid_host_options options;
        struct lucid_stack *stack;
        lucid_host_defaults(&options);
        options.config.stacks = STACKS;
        options.config.stack = (uint16_t)number;
        options.config.port_first = 50000;
        options.config.port_last = 50009;
        ck_assert_int_eq(lucid_create(&stack, &options.config, 0), 0);
        for (;;) {
            int fd = lucid_socket(stack, LUCID_AF_INET, LUCID_SOCK_DGRAM, 0);
            struct lucid_sockaddr local = {.port = 0};
            if (lucid_bind(stack, fd, &local) == -LUCID_EADDRNOTAVAIL) {
                break;
            }
            ck_assert_int_eq(lucid_getsockname(stack, fd, &local), 0);
            ck_assert_uint_eq(local.port % STACKS, number);
            ck_assert(local.port >= 50000 && local.port <= 50009 && !seen[local.port - 50000]);
            seen[local.port - 50000] = true;
        }
        lucid_destroy(stack);
    }
    for (unsigned i = 0; i < 10; i++) {
        ck_assert(seen[i]);
    }
}
END_TEST

START_TEST(a_number_must_be_one_of_them) {
    static const struct {
        uint16_t stacks, stack, first, last;
        int result;
    } cases[] = {{0, 0, 49152, 65535, 0},
                 {1, 0, 49152, 65535, 0},
                 {2, 1, 49152, 65535, 0},
                 {1, 1, 49152, 65535, -LUCID_EINVAL},
                 {2, 2, 49152, 65535, -LUCID_EINVAL},
                 {0, 1, 49152, 65535, -LUCID_EINVAL},
                 {2, 1, 50001, 50001, 0},
                 {2, 0, 50001, 50001, -LUCID_EINVAL},
                 {64, 63, 1, 63, 0},
                 {64, 0, 1, 63, -LUCID_EINVAL}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct lucid_host_options options;
        struct lucid_stack *stack;
        lucid_host_defaults(&options);
        options.config.stacks = cases[i].stacks;
        options.config.stack = cases[i].stack;
        options.config.port_first = cases[i].first;
        options.config.port_last = cases[i].last;
        ck_assert_int_eq(lucid_create(&stack, &options.config, 0), cases[i].result);
        lucid_destroy(stack);
    }
}
END_TEST

/* ---- connections that a stack has begun ---- */

/* Whatever queue the answers come by. */
START_TEST(an_active_open_gets_its_answers) {
    int listener = listen_on(PEER, PORT);
    int fd = connect_from(1, "10.77.0.1", PORT);
    queue = (unsigned)_i;
    run();
    int peer = lucid_accept(stacks[PEER], listener, NULL);
    ck_assert_int_gt(peer, 0);
    ck_assert_int_eq(lucid_send(stacks[PEER], peer, "answer", 6, 0), 6);
    run();
    char room[10];
    ck_assert_int_eq(lucid_recv(stacks[1], fd, room, sizeof room, 0), 6);
    ck_assert_mem_eq(room, "answer", 6);
    ck_assert_int_eq(state_of(1, fd), LUCID_ESTABLISHED);
    ck_assert(_i == 1 ? asks == 0 : asks > 0);
    for (unsigned i = 0; i < asks; i++) {
        ck_assert_uint_eq(asked[i], 1);
    }
    ck_assert_uint_eq(drops(queue, LUCID_DROP_ELSEWHERE), asks);
    ck_assert_uint_eq(drops(PEER, LUCID_DROP_NONE), 0);
}
END_TEST

/* Nobody has that port: its owner answers, and it alone. */
START_TEST(the_owner_of_a_port_refuses) {
    int fd = connect_from(PEER, "10.77.0.2", 3 * 1000 + 2);
    queue = 0;
    run();
    ck_assert_int_eq(lucid_send(stacks[PEER], fd, "x", 1, 0), -LUCID_ECONNREFUSED);
    ck_assert_uint_eq(asks, 1);
    ck_assert_uint_eq(asked[0], 2);
    ck_assert_uint_eq(drops(0, LUCID_DROP_TCP_CLOSED), 0);
    ck_assert_uint_eq(drops(2, LUCID_DROP_TCP_CLOSED), 1);
}
END_TEST

START_TEST(nobody_takes_it) {
    int fd = connect_from(PEER, "10.77.0.2", 3 * 1000 + 2);
    queue = 0;
    taken = false;
    run();
    ck_assert_int_eq(lucid_send(stacks[PEER], fd, "x", 1, 0), -LUCID_ECONNREFUSED);
    ck_assert_uint_eq(drops(0, LUCID_DROP_TCP_CLOSED), 1);
}
END_TEST

/* A wrong checksum is nobody's. */
START_TEST(damaged_segments_are_not_handed_on) {
    uint8_t octets[2000];
    connect_from(PEER, "10.77.0.2", 3 * 1000 + 2);
    size_t length = take_out(PEER, octets);
    octets[length - 1] ^= 1;
    ck_assert_int_eq(hand_in(0, octets, length, false), LUCID_DROP_TCP_CHECKSUM);
    ck_assert_uint_eq(asks, 0);
}
END_TEST

/* ---- listeners ---- */

static void swap(uint8_t *a, uint8_t *b, size_t length) {
    for (size_t i = 0; i < length; i++) {
        uint8_t kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

/* All of a connection comes by one queue, so nobody is asked for a stranger's ACK either. */
START_TEST(a_listener_answers_by_itself) {
    uint8_t octets[2000];
    listen_on(PEER, PORT);
    int fd = connect_from(0, "10.77.0.1", PORT);
    run();
    listen_on(1, local_of(0, fd).port);
    ck_assert_int_eq(lucid_send(stacks[0], fd, "x", 1, 0), 1);
    size_t length = take_out(0, octets);
    ck_assert_uint_gt(length, 0);
    swap(octets + 12, octets + 16, 4); /* the other way round it is an ACK from nowhere, with the same checksum */
    swap(octets + 20, octets + 22, 2);
    ck_assert_int_eq(hand_in(1, octets, length, false), LUCID_DROP_TCP_LISTEN_ACK);
    ck_assert_uint_eq(asks, 0);
}
END_TEST

/* Whoever gets it takes it: it is the first of its connection. */
START_TEST(a_syn_is_for_whoever_gets_it) {
    uint8_t octets[2000];
    listen_on(0, PORT);
    connect_from(PEER, "10.77.0.2", PORT);
    size_t length = take_out(PEER, octets);
    ck_assert_int_eq(hand_in(0, octets, length, true), LUCID_DROP_NONE);
    ck_assert_uint_eq(asks, 0);
}
END_TEST

#define FIRST_PART 24u /* octets, a multiple of 8 */

/* A fragment of an IPv4 packet. */
static int hand_in_a_part(unsigned to, const uint8_t *octets, size_t at, size_t length, bool more) {
    uint8_t part[2000];
    memcpy(part, octets, 20);
    memcpy(part + 20, octets + 20 + at, length);
    set16(part + 2, (unsigned)(20 + length));
    set16(part + 4, 7);
    set16(part + 6, (more ? 0x2000u : 0) | (unsigned)at / 8);
    set16(part + 10, 0);
    set16(part + 10, ~slow_sum(0, part, 20) & 0xffff);
    return hand_in(to, part, 20 + length, false);
}

/* Packets of which the queue says nothing: to all in turn, and whoever knows the connection takes it. */
START_TEST(segments_of_fragments_find_their_connection) {
    uint8_t octets[2000];
    int listener = 0;
    for (unsigned i = 0; i < STACKS; i++) {
        int one = listen_on(i, PORT);
        listener = i == 2 ? one : listener;
    }
    queue = 2;
    int fd = connect_from(PEER, "10.77.0.2", PORT);
    run();
    int served = lucid_accept(stacks[2], listener, NULL);
    ck_assert_int_gt(served, 0);
    ck_assert_int_eq(lucid_send(stacks[PEER], fd, "question", 8, 0), 8);
    size_t length = take_out(PEER, octets);
    ck_assert_int_eq(hand_in_a_part(0, octets, 0, FIRST_PART, true), LUCID_DROP_NONE);
    ck_assert_int_eq(hand_in_a_part(0, octets, FIRST_PART, length - 20 - FIRST_PART, false), LUCID_DROP_ELSEWHERE);
    hand_on();
    ck_assert_uint_eq(asks, 2);
    ck_assert_uint_eq(asked[0], LUCID_STACK_ANY);
    ck_assert_uint_eq(asked[1], LUCID_STACK_ANY);
    hand_on();
    char room[10];
    ck_assert_int_eq(lucid_recv(stacks[2], served, room, sizeof room, 0), 8);
}
END_TEST

/* ---- ICMP errors, UDP, echo ---- */

/* About a datagram that another stack has sent. */
START_TEST(errors_go_to_the_owner_of_the_port) {
    struct lucid_sockaddr remote = end("10.77.0.1", 9);
    int fd = lucid_socket(stacks[1], LUCID_AF_INET, LUCID_SOCK_DGRAM, 0);
    ck_assert_int_eq(lucid_connect(stacks[1], fd, &remote), 0);
    ck_assert_int_eq(lucid_send(stacks[1], fd, "x", 1, 0), 1);
    queue = 0;
    run();
    ck_assert_uint_eq(asks, 1);
    ck_assert_uint_eq(asked[0], 1);
    ck_assert_uint_eq(drops(0, LUCID_DROP_ELSEWHERE), 1);
    ck_assert_int_eq(lucid_send(stacks[1], fd, "x", 1, 0), -LUCID_ECONNREFUSED);
}
END_TEST

START_TEST(datagrams_go_to_the_owner_of_the_port) {
    struct lucid_sockaddr local = {.port = 7}, remote = end("10.77.0.1", 7), from;
    char room[10];
    int peer = lucid_socket(stacks[PEER], LUCID_AF_INET, LUCID_SOCK_DGRAM, 0);
    int fd = lucid_socket(stacks[2], LUCID_AF_INET, LUCID_SOCK_DGRAM, 0);
    ck_assert_int_eq(lucid_bind(stacks[PEER], peer, &local), 0);
    ck_assert_int_eq(lucid_sendto(stacks[2], fd, "question", 8, 0, &remote), 8);
    run();
    ck_assert_int_eq(lucid_recvfrom(stacks[PEER], peer, room, sizeof room, 0, &from, NULL), 8);
    ck_assert_int_eq(lucid_sendto(stacks[PEER], peer, "answer", 6, 0, &from), 6);
    queue = 0;
    run();
    ck_assert_int_eq(lucid_recvfrom(stacks[2], fd, room, sizeof room, 0, NULL, NULL), 6);
    ck_assert_uint_eq(asks, 1);
    ck_assert_uint_eq(asked[0], 2);
}
END_TEST

START_TEST(replies_go_to_the_owner_of_the_identifier) {
    static const uint8_t request[9] = {8};
    struct lucid_sockaddr remote = end("10.77.0.1", 0);
    uint8_t room[20];
    int fd = lucid_socket(stacks[2], LUCID_AF_INET, LUCID_SOCK_DGRAM, LUCID_IPPROTO_ICMP);
    ck_assert_int_eq(lucid_sendto(stacks[2], fd, request, sizeof request, 0, &remote), sizeof request);
    queue = 1;
    run();
    ck_assert_int_eq(lucid_recvfrom(stacks[2], fd, room, sizeof room, 0, NULL, NULL), sizeof request);
    ck_assert_uint_eq(asks, 1);
    ck_assert_uint_eq(asked[0], 2);
}
END_TEST

/* RFC 9293 MUST-54: about a segment of a listener's connection, which may be anybody's. */
START_TEST(errors_about_a_listeners_port_go_to_all) {
    uint8_t octets[2000], error[56] = {0x45, 0, 0, 56, 0, 0, 0, 0, 64, 1};
    int listener = 0;
    for (unsigned i = 0; i < STACKS; i++) {
        int one = listen_on(i, PORT);
        listener = i == 1 ? one : listener;
    }
    queue = 1;
    connect_from(PEER, "10.77.0.2", PORT);
    run();
    int served = lucid_accept(stacks[1], listener, NULL);
    ck_assert_int_eq(lucid_send(stacks[1], served, "x", 1, 0), 1);
    ck_assert_uint_gt(take_out(1, octets), 28);
    memcpy(error + 12, octets + 16, 4);
    memcpy(error + 16, octets + 12, 4);
    error[20] = 3; /* unreachable: the host */
    error[21] = 1;
    memcpy(error + 28, octets, 28);
    unsigned sum = ~slow_sum(0, error + 20, 36) & 0xffff;
    set16(error + 22, sum);
    sum = ~slow_sum(0, error, 20) & 0xffff;
    set16(error + 10, sum);
    ck_assert_int_eq(hand_in(0, error, sizeof error, false), LUCID_DROP_ELSEWHERE);
    ck_assert_uint_eq(asked[0], LUCID_STACK_ANY);
    uint64_t before = drops(1, LUCID_DROP_ICMP_QUOTE) + drops(1, LUCID_DROP_ICMP_SEQUENCE);
    hand_on();
    ck_assert_uint_eq(asks, 1);
    ck_assert_uint_eq(drops(1, LUCID_DROP_ICMP_QUOTE) + drops(1, LUCID_DROP_ICMP_SEQUENCE), before);
    int soft = 0;
    size_t length = sizeof soft;
    ck_assert_int_eq(lucid_getsockopt(stacks[1], served, LUCID_SOL_SOCKET, LUCID_SO_ERROR, &soft, &length), 0);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("elsewhere", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, ports_are_shared_out);
    tcase_add_test(tests, every_port_is_somebodys);
    tcase_add_test(tests, a_number_must_be_one_of_them);
    tcase_add_loop_test(tests, an_active_open_gets_its_answers, 0, STACKS);
    tcase_add_test(tests, the_owner_of_a_port_refuses);
    tcase_add_test(tests, nobody_takes_it);
    tcase_add_test(tests, damaged_segments_are_not_handed_on);
    tcase_add_test(tests, a_listener_answers_by_itself);
    tcase_add_test(tests, a_syn_is_for_whoever_gets_it);
    tcase_add_test(tests, segments_of_fragments_find_their_connection);
    tcase_add_test(tests, errors_go_to_the_owner_of_the_port);
    tcase_add_test(tests, datagrams_go_to_the_owner_of_the_port);
    tcase_add_test(tests, replies_go_to_the_owner_of_the_identifier);
    tcase_add_test(tests, errors_about_a_listeners_port_go_to_all);
    return unit_run(suite);
}
