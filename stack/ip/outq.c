/* outq.c: datagrams in waiting. See outq.h. */
#include "ip/outq.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "ip/cutting.h"
#include "wire/pseudo.h"
#include "wire/tcp.h"
#include "wire/udp.h"

struct datagram *datagram_new(struct env *env, uint32_t length) {
    struct datagram *datagram = env_alloc(env, sizeof *datagram + length);
    if (!datagram) {
        return NULL;
    }
    zero_octets(datagram, sizeof *datagram);
    datagram->length = length;
    datagram->room = length;
    return datagram;
}

void datagram_free(struct env *env, struct datagram *datagram) {
    if (datagram) {
        env_free(env, datagram, sizeof *datagram + datagram->room);
    }
}

void datagram_checksum(const struct env *env, struct datagram *datagram, uint16_t start, uint16_t offset,
                       uint8_t protocol, const struct lucid_addr *source, const struct lucid_addr *destination) {
    uint8_t *field = datagram->octets + start + offset;
    uint32_t length = datagram->length - start;
    uint64_t sum = pseudo_header_sum(source, destination, protocol, length);
    /* A device cannot complete the checksum of a message of which it sees only a fragment. */
    bool offered = (env->config.offload & LUCID_OFFLOAD_CHECKSUM) != 0 && !cutting_needed(env, datagram->length);
    datagram->checksum_start = start;
    datagram->checksum_offset = offset;
    if (offered && (protocol == TCP_PROTOCOL || protocol == UDP_PROTOCOL)) {
        datagram->checksum = LUCID_CHECKSUM_PARTIAL;
        put16(field, checksum_fold(sum));
        return;
    }
    put16(field, 0);
    uint16_t checksum = checksum_finish(checksum_add(sum, datagram->octets + start, length));
    /* RFC 768: zero means "none", so a sum that comes out as zero is sent as its other form. */
    put16(field, protocol == UDP_PROTOCOL && checksum == 0 ? 0xffff : checksum);
}

void outq_push(struct outq *queue, struct datagram *datagram) {
    datagram->next = NULL;
    if (queue->last) {
        queue->last->next = datagram;
    } else {
        queue->first = datagram;
    }
    queue->last = datagram;
    queue->count++;
    queue->octets += datagram_cost(datagram->room);
}

bool outq_push_reply(struct env *env, struct outq *queue, struct datagram *datagram) {
    if (queue->count >= env->config.replies_max) {
        datagram_free(env, datagram);
        env_drop(env, 0, LUCID_DROP_REPLY_QUEUE);
        return false;
    }
    outq_push(queue, datagram);
    return true;
}

struct datagram *outq_pop(struct outq *queue) {
    struct datagram *datagram = queue->first;
    if (!datagram) {
        return NULL;
    }
    queue->first = datagram->next;
    if (!queue->first) {
        queue->last = NULL;
    }
    datagram->next = NULL;
    queue->count--;
    queue->octets -= datagram_cost(datagram->room);
    return datagram;
}

void outq_splice(struct outq *to, struct outq *from) {
    if (!from->first) {
        return;
    }
    if (to->last) {
        to->last->next = from->first;
    } else {
        to->first = from->first;
    }
    to->last = from->last;
    to->count += from->count;
    to->octets += from->octets;
    *from = (struct outq){0};
}

void outq_clear(struct env *env, struct outq *queue) {
    struct datagram *datagram;
    while ((datagram = outq_pop(queue))) {
        datagram_free(env, datagram);
    }
}
