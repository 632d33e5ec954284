/* byzantine.c: see byzantine.h. */
#include "sim/byzantine.h"

#include <string.h>

#include "lucid/host.h"
#include "sim/craft.h"
#include "sim/sim.h"

static const uint16_t FIRST_PORT = 7000;

enum { TCP = 6, ICMP4 = 1, ICMP6 = 58 };

static uint64_t below(struct byzantine *byzantine, uint64_t bound) {
    return plan_below(&byzantine->rng, bound);
}

static bool one_in(struct byzantine *byzantine, unsigned n) {
    return plan_one_in(&byzantine->rng, n);
}

static const struct lucid_addr *address_of(const struct byzantine *byzantine, int host, bool ipv4) {
    return &byzantine->plan->host[host].config.addrs[ipv4 ? 0 : 1].addr;
}

/* Any of the honest hosts that has an address of this family, or -1. */
static int any_honest(struct byzantine *byzantine, bool ipv4) {
    int host = (int)below(byzantine, (uint64_t)byzantine->number);
    return ipv4 || byzantine->plan->host[host].config.addr_count == 2 ? host : -1;
}

void byzantine_begin(struct byzantine *byzantine, const struct plan *plan) {
    memset(byzantine, 0, sizeof *byzantine);
    byzantine->acts_at = LUCID_NEVER;
    if (!plan_has(plan, PLAN_BYZANTINE)) {
        return;
    }
    byzantine->plan = plan;
    byzantine->number = (int)plan->hosts - 1;
    rng_seed(&byzantine->rng, plan->seed, 0, 100);
    byzantine->acts_left = 50 + (unsigned)below(byzantine, 400);
    byzantine->acts_at = below(byzantine, LUCID_SECOND);
    bool own_ipv6 = plan->host[byzantine->number].config.addr_count == 2;
    for (unsigned i = 0; i < BYZANTINE_PEERS; i++) {
        struct peer *peer = &byzantine->peer[i];
        bool ipv4 = i & 1 || !own_ipv6;
        int host = any_honest(byzantine, ipv4);
        ipv4 = ipv4 || host < 0;
        host = host < 0 ? 0 : host;
        peer->own = (struct lucid_sockaddr){*address_of(byzantine, byzantine->number, ipv4),
                                            (uint16_t)(FIRST_PORT + i)};
        peer->stack = (struct lucid_sockaddr){*address_of(byzantine, host, ipv4), LISTEN_PORT};
    }
}

/* ---- packets ---- */

static void send_craft(struct sim *sim, struct craft *craft) {
    struct byzantine *byzantine = &sim->byzantine;
    craft_seal(craft);
    if (one_in(byzantine, 16)) { /* damaged as no network damages */
        craft->octets[below(byzantine, craft->length)] = (uint8_t)below(byzantine, 256);
    }
    size_t mtu = byzantine->plan->host[byzantine->number].config.mtu;
    sim_send(sim, byzantine->number, craft->octets, craft->length < mtu ? craft->length : mtu);
}

static uint32_t near_number(struct byzantine *byzantine, uint32_t number) {
    uint64_t kind = below(byzantine, 8);
    uint32_t offset = (uint32_t)plan_any_size(&byzantine->rng, 70000);
    if (kind == 7) {
        return (uint32_t)rng_next(&byzantine->rng);
    }
    return kind < 3 ? number : kind < 5 ? number - offset : number + offset;
}

static uint8_t put_options(struct byzantine *byzantine, uint8_t *options) {
    static const uint8_t usual[] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7};
    uint64_t kind = below(byzantine, 4);
    if (kind < 2) {
        memcpy(options, usual, sizeof usual);
        return kind == 0 ? 4 : sizeof usual;
    }
    uint8_t length = kind == 2 ? 0 : (uint8_t)below(byzantine, 41);
    rng_fill(&byzantine->rng, options, length);
    return length;
}

static uint8_t any_flags(struct byzantine *byzantine) {
    static const uint8_t usual[] = {LUCID_SYN,
                                    LUCID_ACK,
                                    LUCID_ACK,
                                    LUCID_ACK | LUCID_PSH,
                                    LUCID_SYN | LUCID_ACK,
                                    LUCID_RST,
                                    LUCID_ACK | LUCID_FIN};
    uint8_t any = (uint8_t)rng_next(&byzantine->rng);
    return one_in(byzantine, 4) ? any : usual[below(byzantine, sizeof usual)];
}

static void put_data(struct byzantine *byzantine, struct craft *craft, size_t length) {
    uint8_t data[64];
    for (size_t part; length > 0; length -= part) {
        part = length < sizeof data ? length : sizeof data;
        rng_fill(&byzantine->rng, data, part);
        craft_put(craft, data, part);
    }
}

static void send_segment(struct sim *sim, const struct peer *peer, uint8_t flags) {
    struct byzantine *byzantine = &sim->byzantine;
    uint8_t options[40];
    struct craft craft;
    craft_begin(&craft, &peer->own.addr, &peer->stack.addr, TCP);
    struct craft_tcp header = {
        .source = peer->own.port, .destination = peer->stack.port, .flags = flags, .options = options};
    header.seq = near_number(byzantine, peer->ack);
    header.ack = near_number(byzantine, peer->sent);
    header.window = (uint16_t)plan_any_size(&byzantine->rng, 65535);
    header.option_length = put_options(byzantine, options);
    craft_tcp(&craft, &header);
    put_data(byzantine, &craft, one_in(byzantine, 2) ? plan_any_size(&byzantine->rng, 1400) : 0);
    send_craft(sim, &craft);
}

/* As an honest peer would answer, so that connections come to be. */
static void answer(struct sim *sim, const struct peer *peer, bool syn) {
    static const uint8_t mss[] = {2, 4, 5, 0xb4};
    struct craft craft;
    craft_begin(&craft, &peer->own.addr, &peer->stack.addr, TCP);
    struct craft_tcp header = {.source = peer->own.port,
                               .destination = peer->stack.port,
                               .seq = syn ? 5000 : peer->ack,
                               .ack = peer->sent,
                               .flags = (uint8_t)(LUCID_ACK | (syn ? LUCID_SYN : 0)),
                               .window = (uint16_t)plan_any_size(&sim->byzantine.rng, 65535),
                               .options = mss,
                               .option_length = syn ? 4 : 0};
    craft_tcp(&craft, &header);
    send_craft(sim, &craft);
}

static void send_icmp(struct sim *sim, const struct peer *peer) {
    static const uint8_t types4[] = {3, 3, 3, 4, 5, 8, 11, 12}, types6[] = {1, 1, 2, 3, 4, 128, 129, 135};
    struct byzantine *byzantine = &sim->byzantine;
    bool ipv4 = lucid_addr_is_ipv4(&peer->own.addr);
    struct craft craft;
    craft_begin(&craft, &peer->own.addr, &peer->stack.addr, ipv4 ? ICMP4 : ICMP6);
    uint8_t type = (ipv4 ? types4 : types6)[below(byzantine, 8)];
    craft_put16(&craft, (unsigned)type << 8 | (unsigned)below(byzantine, 8));
    craft_put16(&craft, 0);
    craft_put32(&craft, (uint32_t)plan_any_size(&byzantine->rng, 2000));
    craft_put(&craft, peer->quote, peer->quoted);
    send_craft(sim, &craft);
}

static void send_fragment(struct sim *sim, const struct peer *peer) {
    struct byzantine *byzantine = &sim->byzantine;
    struct craft craft;
    craft_begin(&craft, &peer->own.addr, &peer->stack.addr, TCP);
    put_data(byzantine, &craft, 8 * (1 + below(byzantine, 20)));
    if (craft.ipv4) {
        craft.octets[5] = (uint8_t)below(byzantine, 3);
        craft.octets[6] = (uint8_t)(0x20 * below(byzantine, 2));
        craft.octets[7] = (uint8_t)below(byzantine, 12);
    } else {
        craft.octets[6] = 44;
        craft.octets[40] = TCP;
    }
    send_craft(sim, &craft);
}

static void send_noise(struct sim *sim, const struct peer *peer) {
    struct byzantine *byzantine = &sim->byzantine;
    struct craft craft;
    craft_begin(&craft, &peer->own.addr, &peer->stack.addr, (uint8_t)below(byzantine, 256));
    put_data(byzantine, &craft, below(byzantine, 200));
    send_craft(sim, &craft);
}

/* Blind, under the name of another: RST, SYN and FIN at any number; no data, which a lucky guess would put in. A SYN
 * alone goes to listeners only: who waits in SYN-SENT has nothing to tell it by. */
static void send_blind(struct sim *sim) {
    static const uint8_t flags[] = {LUCID_RST, LUCID_RST | LUCID_ACK, LUCID_SYN | LUCID_ACK, LUCID_SYN};
    struct byzantine *byzantine = &sim->byzantine;
    int to = any_honest(byzantine, true);
    int as = (to + 1 + (int)below(byzantine, (uint64_t)byzantine->number)) % (byzantine->number + 1);
    uint16_t port = (uint16_t)(20000 + below(byzantine, PLAN_CONNECTIONS));
    uint64_t kind = below(byzantine, 4);
    bool opener = kind < 3 && one_in(byzantine, 2);
    struct craft craft;
    craft_begin(&craft, address_of(byzantine, as, true), address_of(byzantine, to, true), TCP);
    struct craft_tcp header = {.source = opener ? LISTEN_PORT : port,
                               .destination = opener ? port : LISTEN_PORT,
                               .seq = (uint32_t)rng_next(&byzantine->rng),
                               .ack = (uint32_t)rng_next(&byzantine->rng),
                               .flags = flags[kind]};
    if (kind == 3) { /* from a port that nobody uses */
        header.source = (uint16_t)(port + 1000);
    }
    craft_tcp(&craft, &header);
    send_craft(sim, &craft);
}

/* ---- what it does ---- */

void byzantine_input(struct byzantine *byzantine, struct sim *sim, const uint8_t *octets, size_t length) {
    struct endpoints ends;
    size_t transport;
    if (sim->healed || !watch_ends(octets, length, false, &ends, &transport)) {
        return;
    }
    struct peer *peer = NULL;
    for (unsigned i = 0; i < BYZANTINE_PEERS; i++) {
        bool same = byzantine->peer[i].own.port == ends.local.port &&
                    lucid_addr_equal(&byzantine->peer[i].stack.addr, &ends.remote.addr);
        peer = same ? &byzantine->peer[i] : peer;
    }
    if (!peer) { /* somebody connects */
        peer = &byzantine->peer[below(byzantine, BYZANTINE_PEERS)];
        *peer = (struct peer){.own = ends.local, .stack = ends.remote};
    }
    peer_sees(peer, octets, length, transport);
    uint64_t choice = below(byzantine, 8);
    if (choice < 4 && !(octets[transport + 13] & LUCID_RST)) {
        answer(sim, peer, (octets[transport + 13] & (LUCID_SYN | LUCID_ACK)) == LUCID_SYN);
    } else if (choice < 6) {
        send_segment(sim, peer, any_flags(byzantine));
    }
}

lucid_time byzantine_deadline(const struct byzantine *byzantine) {
    return byzantine->acts_left > 0 ? byzantine->acts_at : LUCID_NEVER;
}

static void act(struct sim *sim) {
    struct byzantine *byzantine = &sim->byzantine;
    const struct peer *peer = &byzantine->peer[below(byzantine, BYZANTINE_PEERS)];
    switch (below(byzantine, 8)) {
    case 0:
        send_segment(sim, peer, LUCID_SYN);
        break;
    case 1:
        send_icmp(sim, peer);
        break;
    case 2:
        send_fragment(sim, peer);
        break;
    case 3:
        send_noise(sim, peer);
        break;
    case 4:
        send_blind(sim);
        break;
    default:
        send_segment(sim, peer, any_flags(byzantine));
        break;
    }
}

/* In bursts, with pauses between. */
void byzantine_run(struct byzantine *byzantine, struct sim *sim) {
    while (!sim->healed && byzantine_deadline(byzantine) <= sim->now) {
        byzantine->acts_left--;
        act(sim);
        lucid_time pause = plan_any_size(&byzantine->rng, LUCID_SECOND);
        byzantine->acts_at = sim->now + (one_in(byzantine, 2) ? 0 : pause);
    }
}
