/* user.c: the calls on a connection: SEND, RECEIVE, CLOSE, ABORT. OPEN is in open.c. See user.h. */
#include "tcp/user.h"

#include "base/bytes.h"
#include "tcp/autotune.h"
#include "tcp/life.h"
#include "tcp/recvq.h"
#include "tcp/timer.h"
#include "tcp/urgent.h"
#include "tcp/window.h"

/* A lent piece below this size is copied instead: a packet has room for few pieces. */
static const size_t LEND_LEAST = 1024;

static void by_call(struct tcp *tcp, enum lucid_call call) {
    tcp->cause = LUCID_CAUSE_CALL;
    tcp->cause_detail = (uint8_t)call;
}

lucid_time user_timeout(const struct tcp *tcp, const struct tcb *tcb) {
    const struct lucid_config *config = &tcp->env->config;
    if (tcb->user_timeout) {
        return tcb->user_timeout * LUCID_MILLISECOND;
    }
    return tcb_is(tcb, LUCID_SYN_SENT) ? config->r2_syn : config->r2_data;
}

void user_timeout_restart(struct tcp *tcp, struct tcb *tcb) {
    tcb_timer_set(tcp, tcb, LUCID_TIMER_USER, tcp->env->now + user_timeout(tcp, tcb));
}

/* 0 when octets may be queued, or why not. */
static int may_send(const struct tcb *tcb) {
    if (tcb_has(tcb, TCB_RETIRED) && tcb->error) {
        return -tcb->error;
    }
    if (tcb_has(tcb, TCB_RETIRED | TCB_FIN_QUEUED | TCB_CLOSE_PENDING)) {
        return -LUCID_EPIPE; /* 9293-3.10.2-05: "connection closing" */
    }
    return 0;
}

static uint32_t room_to_send(const struct tcb *tcb) {
    uint32_t queued = tcb->send_queue.length;
    return queued < tcb->send_buffer && !tcb_has(tcb, TCB_NO_MEMORY) ? tcb->send_buffer - queued : 0;
}

static uint32_t room_to_copy(const struct tcp *tcp, const struct tcb *tcb) {
    uint32_t limit = autotune_send_limit(tcp, tcb);
    return min_u32(room_to_send(tcb), limit - min_u32(limit, tcb->send_queue.length));
}

/* With octets in the queue there is an ACK to come, which tells that there is room; if memory is what is missing, the
 * next one does. */
static int wait_to_send(struct tcb *tcb) {
    tcb->flags |= TCB_WANT_WRITE | (room_to_send(tcb) > 0 ? TCB_NO_MEMORY : 0);
    return -LUCID_EAGAIN;
}

/* When the queue is full now, lucid_poll() says so, whether or not anybody was told LUCID_EAGAIN: an event is owed. */
static void was_queued(struct tcp *tcp, struct tcb *tcb) {
    if (room_to_send(tcb) == 0) {
        tcb->flags |= TCB_WANT_WRITE;
    }
    by_call(tcp, LUCID_CALL_SEND);
    tcb_was_used(tcp, tcb);
}

/* 9293-3.10.2-03, -04: what is queued leaves once the connection is ESTABLISHED. */
ptrdiff_t user_send(struct tcp *tcp, struct tcb *tcb, const void *data, size_t length, int flags) {
    int refused = may_send(tcb);
    if (refused) {
        return refused;
    }
    size_t taken = min_size(length, room_to_copy(tcp, tcb));
    if (taken == 0 && length > 0) {
        return wait_to_send(tcb);
    }
    if (!buffers_append_copy(tcp->env, &tcb->send_queue, data, taken)) {
        return tcb->send_queue.length > 0 ? wait_to_send(tcb) : -LUCID_ENOBUFS;
    }
    tcb->flags = flags & LUCID_MSG_MORE ? tcb->flags | TCB_MORE : tcb->flags & ~(unsigned)TCB_MORE;
    if (flags & LUCID_MSG_OOB && taken > 0) {
        urgent_send(tcb);
    }
    was_queued(tcp, tcb);
    return (ptrdiff_t)taken;
}

ptrdiff_t user_send_lend(struct tcp *tcp, struct tcb *tcb, const void *data, size_t length, buffer_release *release,
                         void *argument) {
    int refused = may_send(tcb);
    if (refused) {
        return refused;
    }
    if (length == 0 || length > UINT32_MAX / 2) {
        return -LUCID_EINVAL;
    }
    if (room_to_send(tcb) == 0) {
        tcb->flags |= TCB_WANT_WRITE;
        return -LUCID_EAGAIN;
    }
    bool copy = length < LEND_LEAST;
    bool taken = copy ? buffers_append_copy(tcp->env, &tcb->send_queue, data, length)
                      : buffers_append_lent(tcp->env, &tcb->send_queue, data, length, release, argument);
    if (!taken) {
        return tcb->send_queue.length > 0 ? wait_to_send(tcb) : -LUCID_ENOBUFS;
    }
    if (copy && release) {
        release(argument, data, length);
    }
    tcb->flags &= ~(unsigned)TCB_MORE;
    was_queued(tcp, tcb);
    return (ptrdiff_t)length;
}

/* What RECEIVE says when nothing is queued: 9293-3.10.3-02; the end of the stream, 9293-3.10.3-04, -05; and how a
 * connection has ended otherwise (MUST-12). */
static ptrdiff_t nothing_to_read(const struct tcb *tcb) {
    if (tcb->error) {
        return -tcb->error;
    }
    return tcb_has(tcb, TCB_FIN_RECEIVED | TCB_SHUT_READ | TCB_RETIRED) ? 0 : -LUCID_EAGAIN;
}

/* 9293-3.10.3-03: up to a mark of urgent data. */
ptrdiff_t user_receive(struct tcp *tcp, struct tcb *tcb, void *data, size_t length, bool peek) {
    if (tcb->receive_queue.length == 0) {
        return nothing_to_read(tcb);
    }
    uint32_t octets = (uint32_t)min_size(length, urgent_readable(tcb));
    buffers_peek(&tcb->receive_queue, data, octets);
    if (!peek) {
        user_received(tcp, tcb, octets);
    }
    return (ptrdiff_t)octets;
}

ptrdiff_t user_receive_lend(struct tcb *tcb, struct lucid_slice *slices, size_t max, size_t *count) {
    *count = 0;
    if (tcb->receive_queue.length == 0) {
        return nothing_to_read(tcb);
    }
    unsigned used = 0;
    unsigned room = (unsigned)min_size(max, UINT16_MAX);
    uint32_t octets = buffers_slices(&tcb->receive_queue, 0, urgent_readable(tcb), slices, room, &used);
    *count = used;
    return (ptrdiff_t)octets;
}

void user_received(struct tcp *tcp, struct tcb *tcb, uint32_t length) {
    buffers_consume(tcp->env, &tcb->receive_queue, length);
    autotune_read(tcp, tcb);
    urgent_read(tcp, tcb);
    bool may_grow = (tcb_is(tcb, STATES_DATA_IN) || tcb->fast.taken) && !tcb_has(tcb, TCB_RETIRED);
    if (may_grow && window_update_due(tcp, tcb)) {
        trace_rule(tcp->env, tcb->name, "9293:MUST-39", LUCID_OUTCOME_ACK_NOW);
        tcb->flags |= TCB_ACK_NOW;
    }
    by_call(tcp, LUCID_CALL_RECV);
    tcb_was_used(tcp, tcb);
}

/* CLOSE without giving the handle back: 9293-3.10.4-04, -05, -06, -07, -08 */
int user_shutdown_write(struct tcp *tcp, struct tcb *tcb) {
    if (tcb_has(tcb, TCB_RETIRED) || tcb_is(tcb, LUCID_SYN_SENT)) {
        return -LUCID_ENOTCONN;
    }
    by_call(tcp, LUCID_CALL_SHUTDOWN);
    if (!fsm_fire(tcp, tcb, EVENT_CLOSE) && tcb_is(tcb, LUCID_SYN_RECEIVED)) {
        tcb->flags |= TCB_CLOSE_PENDING;
    }
    tcb->flags &= ~(unsigned)TCB_MORE;
    tcb_settle(tcp, tcb);
    return 0;
}

void user_shutdown_read(struct tcp *tcp, struct tcb *tcb) {
    by_call(tcp, LUCID_CALL_SHUTDOWN);
    tcb->flags |= TCB_SHUT_READ;
    buffers_consume(tcp->env, &tcb->receive_queue, tcb->receive_queue.length);
    tcb_changed(tcp, tcb);
    tcb_settle(tcp, tcb);
}

/* RFC 9293 3.6.1 SHLD-3: what the application never read is lost, and the peer must know. */
static bool loses_data(const struct tcb *tcb) {
    return tcb->receive_queue.length > 0 && !tcb_has(tcb, TCB_RETIRED);
}

/* ABORT in TIME-WAIT: the record goes too. 9293-3.10.5-04 */
static void forget_record(struct tcp *tcp, struct tcb *tcb) {
    struct timewait *record = timewait_at(tcp, tcb->record);
    if (record && record->name == tcb->name && fsm_fire_timewait(tcp, record, EVENT_ABORT)) {
        timewait_end(tcp, record);
    }
}

/* 9293-3.10.4-03, -04, -05, -07; or ABORT, 9293-3.10.5-02, -03, -04 */
void user_close(struct tcp *tcp, struct tcb *tcb, bool reset) {
    bool lost = loses_data(tcb);
    bool early = lost && tcb_is(tcb, LUCID_SYN_RECEIVED); /* RFC 7413: of the SYN */
    enum fsm_event event = reset || early ? EVENT_ABORT : lost ? EVENT_DATA_LOST : EVENT_CLOSE;
    by_call(tcp, reset ? LUCID_CALL_ABORT : LUCID_CALL_CLOSE);
    tcb_disown(tcp, tcb);
    tcb->flags &= ~(unsigned)TCB_MORE;
    tcb->switches &= (uint16_t)~SWITCH_CORK;
    if (tcb_has(tcb, TCB_RETIRED)) {
        if (reset) {
            forget_record(tcp, tcb);
        }
    } else if (!fsm_fire(tcp, tcb, event)) {
        tcb->flags |= tcb_is(tcb, LUCID_SYN_RECEIVED) ? TCB_CLOSE_PENDING : 0;
    }
    if (tcb_is(tcb, LUCID_FIN_WAIT_2) && !tcb_has(tcb, TCB_RETIRED)) {
        tcb_timer_set(tcp, tcb, LUCID_TIMER_FIN_WAIT_2, tcp->env->now + tcp->env->config.fin_wait_2);
    }
    tcb_settle(tcp, tcb);
}

/* What 3.9.1.8 calls asynchronous reports, and how the connection ended. */
static unsigned reported(const struct tcb *tcb) {
    unsigned urgent = urgent_left(tcb) > 0 ? LUCID_POLLPRI : 0;
    if (tcb->error) {
        return urgent | LUCID_POLLERR;
    }
    return urgent | (tcb->soft_error ? LUCID_POLLMSG : 0);
}

unsigned user_ready(const struct tcb *tcb) {
    unsigned ready = reported(tcb);
    bool over = tcb_has(tcb, TCB_RETIRED);
    bool opening = tcb_is(tcb, LUCID_SYN_SENT | LUCID_SYN_RECEIVED) && !over && !tcb->fast.taken;
    if (tcb->receive_queue.length > 0 || tcb_has(tcb, TCB_FIN_RECEIVED | TCB_SHUT_READ) || over) {
        ready |= LUCID_POLLIN;
    }
    if (tcb_has(tcb, TCB_FIN_RECEIVED) || over) {
        ready |= LUCID_POLLRDHUP;
    }
    if (!opening && (may_send(tcb) != 0 || room_to_send(tcb) > 0)) {
        ready |= LUCID_POLLOUT;
    }
    bool ended = tcb_has(tcb, TCB_FIN_RECEIVED) && tcb_has(tcb, TCB_FIN_QUEUED);
    return ready | (over || ended ? LUCID_POLLHUP : 0);
}
