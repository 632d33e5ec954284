/* watch.h: what must hold of one stack from event to event: the invariants that need a memory of their own.
 *
 * stack/tcp/check.c looks at one instant. Here the same connection is compared with what it was before, each packet
 * that leaves with the connection it leaves from, and each packet that arrives with what is done about it. Numbers as
 * in check.c.
 *
 *     watch_begin(&watch, stack, key, reserves);
 *     watch_before(&watch, octets, length, sound); lucid_input(); watch_after(&watch, why);
 *     watch_pulled(&watch, &packet)               for each packet pulled
 *     watch_out(&watch, octets, length)           for each wire packet that it becomes
 *     watch_event(&watch, &event)                 for each change of state
 *     watch_stack(&watch)                         after every event
 *     watch_batch(&watch)                         when all output has been pulled
 *     watch.broken[0] != '\0': "I3: ..."
 */
#ifndef SIM_WATCH_H
#define SIM_WATCH_H

#include "core/stack.h"

/* What a connection was when last looked at. */
struct watch_past {
    uint32_t name;    /* of the connection; 0: none */
    struct seq32 irs; /* another one: the ACK of a cookie has put a connection in the place of a half-open one */
    struct seq32 una, nxt, rcv_nxt, fin;
    bool fin_taken; /* the peer's FIN, in order: one above a gap may be a lie, and gives way to what fills the gap */
    bool acked, sent, fin_sent, recovers, undoable;
    struct seq32 edge; /* the right edge that the latest ACK promised */
    struct seq32 ack;
    struct seq32 highest; /* behind the highest number sent */
    struct seq32 fin_at;
    uint32_t cwnd, ssthresh, wnd, queued;
    int32_t inflation;
    lucid_time rto;
    uint8_t backoff;
    unsigned state;
    unsigned packets_in, packets_out, copies; /* while half-open: arrived, left, of these by the timer */
    uint32_t challenges;
    lucid_time challenge_second;
    struct endpoints ends;
};

struct watch {
    struct lucid_stack *stack;
    uint64_t key;  /* of end_key() */
    bool scarce;   /* memory may be short */
    bool reserves; /* packets are read into chunks of the stack */
    struct lucid_packet in;
    struct watch_past *past; /* by number in tcp.tcbs */
    uint32_t room;
    struct {
        struct lucid_stats stats;
        const struct datagram *last_reply;
        uint32_t replies;
        size_t length;
        bool sound, tcp, reset, icmp_error;
        struct endpoints ends;
    } before;
    uint64_t steps;
    char broken[160];
};

void watch_begin(struct watch *watch, struct lucid_stack *stack, uint64_t key, bool reserves);
void watch_end(struct watch *watch);

/* sound: a stack has sent it, and the network has not damaged it. */
void watch_before(struct watch *watch, const uint8_t *octets, size_t length, bool sound);
void watch_after(struct watch *watch, int why);
void watch_pulled(struct watch *watch, const struct lucid_packet *packet);
void watch_out(struct watch *watch, const uint8_t *octets, size_t length);
void watch_event(struct watch *watch, const struct lucid_event *event);
void watch_stack(struct watch *watch);
void watch_batch(struct watch *watch);

/* ---- between the files of watch ---- */

void watch_broken(struct watch *watch, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The memory of a connection, begun anew when another one has taken its place. */
struct watch_past *watch_past(struct watch *watch, const struct tcb *tcb);

/* The ends of a TCP packet, as the one who gets (mine: sends) it sees them; false: it is none. */
bool watch_ends(const uint8_t *octets, size_t length, bool mine, struct endpoints *ends, size_t *transport);

#endif
