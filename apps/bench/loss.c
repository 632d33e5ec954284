/* loss.c: what a loss costs: bulk data over a bad link in virtual time. See bench.h.
 *
 * Two stacks in memory and the link between them (struct lucid_pair): the time that passes there is counted, not
 * waited for, so that goodput is the same on each machine. What the processor worked for it, on both stacks and on the
 * link, is measured, and depends on the machine. The queue of the link has room for a whole window, so that nothing is
 * lost but what is meant to be; without losses the flow has the link's rate.
 */
#include <stdio.h>
#include <time.h>

#include "bench/bench.h"

static const lucid_time DELAY = 5 * LUCID_MILLISECOND; /* each way */
static const uint64_t RATE = 1000000000;               /* bits a second */
static const uint32_t QUEUE = 10000, BUFFER = 4u << 20;

/* When more than half of the packets are lost, nothing arrives: then it ends here. */
static const lucid_time LONGEST = 24 * 3600 * LUCID_SECOND;

enum { PIECE = 64 * 1024 };

struct flow {
    int listener, sender, receiver;
    double octets; /* that have arrived */
};

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Both applications: one writes what goes in, the other reads what has come. */
static void go_on(struct lucid_pair *pair, int which, void *user) {
    static uint8_t octets[PIECE];
    struct flow *flow = user;
    struct lucid_stack *stack = lucid_pair_stack(pair, which);
    ptrdiff_t count;
    if (which == 0) {
        while (lucid_send_lend(stack, flow->sender, octets, sizeof octets, NULL, NULL) > 0) {
        }
        return;
    }
    if (flow->receiver < 0) {
        flow->receiver = lucid_accept(stack, flow->listener, NULL);
    }
    while (flow->receiver >= 0 && (count = lucid_recv(stack, flow->receiver, octets, sizeof octets, 0)) > 0) {
        flow->octets += (double)count;
    }
}

static bool begin(struct lucid_pair **pair, struct flow *flow, uint32_t millionths) {
    struct lucid_pair_options options;
    struct lucid_sockaddr server = {.port = BENCH_PORT_DISCARD};
    lucid_pair_defaults(&options);
    for (unsigned i = 0; i < 2; i++) {
        options.config[i].sndbuf = options.config[i].rcvbuf = BUFFER;
        options.faults[i] = (struct lucid_faults){.delay = DELAY, .rate = RATE, .queue = QUEUE, .seed = 1};
    }
    options.faults[0].loss = millionths;
    server.addr = options.config[1].addrs[0].addr;
    if (lucid_pair_open(pair, &options) < 0) {
        return false;
    }
    struct lucid_stack *here = lucid_pair_stack(*pair, 0), *there = lucid_pair_stack(*pair, 1);
    flow->receiver = -1;
    flow->listener = lucid_socket(there, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    flow->sender = lucid_socket(here, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    lucid_pair_on_batch(*pair, go_on, flow);
    return lucid_bind(there, flow->listener, &server) == 0 && lucid_listen(there, flow->listener, 1) == 0 &&
           lucid_setsockopt(here, flow->sender, LUCID_IPPROTO_TCP, LUCID_TCP_CONGESTION, "cubic", 5) == 0 &&
           lucid_connect(here, flow->sender, &server) == -LUCID_EINPROGRESS;
}

/* A row of the table. */
static bool measure(uint32_t millionths, double wanted) {
    struct lucid_pair *pair = NULL;
    struct lucid_link_stats stats;
    struct flow flow = {.octets = 0};
    double start = seconds();
    bool good = begin(&pair, &flow, millionths);
    while (good && flow.octets < wanted && lucid_pair_now(pair) < LONGEST) {
        lucid_pair_step(pair, LONGEST);
    }
    double pieces = flow.octets / PIECE, virtual = good ? (double)lucid_pair_now(pair) / 1e9 : 1;
    good = good && flow.octets >= wanted;
    if (good) {
        lucid_link_stats(lucid_pair_link(pair, 0), &stats);
        printf("%7.3f %% lost: %9.2f Mbit/s, %8.2f us for 64 KB, %.2f packets\n", millionths / 1e4,
               flow.octets * 8 / virtual / 1e6, (seconds() - start) * 1e6 / pieces,
               (double)(stats.passed + stats.dropped) / pieces);
    }
    lucid_pair_close(pair);
    return good;
}

int bench_loss(const struct bench_loss *options) {
    static const uint32_t each[] = {0, 100, 1000, 10000, 50000};
    double wanted = options->megabytes * 1e6;
    bool good = true;
    if (!options->all) {
        good = measure(options->millionths, wanted);
    }
    for (unsigned i = 0; good && options->all && i < sizeof each / sizeof *each; i++) {
        good = measure(each[i], wanted);
    }
    if (!good) {
        fputs("lucid-bench: the octets do not come through: give less --percent\n", stderr);
    }
    return good ? BENCH_OK : BENCH_FAILED;
}
