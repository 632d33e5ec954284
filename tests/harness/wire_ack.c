/* wire_ack.c: what must be acknowledged, and when; and SACK blocks.
 *
 * RFC 9293 3.8.6.3, RFC 5681 4.2, RFC 2018 4, RFC 2883 4, RFC 6675 4. Any segment with ACK pays what is owed: if it
 * acknowledges less than came, something was not taken, and an outsider cannot say why.
 */
#include "harness/wire_flow.h"
#include "lucid/trace.h"

static const lucid_time LATEST = 500 * LUCID_MILLISECOND; /* MUST-40 */
static const lucid_time SLACK = 50 * LUCID_MILLISECOND;   /* for "at once", when time is not virtual */

/* ---- owing ---- */

void wire_owe_nothing(struct wire_flow *flow) {
    flow->full = 0;
    flow->owed = flow->owed_now = false;
}

static void owe_now(const struct wire_check *check, struct wire_flow *flow, enum wire_rule rule) {
    if (!flow->owed_now) {
        flow->owed_now = true;
        flow->now_rule = rule;
        flow->now_since = check->now;
    }
}

/* Before the connection is synchronized for certain the segment may have come too early: the accept queue may be full.
 * */
static bool must_answer(const struct wire_check *check, const struct wire_flow *flow,
                        const struct wire_segment *segment) {
    bool old = !wire_before(flow->next, segment->last);
    return segment->sure && flow->answered && !old && !flow->fin_unsure && check->now < flow->gone_at;
}

static void owe_soon(const struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    flow->full += flow->ours.has_mss && segment->tcp->length + segment->option_length >= flow->ours.mss;
    if (flow->full == 2) {
        owe_now(check, flow, WIRE_ACK_SECOND);
    }
    if (!flow->owed) {
        flow->owed = true;
        flow->owed_since = check->now;
    }
}

void wire_owe(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment) {
    bool gap = wire_before(flow->next, segment->start), fills = !gap && flow->early.count > 0 && !flow->early_unsure;
    if (!must_answer(check, flow, segment)) {
        return;
    }
    if (gap || fills) {
        owe_now(check, flow, WIRE_ACK_GAP);
    } else {
        owe_soon(check, flow, segment);
    }
}

/* What is not acknowledged may make our side give up, silently, at any time (RFC 9293 3.10.8). */
bool wire_check_owed(struct wire_check *check, const struct wire_flow *flow, lucid_time now) {
    lucid_time slack = check->config.virtual_time ? 0 : SLACK;
    if (flow->owed_now && now > flow->now_since + slack) {
        return wire_breach(check, flow->now_rule, "%u is expected next, the latest ACK was %u", flow->next, flow->ack);
    }
    if (flow->owed && flow->una == flow->max && now > flow->owed_since + LATEST + slack) {
        return wire_breach(check, WIRE_ACK_LATE, "data up to %u came %.3f s ago, the latest ACK was %u", flow->next,
                           (double)(now - flow->owed_since) / (double)LUCID_SECOND, flow->ack);
    }
    return true;
}

/* ---- SACK blocks of ours ---- */

struct blocks {
    struct wire_range block[4];
    unsigned count;
};

static void read_blocks(const struct wire_segment *segment, struct blocks *blocks) {
    blocks->count = 0;
    for (unsigned i = 0; i < segment->tcp->options.count; i++) {
        const struct drill_option *option = &segment->tcp->options.option[i];
        for (unsigned n = 0; option->kind == DRILL_SACK && n + 1 < option->count && blocks->count < 4; n += 2) {
            blocks->block[blocks->count++] = (struct wire_range){option->value[n], option->value[n + 1]};
        }
    }
}

static bool inside(const struct wire_range *inner, const struct wire_range *outer) {
    return !wire_before(inner->start, outer->start) && !wire_before(outer->end, inner->end);
}

/* RFC 2883 4: the first block may report what came twice: below ACK, or inside the second block. */
static bool is_duplicate(const struct blocks *blocks, uint32_t ack) {
    return blocks->count > 0 && (!wire_before(ack, blocks->block[0].end) ||
                                 (blocks->count > 1 && inside(&blocks->block[0], &blocks->block[1])));
}

static bool check_block(struct wire_check *check, const struct wire_flow *flow, const struct blocks *blocks,
                        unsigned which, uint32_t ack, uint32_t edge) {
    const struct wire_range *block = &blocks->block[which];
    const char *wrong = NULL;
    if (!wire_before(block->start, block->end)) {
        wrong = "is empty";
    } else if (!wire_before(ack, block->start) || wire_before(wire_max(edge, flow->edge), block->end)) {
        wrong = "lies outside ACK and window";
    } else if (!wire_ranges_hold(&flow->early, wire_max(block->start, flow->next), block->end)) {
        wrong = "never came";
    }
    for (unsigned i = is_duplicate(blocks, ack); i < which && !wrong; i++) {
        bool apart = !wire_before(block->start, blocks->block[i].end) ||
                     !wire_before(blocks->block[i].start, block->end);
        wrong = apart ? NULL : "meets one before it";
    }
    return !wrong || wire_breach(check, WIRE_SACK_RANGE, "block %u:%u %s; ACK %u, edge %u", block->start, block->end,
                                 wrong, ack, edge);
}

/* RFC 2018 4: the run of what came last stands first; only the run around a duplicate, RFC 2883 4, may stand before
 * it. */
static bool tells_first(const struct wire_flow *flow, const struct blocks *blocks, unsigned first) {
    bool second = first > 0 && inside(&blocks->block[0], &blocks->block[first]) && first + 1 < blocks->count;
    return inside(&flow->newest, &blocks->block[first]) || (second && inside(&flow->newest, &blocks->block[first + 1]));
}

bool wire_check_sack(struct wire_check *check, struct wire_flow *flow, const struct wire_segment *segment,
                     uint32_t edge) {
    struct blocks blocks;
    uint32_t ack = segment->tcp->ack;
    read_blocks(segment, &blocks);
    unsigned first = is_duplicate(&blocks, ack);
    for (unsigned i = first; i < blocks.count; i++) {
        if (!check_block(check, flow, &blocks, i, ack, edge)) {
            return false;
        }
    }
    bool fresh = flow->newest.start != flow->newest.end && !wire_before(flow->newest.start, ack);
    if (fresh && first < blocks.count && !tells_first(flow, &blocks, first)) {
        return wire_breach(check, WIRE_SACK_FIRST, "first block %u:%u, but %u:%u came last", blocks.block[first].start,
                           blocks.block[first].end, flow->newest.start, flow->newest.end);
    }
    return true;
}

/* ---- SACK blocks of the peer ---- */

/* Returns how many octets it may tell of for the first time. When nobody can say whether it was taken, they may leave
 * room in the window, but are not remembered. */
uint32_t wire_note_sack(struct wire_flow *flow, const struct wire_segment *segment) {
    uint32_t before = wire_ranges_size(&flow->sacked), unsure = 0;
    struct blocks blocks;
    read_blocks(segment, &blocks);
    for (unsigned i = 0; i < blocks.count && wire_sack(flow); i++) {
        const struct wire_range *block = &blocks.block[i];
        bool plausible = wire_before(flow->una, block->start) && !wire_before(flow->max, block->end);
        if (!plausible || wire_before(block->start, segment->tcp->ack)) {
            continue;
        }
        if (segment->sure) {
            wire_ranges_add(&flow->sacked, block->start, block->end);
        } else {
            unsure += block->end - block->start;
        }
    }
    return wire_ranges_size(&flow->sacked) - before + unsure;
}
