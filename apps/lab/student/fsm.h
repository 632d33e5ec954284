/* fsm.h: what your machine in fsm.c is asked, and what it may answer.
 *
 * A TCP is asked one question over and over: I am in this state, this has happened: where do I go, and what do I send
 * and say? Your function answers it, with RFC 9293 3.10 beside you. It keeps nothing for itself: all that it may know
 * is in its arguments. (A variable that outlives the call is a second machine, and the grader will find it.)
 *
 * An event is a call of the application, a timer, or one whole segment. Of a segment you are not given the bits but
 * the facts, checked against the connection: not "the ACK bit is on", but "it acknowledges our FIN". In which order
 * the facts of one segment are used is up to you, and it is the point: ACK is the fifth step of 3.10.7.4 and FIN is
 * the eighth.
 */
#ifndef STUDENT_FSM_H
#define STUDENT_FSM_H

#include <stdbool.h>

enum tcp_state {
    CLOSED,
    LISTEN,
    SYN_SENT,
    SYN_RECEIVED,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    CLOSE_WAIT,
    CLOSING,
    LAST_ACK,
    TIME_WAIT,
    TCP_STATES,
    NOT_WRITTEN = TCP_STATES /* "I have not come to this yet": counted apart from wrong answers */
};

/* The 23 classes of events. */
enum ev_kind {
    /* the application calls (3.10.1 to 3.10.5) */
    OPEN_ACTIVE,
    OPEN_PASSIVE,
    SEND,
    CLOSE,
    ABORT,
    /* a timer fires (3.10.8) */
    TIMEOUT_2MSL,
    TIMEOUT_USER,
    TIMEOUT_RTO,
    /* a segment arrives (3.10.7); all but SYN and RST carry an acknowledgment */
    SEG_SYN,            /* SYN without ACK; where there is a window, inside it */
    SEG_SYN_ACK,        /* SYN, and its ACK acknowledges our SYN */
    SEG_SYN_BAD_ACK,    /* SYN, and its ACK acknowledges something we never sent */
    SEG_ACK,            /* an ACK that says nothing new */
    SEG_ACK_OF_SYN,     /* it acknowledges our SYN */
    SEG_ACK_OF_FIN,     /* it acknowledges our FIN */
    SEG_FIN,            /* FIN, and all data before it has come; where the FIN came before, the same FIN again */
    SEG_FIN_ACK_OF_FIN, /* such a FIN, and in the same segment an acknowledgment of our FIN */
    SEG_FIN_ACK_OF_SYN, /* such a FIN, and in the same segment an acknowledgment of our SYN */
    SEG_RST_EXACT,      /* RST at RCV.NXT; where there is no window yet: any RST without ACK */
    SEG_RST_IN_WINDOW,  /* RST in the window, but not at RCV.NXT */
    SEG_RST_OUTSIDE,    /* RST outside the window */
    SEG_RST_ACK_OF_SYN, /* RST whose ACK acknowledges our SYN */
    SEG_OUTSIDE,        /* any segment but RST that lies outside the window, a SYN that comes again among them */
    SEG_DATA,           /* data in its place, and an ACK that says nothing new */
    EV_KINDS
};

/* The facts of a segment, for those who prefer them to its class: each is true of some classes. */
enum fact {
    FACT_SYN = 1 << 0,
    FACT_ACK = 1 << 1,     /* it has an acknowledgment */
    FACT_ACK_BAD = 1 << 2, /* ... of something never sent, or, before ESTABLISHED, of nothing new */
    FACT_ACK_OF_SYN = 1 << 3,
    FACT_ACK_OF_FIN = 1 << 4,
    FACT_FIN = 1 << 5,
    FACT_RST = 1 << 6,
    FACT_EXACT = 1 << 7,     /* SEG.SEQ = RCV.NXT */
    FACT_IN_WINDOW = 1 << 8, /* acceptable by Table 6 */
    FACT_DATA = 1 << 9
};

struct tcp_ev {
    enum ev_kind kind;
    unsigned facts; /* of a segment: OR of enum fact; else 0 */
};

/* What you may look at of the connection besides its state. */
struct tcb {
    bool passive;     /* it came from a SYN to a listener, not from OPEN active */
    bool data_queued; /* the application has sent data that still waits */
};

/* What the application is told. */
enum fsm_tell {
    TELL_CONNECTED = 1 << 0, /* the connection is there */
    TELL_END = 1 << 1,       /* "connection closing": the peer has no more to send */
    TELL_REFUSED = 1 << 2,   /* "connection refused" */
    TELL_RESET = 1 << 3,     /* "connection reset" */
    TELL_TIMED_OUT = 1 << 4  /* "connection aborted due to user timeout" */
};

/* What comes of it besides the next state; all false and 0 when you are called. */
struct fsm_out {
    bool syn, ack, fin, rst; /* to be sent; SYN,ACK is syn and ack. fin: behind the last octet that is queued */
    bool start_2msl;         /* the 2MSL timer starts, or starts again */
    unsigned tell;           /* OR of enum fsm_tell; nobody looks at it after ABORT */
};

/* Return the next state; put what must be sent or told into *out. You may look at tcb, not change it. */
enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out);

#endif
