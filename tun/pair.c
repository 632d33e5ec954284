/* pair.c: two stacks in memory, joined by two links, in virtual time.
 *
 * Time jumps from one instant at which something happens to the next. What happens at one instant has a fixed order, so
 * that the same seed gives the same run, and so that an ACK and the answer to what it acknowledges can share a segment:
 *
 *     1. packets that have arrived are handed to their stacks
 *     2. timers that are due expire
 *     3. applications run (lucid_pair_on_batch), at the stacks to which 1 or 2 happened
 *     4. each stack's output is drained once, cut into wire packets, and put on its link
 *
 * What arrives at the same instant because a link has no delay arrives in the next step, at the same time.
 */
#include "lucid/host.h"
#include "rng.h"
#include "segment.h"

#include <stdlib.h>

/* What a stack reaches its host by: hooks of the user's, or ours where he has none. */
struct host_side {
    struct lucid_config given;
    struct rng random;
};

struct node {
    struct lucid_stack *stack;
    struct lucid_link *out;
    struct host_side host;
    bool served; /* at this instant something happened to it */
};

struct lucid_pair {
    struct node node[2];
    lucid_time now;
    void (*on_batch)(struct lucid_pair *pair, int which, void *user);
    void *user;
    void (*on_packet)(struct lucid_pair *pair, int which, bool leaves, const uint8_t *octets, size_t length,
                      void *user);
    void *packet_user;
    struct lucid_packet out;
};

/* ---- memory, randomness, initial sequence numbers ---- */

static void *side_alloc(void *context, size_t size) {
    const struct lucid_config *given = &((struct host_side *)context)->given;
    return given->alloc ? given->alloc(given->context, size) : malloc(size);
}

static void side_free(void *context, void *memory, size_t size) {
    const struct lucid_config *given = &((struct host_side *)context)->given;
    if (given->free) {
        given->free(given->context, memory, size);
        return;
    }
    free(memory);
}

static int side_random(void *context, void *octets, size_t length) {
    struct host_side *side = context;
    if (side->given.random) {
        return side->given.random(side->given.context, octets, length);
    }
    rng_fill(&side->random, octets, length);
    return 0;
}

static uint32_t side_iss(void *context, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote) {
    const struct lucid_config *given = &((struct host_side *)context)->given;
    return given->iss(given->context, local, remote);
}

/* ---- making and ending ---- */

/* Numbers of this pair's stacks; those of links have other purposes, see fate.c. */
static const uint64_t STACK_PURPOSE = 100;

void lucid_pair_defaults(struct lucid_pair_options *options) {
    static const char *const ADDRESSES[2][2] = {{"10.77.0.1", "fd77::1"}, {"10.77.0.2", "fd77::2"}};
    *options = (struct lucid_pair_options){.seed = 1};
    for (unsigned which = 0; which < 2; which++) {
        struct lucid_config *config = &options->config[which];
        lucid_config_default(config);
        lucid_addr_parse(ADDRESSES[which][0], &config->addrs[0].addr);
        lucid_addr_parse(ADDRESSES[which][1], &config->addrs[1].addr);
        config->addrs[0].prefix = 24;
        config->addrs[1].prefix = 64;
        config->addr_count = 2;
        options->faults[which] = (struct lucid_faults){
            .delay = 20 * LUCID_MILLISECOND,
            .rate = 10000000,
            .queue = 100,
            .seed = 1,
        };
    }
}

static int node_open(struct node *node, const struct lucid_pair_options *options, unsigned which) {
    struct lucid_config config = options->config[which];
    if (!config.alloc != !config.free) {
        return -LUCID_EINVAL;
    }
    node->host.given = config;
    rng_seed(&node->host.random, options->seed, which, STACK_PURPOSE);
    config.context = &node->host;
    config.alloc = side_alloc;
    config.free = side_free;
    config.random = side_random;
    config.iss = config.iss ? side_iss : NULL;
    node->out = lucid_link_new(&options->faults[which], 2 * options->seed + which);
    return node->out ? lucid_create(&node->stack, &config, 0) : -LUCID_ENOMEM;
}

int lucid_pair_open(struct lucid_pair **made, const struct lucid_pair_options *options) {
    *made = NULL;
    struct lucid_pair *pair = calloc(1, sizeof *pair);
    if (!pair) {
        return -LUCID_ENOMEM;
    }
    for (unsigned which = 0; which < 2; which++) {
        int result = node_open(&pair->node[which], options, which);
        if (result < 0) {
            lucid_pair_close(pair);
            return result;
        }
    }
    *made = pair;
    return 0;
}

void lucid_pair_close(struct lucid_pair *pair) {
    if (!pair) {
        return;
    }
    for (unsigned which = 0; which < 2; which++) {
        lucid_destroy(pair->node[which].stack);
        lucid_link_free(pair->node[which].out);
    }
    free(pair);
}

struct lucid_stack *lucid_pair_stack(struct lucid_pair *pair, int which) {
    return pair->node[which].stack;
}

struct lucid_link *lucid_pair_link(struct lucid_pair *pair, int from) {
    return pair->node[from].out;
}

lucid_time lucid_pair_now(const struct lucid_pair *pair) {
    return pair->now;
}

void lucid_pair_on_batch(struct lucid_pair *pair, void (*call)(struct lucid_pair *pair, int which, void *user),
                         void *user) {
    pair->on_batch = call;
    pair->user = user;
}

void lucid_pair_on_packet(struct lucid_pair *pair,
                          void (*call)(struct lucid_pair *pair, int which, bool leaves, const uint8_t *octets,
                                       size_t length, void *user),
                          void *user) {
    pair->on_packet = call;
    pair->packet_user = user;
}

static void show(struct lucid_pair *pair, const struct node *node, bool leaves, const uint8_t *octets, size_t length) {
    if (pair->on_packet) {
        pair->on_packet(pair, (int)(node - pair->node), leaves, octets, length, pair->packet_user);
    }
}

/* ---- one instant ---- */

/* When something happens to a stack or on its link: now, if it has something to send. */
static lucid_time node_deadline(const struct lucid_pair *pair, const struct node *node) {
    lucid_time deadline = lucid_output_pending(node->stack) ? pair->now : lucid_deadline(node->stack);
    lucid_time arrival = lucid_link_deadline(node->out);
    deadline = arrival < deadline ? arrival : deadline;
    return deadline < pair->now ? pair->now : deadline;
}

static void deliver(struct lucid_pair *pair, struct node *from, struct node *to) {
    struct lucid_packet in = {.slices = 1};
    const uint8_t *octets;
    size_t length;
    while ((length = lucid_link_take(from->out, pair->now, &octets, &in.id)) > 0) {
        in.slice[0] = (struct lucid_slice){octets, length};
        in.length = (uint32_t)length;
        show(pair, to, false, octets, length);
        lucid_input(to->stack, pair->now, &in);
        to->served = true;
    }
}

static void expire(struct lucid_pair *pair, struct node *node) {
    node->served = node->served || lucid_deadline(node->stack) <= pair->now;
    lucid_tick(node->stack, pair->now);
}

/* Where the wire packets of one packet go. */
struct sender {
    struct lucid_pair *pair;
    struct node *node;
};

static void put_segment(void *user, const uint8_t *octets, size_t length) {
    const struct sender *sender = user;
    show(sender->pair, sender->node, true, octets, length);
    lucid_link_put(sender->node->out, sender->pair->now, octets, length, sender->pair->out.id);
}

/* What cannot be cut goes on as it is, so that the other stack drops it and says why. */
static void put_nonsense(struct sender *sender) {
    uint8_t octets[LUCID_PACKET_MAX];
    if (packet_gather(&sender->pair->out, octets)) {
        put_segment(sender, octets, sender->pair->out.length);
    }
}

static void drain(struct lucid_pair *pair, struct node *node) {
    struct sender sender = {pair, node};
    while (lucid_output(node->stack, pair->now, &pair->out)) {
        if (lucid_segment_packet(&pair->out, put_segment, &sender) < 0) {
            put_nonsense(&sender);
        }
    }
}

static void happen(struct lucid_pair *pair) {
    struct node *node = pair->node;
    node[0].served = node[1].served = false;
    deliver(pair, &node[0], &node[1]);
    deliver(pair, &node[1], &node[0]);
    expire(pair, &node[0]);
    expire(pair, &node[1]);
    for (int which = 0; which < 2; which++) {
        if (node[which].served && pair->on_batch) {
            pair->on_batch(pair, which, pair->user);
        }
    }
    drain(pair, &node[0]);
    drain(pair, &node[1]);
}

int lucid_pair_step(struct lucid_pair *pair, lucid_time limit) {
    lucid_time next[2] = {node_deadline(pair, &pair->node[0]), node_deadline(pair, &pair->node[1])};
    lucid_time at = next[0] < next[1] ? next[0] : next[1];
    if (at != LUCID_NEVER && at <= limit) {
        pair->now = at;
        happen(pair);
        return 1;
    }
    if (limit != LUCID_NEVER && limit > pair->now) {
        pair->now = limit;
        lucid_tick(pair->node[0].stack, pair->now);
        lucid_tick(pair->node[1].stack, pair->now);
    }
    return 0;
}
