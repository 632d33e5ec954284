/* peer.c: see peer.h. The segments are those of Linux: time stamps on each, MSS, SACK and window scale on the SYN. */
#include "bench/peer.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { IP4 = 20, IP6 = 40, TCP = 20, STAMPS = 12, SYN_OPTIONS = 20 };
enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

/* Clients have 32768 ports at each of as many addresses as it takes, from 10.9.0.1 or fd77:9::1 on. */
enum { PORTS = 32768, FIRST_PORT = 32768 };

static void *take(void *context, size_t size) {
    (void)context;
    return malloc(size);
}

static void give(void *context, void *memory, size_t size) {
    (void)context, (void)size;
    free(memory);
}

static int unpredictable(void *context, void *octets, size_t length) {
    (void)context;
    return getrandom(octets, length, 0) == (ssize_t)length ? 0 : -1;
}

void bench_lend(struct lucid_config *config) {
    config->alloc = take;
    config->free = give;
    config->random = unpredictable;
}

size_t bench_allocated(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

bool bench_peer_open(struct bench_peer *peer, unsigned clients, uint16_t port, bool ipv6) {
    struct lucid_config config;
    memset(peer, 0, sizeof *peer);
    lucid_config_default(&config);
    bench_lend(&config);
    config.sleep_after = LUCID_SECOND;
    config.offload = LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6;
    config.mem_limit = (size_t)8 << 30;
    config.timewait_max = clients > config.timewait_max ? clients : config.timewait_max;
    config.addrs[0].prefix = ipv6 ? 64 : 24;
    config.addr_count = 1;
    peer->now = LUCID_SECOND;
    peer->port = port;
    peer->ipv6 = ipv6;
    peer->clients = clients;
    peer->client = calloc(clients, sizeof *peer->client);
    return peer->client && lucid_addr_parse(ipv6 ? "fd77::2" : "10.77.0.2", &config.addrs[0].addr) == 0 &&
           lucid_create(&peer->stack, &config, peer->now) == 0;
}

void bench_peer_close(struct bench_peer *peer) {
    if (peer->stack) {
        lucid_packet_release(peer->stack, &peer->in);
        lucid_destroy(peer->stack);
    }
    free(peer->client);
}

/* ---- octets ---- */

static void put16(uint8_t *at, unsigned value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value) {
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

static uint32_t get32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static size_t head_of(const struct bench_peer *peer) {
    return peer->ipv6 ? IP6 : IP4;
}

/* The checksum of TCP is left out: the device trusts it, but the stack still asks for that of an IPv4 header. */
static void put_ip4(uint8_t *ip, unsigned i, size_t length) {
    static const uint8_t head[] = {0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 9, 0, 0, 10, 77, 0, 2};
    memcpy(ip, head, sizeof head);
    put16(ip + 2, (unsigned)length + IP4);
    put16(ip + 14, i / PORTS + 1);
    uint32_t sum = 0;
    for (unsigned at = 0; at < IP4; at += 2) {
        sum += (uint32_t)ip[at] << 8 | ip[at + 1];
    }
    put16(ip + 10, ~(sum + (sum >> 16)) & 0xffff);
}

static void put_ip6(uint8_t *ip, unsigned i, size_t length) {
    static const uint8_t head[IP6] = {0x60, [6] = 6, 64, 0xfd, 0x77, 0, 9, [24] = 0xfd, 0x77, [39] = 2};
    memcpy(ip, head, sizeof head);
    put16(ip + 4, (unsigned)length);
    put16(ip + 22, i / PORTS + 1);
}

/* The IP header of client i before so many octets. Returns where these begin. */
static uint8_t *put_ip(const struct bench_peer *peer, uint8_t *packet, unsigned i, size_t length) {
    if (peer->ipv6) {
        put_ip6(packet, i, length);
    } else {
        put_ip4(packet, i, length);
    }
    return packet + head_of(peer);
}

static void put_tcp(const struct bench_peer *peer, uint8_t *tcp, unsigned i, uint8_t flags, size_t length) {
    const struct bench_client *client = &peer->client[i];
    memset(tcp, 0, TCP);
    put16(tcp, FIRST_PORT + i % PORTS);
    put16(tcp + 2, peer->port);
    put32(tcp + 4, client->next);
    put32(tcp + 8, flags & ACK ? client->heard : 0);
    tcp[12] = (uint8_t)(length / 4 << 4);
    tcp[13] = flags;
    put16(tcp + 14, 0xffff);
}

static uint32_t stamp_of(lucid_time now) {
    return (uint32_t)(now / LUCID_MILLISECOND);
}

static void put_stamps(uint8_t *option, lucid_time now, uint32_t echo) {
    static const uint8_t head[] = {1, 1, 8, 10};
    memcpy(option, head, sizeof head);
    put32(option + 4, stamp_of(now));
    put32(option + 8, echo);
}

/* ---- segments ---- */

/* A packet with so many octets behind its IP header. */
static void hand_over(struct bench_peer *peer, uint8_t *packet, uint32_t length, uint16_t segment_size) {
    length += (uint32_t)head_of(peer);
    peer->in.slices = 1;
    peer->in.slice[0] = (struct lucid_slice){packet, length};
    peer->in.length = length;
    peer->in.segment_size = segment_size;
    peer->in.checksum = LUCID_CHECKSUM_TRUSTED;
    lucid_input(peer->stack, peer->now, &peer->in);
}

void bench_peer_send(struct bench_peer *peer, unsigned i, const void *octets, uint32_t length, uint16_t segment_size) {
    struct bench_client *client = &peer->client[i];
    uint8_t *packet = lucid_packet_reserve(peer->stack, &peer->in);
    if (!packet) {
        return;
    }
    uint8_t *tcp = put_ip(peer, packet, i, TCP + STAMPS + length);
    put_tcp(peer, tcp, i, length > 0 ? PSH | ACK : ACK, TCP + STAMPS);
    put_stamps(tcp + TCP, peer->now, client->stamp);
    memcpy(tcp + TCP + STAMPS, octets, length);
    client->next += length;
    hand_over(peer, packet, TCP + STAMPS + length, segment_size);
}

void bench_peer_finish(struct bench_peer *peer, unsigned i) {
    uint8_t *packet = lucid_packet_reserve(peer->stack, &peer->in);
    if (!packet) {
        return;
    }
    uint8_t *tcp = put_ip(peer, packet, i, TCP + STAMPS);
    put_tcp(peer, tcp, i, FIN | ACK, TCP + STAMPS);
    put_stamps(tcp + TCP, peer->now, peer->client[i].stamp);
    peer->client[i].next++;
    hand_over(peer, packet, TCP + STAMPS, 0);
}

bool bench_peer_connect(struct bench_peer *peer, unsigned i) {
    static const uint8_t options[] = {2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7};
    struct bench_client *client = &peer->client[i];
    uint8_t *packet = lucid_packet_reserve(peer->stack, &peer->in);
    if (!packet) {
        return false;
    }
    *client = (struct bench_client){.next = i * 7919u};
    uint8_t *tcp = put_ip(peer, packet, i, TCP + SYN_OPTIONS);
    put_tcp(peer, tcp, i, SYN, TCP + SYN_OPTIONS);
    memcpy(tcp + TCP, options, sizeof options);
    put32(tcp + TCP + 8, stamp_of(peer->now));
    hand_over(peer, packet, TCP + SYN_OPTIONS, 0);
    client->next++;
    bench_peer_take(peer);
    if (client->heard == 0) {
        return false;
    }
    bench_peer_send(peer, i, "", 0, 0);
    return true;
}

static uint32_t stamp_in(const uint8_t *option, const uint8_t *end) {
    while (end - option >= 10) {
        if (option[0] == 8) {
            return get32(option + 2);
        }
        option += option[0] == 1 ? 1 : option[1];
    }
    return 0;
}

/* A packet of the stack: its client has heard it. */
static void hear(struct bench_peer *peer) {
    const struct lucid_packet *out = &peer->out;
    const uint8_t *ip = out->slice[0].data, *tcp = ip + head_of(peer);
    unsigned address = (unsigned)tcp[-2] << 8 | tcp[-1], port = (unsigned)tcp[2] << 8 | tcp[3];
    unsigned i = (address - 1) * PORTS + port - FIRST_PORT;
    uint32_t payload = out->length - out->header_length;
    if (i >= peer->clients) {
        return;
    }
    struct bench_client *client = &peer->client[i];
    client->heard = get32(tcp + 4) + payload + (tcp[13] & SYN ? 1 : 0) + (tcp[13] & FIN ? 1 : 0);
    client->stamp = stamp_in(tcp + TCP, tcp + (tcp[12] >> 4) * 4);
    peer->octets += payload;
    peer->segments += payload > 0;
}

unsigned bench_peer_take(struct bench_peer *peer) {
    unsigned count = 0;
    while (lucid_output(peer->stack, peer->now, &peer->out)) {
        hear(peer);
        count++;
    }
    return count;
}
