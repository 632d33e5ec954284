/* info.h: ask a stack what it knows: counters, why segments were dropped, each connection's variables. */
#ifndef LUCID_INFO_H
#define LUCID_INFO_H

#include "lucid/lucid.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- why something was dropped ---- */

/* X(NAME, "sentence"): every packet or segment that is dropped anywhere has one of these reasons. */
#define LUCID_DROP_LIST(X)                                                        \
    X(NONE, "not dropped")                                                        \
    X(IP_SHORT, "shorter than an IP header")                                      \
    X(IP_VERSION, "IP version is neither 4 nor 6")                                \
    X(IP_HEADER_LENGTH, "IPv4 header length below 20 or beyond the packet")       \
    X(IP_TOTAL_LENGTH, "IP length below the header or beyond the packet")         \
    X(IP_CHECKSUM, "wrong IPv4 header checksum")                                  \
    X(IP_SOURCE, "source address that no host may have")                          \
    X(IP_DESTINATION, "destination is not one of our addresses")                  \
    X(IP_OPTION, "malformed IP option or extension header")                       \
    X(IP_PROTOCOL, "protocol unknown")                                            \
    X(IP_FRAGMENT, "fragment that can be part of no datagram")                    \
    X(IP_FRAGMENT_COPY, "fragment that has come before")                          \
    X(IP_FRAGMENT_OVERLAP, "fragment of a datagram whose fragments overlap")      \
    X(IP_FRAGMENT_TIME, "datagram some fragments of which did not come in time")  \
    X(IP_FRAGMENT_LIMIT, "fragments that had to make room for newer ones")        \
    X(IP_NO_NEXT_HEADER, "IPv6 no next header")                                   \
    X(ICMP_SHORT, "ICMP message shorter than its header")                         \
    X(ICMP_CHECKSUM, "wrong ICMP checksum")                                       \
    X(ICMP_TYPE, "ICMP type that is not for us")                                  \
    X(ICMP_QUOTE, "ICMP error that quotes nothing of ours")                       \
    X(ICMP_SEQUENCE, "ICMP error whose quoted sequence number is not in flight")  \
    X(ICMP_MTU, "ICMP packet too big with an MTU that cannot be true")            \
    X(UDP_SHORT, "UDP length below 8 or beyond the packet")                       \
    X(UDP_CHECKSUM, "wrong UDP checksum")                                         \
    X(UDP_PORT, "no UDP socket has this port")                                    \
    X(UDP_QUEUE, "the UDP socket's queue is full")                                \
    X(TCP_SHORT, "shorter than a TCP header")                                     \
    X(TCP_OFFSET, "TCP data offset below 5 or beyond the segment")                \
    X(TCP_OPTION, "TCP option with an impossible length")                         \
    X(TCP_CHECKSUM, "wrong TCP checksum")                                         \
    X(TCP_ADDRESS, "TCP to or from a broadcast or multicast address")             \
    X(TCP_SELF, "source address and port are the destination's")                  \
    X(TCP_CLOSED, "no connection and no listener; answered by RST")               \
    X(TCP_LISTEN, "LISTEN: RST, or neither SYN nor ACK")                          \
    X(TCP_LISTEN_ACK, "LISTEN: ACK for nothing; answered by RST")                 \
    X(TCP_SYN_FIN, "LISTEN: SYN together with FIN")                               \
    X(TCP_BACKLOG, "accept queue is full")                                        \
    X(TCP_HALF_OPEN, "too many connections in SYN-RECEIVED")                      \
    X(TCP_CONNECTIONS, "too many connections")                                    \
    X(TCP_SYN_SENT, "SYN-SENT: neither SYN nor RST")                              \
    X(TCP_SYN_SENT_ACK, "SYN-SENT: ACK of something never sent")                  \
    X(TCP_SYN_SENT_RST, "SYN-SENT: RST without an acceptable ACK")                \
    X(TCP_SEQUENCE, "outside the receive window; acknowledged")                   \
    X(TCP_RST_WINDOW, "RST outside the receive window")                           \
    X(TCP_RST_CHALLENGE, "RST in the window but not at RCV.NXT; challenge ACK")   \
    X(TCP_SYN_CHALLENGE, "SYN on a synchronized connection; challenge ACK")       \
    X(TCP_PAWS, "timestamp older than what came before; acknowledged")            \
    X(TCP_NO_TIMESTAMP, "timestamps were agreed on, and this segment has none")   \
    X(TCP_NO_ACK, "no ACK bit")                                                   \
    X(TCP_ACK_RANGE, "ACK of something never sent or too old; challenge ACK")     \
    X(TCP_ACK_SYN_RECEIVED, "SYN-RECEIVED: ACK of something never sent; RST")     \
    X(TCP_AFTER_FIN, "data after the peer's FIN")                                 \
    X(TCP_AFTER_CLOSE, "data after close; answered by RST")                       \
    X(TCP_TIME_WAIT, "TIME-WAIT: not the peer's FIN and not a newer SYN")         \
    X(TCP_OUT_OF_ORDER, "too much out-of-order data")                             \
    X(TCP_URGENT_LIMIT, "urgent pointer out of range")                            \
    X(NO_MEMORY, "memory limit reached")                                          \
    X(REPLY_QUEUE, "too many answers waiting; this one was not sent")             \
    X(REPLY_RATE, "answers of this kind are rate-limited; this one was not sent") \
    X(ELSEWHERE, "for another stack with these addresses; handed on")             \
    X(PACKET, "the packet descriptor makes no sense")

enum lucid_drop {
#define LUCID_DROP_ENUM(name, text) LUCID_DROP_##name,
    LUCID_DROP_LIST(LUCID_DROP_ENUM)
#undef LUCID_DROP_ENUM
        LUCID_DROP_COUNT
};

/* "TCP_CHECKSUM"; and its sentence. "?" when drop is none of them. */
LUCID_API const char *lucid_drop_name(int drop);
LUCID_API const char *lucid_drop_text(int drop);

/* ---- counters ---- */

/* X(name, "sentence"): what a stack counts since it was made. */
#define LUCID_COUNTER_LIST(X)                                            \
    X(packets_in, "packets handed in")                                   \
    X(packets_out, "packets handed out")                                 \
    X(octets_in, "octets of packets handed in")                          \
    X(octets_out, "octets of packets handed out")                        \
    X(ip_advice, "times TCP told IP that it gets no answer (R1)")        \
    X(reassembled, "datagrams made of their fragments")                  \
    X(fragments_out, "fragments sent")                                   \
    X(icmp_in, "ICMP and ICMPv6 messages accepted")                      \
    X(icmp_out, "ICMP and ICMPv6 messages sent")                         \
    X(udp_in, "datagrams delivered to a socket's queue")                 \
    X(udp_out, "datagrams sent")                                         \
    X(tcp_segments_in, "TCP segments accepted by the parser")            \
    X(tcp_segments_out, "TCP segments sent; with offload, as packets")   \
    X(tcp_octets_in, "octets of data received in order")                 \
    X(tcp_octets_out, "octets of data sent for the first time")          \
    X(tcp_retransmits, "segments sent again")                            \
    X(tcp_fast_retransmits, "of these, the first of a fast recovery")    \
    X(tcp_timeouts, "retransmission time-outs")                          \
    X(tcp_tail_probes, "tail loss probes sent")                          \
    X(tcp_undone, "cuts of the congestion window that were taken back")  \
    X(tcp_probes, "zero-window probes sent")                             \
    X(tcp_keepalives, "keep-alive probes sent")                          \
    X(tcp_challenge_acks, "challenge ACKs sent")                         \
    X(tcp_challenge_limited, "challenge ACKs not sent, by the limit")    \
    X(tcp_resets_out, "RST segments sent")                               \
    X(tcp_resets_in, "connections ended by RST")                         \
    X(tcp_active_opens, "connections begun by connect")                  \
    X(tcp_passive_opens, "connections begun by a SYN to a listener")     \
    X(tcp_cookies_sent, "SYNs answered by a SYN cookie")                 \
    X(tcp_cookies_accepted, "connections begun by the ACK of one")       \
    X(tcp_cookies_refused, "ACKs that might have been one of these")     \
    X(tcp_fast_opens_in, "SYNs of which data was taken (RFC 7413)")      \
    X(tcp_fast_opens_out, "SYNs of ours of which data was taken")        \
    X(tcp_established, "connections that reached ESTABLISHED")           \
    X(tcp_ce_in, "segments with data that a router had marked (CE)")     \
    X(tcp_ecn_cuts, "congestion windows cut because of ECE")             \
    X(tcp_out_of_order, "segments that came out of order and were kept") \
    X(tcp_duplicates, "segments with nothing new")                       \
    X(tcp_fast_path, "segments taken by header prediction")              \
    X(timewait_made, "TIME-WAIT records made")                           \
    X(timewait_reused, "of these, ended by a newer SYN")                 \
    X(timewait_evicted, "of these, ended by the limit")                  \
    X(invariants_broken, "connections aborted because their variables contradicted each other")

struct lucid_stats {
#define LUCID_COUNTER_MEMBER(name, text) uint64_t name;
    LUCID_COUNTER_LIST(LUCID_COUNTER_MEMBER)
#undef LUCID_COUNTER_MEMBER
    uint64_t drop[LUCID_DROP_COUNT]; /* packets and segments dropped, by reason */
    /* as they stand now */
    size_t memory; /* octets obtained from config.alloc */
    size_t memory_peak;
    uint32_t sockets;     /* handles */
    uint32_t connections; /* TCBs, and sleeping connections */
    uint32_t sleeping;    /* of these, kept as a record while they are idle: config.sleep_after */
    uint32_t half_open;   /* of these, in SYN-RECEIVED after a passive open */
    uint32_t listeners;
    uint32_t timewaits;
};

/* Copies the counters. */
LUCID_API void lucid_stats(const struct lucid_stack *stack, struct lucid_stats *stats);

/* ---- connections ---- */

/* The states of RFC 9293 3.3.2 as bits, so that a set of states is an OR of them; their order means nothing. */
enum lucid_tcp_state {
    LUCID_CLOSED = 1 << 0,
    LUCID_LISTEN = 1 << 1,
    LUCID_SYN_SENT = 1 << 2,
    LUCID_SYN_RECEIVED = 1 << 3,
    LUCID_ESTABLISHED = 1 << 4,
    LUCID_FIN_WAIT_1 = 1 << 5,
    LUCID_FIN_WAIT_2 = 1 << 6,
    LUCID_CLOSE_WAIT = 1 << 7,
    LUCID_CLOSING = 1 << 8,
    LUCID_LAST_ACK = 1 << 9,
    LUCID_TIME_WAIT = 1 << 10,
};

/* "SYN-SENT" for LUCID_SYN_SENT, as the RFC writes it. "?" when state is not exactly one of them. */
LUCID_API const char *lucid_state_name(unsigned state);

/* The variables of a connection, RFC 9293 3.3.1. Sequence numbers are raw, times in nanoseconds, sizes in octets. */
struct lucid_tcp_info {
    uint32_t connection; /* its number in the trace; never used again */
    int fd;              /* its handle, or -1: orphan, not yet accepted, or TIME-WAIT */
    unsigned state;      /* enum lucid_tcp_state */
    struct lucid_sockaddr local, remote;
    uint32_t iss, snd_una, snd_nxt, snd_wnd, snd_wl1, snd_wl2;
    uint32_t irs, rcv_nxt, rcv_wnd;
    uint32_t cwnd, ssthresh;      /* ssthresh is UINT32_MAX before the first loss */
    uint32_t flight;              /* SND.NXT - SND.UNA */
    uint32_t sacked, lost;        /* of these: the peer has them; to be sent again */
    uint32_t send_queue;          /* octets queued, sent or not, unacknowledged */
    uint32_t receive_queue;       /* octets waiting for recv() */
    uint32_t out_of_order;        /* octets kept beyond a gap */
    uint32_t urgent;              /* octets of urgent data not read yet, come or to come */
    uint16_t mss;                 /* octets of data in a full segment of ours */
    uint16_t mss_received;        /* what the peer offered; 0: no option */
    uint8_t snd_shift, rcv_shift; /* window scale, RFC 7323; 0 when not agreed */
    bool ecn;                     /* agreed, RFC 3168 */
    uint8_t dupacks;
    uint8_t backoff;      /* expiries of the retransmission timer in a row */
    uint32_t retransmits; /* segments sent again */
    uint64_t octets_in, octets_out;
    lucid_time srtt, rttvar, rto;
    lucid_time rto_at, persist_at, delayed_ack_at, keepalive_at, timewait_at, fin_wait_2_at, user_at, reorder_at,
        tail_probe_at; /* LUCID_NEVER: off */
};

/* Finds the connection, listener or TIME-WAIT record with exactly these ends (a listener: remote unspecified, port 0).
 * Returns 0, or -LUCID_ENOTCONN: its state is CLOSED. */
LUCID_API int lucid_info_find(const struct lucid_stack *stack, const struct lucid_sockaddr *local,
                              const struct lucid_sockaddr *remote, struct lucid_tcp_info *info);

/* Walks over all connections, listeners and TIME-WAIT records: *cursor is 0 at first. Returns 1, or 0 after the
 * last. */
LUCID_API int lucid_info_next(const struct lucid_stack *stack, uint32_t *cursor, struct lucid_tcp_info *info);

#ifdef __cplusplus
}
#endif

#endif
