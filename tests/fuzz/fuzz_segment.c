/* fuzz_segment.c: the input is a list of things that happen to one stack: segments, fragments, ICMP, datagrams, time,
 * calls, failing memory.
 *
 * Four peers, two of each family: two of them are clients of a listener, to the other two the stack may connect.
 * Numbers in a segment are what the stack has last shown (RCV.NXT by its ACK, the end of what it sent, its
 * window's edge) plus a small offset, so that no path needs a lucky 32-bit number. Lengths and checksums are made
 * right, except in one segment of sixteen.
 *
 * After each operation all invariants of the stack hold, everything that leaves is a sound packet, and the trace
 * keeps the rules of tests/sim/rules.h. At the end all sockets are closed and ten minutes pass: then memory is at
 * its first value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "harness/vhost.h"
#include "lucid/host.h"
#include "sim/craft.h"
#include "sim/end.h"
#include "sim/peer.h"
#include "sim/rules.h"
#include "sim/story.h"

#define PEERS 4
#define SOCKETS 10
#define KEY 1

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    const uint8_t *at, *end; /* of the input */
    struct lucid_config config;
    struct lucid_stack *stack;
    lucid_time now;
    struct vhost host;
    struct rules rules;
    struct story story;
    struct peer peers[PEERS];
    struct {
        int fd;
        uint64_t sent;
    } sockets[SOCKETS];
    unsigned hold;   /* operations for which output is not pulled */
    unsigned resets; /* RST that left since the latest operation */
} run;

static void wrong(const char *what) {
    story_print(&run.story, stderr);
    fprintf(stderr, "%s\n", what);
    abort();
}

static uint8_t take8(void) {
    return run.at < run.end ? *run.at++ : 0;
}

static uint16_t take16(void) {
    uint8_t high = take8();
    return (uint16_t)(high << 8 | take8());
}

static uint32_t take32(void) {
    uint32_t high = take16();
    return high << 16 | take16();
}

/* ---- what leaves ---- */

/* I36: whole, and with right checksums. */
static void judge_packet(void *user, const uint8_t *octets, size_t length) {
    (void)user;
    bool ipv4 = length > 0 && octets[0] >> 4 == 4;
    size_t transport = ipv4 ? 20 : 40;
    if (length < transport ||
        (size_t)(ipv4 ? octets[2] << 8 | octets[3] : (octets[4] << 8 | octets[5]) + 40) != length) {
        wrong("I36: an IP length that does not agree with the packet left");
    }
    if (ipv4 && octets[0] != 0x45) {
        wrong("I36: an IPv4 header of another form left");
    }
    bool fragment = ipv4 ? (octets[6] & 0x3f) != 0 || octets[7] != 0 : octets[6] == 44; /* with a part of its sum */
    if (!fragment && craft_checksum(octets, length, transport) != 0) {
        wrong("I36: a wrong checksum left");
    }
    bool tcp = (ipv4 ? octets[9] : octets[6]) == 6;
    if (tcp && fragment) {
        wrong("TCP left in fragments");
    }
    run.resets += tcp && (octets[transport + 13] & LUCID_RST);
    for (unsigned i = 0; i < PEERS && tcp; i++) {
        peer_sees(&run.peers[i], octets, length, transport);
    }
}

static void check(void) {
    struct lucid_event event;
    struct check_report report;
    uint64_t lost = 0;
    while (lucid_trace_next(run.stack, &event, &lost)) {
        story_add(&run.story, 0, &event);
        rules_event(&run.rules, &event);
    }
    if (run.rules.broken[0] != '\0' || lost > 0) {
        wrong(lost > 0 ? "the trace is full" : run.rules.broken);
    }
    if (stack_check(run.stack, &report) != 0) {
        wrong(report.broken);
    }
    if (run.host.fault[0] != '\0') {
        wrong(run.host.fault);
    }
}

static void pull(void) {
    static struct lucid_packet out;
    for (unsigned count = 0; lucid_output(run.stack, run.now, &out); count++) {
        if (lucid_segment_packet(&out, judge_packet, NULL) < 0 || count > 10000) {
            wrong("what leaves makes no sense, or does not end");
        }
        check();
    }
}

/* ---- what arrives ---- */

/* In memory of exactly its length. */
static void arrive(const uint8_t *octets, size_t length) {
    uint8_t *exact = malloc(length + 1);
    memcpy(exact + 1, octets, length);
    struct lucid_packet in = {.slices = 1, .length = (uint32_t)length, .id = 1};
    in.slice[0] = (struct lucid_slice){exact + 1, length};
    lucid_input(run.stack, run.now, &in);
    free(exact);
}

static struct peer *any_peer(void) {
    return &run.peers[take8() % PEERS];
}

static uint32_t near_number(const struct peer *peer) {
    uint8_t choice = take8();
    int8_t offset = (int8_t)take8();
    uint32_t bases[4] = {peer->ack, peer->ack, peer->edge, peer->sent};
    if (choice >= 0xf0) {
        return take32();
    }
    return bases[choice & 3] + (uint32_t)(choice & 4 ? offset * 100 : offset);
}

static uint8_t take_options(uint8_t *options) {
    static const uint8_t syn[] = {2, 4, 5, 0xb4, 1, 3, 3, 7};
    uint8_t form = take8();
    if (form & 1) {
        memcpy(options, syn, sizeof syn);
        return sizeof syn;
    }
    uint8_t length = form & 2 ? take8() % 41 : 0;
    for (uint8_t i = 0; i < length; i++) {
        options[i] = take8();
    }
    return length;
}

static void put_segment(struct craft *craft, const struct peer *peer) {
    uint8_t options[40], data[64];
    struct craft_tcp header = {.source = peer->own.port, .destination = peer->stack.port, .options = options};
    header.flags = take8();
    header.seq = near_number(peer);
    header.ack = peer->sent + (uint32_t)(int8_t)take8();
    header.window = take16();
    header.option_length = take_options(options);
    craft_tcp(craft, &header);
    size_t left = take8();
    left *= take8() & 1 ? 13 : 1;
    while (left > 0) {
        size_t part = left < sizeof data ? left : sizeof data;
        memset(data, (int)left, sizeof data);
        craft_put(craft, data, part);
        left -= part;
    }
}

/* A RST is answered by a challenge ACK or by nothing (RFC 9293 3.5.2). */
static void op_segment(void) {
    struct craft craft;
    const struct peer *peer = any_peer();
    craft_begin(&craft, &peer->own.addr, &peer->stack.addr, 6);
    put_segment(&craft, peer);
    craft_seal(&craft);
    uint8_t spoil = take8();
    bool reset = craft.octets[craft.transport + 13] & LUCID_RST;
    if (spoil >= 0xf0) {
        size_t place = take16() % craft.length;
        craft.octets[place] = take8();
        reset = false;
    }
    bool alone = !lucid_output_pending(run.stack);
    run.resets = 0;
    arrive(craft.octets, craft.length);
    if (alone && reset) {
        pull();
        if (run.resets > 0) {
            wrong("I34: a RST was answered by a RST");
        }
    }
}

static void op_fragment(void) {
    struct craft craft;
    const struct peer *peer = &run.peers[take8() & 2];
    craft_begin(&craft, &peer->own.addr, &peer->stack.addr, 6);
    put_segment(&craft, peer);
    craft.octets[6] = take8() & 0x3f;
    craft.octets[7] = take8();
    craft_seal(&craft);
    arrive(craft.octets, craft.length);
}

/* An error that quotes what the stack has sent, with its sequence number perhaps changed. */
static void op_icmp(void) {
    struct craft craft;
    struct peer *peer = any_peer();
    craft_begin(&craft, &peer->own.addr, &peer->stack.addr, lucid_addr_is_ipv4(&peer->own.addr) ? 1 : 58);
    craft_put16(&craft, take16());
    craft_put16(&craft, 0);
    craft_put32(&craft, take32());
    craft_put(&craft, peer->quote, peer->quoted);
    if (craft.length > craft.transport + 8 + 28) {
        size_t place = craft.length - 1 - take8() % 28;
        craft.octets[place] ^= take8();
    }
    craft_seal(&craft);
    arrive(craft.octets, craft.length);
}

static void op_datagram(void) {
    struct craft craft;
    const struct peer *peer = any_peer();
    craft_begin(&craft, &peer->own.addr, &peer->stack.addr, take8() & 1 ? take8() : 17);
    for (unsigned left = take8(); left > 0; left--) {
        craft_put(&craft, &(uint8_t){take8()}, 1);
    }
    craft_seal(&craft);
    arrive(craft.octets, craft.length);
}

static void op_raw(void) {
    size_t left = (size_t)(run.end - run.at), length = take8();
    length = length < left ? length : left > 0 ? left - 1 : 0;
    arrive(run.at, length);
    run.at += length;
}

/* ---- time ---- */

/* Deadline by deadline, as a host does it. */
static void pass(lucid_time until) {
    for (unsigned turns = 0; lucid_deadline(run.stack) <= until; turns++) {
        lucid_time deadline = lucid_deadline(run.stack);
        run.now = deadline > run.now ? deadline : run.now;
        lucid_tick(run.stack, run.now);
        check();
        if (run.hold == 0) {
            pull();
        }
        if (turns > 100000) {
            wrong("deadlines do not end");
        }
    }
    run.now = until;
    lucid_tick(run.stack, run.now);
}

static void op_time(void) {
    static const lucid_time units[] = {LUCID_MICROSECOND, LUCID_MILLISECOND, 20 * LUCID_MILLISECOND, LUCID_SECOND};
    uint8_t choice = take8();
    pass(run.now + units[choice & 3] * take8());
}

/* ---- calls ---- */

static void keep(int fd) {
    for (unsigned i = 0; i < SOCKETS && fd > 0; i++) {
        if (run.sockets[i].fd == 0) {
            run.sockets[i].fd = fd;
            run.sockets[i].sent = 0;
            return;
        }
    }
    if (fd > 0) {
        lucid_close(run.stack, fd);
    }
}

static void call_connect(void) {
    int fd = lucid_socket(run.stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    if (fd > 0) {
        lucid_connect(run.stack, fd, &any_peer()->own);
        keep(fd);
    }
}

static void call_send(unsigned i) {
    static uint8_t octets[8192];
    struct lucid_sockaddr local, remote;
    int fd = run.sockets[i].fd;
    size_t length = take16() % sizeof octets;
    if (lucid_getsockname(run.stack, fd, &local) != 0 || lucid_getpeername(run.stack, fd, &remote) != 0) {
        return;
    }
    for (size_t k = 0; k < length; k++) {
        octets[k] = end_octet(KEY, local.port, remote.port, run.sockets[i].sent + k);
    }
    uint8_t how = take8();
    int flags = (how & 1 ? LUCID_MSG_MORE : 0) | (how & 2 ? LUCID_MSG_OOB : 0);
    ptrdiff_t taken = lucid_send(run.stack, fd, octets, length, flags);
    run.sockets[i].sent += taken > 0 ? (uint64_t)taken : 0;
}

static void call_option(int fd) {
    static const int options[] = {LUCID_TCP_NODELAY, LUCID_TCP_CORK,     LUCID_TCP_KEEPIDLE,     LUCID_TCP_KEEPINTVL,
                                  LUCID_TCP_KEEPCNT, LUCID_TCP_QUICKACK, LUCID_TCP_USER_TIMEOUT, LUCID_TCP_MAXSEG};
    uint8_t choice = take8();
    int value = take8();
    if (choice & 8) {
        lucid_setsockopt(run.stack, fd, LUCID_SOL_SOCKET, choice & 1 ? LUCID_SO_KEEPALIVE : LUCID_SO_LINGER, &value,
                         sizeof value);
        return;
    }
    lucid_setsockopt(run.stack, fd, LUCID_IPPROTO_TCP, options[choice & 7], &value, sizeof value);
}

static void call_end(unsigned i, bool abort) {
    (abort ? lucid_abort : lucid_close)(run.stack, run.sockets[i].fd);
    run.sockets[i].fd = 0;
}

static void op_call(void) {
    static uint8_t room[8192];
    struct lucid_ready ready;
    uint8_t choice = take8();
    unsigned i = (choice >> 4) % SOCKETS;
    int fd = run.sockets[i].fd;
    switch (choice & 15) {
    case 0:
    case 1:
    case 2:
        keep(lucid_accept(run.stack, run.sockets[0].fd, NULL));
        break;
    case 3:
    case 4:
        call_connect();
        break;
    case 5:
    case 6:
    case 7:
        call_send(i);
        break;
    case 8:
    case 9:
        lucid_recv(run.stack, fd, room, take16() % sizeof room, 0);
        break;
    case 10:
        lucid_shutdown(run.stack, fd, take8() % 3);
        break;
    case 11:
        call_end(i, false);
        break;
    case 12:
        call_end(i, true);
        break;
    case 13:
        call_option(fd);
        break;
    default:
        while (lucid_next_event(run.stack, &ready)) {
        }
        break;
    }
}

/* ---- the course of one input ---- */

static uint8_t octet_of(void *user, uint16_t source, uint16_t destination, uint64_t offset) {
    (void)user;
    return end_octet(KEY, source, destination, offset);
}

static size_t memory(void) {
    struct lucid_stats stats;
    lucid_stats(run.stack, &stats);
    return stats.memory;
}

static void make_peers(const struct lucid_config *config) {
    static const char *const addresses[2] = {"10.77.0.1", "fd77::1"};
    for (unsigned i = 0; i < PEERS; i++) {
        run.peers[i].stack = (struct lucid_sockaddr){.addr = config->addrs[i & 1].addr, .port = 80};
        run.peers[i].own.port = (uint16_t)(1001 + i);
        lucid_addr_parse(addresses[i & 1], &run.peers[i].own.addr);
    }
}

/* The first octet chooses among configurations. Returns the memory in use before anything happens. */
static size_t begin(void) {
    struct lucid_pair_options defaults;
    uint8_t choice = take8();
    lucid_pair_defaults(&defaults);
    run.config = defaults.config[1];
    run.config.mtu = choice & 1 ? 1280 : 1500;
    run.config.offload = choice & 2 ? LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6 : 0;
    run.config.sndbuf = run.config.rcvbuf = choice & 4 ? 3000 : 65536;
    run.config.rfc5961 = !(choice & 8);
    run.config.connections_max = choice & 16 ? 3 : 100;
    run.config.timewait_max = choice & 16 ? 1 : 100;
    run.config.nagle = !(choice & 32);
    run.config.window_scale = !(choice & 64);
    run.config.rfc1337 = !(choice & 128);
    vhost_init(&run.host, choice);
    vhost_lend_iss(&run.host, &run.config, UINT32_C(0) - 1000 * take8());
    run.rules = (struct rules){.octet_of = octet_of, .config = &run.config, .rounds = true};
    make_peers(&run.config);
    if (lucid_create(&run.stack, &run.config, 0) != 0 || lucid_trace_enable(run.stack, LUCID_TRACE_ALL, 512) != 0) {
        wrong("there is no stack");
    }
    return memory();
}

static void listen_on(uint16_t port) {
    struct lucid_sockaddr any = {.port = port};
    run.sockets[0].fd = lucid_socket(run.stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    if (lucid_bind(run.stack, run.sockets[0].fd, &any) != 0 || lucid_listen(run.stack, run.sockets[0].fd, 2) != 0) {
        wrong("there is no listener");
    }
}

static void operate(void) {
    static void (*const operations[16])(void) = {
        op_segment, op_segment, op_segment, op_segment, op_segment, op_segment,  op_segment,  op_call,
        op_call,    op_call,    op_time,    op_time,    op_icmp,    op_fragment, op_datagram, op_raw};
    uint8_t choice = take8();
    if (choice >= 0xf8) {
        run.host.fail_at = run.host.allocations + 1 + take8() % 4;
    } else if (choice >= 0xf0) {
        run.hold = 1 + take8() % 8;
    }
    operations[choice & 15]();
    check();
    run.hold -= run.hold > 0;
    if (run.hold == 0) {
        pull();
    }
    check();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    memset(&run, 0, sizeof run);
    run.at = data;
    run.end = data + size;
    size_t first = begin();
    listen_on(80);
    while (run.at < run.end) {
        operate();
    }
    run.hold = 0;
    run.host.fail_at = 0;
    for (unsigned i = 0; i < SOCKETS; i++) {
        call_end(i, false);
    }
    pull();
    pass(run.now + 600 * LUCID_SECOND);
    if (memory() != first) {
        wrong("P2: memory is not at its first value after everything was closed");
    }
    rules_end(&run.rules);
    lucid_destroy(run.stack);
    if (!vhost_clean(&run.host)) {
        wrong(run.host.fault);
    }
    return 0;
}
