/* test_link.c: the faulty link of lucid/host.h: what goes in, what comes out, when, and that it repeats. */
#include "lucid/host.h"
#include "unit.h"

#define MS LUCID_MILLISECOND

static struct lucid_link *made;

static struct lucid_link *make(struct lucid_faults faults) {
    if (faults.queue == 0) {
        faults.queue = 100;
    }
    made = lucid_link_new(&faults, 0);
    ck_assert_ptr_nonnull(made);
    return made;
}

static void end(void) {
    lucid_link_free(made);
    made = NULL;
}

/* Puts one packet in, made of its number. */
static void put(lucid_time now, uint64_t id, size_t length) {
    uint8_t octets[2000];
    memset(octets, (int)(id & 0xff), length);
    octets[0] = 0x45;
    ck_assert_int_eq(lucid_link_put(made, now, octets, length, id), 0);
}

static struct lucid_link_stats stats(void) {
    struct lucid_link_stats now;
    lucid_link_stats(made, &now);
    return now;
}

/* Takes what must come at exactly this time: a nanosecond earlier there is nothing. */
static void takes(lucid_time at, uint64_t expected) {
    const uint8_t *octets;
    uint64_t id = 0;
    ck_assert_uint_eq(lucid_link_deadline(made), at);
    ck_assert(at == 0 || lucid_link_take(made, at - 1, &octets, &id) == 0);
    ck_assert_uint_gt(lucid_link_take(made, at, &octets, &id), 0);
    ck_assert_uint_eq(id, expected);
}

static void is_empty(void) {
    const uint8_t *octets;
    uint64_t id;
    ck_assert(lucid_link_deadline(made) == LUCID_NEVER);
    ck_assert_uint_eq(lucid_link_take(made, LUCID_NEVER, &octets, &id), 0);
}

START_TEST(nothing_happens_to_it) {
    make((struct lucid_faults){0});
    is_empty();
    uint8_t octets[40];
    memset(octets, 7, sizeof octets);
    ck_assert_int_eq(lucid_link_put(made, 5, octets, sizeof octets, 99), 0);
    memset(octets, 0, sizeof octets);
    const uint8_t *out;
    uint64_t id;
    ck_assert(lucid_link_deadline(made) == 5);
    ck_assert_uint_eq(lucid_link_take(made, 4, &out, &id), 0);
    ck_assert_uint_eq(lucid_link_take(made, 5, &out, &id), sizeof octets);
    ck_assert_uint_eq(id, 99);
    for (size_t i = 0; i < sizeof octets; i++) {
        ck_assert_uint_eq(out[i], 7);
    }
    is_empty();
    ck_assert_uint_eq(stats().passed, 1);
    end();
}
END_TEST

START_TEST(length_has_bounds) {
    static uint8_t octets[LUCID_PACKET_MAX + 1];
    make((struct lucid_faults){.corrupt = 1000000});
    ck_assert_int_eq(lucid_link_put(made, 0, octets, 0, 1), -LUCID_EINVAL);
    ck_assert_int_eq(lucid_link_put(made, 0, octets, sizeof octets, 1), -LUCID_EINVAL);
    is_empty();
    ck_assert_int_eq(lucid_link_put(made, 0, octets, LUCID_PACKET_MAX, 1), 0);
    ck_assert_int_eq(lucid_link_put(made, 0, octets, 1, 2), 0);
    takes(0, 1);
    takes(0, 2);
    end();
}
END_TEST

START_TEST(order_is_kept) {
    make((struct lucid_faults){.delay = 20 * MS, .jitter = 15 * MS, .seed = (uint64_t)_i});
    for (uint64_t id = 1; id <= 300; id++) {
        put(id * MS, id, 100);
    }
    lucid_time last = 0;
    bool moved = false;
    for (uint64_t id = 1; id <= 300; id++) {
        lucid_time at = lucid_link_deadline(made);
        ck_assert(at >= last && at >= (id + 20) * MS && at <= (id + 35) * MS);
        moved = moved || at != (id + 20) * MS;
        takes(at, id);
        last = at;
    }
    ck_assert(moved);
    is_empty();
    end();
}
END_TEST

/* 1000 octets at 8 Mbit/s take 1 ms. */
START_TEST(rate_spaces_packets) {
    make((struct lucid_faults){.rate = 8000000, .delay = 10 * MS});
    put(0, 1, 1000);
    put(0, 2, 1000);
    put(0, 3, 500);
    put(100 * MS, 4, 1000);
    takes(11 * MS, 1);
    takes(12 * MS, 2);
    takes(12 * MS + MS / 2, 3);
    takes(111 * MS, 4);
    end();
    make((struct lucid_faults){.rate = 3});
    put(0, 1, 1);
    takes(UINT64_C(2666666667), 1);
    end();
}
END_TEST

START_TEST(queue_has_a_bound) {
    make((struct lucid_faults){.rate = 8000000, .queue = 3});
    for (uint64_t id = 1; id <= 10; id++) {
        put(0, id, 1000);
    }
    ck_assert_uint_eq(stats().queue_full, 6); /* one leaves, three wait */
    put(MS - 1, 11, 1000);
    ck_assert_uint_eq(stats().queue_full, 7);
    put(MS, 12, 1000);
    ck_assert_uint_eq(stats().queue_full, 7);
    takes(1 * MS, 1);
    takes(2 * MS, 2);
    takes(3 * MS, 3);
    takes(4 * MS, 4);
    takes(5 * MS, 12);
    is_empty();
    ck_assert_uint_eq(stats().passed, 5);
    end();
}
END_TEST

START_TEST(no_packet_waits_without_a_queue) {
    struct lucid_faults faults = {.rate = 8000000, .queue = 0};
    made = lucid_link_new(&faults, 0);
    put(0, 1, 1000);
    put(0, 2, 1000);
    put(MS, 3, 1000);
    takes(MS, 1);
    takes(2 * MS, 3);
    is_empty();
    end();
}
END_TEST

static size_t drain(uint64_t *ids, size_t room) {
    const uint8_t *octets;
    size_t count = 0;
    uint64_t id;
    while (lucid_link_take(made, LUCID_NEVER, &octets, &id)) {
        EXPECT(count < room);
        ids[count++] = id;
    }
    return count;
}

enum { MANY = 20000 };
static uint64_t ids[2 * MANY];

static size_t put_many(lucid_time apart) {
    for (uint64_t id = 1; id <= MANY; id++) {
        put(id * apart, id, 60);
    }
    return drain(ids, 2 * MANY);
}

START_TEST(loss_is_as_often_as_said) {
    make((struct lucid_faults){.loss = 100000});
    size_t arrived = put_many(MS);
    ck_assert_uint_ge(arrived, MANY * 89 / 100);
    ck_assert_uint_le(arrived, MANY * 91 / 100);
    ck_assert_uint_eq(stats().dropped, MANY - arrived);
    ck_assert_uint_eq(stats().passed, arrived);
    end();
    make((struct lucid_faults){.loss = 1000000});
    ck_assert_uint_eq(put_many(MS), 0);
    end();
}
END_TEST

START_TEST(duplicates_follow) {
    make((struct lucid_faults){.duplicate = 250000});
    size_t arrived = put_many(MS);
    ck_assert_uint_eq(stats().duplicated, arrived - MANY);
    ck_assert_uint_ge(arrived, MANY * 124 / 100);
    ck_assert_uint_le(arrived, MANY * 126 / 100);
    for (size_t i = 1; i < arrived; i++) {
        EXPECT(ids[i] == ids[i - 1] || ids[i] == ids[i - 1] + 1);
    }
    end();
}
END_TEST

/* Packets that are not held back stay in order; one that is arrives behind at least one and at most seven of them. */
START_TEST(reordering_is_bounded) {
    static bool held_back[MANY + 1];
    make((struct lucid_faults){.reorder = 50000, .seed = (uint64_t)_i});
    for (uint64_t id = 1; id <= MANY; id++) {
        uint64_t before = stats().reordered;
        put(id * MS / 100, id, 60);
        held_back[id] = stats().reordered > before;
    }
    ck_assert_uint_eq(drain(ids, 2 * MANY), MANY);
    ck_assert_uint_ge(stats().reordered, MANY * 4 / 100);
    ck_assert_uint_le(stats().reordered, MANY * 6 / 100);
    uint64_t in_order = 0;
    for (size_t i = 0; i < MANY; i++) {
        if (!held_back[ids[i]]) {
            EXPECT(ids[i] > in_order);
            in_order = ids[i];
            continue;
        }
        size_t passed_by = 0;
        for (uint64_t id = ids[i] + 1; id <= in_order; id++) {
            passed_by += !held_back[id];
        }
        EXPECT(passed_by <= 7 && (passed_by > 0 || ids[i] > MANY - 20)); /* the last ones have no followers */
    }
    end();
}
END_TEST

START_TEST(reordering_ends_by_time) {
    make((struct lucid_faults){.reorder = 1000000, .delay = 20 * MS});
    put(0, 1, 60);
    ck_assert_uint_eq(stats().reordered, 1);
    takes(30 * MS, 1);
    is_empty();
    for (uint64_t id = 1; id <= 1000; id++) {
        put(40 * MS, id, 60);
    }
    ck_assert_uint_lt(stats().reordered, 1001); /* held back are at most 64 at a time */
    ck_assert_uint_eq(drain(ids, MANY), 1000);
    end();
}
END_TEST

START_TEST(one_bit_is_flipped) {
    unsigned flipped[40 * 8] = {0};
    make((struct lucid_faults){.corrupt = 1000000, .duplicate = 1000000});
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t octets[40] = {0};
        const uint8_t *out;
        uint64_t id;
        ck_assert_int_eq(lucid_link_put(made, 0, octets, sizeof octets, round), 0);
        EXPECT(lucid_link_take(made, 0, &out, &id) == sizeof octets);
        unsigned bits = 0;
        for (unsigned bit = 0; bit < 40 * 8; bit++) {
            bool set = out[bit / 8] & (0x80u >> (bit % 8));
            bits += set;
            flipped[bit] += set;
        }
        EXPECT(bits == 1);
        EXPECT(lucid_link_take(made, 0, &out, &id) == sizeof octets && id == round);
        EXPECT(memcmp(out, octets, sizeof octets) == 0);
    }
    for (unsigned bit = 0; bit < 40 * 8; bit++) {
        EXPECT((flipped[bit] > 0) == (bit >= 4));
    }
    ck_assert_uint_eq(stats().corrupted, 20000);
    end();
}
END_TEST

/* ---- it repeats, and no fault moves another ---- */

static struct lucid_faults some_faults(uint64_t seed) {
    uint64_t state = seed;
    return (struct lucid_faults){
        .loss = draw_below(&state, 200000),
        .duplicate = draw_below(&state, 100000),
        .reorder = draw_below(&state, 100000),
        .corrupt = draw_below(&state, 100000),
        .delay = draw_below(&state, 50) * MS,
        .jitter = draw_below(&state, 20) * MS,
        .rate = draw_below(&state, 2) ? 1000000 + draw_below(&state, 100000000) : 0,
        .queue = 1 + draw_below(&state, 100),
        .seed = draw(&state),
    };
}

/* A run in which putting and taking alternate at random, as one number; checks what must hold on the way. */
static uint64_t fingerprint(const struct lucid_faults *faults, uint64_t stream) {
    uint64_t state = 77, print = 0, taken = 0;
    made = lucid_link_new(faults, stream);
    lucid_time now = 0;
    for (uint64_t id = 1; id <= 3000; id++) {
        put(now, id, 20 + draw_below(&state, 1500));
        now += draw_below(&state, 3) * MS / 2;
        const uint8_t *octets;
        size_t length;
        lucid_time deadline;
        uint64_t out = 0;
        while ((deadline = lucid_link_deadline(made), length = lucid_link_take(made, now, &octets, &out))) {
            EXPECT(deadline <= now && out <= id && octets[0] >> 4 == 4);
            for (size_t i = 0; i < length; i++) {
                print = print * 31 + octets[i];
            }
            print = (print ^ out ^ deadline) * UINT64_C(0x9e3779b97f4a7c15);
            taken++;
        }
        EXPECT(lucid_link_deadline(made) > now);
    }
    taken += drain(ids, 2 * MANY);
    EXPECT(taken == stats().passed + stats().duplicated);
    EXPECT(stats().passed + stats().dropped + stats().queue_full == 3000);
    end();
    return print;
}

START_TEST(same_seed_same_packets) {
    struct lucid_faults faults = some_faults((uint64_t)_i);
    uint64_t print = fingerprint(&faults, 3);
    EXPECT(print == fingerprint(&faults, 3));
    EXPECT(print != fingerprint(&faults, 4));
    faults.seed++;
    EXPECT(print != fingerprint(&faults, 3));
}
END_TEST

START_TEST(no_fault_moves_another) {
    static bool lost[2][1000];
    for (int run = 0; run < 2; run++) {
        struct lucid_faults faults = {.loss = 100000, .seed = 5};
        if (run == 1) {
            faults.duplicate = faults.reorder = faults.corrupt = 300000;
            faults.jitter = 9 * MS;
        }
        make(faults);
        for (uint64_t id = 0; id < 1000; id++) {
            uint64_t before = stats().dropped;
            put(id * MS, id, 60);
            lost[run][id] = stats().dropped > before;
        }
        end();
    }
    ck_assert_mem_eq(lost[0], lost[1], sizeof lost[0]);
}
END_TEST

/* ---- judged ---- */

struct court {
    enum lucid_link_fate fate[8];
    lucid_time now;
    size_t length;
};

static enum lucid_link_fate judge(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id) {
    struct court *court = user;
    EXPECT(octets[0] == 0x45 && id < 8);
    court->now = now;
    court->length = length;
    return court->fate[id];
}

START_TEST(judgment_is_carried_out) {
    struct court court = {.fate = {LUCID_LINK_PASS, LUCID_LINK_DROP, LUCID_LINK_DUPLICATE, LUCID_LINK_HOLD,
                                   LUCID_LINK_CORRUPT, LUCID_LINK_HOLD}};
    make((struct lucid_faults){.delay = MS});
    lucid_link_judge(made, judge, &court);
    for (uint64_t id = 0; id < 7; id++) {
        put(id * 10 * MS, id, 60 + id);
    }
    ck_assert(court.now == 60 * MS && court.length == 66);
    takes(MS, 0);
    takes(21 * MS, 2);
    takes(21 * MS, 2);
    takes(41 * MS, 4);
    takes(61 * MS, 6);
    is_empty();
    struct lucid_link_stats s = stats();
    ck_assert(s.passed == 4 && s.dropped == 1 && s.duplicated == 1 && s.corrupted == 1 && s.held == 2);
    lucid_link_release(made, 100 * MS);
    takes(101 * MS, 3);
    takes(101 * MS, 5);
    is_empty();
    ck_assert(stats().held == 0 && stats().passed == 6);
    lucid_link_judge(made, NULL, NULL);
    put(200 * MS, 1, 60);
    takes(201 * MS, 1);
    end();
}
END_TEST

START_TEST(judge_comes_before_chance) {
    struct court court = {.fate = {LUCID_LINK_PASS, LUCID_LINK_DUPLICATE, LUCID_LINK_HOLD}};
    make((struct lucid_faults){.loss = 1000000});
    lucid_link_judge(made, judge, &court);
    put(0, 0, 60);
    is_empty();
    put(0, 1, 60);
    takes(0, 1);
    takes(0, 1);
    put(0, 2, 60);
    is_empty();
    lucid_link_release(made, 7);
    takes(7, 2);
    end();
}
END_TEST

START_TEST(held_packets_are_freed) {
    struct court court = {.fate = {LUCID_LINK_HOLD}};
    make((struct lucid_faults){0});
    lucid_link_judge(made, judge, &court);
    put(0, 0, 60);
    put(0, 0, 60);
    end();
    lucid_link_free(NULL);
}
END_TEST

/* ---- bounds ---- */

START_TEST(memory_has_a_bound) {
    static uint8_t octets[65535];
    struct lucid_faults faults = {.delay = LUCID_SECOND};
    make(faults);
    unsigned taken = 0;
    while (lucid_link_put(made, 0, octets, sizeof octets, taken) == 0) {
        EXPECT(++taken < 2000);
    }
    ck_assert_uint_ge(taken, 1000);
    ck_assert_uint_eq(stats().passed, taken);
    ck_assert_uint_eq(stats().dropped, 1);
    ck_assert_uint_eq(drain(ids, MANY), taken);
    ck_assert_int_eq(lucid_link_put(made, LUCID_SECOND, octets, sizeof octets, 1), 0);
    end();
}
END_TEST

/* Half a million packets on their way at once: no loop over all of them for each. */
START_TEST(many_on_their_way) {
    make((struct lucid_faults){.delay = LUCID_SECOND, .jitter = MS, .reorder = 500000, .duplicate = 10000});
    for (uint64_t id = 1; id <= 500000; id++) {
        put(id, id, 20);
    }
    const uint8_t *octets;
    uint64_t id, count = 0;
    lucid_time last = 0, deadline;
    while ((deadline = lucid_link_deadline(made)) != LUCID_NEVER) {
        EXPECT(deadline >= last && lucid_link_take(made, deadline, &octets, &id) == 20);
        last = deadline;
        count++;
    }
    ck_assert_uint_eq(count, 500000 + stats().duplicated);
    end();
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, nothing_happens_to_it);
    tcase_add_test(tests, length_has_bounds);
    tcase_add_loop_test(tests, order_is_kept, 0, 5);
    tcase_add_test(tests, rate_spaces_packets);
    tcase_add_test(tests, queue_has_a_bound);
    tcase_add_test(tests, no_packet_waits_without_a_queue);
    tcase_add_test(tests, loss_is_as_often_as_said);
    tcase_add_test(tests, duplicates_follow);
    tcase_add_loop_test(tests, reordering_is_bounded, 0, 5);
    tcase_add_test(tests, reordering_ends_by_time);
    tcase_add_test(tests, one_bit_is_flipped);
    tcase_add_loop_test(tests, same_seed_same_packets, 0, 30);
    tcase_add_test(tests, no_fault_moves_another);
    tcase_add_test(tests, judgment_is_carried_out);
    tcase_add_test(tests, judge_comes_before_chance);
    tcase_add_test(tests, held_packets_are_freed);
    tcase_add_test(tests, memory_has_a_bound);
    tcase_add_test(tests, many_on_their_way);
}

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("link", &tests);
    add_tests(tests);
    return unit_run(suite);
}
