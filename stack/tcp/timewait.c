/* timewait.c: TIME-WAIT records and their queue. See timewait.h; what a segment does to one is in arrive_timewait.c. */
#include "tcp/timewait.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "tcp/life.h"
#include "tcp/tcp.h"
#include "tcp/window.h"

void timewait_init(struct tcp *tcp) {
    uint32_t limit = tcp->env->config.timewait_max;
    pool_init(&tcp->timewaits[TIMEWAIT_IPV4], sizeof(struct timewait) + 4, limit);
    pool_init(&tcp->timewaits[TIMEWAIT_IPV6], sizeof(struct timewait) + 16, limit);
    tcp->timewait_queue = (struct timewait_queue){.first = POOL_NONE, .last = POOL_NONE, .due = LUCID_NEVER};
}

void timewait_destroy(struct tcp *tcp) {
    pool_destroy(tcp->env, &tcp->timewaits[TIMEWAIT_IPV4]);
    pool_destroy(tcp->env, &tcp->timewaits[TIMEWAIT_IPV6]);
}

struct endpoints timewait_ends(const struct tcp *tcp, const struct timewait *record) {
    struct lucid_addr local = tcp->env->config.addrs[record->local_addr].addr;
    bool ipv4 = lucid_addr_is_ipv4(&local);
    return (struct endpoints){
        .local = {.addr = local, .port = record->local_port},
        .remote = {.addr = ipv4 ? addr_from_ip4(record->remote) : addr_from_ip6(record->remote),
                   .port = record->remote_port},
    };
}

struct timewait *timewait_at(const struct tcp *tcp, uint32_t number) {
    return number == POOL_NONE ? NULL : pool_at(&tcp->timewaits[number & 1u], number >> 1);
}

static struct timewait *take_record(struct tcp *tcp, enum timewait_pool pool, uint32_t *number) {
    struct timewait *record = pool_take(tcp->env, &tcp->timewaits[pool], number);
    *number = *number << 1 | pool;
    return record;
}

uint32_t timewait_count(const struct tcp *tcp) {
    return tcp->timewaits[TIMEWAIT_IPV4].used + tcp->timewaits[TIMEWAIT_IPV6].used;
}

static uint32_t number_of(const struct tcp *tcp, const struct timewait *record) {
    const struct timewait *next = timewait_at(tcp, record->next);
    return next ? next->previous : tcp->timewait_queue.last;
}

/* ---- the queue ---- */

static void set_expiry(struct timewait *record, lucid_time at) {
    record->expires_low = (uint32_t)at;
    record->expires_high = (uint16_t)(at >> 32);
}

/* Records expire one after another: the bits that are not kept follow from when the first does. Where an experiment of
 * the lab shortens the MSL, a record may be earlier than the first. */
lucid_time timewait_expires(const struct tcp *tcp, const struct timewait *record) {
    const lucid_time mask = (UINT64_C(1) << 48) - 1;
    lucid_time least = tcp->timewait_queue.due - TIMEWAIT_MSL_MAX;
    lucid_time bits = (lucid_time)record->expires_high << 32 | record->expires_low;
    return least + ((bits - least) & mask);
}

static void enqueue(struct tcp *tcp, struct timewait *record, uint32_t number) {
    struct timewait_queue *queue = &tcp->timewait_queue;
    lucid_time msl = WITHOUT(tcp->env, TIME_WAIT) ? 0 : tcp->env->config.msl;
    lucid_time expires = tcp->env->now + 2 * msl; /* MUST-13 */
    set_expiry(record, expires);
    record->next = POOL_NONE;
    record->previous = queue->last;
    struct timewait *last = timewait_at(tcp, queue->last);
    if (last) {
        last->next = number;
    } else {
        queue->first = number;
        queue->due = expires;
    }
    queue->last = number;
    trace_timer(tcp->env, record->name, LUCID_TIMER_2MSL, LUCID_TIMER_SET, expires);
}

static void dequeue(struct tcp *tcp, const struct timewait *record) {
    struct timewait_queue *queue = &tcp->timewait_queue;
    struct timewait *next = timewait_at(tcp, record->next);
    struct timewait *previous = timewait_at(tcp, record->previous);
    if (previous) {
        previous->next = record->next;
    } else {
        queue->first = record->next;
        queue->due = next ? timewait_expires(tcp, next) : LUCID_NEVER;
    }
    if (next) {
        next->previous = record->previous;
    } else {
        queue->last = record->previous;
    }
}

/* ---- records ---- */

static void evict_oldest(struct tcp *tcp) {
    struct timewait *oldest = timewait_at(tcp, tcp->timewait_queue.first);
    if (oldest) {
        tcp->env->stats.timewait_evicted++;
        fsm_fire_timewait(tcp, oldest, EVENT_ABORT);
        timewait_end(tcp, oldest);
    }
}

bool timewait_begin(struct tcp *tcp, struct tcb *tcb) {
    uint32_t number;
    bool ipv4 = lucid_addr_is_ipv4(&tcb->ends.remote.addr);
    const uint8_t *remote = tcb->ends.remote.addr.octet;
    if (timewait_count(tcp) >= tcp->env->config.timewait_max) {
        evict_oldest(tcp);
    }
    struct timewait *record = take_record(tcp, ipv4 ? TIMEWAIT_IPV4 : TIMEWAIT_IPV6, &number);
    if (!record) {
        return false;
    }
    copy_octets(record->remote, ipv4 ? remote + 12 : remote, ipv4 ? 4 : 16);
    record->local_addr = ip_own_index(&tcp->env->config, &tcb->ends.local.addr) & 7u;
    record->local_port = tcb->ends.local.port;
    record->remote_port = tcb->ends.remote.port;
    record->snd_nxt = tcb->snd.nxt;
    record->rcv_nxt = tcb->rcv.nxt;
    record->window = window_advertise(tcp, tcb);
    record->shift = tcb->rcv.shift & 15u; /* at most 14 */
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
    uint32_t number = number_of(tcp, record);
    dequeue(tcp, record);
    enqueue(tcp, record, number);
}

void timewait_end(struct tcp *tcp, struct timewait *record) {
    struct endpoints ends = timewait_ends(tcp, record);
    uint32_t number = number_of(tcp, record);
    dequeue(tcp, record);
    demux_remove(tcp, &ends);
    ports_give(tcp->env, &tcp->ports, ends.local.port);
    pool_give(tcp->env, &tcp->timewaits[number & 1u], number >> 1);
    tcp_trim(tcp);
}

/* 9293-3.10.8-03 */
void timewait_expire(struct tcp *tcp) {
    const struct timewait_queue *queue = &tcp->timewait_queue;
    struct timewait *record;
    while (queue->due <= tcp->env->now && (record = timewait_at(tcp, queue->first))) {
        tcp->cause = LUCID_CAUSE_TIMER;
        tcp->cause_detail = LUCID_TIMER_2MSL;
        trace_timer(tcp->env, record->name, LUCID_TIMER_2MSL, LUCID_TIMER_FIRED, queue->due);
        fsm_fire_timewait(tcp, record, EVENT_TIMEOUT_2MSL);
        timewait_end(tcp, record);
    }
}

lucid_time timewait_deadline(const struct tcp *tcp) {
    return tcp->timewait_queue.due;
}
