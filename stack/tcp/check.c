/* check.c: invariants of one connection. See check.h. */
#include "tcp/check.h"

#include "tcp/recvq.h"
#include "tcp/scoreboard.h"
#include "tcp/sent_index.h"

static const uint32_t HALF_SPACE = UINT32_C(1) << 31;

/* What sequence variables and queues say the state must be; more than one where they cannot tell. */
static unsigned derived_states(const struct tcb *tcb) {
    bool syn_received = seq_distance(tcb->irs, tcb->rcv.nxt) > 0;
    bool fin_received = tcb_has(tcb, TCB_FIN_SEEN) && seq_eq(tcb->rcv.nxt, seq_add(tcb->rcv.fin, 1));
    bool fin_queued = tcb_has(tcb, TCB_FIN_QUEUED);
    bool fin_acked = fin_queued && seq_eq(tcb->snd.una, tcb->snd.nxt) && tcb_has(tcb, TCB_FIN_SENT);
    if (!syn_received) {
        return LUCID_SYN_SENT;
    }
    if (!fin_queued) {
        if (seq_eq(tcb->snd.una, tcb->iss)) {
            return LUCID_SYN_RECEIVED;
        }
        return fin_received ? LUCID_CLOSE_WAIT : LUCID_ESTABLISHED;
    }
    if (fin_received) {
        return fin_acked ? LUCID_TIME_WAIT : LUCID_CLOSING | LUCID_LAST_ACK;
    }
    return fin_acked ? LUCID_FIN_WAIT_2 : LUCID_FIN_WAIT_1;
}

static const char *check_send(const struct tcb *tcb) {
    uint32_t flight = seq_distance(tcb->snd.una, tcb->snd.nxt);
    uint32_t unsent_or_flying = tcb->send_queue.length;
    bool syn_unacked = seq_eq(tcb->snd.una, tcb->iss);
    bool fin_flying = tcb_has(tcb, TCB_FIN_SENT) && !tcb_has(tcb, TCB_FIN_ACKED);
    uint32_t controls = (syn_unacked ? 1u : 0u) + (fin_flying ? 1u : 0u);
    if (flight >= HALF_SPACE) {
        return "I1: SND.UNA is beyond SND.NXT";
    }
    if (tcb_is(tcb, LUCID_ESTABLISHED | LUCID_FIN_WAIT_2 | LUCID_CLOSE_WAIT) && syn_unacked) {
        return "I3: SND.UNA says that our SYN is not acknowledged, the state that it is";
    }
    if (flight > tcb->snd.max_wnd + 2u && !syn_unacked) {
        return "I2: more is in flight than the largest window ever offered";
    }
    if (flight > unsent_or_flying + controls) {
        return "I4: octets in flight are not in the send queue";
    }
    if (tcb_has(tcb, TCB_FIN_SENT) && !tcb_has(tcb, TCB_FIN_QUEUED)) {
        return "I10: a FIN was sent that nobody queued";
    }
    if (tcb_has(tcb, TCB_FIN_SENT) && !tcb_has(tcb, TCB_FIN_ACKED) &&
        !seq_eq(tcb->snd.nxt, seq_add(tcb_data_end(tcb), 1))) {
        return "I10: our FIN was sent, and its number is not that behind the last octet";
    }
    return NULL;
}

static uint32_t length_in(const struct sent *sent, unsigned flag) {
    return sent->flags & flag ? seq_distance(sent->start, sent->end) : 0;
}

/* The records lie end to end from the first octet in flight to the last. */
static const char *check_records(const struct tcb *tcb) {
    struct seq32 at = tcb_data_start(tcb);
    bool touches = false;
    for (struct list_node *node = tcb->board.in_order.first; node; node = node->next) {
        const struct sent *sent = CONTAINER_OF(node, struct sent, in_order);
        bool is_sacked = sent->flags & SENT_SACKED;
        if (!seq_eq(sent->start, at) || !seq_lt(sent->start, sent->end) || (touches && is_sacked)) {
            return "I8: the records of what was sent overlap, leave a gap, or are not joined";
        }
        at = sent->end;
        touches = is_sacked;
    }
    return seq_lt(at, tcb->snd.nxt) ? "I4: something is in flight of which there is no record" : NULL;
}

/* What is summed up of them is right. */
static const char *check_sums(const struct tcb *tcb) {
    uint32_t count = 0, sacked = 0, lost = 0, runs = 0, flying = 0;
    for (struct list_node *node = tcb->board.in_order.first; node; node = node->next) {
        const struct sent *sent = CONTAINER_OF(node, struct sent, in_order);
        count++;
        runs += (sent->flags & SENT_SACKED) != 0;
        flying += (sent->flags & (SENT_SACKED | SENT_LOST)) == 0;
        sacked += length_in(sent, SENT_SACKED);
        lost += length_in(sent, SENT_LOST);
    }
    for (struct list_node *node = tcb->board.in_time.first; node; node = node->next) {
        flying--;
    }
    bool same = count == tcb->board.count && sacked == tcb->board.sacked && lost == tcb->board.lost &&
                runs == tcb->board.sacked_runs && flying == 0;
    return same ? NULL : "I9: octets SACKed or lost are miscounted";
}

/* So is what leads to them: the first lost one, the index, the order in which they left. */
static const char *check_index(const struct tcb *tcb) {
    const struct sent_index *index = tcb->board.index;
    const struct sent *first_lost = NULL;
    uint32_t place = index ? index->first : 0;
    for (struct list_node *node = tcb->board.in_order.first; node; node = node->next, place++) {
        const struct sent *sent = CONTAINER_OF(node, struct sent, in_order);
        first_lost = !first_lost && sent->flags & SENT_LOST ? sent : first_lost;
        if (index && (place >= index->room || index->at[place] != sent)) {
            return "I8: the index of the records does not agree with their list";
        }
    }
    if (index && place != index->first + index->count) {
        return "I8: the index of the records names one that is gone";
    }
    return first_lost == tcb->board.first_lost ? NULL : "I9: another record is the first lost one";
}

static const char *check_departures(const struct tcb *tcb) {
    lucid_time latest = 0;
    for (struct list_node *node = tcb->board.in_time.first; node; node = node->next) {
        const struct sent *sent = CONTAINER_OF(node, struct sent, in_time);
        if (sent->at < latest) {
            return "I8: records are not in the order of their departure";
        }
        latest = sent->at;
    }
    return NULL;
}

static const char *check_urgent(const struct tcb *tcb) {
    if (tcb_has(tcb, TCB_URGENT_OUT) && seq_gt(tcb->snd.up, tcb_data_end(tcb))) {
        return "I4: the urgent pointer lies behind what is queued";
    }
    return NULL;
}

static const char *check_runs(const struct tcb *tcb) {
    struct seq32 last = tcb->rcv.nxt;
    uint32_t count = 0;
    uint32_t octets = 0;
    for (const struct run *run = tcb->runs; run; run = run->next) {
        if (!seq_gt(run->start, last)) {
            return "I14: out-of-order runs overlap, touch or are not in order";
        }
        if (seq_distance(run->start, run->end) != run->octets.length || run->octets.length == 0) {
            return "I14: an out-of-order run does not hold what it says";
        }
        last = run->end;
        count++;
        octets += run->octets.length;
    }
    if (count != tcb->run_count || octets != tcb->run_octets || count > RECVQ_RUNS_MAX) {
        return "I14: out-of-order runs are miscounted";
    }
    return seq_gt(last, tcb->rcv.edge) && count > 0 ? "I14: out-of-order data beyond the window" : NULL;
}

static const char *check_receive(const struct tcb *tcb) {
    uint32_t window = seq_distance(tcb->rcv.nxt, tcb->rcv.edge);
    if (window >= HALF_SPACE) {
        return "I12: RCV.NXT is beyond the promised right edge";
    }
    if (tcb->receive_queue.length + tcb->run_octets > tcb->rcv.buffer) {
        return "I16: more octets wait for the reader than SO_RCVBUF";
    }
    if (window > 0 && (uint64_t)window + tcb->receive_queue.length > (uint64_t)tcb->rcv.buffer + 1) {
        return "I13: more was promised than the receive buffer holds";
    }
    if (tcb_has(tcb, TCB_FIN_SEEN) && seq_gt(tcb->rcv.nxt, seq_add(tcb->rcv.fin, 1))) {
        return "I17: something was taken beyond the peer's FIN";
    }
    return NULL;
}

static const char *check_congestion(const struct tcb *tcb) {
    if (!tcb_is(tcb, STATES_SYNCHRONIZED) || seq_eq(tcb->snd.una, tcb->iss)) {
        return NULL;
    }
    if (tcb->cc.cwnd < tcb->snd.mss) {
        return "I31: cwnd is below one segment";
    }
    if (tcb->cc.ssthresh < 2u * tcb->snd.mss) {
        return "I31: ssthresh is below two segments";
    }
    return NULL;
}

static const char *check_retired(const struct tcb *tcb) {
    if (timer_armed(&tcb->timer) || tcb_has(tcb, TCB_IN_READY) || tcb->listener || tcb->send_queue.length > 0 ||
        tcb->runs) {
        return "I27: a connection that has ended still waits for something";
    }
    if (tcb->owner == POOL_NONE) {
        return "I27: a connection that has ended and has no handle was not freed";
    }
    return tcb_is(tcb, LUCID_CLOSED | LUCID_TIME_WAIT | LUCID_LISTEN) ? NULL
                                                                      : "I26: it ended in a state that is no end";
}

/* Exactly one of a listener's two lists, a handle, or nobody: closed by the application. */
static const char *check_owner(const struct tcb *tcb) {
    bool half_open = tcb_has(tcb, TCB_HALF_OPEN), waiting = tcb_has(tcb, TCB_WAITING);
    bool owned = tcb->owner != POOL_NONE;
    if ((half_open || waiting) != (tcb->listener != NULL) || (half_open && waiting)) {
        return "I27: a connection is in both lists of its listener, in none, or in one without a listener";
    }
    if (owned && tcb->listener) {
        return "I27: a connection has a handle and waits to be accepted";
    }
    bool orphan = tcb_has(tcb, TCB_CLOSED);
    return !owned && !tcb->listener && !orphan ? "I27: a connection belongs to nobody, and nobody closed it" : NULL;
}

const char *tcb_check_now(const struct tcp *tcp, const struct tcb *tcb) {
    const char *broken = check_send(tcb);
    if (broken) {
        return broken;
    }
    if (!(derived_states(tcb) & tcb->state)) {
        return "I26: the sequence variables say that the state is another one";
    }
    if (tcb->pending) {
        return "I26: actions of a transition were never carried out";
    }
    broken = check_receive(tcb);
    broken = broken ? broken : tcb_check_timers(tcp, tcb);
    return broken ? broken : check_congestion(tcb);
}

const char *tcb_check(const struct tcp *tcp, const struct tcb *tcb) {
    if (tcb_has(tcb, TCB_RETIRED)) {
        return check_retired(tcb);
    }
    const char *broken = tcb_check_now(tcp, tcb);
    broken = broken ? broken : check_records(tcb);
    broken = broken ? broken : check_sums(tcb);
    broken = broken ? broken : check_index(tcb);
    broken = broken ? broken : check_departures(tcb);
    broken = broken ? broken : check_urgent(tcb);
    broken = broken ? broken : check_runs(tcb);
    return broken ? broken : check_owner(tcb);
}
