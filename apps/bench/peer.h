/* peer.h: a stack in memory, and at the other end not a second one but a script: clients that say what Linux would say,
 * with as little code as that takes. What is counted then is the stack's and the server's work, and memory is theirs.
 *
 *     bench_peer_open(&peer, alloc...)      a stack with one address
 *     bench_peer_connect(&peer, i, port)    SYN, SYN-ACK, ACK: client i, each from its own port
 *     bench_peer_send(&peer, i, octets...)  one segment, which acknowledges what has come
 *     bench_peer_take(&peer)                what the stack wants to say, until it is silent
 *
 * No segment is ever lost, and each client is heard in order: a client knows two sequence numbers and a time stamp.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "lucid/lucid.h"
#include "lucid/socket.h"

/* Lends a stack in memory what it needs: malloc and getrandom. */
void bench_lend(struct lucid_config *config);

/* Octets that malloc has given to whoever asked. */
size_t bench_allocated(void);

struct bench_client {
    uint32_t next;  /* SND.NXT */
    uint32_t heard; /* RCV.NXT */
    uint32_t stamp; /* the latest TSval */
};

struct bench_peer {
    struct lucid_stack *stack;
    lucid_time now;
    struct bench_client *client;
    unsigned clients;
    uint16_t port; /* of the server */
    bool ipv6;
    uint64_t octets;   /* of payload that came */
    uint64_t segments; /* that came with payload, as the device would have cut them */
    struct lucid_packet in, out;
};

/* The port of the server. Returns false when there is no memory. */
bool bench_peer_open(struct bench_peer *peer, unsigned clients, uint16_t port, bool ipv6);
void bench_peer_close(struct bench_peer *peer);

/* Client i opens its connection; the server must be listening. False: it was refused. */
bool bench_peer_connect(struct bench_peer *peer, unsigned i);

/* Hands over a segment of client i; length 0: only an ACK. segment_size: as the device would say. */
void bench_peer_send(struct bench_peer *peer, unsigned i, const void *octets, uint32_t length, uint16_t segment_size);

/* Client i acknowledges what has come and sends its FIN. */
void bench_peer_finish(struct bench_peer *peer, unsigned i);

/* Takes all packets of the stack; returns how many. */
unsigned bench_peer_take(struct bench_peer *peer);

#endif
