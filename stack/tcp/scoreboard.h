/* scoreboard.h: what is in flight, piece by piece, and what is known of each piece.
 *
 * A record stands for octets that left together: when they left last, whether they left more than once, whether the
 * peer has them although something before them is missing (SACKED), whether they are lost and to be sent again (LOST).
 * The records lie end to end and cover [SND.UNA, SND.NXT) without the SYN; a FIN counts as an octet. Where an ACK, a
 * block of a SACK option or a retransmission concerns a part of a record, it is split. Octets that leave at one instant
 * share one record, and so do neighbours that the peer has.
 *
 * This file only keeps the books. What is lost is decided in rack.h (RFC 8985) or by duplicate ACKs (RFC 6582), what to
 * do about it in recovery.h, when to send in plan.h.
 *
 * Order of calls: scoreboard_reserve() before a segment is built; scoreboard_sent() or scoreboard_sent_again() when it
 * has left; scoreboard_acked() and scoreboard_sacked() with one struct delivery for each ACK.
 */
#ifndef TCP_SCOREBOARD_H
#define TCP_SCOREBOARD_H

#include "tcp/tcp.h"

enum sent_flag {
    SENT_AGAIN = 1 << 0,  /* left more than once */
    SENT_SACKED = 1 << 1, /* the peer has it */
    SENT_LOST = 1 << 2,   /* it is to be sent again, and is not in flight until then */
};

struct sent {
    struct list_node in_order; /* of sequence numbers */
    struct list_node in_time;  /* of departure; not with SENT_SACKED or SENT_LOST */
    struct seq32 start, end;
    lucid_time at; /* when it left last */
    uint32_t flags;
};

/* Records of one connection, at most. Beyond it pieces are not split: a block that covers a part of one is ignored. */
#define SCOREBOARD_RECORDS_MAX 4096u

/* What one ACK says has arrived. Set the first three; the calls add up the others. */
struct delivery {
    lucid_time now;
    lucid_time least_rtt;   /* a copy cannot have come back sooner than this; 0: unknown */
    lucid_time echoed_left; /* the segment that caused the ACK left then or before, by its timestamp; 0: unknown */
    uint32_t acked;         /* octets acknowledged in order, those that were SACKED before left out */
    uint32_t sacked;        /* octets SACKED for the first time */
    uint32_t originals;     /* octets of both that had left only once */
    struct seq32 originals_end;
    bool reordered; /* an octet that left once came after one that left later (RFC 8985 6.2 step 3) */
    bool timed;     /* the next three are set: the latest departure of what has arrived */
    lucid_time left_at;
    struct seq32 left_end;
    lucid_time rtt;
};

/* Provides for one more record. False when memory is so short that nothing new can be noted: do not send it. What is
 * noted already can always be sent again, if need be in pieces that are not told apart. */
bool scoreboard_reserve(struct tcp *tcp, struct tcb *tcb);

/* [start, end) has left for the first time, now; start is SND.NXT as it was. */
void scoreboard_sent(struct tcp *tcp, struct tcb *tcb, struct seq32 start, struct seq32 end);

/* [start, end) has left again. */
void scoreboard_sent_again(struct tcp *tcp, struct tcb *tcb, struct seq32 start, struct seq32 end, lucid_time now);

/* Everything before una has been acknowledged. */
void scoreboard_acked(struct tcp *tcp, struct tcb *tcb, struct seq32 una, struct delivery *delivery);

/* The peer has [left, right). */
void scoreboard_sacked(struct tcp *tcp, struct tcb *tcb, struct seq32 left, struct seq32 right,
                       struct delivery *delivery);

/* This record is lost. */
void scoreboard_lose(struct tcb *tcb, struct sent *sent);

/* What of [start, end) the peer does not have is lost. */
void scoreboard_lose_range(struct tcp *tcp, struct tcb *tcb, struct seq32 start, struct seq32 end);

/* Nothing is known any more of what the peer has above a gap: it may have thrown it away (RFC 2018 8). */
void scoreboard_forget_sacked(struct tcb *tcb);

/* The first record that is to be sent again, or NULL; and where it ends, with those behind it that are, too, until
 * there are enough octets: what left in small pieces may leave again in large ones. */
const struct sent *scoreboard_first_lost(const struct tcb *tcb);
struct seq32 scoreboard_lost_end(const struct sent *first, uint32_t enough);

/* The record that left longest ago of those in flight, and the one that left after it; NULL: none. */
struct sent *scoreboard_oldest(const struct tcb *tcb);
struct sent *scoreboard_younger(const struct sent *sent);

/* Octets in flight: sent, not acknowledged, not SACKED, not lost. ("pipe" of RFC 6675.) */
uint32_t scoreboard_pipe(const struct tcb *tcb);

/* Frees all records. */
void scoreboard_clear(struct tcp *tcp, struct tcb *tcb);

#endif
