/* test_handoff.c: the ring that packets take from one thread's stack to another's: tun/handoff.h. */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#include "handoff.h"
#include "unit.h"

#define PUTTERS 3
#define EACH 20000u

static struct handoff *ring;

static void setup(void) {
    ring = aligned_alloc(_Alignof(struct handoff), sizeof *ring);
    ck_assert_ptr_nonnull(ring);
    ck_assert_int_eq(handoff_open(ring), 0);
}

static void teardown(void) {
    handoff_close(ring);
    free(ring);
}

static bool put(const void *octets, size_t length, unsigned asked) {
    struct lucid_packet packet = {.slice = {{octets, length}},
                                  .slices = 1,
                                  .length = (uint32_t)length,
                                  .segment_size = 1448,
                                  .checksum = LUCID_CHECKSUM_PARTIAL,
                                  .anywhere = true};
    return handoff_put(ring, &packet, asked);
}

static bool told(void) {
    struct pollfd asked = {.fd = ring->event, .events = POLLIN};
    return poll(&asked, 1, 0) == 1;
}

START_TEST(a_packet_is_copied_with_all_that_is_known_of_it) {
    char octets[] = "a packet";
    ck_assert_ptr_null(handoff_take(ring));
    ck_assert(put(octets, sizeof octets, 2));
    octets[0] = 'X';
    struct handed *handed = handoff_take(ring);
    ck_assert_ptr_nonnull(handed);
    ck_assert_uint_eq(handed->asked, 2);
    ck_assert_uint_eq(handed->packet.slices, 1);
    ck_assert_uint_eq(handed->packet.length, sizeof octets);
    ck_assert_uint_eq(handed->packet.slice[0].length, sizeof octets);
    ck_assert_str_eq((const char *)handed->packet.slice[0].data, "a packet");
    ck_assert_uint_eq(handed->packet.segment_size, 1448);
    ck_assert_uint_eq(handed->packet.checksum, LUCID_CHECKSUM_PARTIAL);
    ck_assert(handed->packet.anywhere);
    ck_assert_ptr_null(handed->packet.chunk);
    free(handed);
    ck_assert_ptr_null(handoff_take(ring));
}
END_TEST

/* It goes round several times, past the end of its numbers too. */
START_TEST(a_full_ring_takes_no_more_until_there_is_room) {
    static const unsigned starts[] = {0, 0u - HANDOFF_PLACES};
    unsigned next = starts[_i];
    atomic_store(&ring->puts, next);
    ring->takes = next;
    for (unsigned i = 0; i < HANDOFF_PLACES; i++) {
        atomic_store(&ring->place[i].turn, next + i);
    }
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < HANDOFF_PLACES; i++) {
            unsigned number = round * HANDOFF_PLACES + i;
            EXPECT(put(&number, sizeof number, 0));
        }
        ck_assert(!put("x", 1, 0));
        for (unsigned i = 0; i < HANDOFF_PLACES; i++) {
            struct handed *handed = handoff_take(ring);
            unsigned number;
            ck_assert_ptr_nonnull(handed);
            memcpy(&number, handed->octets, sizeof number);
            ck_assert_uint_eq(number, round * HANDOFF_PLACES + i);
            free(handed);
        }
        ck_assert_ptr_null(handoff_take(ring));
    }
}
END_TEST

START_TEST(the_taker_is_woken_once_until_he_looks) {
    ck_assert(!told());
    ck_assert(put("x", 1, 0));
    ck_assert(told());
    ck_assert(put("y", 1, 0));
    handoff_awake(ring);
    ck_assert(!told());
    ck_assert(put("z", 1, 0));
    ck_assert(told()); /* though he has not taken the others */
}
END_TEST

static void *put_many(void *user) {
    uint32_t item[2] = {(uint32_t)(uintptr_t)user, 0};
    while (item[1] < EACH) {
        item[1] += put(item, sizeof item, 0); /* full: again */
    }
    return NULL;
}

/* Each thread's packets come in its order, and all of them. The taker sleeps whenever there is none, so a lost wake-up
 * would end in the time limit of poll(). */
START_TEST(threads_put_at_the_same_time) {
    pthread_t threads[PUTTERS];
    uint32_t next[PUTTERS] = {0};
    for (uintptr_t i = 0; i < PUTTERS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, put_many, (void *)i), 0);
    }
    for (unsigned taken = 0; taken < PUTTERS * EACH;) {
        struct pollfd asked = {.fd = ring->event, .events = POLLIN};
        struct handed *handed;
        ck_assert_int_eq(poll(&asked, 1, 10000), 1);
        handoff_awake(ring);
        for (; (handed = handoff_take(ring)); taken++) {
            uint32_t item[2];
            memcpy(item, handed->octets, sizeof item);
            EXPECT(item[0] < PUTTERS && item[1] == next[item[0]]++);
            free(handed);
        }
    }
    for (unsigned i = 0; i < PUTTERS; i++) {
        pthread_join(threads[i], NULL);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("handoff", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_packet_is_copied_with_all_that_is_known_of_it);
    tcase_add_loop_test(tests, a_full_ring_takes_no_more_until_there_is_room, 0, 2);
    tcase_add_test(tests, the_taker_is_woken_once_until_he_looks);
    tcase_add_test(tests, threads_put_at_the_same_time);
    return unit_run(suite);
}
