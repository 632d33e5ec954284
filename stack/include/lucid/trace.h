/* trace.h: watch a stack work.
 *
 * Every segment, change of state, decision, timer, variable, call and drop is an event in a bounded ring, which the
 * owner of the stack empties with lucid_trace_next(). Nothing else reports: the text of lucid-httpd --trace, its JSON
 * Lines, the lab and the stories that failing tests print are all readers of these events. Off, it costs one
 * predictable branch.
 *
 * The second half of this file shows the state machine itself, the rows of stack/tcp/fsm.def.
 */
#ifndef LUCID_TRACE_H
#define LUCID_TRACE_H

#include "lucid/info.h"

#ifdef __cplusplus
extern "C" {
#endif

enum lucid_event_kind {
    LUCID_EVENT_SEGMENT_OUT = 0, /* segment: a TCP segment leaves */
    LUCID_EVENT_SEGMENT_IN,      /* segment: one arrives, before anything is decided about it */
    LUCID_EVENT_STATE,           /* state: a row of the machine fired */
    LUCID_EVENT_RULE,            /* rule: a decision that changes no state */
    LUCID_EVENT_TIMER,           /* timer: set, fired or stopped */
    LUCID_EVENT_VARIABLES,       /* variables: those that changed since the last event of this kind */
    LUCID_EVENT_CALL,            /* call: the application calls */
    LUCID_EVENT_RETURN,          /* call: what it got */
    LUCID_EVENT_DELIVERED,       /* delivered: octets of the stream became readable */
    LUCID_EVENT_DROP,            /* drop: a packet or segment was dropped */
    LUCID_EVENT_KINDS
};

enum lucid_flag {
    LUCID_FIN = 0x01,
    LUCID_SYN = 0x02,
    LUCID_RST = 0x04,
    LUCID_PSH = 0x08,
    LUCID_ACK = 0x10,
    LUCID_URG = 0x20,
    LUCID_ECE = 0x40,
    LUCID_CWR = 0x80,
};

#define LUCID_TRACE_PAYLOAD 64
#define LUCID_TRACE_OPTIONS 40

struct lucid_event_segment {
    struct lucid_sockaddr source, destination;
    uint64_t id;                           /* of the packet, see struct lucid_packet */
    uint32_t seq, ack;                     /* raw */
    uint32_t window;                       /* scaled, except on SYN */
    uint32_t length;                       /* octets of data */
    uint16_t segment_size;                 /* with offload: octets of data per segment on the wire; else 0 */
    uint16_t urgent;                       /* with LUCID_URG: urgent data ends this far from seq */
    uint8_t flags;                         /* OR of enum lucid_flag */
    bool retransmission;                   /* out: some of these octets were sent before */
    uint8_t option_length, payload_length; /* octets kept below */
    uint8_t options[LUCID_TRACE_OPTIONS];
    uint8_t payload[LUCID_TRACE_PAYLOAD]; /* the first ones */
};

/* Why a state changed: exactly one of a segment, a timer, a call. */
enum lucid_cause { LUCID_CAUSE_SEGMENT, LUCID_CAUSE_TIMER, LUCID_CAUSE_CALL };

struct lucid_event_state {
    uint16_t from, to; /* enum lucid_tcp_state; 0: not yet born, or gone without CLOSED (a child of a listener) */
    int16_t row;       /* index for lucid_fsm_row() */
    uint8_t cause;     /* enum lucid_cause */
    uint8_t timer;     /* with LUCID_CAUSE_TIMER: enum lucid_timer */
    uint8_t call;      /* with LUCID_CAUSE_CALL: enum lucid_call */
    uint32_t parent;   /* the listener's number, for a connection that a SYN has just made; else 0 */
    uint64_t segment;  /* with LUCID_CAUSE_SEGMENT: its id */
    struct lucid_sockaddr local, remote;
};

/* What came of a segment or a timer by a rule that does not change the state. */
enum lucid_outcome {
    LUCID_OUTCOME_ACCEPTED,
    LUCID_OUTCOME_DROPPED,
    LUCID_OUTCOME_ACK,           /* dropped, and acknowledged */
    LUCID_OUTCOME_CHALLENGE_ACK, /* dropped, and answered by a challenge ACK */
    LUCID_OUTCOME_RST,           /* dropped, and answered by RST */
    LUCID_OUTCOME_IGNORED,       /* a part of it (old ACK, URG, text after FIN) has no effect */
    LUCID_OUTCOME_TRIMMED,       /* parts outside the window were cut off */
    LUCID_OUTCOME_QUEUED,        /* kept until a gap is filled */
    LUCID_OUTCOME_RETRANSMIT,    /* something will be sent again */
    LUCID_OUTCOME_PROBE,         /* a probe will be sent */
    LUCID_OUTCOME_ACK_NOW,       /* taken, and an ACK will leave at once */
    LUCID_OUTCOME_WAITS,         /* what could leave is held back: an ACK, a small segment, what no window takes */
    LUCID_OUTCOME_ADJUSTED,      /* an estimate, a time-out or the congestion window is another one now */
    LUCID_OUTCOMES
};

struct lucid_event_rule {
    const char *rule; /* "9293:3.10.7.4/1": RFC, section, step; or "9293:MUST-36". A constant of the library */
    uint8_t outcome;  /* enum lucid_outcome */
    uint64_t segment; /* id; 0: none was involved */
};

enum lucid_timer {
    LUCID_TIMER_RTO,
    LUCID_TIMER_PERSIST,
    LUCID_TIMER_DELAYED_ACK,
    LUCID_TIMER_KEEPALIVE,
    LUCID_TIMER_2MSL,
    LUCID_TIMER_USER,
    LUCID_TIMER_FIN_WAIT_2,
    LUCID_TIMER_REORDER,    /* RFC 8985 6.2: what may only be late is lost then */
    LUCID_TIMER_TAIL_PROBE, /* RFC 8985 7 */
    LUCID_TIMER_PACE,       /* config.pacing: the turn of the next data */
    LUCID_TIMERS
};
enum lucid_timer_act { LUCID_TIMER_SET, LUCID_TIMER_FIRED, LUCID_TIMER_STOPPED };

struct lucid_event_timer {
    uint8_t timer, act; /* enum lucid_timer, enum lucid_timer_act */
    lucid_time at;      /* set: when it will fire */
};

enum lucid_variable {
    LUCID_VAR_SND_UNA,
    LUCID_VAR_SND_NXT,
    LUCID_VAR_SND_WND,
    LUCID_VAR_SND_WL1,
    LUCID_VAR_SND_WL2,
    LUCID_VAR_RCV_NXT,
    LUCID_VAR_RCV_WND,
    LUCID_VAR_CWND,
    LUCID_VAR_SSTHRESH, /* UINT32_MAX: none yet */
    LUCID_VAR_FLIGHT,
    LUCID_VAR_SRTT, /* microseconds, as are the next two */
    LUCID_VAR_RTTVAR,
    LUCID_VAR_RTO,
    LUCID_VAR_DUPACKS,
    LUCID_VAR_SEND_QUEUE,
    LUCID_VAR_RECEIVE_QUEUE,
    LUCID_VAR_RTT,  /* microseconds: the latest sample */
    LUCID_VAR_USER, /* milliseconds: the user time-out, R2 */
    LUCID_VARS
};

struct lucid_event_variables {
    uint32_t changed; /* bit 1 << enum lucid_variable */
    uint32_t value[LUCID_VARS];
};

enum lucid_call {
    LUCID_CALL_OPEN, /* connect */
    LUCID_CALL_LISTEN,
    LUCID_CALL_ACCEPT,
    LUCID_CALL_SEND,
    LUCID_CALL_RECV,
    LUCID_CALL_SHUTDOWN,
    LUCID_CALL_CLOSE,
    LUCID_CALL_ABORT,
    LUCID_CALL_STATUS,
    LUCID_CALLS
};

struct lucid_event_call {
    uint8_t call; /* enum lucid_call */
    int fd;
    int64_t value; /* call: its argument (octets, how, backlog); return: the result or negative error */
};

struct lucid_event_delivered {
    uint64_t offset; /* of the first octet in the stream */
    uint32_t count;
};

struct lucid_event_drop {
    uint16_t reason;  /* enum lucid_drop */
    uint64_t segment; /* id of the packet */
};

struct lucid_event {
    uint64_t number; /* from 1, without gaps */
    lucid_time time;
    uint32_t connection; /* unique in its stack from birth; 0: none */
    uint8_t kind;        /* enum lucid_event_kind */
    union {
        struct lucid_event_segment segment;
        struct lucid_event_state state;
        struct lucid_event_rule rule;
        struct lucid_event_timer timer;
        struct lucid_event_variables variables;
        struct lucid_event_call call;
        struct lucid_event_delivered delivered;
        struct lucid_event_drop drop;
    } u;
};

/* Turns the trace on or off. kinds: OR of 1 << enum lucid_event_kind, or LUCID_TRACE_ALL; 0: off, and the ring is
 * freed. capacity: events the ring holds. Returns 0, -LUCID_ENOMEM or -LUCID_EINVAL (capacity 0). */
#define LUCID_TRACE_ALL ((1u << LUCID_EVENT_KINDS) - 1u)
LUCID_API int lucid_trace_enable(struct lucid_stack *stack, unsigned kinds, uint32_t capacity);

/* Takes the oldest event. When the ring was full, the newest were lost: *lost (unless NULL) is set to how many since
 * the last call, and their numbers are missing. Returns 1, or 0 when there is none. */
LUCID_API int lucid_trace_next(struct lucid_stack *stack, struct lucid_event *event, uint64_t *lost);

/* Names for readers: "RTO", "SYN-SENT" is in info.h, "connect", "CHALLENGE-ACK", "cwnd", "segment-in". */
LUCID_API const char *lucid_timer_name(unsigned timer);
LUCID_API const char *lucid_call_name(unsigned call);
LUCID_API const char *lucid_outcome_name(unsigned outcome);
LUCID_API const char *lucid_variable_name(unsigned variable);
LUCID_API const char *lucid_event_name(unsigned kind);

/* Writes flags in the usual letters, "SA" for SYN,ACK, into text (9 octets) and returns text. */
LUCID_API char *lucid_flags_format(unsigned flags, char text[9]);

/* ---- the state machine ---- */

enum lucid_fsm_source { LUCID_FSM_FIG5, LUCID_FSM_TEXT, LUCID_FSM_EXT };

/* One row of stack/tcp/fsm.def: in one of these states, on this event, if the guard holds, go there. */
struct lucid_fsm_row {
    unsigned from;       /* OR of enum lucid_tcp_state */
    const char *event;   /* "RCV_ACK_OF_FIN": a validated fact, never a flag */
    const char *guard;   /* "PASSIVE"; "ALWAYS" when there is none */
    unsigned to;         /* enum lucid_tcp_state */
    const char *actions; /* "SEND_ACK START_2MSL" */
    const char *rule;    /* "9293:3.10.7.4/5/FIN-WAIT-1" */
    uint8_t source;      /* enum lucid_fsm_source: drawn in Figure 5; in the RFC's text; an extension */
};

/* Row i, from 0; NULL after the last. */
LUCID_API const struct lucid_fsm_row *lucid_fsm_row(unsigned i);

#ifdef __cplusplus
}
#endif

#endif
