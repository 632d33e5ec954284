/* test_recovery.c: how long it takes until a loss is repaired, in round trips, and whether reordering is taken for one.
 *
 * Two stacks, 50 ms apart. The sender has much to send; of the data packets of one flight chosen ones are lost. With
 * SACK every hole is known after one round trip and filled after another, however many there are: RFC 6675, RFC 8985,
 * RFC 6937. Without it each takes a round trip of its own: RFC 6582 3.2. Neither needs the retransmission timer.
 */
#include "lucid/host.h"
#include "lucid/info.h"
#include "unit/packets.h"
#include "unit/unit.h"

#define RTT (100 * LUCID_MILLISECOND)
#define OCTETS 600000u
#define FIRST_LOST 40u /* data packet: in the third flight, of forty */
#define PORT 80
#define RATE 100000000u /* 12,000 bits of a segment take 0.12 ms: a flight is no single instant */

struct run {
    unsigned losses, distance; /* how many packets are lost, and how far apart they are */
    bool sack;
    unsigned packets;       /* of data, so far */
    unsigned lost;          /* so far */
    lucid_time lost_at;     /* when the first of them left */
    lucid_time repaired_at; /* when all that had left by the last loss was acknowledged */
    int sender;
    struct lucid_pair *pair;
    struct lucid_stats stats;
};

static struct lucid_tcp_info info_of(const struct run *run) {
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    ck_assert_int_eq(lucid_getsockopt(lucid_pair_stack(run->pair, 0), run->sender, LUCID_IPPROTO_TCP, LUCID_TCP_INFO,
                                      &info, &length),
                     0);
    return info;
}

static enum lucid_link_fate judge(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id) {
    struct run *run = user;
    (void)octets;
    (void)id;
    if (length < 200) {
        return LUCID_LINK_PASS;
    }
    unsigned packet = run->packets++;
    unsigned since = packet - FIRST_LOST;
    bool lost = packet >= FIRST_LOST && since % run->distance == 0 && since / run->distance < run->losses;
    if (lost && run->lost++ == 0) {
        run->lost_at = now;
    }
    return lost ? LUCID_LINK_DROP : LUCID_LINK_PASS;
}

static void begin(struct run *run, struct lucid_pair_options *options) {
    static uint8_t octets[OCTETS];
    struct lucid_sockaddr local = {.port = PORT}, remote = {.addr = address("10.77.0.2"), .port = PORT};
    ck_assert_int_eq(lucid_pair_open(&run->pair, options), 0);
    struct lucid_stack *client = lucid_pair_stack(run->pair, 0), *server = lucid_pair_stack(run->pair, 1);
    int listener = lucid_socket(server, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(server, listener, &local), 0);
    ck_assert_int_eq(lucid_listen(server, listener, 1), 0);
    run->sender = lucid_socket(client, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(client, run->sender, &remote), -LUCID_EINPROGRESS);
    while (info_of(run).state != LUCID_ESTABLISHED) {
        lucid_pair_step(run->pair, LUCID_NEVER);
    }
    ck_assert_int_eq(lucid_send(client, run->sender, octets, sizeof octets, 0), sizeof octets);
}

static void lose(struct run *run) {
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    for (int i = 0; i < 2; i++) {
        options.faults[i] = (struct lucid_faults){.delay = RTT / 2, .rate = RATE, .queue = 1000};
        options.config[i].sack = run->sack;
    }
    begin(run, &options);
    lucid_link_judge(lucid_pair_link(run->pair, 0), judge, run);
    uint32_t end = 0;
    while (run->repaired_at == 0 && lucid_pair_step(run->pair, LUCID_NEVER)) {
        struct lucid_tcp_info info = info_of(run);
        if (run->lost == run->losses && end == 0) {
            end = info.snd_nxt;
        }
        if (end != 0 && (int32_t)(info.snd_una - end) >= 0) {
            run->repaired_at = lucid_pair_now(run->pair);
        }
    }
    lucid_stats(lucid_pair_stack(run->pair, 0), &run->stats);
    lucid_pair_close(run->pair);
}

static double round_trips(const struct run *run) {
    return (double)(run->repaired_at - run->lost_at) / (double)RTT;
}

static const struct { unsigned losses, distance; } PATTERNS[] = {{1, 1}, {2, 1}, {2, 10}, {10, 1}, {10, 3}};

#define PATTERN_COUNT ((int)(sizeof PATTERNS / sizeof PATTERNS[0]))

START_TEST(with_sack_two_round_trips) {
    struct run run = {.losses = PATTERNS[_i].losses, .distance = PATTERNS[_i].distance, .sack = true};
    lose(&run);
    ck_assert_uint_eq(run.stats.tcp_timeouts, 0);
    ck_assert_uint_eq(run.stats.tcp_fast_retransmits, 1);
    ck_assert_uint_eq(run.stats.tcp_retransmits, run.losses);
    ck_assert_double_ge(round_trips(&run), 1.99);
    ck_assert_double_le(round_trips(&run), 2.3);
}
END_TEST

START_TEST(without_sack_one_more_for_each_loss) {
    struct run run = {.losses = PATTERNS[_i].losses, .distance = PATTERNS[_i].distance};
    lose(&run);
    ck_assert_uint_eq(run.stats.tcp_timeouts, 0);
    ck_assert_uint_eq(run.stats.tcp_fast_retransmits, 1);
    ck_assert_double_ge(round_trips(&run), run.losses + 0.99);
    ck_assert_double_le(round_trips(&run), run.losses + 1.3);
}
END_TEST

/* RFC 8985 6.2: a packet in ten arrives behind up to seven of its followers, which is 4 ms late. Until one has been
 * seen to be late only, three segments behind a hole prove a loss; from then on time does, and nothing is sent again.
 * What the first mistake has cost is given back when the peer reports the duplicates. */
START_TEST(reordering_is_no_loss) {
    struct run run = {.losses = 0};
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    options.faults[0] = (struct lucid_faults){
        .delay = RTT / 2, .rate = 20000000, .queue = 1000, .reorder = 100000, .seed = (uint64_t)_i + 1};
    options.faults[1] = (struct lucid_faults){.delay = RTT / 2};
    begin(&run, &options);
    while (info_of(&run).snd_una != info_of(&run).snd_nxt || info_of(&run).send_queue > 0) {
        ck_assert(lucid_pair_step(run.pair, LUCID_NEVER));
    }
    lucid_stats(lucid_pair_stack(run.pair, 0), &run.stats);
    struct lucid_link_stats link;
    lucid_link_stats(lucid_pair_link(run.pair, 0), &link);
    ck_assert_uint_gt(link.reordered, 20);
    ck_assert_uint_le(run.stats.tcp_fast_retransmits, 1);
    ck_assert_uint_eq(run.stats.tcp_undone, run.stats.tcp_fast_retransmits);
    ck_assert_uint_eq(run.stats.tcp_timeouts, 0);
    lucid_pair_close(run.pair);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("recovery", &tests);
    tcase_add_loop_test(tests, with_sack_two_round_trips, 0, PATTERN_COUNT);
    tcase_add_loop_test(tests, without_sack_one_more_for_each_loss, 0, PATTERN_COUNT);
    tcase_add_loop_test(tests, reordering_is_no_loss, 0, 10);
    return unit_run(suite);
}
