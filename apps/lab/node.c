/* node.c: a node: its stack and the batch of one instant. See node.h. */
#include "lab/node.h"

#include <stdlib.h>
#include <string.h>

#include "lab/app.h"
#include "lab/lab_http.h"
#include "lab/sim.h"
#include "lucid/whatif.h"

/* Events that the ring of a stack must hold between two times that it is emptied: after each packet. */
#define NODE_TRACE 2048

/* ---- what the host lends ---- */

static void *node_alloc(void *context, size_t size) {
    (void)context;
    return malloc(size);
}

static void node_free(void *context, void *memory, size_t size) {
    (void)context;
    (void)size;
    free(memory);
}

static int node_random(void *context, void *octets, size_t length) {
    lab_rng_fill(&((struct node *)context)->random, octets, length);
    return 0;
}

/* The numbers that were asked for; behind the last one a clock of 4 microseconds, as in RFC 9293 3.4.1, goes on. */
static uint32_t node_iss(void *context, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote) {
    struct node *node = context;
    (void)local;
    (void)remote;
    if (node->pinned_next < node->pinned) {
        node->iss_last = node->iss[node->pinned_next++];
    } else {
        node->iss_last += 64000 + (uint32_t)((node->world->now - node->iss_at) / (4 * LUCID_MICROSECOND));
    }
    node->iss_at = node->world->now;
    return node->iss_last;
}

/* ---- birth and death ---- */

void node_lend(struct node *node) {
    struct lucid_config *config = &node->config;
    config->context = node;
    config->alloc = node_alloc;
    config->free = node_free;
    config->random = node_random;
    config->addrs[0] = node->address;
    config->addr_count = 1;
}

int node_start(struct node *node) {
    if (sim_outside(node)) {
        return 0;
    }
    node->config.iss = node->pinned > 0 ? node_iss : NULL;
    int failed = lucid_create(&node->stack, &node->config, node->world->now);
    if (failed) {
        node->stack = NULL;
        return failed;
    }
    lucid_whatif_set(node->stack, node->world->without);
    return lucid_trace_enable(node->stack, LUCID_TRACE_ALL, NODE_TRACE);
}

static void free_sockets(struct lab_sockets *sockets) {
    struct lab_socket *socket;
    while ((socket = TAILQ_FIRST(sockets))) {
        socket_free(socket);
    }
}

void node_stop(struct node *node) {
    if (!node->stack) {
        return;
    }
    lucid_trace_enable(node->stack, 0, 0);
    lab_http_close(node);
    free_sockets(&node->sockets);
    free_sockets(&node->gone);
    lucid_destroy(node->stack);
    node->stack = NULL;
    record_restart(&node->world->record, node->index);
}

void node_end(struct node *node) {
    node_stop(node);
    agenda_end(&node->agenda);
    free(node->iss);
}

int node_renew(struct node *node) {
    if (!node->stack) {
        return 0;
    }
    lucid_destroy(node->stack);
    node->stack = NULL;
    record_restart(&node->world->record, node->index);
    lab_rng_seed(&node->random, node->world->options.seed, LAB_STREAM_STACK, node->index);
    return node_start(node) ? -1 : 0;
}

bool node_fresh(const struct node *node) {
    struct lucid_stats stats;
    if (!node->stack) {
        return true;
    }
    lucid_stats(node->stack, &stats);
    return stats.sockets == 0 && stats.connections == 0 && stats.timewaits == 0 && stats.packets_in == 0 &&
           stats.packets_out == 0;
}

int node_pin(struct node *node, const uint32_t *iss, unsigned count) {
    uint32_t *grown = realloc(node->iss, (node->pinned + count) * sizeof *grown);
    if (!grown) {
        return -1;
    }
    memcpy(grown + node->pinned, iss, count * sizeof *iss);
    node->iss = grown;
    node->pinned += count;
    return 0;
}

/* ---- what comes next ---- */

lucid_time node_timer_at(const struct node *node) {
    return node->stack ? lucid_deadline(node->stack) : LUCID_NEVER;
}

lucid_time node_application_at(const struct node *node) {
    lucid_time at = lab_http_deadline(node);
    const struct lab_socket *socket;
    TAILQ_FOREACH(socket, &node->sockets, next) {
        at = socket->wake < at ? socket->wake : at;
    }
    return at;
}

/* ---- the batch ---- */

static void drain(struct node *node) {
    if (node->stack) {
        record_drain(&node->world->record, node->index, node->stack);
    }
}

static void deliver(struct node *node) {
    lucid_time now = node->world->now;
    const struct agenda_entry *first;
    while ((first = agenda_first(&node->agenda)) && first->at <= now) {
        struct parcel *parcel = agenda_take(&node->agenda);
        sim_arrive(node->world, parcel);
        drain(node);
        free(parcel);
    }
}

static void wake(struct node *node) {
    struct lab_socket *socket, *next;
    for (socket = TAILQ_FIRST(&node->sockets); socket; socket = next) {
        next = TAILQ_NEXT(socket, next);
        if (socket->wake <= node->world->now) {
            socket->wake = LUCID_NEVER;
            socket_woken(socket);
        }
    }
}

static void run(struct node *node) {
    struct lucid_ready ready;
    while (lucid_next_event(node->stack, &ready)) {
        struct lab_socket *socket = ready.data;
        if (socket) {
            socket_ready(socket, ready.events);
        }
        drain(node);
    }
    lab_http_tick(node);
}

static void output(struct node *node) {
    struct world *world = node->world;
    struct lucid_packet packet = {0};
    uint8_t octets[LUCID_PACKET_MAX];
    while (lucid_output(node->stack, world->now, &packet)) {
        size_t length = 0;
        for (unsigned i = 0; i < packet.slices; i++) {
            memcpy(octets + length, packet.slice[i].data, packet.slice[i].length);
            length += packet.slice[i].length;
        }
        uint64_t id = record_packet_of(&world->record, node->index, packet.id);
        drain(node);
        sim_send(world, node->index, id, octets, length);
    }
    drain(node);
}

void node_catch_up(struct node *node) {
    if (node->stack) {
        output(node);
    }
}

void node_serve(struct node *node) {
    if (node->stack) {
        run(node);
        output(node);
        free_sockets(&node->gone);
    }
}

void node_batch(struct node *node) {
    deliver(node);
    if (!node->stack) {
        return;
    }
    lucid_tick(node->stack, node->world->now);
    drain(node);
    wake(node);
    node_serve(node);
}
