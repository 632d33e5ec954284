/* model_call.c: RFC 9293 3.10.1 to 3.10.5, as the calls of a socket, and 3.10.8. See model.h.
 *
 * The RFC's "error: connection does not exist" is ENOTCONN at a socket, "already exists" EISCONN or EALREADY, "closing"
 * EPIPE on SEND and the end of the stream, 0, on RECEIVE. CLOSE of the RFC, which ends one direction, is shutdown();
 * close() also gives the handle back.
 */
#include "fsm/model.h"

static const unsigned NEVER_OPENED = LUCID_CLOSED | LUCID_LISTEN;

static int tell_error(struct model *model) {
    model->error_told = true;
    return -model->error;
}

int model_listen(struct model *model) {
    model_begin_event(model);
    model->listening = true;
    return 0;
}

int model_connect(struct model *model, uint32_t iss) {
    model_begin_event(model);
    if (model->state != LUCID_CLOSED || model->accepted) {
        bool opening = model_in(model, LUCID_SYN_SENT | LUCID_SYN_RECEIVED);
        if (model->error && !model->error_told) {
            return tell_error(model);
        }
        return opening ? -LUCID_EALREADY : -LUCID_EISCONN;
    }
    model->state = LUCID_SYN_SENT;
    model->active = model->handle = model->accepted = true;
    model->iss = model->snd.una = iss;
    model->snd.nxt = iss + 1;
    model_put(model, LUCID_SYN, iss, 0, 0);
    return -LUCID_EINPROGRESS;
}

void model_accept(struct model *model) {
    model_begin_event(model);
    model->handle = model->accepted = true;
}

/* What SEND says of a connection that is over or closing; 0: it takes data. */
static int may_send(struct model *model) {
    if (model_in(model, NEVER_OPENED)) {
        return model->error ? tell_error(model) : -LUCID_EPIPE;
    }
    bool closing = !model_in(model, LUCID_SYN_SENT | LUCID_SYN_RECEIVED | LUCID_ESTABLISHED | LUCID_CLOSE_WAIT);
    return closing || model->close_queued ? -LUCID_EPIPE : 0;
}

long model_send(struct model *model, uint32_t length) {
    model_begin_event(model);
    int refused = may_send(model);
    if (refused) {
        return refused;
    }
    uint32_t room = model->send_buffer - model->snd.queued;
    length = length < room ? length : room;
    if (length == 0) {
        return -LUCID_EAGAIN; /* "insufficient resources" */
    }
    model->snd.queued += length;
    model_end_event(model);
    return length;
}

/* 3.8.6.2.2: a window that had shut is announced again; whether others are is the stack's choice. */
static void after_reading(struct model *model) {
    const unsigned reading = LUCID_ESTABLISHED | LUCID_FIN_WAIT_1 | LUCID_FIN_WAIT_2;
    uint32_t room = model->receive_buffer - model->rcv.unread;
    uint32_t enough = model->receive_buffer / 2;
    bool shut = model->rcv.edge == model->rcv.nxt;
    if (model_in(model, reading)) {
        model->ack = shut && room >= enough ? MODEL_ACK_NOW : MODEL_ACK_SOON;
    }
}

/* Octets that one call may return: up to the last urgent one, then that one (docs/decisions/0055). */
static uint32_t to_mark(const struct model *model) {
    uint32_t left = model_urgent_left(model);
    uint32_t stop = left > 1 ? left - 1 : left;
    return stop > 0 && stop < model->rcv.unread ? stop : model->rcv.unread;
}

long model_receive(struct model *model, uint32_t length) {
    model_begin_event(model);
    if (model->error) {
        return tell_error(model);
    }
    if (model->rcv.unread > 0) {
        uint32_t mark = to_mark(model);
        length = length < mark ? length : mark;
        model->rcv.unread -= length;
        after_reading(model);
        return length;
    }
    bool over = model->end_of_stream || model->shut_read || model_in(model, NEVER_OPENED | LUCID_TIME_WAIT);
    return over ? 0 : -LUCID_EAGAIN;
}

/* CLOSE, 3.10.4, for a connection. */
static void close_call(struct model *model) {
    switch (model->state) {
    case LUCID_SYN_SENT:
        model_gone(model, LUCID_CLOSED, 0);
        break;
    case LUCID_SYN_RECEIVED:
        if (model->snd.queued > 0) {
            model->close_queued = true;
            break;
        }
        model->state = LUCID_FIN_WAIT_1;
        model->snd.fin_queued = true;
        break;
    case LUCID_ESTABLISHED:
        model->state = LUCID_FIN_WAIT_1;
        model->snd.fin_queued = true;
        break;
    case LUCID_CLOSE_WAIT:
        model->state = LUCID_LAST_ACK;
        model->snd.fin_queued = true;
        break;
    default: /* "connection closing": no second FIN */
        break;
    }
}

/* Not in SYN-SENT: CLOSE would delete the connection, and shutdown() is no such thing. */
int model_shutdown_write(struct model *model) {
    model_begin_event(model);
    if (model_in(model, NEVER_OPENED | LUCID_SYN_SENT | LUCID_TIME_WAIT)) {
        return -LUCID_ENOTCONN;
    }
    close_call(model);
    model_end_event(model);
    return 0;
}

int model_shutdown_read(struct model *model) {
    model_begin_event(model);
    model->shut_read = true;
    model->rcv.unread = 0;
    model->told = true;
    return 0;
}

/* ABORT, 3.10.5, goes to CLOSED (docs/decisions/0006). */
static void abort_call(struct model *model) {
    const unsigned reset = LUCID_SYN_RECEIVED | LUCID_ESTABLISHED | LUCID_FIN_WAIT_1 | LUCID_FIN_WAIT_2 |
                           LUCID_CLOSE_WAIT;
    bool sends = model_in(model, reset);
    uint32_t seq = model->snd.nxt;
    if (!model_in(model, NEVER_OPENED)) {
        model_gone(model, LUCID_CLOSED, sends || model_in(model, LUCID_SYN_SENT) ? LUCID_ECONNRESET : 0);
    }
    if (sends) {
        model_put(model, LUCID_RST, seq, 0, 0);
    }
}

static void give_back(struct model *model) {
    model->handle = false;
    model->shut_read = true;
    model->rcv.unread = 0;
    model->told = false;
}

/* 3.6.1 SHLD-3: what was never read is lost, and the peer is told so. */
int model_close(struct model *model) {
    model_begin_event(model);
    bool loses = model->rcv.unread > 0 && !model_in(model, NEVER_OPENED | LUCID_TIME_WAIT);
    if (loses) {
        uint32_t seq = model->snd.nxt;
        model_gone(model, LUCID_CLOSED, LUCID_ECONNRESET);
        model_put(model, LUCID_RST, seq, 0, 0);
    } else {
        close_call(model);
    }
    give_back(model);
    model_end_event(model);
    return 0;
}

int model_abort(struct model *model) {
    model_begin_event(model);
    abort_call(model);
    give_back(model);
    return 0;
}

/* "For any state if the user timeout expires, flush all queues, signal the user" */
void model_user_timeout(struct model *model) {
    model_begin_event(model);
    model_gone(model, LUCID_CLOSED, LUCID_ETIMEDOUT);
}

/* "Send the segment at the front of the retransmission queue again" */
void model_retransmission_timeout(struct model *model) {
    model_begin_event(model);
    if (model->snd.una == model->iss) {
        bool alone = model_in(model, LUCID_SYN_SENT);
        model_put(model, LUCID_SYN | (alone ? 0 : LUCID_ACK), model->iss, alone ? 0 : model->rcv.nxt, 0);
        return;
    }
    uint32_t fin = model->snd.fin_sent ? 1 : 0;
    uint32_t octets = model->snd.nxt - model->snd.una - fin;
    bool all = octets <= model->snd.mss;
    octets = all ? octets : model->snd.mss;
    bool push = octets > 0 && octets == model->snd.queued;
    model_put(model, LUCID_ACK | (push ? LUCID_PSH : 0) | (all && fin ? LUCID_FIN : 0), model->snd.una, model->rcv.nxt,
              octets);
}

/* 3.8.6.1 MUST-36: "at least one octet of new data", or the FIN; SND.NXT stays (docs/decisions/0013). */
void model_persist_timeout(struct model *model) {
    model_begin_event(model);
    bool data = model->snd.queued > 0;
    model_put(model, LUCID_ACK | (data ? 0 : LUCID_FIN), model->snd.nxt, model->rcv.nxt, data ? 1 : 0);
    model->snd.probe = true;
}

void model_time_wait_timeout(struct model *model) {
    model_begin_event(model);
    model->state = LUCID_CLOSED;
}

/* 3.8.4: the peer, should it live, learns that nobody waits any more. */
void model_keepalive_timeout(struct model *model) {
    uint32_t seq = model->snd.nxt;
    model_begin_event(model);
    model_gone(model, LUCID_CLOSED, LUCID_ETIMEDOUT);
    model_put(model, LUCID_RST, seq, 0, 0);
}

/* docs/decisions/0019 */
void model_orphan_timeout(struct model *model) {
    model_begin_event(model);
    model_gone(model, LUCID_CLOSED, 0);
}

/* 3.9.2.2: a hard error ends an attempt to connect, and nothing else (docs/decisions/0015). */
void model_unreachable(struct model *model) {
    model_begin_event(model);
    if (model_in(model, LUCID_SYN_SENT)) {
        model_gone(model, LUCID_CLOSED, LUCID_ECONNREFUSED);
    }
}
