/* udp.c: datagrams that come and datagrams that leave. RFC 768. See udp.h. */
#include "udp/udp.h"

#include "base/bytes.h"
#include "ip/elsewhere.h"
#include "udp/port.h"
#include "udp/socket.h"
#include "wire/icmp.h"

/* ---- in ---- */

/* RFC 1122 4.1.3.4: a checksum that is there is verified; none (0) is allowed over IPv4 only, RFC 8200 8.1. */
static bool checksum_ok(const struct ip_datagram *in, const struct udp_header *header) {
    if (header->checksum == 0 && in->carrier->checksum == LUCID_CHECKSUM_FULL) {
        return lucid_addr_is_ipv4(&in->source);
    }
    struct ip_datagram trimmed = *in;
    trimmed.length = header->length; /* what lies behind is not UDP's */
    return ip_checksum_ok(&trimmed);
}

enum lucid_drop udp_input(struct udp *udp, const struct ip_datagram *in) {
    struct udp_header header;
    enum lucid_drop drop = udp_parse(in->payload, in->length, &header);
    if (drop != LUCID_DROP_NONE) {
        return drop;
    }
    if (!checksum_ok(in, &header)) {
        return LUCID_DROP_UDP_CHECKSUM;
    }
    struct lucid_sockaddr local = {.addr = in->destination, .port = header.destination_port};
    struct lucid_sockaddr remote = {.addr = in->source, .port = header.source_port};
    struct udp_socket *socket = port_find(udp, UDP_PROTOCOL, &local, &remote);
    if (!socket && elsewhere_port(udp->ip, in, local.port)) {
        return LUCID_DROP_ELSEWHERE;
    }
    if (!socket) {
        icmp_port_unreachable(udp->ip, in); /* RFC 1122 4.1.3.1 */
        return LUCID_DROP_UDP_PORT;
    }
    drop = queue_put(udp, socket, in, remote.port, in->payload + UDP_HEADER, (size_t)header.length - UDP_HEADER);
    udp->env->stats.udp_in += drop == LUCID_DROP_NONE;
    return drop;
}

/* RFC 1122 4.1.3.3. Only a socket with a peer can tell which of its datagrams the error is about. */
enum lucid_drop udp_icmp_error(struct udp *udp, const struct ip_datagram *in, const struct icmp_error *error) {
    struct udp_socket *socket = port_find(udp, UDP_PROTOCOL, &error->local, &error->remote);
    if (!socket && elsewhere_port(udp->ip, in, error->local.port)) {
        return LUCID_DROP_ELSEWHERE;
    }
    if (!socket || !socket->connected) {
        return LUCID_DROP_ICMP_QUOTE;
    }
    socket->error = error->error;
    socket_changed(udp, socket);
    return LUCID_DROP_NONE;
}

/* ---- out ---- */

static struct datagram *build(struct udp *udp, const struct udp_socket *socket, const struct lucid_addr *source,
                              const struct lucid_sockaddr *remote, const void *data, uint32_t length) {
    uint32_t head = ip_head_length(&remote->addr);
    struct datagram *datagram = datagram_new(udp->env, head + UDP_HEADER + length);
    if (!datagram) {
        return NULL;
    }
    struct udp_header header = {
        .source_port = socket->local.port,
        .destination_port = remote->port,
        .length = (uint16_t)(UDP_HEADER + length),
    };
    ip_head(datagram->octets, source, &remote->addr, UDP_PROTOCOL, socket->ttl, socket->tos, UDP_HEADER + length);
    udp_build(datagram->octets + head, &header);
    copy_octets(datagram->octets + head + UDP_HEADER, data, length);
    datagram->header_length = (uint16_t)(head + UDP_HEADER);
    datagram_checksum(udp->env, datagram, (uint16_t)head, UDP_CHECKSUM_AT, UDP_PROTOCOL, source, &remote->addr);
    return datagram;
}

static ptrdiff_t send_one(struct udp *udp, struct udp_socket *socket, const void *data, size_t length,
                          const struct lucid_sockaddr *remote) {
    struct lucid_addr source;
    int error = socket_prepare(udp, socket, remote, &source);
    if (error != 0) {
        return error;
    }
    bool echo = socket_echoes(socket);
    if (length > ip_datagram_max(&remote->addr) - (echo ? 0 : UDP_HEADER)) {
        return -LUCID_EMSGSIZE;
    }
    if (echo && !ping_is_request(socket, data, length)) {
        return -LUCID_EINVAL;
    }
    if (!socket_writable(socket)) {
        return -LUCID_EAGAIN;
    }
    struct datagram *datagram = echo ? ping_build(udp, socket, &source, remote, data, (uint32_t)length)
                                     : build(udp, socket, &source, remote, data, (uint32_t)length);
    if (!datagram) {
        return -LUCID_ENOMEM;
    }
    if (socket->out.count == 0) {
        list_push_back(&udp->sending, &socket->in_sending);
    }
    outq_push(&socket->out, datagram);
    return (ptrdiff_t)length;
}

ptrdiff_t udp_sendto(struct udp *udp, struct udp_socket *socket, const void *data, size_t length,
                     const struct lucid_sockaddr *remote) {
    if (socket->error != 0) {
        return -udp_take_error(socket);
    }
    if (socket->write_shut) {
        return -LUCID_EPIPE;
    }
    if (!remote && !socket->connected) {
        return -LUCID_EDESTADDRREQ;
    }
    return send_one(udp, socket, data, length, remote ? remote : &socket->remote);
}

/* Takes the next datagram of the socket whose turn it is. */
static struct datagram *pop_in_turn(struct udp *udp) {
    struct list_node *node = list_pop_front(&udp->sending);
    if (!node) {
        return NULL;
    }
    struct udp_socket *socket = CONTAINER_OF(node, struct udp_socket, in_sending);
    bool was_writable = socket_writable(socket);
    struct datagram *datagram = outq_pop(&socket->out);
    if (socket->out.count > 0) {
        list_push_back(&udp->sending, node);
    }
    if (!was_writable && socket_writable(socket)) {
        socket_changed(udp, socket);
    }
    return datagram;
}

bool udp_output(struct udp *udp, struct lucid_packet *out) {
    struct datagram *datagram = outq_pop(&udp->orphans);
    if (!datagram) {
        datagram = pop_in_turn(udp);
    }
    if (!datagram) {
        return false;
    }
    udp->env->stats.udp_out += datagram->checksum_offset == UDP_CHECKSUM_AT;
    udp->env->stats.icmp_out += datagram->checksum_offset == ICMP_CHECKSUM_AT;
    ip_emit(udp->ip, datagram, out);
    return true;
}

bool udp_output_pending(const struct udp *udp) {
    return udp->orphans.first || !list_empty(&udp->sending);
}
