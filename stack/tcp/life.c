/* life.c: birth, settlement and end of a TCB. See life.h. */
#include "tcp/life.h"

#include "base/chunk.h"
#include "tcp/cc.h"
#include "tcp/check.h"
#include "tcp/fastopen.h"
#include "tcp/output.h"
#include "tcp/recvq.h"
#include "tcp/reply.h"
#include "tcp/scoreboard.h"
#include "tcp/timer.h"
#include "tcp/variables.h"

struct tcb *tcb_new(struct tcp *tcp) {
    const struct lucid_config *config = &tcp->env->config;
    uint32_t number;
    struct tcb *tcb = tcp_is_full(tcp) ? NULL : pool_take(tcp->env, &tcp->tcbs, &number);
    if (!tcb) {
        return NULL;
    }
    tcb->number = number;
    tcb->name = ++tcp->env->connections_named;
    tcb->owner = POOL_NONE;
    tcb->record = POOL_NONE;
    tcb->send_buffer = config->sndbuf;
    tcb->rcv.buffer = config->rcvbuf;
    tcb->rtt.rto = config->rto_initial;
    tcb->ttl = config->ttl;
    tcb->keepidle = (uint32_t)(config->keepidle / LUCID_SECOND);
    tcb->keepintvl = (uint32_t)(config->keepintvl / LUCID_SECOND);
    tcb->keepcnt = config->keepcnt;
    tcb->switches = (config->nagle ? 0 : SWITCH_NODELAY) | (config->quick_ack ? SWITCH_QUICKACK : 0);
    tcb->last_sent = tcp->env->now;
    tcb->last_received = tcp->env->now;
    cc_attach(config, tcb, cc_numbered(config->congestion));
    tcb->ecn.mode = config->ecn;
    for (unsigned i = 0; i < LUCID_TIMERS; i++) {
        tcb->at[i] = LUCID_NEVER;
    }
    fsm_begin(tcb, LUCID_CLOSED);
    return tcb;
}

bool tcb_enter(struct tcp *tcp, struct tcb *tcb) {
    if (!ports_take(tcp->env, &tcp->ports, tcb->ends.local.port)) {
        return false;
    }
    if (!demux_insert(tcp, &tcb->ends, DEMUX_TCB, tcb->number)) {
        ports_give(tcp->env, &tcp->ports, tcb->ends.local.port);
        return false;
    }
    return true;
}

void tcb_discard(struct tcp *tcp, struct tcb *tcb) {
    pool_give(tcp->env, &tcp->tcbs, tcb->number);
    tcp_trim(tcp);
}

void tcp_trim(struct tcp *tcp) {
    if (tcp->demux.used == 0 && tcp->tcbs.used == 0) {
        chunks_trim(tcp->env);
    }
}

void tcb_changed(struct tcp *tcp, struct tcb *tcb) {
    if (tcb->owner != POOL_NONE && !tcb_has(tcb, TCB_IN_CHANGED)) {
        tcb->flags |= TCB_IN_CHANGED;
        list_push_back(&tcp->changed, &tcb->changed);
    }
}

void tcb_ask_output(struct tcp *tcp, struct tcb *tcb) {
    if (!tcb_has(tcb, TCB_IN_READY | TCB_RETIRED) && output_due(tcb)) {
        tcb->flags |= TCB_IN_READY;
        list_push_back(&tcp->ready, &tcb->ready);
    }
}

static void leave_lists(struct tcp *tcp, struct tcb *tcb) {
    if (tcb_has(tcb, TCB_IN_READY)) {
        list_remove(&tcp->ready, &tcb->ready);
    }
    if (tcb->listener) {
        listener_drop(tcp, tcb);
    }
    tcb->flags &= ~(unsigned)TCB_IN_READY;
}

/* Ends the connection: no segment and no timer will reach this TCB again. In TIME-WAIT its record has taken its
 * place. */
static void retire(struct tcp *tcp, struct tcb *tcb) {
    if (tcb_has(tcb, TCB_RETIRED)) {
        return;
    }
    if (tcb->record == POOL_NONE) {
        demux_remove(tcp, &tcb->ends);
        ports_give(tcp->env, &tcp->ports, tcb->ends.local.port);
    }
    fastopen_over(tcp, tcb);
    tcb_timers_stop(tcp, tcb);
    buffers_consume(tcp->env, &tcb->send_queue, tcb->send_queue.length);
    scoreboard_clear(tcp, tcb);
    recvq_drop_runs(tcp, tcb);
    if (tcb->error) {
        buffers_consume(tcp->env, &tcb->receive_queue, tcb->receive_queue.length);
    }
    leave_lists(tcp, tcb);
    tcb->flags |= TCB_RETIRED;
}

static void free_if_unwanted(struct tcp *tcp, struct tcb *tcb) {
    if (!tcb_has(tcb, TCB_RETIRED) || tcb->owner != POOL_NONE) {
        return;
    }
    buffers_consume(tcp->env, &tcb->receive_queue, tcb->receive_queue.length);
    if (tcb_has(tcb, TCB_IN_CHANGED)) {
        list_remove(&tcp->changed, &tcb->changed);
    }
    tcb_discard(tcp, tcb);
}

void tcb_disown(struct tcp *tcp, struct tcb *tcb) {
    if (tcb_has(tcb, TCB_IN_CHANGED)) {
        list_remove(&tcp->changed, &tcb->changed);
        tcb->flags &= ~(unsigned)TCB_IN_CHANGED;
    }
    tcb->owner = POOL_NONE;
    tcb->flags |= TCB_CLOSED | TCB_SHUT_READ;
}

/* A child that was reset in SYN-RECEIVED goes to LISTEN, and nobody needs to know (9293-3.10.7.4-03), unless it was
 * accepted early, RFC 7413. */
static int error_of(const struct tcb *tcb, unsigned actions) {
    if (actions & ACTION_TELL_REFUSED) {
        return LUCID_ECONNREFUSED;
    }
    bool child = (actions & ACTION_DELETE) && tcb_is(tcb, LUCID_LISTEN);
    if (child || (actions & ACTION_TELL_RESET)) {
        return LUCID_ECONNRESET;
    }
    return actions & ACTION_TELL_TIMED_OUT ? LUCID_ETIMEDOUT : 0;
}

static void tell(struct tcp *tcp, struct tcb *tcb, unsigned actions) {
    if (!tcb->error) {
        tcb->error = error_of(tcb, actions);
    }
    if ((actions & ACTION_TELL_CONNECTED) && tcb_has(tcb, TCB_HALF_OPEN)) {
        listener_add_waiting(tcp, tcb);
    }
    if (actions & (ACTION_TELL_CONNECTED | ACTION_TELL_END | ACTION_TELL_REFUSED | ACTION_TELL_RESET |
                   ACTION_TELL_TIMED_OUT | ACTION_DELETE | ACTION_START_2MSL)) {
        tcb_changed(tcp, tcb);
    }
}

static void due(struct tcb *tcb, unsigned actions) {
    if (actions & (ACTION_SEND_SYN | ACTION_SEND_SYN_ACK)) {
        tcb->flags |= TCB_SYN_DUE;
    }
    if (actions & ACTION_SEND_ACK) {
        tcb->flags |= TCB_ACK_NOW;
    }
    if (actions & ACTION_SEND_FIN) {
        tcb->flags |= TCB_FIN_QUEUED;
    }
}

static void end(struct tcp *tcp, struct tcb *tcb, unsigned actions) {
    if (actions & ACTION_SEND_RST) {
        reply_reset_connection(tcp, tcb);
    }
    if (actions & ACTION_START_2MSL) {
        if (timewait_begin(tcp, tcb) && (tcb_has(tcb, TCB_ACK_NOW))) {
            reply_timewait_ack(tcp, timewait_at(tcp, tcb->record));
        }
        retire(tcp, tcb);
    }
    if (actions & ACTION_DELETE) {
        retire(tcp, tcb);
    }
}

/* A defect of ours must not become wrong octets for somebody: the connection ends, the program goes on. */
static void abort_if_broken(struct tcp *tcp, struct tcb *tcb) {
    bool judged = !tcb_has(tcb, TCB_RETIRED) && !WITHOUT_ANY(tcp->env);
    const char *broken = judged ? tcb_check_now(tcp, tcb) : NULL;
    if (__builtin_expect(!broken, 1)) {
        return;
    }
    tcp->env->broken = broken;
    tcp->env->stats.invariants_broken++;
    trace_rule(tcp->env, tcb->name, broken, LUCID_OUTCOME_RST);
    fsm_fire(tcp, tcb, EVENT_ABORT);
    unsigned actions = tcb->pending | ACTION_DELETE;
    tcb->pending = 0;
    tell(tcp, tcb, actions);
    end(tcp, tcb, actions);
}

/* What the rows that fired ask for. */
static void carry_out(struct tcp *tcp, struct tcb *tcb, unsigned actions) {
    tcb->pending = 0;
    due(tcb, actions);
    if ((actions & ACTION_START_FIN_WAIT_2) && tcb_has(tcb, TCB_CLOSED)) {
        tcb_timer_set(tcp, tcb, LUCID_TIMER_FIN_WAIT_2, tcp->env->now + tcp->env->config.fin_wait_2);
    }
    variables_trace(tcp, tcb);
    tell(tcp, tcb, actions);
    end(tcp, tcb, actions);
}

void tcb_was_used(struct tcp *tcp, struct tcb *tcb) {
    variables_trace(tcp, tcb);
    tcb_ask_output(tcp, tcb);
}

void tcb_settle(struct tcp *tcp, struct tcb *tcb) {
    if (tcb->pending) {
        carry_out(tcp, tcb, tcb->pending);
    } else {
        variables_trace(tcp, tcb);
    }
    tcb_ask_output(tcp, tcb);
    abort_if_broken(tcp, tcb);
    free_if_unwanted(tcp, tcb);
}
