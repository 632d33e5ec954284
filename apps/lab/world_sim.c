/* world_sim.c: the simulated world: what happens next, and where packets go. See world.h, sim.h.
 *
 * At one instant deliveries come before timers, timers before applications; among equals the one that was put in
 * first. All of one node at that instant is one step. Commands come between steps, and what they make a node send is
 * taken at once: each command is a batch of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "lab/sim.h"

/* ---- who is who ---- */

struct node *sim_node(struct world *world, const char *name) {
    for (unsigned i = 0; i < world->nodes; i++) {
        if (!strcmp(world->node[i].name, name)) {
            return &world->node[i];
        }
    }
    return NULL;
}

struct node *sim_node_at(struct world *world, const struct lucid_addr *addr) {
    for (unsigned i = 0; i < world->nodes; i++) {
        if (lucid_addr_equal(&world->node[i].address.addr, addr)) {
            return &world->node[i];
        }
    }
    return NULL;
}

bool sim_outside(const struct node *node) {
    return node->world->options.outside && node->index == 0;
}

const struct sim_head *sim_head(const struct world *world, uint64_t id) {
    const struct sim_head *head = &world->head[id % SIM_HEADS];
    return id > 0 && head->id == id ? head : NULL;
}

/* ---- packets ---- */

static void keep_head(struct world *world, unsigned from, uint64_t id, const uint8_t *octets, size_t length) {
    struct sim_head *head = &world->head[id % SIM_HEADS];
    head->id = id;
    head->from = (uint8_t)from;
    head->length = (uint16_t)(length < SIM_HEAD ? length : SIM_HEAD);
    memcpy(head->octets, octets, head->length);
}

/* Nobody has this address: a router would say so, if the wires are such that ICMP comes through. */
static void nobody(struct world *world, unsigned from, uint64_t id) {
    struct parcel parcel = {.id = id, .from = (uint8_t)from, .to = WIRE_ALL};
    world->wire.now = world->now;
    struct json json = wire_say(&world->wire, "drop", &parcel);
    wire_said(&world->wire, &json, "nobody");
    if (world->wire.direction[from][from].icmp) {
        sim_icmp(world, sim_head(world, id), SIM_NOBODY, 0, 0);
    }
}

static void on_arrive(void *user, struct parcel *parcel, lucid_time at) {
    struct world *world = user;
    if (agenda_put(&world->node[parcel->to].agenda, at, record_serial(&world->record), parcel) < 0) {
        world->record.no_memory = true;
        free(parcel);
    }
}

void sim_send(struct world *world, unsigned from, uint64_t id, const uint8_t *octets, size_t length) {
    struct look look = look_at(octets, length);
    const struct node *to = look.ip ? sim_node_at(world, &look.destination.addr) : NULL;
    if (world->options.packet) {
        world->options.packet(world->options.user, from, true, id, world->now, octets, length);
    }
    keep_head(world, from, id, octets, length);
    if (!to || to->index == from) {
        nobody(world, from, id);
        return;
    }
    struct parcel *parcel = parcel_new(id, from, to->index, octets, length);
    if (!parcel) {
        world->record.no_memory = true;
        return;
    }
    const struct world_outside *outside = world->options.outside;
    if (outside && outside->exempt(outside->user, &look)) {
        on_arrive(world, parcel, world->now);
        return;
    }
    wire_send(&world->wire, world->now, parcel);
}

void sim_arrive(struct world *world, struct parcel *parcel) {
    struct node *node = &world->node[parcel->to];
    world->wire.now = world->now;
    if (sim_outside(node)) {
        world->options.outside->arrive(world->options.outside->user, parcel);
        return;
    }
    if (!node->stack) {
        struct json json = wire_say(&world->wire, "drop", parcel);
        wire_said(&world->wire, &json, "crashed");
        return;
    }
    if (world->options.packet) {
        world->options.packet(world->options.user, node->index, false, parcel->id, world->now, parcel->octets,
                              parcel->length);
    }
    struct lucid_packet in = {.slices = 1, .length = (uint32_t)parcel->length, .id = parcel->id};
    in.slice[0] = (struct lucid_slice){parcel->octets, parcel->length};
    lucid_input(node->stack, world->now, &in);
}

static struct parcel *on_find(void *user, uint64_t id, lucid_time *at) {
    struct world *world = user;
    for (unsigned n = 0; n < world->nodes; n++) {
        const struct agenda *agenda = &world->node[n].agenda;
        for (unsigned i = 0; i < agenda->count; i++) {
            struct parcel *parcel = agenda->entry[i].what;
            if (parcel->id == id) {
                *at = agenda->entry[i].at;
                return parcel;
            }
        }
    }
    return NULL;
}

static void on_recall(void *user, struct parcel *parcel) {
    struct world *world = user;
    agenda_remove(&world->node[parcel->to].agenda, parcel);
}

static void on_object(void *user, const struct parcel *parcel, uint32_t mtu) {
    struct world *world = user;
    const struct sim_head *head = sim_head(world, parcel->id);
    if (head) {
        sim_icmp(world, head, SIM_TOO_BIG, 0, mtu);
    }
}

/* ---- time ---- */

struct moment {
    lucid_time at;
    unsigned kind; /* delivery, timer, application */
    uint64_t serial;
    struct node *node; /* NULL: the wire */
};

static void consider(struct moment *best, lucid_time at, unsigned kind, uint64_t serial, struct node *node) {
    if (at == LUCID_NEVER || at > best->at) {
        return;
    }
    if (at < best->at || kind < best->kind || (kind == best->kind && serial < best->serial)) {
        *best = (struct moment){at, kind, serial, node};
    }
}

static struct moment next_moment(struct world *world) {
    struct moment best = {.at = LUCID_NEVER, .kind = UINT32_MAX};
    consider(&best, wire_deadline(&world->wire), 0, 0, NULL);
    for (unsigned i = 0; i < world->nodes; i++) {
        struct node *node = &world->node[i];
        const struct agenda_entry *first = agenda_first(&node->agenda);
        if (first) {
            consider(&best, first->at, 0, first->serial, node);
        }
        consider(&best, node_timer_at(node), 1, i, node);
        consider(&best, node_application_at(node), 2, i, node);
    }
    return best;
}

lucid_time sim_deadline(struct world *world) {
    return next_moment(world).at;
}

int sim_step(struct world *world, lucid_time limit) {
    uint32_t before = world->record.next;
    while (world->record.next == before) {
        struct moment moment = next_moment(world);
        if (moment.at == LUCID_NEVER || moment.at > limit) {
            world->now = limit != LUCID_NEVER && limit > world->now ? limit : world->now;
            return 0;
        }
        world->now = moment.at > world->now ? moment.at : world->now;
        if (moment.node) {
            node_batch(moment.node);
        } else {
            wire_tick(&world->wire, world->now);
        }
    }
    return 1;
}

int world_step(struct world *world, lucid_time limit) {
    const struct world_outside *outside = world->options.outside;
    return outside ? outside->step(outside->user, limit) : sim_step(world, limit);
}

/* ---- what a runner has to say ---- */

void world_predict(struct world *world, const char *id, const char *answer, const char *hash) {
    struct json json = record_begin(&world->record, world->now, "W", 0, "predict");
    json_string(&json, "id", id);
    json_string(&json, "answer", answer);
    json_string(&json, "hash", hash);
    record_finish(&world->record, &json);
}

void world_check(struct world *world, const char *id, const char *kind, const char *want, const char *got,
                 unsigned points, unsigned of) {
    struct json json = record_begin(&world->record, world->now, "W", 0, "check");
    json_string(&json, "id", id);
    json_string(&json, "kind", kind);
    json_string(&json, "want", want);
    json_string(&json, "got", got);
    json_uint(&json, "points", points);
    json_uint(&json, "of", of);
    record_finish(&world->record, &json);
}

/* ---- asking ---- */

void world_wires(const struct world *world, struct text *text) {
    wire_list(&world->wire, text);
}

lucid_time world_now(const struct world *world) {
    return world->now;
}

bool world_sound(const struct world *world) {
    return !world->record.no_memory;
}

uint32_t world_next_event(const struct world *world) {
    return world->record.next;
}

/* ---- beginning and end ---- */

void sim_init(struct world *world) {
    wire_init(&world->wire, world->options.seed, world->nodes, &world->record);
    world->wire.arrive = on_arrive;
    world->wire.find = on_find;
    world->wire.recall = on_recall;
    world->wire.object = on_object;
    world->wire.user = world;
}

void world_close(struct world *world) {
    if (!world) {
        return;
    }
    for (unsigned i = 0; i < world->nodes; i++) {
        node_end(&world->node[i]);
    }
    if (world->wire.record) {
        wire_end(&world->wire);
    }
    record_end(&world->record);
    free(world);
}
