/* ip.h: the internet layer of a host with one interface and no routes.
 *
 * RFC 791, RFC 1122 3, RFC 8200. The interface is a point-to-point device (a TUN): whatever is not for us was not meant
 * to be forwarded, so it is dropped; whatever we send goes to the device, so there is no routing table, no ARP and no
 * neighbour discovery (RFC 4861 2.2: a point-to-point link needs none), and router or neighbour messages are dropped
 * with a reason.
 *
 * In: ip_input() judges one packet and describes its payload; core/ hands that on by protocol, to tcp/, udp/ or
 * icmp_input() (ip/icmp.h), and a fragment to reassembly_add() (ip/reassembly.h). Out: TCP puts an ip_head() before its
 * segments as they are pulled; answers without a connection and UDP datagrams are built whole and wait in queues
 * (ip/outq.h), from which ip_output() and udp_output() serve the owner.
 */
#ifndef IP_IP_H
#define IP_IP_H

#include "base/env.h"
#include "ip/cutting.h"
#include "ip/ident.h"
#include "ip/outq.h"
#include "ip/reassembly.h"

struct ip {
    struct env *env;
    struct outq replies;         /* answers that wait for ip_output() */
    struct datagram *leaving;    /* what the owner is sending now; freed when the next packet leaves */
    lucid_time error_window_end; /* ICMP errors are counted up to this time, which ends a second */
    uint32_t errors_left;        /* how many more may be sent until then */
    struct reassembly reassembly;
    struct cutting cutting;
    struct ident ident;
};

/* Which part of a datagram a fragment is. */
struct ip_part {
    uint32_t id;
    uint32_t offset;   /* octets, of the part's first one in the payload of the datagram */
    uint16_t named_at; /* IPv6: offset in packet of the octet that names the Fragment header */
    bool more;         /* it is not the last */
};

/* A packet that is for us, without its IP header. All pointers point into the packet. */
struct ip_datagram {
    struct lucid_addr source, destination;
    const uint8_t *payload; /* TCP, UDP, ICMP ... */
    size_t length;          /* octets of payload; padding of the packet is cut off */
    const uint8_t *packet;  /* with its IP header, to be quoted in ICMP errors */
    size_t packet_length;
    struct lucid_packet *carrier; /* for the checksum state, the segment size and the chunk */
    uint32_t protocol_at;         /* offset in packet of the octet that names the protocol */
    uint8_t protocol, ttl, tos;
    bool fragment;                  /* payload is a part of a datagram, for reassembly_add() and nobody else */
    struct ip_part part;            /* with fragment */
    bool to_multicast_or_broadcast; /* TCP and ICMP errors keep silent then */
};

/* The place of one of our addresses in config.addrs. */
static inline uint8_t ip_own_index(const struct lucid_config *config, const struct lucid_addr *addr) {
    uint8_t i = 0;
    while (i + 1u < config->addr_count && !lucid_addr_equal(&config->addrs[i].addr, addr)) {
        i++;
    }
    return i;
}

/* False: the host has no randomness. */
bool ip_init(struct ip *ip, struct env *env);
void ip_destroy(struct ip *ip);

/* Judges a packet from the device, or one made of fragments; slice[0] and its length are all that is believed of *in.
 * Returns LUCID_DROP_NONE and fills *out, or why the packet is to be dropped (neither counted nor traced here); a
 * Parameter Problem is queued where RFC 8200 or RFC 1122 3.2.2.5 ask for one. */
enum lucid_drop ip_input(struct ip *ip, struct lucid_packet *in, struct ip_datagram *out);

/* True when the checksum of a TCP, UDP or ICMPv6 payload is right, or somebody vouches for it (see lucid_checksum). */
bool ip_checksum_ok(const struct ip_datagram *datagram);

bool ip_is_ours(const struct ip *ip, const struct lucid_addr *addr);

/* True when addr is a broadcast address of ours (directed or limited) or multicast. */
bool ip_is_broadcast(const struct ip *ip, const struct lucid_addr *addr);

/* Chooses which of our addresses to send from: one in the destination's network, or else the first of its family.
 * Returns 0 or -LUCID_ENETUNREACH. */
int ip_source_for(const struct ip *ip, const struct lucid_addr *destination, struct lucid_addr *source);

/* Negative advice from a transport: its segments get no answer (RFC 1122 3.3.1.4). With one link and no gateway to
 * choose there is nothing else to try; it is counted. */
void ip_advise(struct ip *ip);

/* Octets of the header that ip_head() writes for this destination: 20 or 40. */
uint32_t ip_head_length(const struct lucid_addr *destination);

/* Octets of payload that fit into one packet to this destination. */
uint32_t ip_payload_max(const struct ip *ip, const struct lucid_addr *destination);

/* Octets of payload of the longest datagram, which may leave in fragments. */
uint32_t ip_datagram_max(const struct lucid_addr *destination);

/* Writes the IP header of a packet and returns its length. IPv4: DF set and ID zero, for a packet that is not
 * fragmented (RFC 6864 4.1); of a datagram that will leave in fragments it is only the pattern of theirs. tos: traffic
 * class, ttl: hop limit, for IPv6. */
size_t ip_head(uint8_t *to, const struct lucid_addr *source, const struct lucid_addr *destination, uint8_t protocol,
               uint8_t ttl, uint8_t tos, uint32_t payload_length);

/* Lets a datagram leave: describes it, or its first fragment, in *out and keeps it alive until it has left. Takes the
 * datagram. */
void ip_emit(struct ip *ip, struct datagram *datagram, struct lucid_packet *out);

/* Frees what the latest ip_emit() kept alive, unless fragments of it are left. To be called at the beginning of every
 * lucid_output(). */
void ip_left(struct ip *ip);

/* Lets the next fragment of what is leaving leave, or the oldest answer. Returns true and fills *out, or false when
 * there is none. */
bool ip_output(struct ip *ip, struct lucid_packet *out);

static inline bool ip_output_pending(const struct ip *ip) {
    return ip->cutting.left > 0 || ip->replies.first != NULL;
}

#endif
