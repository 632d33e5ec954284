/* lucid.h: a TCP/IP stack as a value.
 *
 * A stack is a plain object. It makes no system call, reads no clock, starts no thread and keeps nothing in global
 * variables: packets, time, memory and randomness are arguments. The same calls with the same arguments always give the
 * same packets, in a test as on a network. Whoever owns the stack runs one small loop:
 *
 *     while the device has a packet:   lucid_input(stack, now, &in)
 *     lucid_tick(stack, now)
 *     while lucid_output(stack, now, &out):   write it to the device
 *     wait for the device, but not beyond lucid_deadline(stack)
 *
 * Many stacks may live in one process; one stack belongs to one thread at a time.
 *
 * Order of reading: this file, socket.h (connections and datagrams), trace.h (watch it work), info.h (ask it).
 * The host's side, a device and the loop, is lucid/host.h of liblucid-host.
 */
#ifndef LUCID_LUCID_H
#define LUCID_LUCID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define LUCID_API __attribute__((visibility("default")))
#else
#define LUCID_API
#endif

#define LUCID_VERSION "0.1.0"

/* ---- time ---- */

/* Nanoseconds on a clock that never runs back; the caller chooses the zero point. */
typedef uint64_t lucid_time;

#define LUCID_NEVER UINT64_MAX
#define LUCID_MICROSECOND ((lucid_time)1000)
#define LUCID_MILLISECOND ((lucid_time)1000000)
#define LUCID_SECOND ((lucid_time)1000000000)

/* ---- addresses ---- */

/* An IPv6 address, or an IPv4 address in its mapped form ::ffff:a.b.c.d, in network order. */
struct lucid_addr {
    uint8_t octet[16];
};

/* An address and a port; the port in host order. The unspecified address is "any". */
struct lucid_sockaddr {
    struct lucid_addr addr;
    uint16_t port;
};

/* Room for the longest text form of an address, with its final NUL. */
#define LUCID_ADDR_TEXT 46

/* Tells families apart. Returns true for an IPv4 address in its mapped form, false for an IPv6 address. */
LUCID_API bool lucid_addr_is_ipv4(const struct lucid_addr *addr);

/* Recognises an address that is left open. Returns true for :: and for 0.0.0.0. */
LUCID_API bool lucid_addr_is_any(const struct lucid_addr *addr);

/* Compares. Returns true when both are the same address of the same family. */
LUCID_API bool lucid_addr_equal(const struct lucid_addr *a, const struct lucid_addr *b);

/* Reads "10.77.0.2" or "fd77::2". Returns 0, or -LUCID_EINVAL when text is neither. */
LUCID_API int lucid_addr_parse(const char *text, struct lucid_addr *addr);

/* Writes the usual text form (RFC 5952 for IPv6) into text and returns text. */
LUCID_API char *lucid_addr_format(const struct lucid_addr *addr, char text[LUCID_ADDR_TEXT]);

/* ---- configuration ---- */

/* What the device does for us on the way out; see struct lucid_packet. */
enum lucid_offload {
    LUCID_OFFLOAD_CHECKSUM = 1 << 0, /* it completes TCP and UDP checksums */
    LUCID_OFFLOAD_TSO4 = 1 << 1,     /* it cuts TCP over IPv4 into segments (needs CHECKSUM) */
    LUCID_OFFLOAD_TSO6 = 1 << 2,     /* it cuts TCP over IPv6 into segments (needs CHECKSUM) */
    LUCID_OFFLOAD_LARGE4 = 1 << 3,   /* it cuts more over IPv4 than a total length can say: that is 0 then, as in Linux,
                                      * where it is called BIG TCP (needs TSO4) */
};

/* How a connection finds out how much the network takes. Its name is that of TCP_CONGESTION. */
enum lucid_congestion {
    LUCID_CONGESTION_CUBIC,   /* "cubic": RFC 9438, with HyStart++, RFC 9406 */
    LUCID_CONGESTION_NEWRENO, /* "newreno": RFC 5681 */
    LUCID_CONGESTION_FIXED,   /* "fixed": not at all; for lessons and closed links only */
    LUCID_CONGESTIONS         /* their number */
};

/* Explicit congestion notification, RFC 3168. */
enum lucid_ecn {
    LUCID_ECN_OFF = 0,
    LUCID_ECN_PASSIVE = 1, /* when the peer asks for it */
    LUCID_ECN_ACTIVE = 2,  /* connect() asks for it, too */
};

/* An address of ours and the length of its network prefix in bits (of the IPv4 address itself for IPv4). */
struct lucid_ifaddr {
    struct lucid_addr addr;
    uint8_t prefix;
};

#define LUCID_ADDRS_MAX 8

/* Answering SYNs without keeping a record of them, RFC 4987 3.6: what such a connection loses, where the peer offers no
 * timestamps, is window scale and SACK. */
enum lucid_syn_cookies {
    LUCID_SYN_COOKIES_OFF = 0,    /* a SYN beyond half_open_max is dropped */
    LUCID_SYN_COOKIES_FULL = 1,   /* a SYN beyond half_open_max is answered by a cookie */
    LUCID_SYN_COOKIES_ALWAYS = 2, /* every SYN to a listener is, unless it takes the place of a TIME-WAIT record */
};

/* Data on the SYN, RFC 7413, TCP Fast Open. An application that serves so may get the same request twice: the network
 * can deliver a SYN again after its connection has ended. */
enum lucid_fast_open {
    LUCID_FAST_OPEN_CLIENT = 1, /* LUCID_MSG_FASTOPEN is allowed */
    LUCID_FAST_OPEN_SERVER = 2, /* listeners give cookies, and take data with them */
};

struct lucid_packet;

/* "One of the others", where the number of a stack is told. */
#define LUCID_STACK_ANY UINT32_MAX

/* Everything a stack can be told. Fill it with lucid_config_default() first, then set what differs: the four pointers
 * of the first group and at least one address have no default. */
struct lucid_config {
    /* What the host lends: memory and randomness. alloc returns NULL when there is none; free gets the size that alloc
     * was asked for. random fills length octets with unpredictable ones and returns 0, or anything else when it cannot:
     * then lucid_create fails, for a stack with guessable numbers must not come up. */
    void *context;
    void *(*alloc)(void *context, size_t size);
    void (*free)(void *context, void *memory, size_t size);
    int (*random)(void *context, void *octets, size_t length);

    /* For tests and lessons only: chooses the initial sequence number. NULL: RFC 6528. */
    uint32_t (*iss)(void *context, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote);

    /* The interface. */
    struct lucid_ifaddr addrs[LUCID_ADDRS_MAX];
    unsigned addr_count;
    uint16_t mtu;     /* octets of IP packet; at least 576, and 1280 with an IPv6 address; 1500 */
    unsigned offload; /* OR of enum lucid_offload; 0 */

    /* Stacks that share these addresses, one for each queue of a device: their number, and which of them this is, from
     * 0. Of ephemeral ports it takes those whose remainder by their number is its own. elsewhere is called by
     * lucid_input() with a packet that is for nobody here: packet->slice[0] is all of it, and lasts as long as the
     * call. stack: the number of the one that may know it; LUCID_STACK_ANY: any of the others may. Returns true when
     * the packet is seen to, and nothing is answered here; false: it goes on as if there were no others, and a segment
     * is answered by RST. NULL: nobody is asked. 1, 0, NULL */
    uint16_t stacks;
    uint16_t stack;
    bool (*elsewhere)(void *context, unsigned stack, const struct lucid_packet *packet);
    void *elsewhere_context;

    /* Limits. At each one the stack refuses or evicts by the rule given, and counts it (info.h). */
    size_t mem_limit;      /* all octets ever asked of alloc at one time; 256 MiB: calls fail, segments are dropped */
    uint32_t chunk_spares; /* of the 64 KB that a packet is read into, kept for the next one: as many as lie in the L2
                              cache; 16 */
    uint32_t sockets_max;  /* handles; 2^20: LUCID_ENFILE */
    uint32_t connections_max; /* TCBs; 2^20: SYN dropped, connect fails */
    uint32_t half_open_max;   /* connections in SYN-RECEIVED; 1024: as syn_cookies says */
    uint32_t fast_open_max;   /* connections in SYN-RECEIVED with data of their SYN; 256: the SYN's data is not taken */
    uint32_t timewait_max;    /* TIME-WAIT records; 65536: the oldest goes */
    uint32_t challenge_acks;  /* challenge ACKs of one connection in one second (RFC 5961 7); 2: silence */
    uint32_t icmp_errors;     /* ICMP errors sent in one second; 100: silence */
    uint32_t
        reassembly_max; /* octets of memory for fragments that wait for others; 256 KiB: the oldest datagram goes */
    uint32_t reassemblies_max; /* datagrams of which fragments wait for others; 256: the oldest goes */
    uint32_t replies_max;      /* answers without a connection (RST, echo, ICMP) waiting for output; 256: dropped */

    /* Sockets. */
    uint32_t sndbuf;     /* octets that send() takes before it says LUCID_EAGAIN; 1 MiB */
    uint32_t rcvbuf;     /* octets that wait for recv(): what the window offers; 1 MiB */
    uint32_t sndbuf_max; /* what they grow to on TCP connections that need it, unless the application chose SO_SNDBUF */
    uint32_t rcvbuf_max; /* or SO_RCVBUF; 16 MiB; below sndbuf and rcvbuf: they do not grow */

    /* An idle connection of which nothing is under way is kept as a smaller record after this time, in nanoseconds;
     * nobody sees a difference. LUCID_NEVER, or 0: as soon as a tick finds it so; LUCID_NEVER */
    lucid_time sleep_after;

    /* TCP, RFC 9293. Times in nanoseconds. */
    lucid_time msl;         /* maximum segment lifetime, 3.4.2; 120 s, at most 24 h; TIME-WAIT lasts twice this */
    lucid_time rto_initial; /* RFC 6298 2.1; 1 s */
    lucid_time rto_min;     /* RFC 6298 2.4; 1 s */
    lucid_time rto_max;     /* RFC 6298 2.5; 60 s */
    lucid_time delayed_ack; /* MUST-40: below 500 ms; 200 ms; 0: every segment is acknowledged at once */
    lucid_time r2_syn;      /* give up an active open after; MUST-23: at least 180 s; 180 s */
    lucid_time r2_syn_ack;  /* give up a passive open after; 63 s */
    lucid_time r2_data;     /* give up a connection after; SHLD-11: at least 100 s; 100 s; TCP_USER_TIMEOUT overrides */
    lucid_time fin_wait_2;  /* FIN-WAIT-2 without a handle ends after; 60 s */
    lucid_time keepidle;    /* MUST-28: at least 2 h; 7200 s */
    lucid_time keepintvl;   /* between unanswered probes; 75 s */
    uint8_t r1;      /* time-outs in a row before application and IP are told; SHLD-10: at least 3; 3; 0: never */
    uint8_t keepcnt; /* unanswered probes before ETIMEDOUT; 9 */
    uint8_t initial_window; /* congestion window at the start in segments, RFC 6928; 10 */
    uint8_t congestion;     /* enum lucid_congestion; LUCID_CONGESTION_CUBIC; TCP_CONGESTION overrides */
    uint16_t fixed_window;  /* segments in flight with LUCID_CONGESTION_FIXED; 10 */
    uint8_t ttl;            /* time to live, hop limit; 64 */
    uint8_t ecn;            /* enum lucid_ecn; LUCID_ECN_PASSIVE; TCP_ECN overrides */
    uint16_t mss_floor;     /* the smallest send MSS that a peer can force; 88 */
    uint16_t port_first;    /* ephemeral ports, RFC 6056; 49152 to 65535 */
    uint16_t port_last;
    uint8_t syn_cookies;      /* enum lucid_syn_cookies; LUCID_SYN_COOKIES_FULL */
    uint8_t fast_open;        /* OR of enum lucid_fast_open; 0: off */
    bool window_scale;        /* offer RFC 7323 window scale; true */
    bool timestamps;          /* offer RFC 7323 timestamps; true */
    bool sack;                /* offer RFC 2018 selective acknowledgment; true */
    bool pacing;              /* spread what the congestion window allows over the round trip; false */
    bool quick_ack;           /* no delayed ACK; false */
    bool nagle;               /* MUST-17, SHLD-7; true; TCP_NODELAY overrides */
    bool rfc5961;             /* challenge ACKs for RST and SYN in the window and old ACKs; true. False: RFC 793 */
    bool rfc1337;             /* ignore RST in TIME-WAIT; true */
    bool rst_on_full_backlog; /* answer a SYN that finds the accept queue full by RST; false: silence */
};

/* Fills *config with the defaults above. */
LUCID_API void lucid_config_default(struct lucid_config *config);

/* ---- a stack ---- */

struct lucid_stack;

/* Makes a stack.
 * config: copied. now: the current time.
 * Returns 0 and sets *stack, or -LUCID_EINVAL (a value out of range), -LUCID_ENOMEM, -LUCID_EIO (no randomness). */
LUCID_API int lucid_create(struct lucid_stack **stack, const struct lucid_config *config, lucid_time now);

/* Ends a stack: everything it holds goes back to config.free, nothing is sent. stack may be NULL. */
LUCID_API void lucid_destroy(struct lucid_stack *stack);

/* ---- packets ---- */

#define LUCID_PACKET_MAX 65535    /* octets of the longest IP packet */
#define LUCID_PACKET_LARGE 262144 /* octets of the longest one that leaves with LUCID_OFFLOAD_LARGE4 */
#define LUCID_PACKET_SLICES 24    /* pieces of memory that one packet may consist of */
#define LUCID_HEAD_MAX 128        /* octets of IP and transport header, at most */

/* A piece of memory that is only read. */
struct lucid_slice {
    const uint8_t *data;
    size_t length;
};

enum lucid_checksum {
    LUCID_CHECKSUM_FULL = 0, /* in: to be verified. out: complete */
    LUCID_CHECKSUM_PARTIAL,  /* in: trusted. out: the field holds the folded pseudo-header sum, not complemented, and
                              * the device sums from checksum_start and stores at checksum_start + checksum_offset */
    LUCID_CHECKSUM_TRUSTED,  /* in: somebody verified it. Never on the way out */
};

struct lucid_chunk;

/* One IP packet, or, with segment_size, several TCP segments that the device cuts apart or has joined.
 *
 * In: one slice, contiguous, from lucid_packet_reserve() or the caller's own memory (chunk NULL; then what the stack
 * keeps is copied). Fields to set: slice[0], slices = 1, length, checksum, segment_size, id. Out: slice[0] is the head
 * inside this struct, the others point into send queues; all of it is valid until the next call with this stack. Since
 * slice[0] points into it, the struct is not to be copied. */
struct lucid_packet {
    struct lucid_slice slice[LUCID_PACKET_SLICES];
    unsigned slices;
    uint32_t length;           /* octets in all slices */
    uint64_t id;               /* names the packet in the trace; out: counted by the stack */
    uint16_t segment_size;     /* octets of payload in each segment but the last; 0: it is one segment */
    uint16_t header_length;    /* out: octets of IP and transport header */
    uint16_t checksum_start;   /* out, with LUCID_CHECKSUM_PARTIAL: offset of the transport header */
    uint16_t checksum_offset;  /* out, with LUCID_CHECKSUM_PARTIAL: of the field, from checksum_start */
    uint8_t checksum;          /* enum lucid_checksum */
    bool anywhere;             /* in, with config.stacks: the queue that it came by says nothing of whose it is */
    struct lucid_chunk *chunk; /* in: what slice[0] lies in, or NULL */
    uint8_t head[LUCID_HEAD_MAX];
};

/* Gives room for a packet to be read into: LUCID_PACKET_MAX octets, the same ones again as long as the stack has not
 * kept anything of the packet before. *packet must have been zeroed before the first call. Returns the address, which
 * is writable, or NULL when memory is short: then do not read, try after the next tick. */
LUCID_API uint8_t *lucid_packet_reserve(struct lucid_stack *stack, struct lucid_packet *packet);

/* Gives back what lucid_packet_reserve() gave. */
LUCID_API void lucid_packet_release(struct lucid_stack *stack, struct lucid_packet *packet);

/* Hands one packet that came from the device to the stack. Whatever is in it, this returns.
 * now: the time of its arrival, not before the time of any earlier call; one reading per batch is enough.
 * Returns 0, or the reason (enum lucid_drop of info.h) why all of the packet was dropped; it is counted already. */
LUCID_API int lucid_input(struct lucid_stack *stack, lucid_time now, struct lucid_packet *in);

/* Takes the next packet that wants to leave. Call it until it returns 0, after all input of a batch has been handed
 * over: one acknowledgment then covers the batch (RFC 9293 MUST-58, MUST-59). Returns 1 and fills *out, or 0 when
 * there is nothing to send now. */
LUCID_API int lucid_output(struct lucid_stack *stack, lucid_time now, struct lucid_packet *out);

/* Lets time pass: every deadline that is not after now is dealt with. Also sets the time at which the calls of socket.h
 * happen. */
LUCID_API void lucid_tick(struct lucid_stack *stack, lucid_time now);

/* The time before which lucid_tick() has nothing to do, unless another call comes first; LUCID_NEVER when there is
 * none. It may be early, never late. */
LUCID_API lucid_time lucid_deadline(const struct lucid_stack *stack);

/* True when lucid_output() may have a packet: after calls of socket.h, to decide whether the device must be served. */
LUCID_API bool lucid_output_pending(const struct lucid_stack *stack);

/* Should the host read no more packets before it has called lucid_output()? True from the packet on with which a peer
 * has used up a quarter of the window that our latest ACK promised. A host that reads on all the same sends one ACK for
 * a longer batch (RFC 9293 MUST-58, MUST-59), and its peer may have to wait for it. O(1). */
LUCID_API bool lucid_output_pressing(const struct lucid_stack *stack);

#ifdef __cplusplus
}
#endif

#endif
