/* real_live.c: one story of stage 8, lived by two stacks in virtual time. See grade_real.h. */
#include <stdio.h>
#include <string.h>

#include "lab/grade_real.h"
#include "lucid/host.h"

#define CLIENT_PORT 40000
#define SERVER_PORT 80
#define SEED 5
/* 2MSL is over by then, and every time-out. */
#define LIFE (20 * 60 * LUCID_SECOND)
/* Instants; two machines that answer each other for ever are stopped. */
#define INSTANTS_MAX 20000

struct end {
    int listener, fd; /* 0: none */
    unsigned to_send;
};

struct live {
    const struct real_story *story;
    struct lucid_pair *pair;
    struct end end[2];
    unsigned seen[REAL_DROPS];
    struct real_outcome *outcome;
};

static void note_error(struct live *live, unsigned which, ptrdiff_t result) {
    if (result < 0 && result != -LUCID_EAGAIN && result != -LUCID_EINPROGRESS && !live->outcome->error[which]) {
        live->outcome->error[which] = (int)result;
    }
}

/* ---- applications ---- */

static void take(struct live *live, unsigned which, const uint8_t *octets, size_t length) {
    struct real_outcome *outcome = live->outcome;
    for (size_t i = 0; i < length; i++) {
        outcome->print[which] = (outcome->print[which] ^ octets[i]) * UINT64_C(1099511628211);
    }
    outcome->delivered[which] += length;
}

static void put(struct live *live, unsigned which) {
    struct end *end = &live->end[which];
    uint8_t octets[1000];
    while (end->to_send && end->fd) {
        size_t length = end->to_send < sizeof octets ? end->to_send : sizeof octets;
        for (size_t i = 0; i < length; i++) {
            octets[i] = (uint8_t)((end->to_send - i) * 7);
        }
        ptrdiff_t sent = lucid_send(lucid_pair_stack(live->pair, (int)which), end->fd, octets, length, 0);
        if (sent <= 0) {
            note_error(live, which, sent);
            return;
        }
        end->to_send -= (unsigned)sent;
    }
}

static void serve(struct live *live, unsigned which) {
    struct end *end = &live->end[which];
    struct lucid_stack *stack = lucid_pair_stack(live->pair, (int)which);
    uint8_t octets[2000];
    if (!end->fd && end->listener) {
        int fd = lucid_accept(stack, end->listener, NULL);
        end->fd = fd > 0 ? fd : 0;
    }
    put(live, which);
    ptrdiff_t got = -LUCID_EAGAIN;
    while (end->fd && (got = lucid_recv(stack, end->fd, octets, sizeof octets, 0)) > 0) {
        take(live, which, octets, (size_t)got);
    }
    if (got == -LUCID_ENOTCONN) {
        return;
    }
    note_error(live, which, got);
    if (got == 0 && (live->story->closes_on_end >> which & 1) && !end->to_send) {
        lucid_close(stack, end->fd);
        end->fd = 0;
    }
}

static void on_batch(struct lucid_pair *pair, int which, void *user) {
    (void)pair;
    serve(user, (unsigned)which);
}

static int open_socket(struct live *live, unsigned which, uint16_t port) {
    struct lucid_stack *stack = lucid_pair_stack(live->pair, (int)which);
    struct lucid_sockaddr local = {.port = port};
    int fd = lucid_socket(stack, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    if (fd > 0) {
        note_error(live, which, lucid_bind(stack, fd, &local));
    }
    return fd > 0 ? fd : 0;
}

static void connect_to(struct live *live, unsigned which) {
    struct end *end = &live->end[which];
    struct lucid_stack *stack = lucid_pair_stack(live->pair, (int)which);
    struct lucid_sockaddr remote = {.port = which ? CLIENT_PORT : SERVER_PORT};
    lucid_addr_parse(which ? "10.77.0.1" : "10.77.0.2", &remote.addr);
    if (end->fd) {
        lucid_close(stack, end->fd);
    }
    end->fd = open_socket(live, which, which ? SERVER_PORT : CLIENT_PORT);
    note_error(live, which, lucid_connect(stack, end->fd, &remote));
}

static void act(struct live *live, const struct real_step *step) {
    struct end *end = &live->end[step->end];
    struct lucid_stack *stack = lucid_pair_stack(live->pair, (int)step->end);
    switch (step->op) {
    case OP_NONE:
        break;
    case OP_LISTEN:
        end->listener = open_socket(live, step->end, SERVER_PORT);
        note_error(live, step->end, lucid_listen(stack, end->listener, 4));
        break;
    case OP_CONNECT:
        connect_to(live, step->end);
        break;
    case OP_SEND:
        end->to_send += step->value;
        put(live, step->end);
        break;
    case OP_SHUTDOWN:
        note_error(live, step->end, lucid_shutdown(stack, end->fd, LUCID_SHUT_WR));
        break;
    case OP_CLOSE:
    case OP_ABORT:
        serve(live, step->end);
        note_error(live, step->end, step->op == OP_CLOSE ? lucid_close(stack, end->fd) : lucid_abort(stack, end->fd));
        end->fd = 0;
        break;
    }
}

/* ---- the wire ---- */

static enum lucid_link_fate judge(struct live *live, unsigned from, const uint8_t *octets, size_t length) {
    const uint8_t *tcp = octets + 4 * (octets[0] & 15u);
    unsigned flags = length >= 40 ? tcp[13] & ~(unsigned)LUCID_PSH : 0;
    bool data = length > (size_t)(tcp - octets) + 4 * (tcp[12] >> 4);
    for (unsigned i = 0; i < REAL_DROPS && live->story->drop[i].number; i++) {
        const struct real_drop *drop = &live->story->drop[i];
        if (drop->end == from && drop->flags == flags && !data && ++live->seen[i] == drop->number) {
            return LUCID_LINK_DROP;
        }
    }
    return LUCID_LINK_PASS;
}

static enum lucid_link_fate judge_0(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id) {
    (void)now, (void)id;
    return judge(user, 0, octets, length);
}

static enum lucid_link_fate judge_1(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id) {
    (void)now, (void)id;
    return judge(user, 1, octets, length);
}

/* ---- time ---- */

static void read_trace(struct live *live) {
    struct lucid_event event;
    for (unsigned which = 0; which < 2; which++) {
        while (lucid_trace_next(lucid_pair_stack(live->pair, (int)which), &event, NULL)) {
            unsigned i = live->outcome->changes[which]++;
            if (i < REAL_STATES) {
                live->outcome->change[which][i].from = event.u.state.from;
                live->outcome->change[which][i].to = event.u.state.to;
            }
        }
    }
}

static void run_until(struct live *live, lucid_time limit) {
    for (unsigned i = 0; i < INSTANTS_MAX && lucid_pair_step(live->pair, limit); i++) {
        read_trace(live);
    }
    read_trace(live);
}

static bool open_pair(struct live *live, lucid_machine_ask *ask, void *user) {
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    options.seed = SEED;
    for (unsigned which = 0; which < 2; which++) {
        options.faults[which].loss = 10000 * live->story->loss; /* millionths */
        options.faults[which].seed = SEED + which;
    }
    if (lucid_pair_open(&live->pair, &options)) {
        return false;
    }
    for (int which = 0; which < 2; which++) {
        struct lucid_stack *stack = lucid_pair_stack(live->pair, which);
        lucid_trace_enable(stack, 1u << LUCID_EVENT_STATE, 256);
        lucid_whatif_machine(stack, ask, user);
    }
    lucid_pair_on_batch(live->pair, on_batch, live);
    lucid_link_judge(lucid_pair_link(live->pair, 0), judge_0, live);
    lucid_link_judge(lucid_pair_link(live->pair, 1), judge_1, live);
    return true;
}

void real_live(const struct real_story *story, lucid_machine_ask *ask, void *user, struct real_outcome *outcome) {
    struct live live = {.story = story, .outcome = outcome};
    memset(outcome, 0, sizeof *outcome);
    if (!open_pair(&live, ask, user)) {
        return;
    }
    for (unsigned i = 0; i < REAL_STEPS && story->step[i].op; i++) {
        run_until(&live, story->step[i].ms * LUCID_MILLISECOND);
        act(&live, &story->step[i]);
    }
    run_until(&live, LIFE);
    for (int which = 0; which < 2; which++) {
        lucid_whatif_machine(lucid_pair_stack(live.pair, which), NULL, NULL);
    }
    lucid_pair_close(live.pair);
}

/* ---- comparing ---- */

/* Change number i of an end, or one to and from nothing: it has changed less often. */
static struct real_change change_at(const struct real_outcome *outcome, unsigned which, unsigned i) {
    struct real_change none = {0, 0};
    return i < outcome->changes[which] ? outcome->change[which][i] : none;
}

static const char *state_name(unsigned state) {
    return state ? lucid_state_name(state) : "no other state";
}

static bool same_states(const struct real_outcome *table, const struct real_outcome *machine, unsigned which,
                        char *what, size_t size) {
    for (unsigned i = 0; i < REAL_STATES; i++) {
        struct real_change wanted = change_at(table, which, i), got = change_at(machine, which, i);
        if (wanted.from == got.from && wanted.to == got.to) {
            continue;
        }
        snprintf(what, size, "%s, step %u: from %s your machine goes to %s, RFC: %s", which ? "server" : "client",
                 i + 1, state_name(got.from ? got.from : wanted.from), state_name(got.to), state_name(wanted.to));
        return false;
    }
    return true;
}

bool real_same(const struct real_outcome *table, const struct real_outcome *machine, char *what, size_t size) {
    for (unsigned which = 0; which < 2; which++) {
        if (!same_states(table, machine, which, what, size)) {
            return false;
        }
    }
    for (unsigned which = 0; which < 2; which++) {
        const char *who = which ? "server" : "client";
        if (table->delivered[which] != machine->delivered[which] || table->print[which] != machine->print[which]) {
            snprintf(what, size, "the %s read %llu octets, with the RFC's machine %llu", who,
                     (unsigned long long)machine->delivered[which], (unsigned long long)table->delivered[which]);
            return false;
        }
        if (table->error[which] != machine->error[which]) {
            snprintf(what, size, "the %s got %s, with the RFC's machine %s", who,
                     machine->error[which] ? lucid_error_name(machine->error[which]) : "no error",
                     table->error[which] ? lucid_error_name(table->error[which]) : "no error");
            return false;
        }
    }
    return true;
}
