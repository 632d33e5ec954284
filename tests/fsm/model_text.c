/* model_text.c: the octets: what comes in by the seventh and eighth step of RFC 9293 3.10.7.4, what leaves by 3.8.6.2.1
 * and 3.7.4. See model.h.
 */
#include "fsm/model.h"

static const unsigned READING = LUCID_ESTABLISHED | LUCID_FIN_WAIT_1 | LUCID_FIN_WAIT_2;
static const unsigned WRITING = LUCID_ESTABLISHED | LUCID_CLOSE_WAIT | LUCID_FIN_WAIT_1 | LUCID_CLOSING |
                                LUCID_LAST_ACK;

/* The mark of the octet with this sequence number. */
static bool marked(const struct model *model, uint32_t seq) {
    uint32_t offset = (seq - model->irs - 1) % MODEL_STREAM;
    return model->rcv.come[offset / 8] >> offset % 8 & 1;
}

static void mark(struct model *model, uint32_t seq, bool here) {
    uint32_t offset = (seq - model->irs - 1) % MODEL_STREAM;
    if (marked(model, seq) != here) {
        model->rcv.come[offset / 8] ^= (uint8_t)(1u << offset % 8);
        model->rcv.held += here ? 1 : UINT32_MAX;
    }
}

/* A FIN above a gap is forgotten when what is in order says otherwise: by octets behind it, or by a FIN elsewhere. */
static void doubt_fin(struct model *model, const struct model_segment *segment) {
    uint32_t end = segment->seq + segment->length;
    bool elsewhere = (segment->flags & LUCID_FIN) && end != model->rcv.fin;
    if (segment->seq == model->rcv.nxt && (elsewhere || model_less(model->rcv.fin, end))) {
        model->rcv.fin_known = false;
    }
}

/* Nothing comes behind the peer's FIN, whichever was here first. */
static void note_fin(struct model *model, const struct model_segment *segment) {
    if ((segment->flags & LUCID_FIN) && !model->rcv.fin_known) {
        model->rcv.fin_known = true;
        model->rcv.fin = segment->seq + segment->length;
    }
    for (uint32_t seq = model->rcv.fin; model->rcv.fin_known && model_less(seq, model->rcv.edge); seq++) {
        mark(model, seq, false);
    }
}

/* What lies behind the FIN is no text of this stream: as with all text "after a FIN has been received", it is
 * ignored. */
static void cut_at_fin(const struct model *model, struct model_segment *segment) {
    uint32_t end = segment->seq + segment->length;
    if (model->rcv.fin_known && model_less(model->rcv.fin, end)) {
        segment->length = model_less(segment->seq, model->rcv.fin) ? model->rcv.fin - segment->seq : 0;
    }
}

/* "Once the TCP endpoint takes responsibility for the data, it advances RCV.NXT over the data accepted." */
static void seventh_text(struct model *model, const struct model_segment *segment) {
    bool gap_before = model->rcv.held > 0;
    for (uint32_t i = 0; i < segment->length; i++) {
        mark(model, segment->seq + i, true);
    }
    uint32_t before = model->rcv.nxt;
    while (marked(model, model->rcv.nxt)) {
        mark(model, model->rcv.nxt++, false);
    }
    uint32_t advanced = model->rcv.nxt - before;
    bool wanted = model->handle && !model->shut_read;
    model->delivered = wanted || !model->accepted ? advanced : 0;
    model->rcv.unread += model->delivered;
    model->told = model->told || model->delivered > 0;
    /* RFC 5681 4.2: at once for what is out of order, by one of its own, and for what fills a gap. */
    model_wants_ack(model, advanced == 0 ? MODEL_ACK_OWN : gap_before ? MODEL_ACK_NOW : MODEL_ACK_SOON);
}

static void eighth_fin(struct model *model, const struct model_segment *segment) {
    if (!model->rcv.fin_known) {
        return;
    }
    if (model->rcv.nxt != model->rcv.fin) { /* it is remembered, and asked for what is before it */
        model_wants_ack(model, segment->flags & LUCID_FIN ? MODEL_ACK_NOW : MODEL_ACK_NONE);
        return;
    }
    model->rcv.nxt++;
    model->rcv.edge = model_less(model->rcv.edge, model->rcv.nxt) ? model->rcv.nxt : model->rcv.edge;
    model->end_of_stream = true;
    model->told = true;
    model_wants_ack(model, MODEL_ACK_NOW);
    if (model_in(model, LUCID_ESTABLISHED)) {
        model->state = LUCID_CLOSE_WAIT;
    } else if (model_in(model, LUCID_FIN_WAIT_1)) {
        model->state = LUCID_CLOSING; /* our FIN is not acknowledged: the fifth step would have said so */
    } else {
        model->state = LUCID_TIME_WAIT;
        model->wait_restarted = true;
    }
}

/* The number of the octet that the application reads next. */
static uint32_t unread_from(const struct model *model) {
    return model->rcv.nxt - (model->end_of_stream ? 1 : 0) - model->rcv.unread;
}

/* Urgent octets still to be read, of which none is behind the peer's FIN. */
uint32_t model_urgent_left(const struct model *model) {
    uint32_t left = model->rcv.up - unread_from(model);
    if (!model->rcv.urgent || model->shut_read || model->error || (int32_t)left < 0) {
        return 0;
    }
    return model->end_of_stream && left > model->rcv.unread ? model->rcv.unread : left;
}

/* "RCV.UP <- max(RCV.UP,SEG.UP), and signal the user", at each advance (docs/decisions/0055). */
static void sixth_urg(struct model *model, const struct model_segment *segment) {
    uint32_t known = model->rcv.urgent ? model->rcv.up : unread_from(model);
    if (segment->flags & LUCID_URG && model_less(known, segment->up)) {
        model->rcv.urgent = true;
        model->rcv.up = segment->up;
        model->told = model->told || model->accepted;
    }
}

void model_text_and_fin(struct model *model, struct model_segment *segment) {
    if (!model_in(model, READING)) {
        return;
    }
    sixth_urg(model, segment);
    if (segment->length > 0 && model->accepted && !model->handle) { /* SHLD-3 */
        uint32_t seq = model->snd.nxt;
        model_gone(model, LUCID_CLOSED, LUCID_ECONNRESET);
        model_put(model, LUCID_RST, seq, 0, 0);
        return;
    }
    doubt_fin(model, segment);
    note_fin(model, segment);
    cut_at_fin(model, segment);
    if (segment->length > 0) {
        seventh_text(model, segment);
    }
    eighth_fin(model, segment);
}

/* ---- what leaves ---- */

/* One segment, if there is any that should be sent. */
static bool transmit_one(struct model *model) {
    uint32_t first = model->snd.una + (model->snd.una == model->iss ? 1 : 0);
    uint32_t waiting = model->snd.fin_sent ? 0 : first + model->snd.queued - model->snd.nxt;
    uint32_t edge = model->snd.una + model->snd.wnd;
    uint32_t usable = model_less(model->snd.nxt, edge) ? edge - model->snd.nxt : 0;
    uint32_t length = waiting < usable ? waiting : usable;
    bool idle = model->snd.nxt == model->snd.una;
    bool full = length >= model->snd.mss;
    length = full ? model->snd.mss : length;
    bool all = length == waiting;
    /* It takes a number of the window, and Nagle's algorithm is about data: with a FIN nothing more will come to go
     * with the rest. */
    bool fin = model->snd.fin_queued && !model->snd.fin_sent && all && waiting < usable;
    bool worth = full || (idle && length > 0 && (all || length >= model->snd.max_wnd / 2));
    if (!worth && !fin) {
        return false;
    }
    bool push = all && length > 0; /* MUST-61 */
    model_put(model, LUCID_ACK | (push ? LUCID_PSH : 0) | (fin ? LUCID_FIN : 0), model->snd.nxt, model->rcv.nxt,
              length);
    model->snd.probe = false;
    model->snd.nxt += length + (fin ? 1 : 0);
    model->snd.fin_sent = model->snd.fin_sent || fin;
    return true;
}

void model_transmit(struct model *model) {
    while (model_in(model, WRITING) && transmit_one(model)) {
    }
}
