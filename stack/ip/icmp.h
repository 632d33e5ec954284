/* icmp.h: ICMP (RFC 792, RFC 1122 3.2.2) and ICMPv6 (RFC 4443) of a host.
 *
 * Three jobs: answer echo requests, and know the answers to ours; understand errors about packets that we sent and say
 * what they are about; send errors about packets that we cannot take. The errors received are not acted on here: core/
 * hands them to the TCP connection or UDP socket whose packet is quoted, which decides whether to believe them (RFC
 * 5927).
 */
#ifndef IP_ICMP_H
#define IP_ICMP_H

#include "base/seq32.h"
#include "ip/ip.h"

enum icmp_kind {
    ICMP_NOTHING, /* not an error; nothing is to be handed on */
    ICMP_REPLY,   /* not an error: an answer to an echo request, for udp_echo_reply() */
    ICMP_SOFT,    /* it may pass: the connection lives (RFC 9293 3.9.2.2, MUST-56) */
    ICMP_HARD,    /* it will not (SHLD-26) */
    ICMP_TOO_BIG, /* a router could not pass on a packet of this size (RFC 1191, RFC 8201) */
};

/* An error about a packet of ours, as far as the quoted octets tell. */
struct icmp_error {
    enum icmp_kind kind;
    int error;                           /* what a socket call would say: LUCID_ECONNREFUSED ... */
    struct lucid_sockaddr local, remote; /* the quoted packet's source and destination */
    uint8_t protocol;                    /* TCP_PROTOCOL or UDP_PROTOCOL */
    uint8_t type, code;
    struct seq32 seq; /* TCP: the quoted sequence number; to be checked (RFC 5927 4.1) */
    uint32_t mtu;     /* ICMP_TOO_BIG: of the next hop; 0: an old router that does not tell */
    uint32_t length;  /* of the quoted packet, by its IP header */
};

/* Deals with an ICMP or ICMPv6 message. An echo request is answered. For an error about a TCP or UDP packet of ours
 * error->kind says what it is; for an echo reply it is ICMP_REPLY; otherwise ICMP_NOTHING. Returns LUCID_DROP_NONE,
 * or why the message is to be dropped. */
enum lucid_drop icmp_input(struct ip *ip, const struct ip_datagram *in, struct icmp_error *error);

/* A message to send: eight octets of header, then data. */
struct icmp_message {
    const struct lucid_addr *source, *destination;
    uint32_t rest; /* as in struct icmp_header */
    const uint8_t *data;
    uint32_t length; /* octets of data */
    uint8_t type, code, tos;
};

/* Fills in the checksum of a message that stands behind the IP header in the datagram: over a pseudo-header for IPv6
 * (RFC 4443 2.3), without one for IPv4 (RFC 792). */
void icmp_checksum(const struct env *env, struct datagram *datagram, const struct lucid_addr *source,
                   const struct lucid_addr *destination);

/* Queues a message, its checksum complete whatever the device offers. Returns LUCID_DROP_NONE, LUCID_DROP_NO_MEMORY, or
 * LUCID_DROP_REPLY_QUEUE, counted already. */
enum lucid_drop icmp_send(struct ip *ip, const struct icmp_message *message);

/* Complains about a datagram. Nothing is sent where RFC 1122 3.2.2 and RFC 4443 2.4(e) forbid it, nor beyond
 * config.icmp_errors in a second (LUCID_DROP_REPLY_RATE is counted then). */
void icmp_port_unreachable(struct ip *ip, const struct ip_datagram *about);
void icmp_protocol_unreachable(struct ip *ip, const struct ip_datagram *about);

/* pointer: offset in about->packet of what is wrong. code: enum icmp6_parameter_problem; over IPv4 it is 0 in any case.
 * even_multicast: also when the destination is multicast (RFC 4443 2.4(e.3)). */
void icmp_parameter_problem(struct ip *ip, const struct ip_datagram *about, uint8_t code, uint32_t pointer,
                            bool even_multicast);

/* about: the first fragment of a datagram, others of which have not come in time. */
void icmp_reassembly_time_exceeded(struct ip *ip, const struct ip_datagram *about);

#endif
