/* model_steps.c: RFC 9293 3.10.7.4, the first to the fifth step, for SYN-RECEIVED to LAST-ACK. See model.h.
 *
 * Each rule stands where the RFC has it; where a record of docs/decisions/ changes one, its number is given.
 */
#include "fsm/model.h"

static bool has(const struct model_segment *segment, unsigned flags) {
    return (segment->flags & flags) != 0;
}

static uint32_t window(const struct model *model) {
    return model->rcv.edge - model->rcv.nxt;
}

static bool inside(const struct model *model, uint32_t seq) {
    return model_at_most(model->rcv.nxt, seq) && model_less(seq, model->rcv.edge);
}

/* Table 6; and what reaches over both edges (docs/decisions/0022) */
bool model_acceptable(const struct model *model, const struct model_segment *segment) {
    uint32_t length = model_length(segment);
    if (length == 0) {
        return window(model) == 0 ? segment->seq == model->rcv.nxt : inside(model, segment->seq);
    }
    uint32_t old = model->rcv.nxt - segment->seq;
    bool covers = window(model) > 0 && old < length && length - old > window(model);
    return covers || inside(model, segment->seq) || inside(model, segment->seq + length - 1);
}

/* "The idealized segment that begins at RCV.NXT and does not exceed the window." A FIN right behind the last octet that
 * fits needs no room (docs/decisions/0007). */
void model_trim(struct model *model, struct model_segment *segment) {
    if (model_less(segment->seq, model->rcv.nxt)) {
        uint32_t old = model->rcv.nxt - segment->seq;
        segment->length -= old < segment->length ? old : segment->length;
        segment->seq = model->rcv.nxt;
    }
    uint32_t end = segment->seq + segment->length;
    if (model_less(model->rcv.edge, end)) {
        segment->length -= end - model->rcv.edge;
        segment->flags &= (uint8_t)~LUCID_FIN;
    }
}

/* First, for a RST, and second. Whatever else a RST carries means nothing; "special allowance" lets it in at RCV.NXT
 * when the window is zero. */
static void second_reset(struct model *model, const struct model_segment *segment) {
    bool exact = segment->seq == model->rcv.nxt;
    if (!exact && !inside(model, segment->seq)) {
        return;
    }
    if (model->rfc5961 && !exact) {
        model_wants_ack(model, MODEL_ACK_NOW);
        return;
    }
    model->dropped = false;
    if (model_in(model, LUCID_SYN_RECEIVED)) {
        model_gone(model, model->active ? LUCID_CLOSED : LUCID_LISTEN, model->active ? LUCID_ECONNREFUSED : 0);
        return;
    }
    bool quiet = model_in(model, LUCID_CLOSING | LUCID_LAST_ACK);
    model_gone(model, LUCID_CLOSED, quiet ? 0 : LUCID_ECONNRESET);
}

/* First, for everything else. True: go on. */
static bool first_sequence(struct model *model, struct model_segment *segment) {
    if (model_acceptable(model, segment)) {
        return true;
    }
    bool allowed = window(model) == 0 && segment->seq == model->rcv.nxt && !has(segment, LUCID_SYN);
    if (allowed && segment->length == 0) { /* a FIN alone: docs/decisions/0007 */
        return true;
    }
    model_wants_ack(model, MODEL_ACK_NOW);
    segment->length = 0; /* if its ACK counts (MUST-66), its data has no room, and the FIN comes after the data */
    segment->flags &= (uint8_t)~LUCID_FIN;
    return allowed;
}

static void fourth_syn(struct model *model) {
    if (model->rfc5961) { /* also in SYN-RECEIVED: docs/decisions/0004 */
        model_wants_ack(model, MODEL_ACK_NOW);
        return;
    }
    model->dropped = false;
    if (model_in(model, LUCID_SYN_RECEIVED) && !model->active) {
        model_gone(model, LUCID_LISTEN, 0);
        return;
    }
    uint32_t seq = model->snd.nxt;
    model_gone(model, LUCID_CLOSED, LUCID_ECONNRESET);
    model_put(model, LUCID_RST, seq, 0, 0);
}

/* "If the segment acknowledgment is not acceptable, form a reset segment." It comes before the check of RFC 5961, as
 * 3.5.2 has it for SYN-RECEIVED. */
static bool fifth_syn_received(struct model *model, const struct model_segment *segment) {
    if (!(model_less(model->snd.una, segment->ack) && model_at_most(segment->ack, model->snd.nxt))) {
        model_reset_reply(model, segment);
        return false;
    }
    if (model->queue_full && !model->active) { /* as if the ACK had been lost: SYN,ACK will be sent again */
        return false;
    }
    model_established(model, segment);
    if (model->close_queued) {
        model->close_queued = false;
        model->state = LUCID_FIN_WAIT_1;
        model->snd.fin_queued = true;
    }
    return true;
}

/* MAY-12. Without RFC 5961 an ACK is never too old. */
static bool in_range(const struct model *model, uint32_t ack) {
    bool old = model->rfc5961 && model_less(ack, model->snd.una - model->snd.max_wnd);
    return !old && model_at_most(ack, model->snd.nxt + (model->snd.probe ? 1 : 0));
}

static void acknowledged(struct model *model, uint32_t ack) {
    uint32_t octets = ack - model->snd.una;
    octets -= model->snd.una == model->iss ? 1 : 0;
    model->snd.una = ack;
    if (model_less(model->snd.nxt, ack)) { /* the window probe was taken */
        model->snd.nxt = ack;
        model->snd.fin_sent = model->snd.queued == 0;
    }
    model->snd.probe = false;
    model->snd.queued -= octets < model->snd.queued ? octets : model->snd.queued;
}

/* "If SND.UNA < SEG.ACK =< SND.NXT, then set SND.UNA <- SEG.ACK"; then the window, as docs/decisions/0018 has it. */
static void fifth_established(struct model *model, const struct model_segment *segment) {
    bool fresh = model_less(model->snd.una, segment->ack);
    bool old = model_less(segment->ack, model->snd.una);
    if (fresh) {
        acknowledged(model, segment->ack);
    }
    bool newer = model_less(model->snd.wl1, segment->seq) ||
                 (model->snd.wl1 == segment->seq && model_at_most(model->snd.wl2, segment->ack));
    if (fresh || (newer && !old)) {
        model->snd.wnd = segment->window;
        model->snd.max_wnd = segment->window > model->snd.max_wnd ? segment->window : model->snd.max_wnd;
        model->snd.wl1 = model_less(model->snd.wl1, segment->seq) ? segment->seq : model->snd.wl1;
        model->snd.wl2 = segment->ack;
    }
}

/* True: the connection goes on to the sixth step. */
static bool fifth_fin(struct model *model) {
    bool acked = model->snd.fin_sent && model->snd.una == model->snd.nxt;
    if (!acked) {
        return true;
    }
    if (model_in(model, LUCID_FIN_WAIT_1)) {
        model->state = LUCID_FIN_WAIT_2;
    } else if (model_in(model, LUCID_CLOSING)) {
        model->state = LUCID_TIME_WAIT;
        model->wait_restarted = true;
        model->told = true;
        return false;
    } else if (model_in(model, LUCID_LAST_ACK)) {
        model_gone(model, LUCID_CLOSED, 0);
        return false;
    }
    return true;
}

static bool fifth_ack(struct model *model, const struct model_segment *segment) {
    if (!has(segment, LUCID_ACK)) {
        return false;
    }
    if (model_in(model, LUCID_SYN_RECEIVED)) {
        bool done = fifth_syn_received(model, segment);
        model->dropped = model->dropped && !done;
        return done;
    }
    if (!in_range(model, segment->ack)) {
        model_wants_ack(model, MODEL_ACK_NOW);
        return false;
    }
    model->dropped = false;
    fifth_established(model, segment);
    return fifth_fin(model);
}

/* A SYN that is there already: before the first step. True: it has been dealt with. */
static bool known_syn(struct model *model, struct model_segment *segment) {
    if (!model_in(model, LUCID_SYN_RECEIVED) || segment->seq != model->irs) {
        return false;
    }
    unsigned kind = segment->flags & (LUCID_SYN | LUCID_ACK | LUCID_RST);
    if (kind == LUCID_SYN && !model->active) { /* docs/decisions/0004 */
        model_put(model, LUCID_SYN | LUCID_ACK, model->iss, model->rcv.nxt, 0);
        model->dropped = false;
        return true;
    }
    if (kind == (LUCID_SYN | LUCID_ACK) && model->active) { /* docs/decisions/0012 */
        segment->flags &= (uint8_t)~LUCID_SYN;
        segment->seq++;
    }
    return false;
}

void model_other_states(struct model *model, struct model_segment segment) {
    if (known_syn(model, &segment)) {
        return;
    }
    if (has(&segment, LUCID_RST)) {
        second_reset(model, &segment);
        return;
    }
    if (!first_sequence(model, &segment)) {
        return;
    }
    if (has(&segment, LUCID_SYN)) {
        fourth_syn(model);
        return;
    }
    model_trim(model, &segment);
    if (fifth_ack(model, &segment)) {
        model_text_and_fin(model, &segment);
    }
}
