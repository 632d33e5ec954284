/* stage_compare.c: do stack and model agree? See stage.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/stack.h"
#include "fsm/stage.h"

static const unsigned GONE = LUCID_CLOSED | LUCID_LISTEN;
static const unsigned OPENING = LUCID_SYN_SENT | LUCID_SYN_RECEIVED;

/* ---- what was sent ---- */

static void differ(struct stage *stage, const char *what, const struct model_segment *is,
                   const struct model_segment *should) {
    char is_flags[9], should_flags[9];
    lucid_flags_format(is->flags, is_flags);
    lucid_flags_format(should->flags, should_flags);
    stage_wrong(stage,
                "%s: %s seq %" PRIu32 " ack %" PRIu32 " len %" PRIu32 " leaves, not %s seq %" PRIu32 " ack %" PRIu32
                " len %" PRIu32,
                what, is_flags, is->seq, is->ack, is->length, should_flags, should->seq, should->ack, should->length);
}

static bool equal(const struct model_segment *a, const struct model_segment *b) {
    return a->seq == b->seq && a->ack == b->ack && a->flags == b->flags && a->length == b->length;
}

static bool carries_ack(const struct model_segment *segment) {
    return (segment->flags & (LUCID_ACK | LUCID_RST)) == LUCID_ACK;
}

/* What the model sends, then the ACK that it still owes; how many there may be at least and at most. */
static void compare_ack(struct stage *stage) {
    const struct model *model = &stage->model;
    bool carried = false;
    for (unsigned i = 0; i < model->sent_count; i++) {
        carried = carried || carries_ack(&model->sent[i]);
    }
    unsigned more = stage->seen_count - model->sent_count;
    unsigned least = model->ack == MODEL_ACK_OWN || (model->ack == MODEL_ACK_NOW && !carried);
    unsigned most = model->ack == MODEL_ACK_NONE ? 0 : least || !carried;
    if (more < least || more > most) {
        stage_wrong(stage, "%u ACKs leave besides, at least %u and at most %u should", more, least, most);
        return;
    }
    struct model_segment ack = {.flags = LUCID_ACK, .seq = model->snd.nxt, .ack = model->rcv.nxt};
    if (more > 0 && !equal(&stage->seen[model->sent_count], &ack)) {
        differ(stage, "the ACK", &stage->seen[model->sent_count], &ack);
    }
}

static void compare_sent(struct stage *stage) {
    struct model *model = &stage->model;
    if (stage->seen_count < model->sent_count) {
        const struct model_segment none = {0};
        differ(stage, "too few segments", stage->seen_count ? &stage->seen[0] : &none, &model->sent[0]);
        return;
    }
    for (unsigned i = 0; i < model->sent_count; i++) {
        struct model_segment should = model->sent[i];
        if (model->iss_open && model_less(model->iss_above, stage->seen[i].seq)) {
            should.seq = stage->seen[i].seq;
        }
        if (!equal(&stage->seen[i], &should)) {
            differ(stage, "a segment", &stage->seen[i], &should);
            return;
        }
    }
    compare_ack(stage);
}

/* SHLD-14: the right edge never moves left. And no more is promised than the buffer can hold. */
static void compare_windows(struct stage *stage) {
    struct model *model = &stage->model;
    for (unsigned i = 0; i < stage->seen_count; i++) {
        const struct model_segment *seen = &stage->seen[i];
        uint32_t edge = seen->ack + seen->window;
        if (carries_ack(seen) && model->state != LUCID_TIME_WAIT) {
            if (model_less(edge, model->rcv.edge) && !model->end_of_stream) {
                stage_wrong(stage, "the window's edge moves left, from %" PRIu32 " to %" PRIu32, model->rcv.edge, edge);
            }
            if (seen->window + model->rcv.unread > model->receive_buffer + 1) {
                stage_wrong(stage, "a window of %" PRIu32 " is promised, with %" PRIu32 " unread", seen->window,
                            model->rcv.unread);
            }
        }
        model_saw(model, seen);
    }
}

/* ---- the variables ---- */

static void same(struct stage *stage, const char *name, uint32_t is, uint32_t should) {
    if (is != should) {
        stage_wrong(stage, "%s is %" PRIu32 ", not %" PRIu32, name, is, should);
    }
}

static void compare_variables(struct stage *stage, const struct lucid_tcp_info *info) {
    const struct model *model = &stage->model;
    same(stage, "SND.NXT", info->snd_nxt, model->snd.nxt);
    if (model->state == LUCID_TIME_WAIT) {
        same(stage, "RCV.NXT", info->rcv_nxt, model->rcv.nxt);
        return;
    }
    same(stage, "SND.UNA", info->snd_una, model->snd.una);
    same(stage, "ISS", info->iss, model->iss);
    same(stage, "send queue", info->send_queue, model->snd.queued);
    if (model->state == LUCID_SYN_SENT) {
        return;
    }
    same(stage, "RCV.NXT", info->rcv_nxt, model->rcv.nxt);
    same(stage, "IRS", info->irs, model->irs);
    same(stage, "RCV.WND", info->rcv_wnd, model->rcv.edge - model->rcv.nxt);
    same(stage, "SND.WND", info->snd_wnd, model->snd.wnd);
    same(stage, "unread octets", info->receive_queue, model->rcv.unread);
    same(stage, "out-of-order octets", info->out_of_order, model->rcv.held);
    if (model->state != LUCID_SYN_RECEIVED && model->snd.una != model->iss) {
        same(stage, "SND.WL1", info->snd_wl1, model->snd.wl1);
        same(stage, "SND.WL2", info->snd_wl2, model->snd.wl2);
    }
}

static void compare_state(struct stage *stage) {
    struct lucid_tcp_info info;
    unsigned should = stage->model.state;
    int found = lucid_info_find(stage->stack, &stage->own, &stage->peer, &info);
    unsigned is = found == 0 ? info.state : LUCID_CLOSED;
    if (is != (should & GONE ? LUCID_CLOSED : should)) {
        stage_wrong(stage, "the state is %s, not %s", lucid_state_name(is), lucid_state_name(should));
        return;
    }
    if (stage->state && stage->state != should) {
        stage_wrong(stage, "the trace ends in %s, not %s", lucid_state_name(stage->state), lucid_state_name(should));
    }
    if (found == 0) {
        compare_variables(stage, &info);
    }
}

/* ---- the application ---- */

/* What poll() says of a stream. */
static unsigned readiness(const struct model *model) {
    bool over = (model->state & (GONE | LUCID_TIME_WAIT)) != 0;
    bool opening = (model->state & OPENING) != 0;
    bool closing = over || !(model->state & (OPENING | LUCID_ESTABLISHED | LUCID_CLOSE_WAIT));
    bool readable = model->rcv.unread > 0 || model->end_of_stream || model->shut_read || over;
    bool writable = !opening && (closing || model->snd.queued < model->send_buffer);
    return (readable ? LUCID_POLLIN : 0) | (model_urgent_left(model) > 0 ? LUCID_POLLPRI : 0) |
           (writable ? LUCID_POLLOUT : 0) | (model->error && !model->error_told ? LUCID_POLLERR : 0) |
           (model->end_of_stream || over ? LUCID_POLLRDHUP : 0) |
           (over || (model->end_of_stream && model->snd.fin_queued) ? LUCID_POLLHUP : 0);
}

static void compare_readiness(struct stage *stage) {
    const struct model *model = &stage->model;
    bool opened = stage->fd && stage->state; /* connect() was called, or accept() */
    if (opened && model->handle) {
        struct lucid_pollfd poll = {.fd = stage->fd,
                                    .events = LUCID_POLLIN | LUCID_POLLPRI | LUCID_POLLOUT | LUCID_POLLRDHUP};
        lucid_poll(stage->stack, &poll, 1);
        same(stage, "what poll() says", (unsigned)poll.revents, readiness(model));
        if (model->told && !stage->heard) {
            stage_wrong(stage, "the application is not told");
        }
    }
    bool waits = model->told && !model->accepted && model->state == LUCID_ESTABLISHED && model->delivered == 0;
    if (waits && !stage->heard_listener) {
        stage_wrong(stage, "the listener is not told");
    }
}

static void compare_drops(struct stage *stage) {
    struct lucid_stats stats;
    uint64_t drops = 0;
    lucid_stats(stage->stack, &stats);
    for (unsigned i = 0; i < LUCID_DROP_COUNT; i++) {
        drops += stats.drop[i];
    }
    if (stage->model.dropped && drops == stage->drops) {
        stage_wrong(stage, "a segment was dropped, and not counted");
    }
    stage->drops = drops;
}

void stage_compare(struct stage *stage) {
    struct check_report report;
    stage_drain(stage);
    compare_sent(stage);
    compare_windows(stage);
    compare_state(stage);
    compare_readiness(stage);
    compare_drops(stage);
    if (stack_check(stage->stack, &report) != 0) {
        stage_wrong(stage, "%s", report.broken);
    }
}

/* ---- afterwards ---- */

/* MUST-40 */
static void expect_owed_ack(struct stage *stage) {
    const lucid_time limit = 500 * LUCID_MILLISECOND;
    stage->seen_count = 0;
    lucid_tick(stage->stack, stage->now + limit);
    stage->now += limit;
    stage_drain(stage);
    for (unsigned i = 0; i < stage->seen_count; i++) {
        if (carries_ack(&stage->seen[i]) && stage->seen[i].ack == stage->model.rcv.nxt) {
            return;
        }
    }
    stage_wrong(stage, "an ACK is owed, and does not leave within 500 ms");
}

static void expect_error(struct stage *stage) {
    int error = -1;
    size_t length = sizeof error;
    lucid_getsockopt(stage->stack, stage->fd, LUCID_SOL_SOCKET, LUCID_SO_ERROR, &error, &length);
    same(stage, "the error", (unsigned)error, stage->model.error_told ? 0 : (unsigned)stage->model.error);
}

/* The peer sends everything from RCV.NXT to the edge: what was held out of order comes out between the new octets. */
static void fill_gaps(struct stage *stage) {
    const struct model *model = &stage->model;
    struct model_segment segment = {
        .flags = LUCID_ACK,
        .seq = model->rcv.nxt,
        .ack = model->snd.nxt,
        .length = model->rcv.edge - model->rcv.nxt,
        .window = model->snd.wnd,
    };
    stage_segment(stage, &segment);
}

void stage_aftermath(struct stage *stage) {
    const struct model *model = &stage->model;
    bool usable = stage->fd && model->handle;
    if (stage->wrong[0] != '\0') {
        return;
    }
    if (usable && model->rcv.held > 0) {
        fill_gaps(stage);
    }
    while (usable && model->rcv.unread > 0 && !model->error && stage->wrong[0] == '\0') {
        stage_receive(stage, model->rcv.unread);
    }
    if (usable && stage->state) {
        expect_error(stage);
    }
    if (model->ack_owed) {
        expect_owed_ack(stage);
    }
}
