/* segment_trace.c: fills the trace's segment events. See segment_trace.h. */
#include "tcp/segment_trace.h"

#include "base/bytes.h"

static struct lucid_event_segment *begin(struct env *env, enum lucid_event_kind kind, uint32_t name) {
    if (!trace_wants(&env->trace, kind)) {
        return NULL;
    }
    struct lucid_event *event = trace_event(env, kind, name);
    return event ? &event->u.segment : NULL;
}

static void keep_options(struct lucid_event_segment *event, const uint8_t *options, uint32_t length) {
    event->option_length = (uint8_t)min_u32(length, LUCID_TRACE_OPTIONS);
    copy_octets(event->options, options, event->option_length);
}

static void keep_payload(struct lucid_event_segment *event, const uint8_t *data, uint32_t length) {
    uint32_t part = min_u32(length, LUCID_TRACE_PAYLOAD - event->payload_length);
    copy_octets(event->payload + event->payload_length, data, part);
    event->payload_length = (uint8_t)(event->payload_length + part);
}

void segment_trace_in(struct env *env, uint32_t name, const struct segment *segment, uint8_t shift) {
    struct lucid_event_segment *event = begin(env, LUCID_EVENT_SEGMENT_IN, name);
    if (!event) {
        return;
    }
    event->source = segment->ends.remote;
    event->destination = segment->ends.local;
    event->id = env->input_packet;
    event->seq = segment->seq.v;
    event->ack = segment->ack.v;
    event->flags = segment->flags;
    event->window = segment_has(segment, LUCID_SYN) ? segment->window : segment->window << shift;
    event->length = segment->length;
    event->segment_size = segment->datagram->carrier->segment_size;
    event->urgent = segment_has(segment, LUCID_URG) ? (uint16_t)seq_distance(segment->seq, segment->up) : 0;
    const uint8_t *options = segment->datagram->payload + TCP_HEADER;
    keep_options(event, options, (uint32_t)(segment->data - options));
    keep_payload(event, segment->data, segment->length);
}

static void common(struct lucid_event_segment *event, uint64_t id, const struct endpoints *ends,
                   const struct tcp_header *header, uint32_t window) {
    event->source = ends->local;
    event->destination = ends->remote;
    event->id = id;
    event->seq = header->seq.v;
    event->ack = header->ack.v;
    event->flags = header->flags;
    event->urgent = header->urgent;
    event->window = window;
}

void segment_trace_answer(struct env *env, uint32_t name, uint64_t id, const struct endpoints *ends,
                          const struct tcp_header *header, uint32_t window, const uint8_t *options) {
    struct lucid_event_segment *event = begin(env, LUCID_EVENT_SEGMENT_OUT, name);
    if (event) {
        common(event, id, ends, header, window);
        keep_options(event, options, header->header_length - (uint32_t)TCP_HEADER);
    }
}

void segment_trace_out(struct env *env, const struct tcb *tcb, const struct lucid_packet *packet,
                       const struct tcp_header *header, uint32_t window, bool retransmission) {
    struct lucid_event_segment *event = begin(env, LUCID_EVENT_SEGMENT_OUT, tcb->name);
    if (!event) {
        return;
    }
    common(event, packet->id, &tcb->ends, header, window);
    event->length = packet->length - packet->header_length;
    event->segment_size = packet->segment_size;
    event->retransmission = retransmission;
    uint32_t options = header->header_length - (uint32_t)TCP_HEADER;
    keep_options(event, packet->head + packet->header_length - options, options);
    for (unsigned i = 1; i < packet->slices; i++) {
        keep_payload(event, packet->slice[i].data, (uint32_t)packet->slice[i].length);
    }
}
