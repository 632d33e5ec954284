/* queue.c: datagrams between the wire and their reader: the receive queue of a socket, and reading from it. */
#include "udp/socket.h"

#include "base/bytes.h"

struct udp_message {
    struct udp_message *next;
    struct lucid_sockaddr remote;
    struct lucid_addr local;
    uint32_t length; /* octets of data */
    uint8_t tos;
    uint8_t data[];
};

enum lucid_drop queue_put(struct udp *udp, struct udp_socket *socket, const struct ip_datagram *in, uint16_t port,
                          const uint8_t *data, size_t length) {
    size_t cost = sizeof(struct udp_message) + length;
    if (socket->queued > socket->rcvbuf || cost > socket->rcvbuf - socket->queued) {
        return LUCID_DROP_UDP_QUEUE;
    }
    struct udp_message *message = env_alloc(udp->env, cost);
    if (!message) {
        return LUCID_DROP_NO_MEMORY;
    }
    message->next = NULL;
    message->remote = (struct lucid_sockaddr){.addr = in->source, .port = port};
    message->local = in->destination;
    message->length = (uint32_t)length;
    message->tos = in->tos;
    copy_octets(message->data, data, length);
    if (socket->last) {
        socket->last->next = message;
    } else {
        socket->first = message;
    }
    socket->last = message;
    socket->queued += (uint32_t)cost;
    socket_changed(udp, socket);
    return LUCID_DROP_NONE;
}

static void drop_first(struct udp *udp, struct udp_socket *socket) {
    struct udp_message *message = socket->first;
    uint32_t cost = (uint32_t)sizeof *message + message->length;
    socket->first = message->next;
    if (!socket->first) {
        socket->last = NULL;
    }
    socket->queued -= cost;
    env_free(udp->env, message, cost);
}

void queue_clear(struct udp *udp, struct udp_socket *socket) {
    while (socket->first) {
        drop_first(udp, socket);
    }
}

ptrdiff_t udp_recvfrom(struct udp *udp, struct udp_socket *socket, void *data, size_t length, bool peek,
                       struct lucid_sockaddr *remote, struct lucid_sockaddr *local) {
    if (socket->error != 0) {
        return -udp_take_error(socket);
    }
    const struct udp_message *message = socket->first;
    if (!message) {
        return socket->read_shut ? 0 : -LUCID_EAGAIN;
    }
    size_t taken = min_size(length, message->length);
    copy_octets(data, message->data, taken);
    socket->tos_received = message->tos;
    if (remote) {
        *remote = message->remote;
    }
    if (local) {
        *local = (struct lucid_sockaddr){.addr = message->local, .port = socket->local.port};
    }
    if (!peek) {
        drop_first(udp, socket);
    }
    return (ptrdiff_t)taken;
}
