/* world_judge.c: what must be true when nothing happens any more. See world.h. */
#include <inttypes.h>

#include "sim/world.h"

bool world_aborts(const struct world_connection *connection) {
    return connection->end[0].manner == END_ABORTS || connection->end[1].manner == END_ABORTS;
}

size_t world_memory(struct world *world, int node) {
    struct lucid_stats stats;
    lucid_stats(lucid_pair_stack(world->pair, node), &stats);
    return stats.memory;
}

/* What must be true of an end when nothing happens any more. */
static void judge_end(struct world *world, const struct world_connection *connection, int node) {
    const struct end *end = &connection->end[node];
    bool aborted = world_aborts(connection);
    bool never_accepted = end->fd == 0 && connection->opener == !node;
    if (!end_done(end) && !(aborted && never_accepted)) {
        world_fail(world, "%c port %u waits for ever", 'A' + node, end->port);
    }
    if (end->lent != end->released) {
        world_fail(world, "%c port %u: %" PRIu64 " pieces were lent, %" PRIu64 " released", 'A' + node, end->port,
                   end->lent, end->released);
    }
    if (aborted) {
        return;
    }
    if (end->error) {
        world_fail(world, "%c port %u: %s", 'A' + node, end->port, lucid_error_name(end->error));
    }
    if (end->received != end->to_receive && end->manner != END_CLOSES) {
        world_fail(world, "%c port %u received %u of %u octets", 'A' + node, end->port, end->received, end->to_receive);
    }
}

/* Damage is the only reason for a packet that cannot be parsed. */
static void judge_drops(struct world *world, int node) {
    static const uint8_t parsing[] = {LUCID_DROP_IP_SHORT,    LUCID_DROP_IP_VERSION,     LUCID_DROP_IP_HEADER_LENGTH,
                                      LUCID_DROP_IP_CHECKSUM, LUCID_DROP_IP_OPTION,      LUCID_DROP_IP_TOTAL_LENGTH,
                                      LUCID_DROP_TCP_SHORT,   LUCID_DROP_TCP_OPTION,     LUCID_DROP_TCP_OFFSET,
                                      LUCID_DROP_TCP_SELF,    LUCID_DROP_TCP_CHECKSUM,   LUCID_DROP_PACKET,
                                      LUCID_DROP_IP_SOURCE,   LUCID_DROP_IP_DESTINATION, LUCID_DROP_IP_PROTOCOL};
    struct lucid_stats stats;
    lucid_stats(lucid_pair_stack(world->pair, node), &stats);
    for (size_t i = 0; i < sizeof parsing && world->options.faults[!node].corrupt == 0; i++) {
        if (stats.drop[parsing[i]] > 0) {
            world_fail(world, "%c dropped a sound packet: %s", 'A' + node, lucid_drop_text(parsing[i]));
        }
    }
    if (stats.invariants_broken > 0) {
        world_fail(world, "%c aborted a connection whose variables contradicted each other", 'A' + node);
    }
    if (stats.connections + stats.timewaits + stats.half_open > 0) {
        world_fail(world, "%c: %u connections and %u TIME-WAIT records stay", 'A' + node, stats.connections,
                   stats.timewaits);
    }
}

void world_judge(struct world *world) {
    for (unsigned i = 0; i < world->connections; i++) {
        judge_end(world, &world->connection[i], 0);
        judge_end(world, &world->connection[i], 1);
    }
    for (int node = 0; node < 2; node++) {
        judge_drops(world, node);
        lucid_close(lucid_pair_stack(world->pair, node), world->listener[node]);
        world_check_stack(world, node);
        if (world_memory(world, node) != world->memory[node]) {
            world_fail(world, "P2: %c holds %zu octets, at first it held %zu", 'A' + node, world_memory(world, node),
                       world->memory[node]);
        }
    }
}
