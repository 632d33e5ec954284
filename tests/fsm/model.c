/* model.c: RFC 9293 3.10.7.1 to 3.10.7.3, and TIME-WAIT. See model.h. */
#include "fsm/model.h"

#include <string.h>

static bool has(const struct model_segment *segment, unsigned flags) {
    return (segment->flags & flags) != 0;
}

uint32_t model_length(const struct model_segment *segment) {
    return segment->length + (has(segment, LUCID_SYN) ? 1 : 0) + (has(segment, LUCID_FIN) ? 1 : 0);
}

void model_put(struct model *model, unsigned flags, uint32_t seq, uint32_t ack, uint32_t length) {
    if (model->sent_count < MODEL_SENT) {
        model->sent[model->sent_count++] = (struct model_segment){
            .flags = (uint8_t)flags, .seq = seq, .ack = ack, .length = length};
    }
}

void model_wants_ack(struct model *model, enum model_ack ack) {
    model->ack = ack > model->ack ? ack : model->ack;
}

/* "Delete the TCB, enter the CLOSED state"; LISTEN when a passive OPEN returns to it. */
void model_gone(struct model *model, unsigned state, int error) {
    model->state = state;
    model->error = model->error ? model->error : error;
    model->snd.queued = 0;
    model->rcv.unread = error ? 0 : model->rcv.unread;
    model->ack = MODEL_ACK_NONE;
    model->ack_owed = false;
    model->told = true;
}

/* 3.5.2, first and second group: the answer that the sender of the segment will accept. */
void model_reset_reply(struct model *model, const struct model_segment *segment) {
    if (has(segment, LUCID_RST)) {
        return;
    }
    if (has(segment, LUCID_ACK)) {
        model_put(model, LUCID_RST, segment->ack, 0, 0);
        return;
    }
    model_put(model, LUCID_RST | LUCID_ACK, 0, segment->seq + model_length(segment), 0);
}

static void note_window(struct model *model, uint32_t window) {
    model->snd.wnd = window;
    model->snd.max_wnd = window > model->snd.max_wnd ? window : model->snd.max_wnd;
}

/* "Set RCV.NXT to SEG.SEQ+1, IRS is set to SEG.SEQ" */
static void take_syn(struct model *model, const struct model_segment *segment) {
    model->irs = segment->seq;
    model->rcv.nxt = segment->seq + 1;
    model->rcv.edge = model->rcv.nxt;
    model->rcv.unread = 0;
    model->rcv.fin_known = false;
    model->rcv.urgent = false;
    model->rcv.held = 0;
    memset(model->rcv.come, 0, sizeof model->rcv.come);
}

/* "ISS should be selected and a SYN segment sent of the form <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>". Data on the SYN is
 * left to be sent again (docs/decisions/0003). */
static void spawn(struct model *model, const struct model_segment *segment) {
    take_syn(model, segment);
    model->state = LUCID_SYN_RECEIVED;
    model->active = model->handle = model->accepted = model->shut_read = model->close_queued = false;
    model->end_of_stream = model->snd.fin_queued = model->snd.fin_sent = false;
    model->error = 0;
    model->error_told = false;
    model->snd.queued = 0;
    model->snd.max_wnd = 0;
    note_window(model, segment->window);
    model->snd.wl1 = segment->seq;
    model->iss_open = true;
    model_put(model, LUCID_SYN | LUCID_ACK, 0, model->rcv.nxt, 0);
}

static void in_listen(struct model *model, const struct model_segment *segment) {
    if (has(segment, LUCID_RST)) {
        return;
    }
    if (has(segment, LUCID_ACK)) {
        model_reset_reply(model, segment);
        return;
    }
    if (has(segment, LUCID_SYN) && !has(segment, LUCID_FIN) && !model->queue_full) { /* docs/decisions/0005 */
        spawn(model, segment);
        model->iss_above = model->iss - 1;
        model->dropped = false;
    }
}

/* SYN-RECEIVED or SYN-SENT to ESTABLISHED. */
void model_established(struct model *model, const struct model_segment *segment) {
    model->state = LUCID_ESTABLISHED;
    model->snd.una = segment->ack;
    note_window(model, segment->window);
    model->snd.wl1 = segment->seq;
    model->snd.wl2 = segment->ack;
    model->told = true;
}

static void in_syn_sent(struct model *model, struct model_segment segment) {
    bool ack = has(&segment, LUCID_ACK);
    if (ack && !(model_less(model->snd.una, segment.ack) && model_at_most(segment.ack, model->snd.nxt))) {
        model_reset_reply(model, &segment);
        return;
    }
    if (has(&segment, LUCID_RST)) {
        if (ack) { /* "connection reset", which connect() calls ECONNREFUSED */
            model->dropped = false;
            model_gone(model, LUCID_CLOSED, LUCID_ECONNREFUSED);
        }
        return;
    }
    if (!has(&segment, LUCID_SYN)) {
        return;
    }
    model->dropped = false;
    take_syn(model, &segment);
    model->rcv.edge += model->syn_window;
    if (!ack) {
        model->state = LUCID_SYN_RECEIVED;
        note_window(model, segment.window);
        model->snd.wl1 = segment.seq;
        model_put(model, LUCID_SYN | LUCID_ACK, model->iss, model->rcv.nxt, 0);
        return; /* text and FIN are left to be sent again (docs/decisions/0003) */
    }
    model_established(model, &segment);
    model_wants_ack(model, MODEL_ACK_NOW);
    segment.flags &= (uint8_t)~LUCID_SYN;
    segment.seq++;
    model_trim(model, &segment);
    model_text_and_fin(model, &segment);
}

/* MAY-12. MAX.SND.WND "may be hard-coded to a maximum permissible window value": 65535 << 14. */
static bool in_time_wait_range(const struct model *model, uint32_t ack) {
    const uint32_t max_wnd = UINT32_C(65535) << 14;
    bool old = model->rfc5961 && model_less(ack, model->snd.nxt - max_wnd);
    return !old && model_at_most(ack, model->snd.nxt);
}

/* Of a segment that is acceptable: 3.10.7.4, the fourth to the eighth step, for TIME-WAIT. */
static void in_time_wait_acceptable(struct model *model, const struct model_segment *segment) {
    if (has(segment, LUCID_SYN)) {
        model_wants_ack(model, MODEL_ACK_NOW);
        return;
    }
    if (!has(segment, LUCID_ACK)) {
        return;
    }
    bool in_range = in_time_wait_range(model, segment->ack);
    if (!in_range || model_length(segment) > 0) { /* text is ignored, but not silently: docs/decisions/0025 */
        model_wants_ack(model, MODEL_ACK_NOW);
    }
}

/* "The only thing that can arrive in this state is a retransmission of the remote FIN." Its last octet is the last
 * before RCV.NXT. */
static bool repeats_fin(const struct model *model, const struct model_segment *segment) {
    return has(segment, LUCID_FIN) && !has(segment, LUCID_SYN) && has(segment, LUCID_ACK) &&
           segment->seq + model_length(segment) == model->rcv.nxt && in_time_wait_range(model, segment->ack);
}

static void in_time_wait_reset(struct model *model, const struct model_segment *segment) {
    bool exact = segment->seq == model->rcv.nxt;
    bool inside = exact || (model_at_most(model->rcv.nxt, segment->seq) && model_less(segment->seq, model->rcv.edge));
    if (model->rfc1337 || !inside) { /* docs/decisions/0010 */
        return;
    }
    if (model->rfc5961 && !exact) {
        model_wants_ack(model, MODEL_ACK_NOW);
        return;
    }
    model->dropped = false;
    model_gone(model, LUCID_CLOSED, 0);
    model->told = false; /* for the application it was over before */
}

static void in_time_wait(struct model *model, const struct model_segment *segment) {
    if (has(segment, LUCID_RST)) {
        in_time_wait_reset(model, segment);
        return;
    }
    bool fresh = has(segment, LUCID_SYN) && !has(segment, LUCID_ACK | LUCID_FIN) &&
                 model_less(model->rcv.nxt, segment->seq);
    if (fresh && model->listening) { /* 3.6.1, MAY-2 */
        uint32_t last = model->snd.nxt;
        spawn(model, segment);
        model->iss_above = last;
        model->dropped = false;
        return;
    }
    if (repeats_fin(model, segment)) {
        model_wants_ack(model, MODEL_ACK_NOW);
        model->wait_restarted = true;
        model->dropped = false;
        return;
    }
    if (!model_acceptable(model, segment)) {
        model_wants_ack(model, MODEL_ACK_NOW);
        return;
    }
    in_time_wait_acceptable(model, segment);
}

void model_begin_event(struct model *model) {
    model->sent_count = 0;
    model->ack = MODEL_ACK_NONE;
    model->delivered = 0;
    model->iss_open = false;
    model->wait_restarted = false;
    model->told = false;
    model->dropped = false;
}

void model_end_event(struct model *model) {
    model_transmit(model);
    model->ack_owed = model->ack_owed || model->ack == MODEL_ACK_SOON;
}

void model_arrives(struct model *model, const struct model_segment *arrived) {
    struct model_segment segment = *arrived;
    segment.up = segment.seq + segment.urgent;
    model_begin_event(model);
    model->dropped = true; /* unless something is made of it */
    switch (model->state) {
    case LUCID_CLOSED:
    case LUCID_LISTEN:
        if (model->listening) {
            in_listen(model, &segment);
        } else {
            model_reset_reply(model, &segment);
        }
        break;
    case LUCID_SYN_SENT:
        in_syn_sent(model, segment);
        break;
    case LUCID_TIME_WAIT:
        in_time_wait(model, &segment);
        break;
    default:
        model_other_states(model, segment);
        break;
    }
    model_end_event(model);
}

void model_saw(struct model *model, const struct model_segment *segment) {
    if (has(segment, LUCID_SYN) && model->iss_open) {
        model->iss = model->snd.una = segment->seq;
        model->snd.nxt = segment->seq + 1;
        model->iss_open = false;
    }
    if (has(segment, LUCID_SYN)) {
        model->syn_window = segment->window;
    }
    if (!has(segment, LUCID_ACK) || has(segment, LUCID_RST)) {
        return;
    }
    uint32_t edge = segment->ack + segment->window;
    model->rcv.edge = model_less(model->rcv.edge, edge) ? edge : model->rcv.edge;
    model->ack_owed = false;
}
