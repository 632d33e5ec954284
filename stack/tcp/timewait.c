/* timewait.c: TIME-WAIT records and their queue. See timewait.h; what a segment does to one is in arrive_timewait.c. */
#include "tcp/timewait.h"

#include "tcp/life.h"
#include "tcp/tcp.h"
#include "tcp/window.h"

struct endpoints timewait_ends(const struct tcp *tcp, const struct timewait *record) {
    return (struct endpoints){
        .local = {.addr = tcp->env->config.addrs[record->local_addr].addr, .port = record->local_port},
        .remote = {.addr = record->remote, .port = record->remote_port},
    };
}

static struct timewait *at(const struct tcp *tcp, uint32_t number) {
    return number == POOL_NONE ? NULL : pool_at(&tcp->timewaits, number);
}

uint32_t timewait_number(const struct tcp *tcp, const struct timewait *record) {
    const struct timewait *next = at(tcp, record->next);
    return next ? next->previous : tcp->timewait_queue.last;
}

static void enqueue(struct tcp *tcp, struct timewait *record, uint32_t number) {
    struct timewait_queue *queue = &tcp->timewait_queue;
    lucid_time msl = WITHOUT(tcp->env, TIME_WAIT) ? 0 : tcp->env->config.msl;
    record->expires = tcp->env->now + 2 * msl; /* MUST-13 */
    record->next = POOL_NONE;
    record->previous = queue->last;
    struct timewait *last = at(tcp, queue->last);
    if (last) {
        last->next = number;
    } else {
        queue->first = number;
    }
    queue->last = number;
    trace_timer(tcp->env, record->name, LUCID_TIMER_2MSL, LUCID_TIMER_SET, record->expires);
}

static void dequeue(struct tcp *tcp, const struct timewait *record) {
    struct timewait_queue *queue = &tcp->timewait_queue;
    struct timewait *next = at(tcp, record->next);
    struct timewait *previous = at(tcp, record->previous);
    if (previous) {
        previous->next = record->next;
    } else {
        queue->first = record->next;
    }
    if (next) {
        next->previous = record->previous;
    } else {
        queue->last = record->previous;
    }
}

static void evict_oldest(struct tcp *tcp) {
    struct timewait *oldest = at(tcp, tcp->timewait_queue.first);
    if (oldest) {
        tcp->env->stats.timewait_evicted++;
        fsm_fire_timewait(tcp, oldest, EVENT_ABORT);
        timewait_end(tcp, oldest);
    }
}

bool timewait_begin(struct tcp *tcp, struct tcb *tcb) {
    uint32_t number;
    if (tcp->timewaits.used >= tcp->timewaits.limit) {
        evict_oldest(tcp);
    }
    struct timewait *record = pool_take(tcp->env, &tcp->timewaits, &number);
    if (!record) {
        return false;
    }
    record->local_addr = ip_own_index(&tcp->env->config, &tcb->ends.local.addr);
    record->local_port = tcb->ends.local.port;
    record->remote = tcb->ends.remote.addr;
    record->remote_port = tcb->ends.remote.port;
    record->snd_nxt = tcb->snd.nxt;
    record->rcv_nxt = tcb->rcv.nxt;
    record->window = window_advertise(tcp, tcb);
    record->shift = tcb->rcv.shift;
    record->peer_shift = tcb->snd.shift;
    record->timestamps = tcb_agreed(tcb, AGREED_TIMESTAMPS);
    record->ts_recent = tcb->ts.recent;
    record->name = tcb->name;
    record->tos = tcb->tos;
    demux_replace(tcp, &tcb->ends, DEMUX_TIMEWAIT, number);
    tcb->record = number;
    enqueue(tcp, record, number);
    tcp->env->stats.timewait_made++;
    return true;
}

void timewait_restart(struct tcp *tcp, struct timewait *record) {
    uint32_t number = timewait_number(tcp, record);
    dequeue(tcp, record);
    enqueue(tcp, record, number);
}

void timewait_end(struct tcp *tcp, struct timewait *record) {
    struct endpoints ends = timewait_ends(tcp, record);
    uint32_t number = timewait_number(tcp, record);
    dequeue(tcp, record);
    demux_remove(tcp, &ends);
    ports_give(tcp->env, &tcp->ports, ends.local.port);
    pool_give(tcp->env, &tcp->timewaits, number);
    tcp_trim(tcp);
}

/* 9293-3.10.8-03 */
void timewait_expire(struct tcp *tcp) {
    struct timewait *record;
    while ((record = at(tcp, tcp->timewait_queue.first)) && record->expires <= tcp->env->now) {
        tcp->cause = LUCID_CAUSE_TIMER;
        tcp->cause_detail = LUCID_TIMER_2MSL;
        trace_timer(tcp->env, record->name, LUCID_TIMER_2MSL, LUCID_TIMER_FIRED, record->expires);
        fsm_fire_timewait(tcp, record, EVENT_TIMEOUT_2MSL);
        timewait_end(tcp, record);
    }
}

lucid_time timewait_deadline(const struct tcp *tcp) {
    const struct timewait *record = at(tcp, tcp->timewait_queue.first);
    return record ? record->expires : LUCID_NEVER;
}
