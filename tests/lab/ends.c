/* ends.c: see ends.h. */
#include "lab/ends.h"

#include "unit/unit.h"

#define IP_HEADER 20

static uint32_t get(const uint8_t *at, unsigned octets) {
    uint32_t value = 0;
    for (unsigned i = 0; i < octets; i++) {
        value = value << 8 | at[i];
    }
    return value;
}

static struct ends_segment look(const uint8_t *packet, size_t length) {
    const uint8_t *tcp = packet + IP_HEADER;
    return (struct ends_segment){
        .seq = get(tcp + 4, 4),
        .ack = get(tcp + 8, 4),
        .flags = tcp[13],
        .window = (uint16_t)get(tcp + 14, 2),
        .length = (uint32_t)(length - IP_HEADER - (tcp[12] >> 4) * 4u),
    };
}

static void sniff(struct lucid_pair *pair, int which, bool leaves, const uint8_t *octets, size_t length, void *user) {
    struct ends *ends = user;
    if (!leaves) {
        return;
    }
    EXPECT(ends->segments < ENDS_SEGMENTS && length <= ENDS_PACKET);
    struct ends_segment *segment = &ends->segment[ends->segments++];
    *segment = look(octets, length);
    segment->at = lucid_pair_now(pair);
    segment->from = which;
    memcpy(ends->latest[which], octets, length);
    ends->latest_length[which] = length;
}

/* The sniffer has just seen the same packet. */
static enum lucid_link_fate judge(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id) {
    struct ends *ends = user;
    (void)now, (void)octets, (void)length, (void)id;
    return ends->fate ? ends->fate(ends, &ends->segment[ends->segments - 1]) : LUCID_LINK_PASS;
}

static void server_turn(struct ends *ends) {
    struct lucid_stack *stack = lucid_pair_stack(ends->pair, 1);
    int fd = ends->server ? 0 : lucid_accept(stack, ends->listener, NULL);
    ends->server = fd > 0 ? fd : ends->server;
    while (ends->server && ends->reads) {
        size_t room = sizeof ends->got - ends->got_length;
        ptrdiff_t got = lucid_recv(stack, ends->server, ends->got + ends->got_length, room, 0);
        if (got <= 0) {
            return;
        }
        ends->got_length += (size_t)got;
    }
}

static void client_turn(struct ends *ends) {
    uint8_t octets[4096];
    ptrdiff_t got = -LUCID_EAGAIN;
    struct lucid_stack *stack = lucid_pair_stack(ends->pair, 0);
    while (ends->client && (got = lucid_recv(stack, ends->client, octets, sizeof octets, 0)) > 0) {
        ends->client_got += (size_t)got;
    }
    ends->client_end = got == -LUCID_EAGAIN ? ends->client_end : got;
}

static void batch(struct lucid_pair *pair, int which, void *user) {
    (void)pair;
    if (which == 1) {
        server_turn(user);
        return;
    }
    client_turn(user);
}

void ends_begin(struct ends *ends) {
    memset(ends, 0, sizeof *ends);
    lucid_pair_defaults(&ends->options);
    for (int i = 0; i < 2; i++) {
        struct lucid_config *config = &ends->options.config[i];
        config->timestamps = config->sack = config->window_scale = false;
        config->rcvbuf_max = config->sndbuf_max = 0;
        config->congestion = LUCID_CONGESTION_NEWRENO;
    }
    ends->reads = true;
    ends->client_end = -LUCID_EAGAIN;
}

void ends_open(struct ends *ends, unsigned without) {
    struct lucid_sockaddr local = {.port = 80};
    ck_assert_int_eq(lucid_pair_open(&ends->pair, &ends->options), 0);
    for (int i = 0; i < 2; i++) {
        lucid_whatif_set(lucid_pair_stack(ends->pair, i), without);
        lucid_link_judge(lucid_pair_link(ends->pair, i), judge, ends);
    }
    lucid_pair_on_packet(ends->pair, sniff, ends);
    lucid_pair_on_batch(ends->pair, batch, ends);
    struct lucid_stack *stack = lucid_pair_stack(ends->pair, 1);
    ends->listener = lucid_socket(stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(stack, ends->listener, &local), 0);
    ck_assert_int_eq(lucid_listen(stack, ends->listener, 8), 0);
}

void ends_close(struct ends *ends) {
    lucid_pair_close(ends->pair);
    ends->pair = NULL;
}

void ends_connect(struct ends *ends) {
    struct lucid_sockaddr remote = {.port = 80};
    struct lucid_stack *stack = lucid_pair_stack(ends->pair, 0);
    lucid_addr_parse("10.77.0.2", &remote.addr);
    ends->client = lucid_socket(stack, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(stack, ends->client, &remote), -LUCID_EINPROGRESS);
}

void ends_run(struct ends *ends, lucid_time time) {
    lucid_time until = lucid_pair_now(ends->pair) + time;
    while (lucid_pair_step(ends->pair, until)) {
    }
}

void ends_run_out(struct ends *ends) {
    for (unsigned steps = 0; lucid_pair_step(ends->pair, LUCID_NEVER); steps++) {
        EXPECT(steps < 100000);
    }
}

void ends_send(struct ends *ends, size_t octets) {
    static char letters[65536];
    EXPECT(octets <= sizeof letters);
    for (size_t i = 0; i < octets; i++) {
        letters[i] = (char)('a' + i % 26);
    }
    EXPECT(lucid_send(lucid_pair_stack(ends->pair, 0), ends->client, letters, octets, 0) == (ptrdiff_t)octets);
}

struct lucid_tcp_info ends_info(struct ends *ends, int which) {
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    int fd = which == 0 ? ends->client : ends->server;
    ck_assert_int_eq(
        lucid_getsockopt(lucid_pair_stack(ends->pair, which), fd, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &length),
        0);
    return info;
}

unsigned ends_state(struct ends *ends, int which) {
    return ends_info(ends, which).state;
}

unsigned ends_count(const struct ends *ends, int from, uint8_t flags, enum ends_kind kind) {
    unsigned count = 0;
    for (unsigned i = 0; i < ends->segments; i++) {
        const struct ends_segment *segment = &ends->segment[i];
        uint8_t controls = segment->flags & (LUCID_SYN | LUCID_FIN | LUCID_RST);
        bool data = segment->length > 0;
        bool wanted = kind == ENDS_ANY || data == (kind == ENDS_DATA);
        count += segment->from == from && wanted && (segment->flags & flags) == flags &&
                 controls == (flags & (LUCID_SYN | LUCID_FIN | LUCID_RST));
    }
    return count;
}
