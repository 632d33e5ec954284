/* rig.h: one stack, and peers whose segments are made by hand: what does one call cost?
 *
 * In the build that counts (harness/work.h), rig.most is the greatest number of basic blocks that one call of the stack
 * ran through since rig_forget(), and rig.sum that of all calls: one packet in, one packet out, one tick, one event. In
 * other builds both stay 0.
 *
 * Ours is 10.0.0.1; a server listens on RIG_PORT.
 */
#ifndef SIM_RIG_H
#define SIM_RIG_H

#include "harness/vhost.h"
#include "lucid/info.h"
#include "lucid/lucid.h"
#include "lucid/socket.h"
#include "lucid/trace.h"
#include "sim/craft.h"

enum { RIG_PORT = 80, RIG_MSS = 1000 };

struct rig {
    struct vhost host;
    struct lucid_stack *stack;
    lucid_time now;
    int listener;
    struct craft craft;
    struct lucid_packet in, out;
    uint64_t most, sum, calls, packets;
    struct {
        uint32_t seq, ack, payload;
        uint16_t window; /* as it is written there */
        uint8_t flags;
    } left; /* the latest segment that was pulled */
};

/* One end of a connection, as the peer sees it. */
struct rig_peer {
    uint32_t number;   /* says its address and port */
    uint32_t seq, ack; /* the next ones */
    int fd;            /* our end */
};

/* A segment of a peer. Its options are padded; the payload is so many octets of anything. */
struct rig_segment {
    uint32_t seq, ack;
    uint8_t flags;
    const uint8_t *options;
    uint8_t option_length;
    uint16_t payload;
};

/* 10.0.0.1, ours, with 0; of a peer with 1. */
struct lucid_addr rig_address(int side);

/* adjust changes the configuration; NULL: the default one. */
void rig_open(struct rig *rig, void (*adjust)(struct lucid_config *config));
void rig_close(struct rig *rig);

void rig_forget(struct rig *rig);

/* Each counts what its dearest call cost. */
void rig_hand_in(struct rig *rig);
void rig_segment(struct rig *rig, const struct rig_peer *peer, const struct rig_segment *segment);
unsigned rig_pull(struct rig *rig, unsigned most);
void rig_pass(struct rig *rig, lucid_time time);
unsigned rig_events(struct rig *rig);

/* Opens a connection to a port of a peer; what the call says. */
int rig_call_out(struct rig *rig, uint16_t port);

/* Opens a connection from a peer and accepts it. */
void rig_connect(struct rig *rig, struct rig_peer *peer, uint32_t number);

/* Four blocks of a SACK option, at most. */
struct rig_blocks {
    uint32_t left[4], right[4];
    unsigned count;
};
void rig_sack(struct rig *rig, const struct rig_peer *peer, uint32_t ack, const struct rig_blocks *blocks);

#endif
