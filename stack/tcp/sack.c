/* sack.c: RFC 2018 3 and 4, RFC 2883. See sack.h. */
#include "tcp/sack.h"

#include "base/bytes.h"

/* RFC 2883 4: "Each duplicate contiguous sequence of data received is reported in at most one D-SACK block": several
 * that lie end to end are one. */
void sack_duplicate(struct tcb *tcb, struct seq32 left, struct seq32 right) {
    if (!tcb_agreed(tcb, AGREED_SACK) || !seq_lt(left, right)) {
        return;
    }
    if (tcb_has(tcb, TCB_DSACK_DUE) && seq_eq(tcb->rcv.dsack.right, left)) {
        tcb->rcv.dsack.right = right;
        return;
    }
    tcb->flags |= TCB_DSACK_DUE;
    tcb->rcv.dsack = (struct tcp_sack_block){.left = left, .right = right};
}

/* The run that changed last among those that changed before this moment. */
static const struct run *latest_before(const struct tcb *tcb, uint32_t moment) {
    const struct run *latest = NULL;
    for (const struct run *run = tcb->runs; run; run = run->next) {
        if (run->changed < moment && (!latest || run->changed > latest->changed)) {
            latest = run;
        }
    }
    return latest;
}

static struct tcp_sack_block block_of(const struct run *run) {
    return (struct tcp_sack_block){.left = run->start, .right = run->end};
}

/* RFC 2883 4: a duplicate above the gap is recognized by the block of its run, which follows. */
static const struct run *run_around_duplicate(const struct tcb *tcb) {
    const struct run *run = tcb_has(tcb, TCB_DSACK_DUE) ? tcb->runs : NULL;
    while (run && !(seq_le(run->start, tcb->rcv.dsack.left) && seq_le(tcb->rcv.dsack.right, run->end))) {
        run = run->next;
    }
    return run;
}

/* How many blocks there are to tell, and how many of them fit into so many octets. */
static unsigned blocks_in(const struct tcb *tcb, uint32_t room) {
    uint32_t due = tcb->run_count + tcb_has(tcb, TCB_DSACK_DUE);
    struct tcp_options probe = {
        .has_timestamps = tcb_agreed(tcb, AGREED_TIMESTAMPS),
        .sack_count = (uint8_t)min_u32(due, TCP_SACK_MAX),
    };
    size_t others = tcp_options_length(&(struct tcp_options){.has_timestamps = probe.has_timestamps});
    while (probe.sack_count > 0 && tcp_options_length(&probe) - others > room) {
        probe.sack_count--;
    }
    return probe.sack_count;
}

static uint32_t room_for(const struct tcb *tcb, bool data) {
    return data ? tcb->snd.mss / 2u : tcb->snd.mss;
}

static bool nothing_to_tell(const struct tcb *tcb) {
    return !tcb_agreed(tcb, AGREED_SACK) || (!tcb->runs && !tcb_has(tcb, TCB_DSACK_DUE));
}

uint32_t sack_length(const struct tcb *tcb) {
    if (nothing_to_tell(tcb)) {
        return 0;
    }
    struct tcp_options options = {.has_timestamps = tcb_agreed(tcb, AGREED_TIMESTAMPS)};
    size_t others = tcp_options_length(&options);
    sack_write(tcb, true, &options);
    return (uint32_t)(tcp_options_length(&options) - others);
}

void sack_write(const struct tcb *tcb, bool data, struct tcp_options *options) {
    if (nothing_to_tell(tcb)) {
        return;
    }
    unsigned count = blocks_in(tcb, room_for(tcb, data));
    options->sack_count = 0;
    if (tcb_has(tcb, TCB_DSACK_DUE) && count > 0) {
        options->sack[options->sack_count++] = tcb->rcv.dsack;
    }
    const struct run *around = run_around_duplicate(tcb);
    if (around && options->sack_count < count) {
        options->sack[options->sack_count++] = block_of(around);
    }
    uint32_t moment = UINT32_MAX;
    const struct run *run;
    while (options->sack_count < count && (run = latest_before(tcb, moment))) {
        moment = run->changed;
        if (run != around) {
            options->sack[options->sack_count++] = block_of(run);
        }
    }
}
