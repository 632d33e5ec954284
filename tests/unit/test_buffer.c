/* test_buffer.c: taking octets off either end of a queue that lies in several pieces. */
#include "base/buffer.h"
#include "fixture.h"

static const uint32_t PART = 700, PARTS = 4;

static uint8_t octet(uint32_t offset) {
    return (uint8_t)(offset * 31 + offset / 256);
}

static void append(struct env *env, struct buffers *queue, uint32_t from, uint32_t length) {
    uint8_t octets[4096];
    for (uint32_t i = 0; i < length; i++) {
        octets[i] = octet(from + i);
    }
    ck_assert(buffers_append_copy(env, queue, octets, length));
}

/* The queue holds length octets of the stream, from first on. */
static void expect_octets(const struct buffers *queue, uint32_t first, uint32_t length) {
    uint8_t octets[8192];
    ck_assert_uint_eq(queue->length, length);
    buffers_peek(queue, octets, length);
    for (uint32_t i = 0; i < length; i++) {
        EXPECT(octets[i] == octet(first + i));
    }
}

/* Parts of PART octets, each a piece of its own. */
static void fill(struct env *env, struct buffers *queue) {
    for (uint32_t i = 0; i < PARTS; i++) {
        struct buffers part = {0};
        append(env, &part, i * PART, PART);
        buffers_splice(queue, &part);
    }
}

START_TEST(the_end_is_cut_off) {
    for (uint32_t kept = 0; kept <= PART * PARTS; kept += 25) {
        struct fixture f;
        struct buffers queue = {0};
        fixture_open(&f);
        fill(&f.env, &queue);
        buffers_cut(&f.env, &queue, kept);
        expect_octets(&queue, 0, kept);
        append(&f.env, &queue, kept, 1000); /* and it goes on from there */
        expect_octets(&queue, 0, kept + 1000);
        buffers_cut(&f.env, &queue, 0);
        ck_assert_ptr_null(queue.head);
        fixture_close(&f); /* not an octet is left */
    }
}
END_TEST

/* The mark that buffers_slices() leaves stays right, or goes with its piece. */
START_TEST(the_front_is_consumed) {
    for (uint32_t marked = 0; marked < PART * PARTS; marked += 350) {
        for (uint32_t step = 25; step <= PART * PARTS; step = step * 2 + 1) {
            struct fixture f;
            struct buffers queue = {0};
            struct lucid_slice slice;
            unsigned count;
            uint32_t consumed = 0;
            fixture_open(&f);
            fill(&f.env, &queue);
            ck_assert_uint_eq(buffers_slices(&queue, marked, 1, &slice, 1, &count), 1);
            while (queue.length >= step) {
                buffers_consume(&f.env, &queue, step);
                consumed += step;
                expect_octets(&queue, consumed, PART * PARTS - consumed);
                if (queue.length > 0) {
                    ck_assert_uint_eq(buffers_slices(&queue, queue.length - 1, 1, &slice, 1, &count), 1);
                    ck_assert_uint_eq(slice.data[0], octet(PART * PARTS - 1));
                }
            }
            buffers_consume(&f.env, &queue, queue.length);
            ck_assert_ptr_null(queue.head);
            ck_assert_ptr_null(queue.tail);
            fixture_close(&f);
        }
    }
}
END_TEST

/* What was queued costs at most four times as much memory, and from 8 KB on twice; a stream does not become many
 * pieces. */
START_TEST(memory_for_what_is_queued) {
    static uint8_t octets[200000];
    struct fixture f;
    struct buffers queue = {0};
    fixture_open(&f);
    for (uint32_t length = 600; length < sizeof octets; length += length / 7) {
        size_t before = f.in_use;
        ck_assert(buffers_append_copy(&f.env, &queue, octets, length));
        ck_assert_uint_le(f.in_use - before, length * (length < 8000 ? 4 : 2) + 300);
        buffers_consume(&f.env, &queue, length);
    }
    unsigned pieces = 0;
    for (unsigned i = 0; i < 1000; i++) {
        ck_assert(buffers_append_copy(&f.env, &queue, octets, 1000));
    }
    for (const struct buffer *piece = queue.head; piece; piece = piece->next) {
        pieces++;
    }
    ck_assert_uint_lt(pieces, 25);
    buffers_consume(&f.env, &queue, queue.length);
    fixture_close(&f);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("buffer", &tests);
    tcase_add_test(tests, the_end_is_cut_off);
    tcase_add_test(tests, the_front_is_consumed);
    tcase_add_test(tests, memory_for_what_is_queued);
    return unit_run(suite);
}
