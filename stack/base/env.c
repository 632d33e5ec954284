/* env.c: memory within its limit, randomness, drops. See env.h. */
#include "base/env.h"

void *env_alloc(struct env *env, size_t size) {
    struct lucid_stats *stats = &env->stats;
    if (size > env->config.mem_limit || stats->memory > env->config.mem_limit - size) {
        return NULL;
    }
    void *memory = env->config.alloc(env->config.context, size);
    if (!memory) {
        return NULL;
    }
    stats->memory += size;
    if (stats->memory > stats->memory_peak) {
        stats->memory_peak = stats->memory;
    }
    return memory;
}

void env_free(struct env *env, void *memory, size_t size) {
    if (!memory) {
        return;
    }
    env->stats.memory -= size;
    env->config.free(env->config.context, memory, size);
}

bool env_random(struct env *env, void *octets, size_t length) {
    return env->config.random(env->config.context, octets, length) == 0;
}

uint32_t env_random_below(struct env *env, uint32_t bound) {
    uint32_t draw;
    if (!env_random(env, &draw, sizeof draw)) {
        return 0;
    }
    return (uint32_t)(((uint64_t)draw * bound) >> 32);
}

enum lucid_drop env_drop(struct env *env, uint32_t connection, enum lucid_drop reason) {
    env->stats.drop[reason]++;
    if (trace_wants(&env->trace, LUCID_EVENT_DROP)) {
        struct lucid_event *event = trace_event(env, LUCID_EVENT_DROP, connection);
        if (event) {
            event->u.drop.reason = (uint16_t)reason;
            event->u.drop.segment = env->input_packet;
        }
    }
    return reason;
}
