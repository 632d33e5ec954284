/* test_memory.c: allocation failure at the n-th call, for every n: of one whole transfer each way, from connect to
 * the end of TIME-WAIT, nothing is lost, nothing leaks, and the next transfer works (P7, A58).
 *
 * The world is that of tests/sim, with links that make gaps.
 */

#include "sim/world.h"
#include "unit/unit.h"

static struct world world;

enum shape { PLAIN, OFFLOAD, SIX, SHAPES };
enum failure { ONE, ALL_FROM_THEN, FAILURES };

/* How long all allocations fail, if they do: longer than some retransmissions. */
static const lucid_time OUTAGE = 5 * LUCID_SECOND;
static const lucid_time SECOND_TRANSFER = 1000 * LUCID_SECOND;

/* Both ends send; the receive buffer is small enough for gaps, probes and window updates. */
static void draw_end(struct end *end, int node, bool opens, unsigned number) {
    *end = (struct end){.node = node, .manner = END_ORDERLY, .key = world.seed, .lends = node == 1};
    end->port = opens ? (uint16_t)(20000 + number) : 80;
    end->peer_port = opens ? 80 : (uint16_t)(20000 + number);
    end->to_send = end->to_receive = 40000;
    end->write_size = 2500;
    end->read_size = 3000;
}

static void draw_shape(enum shape shape) {
    world_draw(&world, 1);
    lucid_pair_defaults(&world.options);
    for (int node = 0; node < 2; node++) {
        struct lucid_config *config = &world.options.config[node];
        vhost_init(&world.host[node], 7);
        vhost_lend_iss(&world.host[node], config, 1000);
        config->rcvbuf = 8000;
        config->rcvbuf_max = config->sndbuf_max = 0;
        config->sndbuf = 9000;
        config->offload = shape == OFFLOAD ? LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 : 0;
        config->r2_syn = config->r2_syn_ack = config->r2_data = 36000 * LUCID_SECOND;
        world.squeeze[node] = (struct world_squeeze){LUCID_NEVER, LUCID_NEVER};
    }
    for (int from = 0; from < 2; from++) {
        world.options.faults[from].loss = 60000;
        world.options.faults[from].reorder = 100000;
    }
    world.connections = 2;
    for (unsigned i = 0; i < 2; i++) {
        struct world_connection *connection = &world.connection[i];
        *connection = (struct world_connection){.opener = (int)i, .ipv4 = shape != SIX};
        for (int node = 0; node < 2; node++) {
            bool opens = node == (int)i;
            connection->opens[node] = !opens ? LUCID_NEVER : i == 0 ? 0 : SECOND_TRANSFER;
            draw_end(&connection->end[node], node, opens, i);
        }
    }
}

/* Allocations of the first transfer, when none fails. */
static uint64_t allocations(enum shape shape, int node) {
    draw_shape(shape);
    world.connections = 1;
    ck_assert_msg(world_run(&world), "%s", world.failure);
    uint64_t count = world.host[node].allocations;
    world_end(&world);
    return count;
}

static void run(enum shape shape, int node, enum failure failure, uint64_t n) {
    draw_shape(shape);
    world.host[node].fail_at = n;
    world.host[node].fail_on = failure == ALL_FROM_THEN;
    world.squeeze[node].to = failure == ALL_FROM_THEN ? OUTAGE : LUCID_NEVER;
    if (!world_run(&world) && world.begun) {
        world_tell(&world, stderr);
    }
    world_end(&world);
    const char *wrong = world.begun ? world.failure : world.host[node].fault; /* no stack, no listener: but no leak */
    ck_assert_msg(wrong[0] == '\0', "shape %d, %c, allocation %d%s: %s", (int)shape, 'A' + node, (int)n,
                  failure == ALL_FROM_THEN ? " and later" : "", wrong);
}

START_TEST(every_allocation_may_fail) {
    enum shape shape = (enum shape)(_i / 4);
    enum failure failure = (enum failure)(_i / 2 % 2);
    int node = _i % 2;
    uint64_t count = allocations(shape, node);
    ck_assert_uint_gt(count, 10);
    for (uint64_t n = 1; n <= count; n++) {
        run(shape, node, failure, n);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("memory", &tests);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, every_allocation_may_fail, 0, SHAPES * FAILURES * 2);
    return unit_run(suite);
}
