/* model.h: a second TCP, written from the text of RFC 9293 3.10 and of docs/decisions/ alone, to be compared with the
 * stack. It shares no code with stack/ and does not read fsm.def; of the public headers it uses the names of states,
 * flags and errors.
 *
 * It is one connection, slow and literal: sequence numbers are plain numbers, the octets of the peer's stream that have
 * come are marked one by one. Time does not pass in it; whoever plays the clock tells it that a time-out has come. What
 * the RFC leaves open it does not predict but learns: the window that is advertised, and a new ISS (model_saw()).
 *
 *     struct model model = {.rfc5961 = true, ...};
 *     model_connect(&model, iss);             a call, or
 *     model_arrives(&model, &segment);        a segment
 *     ... compare model.state, model.snd, model.sent[], model.ack ... with what the stack did
 *     model_saw(&model, &segment_of_the_stack);
 *
 * Next to read: model.c (3.10.7.1 to 3.10.7.3 and TIME-WAIT), model_steps.c (3.10.7.4), model_text.c (the octets, in
 * and out), model_call.c (3.10.1 to 3.10.5 and 3.10.8).
 */
#ifndef FSM_MODEL_H
#define FSM_MODEL_H

#include "lucid/socket.h"
#include "lucid/trace.h"

#define MODEL_STREAM 4096 /* octets of the peer's stream that the model can mark */
#define MODEL_SENT 8

struct model_segment {
    uint32_t seq, ack, window, length; /* window and length in octets */
    uint16_t urgent;                   /* the pointer, with URG; offset from seq */
    uint32_t up;                       /* the same as a sequence number: model_arrives() fills it in */
    uint8_t flags;
};

/* When an ACK must leave: a later one of two is the more urgent. */
enum model_ack {
    MODEL_ACK_NONE,
    MODEL_ACK_SOON, /* within half a second (MUST-40), or with the next segment */
    MODEL_ACK_NOW,
    MODEL_ACK_OWN, /* now, and not with data: RFC 5681 4.2, docs/decisions/0008 */
};

struct model {
    /* what the stack was told at its making; the same for all connections */
    bool rfc5961, rfc1337;
    uint32_t send_buffer, receive_buffer;

    unsigned state;
    bool listening;  /* somebody listens on the port */
    bool queue_full; /* as many connections wait for accept() as may */
    bool active;     /* opened by connect */
    bool handle;     /* the application can still call */
    bool accepted;   /* it could always, or has called accept */
    bool shut_read;
    bool close_queued; /* CLOSE in SYN-RECEIVED waits for ESTABLISHED (3.10.4) */
    int error;         /* what ended it, as the application sees it; 0: nothing */
    bool error_told;   /* by connect(), send() or recv() */
    bool end_of_stream;

    uint32_t iss, irs;
    uint32_t syn_window; /* that our SYN offered */
    struct {
        uint32_t una, nxt, wnd, wl1, wl2, max_wnd;
        uint32_t mss;
        uint32_t queued; /* octets from the first unacknowledged one on, sent or not */
        bool fin_queued, fin_sent;
        bool probe; /* an octet at SND.NXT, or the FIN, was sent without being counted (docs/decisions/0013) */
    } snd;
    struct {
        uint32_t nxt, edge;             /* RCV.NXT+RCV.WND */
        uint8_t come[MODEL_STREAM / 8]; /* a bit for each octet above RCV.NXT that is here, by offset from IRS+1 */
        uint32_t held;                  /* bits that are set */
        uint32_t unread;                /* delivered to the application's queue, not read yet */
        bool fin_known;
        uint32_t fin; /* with fin_known: its sequence number */
        bool urgent;  /* RCV.UP says something: */
        uint32_t up;
    } rcv;
    bool ack_owed; /* since an earlier event: a delayed ACK */

    /* what the latest event brought about */
    struct model_segment sent[MODEL_SENT]; /* in this order, and then the ACK */
    unsigned sent_count;
    enum model_ack ack;
    uint32_t delivered; /* octets that became readable */
    bool iss_open;      /* a new connection's ISS is to be learned; it must lie above this one: */
    uint32_t iss_above;
    bool wait_restarted; /* 2MSL began, or began again */
    bool told;           /* readiness rose: the application must hear of it */
    bool dropped;        /* nothing of the segment was used: the stack counts a drop */
};

/* SEGMENT ARRIVES, 3.10.7. The window of a SYN is as in its header. */
void model_arrives(struct model *model, const struct model_segment *segment);

/* Learns from a segment that the stack has sent. */
void model_saw(struct model *model, const struct model_segment *segment);

/* The calls, as a socket has them. Each returns what the call returns, -1 times an errno value for an error. */
int model_listen(struct model *model);
int model_connect(struct model *model, uint32_t iss);
void model_accept(struct model *model);
long model_send(struct model *model, uint32_t length);
long model_receive(struct model *model, uint32_t length);
int model_shutdown_write(struct model *model);
int model_shutdown_read(struct model *model);
int model_close(struct model *model);
int model_abort(struct model *model);

/* Time-outs, 3.10.8 and 3.8.4, and ICMP, 3.9.2.2. */
void model_user_timeout(struct model *model);
void model_retransmission_timeout(struct model *model);
void model_persist_timeout(struct model *model);
void model_time_wait_timeout(struct model *model);
void model_keepalive_timeout(struct model *model);
void model_orphan_timeout(struct model *model);
void model_unreachable(struct model *model);

/* ---- between the files of the model ---- */

static inline bool model_less(uint32_t a, uint32_t b) { /* 3.4: modulo 2^32 */
    return (int32_t)(a - b) < 0;
}

static inline bool model_at_most(uint32_t a, uint32_t b) {
    return !model_less(b, a);
}

static inline bool model_in(const struct model *model, unsigned states) {
    return (model->state & states) != 0;
}

void model_begin_event(struct model *model);
void model_end_event(struct model *model);
void model_put(struct model *model, unsigned flags, uint32_t seq, uint32_t ack, uint32_t length);
void model_wants_ack(struct model *model, enum model_ack ack);
void model_gone(struct model *model, unsigned state, int error);
void model_reset_reply(struct model *model, const struct model_segment *segment);
void model_established(struct model *model, const struct model_segment *segment);
uint32_t model_length(const struct model_segment *segment);
bool model_acceptable(const struct model *model, const struct model_segment *segment);
void model_other_states(struct model *model, struct model_segment segment);
void model_trim(struct model *model, struct model_segment *segment);
uint32_t model_urgent_left(const struct model *model);
void model_text_and_fin(struct model *model, struct model_segment *segment);
void model_transmit(struct model *model);

#endif
