/* costs_main.c: build/work/lucid-costs: what does one call cost with few, and with many, of what an outsider can make
 * many of?
 *
 * P3 of the project's security rules: one packet costs bounded work, and none that grows with the number of
 * connections. Each case is run with few and with many things of one kind, and says what the dearest call cost, counted
 * in basic blocks by the compiler (harness/work.h). Many may cost a little more than few (a heap, a binary search), but
 * not many times as much.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rng.h"
#include "sim/rig.h"

enum { FEW = 64, MANY = 4000 };

static struct rig rig;

/* ---- segments out of order ---- */

/* A45: segments of one octet, each with a gap before it, from the end to the beginning and then again. */
static void gaps(unsigned n) {
    struct rig_peer peer;
    rig_open(&rig, NULL);
    rig_connect(&rig, &peer, 0);
    rig_forget(&rig);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = n; i > 0; i--) {
            struct rig_segment segment = {.seq = peer.seq + 2 * i, .ack = peer.ack, .flags = LUCID_ACK, .payload = 1};
            rig_segment(&rig, &peer, &segment);
            rig_pull(&rig, UINT32_MAX);
        }
    }
}

/* ---- what the peer says that it has ---- */

static void wide(struct lucid_config *config) {
    config->congestion = LUCID_CONGESTION_FIXED;
    config->fixed_window = UINT16_MAX;
    config->sndbuf = 8u << 20;
    config->nagle = false;
    config->offload = LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4;
}

/* n segments are in flight, each of them with a moment of its own. */
static void fly(struct rig_peer *peer, unsigned n) {
    static uint8_t data[RIG_MSS];
    rig_open(&rig, wide);
    rig_connect(&rig, peer, 0);
    for (unsigned i = 0; i < n; i++) {
        rig.now++;
        if (lucid_send(rig.stack, peer->fd, data, sizeof data, 0) != sizeof data || rig_pull(&rig, 9) != 1) {
            fprintf(stderr, "costs: a segment does not leave\n");
            exit(1);
        }
    }
    rig.now += LUCID_MILLISECOND;
}

static uint32_t number_of(const struct rig_peer *peer, unsigned segment) {
    return peer->ack + segment * RIG_MSS;
}

static void sack(const struct rig_peer *peer, unsigned first, unsigned end) {
    rig_sack(&rig, peer, peer->ack, &(struct rig_blocks){{number_of(peer, first)}, {number_of(peer, end)}, .count = 1});
}

/* Four old blocks at the beginning, where the search from the end is longest. */
static void sack_old(const struct rig_peer *peer) {
    struct rig_blocks old = {.count = 4};
    for (unsigned i = 0; i < 4; i++) {
        old.left[i] = number_of(peer, 2 * i + 1);
        old.right[i] = number_of(peer, 2 * i + 2);
    }
    rig_sack(&rig, peer, peer->ack, &old);
}

/* CVE-2019-11478: every second segment has arrived, then the same is said again and again. */
static void holes(unsigned n) {
    struct rig_peer peer;
    fly(&peer, n);
    for (unsigned i = n; i > 1; i -= 2) {
        sack(&peer, i - 1, i);
    }
    rig_forget(&rig);
    for (unsigned i = 0; i < 100; i++) {
        sack_old(&peer);
    }
}

/* The holes are filled, one segment at a time. */
static void repairs(unsigned n) {
    struct rig_peer peer;
    fly(&peer, n);
    for (unsigned i = 1; i + 1 < n; i += 2) {
        sack(&peer, i, i + 1);
    }
    rig_forget(&rig);
    rig_pull(&rig, UINT32_MAX);
}

/* The latest has arrived, and all others may only be late. */
static void late(unsigned n) {
    struct rig_peer peer;
    fly(&peer, n);
    sack(&peer, 1, 2);
    sack(&peer, 0, 1);
    rig.now += LUCID_MILLISECOND;
    rig_forget(&rig);
    sack(&peer, n - 1, n);
    for (unsigned i = 0; i < 100; i++) {
        sack_old(&peer);
    }
}

/* Blocks of anywhere and nowhere, and ACKs, while what was lost leaves again. */
static void disorder(unsigned n) {
    struct rig_peer peer;
    struct rng rng;
    rng_seed(&rng, 1, 0, 0);
    fly(&peer, n);
    rig_forget(&rig);
    for (unsigned i = 0; i < 4 * n; i++) {
        struct rig_blocks blocks = {.count = 4};
        for (unsigned k = 0; k < 4; k++) {
            blocks.left[k] = number_of(&peer, 0) + (uint32_t)rng_scale(rng_next(&rng), n * RIG_MSS);
            blocks.right[k] = blocks.left[k] + (uint32_t)rng_scale(rng_next(&rng), 2 * RIG_MSS);
        }
        rig.now += LUCID_MICROSECOND;
        rig_sack(&rig, &peer, number_of(&peer, i / 8), &blocks);
        rig_pull(&rig, 4);
    }
}

/* ---- connections ---- */

static void crowd(struct lucid_config *config) {
    config->timewait_max = MANY / 2;
    config->msl = LUCID_SECOND;
}

static void open_crowd(unsigned n, void (*adjust)(struct lucid_config *config)) {
    struct rig_peer peer;
    rig_open(&rig, adjust);
    for (unsigned i = 0; i < n; i++) {
        rig_connect(&rig, &peer, i);
    }
}

/* One more connection, a request, an answer, the end; time passes. */
static void talk(uint32_t number) {
    static uint8_t data[100];
    struct rig_peer peer;
    rig_connect(&rig, &peer, number);
    rig_segment(&rig, &peer,
                &(struct rig_segment){.seq = peer.seq, .ack = peer.ack, .flags = LUCID_ACK, .payload = sizeof data});
    peer.seq += sizeof data;
    rig_events(&rig);
    lucid_recv(rig.stack, peer.fd, data, sizeof data, 0);
    lucid_send(rig.stack, peer.fd, data, sizeof data, 0);
    lucid_close(rig.stack, peer.fd);
    rig_pull(&rig, UINT32_MAX);
    peer.ack += sizeof data + 1;
    rig_segment(&rig, &peer, &(struct rig_segment){.seq = peer.seq, .ack = peer.ack, .flags = LUCID_ACK | LUCID_FIN});
    rig_pull(&rig, UINT32_MAX);
    rig_pass(&rig, LUCID_MILLISECOND);
}

static void connections(unsigned n) {
    open_crowd(n, crowd);
    rig_forget(&rig);
    for (unsigned i = 0; i < 100; i++) {
        talk(n + i);
    }
}

/* As connections come. */
static void growth(unsigned n) {
    rig_open(&rig, NULL);
    rig_forget(&rig);
    struct rig_peer peer;
    for (unsigned i = 0; i < n; i++) {
        rig_connect(&rig, &peer, i);
    }
}

static void sleepy(struct lucid_config *config) {
    config->sleep_after = LUCID_SECOND;
}

/* All fall asleep. */
static void sleepers(unsigned n) {
    open_crowd(n, sleepy);
    rig_forget(&rig);
    for (unsigned i = 0; i < 2 * n + 3000; i++) {
        rig_pass(&rig, LUCID_MILLISECOND);
    }
}

/* All sleep but the last: the hand goes along what they have left behind. Even few are more than one turn sees. */
static void hand(unsigned n) {
    struct rig_peer peer;
    unsigned crowd = 4 * n;
    open_crowd(crowd, sleepy);
    rig_connect(&rig, &peer, crowd);
    rig_segment(&rig, &peer, &(struct rig_segment){.seq = peer.seq, .ack = peer.ack, .flags = LUCID_ACK, .payload = 1});
    for (unsigned i = 0; i < crowd / 16 + 3000; i++) {
        rig_pass(&rig, LUCID_MILLISECOND);
    }
    struct lucid_stats stats;
    lucid_stats(rig.stack, &stats);
    if (stats.sleeping != crowd) {
        fprintf(stderr, "costs: of %u connections %u sleep\n", crowd, stats.sleeping);
        exit(1);
    }
    rig_forget(&rig);
    for (unsigned i = 0; i < 10; i++) {
        rig_pass(&rig, LUCID_SECOND);
    }
}

static void keepalives(unsigned n) {
    struct rig_peer peer;
    int on = 1;
    rig_open(&rig, NULL);
    lucid_setsockopt(rig.stack, rig.listener, LUCID_SOL_SOCKET, LUCID_SO_KEEPALIVE, &on, sizeof on);
    for (unsigned i = 0; i < n; i++) {
        rig_connect(&rig, &peer, i);
    }
    rig_forget(&rig);
    for (unsigned i = 0; i < 3 * n; i++) {
        rig_pass(&rig, lucid_deadline(rig.stack) - rig.now);
        rig_pull(&rig, UINT32_MAX);
    }
}

/* ---- our own ports ---- */

static void narrow(struct lucid_config *config) {
    config->port_first = 50000;
    config->port_last = 50000 + 4500 - 1;
}

/* Connections to one port of a peer, from more and more of ours. */
static void ports(unsigned n) {
    rig_open(&rig, narrow);
    for (unsigned i = 0; i < n; i++) {
        rig_call_out(&rig, 7);
    }
    rig_forget(&rig);
    for (unsigned i = 0; i < 50; i++) {
        rig_call_out(&rig, 7);
    }
}

/* ---- fragments ---- */

/* Fragments of one datagram, of eight octets each: every second one, and then the others. */
static void fragments(unsigned n) {
    static const uint8_t nothing[8];
    const struct lucid_addr from = rig_address(1), to = rig_address(0);
    unsigned count = 8 * n;
    struct lucid_stats before, after;
    rig_open(&rig, NULL);
    lucid_stats(rig.stack, &before);
    rig_forget(&rig);
    for (unsigned i = 0; i < count; i++) {
        unsigned place = i < count / 2 ? 2 * i : 2 * (i - count / 2) + 1;
        craft_begin(&rig.craft, &from, &to, 17);
        craft_put(&rig.craft, nothing, sizeof nothing);
        rig.craft.octets[5] = 1;                            /* the identification */
        rig.craft.octets[6] = (uint8_t)(0x20 | place >> 8); /* more fragments, and the offset */
        rig.craft.octets[7] = (uint8_t)place;
        rig_hand_in(&rig);
    }
    lucid_stats(rig.stack, &after);
    if (after.memory - before.memory < count * sizeof nothing) {
        fprintf(stderr, "costs: the fragments are not kept\n");
        exit(1);
    }
}

/* ---- the table ---- */

/* What is moved now and then, all of it at once, is judged by what a call costs on the average. */
enum judge { BY_DEAREST, BY_AVERAGE };

static const struct costs_case {
    const char *name;
    void (*run)(unsigned n);
    enum judge judge;
    unsigned many;
} cases[] = {
    /* data */
    {"gaps", gaps, BY_DEAREST, MANY},
    {"holes", holes, BY_DEAREST, MANY},
    {"repairs", repairs, BY_DEAREST, MANY},
    {"disorder", disorder, BY_AVERAGE, MANY},
    {"late", late, BY_DEAREST, MANY},
    /* connections and ports */
    {"connections", connections, BY_DEAREST, MANY},
    {"growth", growth, BY_AVERAGE, MANY},
    {"sleepers", sleepers, BY_DEAREST, MANY},
    {"hand", hand, BY_DEAREST, MANY},
    {"keepalives", keepalives, BY_AVERAGE, MANY},
    {"ports", ports, BY_AVERAGE, MANY},
    {"fragments", fragments, BY_DEAREST, 250},
};

static uint64_t cost_of(const struct costs_case *one, unsigned n) {
    one->run(n);
    uint64_t cost = one->judge == BY_DEAREST ? rig.most : rig.sum / (rig.calls > 0 ? rig.calls : 1);
    rig_close(&rig);
    return cost;
}

static bool judge(const struct costs_case *one) {
    uint64_t few = cost_of(one, FEW), many = cost_of(one, one->many);
    bool good = few > 0 && many <= 2 * few;
    printf("%s %s: the %s call costs %" PRIu64 " blocks with %d, %" PRIu64 " with %u\n", good ? "ok" : "not ok",
           one->name, one->judge == BY_DEAREST ? "dearest" : "average", few, FEW, many, one->many);
    return good;
}

int main(void) {
    int failed = 0;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        failed += !judge(&cases[i]);
    }
    return failed > 0;
}
