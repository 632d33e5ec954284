/* tcb.h: the Transmission Control Block, RFC 9293 3.3.1, with the RFC's names: tcb->snd.una is SND.UNA.
 *
 * A TCB is born by connect, or by a SYN that reaches a listener, and lives until its last segment is acknowledged and
 * its handle is closed; an idle one may sleep meanwhile, as a record (sleeper.h). Once the connection has ended (or has
 * become a TIME-WAIT record) the TCB is *retired*: no segment and no timer reaches it any more; it only keeps, for the
 * handle, what is still unread and the error that ended it.
 */
#ifndef TCP_TCB_H
#define TCP_TCB_H

#include "base/buffer.h"
#include "base/list.h"
#include "base/seq32.h"
#include "base/timers.h"
#include "lucid/trace.h"
#include "tcp/cc_state.h"
#include "wire/tcp_options.h"

/* Both ends of a connection. 36 octets without gaps: it is hashed as it lies in memory. */
struct endpoints {
    struct lucid_sockaddr local, remote;
};

/* A run of octets that came early, above a gap at RCV.NXT. */
struct run {
    struct run *next;
    struct seq32 start, end;
    uint32_t changed; /* when it last grew or came again: one of rcv.changes */
    struct buffers octets;
};

enum tcb_flag {
    TCB_ACTIVE = 1 << 0,       /* opened by connect; else by a SYN (MUST-11) */
    TCB_RETIRED = 1 << 1,      /* the connection has ended; kept for the handle */
    TCB_CLOSED = 1 << 2,       /* the application closed its handle: nobody reads, nobody writes */
    TCB_SHUT_READ = 1 << 3,    /* the application reads no more, but keeps the handle */
    TCB_FIN_QUEUED = 1 << 4,   /* FIN follows the last octet queued */
    TCB_FIN_SENT = 1 << 5,     /* it has been sent at least once */
    TCB_FIN_ACKED = 1 << 6,    /* and acknowledged */
    TCB_FIN_RECEIVED = 1 << 7, /* the peer's FIN, in order */
    TCB_SYN_DUE = 1 << 8,      /* SYN or SYN,ACK must leave */
    TCB_ACK_NOW = 1 << 9,      /* an ACK must leave */
    TCB_PROBE_DUE = 1 << 10,   /* a zero-window probe must leave */
    TCB_PROBE_SENT = 1 << 11,  /* one octet at SND.NXT may be on its way without being counted in it */
    TCB_KEEPALIVE_DUE = 1 << 12,
    TCB_OVERRIDE = 1 << 13,      /* send what fits now, whatever SWS avoidance says (3.8.6.2.1) */
    TCB_RECOVERY = 1 << 14,      /* fast recovery, RFC 6582 */
    TCB_PARTIAL_ACK = 1 << 15,   /* in this recovery a partial ACK has restarted the timer */
    TCB_TIMING = 1 << 16,        /* rtt.seq and rtt.at measure a round trip */
    TCB_MORE = 1 << 17,          /* LUCID_MSG_MORE on the latest send */
    TCB_WANT_WRITE = 1 << 18,    /* send() found no room: tell when there is some */
    TCB_IN_READY = 1 << 19,      /* in tcp->ready */
    TCB_IN_CHANGED = 1 << 20,    /* in tcp->changed */
    TCB_CLOSE_PENDING = 1 << 21, /* closed in SYN-RECEIVED with data queued: CLOSE follows ESTABLISHED (3.10.4) */
    TCB_FIN_SEEN = 1 << 22,      /* rcv.fin is known, perhaps above a gap */
    TCB_SYN_REPEATED = 1 << 23,  /* our SYN was sent more than once */
    TCB_HALF_OPEN = 1 << 24,     /* counted in tcp->half_open; in its listener's half_open */
    TCB_WAITING = 1 << 25,       /* in its listener's waiting */
    TCB_DSACK_DUE = 1 << 26,     /* rcv.dsack has not been told yet */
    TCB_URGENT_OUT = 1 << 27,    /* snd.up says something */
    TCB_URGENT_IN = 1 << 28,     /* rcv.up says something */
    TCB_NO_MEMORY = 1 << 29,     /* send() found room, but no memory to fill it with: it is told after the next ACK */
};

/* What the application switched on; a listener's children inherit it. */
enum tcb_switch {
    SWITCH_NODELAY = 1 << 0,      /* TCP_NODELAY */
    SWITCH_CORK = 1 << 1,         /* TCP_CORK */
    SWITCH_QUICKACK = 1 << 2,     /* TCP_QUICKACK */
    SWITCH_KEEPALIVE = 1 << 3,    /* SO_KEEPALIVE */
    SWITCH_FIXED_RCVBUF = 1 << 4, /* the application chose SO_RCVBUF: it does not grow */
    SWITCH_FIXED_SNDBUF = 1 << 5, /* and SO_SNDBUF */
    SWITCH_NO_REPORTS = 1 << 6,   /* TCP_SOFT_ERRORS is off */
};

/* What both SYNs offered. */
enum tcb_agreed {
    AGREED_SCALE = 1 << 0,      /* window scale, RFC 7323 2 */
    AGREED_TIMESTAMPS = 1 << 1, /* RFC 7323 3 */
    AGREED_SACK = 1 << 2,       /* RFC 2018 */
    AGREED_ECN = 1 << 3,        /* RFC 3168 6.1.1 */
};

struct tcb {
    struct endpoints ends;
    uint32_t chained;  /* demux.h */
    uint32_t state;    /* enum lucid_tcp_state; written by fsm.c only */
    uint32_t flags;    /* OR of enum tcb_flag */
    uint16_t switches; /* OR of enum tcb_switch */
    uint16_t agreed;   /* OR of enum tcb_agreed */
    uint32_t pending;  /* OR of enum fsm_action: not carried out yet */
    int error;         /* what ended it; positive errno value; 0: nothing */
    int soft_error;    /* what was reported meanwhile, for SO_ERROR: reports.h */

    struct seq32 iss, irs;
    struct send_sequence {
        struct seq32 una, nxt, wl1, wl2;
        struct seq32 up;       /* with TCB_URGENT_OUT: SND.UP, the first octet behind urgent data */
        uint32_t wnd, max_wnd; /* in octets, scaled (REC-1) */
        uint16_t mss;          /* largest payload, options taken off */
        uint16_t peer_mss;     /* as offered; 0: no option */
        uint8_t shift;
    } snd;
    struct {
        struct seq32 nxt;
        struct seq32 edge;           /* the right edge of the window that was last promised; RCV.WND is edge - nxt */
        struct seq32 acked;          /* RCV.NXT in the latest ACK that left: Last.ACK.sent of RFC 7323 */
        struct seq32 fin;            /* with TCB_FIN_SEEN: the sequence number of the peer's FIN */
        struct seq32 up;             /* with TCB_URGENT_IN: RCV.UP, the first octet behind urgent data */
        struct tcp_sack_block dsack; /* octets that came twice, RFC 2883 */
        uint32_t changes;            /* of runs, counted, so that each knows when it changed last */
        uint32_t buffer;             /* SO_RCVBUF */
        uint16_t mss;                /* what we offered: largest segment expected */
        uint16_t seen_mss;           /* largest segment seen */
        uint8_t shift;
        uint8_t full_segments; /* come since the latest ACK left */
        uint8_t acks_due;      /* ACKs that the batch has brought about, less those that left (RFC 5681 4.2); 0 is 1 */
        uint16_t wary;         /* segments in order until ACKs are aggregated again */
    } rcv;

    struct timestamps_state {
        uint32_t recent;      /* TS.Recent, RFC 7323 4.3 */
        uint32_t offset;      /* what our TSval begins from */
        lucid_time recent_at; /* when TS.Recent came */
    } ts;

    struct {
        uint16_t mtu;             /* of the path, as we know it */
        uint16_t largest_sent;    /* octets of a packet, since mtu is what it is; RFC 5927 7.2: maxsizesent */
        uint16_t largest_acked;   /* maxsizeacked */
        uint16_t claimed;         /* by ICMP, not believed yet; 0: none */
        struct seq32 claimed_seq; /* what it quoted */
        uint16_t probe;           /* octets of a larger packet that is under way; 0: none */
        struct seq32 probe_start, probe_end;
        lucid_time raise_at; /* when a larger one may be tried */
    } pmtu;

    struct buffers send_queue;    /* from SND.UNA on (without SYN and FIN) */
    uint32_t send_buffer;         /* SO_SNDBUF */
    struct buffers receive_queue; /* up to RCV.NXT, unread */
    struct run *runs;             /* above RCV.NXT, in order, not adjacent */
    uint32_t run_count, run_octets;
    uint64_t octets_in, octets_out;
    struct {
        lucid_time round; /* the shortest round trip, as the receiver knows it; 0: unknown */
        struct progress {
            lucid_time since;
            uint64_t octets; /* that had come through by then */
        } read, acked;       /* by the application; by the peer */
    } tune;                  /* autotune.h */

    struct {
        lucid_time srtt, rttvar, rto; /* RFC 6298; srtt 0: no sample yet */
        lucid_time latest;            /* sample, for the trace */
        lucid_time at;                /* with TCB_TIMING: when seq was sent */
        struct seq32 seq;
        uint8_t backoff; /* expiries in a row */
    } rtt;
    struct cc_state cc;
    struct {
        struct list in_order, in_time; /* of struct sent */
        struct sent *spare;            /* for the next segment, or NULL */
        struct sent *first_lost;       /* the first of in_order that is lost, or NULL */
        struct sent_index *index;      /* of in_order; NULL: there are few */
        struct seq32 farthest;         /* RACK.fack: the highest number acknowledged or SACKED */
        uint32_t count;                /* records */
        uint32_t sacked, lost;         /* octets */
        uint32_t sacked_runs;          /* records that the peer has: no two of them touch */
    } board;                           /* scoreboard.h */
    struct {
        struct seq32 recover; /* the highest sequence number sent when the latest loss was noticed */
        int32_t inflation;    /* octets that may fly beyond cwnd: the segments that duplicate ACKs say have left */
        uint8_t dupacks;
        uint8_t frto;        /* enum frto_step */
        bool guarded;        /* a loss up to recover means no new cut: this is one recovery, after a time-out or not */
        bool forced;         /* one lost segment may leave whatever cwnd says */
        bool undoable;       /* the latest cut may turn out to have been for nothing */
        uint32_t flight;     /* RecoverFS of RFC 6937: in flight when recovery began */
        uint32_t delivered;  /* prr_delivered */
        uint32_t out;        /* prr_out */
        uint32_t copies;     /* octets sent again since the latest cut, less those reported as duplicates */
        struct seq32 cut_at; /* SND.UNA at the latest cut */
    } loss;                  /* recovery.h */
    struct {
        lucid_time left_at;    /* RACK.xmit_ts: the latest departure of what has arrived; 0: nothing has */
        struct seq32 left_end; /* RACK.end_seq */
        lucid_time rtt;
        lucid_time min_rtt, min_rtt_at;
        struct seq32 dsack_round; /* with in_dsack_round: until this is acknowledged, D-SACKs count once */
        uint8_t multiplier;       /* RACK.reo_wnd_mult, less 1 */
        uint8_t persist;          /* RACK.reo_wnd_persist */
        bool reordering_seen, in_dsack_round;
    } rack; /* rack.h */
    struct {
        struct seq32 end; /* TLP.end_seq, when one is outstanding */
        bool due;         /* must leave */
        bool outstanding; /* has left, and is not acknowledged */
        bool again;       /* TLP.is_retrans */
        bool sampled;     /* there has been an RTT sample since the latest one left */
    } probe;              /* tailprobe.h */
    struct {
        struct seq32 recover; /* with cut: SND.NXT then */
        uint8_t mode;         /* enum lucid_ecn */
        bool cut;             /* the congestion window was cut, and what flew then is not acknowledged yet */
        bool by_ece;          /* with cut: there was no loss */
        bool marked;          /* the latest ACK has ECE */
        bool plain_syn;       /* a SYN of ours did not ask for it */
        bool echo;            /* CE has come: ECE until CWR */
        bool cwr_due;         /* the congestion window was cut: CWR goes with the next new data */
    } ecn;
    struct fast_state {
        uint32_t sent;        /* octets of data that our SYN carried, from ISS + 1 on, while it is not acknowledged */
        uint32_t carried;     /* the same, for good */
        bool asked;           /* our SYN has, or will have, the option */
        bool shown;           /* with a cookie */
        bool grant;           /* our SYN,ACK brings a cookie */
        bool taken;           /* the data of the peer's SYN was taken, and ours is not acknowledged yet */
    } fast;                   /* fastopen.h */
    lucid_time pace_at;       /* the turn of the next data, pacing.h */
    lucid_time last_sent;     /* data, for the restart after idle (RFC 5681 4.1) */
    lucid_time last_received; /* anything, for keep-alive */
    uint8_t keepalive_probes; /* unanswered */
    uint8_t keepcnt;
    uint32_t keepidle, keepintvl; /* seconds */
    uint32_t user_timeout;        /* milliseconds; 0: config.r2_data */
    uint8_t challenges;           /* challenge ACKs in this second */
    uint32_t challenge_second;
    uint32_t retransmits;
    uint8_t tos, ttl;
    uint8_t tos_received; /* of the latest segment that was acceptable (MAY-9) */

    lucid_time at[LUCID_TIMERS]; /* each timer's expiry, LUCID_NEVER: off */
    struct timer_node timer;     /* armed not after the earliest of them */

    uint32_t number;           /* in tcp->tcbs */
    uint32_t name;             /* in the trace; never used again */
    uint32_t owner;            /* handle's number; POOL_NONE: none */
    uint32_t record;           /* retired into this TIME-WAIT record; POOL_NONE: no */
    struct listener *listener; /* that it was born of and waits at; NULL once accepted */
    struct list_node sibling;  /* in one of the listener's two lists */
    struct list_node ready, changed;
    uint32_t traced[LUCID_VARS]; /* variables as last traced */
    const char *traced_phase;    /* rule of the latest growth of cwnd, and of what held data back, as last traced */
    const char *traced_wait;
};

static inline bool tcb_is(const struct tcb *tcb, unsigned states) {
    return (tcb->state & states) != 0;
}

static inline bool tcb_has(const struct tcb *tcb, unsigned flags) {
    return (tcb->flags & flags) != 0;
}

static inline bool tcb_switched(const struct tcb *tcb, unsigned switches) {
    return (tcb->switches & switches) != 0;
}

static inline bool tcb_agreed(const struct tcb *tcb, unsigned features) {
    return (tcb->agreed & features) != 0;
}

static inline uint32_t tcb_flight(const struct tcb *tcb) {
    return seq_distance(tcb->snd.una, tcb->snd.nxt);
}

/* RCV.WND */
static inline uint32_t tcb_receive_window(const struct tcb *tcb) {
    return seq_distance(tcb->rcv.nxt, tcb->rcv.edge);
}

/* True while our SYN is not acknowledged. */
static inline bool tcb_syn_unacked(const struct tcb *tcb) {
    return seq_eq(tcb->snd.una, tcb->iss);
}

/* True once our SYN has left: before that, an ACK of it is a guess. */
static inline bool tcb_syn_left(const struct tcb *tcb) {
    return tcb_has(tcb, TCB_TIMING | TCB_SYN_REPEATED);
}

/* The sequence number of the first octet in the send queue. */
static inline struct seq32 tcb_data_start(const struct tcb *tcb) {
    return tcb_syn_unacked(tcb) ? seq_add(tcb->iss, 1) : tcb->snd.una;
}

/* In flight, our SYN left out. */
static inline uint32_t tcb_data_flight(const struct tcb *tcb) {
    return seq_distance(tcb_data_start(tcb), tcb->snd.nxt);
}

/* The sequence number behind the last octet in the send queue: our FIN's, when there is one. */
static inline struct seq32 tcb_data_end(const struct tcb *tcb) {
    return seq_add(tcb_data_start(tcb), tcb->send_queue.length);
}

/* The highest acknowledgment that makes sense: SND.NXT, or more while a window probe or the data of our SYN is out. */
static inline struct seq32 tcb_highest_sent(const struct tcb *tcb) {
    return seq_add(tcb->snd.nxt, tcb->fast.sent + (tcb_has(tcb, TCB_PROBE_SENT) ? 1 : 0));
}

#endif
