/* world_live.c: the live world: a device, and behind it node B of a world whose node A is the kernel. See live.h.
 *
 *     kernel (A) --read--> twin: seg_tx --> sim_send(): the wire and its rules --> node B, as in every world
 *     kernel (A) <--write-- live_arrive() <-- the wire and its rules <-- node B
 *                   then twin: seg_rx, and what the kernel says of its socket
 *
 * The world's time is the time since it was opened. In a turn all that was due happens, each thing at its time; then
 * what the device, the kernel's sockets and everybody else have is taken in; then there is a wait, until something
 * comes or is due.
 *
 * Packets are those of the wire: the device cuts nothing and completes no checksums, so one arrow is one packet. What
 * the kernel sends on its own account (router solicitations, multicast) is passed on and counted, and not drawn. The
 * wires begin without delay and limit: they add nothing to what the kernel sees, until they are told to.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lab/calls.h"
#include "lab/live.h"
#include "lab/sim.h"
#include "lab/web.h"

enum { KERNEL = 0, STACK = 1, WATCHES_MAX = 16, BATCH = 64, SETUP_MAX = 64 };

struct watch {
    int fd;
    void (*call)(void *user, int fd);
    void *user;
};

struct live {
    struct live_options options;
    struct world_outside outside;
    struct world_options world_options;
    const char *setup[SETUP_MAX];
    char msl[40];
    struct world *world; /* from live_begin() on */
    struct lucid_device *device;
    struct lucid_diag *diag;
    struct lucid_pcap *pcap;
    struct twin twin;
    struct calls calls;
    bool has_calls;
    lucid_time zero;
    uint64_t wall;        /* nanoseconds from 1970 to the world's 0 */
    uint64_t read, noise; /* packets: TCP, and others */
    uint32_t frames;      /* in run.pcap */
    bool gone, stopped, woken;
    unsigned pages, pages_room;
    uint32_t *page; /* numbers that our stack gives to connections of our page */
    unsigned watches;
    struct watch watch[WATCHES_MAX];
    uint8_t room[LUCID_PACKET_MAX];
};

static lucid_time now_of(const struct live *live) {
    return lucid_host_now() - live->zero;
}

/* ---- pages about the wire, on the wire ---- */

/* The kernel's end of a connection to our page. */
static struct twin_connection *connection_of(struct live *live, const struct look *look) {
    struct twin_connection *there = twin_find(&live->twin, &look->source, &look->destination);
    return there ? there : twin_find(&live->twin, &look->destination, &look->source);
}

static bool live_exempt(void *user, const struct look *look) {
    const struct twin_connection *connection = look->tcp ? connection_of(user, look) : NULL;
    return connection && connection->unseen;
}

/* They are over at the kernel long before our stack has forgotten them. */
static bool live_unseen(void *user, unsigned node, const struct lucid_event *event) {
    const struct live *live = user;
    for (unsigned i = 0; node == STACK && event->connection > 0 && i < live->pages; i++) {
        if (live->page[i] == event->connection) {
            return true;
        }
    }
    return false;
}

static void leave_out(struct live *live, uint32_t connection) {
    if (live->pages == live->pages_room) {
        unsigned room = live->pages_room ? 2 * live->pages_room : 16;
        uint32_t *grown = realloc(live->page, room * sizeof *grown);
        if (!grown) {
            live->world->record.no_memory = true;
            return;
        }
        live->page = grown;
        live->pages_room = room;
    }
    live->page[live->pages++] = connection;
}

/* The number that our stack gives the connection; 0: it has none. */
static uint32_t number_at_stack(struct live *live, const struct twin_connection *connection) {
    struct lucid_tcp_info info;
    uint32_t cursor = 0;
    while (lucid_info_next(live->world->node[STACK].stack, &cursor, &info)) {
        if (info.local.port == connection->remote.port && info.remote.port == connection->local.port &&
            lucid_addr_equal(&info.remote.addr, &connection->local.addr)) {
            return info.connection;
        }
    }
    return 0;
}

static bool asks_for_page(const struct look *look, const uint8_t *octets) {
    static const char *const requests[] = {"GET /lab/",     "GET /log",     "GET /events",
                                           "GET /scenario", "GET /catalog", "GET /rules"};
    for (unsigned i = 0; look->destination.port == 80 && i < sizeof requests / sizeof requests[0]; i++) {
        size_t length = strlen(requests[i]);
        if (look->length > length && !memcmp(octets + look->data, requests[i], length)) {
            return true;
        }
    }
    return false;
}

/* "You are here": from the request for our page on, the connection that carries it is left alone, and left out. */
static void mark_page(struct live *live, struct twin_connection *connection, const struct look *look,
                      const uint8_t *octets) {
    bool plain = connection->unseen || !live->options.page || live->options.in_band_faults;
    if (plain || !asks_for_page(look, octets)) {
        return;
    }
    uint32_t number = number_at_stack(live, connection);
    struct record *record = &live->world->record;
    struct json json = record_begin(record, live->world->now, "B", number, "app");
    json_string(&json, "k", "here");
    json_string(&json, "text", "you are here: this page's own connection meets no faults and is left out from now on");
    record_finish(record, &json);
    connection->unseen = true;
    leave_out(live, number);
}

/* ---- packets ---- */

static void capture(struct live *live, const void *octets, size_t length) {
    if (live->pcap) {
        lucid_pcap_write(live->pcap, live->wall + live->world->now, octets, length);
        live->world->record.frame = ++live->frames;
    }
}

static bool is_held(const struct live *live, uint64_t id) {
    const struct parcel *parcel;
    TAILQ_FOREACH(parcel, &live->world->wire.held, next) {
        if (parcel->id == id) {
            return true;
        }
    }
    return false;
}

/* A held packet stops nobody's clock. */
static void warn_of_clock(struct live *live, uint64_t id, const struct look *look) {
    const struct twin_connection *connection = connection_of(live, look);
    lucid_time rto = connection && connection->rto ? connection->rto : 200 * LUCID_MILLISECOND;
    char text[120];
    snprintf(text, sizeof text,
             "the kernel's clock runs on: expect its retransmission in about %" PRIu64 " ms (packet %" PRIu64
             " is held)",
             rto / LUCID_MILLISECOND, id);
    record_text(&live->world->record, live->world->now, "note", text);
}

/* Not of the wire that is shown: passed on as it is. */
static void pass_on(struct live *live, const uint8_t *octets, size_t length, const struct look *look) {
    struct node *stack = &live->world->node[STACK];
    struct parcel *parcel = NULL;
    live->noise++;
    if (lucid_addr_equal(&look->destination.addr, &stack->address.addr)) {
        parcel = parcel_new(record_packet(&live->world->record), KERNEL, STACK, octets, length);
    }
    if (parcel && agenda_put(&stack->agenda, live->world->now, parcel->id, parcel) < 0) {
        free(parcel);
    }
}

static void take_packet(struct live *live, const uint8_t *octets, size_t length) {
    struct look look = look_at(octets, length);
    struct world *world = live->world;
    if (!look.tcp) {
        pass_on(live, octets, length, &look);
        return;
    }
    uint64_t id = record_packet_of(&world->record, KERNEL, ++live->read);
    capture(live, octets, length);
    twin_sends(&live->twin, world->now, live->read, octets, &look);
    world->record.frame = 0; /* it may be in no log */
    struct twin_connection *connection = twin_find(&live->twin, &look.source, &look.destination);
    if (connection) {
        mark_page(live, connection, &look, octets);
    }
    sim_send(world, KERNEL, id, octets, length);
    if (is_held(live, id)) {
        warn_of_clock(live, id, &look);
    }
}

static void read_device(struct live *live) {
    for (unsigned i = 0; i < BATCH && !live->gone; i++) {
        ptrdiff_t length = lucid_device_read(live->device, live->room);
        live->gone = length < 0;
        if (length <= 0) {
            return;
        }
        take_packet(live, live->room, (size_t)length);
    }
}

static void live_arrive(void *user, const struct parcel *parcel) {
    struct live *live = user;
    struct world *world = live->world;
    struct look look = look_at(parcel->octets, parcel->length);
    ptrdiff_t written = lucid_device_write(live->device, parcel->octets, parcel->length);
    live->gone = live->gone || written < 0;
    if (written <= 0) {
        struct json json = wire_say(&world->wire, "drop", parcel);
        wire_said(&world->wire, &json, "device");
        return;
    }
    if (look.tcp) {
        capture(live, parcel->octets, parcel->length);
        twin_gets(&live->twin, world->now, parcel->id, parcel->octets, &look);
        world->record.frame = 0;
    }
}

/* ---- time ---- */

static void catch_up(struct live *live) {
    while (sim_step(live->world, now_of(live)) && !live->gone) {
    }
}

static void live_catch_up(void *user) {
    catch_up(user);
}

/* Takes in what came from outside. */
static void take_in(struct live *live) {
    read_device(live);
    if (live->has_calls) {
        calls_turn(&live->calls, live->world->now);
    }
    if (live->options.relay) {
        lucid_relay_turn(live->options.relay);
    }
    if (twin_deadline(&live->twin) <= live->world->now) {
        twin_poll(&live->twin, live->world->now);
    }
    if (live->pcap) {
        lucid_pcap_flush(live->pcap);
    }
}

static void wait_until(struct live *live, lucid_time at) {
    struct pollfd fds[WATCHES_MAX + 3];
    unsigned count = 0;
    lucid_time now = now_of(live), wait = at > now ? at - now : 0;
    struct timespec limit = {(time_t)(wait / LUCID_SECOND), (long)(wait % LUCID_SECOND)};
    for (unsigned i = 0; i < live->watches; i++) {
        fds[count++] = (struct pollfd){live->watch[i].fd, POLLIN, 0};
    }
    fds[count++] = (struct pollfd){lucid_device_fd(live->device), POLLIN, 0};
    if (live->has_calls) {
        fds[count++] = (struct pollfd){calls_fd(&live->calls), POLLIN, 0};
    }
    if (live->options.relay) {
        fds[count++] = (struct pollfd){lucid_relay_fd(live->options.relay), POLLIN, 0};
    }
    if (ppoll(fds, count, at == LUCID_NEVER ? NULL : &limit, NULL) <= 0) {
        return;
    }
    for (unsigned i = 0, before = live->watches; i < before; i++) {
        if (fds[i].revents) {
            live->watch[i].call(live->watch[i].user, live->watch[i].fd);
        }
    }
}

static lucid_time least(lucid_time a, lucid_time b) {
    return a < b ? a : b;
}

static int live_step(void *user, lucid_time limit) {
    struct live *live = user;
    uint32_t before = live->world->record.next;
    for (;;) {
        if (sim_step(live->world, least(now_of(live), limit)) == 0) {
            take_in(live);
        }
        if (live->world->record.next != before) {
            return 1;
        }
        if (live->gone || live->stopped || live->woken || live->world->now >= limit) {
            live->woken = false;
            return 0;
        }
        wait_until(live, least(limit, least(sim_deadline(live->world), twin_deadline(&live->twin))));
    }
}

/* ---- commands ---- */

static int live_command(void *user, const struct lab_words *words, bool dry, char error[LAB_ERROR]) {
    struct live *live = user;
    return calls_command(&live->calls, live->world->now, words, dry, error);
}

int live_watch(struct live *live, int fd, void (*call)(void *user, int fd), void *user) {
    if (live->watches == WATCHES_MAX) {
        return -1;
    }
    live->watch[live->watches++] = (struct watch){fd, call, user};
    return 0;
}

void live_wake(struct live *live) {
    live->woken = true;
}

void live_stop(struct live *live) {
    live->stopped = true;
}

bool live_stopped(const struct live *live) {
    return live->stopped || live->gone;
}

bool live_gone(const struct live *live) {
    return live->gone;
}

uint64_t live_noise(const struct live *live) {
    return live->noise;
}

/* ---- beginning and end ---- */

static void label_relay(void *user, const struct lucid_sockaddr *local) {
    struct live *live = user;
    char address[LUCID_ADDR_TEXT], text[160];
    snprintf(text, sizeof text,
             "relay (kernel socket) %s:%u: a browser's connection to 127.0.0.1 ends here, and goes on as this one",
             lucid_addr_format(&local->addr, address), local->port);
    record_text(&live->world->record, live->world->now, "note", text);
}

static void say_timers(struct live *live) {
    char text[160];
    snprintf(text, sizeof text, "MSL = %g s here; RFC 9293: 2 min; Linux TIME-WAIT: 60 s",
             (double)live->options.msl / 1e9);
    if (live->options.msl < 120 * LUCID_SECOND) {
        record_text(&live->world->record, live->world->now, "note", text);
    }
}

static void begin_clock(struct live *live) {
    struct timespec wall;
    live->zero = lucid_host_now();
    clock_gettime(CLOCK_REALTIME, &wall);
    live->wall = (uint64_t)wall.tv_sec * LUCID_SECOND + (uint64_t)wall.tv_nsec;
}

static void live_begin(void *user, struct world *world) {
    struct live *live = user;
    live->world = world;
    begin_clock(live);
    world->epoch = live->wall;
    twin_init(&live->twin, &world->record, KERNEL, live->diag);
    live->has_calls = calls_init(&live->calls, &live->twin, world->node[STACK].name, &world->node[KERNEL].address.addr,
                                 &world->node[STACK].address.addr) == 0;
    world->record.unseen = live_unseen;
    world->record.unseen_user = live;
    for (unsigned i = 0; i < 2; i++) {
        struct direction *direction = &world->wire.direction[i][!i];
        direction->delay = 0;
        direction->rate = 0;
        direction->queue = 1000;
    }
    say_timers(live);
    if (live->options.relay) {
        const struct lucid_sockaddr aim = {world->node[STACK].address.addr, 80};
        lucid_relay_to(live->options.relay, &aim, label_relay, live);
    }
}

static int open_outside(struct live *live, char error[LAB_ERROR]) {
    struct lucid_host_options host;
    _Static_assert(LAB_ERROR >= LUCID_ERROR_TEXT, "one buffer is for both");
    lucid_host_defaults(&host);
    host.device = live->options.device;
    host.host_addr_count = 1;
    if (lucid_device_open(&live->device, &host, error) < 0) {
        return -1;
    }
    live->diag = lucid_diag_open(error); /* without it, the kernel's states are inferred */
    live->pcap = live->options.pcap ? lucid_pcap_create(live->options.pcap, error) : NULL;
    return live->options.pcap && !live->pcap ? -1 : 0;
}

/* The kernel waits at least 200 ms for an ACK: our stack does as it does, unless asked for RFC 6298's second. */
static void prepare_world(struct live *live) {
    const struct live_options *options = &live->options;
    unsigned count = 0;
    snprintf(live->msl, sizeof live->msl, "set msl %" PRIu64 "ms", options->msl / LUCID_MILLISECOND);
    live->setup[count++] = "node A 10.77.0.1";
    live->setup[count++] = "node B 10.77.0.2";
    live->setup[count++] = live->msl;
    if (!options->rfc_timers) {
        live->setup[count++] = "B set rto-min 200ms";
    }
    for (unsigned i = 0; i < options->setup_count && count < SETUP_MAX; i++) {
        live->setup[count++] = options->setup[i];
    }
    live->world_options = (struct world_options){
        .seed = options->seed,
        .lab = options->lab ? options->lab : "live",
        .variant = options->variant,
        .labfile = options->labfile,
        .payload = LUCID_TRACE_PAYLOAD,
        .setup = live->setup,
        .setup_count = count,
        .outside = &live->outside,
    };
}

const struct world_options *live_world_options(const struct live *live) {
    return &live->world_options;
}

struct live *live_open(const struct live_options *options, char error[LAB_ERROR]) {
    struct live *live = calloc(1, sizeof *live);
    if (!live) {
        words_fail(error, "there is no memory for a world; free some");
        return NULL;
    }
    live->options = *options;
    live->outside = (struct world_outside){
        .begin = live_begin,
        .arrive = live_arrive,
        .command = live_command,
        .exempt = live_exempt,
        .unseen = live_unseen,
        .catch_up = live_catch_up,
        .step = live_step,
        .user = live,
    };
    if (options->page) {
        live->outside.handlers = lab_web_handlers(options->page, &live->outside.handler_count);
        live->outside.handlers_user = options->page;
    }
    if (open_outside(live, error) < 0) {
        live_close(live);
        return NULL;
    }
    prepare_world(live);
    return live;
}

void live_finish(struct live *live) {
    char text[160];
    if (live->noise > 0) {
        snprintf(text, sizeof text, "the kernel sent %" PRIu64 " packets that are no TCP: counted, not drawn",
                 live->noise);
        record_text(&live->world->record, live->world->now, "note", text);
    }
}

void live_close(struct live *live) {
    if (!live) {
        return;
    }
    if (live->has_calls) {
        calls_end(&live->calls);
    }
    twin_end(&live->twin);
    free(live->page);
    lucid_diag_close(live->diag);
    lucid_device_close(live->device);
    if (live->pcap) {
        lucid_pcap_close(live->pcap);
    }
    free(live);
}
