/* ping.c: echo sockets: "is anybody there?" as a datagram. RFC 792, RFC 4443 4.1 and 4.2; Linux's icmp(7) has the same.
 *
 * The application writes an echo request from its ICMP header on, and reads replies in the same form. The identifier is
 * the socket's, chosen like a port, so that each socket gets the replies to its own requests only; the checksum is
 * ours.
 */
#include "base/addr.h"
#include "base/bytes.h"
#include "base/checksum.h"
#include "ip/elsewhere.h"
#include "udp/port.h"
#include "udp/socket.h"
#include "wire/icmp.h"

static const size_t IDENTIFIER_AT = 4;

void udp_make_echo(struct udp_socket *socket, uint8_t protocol) {
    socket->protocol = protocol;
}

bool ping_is_request(const struct udp_socket *socket, const uint8_t *message, size_t length) {
    uint8_t echo = socket->protocol == ICMP4_PROTOCOL ? ICMP4_ECHO : ICMP6_ECHO;
    return length >= ICMP_HEADER && message[0] == echo && message[1] == 0;
}

struct datagram *ping_build(struct udp *udp, const struct udp_socket *socket, const struct lucid_addr *source,
                            const struct lucid_sockaddr *remote, const uint8_t *message, uint32_t length) {
    uint32_t head = ip_head_length(&remote->addr);
    struct datagram *datagram = datagram_new(udp->env, head + length);
    if (!datagram) {
        return NULL;
    }
    uint8_t *octets = datagram->octets + head;
    ip_head(datagram->octets, source, &remote->addr, socket->protocol, socket->ttl, socket->tos, length);
    copy_octets(octets, message, length);
    put16(octets + IDENTIFIER_AT, socket->local.port);
    datagram->header_length = (uint16_t)(head + ICMP_HEADER);
    icmp_checksum(udp->env, datagram, source, &remote->addr);
    return datagram;
}

enum lucid_drop udp_echo_reply(struct udp *udp, const struct ip_datagram *in) {
    struct lucid_sockaddr local = {.addr = in->destination, .port = get16(in->payload + IDENTIFIER_AT)};
    struct lucid_sockaddr remote = {.addr = in->source};
    struct udp_socket *socket = port_find(udp, in->protocol, &local, &remote);
    if (!socket) {
        return elsewhere_port(udp->ip, in, local.port) ? LUCID_DROP_ELSEWHERE : LUCID_DROP_ICMP_TYPE;
    }
    return queue_put(udp, socket, in, 0, in->payload, in->length);
}
