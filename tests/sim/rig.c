/* rig.c: see rig.h. */
#include "sim/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "harness/work.h"

/* Packets between two looks at all invariants, which take their time. */
enum { CHECKED = 64 };

/* The window of peers, scaled by 2^7: 8 MB. */
enum { SHIFT = 7, WINDOW = 65535, TCP = 6 };

static void expect(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "rig: %s\n", what);
        exit(1);
    }
}

static struct lucid_addr ipv4(uint32_t addr) {
    struct lucid_addr made = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};
    for (unsigned i = 0; i < 4; i++) {
        made.octet[12 + i] = (uint8_t)(addr >> (24 - 8 * i));
    }
    return made;
}

static const uint32_t OWN = 0x0a000001;

/* 32768 ports of each address. */
static struct lucid_addr address_of(const struct rig_peer *peer) {
    return ipv4(0x0a010000 + (peer->number >> 15));
}

static uint16_t port_of(const struct rig_peer *peer) {
    return (uint16_t)(1024 + (peer->number & 0x7fff));
}

struct lucid_addr rig_address(int side) {
    return side == 0 ? ipv4(OWN) : address_of(&(struct rig_peer){0});
}

static void begin_counting(void) {
    work_blocks = 0;
}

static void end_counting(struct rig *rig) {
    rig->most = work_blocks > rig->most ? work_blocks : rig->most;
    rig->sum += work_blocks;
    rig->calls++;
}

static void check(const struct rig *rig) {
    struct check_report report;
    int broken = stack_check(rig->stack, &report);
    expect(!broken, report.broken);
}

void rig_forget(struct rig *rig) {
    rig->most = rig->sum = rig->calls = 0;
}

void rig_open(struct rig *rig, void (*adjust)(struct lucid_config *config)) {
    struct lucid_config config;
    const struct lucid_sockaddr local = {.port = RIG_PORT};
    memset(rig, 0, sizeof *rig);
    rig->now = LUCID_SECOND;
    vhost_init(&rig->host, 1);
    lucid_config_default(&config);
    vhost_lend(&rig->host, &config);
    config.addrs[0] = (struct lucid_ifaddr){.addr = ipv4(OWN), .prefix = 8};
    config.addr_count = 1;
    if (adjust) {
        adjust(&config);
    }
    expect(lucid_create(&rig->stack, &config, rig->now) == 0, "a stack");
    rig->listener = lucid_socket(rig->stack, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    expect(lucid_bind(rig->stack, rig->listener, &local) == 0, "a port");
    expect(lucid_listen(rig->stack, rig->listener, 64) == 0, "a listener");
}

void rig_close(struct rig *rig) {
    check(rig);
    lucid_destroy(rig->stack);
    expect(vhost_clean(&rig->host), rig->host.fault);
}

void rig_hand_in(struct rig *rig) {
    craft_seal(&rig->craft);
    rig->in = (struct lucid_packet){.slices = 1, .length = (uint32_t)rig->craft.length};
    rig->in.slice[0] = (struct lucid_slice){rig->craft.octets, rig->craft.length};
    begin_counting();
    lucid_input(rig->stack, rig->now, &rig->in);
    end_counting(rig);
    if (++rig->packets % CHECKED == 0) {
        check(rig);
    }
}

void rig_segment(struct rig *rig, const struct rig_peer *peer, const struct rig_segment *segment) {
    static const uint8_t payload[UINT16_MAX];
    struct lucid_addr from = address_of(peer), to = ipv4(OWN);
    struct craft_tcp header = {
        .source = port_of(peer),
        .destination = RIG_PORT,
        .seq = segment->seq,
        .ack = segment->ack,
        .flags = segment->flags,
        .window = WINDOW,
        .options = segment->options,
        .option_length = segment->option_length,
    };
    craft_begin(&rig->craft, &from, &to, TCP);
    craft_tcp(&rig->craft, &header);
    craft_put(&rig->craft, payload, segment->payload);
    rig_hand_in(rig);
}

static uint32_t get32(const uint8_t *from) {
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static void note_left(struct rig *rig) {
    const uint8_t *tcp = rig->out.slice[0].data + 20;
    rig->left.seq = get32(tcp + 4);
    rig->left.ack = get32(tcp + 8);
    rig->left.flags = tcp[13];
    rig->left.window = (uint16_t)(tcp[14] << 8 | tcp[15]);
    rig->left.payload = rig->out.length - 20 - (uint32_t)(tcp[12] >> 4) * 4;
}

unsigned rig_pull(struct rig *rig, unsigned most) {
    for (unsigned i = 0; i < most; i++) {
        begin_counting();
        bool left = lucid_output(rig->stack, rig->now, &rig->out);
        end_counting(rig);
        if (!left) {
            return i;
        }
        note_left(rig);
    }
    return most;
}

void rig_pass(struct rig *rig, lucid_time time) {
    rig->now += time;
    begin_counting();
    lucid_tick(rig->stack, rig->now);
    lucid_deadline(rig->stack);
    end_counting(rig);
}

unsigned rig_events(struct rig *rig) {
    struct lucid_ready ready;
    for (unsigned count = 0;; count++) {
        begin_counting();
        bool more = lucid_next_event(rig->stack, &ready);
        end_counting(rig);
        if (!more) {
            return count;
        }
    }
}

int rig_call_out(struct rig *rig, uint16_t port) {
    struct lucid_sockaddr remote = {.addr = address_of(&(struct rig_peer){0}), .port = port};
    int fd = lucid_socket(rig->stack, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    begin_counting();
    int result = lucid_connect(rig->stack, fd, &remote);
    end_counting(rig);
    rig_pull(rig, UINT32_MAX);
    return result;
}

void rig_connect(struct rig *rig, struct rig_peer *peer, uint32_t number) {
    static const uint8_t options[] = {2, 4, RIG_MSS >> 8, RIG_MSS & 255, 4, 2, 1, 3, 3, SHIFT};
    *peer = (struct rig_peer){.number = number, .seq = 1000};
    struct rig_segment syn = {
        .seq = peer->seq++, .flags = LUCID_SYN, .options = options, .option_length = sizeof options};
    rig_segment(rig, peer, &syn);
    expect(rig_pull(rig, 1) == 1 && rig->left.flags == (LUCID_SYN | LUCID_ACK), "a SYN,ACK");
    peer->ack = rig->left.seq + 1;
    rig_pass(rig, LUCID_MILLISECOND);
    rig_segment(rig, peer, &(struct rig_segment){.seq = peer->seq, .ack = peer->ack, .flags = LUCID_ACK});
    peer->fd = lucid_accept(rig->stack, rig->listener, NULL);
    expect(peer->fd > 0, "a connection");
    rig_events(rig);
}

void rig_sack(struct rig *rig, const struct rig_peer *peer, uint32_t ack, const struct rig_blocks *blocks) {
    struct craft options = {.length = 0};
    craft_put16(&options, 5 << 8 | (2 + 8 * blocks->count));
    for (unsigned i = 0; i < blocks->count; i++) {
        craft_put32(&options, blocks->left[i]);
        craft_put32(&options, blocks->right[i]);
    }
    rig_segment(rig, peer,
                &(struct rig_segment){.seq = peer->seq,
                                      .ack = ack,
                                      .flags = LUCID_ACK,
                                      .options = options.octets,
                                      .option_length = (uint8_t)options.length});
}
