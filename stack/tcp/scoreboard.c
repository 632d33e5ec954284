/* scoreboard.c: the records of what is in flight. See scoreboard.h. */
#include "tcp/scoreboard.h"

#include "base/bytes.h"
#include "tcp/sent_index.h"
#include "tcp/timestamps.h"

static struct sent *of_order(struct list_node *node) {
    return node ? CONTAINER_OF(node, struct sent, in_order) : NULL;
}

static struct sent *of_time(struct list_node *node) {
    return node ? CONTAINER_OF(node, struct sent, in_time) : NULL;
}

static uint32_t length_of(const struct sent *sent) {
    return seq_distance(sent->start, sent->end);
}

static bool has(const struct sent *sent, unsigned flags) {
    return (sent->flags & flags) != 0;
}

static bool flies(const struct sent *sent) {
    return !has(sent, SENT_SACKED | SENT_LOST);
}

/* ---- records ---- */

static struct sent *take_spare(struct tcb *tcb) {
    struct sent *sent = tcb->board.spare;
    tcb->board.spare = NULL;
    return sent;
}

static struct sent *new_record(struct tcp *tcp, struct tcb *tcb) {
    bool full = tcb->board.count >= SCOREBOARD_RECORDS_MAX;
    struct sent *sent = tcb->board.spare ? take_spare(tcb) : full ? NULL : env_alloc(tcp->env, sizeof *sent);
    tcb->board.count += sent != NULL;
    return sent;
}

/* A record has become lost, or is not any more, or goes: which is the first one now? */
static void note_first_lost(struct tcb *tcb, struct sent *sent, bool lost) {
    struct sent *first = tcb->board.first_lost;
    if (lost && (!first || seq_lt(sent->start, first->start))) {
        tcb->board.first_lost = sent;
    }
    if (lost || first != sent) {
        return;
    }
    do {
        sent = tcb->board.lost > 0 ? of_order(sent->in_order.next) : NULL;
    } while (sent && !has(sent, SENT_LOST));
    tcb->board.first_lost = sent;
}

static void drop_record(struct tcp *tcp, struct tcb *tcb, struct sent *sent) {
    note_first_lost(tcb, sent, false);
    sent_index_remove(tcp, tcb, sent);
    list_remove(&tcb->board.in_order, &sent->in_order);
    if (flies(sent)) {
        list_remove(&tcb->board.in_time, &sent->in_time);
    }
    tcb->board.count--;
    tcb->board.sacked_runs -= has(sent, SENT_SACKED);
    env_free(tcp->env, sent, sizeof *sent);
}

/* Changes what is known of a record, and with it the counts and the list by time. */
static void become(struct tcb *tcb, struct sent *sent, uint32_t flags) {
    uint32_t length = length_of(sent);
    bool flew = flies(sent);
    tcb->board.sacked -= has(sent, SENT_SACKED) ? length : 0;
    tcb->board.lost -= has(sent, SENT_LOST) ? length : 0;
    tcb->board.sacked_runs -= has(sent, SENT_SACKED);
    sent->flags = flags;
    tcb->board.sacked_runs += has(sent, SENT_SACKED);
    tcb->board.sacked += has(sent, SENT_SACKED) ? length : 0;
    tcb->board.lost += has(sent, SENT_LOST) ? length : 0;
    if (flew && !flies(sent)) {
        list_remove(&tcb->board.in_time, &sent->in_time);
    } else if (!flew && flies(sent)) {
        list_push_back(&tcb->board.in_time, &sent->in_time);
    }
    note_first_lost(tcb, sent, has(sent, SENT_LOST));
}

/* Cuts a record in two at this number, which lies inside it. Returns false when there is no record to be had. */
static bool split(struct tcp *tcp, struct tcb *tcb, struct sent *sent, struct seq32 at) {
    struct sent *rest = new_record(tcp, tcb);
    if (!rest) {
        return false;
    }
    *rest = (struct sent){.start = at, .end = sent->end, .at = sent->at, .flags = sent->flags};
    sent->end = at;
    list_insert_after(&tcb->board.in_order, &sent->in_order, &rest->in_order);
    if (flies(sent)) {
        list_insert_after(&tcb->board.in_time, &sent->in_time, &rest->in_time);
    }
    sent_index_add(tcp, tcb, rest);
    return true;
}

bool scoreboard_reserve(struct tcp *tcp, struct tcb *tcb) {
    if (!tcb->board.spare && tcb->board.count < SCOREBOARD_RECORDS_MAX) {
        tcb->board.spare = env_alloc(tcp->env, sizeof *tcb->board.spare);
    }
    return tcb->board.spare || tcb->board.count > 0;
}

void scoreboard_clear(struct tcp *tcp, struct tcb *tcb) {
    struct list_node *node;
    while ((node = list_pop_front(&tcb->board.in_order))) {
        env_free(tcp->env, of_order(node), sizeof(struct sent));
    }
    sent_index_end(tcp, tcb);
    if (tcb->board.spare) {
        env_free(tcp->env, take_spare(tcb), sizeof(struct sent));
    }
    struct seq32 farthest = tcb->board.farthest;
    zero_octets(&tcb->board, sizeof tcb->board);
    tcb->board.farthest = farthest;
}

/* ---- departure ---- */

/* The octets of a record have left, for the last time of all in the list. */
static void leave(struct tcb *tcb, struct sent *sent, uint32_t flags, lucid_time now) {
    become(tcb, sent, SENT_LOST);
    become(tcb, sent, flags);
    sent->at = now;
}

void scoreboard_sent(struct tcp *tcp, struct tcb *tcb, struct seq32 start, struct seq32 end) {
    lucid_time now = tcp->env->now;
    struct sent *last = of_order(tcb->board.in_order.last);
    bool youngest = last && of_time(tcb->board.in_time.last) == last;
    if (youngest && last->flags == 0 && last->at == now) { /* they leave together */
        last->end = end;
        return;
    }
    if (last && !tcb->board.spare) {
        leave(tcb, last, last->flags & SENT_AGAIN, now);
        last->end = end;
        return;
    }
    struct sent *sent = take_spare(tcb);
    tcb->board.count++;
    *sent = (struct sent){.start = start, .end = end, .at = now};
    list_push_back(&tcb->board.in_order, &sent->in_order);
    list_push_back(&tcb->board.in_time, &sent->in_time);
    sent_index_add(tcp, tcb, sent);
}

/* The first record that reaches beyond this number, looked for from the end: what is asked for is mostly there. */
static struct sent *record_at(const struct tcb *tcb, struct seq32 seq) {
    if (tcb->board.index) {
        return sent_index_find(tcb->board.index, seq);
    }
    struct sent *found = NULL;
    for (struct sent *sent = of_order(tcb->board.in_order.last); sent && seq_gt(sent->end, seq);
         sent = of_order(sent->in_order.prev)) {
        found = sent;
    }
    return found;
}

void scoreboard_sent_again(struct tcp *tcp, struct tcb *tcb, struct seq32 start, struct seq32 end, lucid_time now) {
    for (struct sent *sent = record_at(tcb, start), *next; sent && seq_lt(sent->start, end); sent = next) {
        if (seq_lt(sent->start, start)) {
            split(tcp, tcb, sent, start);
        } else if (seq_gt(sent->end, end)) {
            split(tcp, tcb, sent, end);
        }
        next = of_order(sent->in_order.next);
        if (seq_lt(sent->start, start)) {
            continue;
        }
        leave(tcb, sent, SENT_AGAIN, now);
    }
}

/* ---- arrival ---- */

static bool left_after(lucid_time at, struct seq32 end, lucid_time other_at, struct seq32 other_end) {
    return at > other_at || (at == other_at && seq_gt(end, other_end));
}

/* RFC 8985 6.2 step 2: is the ACK for the first copy? Timestamps tell, where a round trip takes longer than their tick;
 * else an ACK is that comes sooner than any before. */
static bool ambiguous(const struct sent *sent, const struct delivery *delivery) {
    lucid_time age = delivery->now - sent->at;
    if (!has(sent, SENT_AGAIN)) {
        return false;
    }
    if (delivery->echoed_left > 0 && (delivery->echoed_left < sent->at || age > TIMESTAMPS_TICK)) {
        return delivery->echoed_left < sent->at;
    }
    return age < delivery->least_rtt;
}

/* Steps 2 and 3 for a record that has arrived. */
static void note(struct tcb *tcb, const struct sent *sent, struct delivery *delivery) {
    bool original = !has(sent, SENT_AGAIN);
    if (original) {
        delivery->originals += length_of(sent);
        delivery->originals_end = sent->end;
        delivery->reordered |= seq_lt(sent->end, tcb->board.farthest);
    }
    tcb->board.farthest = seq_max(tcb->board.farthest, sent->end);
    if (ambiguous(sent, delivery)) {
        return;
    }
    if (!delivery->timed || left_after(sent->at, sent->end, delivery->left_at, delivery->left_end)) {
        delivery->timed = true;
        delivery->left_at = sent->at;
        delivery->left_end = sent->end;
        delivery->rtt = max_u64(delivery->now - sent->at, 1);
    }
}

void scoreboard_acked(struct tcp *tcp, struct tcb *tcb, struct seq32 una, struct delivery *delivery) {
    struct sent *sent;
    while ((sent = of_order(tcb->board.in_order.first)) && seq_lt(sent->start, una)) {
        struct sent part = *sent;
        part.end = seq_min(sent->end, una);
        if (!has(sent, SENT_SACKED)) {
            delivery->acked += length_of(&part);
            note(tcb, &part, delivery);
        }
        tcb->board.sacked -= has(sent, SENT_SACKED) ? length_of(&part) : 0;
        tcb->board.lost -= has(sent, SENT_LOST) ? length_of(&part) : 0;
        if (seq_gt(sent->end, una)) {
            sent->start = una;
            return;
        }
        drop_record(tcp, tcb, sent);
    }
    if (!sent && tcb->board.spare) { /* nothing is in flight: an idle connection owns no memory */
        env_free(tcp->env, take_spare(tcb), sizeof *sent);
    }
}

/* Neighbours that the peer has need not be told apart. */
static struct sent *join(struct tcp *tcp, struct tcb *tcb, struct sent *sent) {
    struct sent *next = of_order(sent->in_order.next);
    if (next && has(next, SENT_SACKED)) {
        struct seq32 end = next->end;
        drop_record(tcp, tcb, next);
        sent->end = end;
    }
    struct sent *previous = of_order(sent->in_order.prev);
    if (!previous || !has(previous, SENT_SACKED)) {
        return sent;
    }
    struct seq32 end = sent->end;
    drop_record(tcp, tcb, sent);
    previous->end = end;
    return previous;
}

void scoreboard_sacked(struct tcp *tcp, struct tcb *tcb, struct seq32 left, struct seq32 right,
                       struct delivery *delivery) {
    struct sent *sent = record_at(tcb, left);
    while (sent && seq_lt(sent->start, right)) {
        bool begins_before = seq_lt(sent->start, left);
        if (!has(sent, SENT_SACKED)) {
            bool whole = !begins_before && seq_le(sent->end, right);
            if (!whole && !split(tcp, tcb, sent, begins_before ? left : right)) {
                sent = of_order(sent->in_order.next);
                continue;
            }
            if (!begins_before) {
                delivery->sacked += length_of(sent);
                note(tcb, sent, delivery);
                become(tcb, sent, SENT_SACKED);
                sent = join(tcp, tcb, sent);
            }
        }
        sent = of_order(sent->in_order.next);
    }
}

/* ---- loss ---- */

void scoreboard_lose(struct tcb *tcb, struct sent *sent) {
    become(tcb, sent, sent->flags | SENT_LOST);
}

void scoreboard_lose_range(struct tcp *tcp, struct tcb *tcb, struct seq32 start, struct seq32 end) {
    for (struct sent *sent = record_at(tcb, start); sent && seq_lt(sent->start, end);
         sent = of_order(sent->in_order.next)) {
        if (has(sent, SENT_SACKED)) {
            continue;
        }
        if (seq_gt(sent->end, end)) {
            split(tcp, tcb, sent, end);
        }
        scoreboard_lose(tcb, sent);
    }
}

void scoreboard_forget_sacked(struct tcb *tcb) {
    for (struct sent *sent = of_order(tcb->board.in_order.first); sent; sent = of_order(sent->in_order.next)) {
        if (has(sent, SENT_SACKED)) {
            become(tcb, sent, SENT_AGAIN | SENT_LOST);
        }
    }
}

const struct sent *scoreboard_first_lost(const struct tcb *tcb) {
    return tcb->board.first_lost;
}

struct seq32 scoreboard_lost_end(const struct sent *first, uint32_t enough) {
    const struct sent *next = of_order(first->in_order.next);
    struct seq32 begin = first->start;
    while (next && has(next, SENT_LOST) && seq_distance(begin, first->end) < enough) {
        first = next;
        next = of_order(first->in_order.next);
    }
    return first->end;
}

struct sent *scoreboard_oldest(const struct tcb *tcb) {
    return of_time(tcb->board.in_time.first);
}

struct sent *scoreboard_younger(const struct sent *sent) {
    return of_time(sent->in_time.next);
}

uint32_t scoreboard_pipe(const struct tcb *tcb) {
    return tcb_data_flight(tcb) - tcb->board.sacked - tcb->board.lost;
}
