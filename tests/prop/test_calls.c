/* test_calls.c: any calls in any order at both ends of bad links, with invariants after every step. At the end all
 * handles are closed; then every connection must go, and memory must be back. The passive checker reads every packet.
 * With an odd seed allocations fail now and then.
 *
 *     LUCID_SEEDS=100000 build/san/tests/prop/test_calls     that many, from 1 on
 *     LUCID_SEED=17 build/san/tests/prop/test_calls          this one
 */
#include <stdlib.h>

#include "core/check.h"
#include "harness/vhost.h"
#include "harness/wire_check.h"
#include "prop/caller.h"
#include "sim/end.h"
#include "sim/rules.h"
#include "sim/story.h"
#include "unit/unit.h"

static const int USUAL_SEEDS = 200;
static const unsigned STEPS = 1500;
static const unsigned STEPS_TO_END = 200000;

static struct lucid_pair_options options;
static struct lucid_pair *pair;
static struct vhost hosts[2];
static struct caller callers[2];
static struct rules rules[2];
static struct wire_check *checks[2];
static struct story story;
static struct rng rng;
static uint64_t key;

static uint32_t below(uint32_t bound) {
    return (uint32_t)rng_scale(rng_next(&rng), bound);
}

static void __attribute__((noreturn)) complain(int node, const char *what) {
    fprintf(stderr, "seed %d, call %d: %c: %s\n", (int)key, (int)(callers[0].calls + callers[1].calls), 'A' + node,
            what);
    story_print(&story, stderr);
    ck_abort_msg("seed %d: %c: %s", (int)key, 'A' + node, what);
}

static void read_breach(int node) {
    const struct wire_breach *breach = wire_check_breach(checks[node]);
    char text[300];
    if (breach) {
        snprintf(text, sizeof text, "passive checker at %.9f, rule %s: %s", (double)breach->time / (double)LUCID_SECOND,
                 wire_rule_name(breach->rule), breach->detail);
        complain(node, text);
    }
}

static void on_packet(struct lucid_pair *of, int node, bool leaves, const uint8_t *octets, size_t length, void *user) {
    (void)user;
    (leaves ? wire_check_out : wire_check_in)(checks[node], lucid_pair_now(of), octets, length);
}

static bool memory_fails(void) {
    return key % 2 == 1;
}

static struct wire_check *begin_check(const struct lucid_config *config) {
    const struct wire_check_config wire = {.mtu = config->mtu,
                                           .mss_floor = config->mss_floor,
                                           .initial_window = config->initial_window,
                                           .msl = config->msl,
                                           .virtual_time = true,
                                           .scarce = memory_fails(),
                                           .aborts = true};
    return wire_check_begin(&wire);
}

static void check(int node) {
    struct lucid_event event;
    struct check_report report;
    uint64_t lost = 0;
    while (lucid_trace_next(lucid_pair_stack(pair, node), &event, &lost)) {
        story_add(&story, node, &event);
        rules_event(&rules[node], &event);
    }
    const char *wrong[] = {rules[node].broken, callers[node].broken, hosts[node].fault,
                           lost ? "the trace is full" : ""};
    for (unsigned i = 0; i < 4; i++) {
        if (wrong[i][0] != '\0') {
            complain(node, wrong[i]);
        }
    }
    if (stack_check(lucid_pair_stack(pair, node), &report) != 0) {
        complain(node, report.broken);
    }
    read_breach(node);
}

static uint8_t octet_of(void *user, uint16_t source, uint16_t destination, uint64_t offset) {
    (void)user;
    return end_octet(key, source, destination, offset);
}

static size_t memory_of(int node) {
    struct lucid_stats stats;
    lucid_stats(lucid_pair_stack(pair, node), &stats);
    return stats.memory;
}

static void draw_node(int node) {
    static const unsigned offloads[] = {
        0, LUCID_OFFLOAD_CHECKSUM, LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6,
        LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 | LUCID_OFFLOAD_TSO6 | LUCID_OFFLOAD_LARGE4};
    struct lucid_config *config = &options.config[node];
    config->offload = offloads[below(4)];
    config->sndbuf = 1u << (8 + below(10));
    config->rcvbuf = 1u << (8 + below(10));
    config->sockets_max = below(4) ? 100 : 5;
    config->connections_max = below(4) ? 100 : 3;
    config->half_open_max = below(4) ? 100 : 1;
    config->timewait_max = below(4) ? 100 : 1;
    config->msl = (1 + below(120)) * LUCID_SECOND;
    vhost_init(&hosts[node], rng_next(&rng));
    vhost_lend_iss(&hosts[node], config, (uint32_t)rng_next(&rng) | (below(2) ? 0xfffff000u : 0));
    options.faults[node] = (struct lucid_faults){
        .loss = below(4) ? 0 : below(200000),
        .duplicate = below(4) ? 0 : below(100000),
        .reorder = below(4) ? 0 : below(100000),
        .corrupt = below(4) ? 0 : below(20000),
        .delay = below(30) * LUCID_MILLISECOND,
        .queue = 100,
        .seed = rng_next(&rng),
    };
}

static void begin(uint64_t seed) {
    key = seed;
    rng_seed(&rng, seed, 0, 0);
    lucid_pair_defaults(&options);
    draw_node(0);
    draw_node(1);
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    lucid_pair_on_packet(pair, on_packet, NULL);
    for (int node = 0; node < 2; node++) {
        struct lucid_stack *stack = lucid_pair_stack(pair, node);
        callers[node] = (struct caller){.stack = stack, .node = node, .rng = &rng, .key = key};
        checks[node] = begin_check(&options.config[node]);
        rules[node] = (struct rules){.octet_of = octet_of, .config = &options.config[node], .rounds = true};
        lucid_trace_enable(stack, LUCID_TRACE_ALL & ~(1u << LUCID_EVENT_VARIABLES), 4096);
    }
}

/* One call, or some time. */
static void step(void) {
    int node = (int)below(2);
    if (below(50) == 0 && memory_fails()) {
        hosts[node].fail_at = hosts[node].allocations + 1 + below(3);
    }
    if (below(3) > 0) {
        caller_call(&callers[node]);
    } else {
        lucid_time wait = below(30) == 0 ? below(300) * LUCID_SECOND : below(40) * LUCID_MILLISECOND;
        lucid_time until = lucid_pair_now(pair) + wait;
        for (unsigned i = below(8); i > 0 && lucid_pair_step(pair, until); i--) {
            check(0);
            check(1);
        }
    }
    check(0);
    check(1);
}

/* Nobody holds a handle: everything ends, by FIN, RST or time-out. */
static void run_out(void) {
    for (int node = 0; node < 2; node++) {
        hosts[node].fail_at = 0;
        caller_close_all(&callers[node]);
    }
    unsigned steps = 0;
    while (lucid_pair_step(pair, LUCID_NEVER)) {
        check(0);
        check(1);
        if (++steps > STEPS_TO_END) {
            complain(0, "it does not end");
        }
    }
}

static void judge(int node, size_t memory) {
    struct lucid_stats stats;
    lucid_stats(lucid_pair_stack(pair, node), &stats);
    if (stats.sockets + stats.connections + stats.listeners + stats.timewaits + stats.half_open > 0) {
        complain(node, "something is left though all handles are closed");
    }
    if (stats.invariants_broken > 0) {
        complain(node, "a connection was aborted because its variables contradicted each other");
    }
    if (callers[node].lent != callers[node].released) {
        complain(node, "a piece that was lent was never released, or twice");
    }
    if (memory_of(node) != memory) {
        fprintf(stderr, "%zu octets, at first %zu\n", memory_of(node), memory);
        complain(node, "P2: memory is not back at its first value");
    }
}

START_TEST(any_calls) {
    begin((uint64_t)_i);
    size_t memory[2] = {memory_of(0), memory_of(1)};
    for (unsigned i = 0; i < STEPS; i++) {
        step();
    }
    run_out();
    judge(0, memory[0]);
    judge(1, memory[1]);
    lucid_pair_close(pair);
    for (int node = 0; node < 2; node++) {
        rules_end(&rules[node]);
        wire_check_end(checks[node]);
        ck_assert_msg(vhost_clean(&hosts[node]), "%s", hosts[node].fault);
    }
}
END_TEST

static int number_of(const char *name, int otherwise) {
    const char *text = getenv(name);
    return text ? atoi(text) : otherwise;
}

int main(void) {
    int seed = number_of("LUCID_SEED", 0);
    TCase *tests;
    Suite *suite = unit_suite("calls", &tests);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, any_calls, seed ? seed : 1, seed ? seed + 1 : 1 + number_of("LUCID_SEEDS", USUAL_SEEDS));
    return unit_run(suite);
}
