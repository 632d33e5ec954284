/* urgent.c: SND.UP and RCV.UP. See urgent.h. */
#include "tcp/urgent.h"

#include "base/bytes.h"
#include "tcp/life.h"

/* ---- sending ---- */

/* RFC 9293 3.10.2: "If the URGENT flag is set, then SND.UP <- SND.NXT", which is there the end of what is queued. The
 * pointer leaves at once: by itself, when window or congestion window hold the octets back. */
void urgent_send(struct tcb *tcb) {
    tcb->snd.up = tcb_data_end(tcb);
    tcb->flags |= TCB_URGENT_OUT;
    if (tcb_is(tcb, LUCID_ESTABLISHED | LUCID_CLOSE_WAIT)) {
        tcb->flags |= TCB_ACK_NOW;
    }
}

bool urgent_sending(const struct tcb *tcb) {
    return tcb_has(tcb, TCB_URGENT_OUT) && seq_lt(tcb->snd.una, tcb->snd.up);
}

bool urgent_waiting(const struct tcb *tcb) {
    return urgent_sending(tcb) && seq_lt(tcb->snd.nxt, tcb->snd.up);
}

/* RFC 9293 3.8.5 MUST-62; a SYN carries no data of ours. The field has 16 bits: urgent data that reaches farther is
 * announced as far as they go, and farther by each segment (MUST-31). */
void urgent_mark(struct tcb *tcb, struct tcp_header *header) {
    if (!urgent_sending(tcb)) {
        tcb->flags &= ~(unsigned)TCB_URGENT_OUT;
        return;
    }
    if (!(header->flags & LUCID_SYN) && seq_lt(header->seq, tcb->snd.up)) {
        header->flags |= LUCID_URG;
        header->urgent = (uint16_t)min_u32(seq_distance(header->seq, tcb->snd.up), UINT16_MAX);
    }
}

/* ---- receiving ---- */

/* The number of the octet that will be read next. */
static struct seq32 unread_from(const struct tcb *tcb) {
    uint32_t fin = tcb_has(tcb, TCB_FIN_RECEIVED) ? 1 : 0;
    return seq_sub(tcb->rcv.nxt, fin + tcb->receive_queue.length);
}

/* RFC 9293 3.10.7.4, sixth step: RCV.UP <- max(RCV.UP, SEG.UP). The application hears of it when the pointer is ahead
 * of what it has read, and again whenever the pointer moves on (MUST-32; the step itself would signal once only).
 * Behind the peer's FIN there is nothing that could be urgent (9293-3.10.7.4-30). */
void urgent_arrive(struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    struct seq32 known = tcb_has(tcb, TCB_URGENT_IN) ? tcb->rcv.up : unread_from(tcb);
    if (!tcb_is(tcb, STATES_DATA_IN) || seq_le(segment->up, known)) {
        trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/6", LUCID_OUTCOME_IGNORED);
        return;
    }
    tcb->rcv.up = segment->up;
    tcb->flags |= TCB_URGENT_IN;
    tcb_changed(tcp, tcb);
    trace_rule(tcp->env, tcb->name, "9293:3.10.7.4/6", LUCID_OUTCOME_ACCEPTED);
}

/* A pointer beyond the end of the stream is as good as one to its end: nothing more will come. */
uint32_t urgent_left(const struct tcb *tcb) {
    struct seq32 from = unread_from(tcb);
    bool nobody_reads = tcb->error || tcb_has(tcb, TCB_SHUT_READ);
    if (nobody_reads || !tcb_has(tcb, TCB_URGENT_IN) || seq_le(tcb->rcv.up, from)) {
        return 0;
    }
    uint32_t left = seq_distance(from, tcb->rcv.up);
    bool ended = tcb_has(tcb, TCB_FIN_RECEIVED | TCB_RETIRED);
    return ended ? min_u32(left, tcb->receive_queue.length) : left;
}

bool urgent_at_mark(const struct tcb *tcb) {
    return urgent_left(tcb) == 1;
}

uint32_t urgent_readable(const struct tcb *tcb) {
    uint32_t left = urgent_left(tcb);
    uint32_t waiting = tcb->receive_queue.length;
    return left == 0 ? waiting : min_u32(waiting, max_u32(left - 1, 1));
}

void urgent_read(struct tcp *tcp, struct tcb *tcb) {
    if (tcb_has(tcb, TCB_URGENT_IN) && seq_le(tcb->rcv.up, unread_from(tcb))) {
        tcb->flags &= ~(unsigned)TCB_URGENT_IN;
        trace_rule(tcp->env, tcb->name, "9293:MUST-33", LUCID_OUTCOME_ACCEPTED);
    }
}
