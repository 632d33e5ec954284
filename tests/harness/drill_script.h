/* drill_script.h: what a packet script says, as a tree of lines.
 *
 * A script tells which packets arrive, which calls the application makes and which packets must leave, each at its
 * instant (the notation: see the head of drill.h). drill_parse() makes this tree of it; drill_run.c plays the tree.
 * Nothing here knows the stack: numbers are the script's, in which 0 stands for the real initial sequence number.
 *
 *     struct drill_script *script = drill_parse_file("tests/pkt/open/handshake.pkt", &error);
 *     ... drill_play(script, ...)
 *     drill_script_free(script);
 */
#ifndef HARNESS_DRILL_SCRIPT_H
#define HARNESS_DRILL_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lucid/lucid.h"

/* In a field that a script may leave out: it said nothing. */
#define DRILL_ANY (-1)

/* ---- packets ---- */

#define DRILL_OPTIONS 24 /* options of one segment: 40 octets hold more only as NOPs without purpose */
#define DRILL_OPTION_OCTETS 40
#define DRILL_FAST_OPEN 34 /* the kind octet of RFC 7413 4.1.1 */
#define DRILL_HEX_MAX 2048 /* octets of a packet given as raw bytes */

enum drill_option_kind {
    DRILL_EOL,
    DRILL_NOP,
    DRILL_MSS,
    DRILL_WSCALE,
    DRILL_SACK_OK,
    DRILL_SACK,
    DRILL_TS,
    DRILL_RAW, /* octets as they stand: <hex c80400ff> */
};

struct drill_option {
    uint8_t kind;                        /* enum drill_option_kind */
    uint8_t count;                       /* SACK: values; RAW: octets */
    uint32_t value[8];                   /* MSS; WSCALE: shift; TS: val, ecr; SACK: left, right, left, ... */
    uint8_t octets[DRILL_OPTION_OCTETS]; /* RAW */
};

struct drill_options {
    bool any; /* <...> */
    uint8_t count;
    struct drill_option option[DRILL_OPTIONS];
};

struct drill_tcp {
    uint8_t flags; /* OR of enum lucid_flag */
    uint32_t seq, length, ack;
    int32_t window, urgent; /* DRILL_ANY: not written */
    struct drill_options options;
};

struct drill_icmp {
    const struct drill_icmp_name *name; /* kind and code; see drill_icmp.h */
    int64_t mtu, id, seq, length;       /* DRILL_ANY: not written; mtu as for IPv4 */
    uint8_t quoted;                     /* protocol of the packet in brackets: 6, 17; 0: none */
    uint32_t quoted_seq, quoted_length;
};

enum drill_protocol { DRILL_TCP, DRILL_UDP, DRILL_ICMP, DRILL_HEX };

/* What can be written in brackets before the flags. */
struct drill_ip_fields {
    int16_t ecn;      /* two bits; DRILL_ANY */
    int16_t tos, ttl; /* DRILL_ANY */
    int16_t offset;   /* TCP data offset in words, in the place of the right one; DRILL_ANY */
    int16_t reserved; /* the four reserved bits of the TCP header; DRILL_ANY: 0 */
    bool bad_checksum;
    uint32_t part_from, part_to; /* only these octets of what stands behind the IP header, as a fragment; 0, 0: all */
    uint32_t part_id;
    uint8_t ip_options[40]; /* IPv4 options, as octets */
    uint8_t ip_option_length;
    bool has_source, has_destination; /* other addresses than the usual ones */
    struct lucid_addr source, destination;
};

struct drill_packet {
    bool outbound;
    uint8_t protocol;            /* enum drill_protocol */
    uint16_t from_port, to_port; /* 0: the usual ones */
    struct drill_ip_fields ip;
    union {
        struct drill_tcp tcp;
        struct drill_icmp icmp;
        uint32_t udp_length;
        struct {
            uint32_t length;
            uint8_t *octets;
        } hex;
    } u;
};

/* ---- calls ---- */

enum drill_call_name {
    DRILL_CALL_SOCKET,
    DRILL_CALL_BIND,
    DRILL_CALL_LISTEN,
    DRILL_CALL_ACCEPT,
    DRILL_CALL_CONNECT,
    DRILL_CALL_READ,
    DRILL_CALL_WRITE,
    DRILL_CALL_SEND,
    DRILL_CALL_RECV,
    DRILL_CALL_SENDTO,
    DRILL_CALL_RECVFROM,
    DRILL_CALL_SHUTDOWN,
    DRILL_CALL_SOCKATMARK,
    DRILL_CALL_NEXT_EVENT,
    DRILL_CALL_CLOSE,
    DRILL_CALL_ABORT,
    DRILL_CALL_GETSOCKOPT,
    DRILL_CALL_SETSOCKOPT,
    DRILL_CALL_POLL,
    DRILL_CALL_FCNTL,
    DRILL_CALLS
};

#define DRILL_POLL_MAX 8

struct drill_poll {
    int fd;
    int events, revents; /* revents DRILL_ANY: not written */
};

/* An address argument: "..." is the usual one. */
struct drill_address {
    bool has_addr;
    struct lucid_addr addr;
    uint16_t port; /* 0: the usual one */
};

struct drill_call {
    uint8_t name; /* enum drill_call_name */
    int fd;
    int type;       /* socket */
    int number;     /* listen: backlog; shutdown: how; send and recv: flags; fcntl: flags; poll: timeout in ms */
    int command;    /* fcntl */
    int64_t length; /* of a buffer */
    struct drill_address address;
    int level, option; /* getsockopt, setsockopt: LUCID_... */
    int64_t value;     /* their value; get: what is expected */
    char text[16];     /* their value for TCP_CONGESTION */
    uint8_t polls;
    struct drill_poll poll[DRILL_POLL_MAX];
    int64_t result; /* not negative, or -1 */
    int error;      /* with -1: positive errno value */
};

/* ---- lines ---- */

enum drill_line_kind {
    DRILL_LINE_PACKET,
    DRILL_LINE_CALL,
    DRILL_LINE_STATE,
    DRILL_LINE_VALUE,
    DRILL_LINE_QUIET,
    DRILL_LINE_ONEOF,
    DRILL_LINE_BATCH,
    DRILL_LINE_AT,
};

enum drill_time_kind {
    DRILL_TIME_POINT, /* at begin */
    DRILL_TIME_RANGE, /* from begin to end */
    DRILL_TIME_ANY,   /* "*" */
    DRILL_TIME_CALL,  /* begin...end: a call that waits */
};

struct drill_time {
    uint8_t kind;  /* enum drill_time_kind */
    bool relative; /* counted from the event before, else from the start */
    lucid_time begin, end;
};

enum drill_value_source { DRILL_INFO, DRILL_STAT, DRILL_DROP };
enum drill_compare { DRILL_EQUAL, DRILL_AT_LEAST, DRILL_AT_MOST };

/* info(4).cwnd = 14600, stat.tcp_resets_out = 1, drop.TCP_CHECKSUM = 1 */
struct drill_value {
    uint8_t source;  /* enum drill_value_source */
    uint8_t compare; /* enum drill_compare */
    bool fraction;   /* written with a point: only a time can be compared with it */
    bool never;
    int fd;          /* DRILL_ANY: connection of the last packet */
    int field;       /* index, see drill_value.h */
    int64_t number;  /* as written */
    lucid_time time; /* the same, read as seconds */
};

struct drill_block {
    struct drill_line *first;
    struct drill_block *next; /* the next alternative of a oneof */
};

struct drill_line {
    struct drill_line *next;
    unsigned number; /* of its line in the file */
    uint8_t kind;    /* enum drill_line_kind */
    struct drill_time time;
    char *text; /* without its time, without comments */
    union {
        struct drill_packet packet;
        struct drill_call call;
        struct {
            int fd; /* DRILL_ANY: the connection of the last packet */
            unsigned state;
        } state;
        struct drill_value value;
        lucid_time quiet;
        struct {
            unsigned decision;
            struct drill_block *first;
        } oneof;
        struct drill_line *batch;
        struct drill_script *at;
    } u;
};

/* A setting of struct lucid_config; see drill_config.h. */
struct drill_setting {
    struct drill_setting *next;
    int field;
    uint64_t value;
};

struct drill_script {
    char *path;
    char *tags; /* the first comment that names an RFC or a regression, without leading and trailing blanks; or "" */
    bool only_ipv4, only_ipv6;
    struct drill_setting *settings;
    struct drill_line *lines;
};

/* Where and why a script cannot be read: one sentence. */
struct drill_error {
    char path[256];
    unsigned line;
    char text[256];
};

/* Reads a script from text; path is for messages and for finding at/STATE.pkt. NULL: *error says why. */
struct drill_script *drill_parse(const char *path, const char *text, struct drill_error *error);

/* Reads a script from a file. */
struct drill_script *drill_parse_file(const char *path, struct drill_error *error);

/* script may be NULL. */
void drill_script_free(struct drill_script *script);

/* A line and those behind it. */
void drill_lines_free(struct drill_line *line);

#endif
