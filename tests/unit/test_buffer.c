/* test_buffer.c: cutting the end off a queue of octets that lies in several pieces. */
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

static void expect_octets(const struct buffers *queue, uint32_t length) {
    uint8_t octets[8192];
    ck_assert_uint_eq(queue->length, length);
    buffers_peek(queue, octets, length);
    for (uint32_t i = 0; i < length; i++) {
        EXPECT(octets[i] == octet(i));
    }
}

START_TEST(the_end_is_cut_off) {
    for (uint32_t kept = 0; kept <= PART * PARTS; kept += 25) {
        struct fixture f;
        struct buffers queue = {0};
        fixture_open(&f);
        for (uint32_t i = 0; i < PARTS; i++) {
            struct buffers part = {0};
            append(&f.env, &part, i * PART, PART);
            buffers_splice(&queue, &part);
        }
        buffers_cut(&f.env, &queue, kept);
        expect_octets(&queue, kept);
        append(&f.env, &queue, kept, 1000); /* and it goes on from there */
        expect_octets(&queue, kept + 1000);
        buffers_cut(&f.env, &queue, 0);
        ck_assert_ptr_null(queue.head);
        fixture_close(&f); /* not an octet is left */
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("buffer", &tests);
    tcase_add_test(tests, the_end_is_cut_off);
    return unit_run(suite);
}
