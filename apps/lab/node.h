/* node.h: a node of the simulated world: a stack, the application that uses it, and what is on its way there.
 *
 * All that happens at a node at one instant is one batch: packets arrive, timers fire, applications run, and then its
 * output is taken once. So an acknowledgment and a FIN that belong together share a segment, and one acknowledgment
 * covers all that came (RFC 9293 MUST-58, MUST-59).
 */
#ifndef LAB_NODE_H
#define LAB_NODE_H

#include "lab/agenda.h"
#include "lab/record.h"
#include "lab/rng.h"
#include "lab/socket.h"

struct world;
struct lab_http;

/* Options that sockets of a node get when they are made: `A set KEY VALUE`. */
#define NODE_OPTIONS_MAX 16

struct node {
    struct world *world;
    unsigned index;
    char name[16];
    struct lucid_ifaddr address;
    struct lucid_config config;
    struct lucid_stack *stack; /* NULL: it has crashed */
    bool attacker;
    struct agenda agenda;             /* of parcels */
    struct lab_sockets sockets, gone; /* gone: closed, and freed after the batch */
    struct lab_http *http;            /* its server; NULL: none */
    unsigned options;
    struct node_option option[NODE_OPTIONS_MAX];
    struct lab_rng random;
    unsigned pinned, pinned_next; /* initial sequence numbers, for the connections in their order */
    uint32_t *iss;
    uint32_t iss_last;
    lucid_time iss_at;
};

/* Completes its configuration with what the host lends. */
void node_lend(struct node *node);

/* Makes the stack. Returns 0, or a negative error of the stack's. */
int node_start(struct node *node);

/* The stack vanishes, and all that its applications had. */
void node_stop(struct node *node);

/* The node, and what is on its way there. */
void node_end(struct node *node);

/* The same with another configuration, as long as nothing has happened. Returns 0, or -1: no memory. */
int node_renew(struct node *node);

/* True when nothing has ever been asked of the stack: it may still be made anew with another configuration. */
bool node_fresh(const struct node *node);

/* A connection's number comes from here on: 100, 200, ... Returns 0, or -1: no memory. */
int node_pin(struct node *node, const uint32_t *iss, unsigned count);

/* When the stack, or an application, has something to do. */
lucid_time node_timer_at(const struct node *node);
lucid_time node_application_at(const struct node *node);

/* The batch of this instant. */
void node_batch(struct node *node);

/* The stack learns what time it is: its next calls happen now. Timers that are due fire in the next batch. */
void node_catch_up(struct node *node);

/* The applications run, and the output is taken: after a call from outside a batch. */
void node_serve(struct node *node);

#endif
