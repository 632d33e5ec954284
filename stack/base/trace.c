/* trace.c: the event ring. See trace.h. */
#include "base/trace.h"

#include "base/bytes.h"
#include "base/env.h"

int trace_enable(struct env *env, unsigned kinds, uint32_t capacity) {
    struct trace *trace = &env->trace;
    struct lucid_event *ring = NULL;
    if (kinds != 0) {
        if (capacity == 0) {
            return -LUCID_EINVAL;
        }
        ring = env_alloc(env, capacity * sizeof *ring);
        if (!ring) {
            return -LUCID_ENOMEM;
        }
    }
    env_free(env, trace->ring, trace->capacity * sizeof *ring);
    trace->ring = ring;
    trace->capacity = kinds != 0 ? capacity : 0;
    trace->kinds = kinds;
    trace->first = 0;
    trace->count = 0;
    return 0;
}

int trace_take(struct trace *trace, struct lucid_event *event, uint64_t *lost) {
    if (lost) {
        *lost = trace->lost;
        trace->lost = 0;
    }
    if (trace->count == 0) {
        return 0;
    }
    copy_octets(event, &trace->ring[trace->first], sizeof *event);
    trace->count--;
    trace->first = trace->count == 0 ? 0 : (trace->first + 1) % trace->capacity; /* what was read is in the cache */
    return 1;
}

struct lucid_event *trace_event(struct env *env, enum lucid_event_kind kind, uint32_t connection) {
    struct trace *trace = &env->trace;
    trace->number++;
    if (trace->count == trace->capacity) {
        trace->lost++;
        return NULL;
    }
    struct lucid_event *event = &trace->ring[(trace->first + trace->count) % trace->capacity];
    trace->count++;
    zero_octets(event, sizeof *event);
    event->number = trace->number;
    event->time = env->now;
    event->connection = connection;
    event->kind = (uint8_t)kind;
    return event;
}

void trace_rule_event(struct env *env, uint32_t connection, const char *rule, enum lucid_outcome outcome) {
    struct lucid_event *event = trace_event(env, LUCID_EVENT_RULE, connection);
    if (event) {
        event->u.rule = (struct lucid_event_rule){
            .rule = rule, .outcome = (uint8_t)outcome, .segment = env->input_packet};
    }
}

void trace_timer_event(struct env *env, uint32_t connection, enum lucid_timer timer, enum lucid_timer_act act,
                       lucid_time at) {
    struct lucid_event *event = trace_event(env, LUCID_EVENT_TIMER, connection);
    if (event) {
        event->u.timer = (struct lucid_event_timer){.timer = (uint8_t)timer, .act = (uint8_t)act, .at = at};
    }
}

static void trace_application(struct env *env, enum lucid_event_kind kind, uint32_t connection,
                              const struct lucid_event_call *call) {
    if (!trace_wants(&env->trace, kind)) {
        return;
    }
    struct lucid_event *event = trace_event(env, kind, connection);
    if (event) {
        event->u.call = *call;
    }
}

void trace_call(struct env *env, uint32_t connection, enum lucid_call call, int fd, int64_t argument) {
    struct lucid_event_call what = {.call = (uint8_t)call, .fd = fd, .value = argument};
    trace_application(env, LUCID_EVENT_CALL, connection, &what);
}

void trace_return(struct env *env, uint32_t connection, enum lucid_call call, int fd, int64_t result) {
    struct lucid_event_call what = {.call = (uint8_t)call, .fd = fd, .value = result};
    trace_application(env, LUCID_EVENT_RETURN, connection, &what);
}

void trace_delivered(struct env *env, uint32_t connection, uint64_t offset, uint32_t count) {
    if (!trace_wants(&env->trace, LUCID_EVENT_DELIVERED)) {
        return;
    }
    struct lucid_event *event = trace_event(env, LUCID_EVENT_DELIVERED, connection);
    if (event) {
        event->u.delivered = (struct lucid_event_delivered){.offset = offset, .count = count};
    }
}
