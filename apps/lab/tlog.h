/* tlog.h: the event log of the lab, read. Everything that shows, checks, grades or exports a run is a reader of it.
 *
 * A log is JSON Lines: a header, then one event a line, keys in a fixed order, integers only. The world writes the
 * lines (record.h); this takes them in, one by one as they are written or a whole file at once, and keeps each as a
 * struct tlog_event. Texts are unescaped and live as long as the log. What a line says beyond the fields below is kept
 * in `line` only.
 *
 * A log may be wrong, on purpose too: tlog_add() refuses what is no event, with the number of the line; whether the
 * events can be true is tlog_check.h.
 */
#ifndef LAB_TLOG_H
#define LAB_TLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lucid/trace.h"

/* Room for one sentence that says what is wrong and what was expected. */
#define LAB_ERROR 256

/* Nodes of a log, and the number that stands for the wire ("n":"W"). */
#define TLOG_NODES_MAX 8
#define TLOG_WIRE_NODE 0xff
#define TLOG_NONE UINT64_MAX

enum tlog_kind {
    TLOG_SEG_TX,
    TLOG_SEG_RX,
    TLOG_WIRE_ACT,
    TLOG_STATE,
    TLOG_RULE,
    TLOG_TIMER_SET,
    TLOG_TIMER_FIRE,
    TLOG_TIMER_STOP,
    TLOG_VAR,
    TLOG_CALL,
    TLOG_RET,
    TLOG_APP,
    TLOG_HTTP,
    TLOG_DNS,
    TLOG_PEER,
    TLOG_CMD,
    TLOG_NOTE,
    TLOG_PREDICT,
    TLOG_CHECK,
    TLOG_DROP,
    TLOG_LOST,
    TLOG_KINDS
};

/* A text of the log: unescaped, followed by a NUL, which it may also contain. at is never NULL. */
struct tlog_text {
    const char *at;
    uint32_t length;
};

struct tlog_segment {
    uint64_t id; /* names the packet at both ends */
    struct lucid_sockaddr source, destination;
    uint32_t seq, ack, window, length;
    uint16_t urgent, segment_size;
    uint8_t flags;            /* enum lucid_flag */
    bool again;               /* some of these octets were sent before */
    uint64_t rtx;             /* id of the packet in which they were sent first; 0: none */
    uint32_t frame;           /* number in run.pcap, from 1; 0: none */
    struct tlog_text options; /* octets of the TCP options */
    struct tlog_text payload; /* the first octets of the data */
};

struct tlog_state {
    uint16_t from, to; /* enum lucid_tcp_state; 0: not born yet, or gone */
    int16_t row;       /* of lucid_fsm_row(); -1: none */
    int8_t source;     /* enum lucid_fsm_source; -1: none */
    uint8_t cause;     /* enum lucid_cause */
    uint8_t timer;     /* enum lucid_timer, with LUCID_CAUSE_TIMER */
    uint8_t call;      /* enum lucid_call, with LUCID_CAUSE_CALL */
    uint32_t parent;
    uint64_t segment; /* id, with LUCID_CAUSE_SEGMENT */
    struct tlog_text edge, rule;
    struct lucid_sockaddr local, remote;
};

struct tlog_rule {
    struct tlog_text rule;
    uint8_t outcome;  /* enum lucid_outcome */
    uint64_t segment; /* 0: none */
};

struct tlog_timer {
    uint8_t timer; /* enum lucid_timer */
    uint64_t at;   /* nanoseconds; TLOG_NONE unless set */
};

/* Values as in the log: times in nanoseconds; ssthresh -1: none yet. */
struct tlog_vars {
    uint32_t changed; /* bit 1 << enum lucid_variable */
    int64_t value[LUCID_VARS];
};

struct tlog_call {
    uint8_t call; /* enum lucid_call */
    int32_t fd;
    int64_t value;           /* argument, or result; of an error its negative number */
    struct tlog_text result; /* of a ret with an error: its name; else empty */
};

struct tlog_wire {
    uint8_t act;      /* enum tlog_wire_kind */
    uint8_t from, to; /* nodes; TLOG_WIRE_NODE: all */
    uint64_t id, id2; /* the packet; the copy that DUP made. 0: none */
    uint64_t by;      /* nanoseconds of DELAY; places of REORDER */
    uint32_t bit;     /* of CORRUPT: counted from the first octet of the IP packet */
    struct tlog_text tag;
};

enum tlog_wire_kind {
    TLOG_WIRE_DROP,
    TLOG_WIRE_HOLD,
    TLOG_WIRE_DUP,
    TLOG_WIRE_DELAY,
    TLOG_WIRE_REORDER,
    TLOG_WIRE_CORRUPT,
    TLOG_WIRE_RELEASE,
    TLOG_WIRE_QUEUE_FULL,
    TLOG_WIRE_TOO_BIG,
    TLOG_WIRE_CUT,
    TLOG_WIRE_HEAL,
    TLOG_WIRE_ICMP, /* the wire itself sends an ICMP message, id, to a node; about packet id2 */
    TLOG_WIRE_KINDS
};

/* app, http, dns, cmd, note, predict, check, peer, drop, lost: k and text say which and what. */
struct tlog_say {
    struct tlog_text k;    /* app: "delivered"...; predict, check: the id; peer: the state; drop: the reason */
    struct tlog_text text; /* cmd: as typed; note; app, http, dns: text; predict: the answer as locked; check: got;
                            * peer: "diag" or "inferred"; drop: the reason as a sentence */
    struct tlog_text more; /* predict: its SHA-256; check: want; check's kind is kind */
    struct tlog_text kind;
    uint64_t offset;            /* app delivered */
    int64_t count;              /* app delivered: octets; lost: events; check: points got; drop: packet's id */
    int64_t of;                 /* check: points there were */
    int64_t rto, cwnd, retrans; /* peer; -1: not said */
};

struct tlog_event {
    uint64_t t;       /* nanoseconds since the start */
    uint32_t i;       /* number, from 1 without gaps */
    uint32_t c;       /* connection, unique per node; 0: none */
    uint8_t kind;     /* enum tlog_kind */
    uint8_t node;     /* index of the header's nodes, or TLOG_WIRE_NODE */
    const char *line; /* as it stands in the log, without its line feed */
    uint32_t line_length;
    union {
        struct tlog_segment segment;
        struct tlog_state state;
        struct tlog_rule rule;
        struct tlog_timer timer;
        struct tlog_vars vars;
        struct tlog_call call;
        struct tlog_wire wire;
        struct tlog_say say;
    } u;
};

struct tlog_node {
    struct tlog_text name; /* "A" */
    struct lucid_addr addr;
    bool kernel; /* not a stack of ours */
};

struct tlog_header {
    struct tlog_text lab, world, student, build, labfile, variant; /* empty: not there */
    uint64_t seed, msl;
    unsigned nodes;
    struct tlog_node node[TLOG_NODES_MAX];
    unsigned without_count; /* names of counterfactual switches */
    struct tlog_text without[20];
};

struct tlog;

/* An empty log; NULL: no memory. */
struct tlog *tlog_new(void);
void tlog_free(struct tlog *log);

/* Takes one line, the header first; a line feed at its end is left out. Returns 0, or -1 and in error a sentence with
 * line, column and what was expected; the log is as before then. */
int tlog_add(struct tlog *log, const char *line, size_t length, char error[LAB_ERROR]);

/* Reads a file, "-" for standard input. Returns the log, or NULL and the sentence. */
struct tlog *tlog_read(const char *path, char error[LAB_ERROR]);

const struct tlog_header *tlog_header(const struct tlog *log);

/* How many events there are; the i-th is tlog_at(log, i), from 1, and its number is i too unless the log is wrong or
 * events of it were lost. NULL: there are not so many. The address stays valid until the next tlog_add(). */
uint32_t tlog_count(const struct tlog *log);
const struct tlog_event *tlog_at(const struct tlog *log, uint32_t i);

/* The text of all lines, header first, as they came, each with its line feed. It stays until lines are added and this
 * is called again. NULL: no memory. */
const char *tlog_lines(const struct tlog *log, size_t *length);

/* "seg_tx"; "drop", "hold". */
const char *tlog_kind_name(unsigned kind);
const char *tlog_wire_name(unsigned act);

/* Name of a node: "A", or "W". */
const char *tlog_node_name(const struct tlog *log, unsigned node);

/* Index of a node with that name (length octets), TLOG_WIRE_NODE for "W", or -1. */
int tlog_node_find(const struct tlog *log, const char *name, size_t length);

#endif
