/* sim.h: the simulated world from the inside: its nodes, the wires between them, the log that it writes. See world.h.
 */
#ifndef LAB_SIM_H
#define LAB_SIM_H

#include "lab/node.h"
#include "lab/outside.h"
#include "lab/wire.h"
#include "lab/words.h"
#include "lab/world.h"

/* The beginnings of the latest packets, for ICMP messages about them. */
#define SIM_HEADS 1024
#define SIM_HEAD 80

struct sim_head {
    uint64_t id;
    uint8_t from;
    uint16_t length;
    uint8_t octets[SIM_HEAD];
};

struct world {
    struct world_options options; /* setup is not kept */
    struct record record;
    struct wire wire;
    unsigned nodes;
    struct node node[TLOG_NODES_MAX];
    lucid_time now;
    uint64_t epoch;                  /* nanoseconds from 1970 to the world's 0; 0: a day like any other */
    unsigned without;                /* OR of enum lucid_whatif */
    struct sim_head head[SIM_HEADS]; /* by id */
};

/* A packet leaves a node: into the log, and onto the wire. */
void sim_send(struct world *world, unsigned from, uint64_t id, const uint8_t *octets, size_t length);

/* True when this node's TCP is not ours. */
bool sim_outside(const struct node *node);

/* As world_step(), without waiting, also where others wait; and when there is something to do. */
int sim_step(struct world *world, lucid_time limit);
lucid_time sim_deadline(struct world *world);

/* A parcel arrives at its node at the world's time. */
void sim_arrive(struct world *world, struct parcel *parcel);

/* The node that has this name, or this address; NULL: none. */
struct node *sim_node(struct world *world, const char *name);
struct node *sim_node_at(struct world *world, const struct lucid_addr *addr);

/* The packet's beginning, if it is not too long ago; NULL. */
const struct sim_head *sim_head(const struct world *world, uint64_t id);

/* The wires, when the nodes are known. */
void sim_init(struct world *world);

/* ---- world_command.c ---- */

/* `without NAME` and `with NAME`. Returns 0, or -1 and the sentence. */
int sim_without(struct world *world, const struct lab_words *words, bool dry, char error[LAB_ERROR]);

/* ---- sim_icmp.c ---- */

/* Sends an ICMP error about a packet to its sender, from an address of the wire's own. code: of SIM_UNREACHABLE;
 * mtu: of SIM_TOO_BIG. */
enum sim_icmp_kind { SIM_UNREACHABLE, SIM_NOBODY, SIM_TOO_BIG };
void sim_icmp(struct world *world, const struct sim_head *about, enum sim_icmp_kind kind, uint8_t code, uint32_t mtu);

/* ---- sim_forge.c ---- */

/* `M forge A->B RST seq nxt+5`: reads it; with send also does it. Returns 0, or -1 and the sentence. */
int sim_forge(struct node *attacker, const struct lab_words *words, bool send, char error[LAB_ERROR]);

/* ---- node_command.c ---- */

/* A command that begins with the name of a node. dry: only says whether it can be carried out. */
int node_command(struct node *node, const struct lab_words *words, bool dry, char error[LAB_ERROR]);

/* ---- node_set.c ---- */

/* What can be set, for people. */
void node_set_list(struct text *say);

/* "set KEY VALUE", from word at on. */
int node_set(struct node *node, const struct lab_words *words, unsigned at, bool dry, char error[LAB_ERROR]);

#endif
