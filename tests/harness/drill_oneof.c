/* drill_oneof.c: a policy point: more than one behaviour is legal, and the first line of each alternative tells them
 * apart.
 *
 * The first alternative is what our decision record says. Another one is legal too, but then the record and the stack
 * disagree: a failure, unless the wish any_policy says otherwise.
 */
#include <string.h>

#include "harness/drill_play.h"

/* True when the packet that left is the one that this line expects. */
static bool packet_chosen(struct drill_run *run, const struct drill_line *line) {
    struct drill_flow *flow = drill_flow_of(run, &line->u.packet);
    struct drill_seen seen;
    char why[DRILL_PACKET_TEXT];
    if (!flow || !drill_packet_left(run, &line->u.packet, flow, &seen)) {
        return false;
    }
    return run->now >= drill_begin_time(run, &line->time) && run->now <= drill_end_time(run, &line->time) &&
           drill_packet_is(&line->u.packet, flow, &seen, why);
}

static bool chosen(struct drill_run *run, const struct drill_line *line) {
    unsigned state;
    uint64_t value;
    switch ((enum drill_line_kind)line->kind) {
    case DRILL_LINE_PACKET:
        return line->u.packet.outbound && packet_chosen(run, line);
    case DRILL_LINE_STATE:
        return drill_state_holds(run, line, &state);
    case DRILL_LINE_VALUE:
        return drill_value_holds_now(run, line, &value);
    case DRILL_LINE_QUIET:
        return !run->left;
    case DRILL_LINE_CALL:
    case DRILL_LINE_ONEOF:
    case DRILL_LINE_BATCH:
    case DRILL_LINE_AT:
        break;
    }
    return false;
}

/* Lets time pass until a packet leaves, as far as an alternative that begins with a packet allows. */
static bool await_choice(struct drill_run *run, const struct drill_line *line) {
    lucid_time until = run->now;
    for (const struct drill_block *block = line->u.oneof.first; block; block = block->next) {
        const struct drill_line *first = block->first;
        if (first->kind == DRILL_LINE_PACKET && first->u.packet.outbound) {
            lucid_time last = drill_end_time(run, &first->time);
            until = last > until ? last : until;
        }
    }
    return drill_await_packet(run, until);
}

bool drill_play_oneof(struct drill_run *run, const struct drill_line *line) {
    const struct drill_block *block = line->u.oneof.first;
    if (!await_choice(run, line)) {
        return false;
    }
    while (block && !chosen(run, block->first)) {
        block = block->next;
    }
    if (!block) {
        run->line = line->u.oneof.first->first;
        return drill_fail_packet(run, "none of the alternatives");
    }
    if (block != line->u.oneof.first && !run->wish->any_policy) {
        run->line = line->u.oneof.first->first;
        return drill_fail_line(run, "another alternative of decision %04u; ours is the first", line->u.oneof.decision);
    }
    return drill_play_block(run, block->first);
}
