/* scenes.c: see scenes.h. The order is that of the states in RFC 9293 3.3.2. */
#include "fsm/scenes.h"

static void from_peer(struct stage *stage, unsigned flags, uint32_t seq, uint32_t length, uint32_t window) {
    struct model_segment segment = {
        .flags = (uint8_t)flags,
        .seq = seq,
        .ack = flags & LUCID_ACK ? stage->model.snd.nxt : 0,
        .length = length,
        .window = window,
    };
    stage_segment(stage, &segment);
}

void scene_peer(struct stage *stage, unsigned flags, uint32_t length) {
    from_peer(stage, flags, stage->model.rcv.nxt, length, SCENE_WINDOW);
}

/* ---- CLOSED, LISTEN, SYN-SENT ---- */

static void closed(struct stage *stage) {
    (void)stage;
}

static void listening(struct stage *stage) {
    stage_listen(stage);
}

static void listening_full(struct stage *stage) {
    stage_listen(stage);
    stage_fill_queue(stage);
}

static void syn_sent(struct stage *stage) {
    stage_connect(stage);
}

static void syn_sent_queued(struct stage *stage) {
    stage_connect(stage);
    stage_send(stage, 300);
}

/* ---- SYN-RECEIVED ---- */

static void syn_received_passive(struct stage *stage) {
    stage_listen(stage);
    from_peer(stage, LUCID_SYN, stage->profile->irs, 0, SCENE_WINDOW);
}

static void syn_received_passive_shut(struct stage *stage) {
    stage_listen(stage);
    from_peer(stage, LUCID_SYN, stage->profile->irs, 0, 0);
}

static void syn_received_passive_full(struct stage *stage) {
    syn_received_passive(stage);
    stage_fill_queue(stage);
}

static void syn_received_active(struct stage *stage) {
    stage_connect(stage);
    from_peer(stage, LUCID_SYN, stage->profile->irs, 0, SCENE_WINDOW);
}

static void syn_received_queued(struct stage *stage) {
    syn_received_active(stage);
    stage_send(stage, 300);
}

static void syn_received_closed(struct stage *stage) {
    syn_received_queued(stage);
    stage_shutdown_write(stage);
}

static void syn_received_given_up(struct stage *stage) {
    syn_received_queued(stage);
    stage_close_handle(stage);
}

/* ---- ESTABLISHED ---- */

static void established(struct stage *stage) {
    stage_connect(stage);
    from_peer(stage, LUCID_SYN | LUCID_ACK, stage->profile->irs, 0, SCENE_WINDOW);
}

static void established_waiting(struct stage *stage) {
    syn_received_passive(stage);
    scene_peer(stage, LUCID_ACK, 0);
}

static void established_passive(struct stage *stage) {
    established_waiting(stage);
    stage_accept(stage);
}

static void in_flight(struct stage *stage) {
    established(stage);
    stage_send(stage, 300);
}

/* More than one segment flies, and what is behind them is too small to go (Nagle). */
static void nagle(struct stage *stage) {
    established(stage);
    stage_send(stage, 2 * STAGE_MSS);
    stage_send(stage, 100);
}

/* The peer takes nothing: octets wait, nothing flies. */
static void window_shut(struct stage *stage) {
    established(stage);
    from_peer(stage, LUCID_ACK, stage->model.rcv.nxt, 0, 0);
    stage_send(stage, 300);
}

/* One RTO later a probe is out, whose octet the peer may or may not take. */
static void probe(struct stage *stage) {
    stage_wait(stage, LUCID_SECOND, model_persist_timeout);
}

static void window_probed(struct stage *stage) {
    window_shut(stage);
    probe(stage);
}

/* A window smaller than half of the largest one, and too small for what waits: silly to use it. */
static void window_silly(struct stage *stage) {
    established(stage);
    from_peer(stage, LUCID_ACK, stage->model.rcv.nxt, 0, 96);
    stage_send(stage, 300);
}

/* More waits than the window takes: it is full of what flies. */
static void window_full(struct stage *stage) {
    established(stage);
    from_peer(stage, LUCID_ACK, stage->model.rcv.nxt, 0, 2000);
    stage_send(stage, 3000);
}

/* The peer never offers more than part of a segment: what fits may be worth sending, but Nagle's algorithm waits. */
static void window_small(struct stage *stage) {
    stage_connect(stage);
    from_peer(stage, LUCID_SYN | LUCID_ACK, stage->profile->irs, 0, 800);
    stage_send(stage, 96);
    stage_send(stage, 3000);
}

static void fill_receive_queue(struct stage *stage) {
    scene_peer(stage, LUCID_ACK, STAGE_RECEIVE_BUFFER);
    stage_wait(stage, 0, NULL);
}

static void receive_shut(struct stage *stage) {
    established(stage);
    fill_receive_queue(stage);
}

static void unread(struct stage *stage) {
    established(stage);
    scene_peer(stage, LUCID_ACK, 500);
}

/* Two runs above a gap each. */
static void hold(struct stage *stage, unsigned flags) {
    from_peer(stage, LUCID_ACK, stage->model.rcv.nxt + 100, 100, SCENE_WINDOW);
    from_peer(stage, LUCID_ACK | flags, stage->model.rcv.nxt + 400, 50, SCENE_WINDOW);
}

static void held(struct stage *stage) {
    established(stage);
    hold(stage, 0);
}

static void held_with_fin(struct stage *stage) {
    established(stage);
    hold(stage, LUCID_FIN);
}

static void read_shut(struct stage *stage) {
    established(stage);
    stage_shutdown_read(stage);
}

/* ---- FIN-WAIT-1 ---- */

static void fin_wait_1(struct stage *stage) {
    established(stage);
    stage_shutdown_write(stage);
}

static void fin_wait_1_flight(struct stage *stage) {
    in_flight(stage);
    stage_shutdown_write(stage);
}

static void fin_wait_1_unsent(struct stage *stage) {
    window_shut(stage);
    stage_shutdown_write(stage);
}

/* Not even the FIN fits. */
static void fin_wait_1_bare(struct stage *stage) {
    established(stage);
    from_peer(stage, LUCID_ACK, stage->model.rcv.nxt, 0, 0);
    stage_shutdown_write(stage);
}

static void fin_wait_1_probed(struct stage *stage) {
    fin_wait_1_bare(stage);
    probe(stage);
}

static void fin_wait_1_syn_unacked(struct stage *stage) {
    syn_received_active(stage);
    stage_shutdown_write(stage);
}

static void fin_wait_1_orphan(struct stage *stage) {
    established_passive(stage);
    stage_close_handle(stage);
}

static void fin_wait_1_orphan_flight(struct stage *stage) {
    in_flight(stage);
    stage_close_handle(stage);
}

static void fin_wait_1_receive_shut(struct stage *stage) {
    receive_shut(stage);
    stage_shutdown_write(stage);
}

static void fin_wait_1_held(struct stage *stage) {
    held(stage);
    stage_shutdown_write(stage);
}

static void fin_wait_1_held_with_fin(struct stage *stage) {
    held_with_fin(stage);
    stage_shutdown_write(stage);
}

/* ---- FIN-WAIT-2: as FIN-WAIT-1, and the FIN is acknowledged ---- */

static void fin_wait_2(struct stage *stage) {
    fin_wait_1(stage);
    scene_peer(stage, LUCID_ACK, 0);
}

static void fin_wait_2_orphan(struct stage *stage) {
    fin_wait_1_orphan(stage);
    scene_peer(stage, LUCID_ACK, 0);
}

static void fin_wait_2_receive_shut(struct stage *stage) {
    fin_wait_1_receive_shut(stage);
    scene_peer(stage, LUCID_ACK, 0);
}

static void fin_wait_2_held(struct stage *stage) {
    fin_wait_1_held(stage);
    scene_peer(stage, LUCID_ACK, 0);
}

static void fin_wait_2_held_with_fin(struct stage *stage) {
    fin_wait_1_held_with_fin(stage);
    scene_peer(stage, LUCID_ACK, 0);
}

/* ---- CLOSE-WAIT ---- */

static void close_wait(struct stage *stage) {
    established(stage);
    scene_peer(stage, LUCID_FIN | LUCID_ACK, 0);
}

static void close_wait_not_accepted(struct stage *stage) {
    established_waiting(stage);
    scene_peer(stage, LUCID_FIN | LUCID_ACK, 0);
}

static void close_wait_unread(struct stage *stage) {
    unread(stage);
    scene_peer(stage, LUCID_FIN | LUCID_ACK, 100);
}

static void close_wait_flight(struct stage *stage) {
    close_wait(stage);
    stage_send(stage, 300);
}

static void close_wait_window_shut(struct stage *stage) {
    window_shut(stage);
    from_peer(stage, LUCID_FIN | LUCID_ACK, stage->model.rcv.nxt, 0, 0);
}

/* A FIN alone gets in although the buffer is full (docs/decisions/0007). */
static void close_wait_receive_shut(struct stage *stage) {
    receive_shut(stage);
    scene_peer(stage, LUCID_FIN | LUCID_ACK, 0);
}

/* ---- CLOSING and LAST-ACK ---- */

/* The peer's FIN, which does not acknowledge ours. */
static void crossing_fin(struct stage *stage) {
    struct model_segment segment = {
        .flags = LUCID_FIN | LUCID_ACK,
        .seq = stage->model.rcv.nxt,
        .ack = stage->model.snd.una,
        .window = stage->model.snd.wnd,
    };
    stage_segment(stage, &segment);
}

static void closing(struct stage *stage) {
    fin_wait_1(stage);
    crossing_fin(stage);
}

static void closing_unread(struct stage *stage) {
    unread(stage);
    stage_shutdown_write(stage);
    crossing_fin(stage);
}

static void closing_flight(struct stage *stage) {
    fin_wait_1_flight(stage);
    crossing_fin(stage);
}

static void closing_unsent(struct stage *stage) {
    fin_wait_1_unsent(stage);
    crossing_fin(stage);
}

static void closing_probed(struct stage *stage) {
    fin_wait_1_bare(stage);
    crossing_fin(stage);
    probe(stage);
}

static void closing_orphan(struct stage *stage) {
    fin_wait_1_orphan(stage);
    crossing_fin(stage);
}

static void last_ack(struct stage *stage) {
    close_wait(stage);
    stage_close_handle(stage);
}

static void last_ack_handle(struct stage *stage) {
    close_wait_unread(stage);
    stage_shutdown_write(stage);
}

static void last_ack_flight(struct stage *stage) {
    close_wait_flight(stage);
    stage_shutdown_write(stage);
}

static void last_ack_unsent(struct stage *stage) {
    close_wait_window_shut(stage);
    stage_close_handle(stage);
}

static void last_ack_probed(struct stage *stage) {
    last_ack_unsent(stage);
    probe(stage);
}

/* ---- TIME-WAIT, over each of the three ways ---- */

static void time_wait(struct stage *stage) {
    fin_wait_2(stage);
    scene_peer(stage, LUCID_FIN | LUCID_ACK, 0);
}

static void time_wait_closing(struct stage *stage) {
    closing_flight(stage);
    scene_peer(stage, LUCID_ACK, 0);
}

static void time_wait_listening(struct stage *stage) {
    fin_wait_1_orphan(stage);
    scene_peer(stage, LUCID_FIN | LUCID_ACK, 0); /* three segments: Note 2 of Figure 5 */
}

static void time_wait_unread(struct stage *stage) {
    fin_wait_2(stage);
    scene_peer(stage, LUCID_FIN | LUCID_ACK, 500);
}

const struct scene scenes[] = {
    {"CLOSED", LUCID_CLOSED, closed},
    {"LISTEN", LUCID_CLOSED, listening},
    {"LISTEN, accept queue full", LUCID_CLOSED, listening_full},
    {"SYN-SENT", LUCID_SYN_SENT, syn_sent},
    {"SYN-SENT, data queued", LUCID_SYN_SENT, syn_sent_queued},
    {"SYN-RECEIVED, passive", LUCID_SYN_RECEIVED, syn_received_passive},
    {"SYN-RECEIVED, passive, window shut", LUCID_SYN_RECEIVED, syn_received_passive_shut},
    {"SYN-RECEIVED, passive, accept queue full", LUCID_SYN_RECEIVED, syn_received_passive_full},
    {"SYN-RECEIVED, active", LUCID_SYN_RECEIVED, syn_received_active},
    {"SYN-RECEIVED, active, data queued", LUCID_SYN_RECEIVED, syn_received_queued},
    {"SYN-RECEIVED, active, data and CLOSE queued", LUCID_SYN_RECEIVED, syn_received_closed},
    {"SYN-RECEIVED, active, data and CLOSE queued, no handle", LUCID_SYN_RECEIVED, syn_received_given_up},
    {"ESTABLISHED, active", LUCID_ESTABLISHED, established},
    {"ESTABLISHED, passive, not accepted", LUCID_ESTABLISHED, established_waiting},
    {"ESTABLISHED, passive", LUCID_ESTABLISHED, established_passive},
    {"ESTABLISHED, data in flight", LUCID_ESTABLISHED, in_flight},
    {"ESTABLISHED, data in flight, more held back", LUCID_ESTABLISHED, nagle},
    {"ESTABLISHED, window shut on data", LUCID_ESTABLISHED, window_shut},
    {"ESTABLISHED, window shut on data, probed", LUCID_ESTABLISHED, window_probed},
    {"ESTABLISHED, window too small for data", LUCID_ESTABLISHED, window_silly},
    {"ESTABLISHED, window full", LUCID_ESTABLISHED, window_full},
    {"ESTABLISHED, small window, more held back", LUCID_ESTABLISHED, window_small},
    {"ESTABLISHED, receive window shut", LUCID_ESTABLISHED, receive_shut},
    {"ESTABLISHED, data unread", LUCID_ESTABLISHED, unread},
    {"ESTABLISHED, out-of-order data held", LUCID_ESTABLISHED, held},
    {"ESTABLISHED, out-of-order data and FIN held", LUCID_ESTABLISHED, held_with_fin},
    {"ESTABLISHED, reading shut down", LUCID_ESTABLISHED, read_shut},
    {"FIN-WAIT-1", LUCID_FIN_WAIT_1, fin_wait_1},
    {"FIN-WAIT-1, data in flight", LUCID_FIN_WAIT_1, fin_wait_1_flight},
    {"FIN-WAIT-1, window shut on data and FIN", LUCID_FIN_WAIT_1, fin_wait_1_unsent},
    {"FIN-WAIT-1, window shut on FIN", LUCID_FIN_WAIT_1, fin_wait_1_bare},
    {"FIN-WAIT-1, window shut on FIN, probed", LUCID_FIN_WAIT_1, fin_wait_1_probed},
    {"FIN-WAIT-1, SYN not acknowledged", LUCID_FIN_WAIT_1, fin_wait_1_syn_unacked},
    {"FIN-WAIT-1, no handle", LUCID_FIN_WAIT_1, fin_wait_1_orphan},
    {"FIN-WAIT-1, no handle, data in flight", LUCID_FIN_WAIT_1, fin_wait_1_orphan_flight},
    {"FIN-WAIT-1, receive window shut", LUCID_FIN_WAIT_1, fin_wait_1_receive_shut},
    {"FIN-WAIT-1, out-of-order data held", LUCID_FIN_WAIT_1, fin_wait_1_held},
    {"FIN-WAIT-1, out-of-order data and FIN held", LUCID_FIN_WAIT_1, fin_wait_1_held_with_fin},
    {"FIN-WAIT-2", LUCID_FIN_WAIT_2, fin_wait_2},
    {"FIN-WAIT-2, no handle", LUCID_FIN_WAIT_2, fin_wait_2_orphan},
    {"FIN-WAIT-2, receive window shut", LUCID_FIN_WAIT_2, fin_wait_2_receive_shut},
    {"FIN-WAIT-2, out-of-order data held", LUCID_FIN_WAIT_2, fin_wait_2_held},
    {"FIN-WAIT-2, out-of-order data and FIN held", LUCID_FIN_WAIT_2, fin_wait_2_held_with_fin},
    {"CLOSE-WAIT", LUCID_CLOSE_WAIT, close_wait},
    {"CLOSE-WAIT, passive, not accepted", LUCID_CLOSE_WAIT, close_wait_not_accepted},
    {"CLOSE-WAIT, data unread", LUCID_CLOSE_WAIT, close_wait_unread},
    {"CLOSE-WAIT, data in flight", LUCID_CLOSE_WAIT, close_wait_flight},
    {"CLOSE-WAIT, window shut on data", LUCID_CLOSE_WAIT, close_wait_window_shut},
    {"CLOSE-WAIT, receive window shut", LUCID_CLOSE_WAIT, close_wait_receive_shut},
    {"CLOSING", LUCID_CLOSING, closing},
    {"CLOSING, data unread", LUCID_CLOSING, closing_unread},
    {"CLOSING, data in flight", LUCID_CLOSING, closing_flight},
    {"CLOSING, window shut on data and FIN", LUCID_CLOSING, closing_unsent},
    {"CLOSING, window shut on FIN, probed", LUCID_CLOSING, closing_probed},
    {"CLOSING, no handle", LUCID_CLOSING, closing_orphan},
    {"LAST-ACK, no handle", LUCID_LAST_ACK, last_ack},
    {"LAST-ACK, data unread", LUCID_LAST_ACK, last_ack_handle},
    {"LAST-ACK, data in flight", LUCID_LAST_ACK, last_ack_flight},
    {"LAST-ACK, no handle, window shut on data and FIN", LUCID_LAST_ACK, last_ack_unsent},
    {"LAST-ACK, no handle, window shut on data and FIN, probed", LUCID_LAST_ACK, last_ack_probed},
    {"TIME-WAIT, over FIN-WAIT-2", LUCID_TIME_WAIT, time_wait},
    {"TIME-WAIT, over CLOSING", LUCID_TIME_WAIT, time_wait_closing},
    {"TIME-WAIT, no handle, somebody listens", LUCID_TIME_WAIT, time_wait_listening},
    {"TIME-WAIT, data unread", LUCID_TIME_WAIT, time_wait_unread},
};

const unsigned scene_count = sizeof scenes / sizeof scenes[0];
