/* stage.c: the steps of a stage, done to the stack and to its model. See stage.h. */
#include "fsm/stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/stack.h"
#include "sim/craft.h"
#include "unit/unit.h"

static const uint16_t OWN_PORT = 80, PEER_PORT = 4000;
static const uint32_t SEND_BUFFER = 4000;
static const uint32_t TRACE_EVENTS = 32;
static const int BACKLOG = 2;

uint32_t *stage_fired;

void stage_wrong(struct stage *stage, const char *format, ...) {
    if (stage->wrong[0] != '\0') {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(stage->wrong, sizeof stage->wrong, format, arguments);
    va_end(arguments);
}

uint8_t stage_octet(uint32_t offset, bool from_peer) {
    return (uint8_t)(offset * 7 + offset / 251 + (from_peer ? 3 : 0));
}

/* ---- making and ending ---- */

/* The ISS hook has no context of ours: the arena is the context of config. */
static const struct profile *current;

static uint32_t choose_iss(void *context, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote) {
    (void)context, (void)local, (void)remote;
    return current->iss;
}

static struct lucid_addr address(const char *text) {
    struct lucid_addr addr;
    ck_assert_int_eq(lucid_addr_parse(text, &addr), 0);
    return addr;
}

void stage_open(struct stage *stage, const struct profile *profile) {
    struct lucid_config config;
    *stage = (struct stage){.profile = profile, .arena = arena_new(), .now = STAGE_BEGIN};
    stage->own = (struct lucid_sockaddr){.addr = address(profile->ipv6 ? "fd77::2" : "10.77.0.2"), .port = OWN_PORT};
    stage->peer = (struct lucid_sockaddr){.addr = address(profile->ipv6 ? "fd77::1" : "10.77.0.1"), .port = PEER_PORT};
    current = profile;
    lucid_config_default(&config);
    arena_lend(stage->arena, &config);
    config.iss = choose_iss;
    config.addrs[0] = (struct lucid_ifaddr){.addr = stage->own.addr, .prefix = profile->ipv6 ? 64 : 24};
    config.addr_count = 1;
    config.rcvbuf = STAGE_RECEIVE_BUFFER;
    config.rcvbuf_max = config.sndbuf_max = 0;
    config.sndbuf = SEND_BUFFER;
    config.rfc5961 = config.rfc1337 = !profile->rfc793;
    config.window_scale = profile->scaled;
    ck_assert_int_eq(lucid_create(&stage->stack, &config, stage->now), 0);
    ck_assert_int_eq(lucid_trace_enable(stage->stack, 1u << LUCID_EVENT_STATE, TRACE_EVENTS), 0);
    stage->model = (struct model){
        .state = LUCID_CLOSED,
        .iss = profile->iss,
        .rfc5961 = !profile->rfc793,
        .rfc1337 = !profile->rfc793,
        .receive_buffer = STAGE_RECEIVE_BUFFER,
        .send_buffer = SEND_BUFFER,
        .snd.mss = STAGE_MSS,
    };
}

void stage_close(struct stage *stage) {
    lucid_destroy(stage->stack);
    arena_delete(stage->arena);
}

void stage_save(struct stage *stage, struct stage *copy) {
    arena_save(stage->arena);
    *copy = *stage;
}

void stage_restore(struct stage *stage, const struct stage *copy) {
    arena_restore(stage->arena);
    *stage = *copy;
}

/* ---- packets ---- */

/* The peer's options, on SYN only. */
static const uint8_t MSS_OPTION[] = {2, 4, STAGE_MSS >> 8, STAGE_MSS & 0xff};
static const uint8_t MSS_AND_SCALE[] = {2, 4, STAGE_MSS >> 8, STAGE_MSS & 0xff, 3, 3, STAGE_SHIFT, 0};

static void build(const struct stage *stage, const struct model_segment *segment, struct craft *craft) {
    bool syn = (segment->flags & LUCID_SYN) != 0;
    bool scaled = stage->profile->scaled;
    craft_begin(craft, &stage->peer.addr, &stage->own.addr, 6);
    craft_tcp(craft, &(struct craft_tcp){
                         .source = stage->peer.port,
                         .destination = stage->own.port,
                         .seq = segment->seq,
                         .ack = segment->ack,
                         .flags = segment->flags,
                         .window = (uint16_t)(segment->window >> (scaled && !syn ? STAGE_SHIFT : 0)),
                         .urgent = segment->urgent,
                         .options = scaled ? MSS_AND_SCALE : MSS_OPTION,
                         .option_length = !syn     ? 0
                                          : scaled ? sizeof MSS_AND_SCALE
                                                   : sizeof MSS_OPTION,
                     });
    uint8_t data[sizeof craft->octets];
    bool opens = syn && (stage->model.state & (LUCID_CLOSED | LUCID_LISTEN | LUCID_SYN_SENT)) != 0;
    uint32_t first = segment->seq + (syn ? 1 : 0) - (opens ? segment->seq : stage->model.irs) - 1;
    for (uint32_t i = 0; i < segment->length; i++) {
        data[i] = stage_octet(first + i, true);
    }
    craft_put(craft, data, segment->length);
    craft_seal(craft);
}

static void input(struct stage *stage, const struct craft *craft) {
    struct lucid_packet in = {.slices = 1, .length = (uint32_t)craft->length};
    in.slice[0] = (struct lucid_slice){craft->octets, craft->length};
    lucid_input(stage->stack, stage->now, &in);
}

static uint32_t get32(const uint8_t *octets) {
    return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 | octets[3];
}

static void check_payload(struct stage *stage, const struct model_segment *segment, const uint8_t *data) {
    uint32_t first = segment->seq - stage->model.iss - 1;
    for (uint32_t i = 0; i < segment->length; i++) {
        if (data[i] != stage_octet(first + i, false)) {
            stage_wrong(stage, "octet %u of the stream is sent as another one", first + i);
            return;
        }
    }
}

static void see(struct stage *stage, const struct lucid_packet *out) {
    uint8_t octets[4096];
    size_t length = 0;
    EXPECT(out->length <= sizeof octets);
    for (unsigned i = 0; i < out->slices; i++) {
        memcpy(octets + length, out->slice[i].data, out->slice[i].length);
        length += out->slice[i].length;
    }
    const uint8_t *header = octets + (stage->profile->ipv6 ? 40 : 20);
    size_t offset = (size_t)(header[12] >> 4) * 4;
    EXPECT(stage->seen_count < STAGE_SEEN);
    struct model_segment *segment = &stage->seen[stage->seen_count++];
    *segment = (struct model_segment){
        .seq = get32(header + 4),
        .ack = get32(header + 8),
        .flags = header[13],
        .window = (uint32_t)header[14] << 8 | header[15],
        .length = (uint32_t)(octets + length - header - offset),
    };
    check_payload(stage, segment, header + offset);
}

/* Takes everything that the stack wants to say: segments, transitions, events. */
void stage_drain(struct stage *stage) {
    struct lucid_packet out;
    struct lucid_event event;
    struct lucid_ready ready;
    while (lucid_output(stage->stack, stage->now, &out)) {
        see(stage, &out);
    }
    while (lucid_trace_next(stage->stack, &event, NULL)) {
        const struct lucid_event_state *change = &event.u.state;
        if (stage_fired) {
            stage_fired[change->row] |= change->from;
        }
        if (change->remote.port != stage->peer.port) {
            continue; /* the listener's, or one of those that fill the queue */
        }
        bool born = change->parent != 0 && change->from != LUCID_SYN_RECEIVED;
        if (stage->state && change->from != stage->state && !born) {
            stage_wrong(stage, "a row fires in %s, but the state is %s", lucid_state_name(change->from),
                        lucid_state_name(stage->state));
        }
        stage->state = change->to;
    }
    while (lucid_next_event(stage->stack, &ready)) {
        stage->heard = stage->heard || ready.fd == stage->fd;
        stage->heard_listener = stage->heard_listener || ready.fd == stage->listener;
    }
}

static void begin(struct stage *stage) {
    stage->seen_count = 0;
    stage->heard = stage->heard_listener = false;
}

void stage_segment(struct stage *stage, const struct model_segment *segment) {
    struct craft craft;
    begin(stage);
    build(stage, segment, &craft);
    input(stage, &craft);
    model_arrives(&stage->model, segment);
    stage_compare(stage);
}

static void input_unseen(struct stage *stage, const struct model_segment *segment) {
    struct craft craft;
    struct lucid_packet out;
    build(stage, segment, &craft);
    input(stage, &craft);
    while (lucid_output(stage->stack, stage->now, &out)) {
    }
}

void stage_fill_queue(struct stage *stage) {
    uint32_t iss = stage->profile->iss, irs = stage->profile->irs;
    for (int i = 0; i < BACKLOG; i++) {
        stage->peer.port++;
        input_unseen(stage, &(struct model_segment){.flags = LUCID_SYN, .seq = irs, .window = 1000});
        input_unseen(stage,
                     &(struct model_segment){.flags = LUCID_ACK, .seq = irs + 1, .ack = iss + 1, .window = 1000});
    }
    stage->peer.port = PEER_PORT;
    stage->model.queue_full = true;
}

/* ICMP port unreachable (protocol 1 or 58), about the SYN or whatever was sent first. */
void stage_unreachable(struct stage *stage) {
    struct craft quoted, craft;
    begin(stage);
    craft_begin(&quoted, &stage->own.addr, &stage->peer.addr, 6);
    craft_tcp(&quoted, &(struct craft_tcp){.source = stage->own.port,
                                           .destination = stage->peer.port,
                                           .seq = stage->model.snd.una,
                                           .flags = LUCID_SYN,
                                           .options = MSS_OPTION});
    craft_seal(&quoted);
    craft_begin(&craft, &stage->peer.addr, &stage->own.addr, stage->profile->ipv6 ? 58 : 1);
    craft_put16(&craft, stage->profile->ipv6 ? 1u << 8 | 4 : 3u << 8 | 3);
    craft_put16(&craft, 0);
    craft_put32(&craft, 0);
    craft_put(&craft, quoted.octets, quoted.length);
    craft_seal(&craft);
    input(stage, &craft);
    model_unreachable(&stage->model);
    stage_compare(stage);
}

/* ---- calls ---- */

static void returns(struct stage *stage, const char *call, long is, long should) {
    if (is != should) {
        stage_wrong(stage, "%s returns %ld, not %ld", call, is, should);
    }
    stage_compare(stage);
}

static int new_socket(struct stage *stage) {
    int fd = lucid_socket(stage->stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    int one = 1;
    ck_assert_int_gt(fd, 0);
    lucid_setsockopt(stage->stack, fd, LUCID_SOL_SOCKET, LUCID_SO_REUSEADDR, &one, sizeof one);
    ck_assert_int_eq(lucid_bind(stage->stack, fd, &stage->own), 0);
    return fd;
}

void stage_listen(struct stage *stage) {
    begin(stage);
    stage->listener = new_socket(stage);
    int result = lucid_listen(stage->stack, stage->listener, BACKLOG);
    returns(stage, "listen", result, model_listen(&stage->model));
}

void stage_connect(struct stage *stage) {
    begin(stage);
    stage->fd = stage->fd ? stage->fd : new_socket(stage);
    int result = lucid_connect(stage->stack, stage->fd, &stage->peer);
    returns(stage, "connect", result, model_connect(&stage->model, stage->profile->iss));
}

void stage_accept(struct stage *stage) {
    begin(stage);
    stage->fd = lucid_accept(stage->stack, stage->listener, NULL);
    model_accept(&stage->model);
    returns(stage, "accept", stage->fd > 0, true);
}

void stage_send(struct stage *stage, uint32_t length) {
    uint8_t data[4096];
    uint32_t first = stage->model.snd.una - stage->model.iss + stage->model.snd.queued;
    first -= stage->model.snd.una == stage->model.iss ? 0 : 1;
    begin(stage);
    EXPECT(length <= sizeof data);
    for (uint32_t i = 0; i < length; i++) {
        data[i] = stage_octet(first + i, false);
    }
    long result = lucid_send(stage->stack, stage->fd, data, length, 0);
    returns(stage, "send", result, model_send(&stage->model, length));
}

void stage_receive(struct stage *stage, uint32_t length) {
    uint8_t data[4096];
    bool end = stage->model.end_of_stream;
    uint32_t first = stage->model.rcv.nxt - (end ? 1 : 0) - stage->model.rcv.unread - stage->model.irs - 1;
    begin(stage);
    EXPECT(length <= sizeof data);
    long result = lucid_recv(stage->stack, stage->fd, data, length, 0);
    returns(stage, "recv", result, model_receive(&stage->model, length));
    for (uint32_t i = 0; result > 0 && i < (uint32_t)result; i++) {
        if (data[i] != stage_octet(first + i, true)) {
            stage_wrong(stage, "octet %u of the stream is received as another one", first + i);
            return;
        }
    }
}

void stage_shutdown_write(struct stage *stage) {
    begin(stage);
    int result = lucid_shutdown(stage->stack, stage->fd, LUCID_SHUT_WR);
    returns(stage, "shutdown", result, model_shutdown_write(&stage->model));
}

void stage_shutdown_read(struct stage *stage) {
    begin(stage);
    int result = lucid_shutdown(stage->stack, stage->fd, LUCID_SHUT_RD);
    returns(stage, "shutdown", result, model_shutdown_read(&stage->model));
}

void stage_close_handle(struct stage *stage) {
    begin(stage);
    int result = lucid_close(stage->stack, stage->fd);
    stage->fd = 0;
    returns(stage, "close", result, model_close(&stage->model));
}

void stage_abort(struct stage *stage) {
    begin(stage);
    int result = lucid_abort(stage->stack, stage->fd);
    stage->fd = 0;
    returns(stage, "abort", result, model_abort(&stage->model));
}

void stage_wait(struct stage *stage, lucid_time time, void (*timeout)(struct model *model)) {
    begin(stage);
    stage->now += time;
    lucid_tick(stage->stack, stage->now);
    if (timeout) {
        timeout(&stage->model);
    } else {
        model_begin_event(&stage->model);
    }
    stage_compare(stage);
}
