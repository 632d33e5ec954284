/* check_tables.c: invariants of TCP as a whole: every connection is where it should be, once. See check.h. */
#include "tcp/check.h"

#include "base/bytes.h"

/* I28: what is tried first is what would be found. */
static const char *check_latest(const struct tcp *tcp) {
    const struct tcb *latest = tcp->demux.latest;
    bool found = !latest || demux_find(tcp, &latest->ends).tcb == latest;
    return found ? NULL : "I28: the connection of the latest segment is not in the table any more";
}

/* I28, I27: a connection is found by its ends; its local port is counted. */
static const char *check_found(const struct tcp *tcp, const struct tcb *tcb) {
    struct demux_entry entry = demux_find(tcp, &tcb->ends);
    if (tcb_has(tcb, TCB_RETIRED)) {
        return entry.tcb == tcb ? "I28: segments find a connection that has ended" : NULL;
    }
    if (entry.tcb != tcb) {
        return "I28: segments do not find a connection by its ends";
    }
    if (ports_users(&tcp->ports, tcb->ends.local.port) == 0) {
        return "I27: a connection's port counts as free";
    }
    return NULL;
}

static const char *check_queue(const struct tcp *tcp) {
    uint32_t count = 0;
    lucid_time last = 0;
    uint32_t number = tcp->timewait_queue.first;
    const struct timewait *first = timewait_at(tcp, number);
    if (tcp->timewait_queue.due != (first ? timewait_expires(tcp, first) : LUCID_NEVER)) {
        return "I22: nobody knows when the first TIME-WAIT record expires";
    }
    while (number != POOL_NONE) {
        const struct timewait *record = timewait_at(tcp, number);
        lucid_time expires = record ? timewait_expires(tcp, record) : 0;
        if (!record || expires < last) {
            return "I22: TIME-WAIT records are not in the order in which they expire";
        }
        if (expires > tcp->env->now + 2 * tcp->env->config.msl) {
            return "I22: a TIME-WAIT record waits longer than 2MSL";
        }
        struct endpoints ends = timewait_ends(tcp, record);
        if (demux_find(tcp, &ends).timewait != record) {
            return "I28: segments do not find a TIME-WAIT record by its ends";
        }
        last = expires;
        number = record->next;
        count++;
    }
    return count == timewait_count(tcp) ? NULL : "I22: a TIME-WAIT record is not in the queue";
}

static uint32_t length_of(const struct list *list) {
    uint32_t length = 0;
    for (const struct list_node *node = list->first; node; node = node->next) {
        length++;
    }
    return length;
}

static const char *check_listeners(const struct tcp *tcp) {
    uint32_t cursor = 0;
    uint32_t half_open = 0;
    const struct listener *listener;
    while ((listener = pool_next(&tcp->listeners, &cursor))) {
        half_open += length_of(&listener->half_open);
        if (length_of(&listener->waiting) != listener->waiting_count) {
            return "I29: an accept queue is miscounted";
        }
        bool excess = listener->waiting_count > listener->wanted; /* after the backlog was lowered */
        if (listener->backlog != (excess ? listener->waiting_count : listener->wanted)) {
            return "I29: an accept queue is longer than its backlog";
        }
    }
    if (half_open > tcp->env->config.half_open_max) {
        return "I29: more connections are half-open than the limit allows";
    }
    return half_open == tcp->half_open ? NULL : "I29: connections in SYN-RECEIVED are miscounted";
}

const char *tcp_check(const struct tcp *tcp) {
    uint32_t cursor = 0;
    uint32_t live = 0, armed = 0, early = 0;
    const struct tcb *tcb;
    while ((tcb = pool_next(&tcp->tcbs, &cursor))) {
        const char *broken = tcb_check(tcp, tcb);
        broken = broken ? broken : check_found(tcp, tcb);
        if (broken) {
            return broken;
        }
        live += !tcb_has(tcb, TCB_RETIRED);
        early += tcb->fast.taken;
        armed += timer_armed(&tcb->timer);
    }
    if (armed != tcp->timers.armed) {
        return "I23: the wheel holds another number of timers than are armed";
    }
    const struct sleeper *sleeper;
    for (cursor = 0; (sleeper = pool_next(&tcp->sleepers, &cursor));) {
        struct endpoints ends = sleeper_ends(tcp, sleeper);
        if (demux_find(tcp, &ends).sleeper != sleeper || ports_users(&tcp->ports, ends.local.port) == 0) {
            return "I28: segments do not find a sleeping connection by its ends, or its port counts as free";
        }
    }
    if (live + tcp->sleepers.used + timewait_count(tcp) != tcp->demux.used) {
        return "I27: the connection table holds something that is neither a connection nor a TIME-WAIT record";
    }
    if (early != tcp->fastopen.pending) {
        return "I29: connections of Fast Open in SYN-RECEIVED are miscounted";
    }
    const char *broken = check_latest(tcp);
    broken = broken ? broken : check_queue(tcp);
    return broken ? broken : check_listeners(tcp);
}
