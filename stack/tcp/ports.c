/* ports.c: local ports in use. See ports.h. */
#include "tcp/ports.h"

#include "base/bytes.h"
#include "base/siphash.h"
#include "ip/elsewhere.h"
#include "tcp/tcp.h"

static const uint32_t PORTS_FIRST_SIZE = 16;

/* Spreads neighbouring ports over the table (Knuth's multiplicative hash). */
static uint32_t home_of(const struct ports *ports, uint16_t port) {
    return (port * UINT32_C(2654435761)) >> 16 & (ports->size - 1);
}

/* The slot of this port, or the empty one where it would go. */
static struct ports_slot *find_slot(const struct ports *ports, uint16_t port) {
    uint32_t i = home_of(ports, port);
    while (ports->slots[i].count > 0 && ports->slots[i].port != port) {
        i = (i + 1) & (ports->size - 1);
    }
    return &ports->slots[i];
}

static bool resize(struct env *env, struct ports *ports, uint32_t size) {
    struct ports old = *ports;
    struct ports_slot *slots = env_alloc(env, size * sizeof *slots);
    if (!slots) {
        return false;
    }
    zero_octets(slots, size * sizeof *slots);
    ports->slots = slots;
    ports->size = size;
    for (uint32_t i = 0; i < old.size; i++) {
        if (old.slots[i].count > 0) {
            *find_slot(ports, old.slots[i].port) = old.slots[i];
        }
    }
    env_free(env, old.slots, old.size * sizeof *old.slots);
    return true;
}

bool ports_take(struct env *env, struct ports *ports, uint16_t port) {
    uint32_t size = ports->size ? ports->size : PORTS_FIRST_SIZE;
    if (ports->used >= size / 4 * 3) {
        size *= 2;
    }
    if (size != ports->size && !resize(env, ports, size)) {
        return false;
    }
    struct ports_slot *slot = find_slot(ports, port);
    if (slot->count == 0) {
        slot->port = port;
        ports->used++;
    }
    slot->count++;
    return true;
}

static void close_gap(struct ports *ports, uint32_t i) {
    uint32_t mask = ports->size - 1;
    for (uint32_t j = (i + 1) & mask; ports->slots[j].count > 0; j = (j + 1) & mask) {
        if (((j - home_of(ports, ports->slots[j].port)) & mask) >= ((j - i) & mask)) {
            ports->slots[i] = ports->slots[j];
            i = j;
        }
    }
    ports->slots[i].count = 0;
}

void ports_give(struct env *env, struct ports *ports, uint16_t port) {
    struct ports_slot *slot = find_slot(ports, port);
    if (slot->count > 1) {
        slot->count--;
        return;
    }
    close_gap(ports, (uint32_t)(slot - ports->slots));
    ports->used--;
    if (ports->used == 0) {
        ports_destroy(env, ports);
    }
}

uint32_t ports_users(const struct ports *ports, uint16_t port) {
    return ports->used > 0 ? find_slot(ports, port)->count : 0;
}

static uint32_t greatest_common_divisor(uint32_t a, uint32_t b) {
    while (b > 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* From one port to the next that is tried: at random, but so that each of them has its turn. With steps of one, ports
 * in use would make runs, and whoever meets a run makes it longer. */
static uint32_t choose_stride(struct env *env, uint32_t count) {
    uint32_t stride = 1 + env_random_below(env, count);
    while (greatest_common_divisor(stride, count) != 1) {
        stride = stride % count + 1;
    }
    return stride;
}

/* To ends->remote there may be one connection from a port; without a remote end, the port must be nobody's. */
static bool is_free(const struct tcp *tcp, const struct endpoints *ends) {
    if (ends->remote.port == 0) {
        return ports_users(&tcp->ports, ends->local.port) == 0 && !listener_find(tcp, &ends->local);
    }
    struct demux_entry taken = demux_find(tcp, ends);
    return !demux_leads(&taken) && !listener_find(tcp, &ends->local);
}

bool ports_choose(struct tcp *tcp, struct endpoints *ends) {
    struct own_ports own = own_ports(&tcp->env->config);
    ends->local.port = 0;
    uint32_t at = (uint32_t)siphash24(tcp->port_key, ends, sizeof *ends) % own.count;
    uint32_t stride = choose_stride(tcp->env, own.count);
    at = (at + env_random_below(tcp->env, own.count)) % own.count;
    for (uint32_t i = 0; i < own.count; i++) {
        ends->local.port = (uint16_t)(own.first + at * own.step);
        if (is_free(tcp, ends)) {
            return true;
        }
        at = (at + stride) % own.count;
    }
    return false;
}

void ports_destroy(struct env *env, struct ports *ports) {
    env_free(env, ports->slots, ports->size * sizeof *ports->slots);
    *ports = (struct ports){0};
}
