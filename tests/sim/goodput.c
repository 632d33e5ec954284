/* goodput.c: see goodput.h. */
#include "sim/goodput.h"

#include "lucid/socket.h"
#include "tcp/cc.h"

static const uint16_t PORT = 80;

/* More than any window here. */
static const uint32_t BUFFER = 16u << 20;

static uint8_t room[65536];

static void write_all(struct lucid_stack *stack, const struct goodput_flow *flow) {
    while (flow->sender > 0 && lucid_send(stack, flow->sender, room, sizeof room, 0) > 0) {
    }
}

static void read_all(struct lucid_pair *pair, const struct goodput *run, struct goodput_flow *flow) {
    ptrdiff_t count;
    while (flow->receiver > 0 &&
           (count = lucid_recv(lucid_pair_stack(pair, 1), flow->receiver, room, sizeof room, 0)) > 0) {
        flow->octets += lucid_pair_now(pair) > run->from ? (uint64_t)count : 0;
    }
}

/* Flows are accepted in the order in which they began. */
static void accept_next(struct lucid_pair *pair, struct goodput *run, int listener) {
    for (unsigned i = 0; i < run->flows; i++) {
        if (run->flow[i].receiver <= 0) {
            run->flow[i].receiver = lucid_accept(lucid_pair_stack(pair, 1), listener, NULL);
            return;
        }
    }
}

struct session {
    struct goodput *run;
    int listener;
};

static void on_batch(struct lucid_pair *pair, int node, void *user) {
    struct session *session = user;
    struct goodput *run = session->run;
    if (node == 1) {
        accept_next(pair, run, session->listener);
    }
    for (unsigned i = 0; i < run->flows; i++) {
        if (node == 0) {
            write_all(lucid_pair_stack(pair, 0), &run->flow[i]);
        } else {
            read_all(pair, run, &run->flow[i]);
        }
    }
}

static void run_until(struct lucid_pair *pair, lucid_time limit) {
    while (lucid_pair_now(pair) < limit) {
        lucid_pair_step(pair, limit);
    }
}

static bool open_flow(struct lucid_pair *pair, struct goodput_flow *flow, const struct lucid_addr *to) {
    struct lucid_stack *stack = lucid_pair_stack(pair, 0);
    struct lucid_sockaddr remote = {.addr = *to, .port = PORT};
    const char *name = cc_numbered(flow->congestion)->name;
    flow->sender = lucid_socket(stack, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    return flow->sender > 0 &&
           lucid_setsockopt(stack, flow->sender, LUCID_IPPROTO_TCP, LUCID_TCP_CONGESTION, name, CC_NAME) == 0 &&
           lucid_connect(stack, flow->sender, &remote) == -LUCID_EINPROGRESS;
}

static void options_of(const struct goodput *run, struct lucid_pair_options *options) {
    lucid_pair_defaults(options);
    for (unsigned i = 0; i < 2; i++) {
        options->config[i].sndbuf = options->config[i].rcvbuf = BUFFER;
        options->faults[i] = (struct lucid_faults){.delay = run->rtt / 2, .queue = run->queue, .seed = run->seed};
    }
    options->faults[0].loss = run->loss;
    options->faults[0].rate = run->rate;
}

bool goodput_run(struct goodput *run) {
    struct lucid_pair_options options;
    struct lucid_pair *pair;
    struct lucid_sockaddr local = {.port = PORT};
    struct lucid_link_stats stats;
    options_of(run, &options);
    if (lucid_pair_open(&pair, &options) != 0) {
        return false;
    }
    struct lucid_stack *server = lucid_pair_stack(pair, 1);
    struct session session = {.run = run, .listener = lucid_socket(server, LUCID_AF_INET, LUCID_SOCK_STREAM, 0)};
    local.addr = options.config[1].addrs[0].addr;
    bool ok = lucid_bind(server, session.listener, &local) == 0 &&
              lucid_listen(server, session.listener, GOODPUT_FLOWS) == 0;
    lucid_pair_on_batch(pair, on_batch, &session);
    for (unsigned i = 0; i < run->flows; i++) {
        run_until(pair, run->flow[i].begins);
        ok = ok && open_flow(pair, &run->flow[i], &local.addr);
    }
    run_until(pair, ok ? run->to : 0);
    lucid_link_stats(lucid_pair_link(pair, 0), &stats);
    run->queue_full = stats.queue_full;
    run->lost = stats.dropped;
    run->passed = stats.passed;
    lucid_pair_close(pair);
    return ok;
}

double goodput_of(const struct goodput *run, unsigned flow) {
    return (double)run->flow[flow].octets * 8e3 / (double)(run->to - run->from);
}
