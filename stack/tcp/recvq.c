/* recvq.c: the receive queue. See recvq.h. */
#include "tcp/recvq.h"

#include "base/bytes.h"
#include "base/chunk.h"
#include "tcp/sack.h"

/* A part of a segment on its way into the queue. */
struct part {
    struct seq32 seq;
    const uint8_t *data;
    uint32_t length;
    struct lucid_chunk *chunk; /* that data lies in, when it is worth keeping; else NULL */
};

static void advance(struct part *part, uint32_t octets) {
    part->seq = seq_add(part->seq, octets);
    part->data += octets;
    part->length -= octets;
}

/* Leaves out what was held before: everything left of until. */
static void skip_to(struct tcb *tcb, struct part *part, struct seq32 until) {
    if (seq_lt(part->seq, until)) {
        uint32_t old = min_u32(part->length, seq_distance(part->seq, until));
        sack_duplicate(tcb, part->seq, seq_add(part->seq, old));
        advance(part, old);
    }
}

static void touch(struct tcb *tcb, struct run *run) {
    run->changed = ++tcb->rcv.changes;
}

static bool append(struct env *env, struct buffers *queue, const struct part *part) {
    if (part->chunk && part->length >= CHUNK_ROOM / 2) {
        return buffers_append_chunk(env, queue, part->chunk, part->data, part->length);
    }
    return buffers_append_copy(env, queue, part->data, part->length);
}

static enum lucid_drop deliver(struct tcp *tcp, struct tcb *tcb, const struct part *part) {
    bool wanted = !tcb_has(tcb, TCB_SHUT_READ);
    if (wanted && !append(tcp->env, &tcb->receive_queue, part)) {
        return LUCID_DROP_NO_MEMORY;
    }
    tcb->rcv.nxt = seq_add(tcb->rcv.nxt, part->length);
    return LUCID_DROP_NONE;
}

/* Makes an empty run in front of *link. */
static struct run *new_run(struct tcp *tcp, struct tcb *tcb, struct run **link, struct seq32 at) {
    struct run *run = env_alloc(tcp->env, sizeof *run);
    if (run) {
        *run = (struct run){.next = *link, .start = at, .end = at};
        *link = run;
        tcb->run_count++;
    }
    return run;
}

static void free_run(struct tcp *tcp, struct tcb *tcb, struct run **link) {
    struct run *run = *link;
    *link = run->next;
    buffers_consume(tcp->env, &run->octets, run->octets.length);
    env_free(tcp->env, run, sizeof *run);
    tcb->run_count--;
}

/* Puts a part into the run that ends where it begins (before), or into a new one in front of *link. */
static enum lucid_drop hold(struct tcp *tcp, struct tcb *tcb, struct run *before, struct run **link,
                            const struct part *part) {
    struct run *run = before && seq_eq(before->end, part->seq) ? before : NULL;
    if (!run && tcb->run_count >= RECVQ_RUNS_MAX) {
        return LUCID_DROP_TCP_OUT_OF_ORDER;
    }
    bool fresh = !run;
    if (fresh && !(run = new_run(tcp, tcb, link, part->seq))) {
        return LUCID_DROP_NO_MEMORY;
    }
    if (!append(tcp->env, &run->octets, part)) {
        if (fresh) {
            free_run(tcp, tcb, link);
        }
        return LUCID_DROP_NO_MEMORY;
    }
    run->end = seq_add(run->end, part->length);
    tcb->run_octets += part->length;
    return LUCID_DROP_NONE;
}

/* A run that the octets in order have reached becomes part of them. */
static void join_first_run(struct tcp *tcp, struct tcb *tcb) {
    struct run *run = tcb->runs;
    if (!run || !seq_eq(run->start, tcb->rcv.nxt)) {
        return;
    }
    tcb->run_octets -= run->octets.length;
    tcb->rcv.nxt = run->end;
    if (!tcb_has(tcb, TCB_SHUT_READ)) {
        buffers_splice(&tcb->receive_queue, &run->octets);
    }
    free_run(tcp, tcb, &tcb->runs);
}

/* Two runs that touch become one. */
static void join_next(struct tcp *tcp, struct tcb *tcb, struct run *run) {
    struct run *next = run->next;
    if (next && seq_eq(run->end, next->start)) {
        run->end = next->end;
        buffers_splice(&run->octets, &next->octets);
        free_run(tcp, tcb, &run->next);
    }
}

/* How many octets at the head of the part lie before this run; all of them when there is none. */
static uint32_t before_run(const struct part *part, const struct run *run) {
    return run ? min_u32(part->length, seq_distance(part->seq, run->start)) : part->length;
}

/* Goes along the runs; between them it fills gaps with what is new. */
static enum lucid_drop take_part(struct tcp *tcp, struct tcb *tcb, struct part *part) {
    struct run **link = &tcb->runs;
    struct run *before = NULL;
    while (part->length > 0) {
        struct run *run = *link;
        if (run && seq_le(run->start, part->seq)) {
            if (seq_lt(part->seq, run->end)) {
                touch(tcb, run);
            }
            skip_to(tcb, part, run->end);
            before = run;
            link = &run->next;
            continue;
        }
        struct part fresh = *part;
        fresh.length = before_run(part, run);
        bool in_order = seq_eq(part->seq, tcb->rcv.nxt);
        enum lucid_drop why = in_order ? deliver(tcp, tcb, &fresh) : hold(tcp, tcb, before, link, &fresh);
        if (why != LUCID_DROP_NONE) {
            return why;
        }
        advance(part, fresh.length);
        if (in_order) {
            join_first_run(tcp, tcb);
            link = &tcb->runs;
            before = NULL;
            skip_to(tcb, part, tcb->rcv.nxt);
            continue;
        }
        before = before && seq_eq(before->end, part->seq) ? before : *link;
        join_next(tcp, tcb, before);
        touch(tcb, before);
        skip_to(tcb, part, before->end);
        link = &before->next;
    }
    return LUCID_DROP_NONE;
}

/* What would be without Table 6: what lies left of RCV.NXT is delivered again. */
static void deliver_again(struct tcp *tcp, struct tcb *tcb, struct part *part) {
    struct part old = *part;
    old.length = min_u32(part->length, seq_distance(part->seq, tcb->rcv.nxt));
    advance(part, old.length);
    old.length = min_u32(old.length, recvq_free(tcb));
    if (!tcb_has(tcb, TCB_SHUT_READ) && old.length > 0 && append(tcp->env, &tcb->receive_queue, &old)) {
        trace_delivered(tcp->env, tcb->name, tcb->octets_in, old.length);
        tcb->octets_in += old.length;
    }
}

enum lucid_drop recvq_take(struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    const struct lucid_packet *carrier = segment->datagram->carrier;
    struct part part = {
        .seq = segment->seq,
        .data = segment->data,
        .length = segment->length,
        .chunk = carrier->chunk,
    };
    if (WITHOUT(tcp->env, SEQ_CHECK) && seq_lt(part.seq, tcb->rcv.nxt)) {
        deliver_again(tcp, tcb, &part);
    }
    uint64_t offset = tcb->octets_in;
    struct seq32 before = tcb->rcv.nxt;
    bool next = seq_eq(part.seq, tcb->rcv.nxt) && !tcb->runs; /* as nearly always: there is nothing to go along */
    enum lucid_drop why = next ? deliver(tcp, tcb, &part) : take_part(tcp, tcb, &part);
    uint32_t delivered = seq_distance(before, tcb->rcv.nxt);
    if (delivered > 0) {
        tcb->octets_in += delivered;
        tcp->env->stats.tcp_octets_in += delivered;
        trace_delivered(tcp->env, tcb->name, offset, delivered);
    }
    return why;
}

void recvq_cut(struct tcp *tcp, struct tcb *tcb, struct seq32 end) {
    struct run **link = &tcb->runs;
    while (*link) {
        struct run *run = *link;
        uint32_t before = run->octets.length;
        if (seq_gt(run->end, end)) {
            uint32_t kept = seq_lt(run->start, end) ? seq_distance(run->start, end) : 0;
            buffers_cut(tcp->env, &run->octets, kept);
            run->end = seq_add(run->start, kept);
            tcb->run_octets -= before - kept;
        }
        if (run->octets.length == 0) {
            free_run(tcp, tcb, link);
            continue;
        }
        link = &run->next;
    }
}

void recvq_drop_runs(struct tcp *tcp, struct tcb *tcb) {
    while (tcb->runs) {
        free_run(tcp, tcb, &tcb->runs);
    }
    tcb->run_octets = 0;
}

uint32_t recvq_free(const struct tcb *tcb) {
    uint32_t waiting = tcb->receive_queue.length;
    return waiting < tcb->rcv.buffer ? tcb->rcv.buffer - waiting : 0;
}
