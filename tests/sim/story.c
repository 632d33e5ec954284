/* story.c: see story.h. */
#include "sim/story.h"

#include <inttypes.h>

void story_add(struct story *story, int node, const struct lucid_event *event) {
    unsigned place = (unsigned)(story->told++ % STORY_EVENTS);
    story->ring[place].node = node;
    story->ring[place].event = *event;
}

static void print_segment(const struct lucid_event *event, FILE *to) {
    const struct lucid_event_segment *segment = &event->u.segment;
    char flags[9];
    fprintf(to, "%c %-5s %u>%u seq %" PRIu32 " ack %" PRIu32 " win %" PRIu32 " len %" PRIu32 "%s #%" PRIu64,
            event->kind == LUCID_EVENT_SEGMENT_OUT ? '>' : '<', lucid_flags_format(segment->flags, flags),
            segment->source.port, segment->destination.port, segment->seq, segment->ack, segment->window,
            segment->length, segment->retransmission ? " again" : "", segment->id);
    if (segment->segment_size > 0) {
        fprintf(to, " in segments of %u", segment->segment_size);
    }
}

static void print_timer(const struct lucid_event_timer *timer, FILE *to) {
    static const char *const acts[] = {"set", "fired", "stopped"};
    fprintf(to, "timer %s %s", lucid_timer_name(timer->timer), acts[timer->act]);
    if (timer->act != LUCID_TIMER_STOPPED) {
        fprintf(to, " at %.6f", (double)timer->at / 1e9);
    }
}

static void print_event(const struct lucid_event *event, FILE *to) {
    const struct lucid_fsm_row *row;
    switch ((enum lucid_event_kind)event->kind) {
    case LUCID_EVENT_SEGMENT_OUT:
    case LUCID_EVENT_SEGMENT_IN:
        print_segment(event, to);
        break;
    case LUCID_EVENT_STATE:
        row = event->u.state.row >= 0 ? lucid_fsm_row((unsigned)event->u.state.row) : NULL;
        fprintf(to, "%s -> %s  %s", lucid_state_name(event->u.state.from), lucid_state_name(event->u.state.to),
                row ? row->rule : "");
        break;
    case LUCID_EVENT_RULE:
        fprintf(to, "rule %s: %s", event->u.rule.rule, lucid_outcome_name(event->u.rule.outcome));
        break;
    case LUCID_EVENT_TIMER:
        print_timer(&event->u.timer, to);
        break;
    case LUCID_EVENT_CALL:
        fprintf(to, "%s(%d, %" PRId64 ")", lucid_call_name(event->u.call.call), event->u.call.fd, event->u.call.value);
        break;
    case LUCID_EVENT_RETURN:
        fprintf(to, "  %s = %" PRId64, lucid_call_name(event->u.call.call), event->u.call.value);
        break;
    case LUCID_EVENT_DELIVERED:
        fprintf(to, "%" PRIu32 " octets readable from %" PRIu64, event->u.delivered.count, event->u.delivered.offset);
        break;
    case LUCID_EVENT_DROP:
        fprintf(to, "dropped #%" PRIu64 ": %s", event->u.drop.segment, lucid_drop_text(event->u.drop.reason));
        break;
    case LUCID_EVENT_VARIABLES:
    case LUCID_EVENT_KINDS:
        break;
    }
}

void story_print(const struct story *story, FILE *to) {
    uint64_t first = story->told > STORY_EVENTS ? story->told - STORY_EVENTS : 0;
    fprintf(to, "the last %" PRIu64 " of %" PRIu64 " events:\n", story->told - first, story->told);
    for (uint64_t i = first; i < story->told; i++) {
        const struct lucid_event *event = &story->ring[i % STORY_EVENTS].event;
        fprintf(to, "%13.6f  %c c%-3" PRIu32 " ", (double)event->time / 1e9, 'A' + story->ring[i % STORY_EVENTS].node,
                event->connection);
        print_event(event, to);
        fputc('\n', to);
    }
}
