/* outq.h: packets that are ready to leave and belong to no connection.
 *
 * Answers to strangers (RST, echo replies, ICMP errors) and UDP datagrams are built whole, IP header included, in
 * memory of their own and wait in a queue until the owner of the stack pulls them. A struct datagram has one owner at a
 * time: whoever made it, then the queue, then, once it is on its way out, struct ip (see ip_emit() in ip.h), which
 * frees it when the next packet leaves.
 *
 * Order of calls: datagram_new(), write datagram->octets, datagram_checksum() if the transport has one, outq_push();
 * later outq_pop() and ip_emit(). What is not pushed goes back by datagram_free().
 */
#ifndef IP_OUTQ_H
#define IP_OUTQ_H

#include "base/env.h"

struct datagram {
    struct datagram *next;
    uint64_t id;             /* in the trace; 0: it gets one when it leaves */
    uint32_t length;         /* octets of packet; may be lowered after datagram_new() */
    uint32_t room;           /* octets allocated behind this struct */
    uint16_t header_length;  /* octets of IP and transport header */
    uint16_t checksum_start; /* as in struct lucid_packet */
    uint16_t checksum_offset;
    uint8_t checksum; /* enum lucid_checksum */
    uint8_t octets[];
};

struct outq {
    struct datagram *first, *last;
    uint32_t count;
    uint32_t octets; /* of memory in all of them: see datagram_cost() */
};

/* A datagram of length octets whose contents are yet undefined; checksum LUCID_CHECKSUM_FULL. NULL when memory is
 * short. */
struct datagram *datagram_new(struct env *env, uint32_t length);
void datagram_free(struct env *env, struct datagram *datagram);

/* The octets of memory that a datagram of this length takes: what queues of sockets are charged with. */
static inline uint32_t datagram_cost(uint32_t length) {
    return length + (uint32_t)sizeof(struct datagram);
}

/* Completes the checksum of a TCP, UDP or ICMPv6 message that begins at start and reaches to the end of the datagram,
 * or leaves that to the device when config.offload has LUCID_OFFLOAD_CHECKSUM and the protocol is TCP or UDP. offset:
 * of the checksum field, from start. */
void datagram_checksum(const struct env *env, struct datagram *datagram, uint16_t start, uint16_t offset,
                       uint8_t protocol, const struct lucid_addr *source, const struct lucid_addr *destination);

/* Puts a datagram at the end, whatever the length of the queue. */
void outq_push(struct outq *queue, struct datagram *datagram);

/* The same for answers: a queue that holds config.replies_max of them drops this one instead, counts and traces
 * LUCID_DROP_REPLY_QUEUE and returns false. */
bool outq_push_reply(struct env *env, struct outq *queue, struct datagram *datagram);

/* Takes the first one out; NULL when there is none. */
struct datagram *outq_pop(struct outq *queue);

/* Moves everything to the end of another queue. */
void outq_splice(struct outq *to, struct outq *from);

/* Frees everything in it. */
void outq_clear(struct env *env, struct outq *queue);

#endif
