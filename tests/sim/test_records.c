/* test_records.c: a hundred thousand TIME-WAIT records, ten thousand idle connections: what each takes, asked of the
 * allocator; and that a close, the peer's FIN again, an expiry and a waking cost the same among many as among few.
 * RFC 9293 MUST-13.
 *
 * The peers are made by hand. The stack is compiled so that its basic blocks are counted (harness/work.h): no time is
 * measured.
 */
#include "core/check.h"
#include "core/stack.h"
#include "harness/vhost.h"
#include "harness/work.h"
#include "lucid/info.h"
#include "lucid/socket.h"
#include "lucid/trace.h"
#include "sim/craft.h"
#include "unit/packets.h"

enum { PORT = 80, FEW = 1000, MANY = 100000, PORTS = 50000, FIRST_PORT = 10000 };

static struct lucid_stack *stack;
static struct vhost host;
static struct lucid_packet in, out;
static struct lucid_addr ours, theirs;
static int listener;
static lucid_time now;
static uint32_t heard;    /* behind the latest segment of the stack: the same for all, they have one ISS */
static uint64_t answered; /* segments of the stack */

static const char *const families[][2] = {{"10.77.0.2", "10.9.0.1"}, {"fd77::2", "2001:db8::1"}};

static struct lucid_stats stats_of_stack(void) {
    struct lucid_stats stats;
    lucid_stats(stack, &stats);
    return stats;
}

static void begin(const char *const family[2]) {
    struct lucid_config config;
    struct lucid_sockaddr local = {.port = PORT};
    now = LUCID_SECOND;
    ours = address(family[0]);
    theirs = address(family[1]);
    vhost_init(&host, 1);
    lucid_config_default(&config);
    vhost_lend_iss(&host, &config, 1);
    config.addrs[0] = (struct lucid_ifaddr){.addr = ours, .prefix = 24};
    config.addr_count = 1;
    config.timewait_max = MANY;
    config.sleep_after = LUCID_SECOND;
    ck_assert_int_eq(lucid_create(&stack, &config, now), 0);
    listener = lucid_socket(stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(stack, listener, &local), 0);
    ck_assert_int_eq(lucid_listen(stack, listener, 16), 0);
}

static void end(void) {
    lucid_packet_release(stack, &in);
    lucid_destroy(stack);
    in = (struct lucid_packet){0};
    ck_assert_msg(vhost_clean(&host), "%s", host.fault);
}

/* What the stack has to say: all of it is heard. */
static void hear(void) {
    while (lucid_output(stack, now, &out)) {
        const uint8_t *tcp = (const uint8_t *)out.slice[0].data + (lucid_addr_is_ipv4(&ours) ? 20 : 40);
        heard = (uint32_t)tcp[4] << 24 | (uint32_t)tcp[5] << 16 | (uint32_t)tcp[6] << 8 | tcp[7];
        heard += (tcp[13] & (LUCID_SYN | LUCID_FIN)) != 0;
        answered++;
    }
}

/* The peer of this number says something. */
static void say(uint32_t peer, uint8_t flags, uint32_t seq, uint32_t ack) {
    static struct craft craft;
    struct lucid_addr source = theirs;
    source.octet[14] = (uint8_t)(peer / PORTS);
    struct craft_tcp header = {.source = (uint16_t)(FIRST_PORT + peer % PORTS), .destination = PORT, .window = 65535};
    header.flags = flags;
    header.seq = seq;
    header.ack = ack;
    craft_begin(&craft, &source, &ours, 6);
    craft_tcp(&craft, &header);
    craft_seal(&craft);
    uint8_t *room = lucid_packet_reserve(stack, &in);
    ck_assert_ptr_nonnull(room);
    memcpy(room, craft.octets, craft.length);
    in.slices = 1;
    in.slice[0] = (struct lucid_slice){room, (uint32_t)craft.length};
    in.length = (uint32_t)craft.length;
    lucid_input(stack, now, &in);
    hear();
}

/* A connection that is accepted, or -1. */
static int open_one(uint32_t peer) {
    say(peer, LUCID_SYN, peer, 0);
    say(peer, LUCID_ACK, peer + 1, heard);
    return lucid_accept(stack, listener, NULL);
}

/* A connection that we close first. Returns blocks. */
static uint64_t close_one(uint32_t peer) {
    work_blocks = 0;
    int fd = open_one(peer);
    EXPECT(fd > 0);
    EXPECT(lucid_close(stack, fd) == 0);
    hear();
    say(peer, LUCID_FIN | LUCID_ACK, peer + 1, heard);
    now += LUCID_MICROSECOND;
    return work_blocks;
}

/* ---- what does it cost? ---- */

/* Blocks of FEW turns, and of the dearest one. */
struct cost {
    uint64_t sum, most;
};

struct figures {
    struct cost close, again, expiry, awake;
    double octets, most_octets; /* of a record, in the end and meanwhile */
};

static void add(struct cost *cost, uint64_t blocks) {
    cost->sum += blocks;
    cost->most = blocks > cost->most ? blocks : cost->most;
}

static struct cost close_some(uint32_t first, uint32_t count) {
    struct cost cost = {0};
    for (uint32_t peer = first; peer < first + count; peer++) {
        add(&cost, close_one(peer));
    }
    return cost;
}

/* FINs come again, for records here and there: each is answered, and its record is the last to expire now.
 * 9293-3.10.7.4-25 */
static struct cost repeat_fins(uint32_t records) {
    struct cost cost = {0};
    for (uint32_t i = 0; i < FEW; i++) {
        uint32_t peer = i * 7919u % records;
        uint64_t answers = answered;
        work_blocks = 0;
        say(peer, LUCID_FIN | LUCID_ACK, peer + 1, heard);
        add(&cost, work_blocks);
        EXPECT(answered == answers + 1);
        now += LUCID_MICROSECOND;
    }
    return cost;
}

/* The first of those that expire, each at its own time. */
static struct cost expire_some(void) {
    struct cost cost = {0};
    uint32_t records = stats_of_stack().timewaits;
    for (uint32_t i = 1; i <= FEW; i++) {
        EXPECT(lucid_deadline(stack) > now);
        now = lucid_deadline(stack);
        work_blocks = 0;
        lucid_tick(stack, now);
        add(&cost, work_blocks);
        EXPECT(stats_of_stack().timewaits == records - i);
    }
    return cost;
}

static void expect_invariants(void) {
    struct check_report report = {0};
    ck_assert_msg(stack_check(stack, &report) == 0, "%s", report.broken);
}

static struct figures run(const char *const family[2], uint32_t records) {
    struct figures figures;
    begin(family);
    size_t before = host.live;
    close_some(0, records - FEW);
    figures.close = close_some(records - FEW, FEW);
    lucid_packet_release(stack, &in);
    ck_assert_uint_eq(stats_of_stack().timewaits, records);
    figures.octets = (double)(host.live - before) / records;
    figures.most_octets = (double)(host.peak - before) / records;
    figures.again = repeat_fins(records);
    expect_invariants();
    figures.expiry = expire_some();
    expect_invariants();
    now += 1000 * 3600 * LUCID_SECOND;
    lucid_tick(stack, now);
    ck_assert_uint_eq(stats_of_stack().timewaits, 0);
    end();
    return figures;
}

/* No dearer among many than among few: neither in the mean, nor at worst, where a table may grow by a piece. */
static void expect_equal(const char *what, const struct cost *few, const struct cost *many) {
    ck_assert_msg(few->sum > 0, "the basic blocks of the stack are not counted");
    ck_assert_msg(many->sum < few->sum + few->sum / 4, "%s: %.1f blocks among few, %.1f among many", what,
                  (double)few->sum / FEW, (double)many->sum / FEW);
    ck_assert_msg(many->most < 2 * few->most, "%s: at worst %u blocks among few, %u among many", what,
                  (unsigned)few->most, (unsigned)many->most);
}

START_TEST(a_million_fit_into_64_megabytes) {
    struct figures few = run(families[_i], FEW), many = run(families[_i], MANY);
    expect_equal("a close", &few.close, &many.close);
    expect_equal("a FIN again", &few.again, &many.again);
    expect_equal("an expiry", &few.expiry, &many.expiry);
    double octets = _i == 0 ? 52 : 64;
    ck_assert_msg(many.octets < octets, "%.2f octets for a record", many.octets);
    ck_assert_msg(many.most_octets < octets + 1, "%.2f octets for a record, at one time", many.most_octets);
}
END_TEST

/* ---- idle connections ---- */

/* All of them sleep. Returns octets of each. */
static double rest(uint32_t count, size_t before) {
    struct lucid_ready ready;
    lucid_packet_release(stack, &in);
    while (lucid_next_event(stack, &ready)) {
    }
    for (int i = 0; i < 1000 && stats_of_stack().sleeping < count; i++) {
        now += 100 * LUCID_MILLISECOND;
        lucid_tick(stack, now);
        hear();
    }
    ck_assert_uint_eq(stats_of_stack().sleeping, count);
    ck_assert_uint_eq(stats_of_stack().connections, count);
    return (double)(host.live - before) / count;
}

/* A segment for some of them. */
static struct cost wake_some(uint32_t count) {
    struct cost cost = {0};
    for (uint32_t i = 0; i < FEW; i++) {
        uint32_t peer = i * 7919u % count;
        work_blocks = 0;
        say(peer, LUCID_ACK, peer + 1, heard);
        add(&cost, work_blocks);
    }
    ck_assert_uint_eq(stats_of_stack().sleeping, count - FEW);
    return cost;
}

/* Segments for those that are awake now, in turn; the latest round counts. */
static struct cost hear_awake(uint32_t count) {
    struct cost cost;
    for (int round = 0; round < 2; round++) {
        cost = (struct cost){0};
        for (uint32_t i = 0; i < FEW; i++) {
            uint32_t peer = i * 7919u % count;
            work_blocks = 0;
            say(peer, LUCID_ACK, peer + 1, heard);
            add(&cost, work_blocks);
        }
    }
    return cost;
}

static struct figures rest_and_wake(const char *const family[2], uint32_t count) {
    struct figures figures;
    begin(family);
    size_t before = host.live;
    for (uint32_t peer = 0; peer < count; peer++) {
        EXPECT(open_one(peer) > 0);
    }
    figures.octets = rest(count, before);
    expect_invariants();
    figures.again = wake_some(count);
    expect_invariants();
    figures.awake = hear_awake(count);
    expect_invariants();
    end();
    return figures;
}

START_TEST(an_idle_connection_has_320_octets) {
    struct figures few = rest_and_wake(families[_i], FEW), many = rest_and_wake(families[_i], 10 * FEW);
    expect_equal("a waking", &few.again, &many.again);
    ck_assert_msg(many.awake.sum <= few.awake.sum, "%.1f blocks for a segment among those awake, %.1f among sleepers",
                  (double)few.awake.sum / FEW, (double)many.awake.sum / FEW);
    ck_assert_msg(many.octets < 320, "%.1f octets for an idle connection", many.octets);
}
END_TEST

/* The connection table grows when 1536 are in it. Without memory for that, its chains become longer for a while, and
 * nobody is refused. */
START_TEST(a_table_that_cannot_grow) {
    const uint32_t full = 1536;
    begin(families[_i]);
    int stays = open_one(0); /* so that there is room for another connection, and in the last slab of records */
    EXPECT(stays > 0);
    close_some(1, full - 1);
    host.ceiling = host.live + DEMUX_SEGMENT * sizeof(uint32_t) - 1;
    close_one(full);
    ck_assert_uint_eq(stack->tcp.demux.chains, DEMUX_SEGMENT);
    ck_assert_uint_eq(stats_of_stack().timewaits, full);
    expect_invariants();
    host.ceiling = 0;
    close_some(full + 1, full);
    ck_assert_uint_eq(stats_of_stack().timewaits, 2 * full);
    ck_assert_uint_eq(stack->tcp.demux.chains, 2 * DEMUX_SEGMENT + 1);
    expect_invariants();
    end();
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("records", &tests);
    tcase_add_loop_test(tests, a_million_fit_into_64_megabytes, 0, 2);
    tcase_add_loop_test(tests, an_idle_connection_has_320_octets, 0, 2);
    tcase_add_loop_test(tests, a_table_that_cannot_grow, 0, 2);
    return unit_run(suite);
}
