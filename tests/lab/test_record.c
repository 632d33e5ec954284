/* test_record.c: the small parts of the simulated world: the writer of the log, the agenda, the random numbers. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/agenda.h"
#include "lab/record.h"
#include "lab/rng.h"
#include "lab/stuck.h"
#include "lab/lab_play.h"

/* ---- the agenda ---- */

START_TEST(agenda_keeps_order) {
    struct agenda agenda = {0};
    struct lab_rng rng;
    unsigned what[500];
    lab_rng_seed(&rng, 1, LAB_STREAM_APPLICATION, 0);
    for (unsigned i = 0; i < 500; i++) {
        what[i] = lab_rng_below(&rng, 7);
        ck_assert_int_eq(agenda_put(&agenda, what[i], i, &what[i]), 0);
    }
    for (unsigned i = 0; i < 500; i += 3) {
        agenda_remove(&agenda, &what[i]);
    }
    const unsigned *last = NULL;
    unsigned count = 0;
    for (; agenda_first(&agenda); count++) {
        const unsigned *next = agenda_take(&agenda);
        ck_assert(!last || *last < *next || (*last == *next && last < next));
        ck_assert_uint_ne((unsigned)(next - what) % 3, 0);
        last = next;
    }
    ck_assert_uint_eq(count, 500 - 167);
    agenda_end(&agenda);
}
END_TEST

/* ---- random numbers ---- */

START_TEST(splitmix64) {
    struct lab_rng rng = {0};
    ck_assert_uint_eq(lab_rng_next(&rng), UINT64_C(0xe220a8397b1dcdaf));
    ck_assert_uint_eq(lab_rng_next(&rng), UINT64_C(0x6e789e6aa1b965f4));
    ck_assert_uint_eq(lab_rng_next(&rng), UINT64_C(0x06c45d188009454f));
}
END_TEST

START_TEST(streams_are_apart) {
    uint64_t first[16];
    unsigned count = 0;
    for (unsigned seed = 0; seed < 2; seed++) {
        for (unsigned stream = 0; stream < 2; stream++) {
            for (unsigned number = 0; number < 2; number++) {
                struct lab_rng rng;
                lab_rng_seed(&rng, seed, stream, number);
                first[count++] = lab_rng_next(&rng);
            }
        }
    }
    for (unsigned i = 0; i < count; i++) {
        for (unsigned j = 0; j < i; j++) {
            ck_assert_uint_ne(first[i], first[j]);
        }
    }
}
END_TEST

/* ---- the record ---- */

static char lines[8192];

static void take(void *user, const char *line, size_t length) {
    (void)user;
    strncat(lines, line, length);
}

static void leaves(struct record *record, uint64_t named, uint32_t seq, uint32_t length, bool again) {
    struct lucid_event event = {.connection = 1, .kind = LUCID_EVENT_SEGMENT_OUT};
    event.u.segment.id = named;
    event.u.segment.seq = seq;
    event.u.segment.length = length;
    event.u.segment.flags = LUCID_ACK;
    event.u.segment.retransmission = again;
    lines[0] = '\0';
    record_event(record, 0, &event);
}

/* A packet may have some octets that left before and some that did not: each belongs to the packet it left in first. */
START_TEST(first_sent_in) {
    struct record record;
    record_init(&record, take, NULL, 64);
    record.node[0].name = "A";
    leaves(&record, 11, 0xfffffff0u, 10, false);
    leaves(&record, 12, 0xfffffffau, 10, false);
    ck_assert_ptr_null(strstr(lines, "rtx"));
    leaves(&record, 13, 0xfffffffau, 20, true);
    ck_assert_ptr_nonnull(strstr(lines, "\"id\":3"));
    ck_assert_ptr_nonnull(strstr(lines, "\"rtx\":2"));
    leaves(&record, 14, 0xfffffff5u, 5, true);
    ck_assert_ptr_nonnull(strstr(lines, "\"rtx\":1"));
    leaves(&record, 15, 2, 4, true);
    ck_assert_ptr_nonnull(strstr(lines, "\"rtx\":2"));
    leaves(&record, 16, 4, 5, true);
    ck_assert_ptr_nonnull(strstr(lines, "\"rtx\":3"));
    leaves(&record, 17, 14, 5, false);
    ck_assert_ptr_null(strstr(lines, "rtx"));
    record_end(&record);
}
END_TEST

/* After a restart numbers go on, and the stack's own are its own again. */
START_TEST(numbers_after_a_restart) {
    struct record record;
    record_init(&record, take, NULL, 64);
    record.node[0].name = "A";
    leaves(&record, 1, 100, 10, false);
    ck_assert_ptr_nonnull(strstr(lines, "\"c\":1,"));
    record_restart(&record, 0);
    leaves(&record, 1, 100, 10, false);
    ck_assert_ptr_nonnull(strstr(lines, "\"i\":2,"));
    ck_assert_ptr_nonnull(strstr(lines, "\"c\":2,"));
    ck_assert_ptr_nonnull(strstr(lines, "\"id\":2,"));
    ck_assert_ptr_null(strstr(lines, "rtx"));
    record_end(&record);
}
END_TEST

/* ---- stuck ---- */

static char *explained(const struct tlog *log, bool *stuck) {
    struct model *model = model_new(log);
    struct text text = text_growing();
    model_goto(model, tlog_count(log));
    *stuck = stuck_explain(model, &text);
    model_free(model);
    return text_detach(&text);
}

/* A packet that is held does nothing by itself; one that flies does. */
START_TEST(held_and_in_flight) {
    bool stuck;
    struct lab_play *play = lab_play_open(7, "node A 10.77.0.1\nnode B 10.77.0.2 listen 80");
    lab_play_do(play, "A connect B:80\nrun 1s\nA abort");
    char *why = explained(play->log, &stuck);
    ck_assert(!stuck);
    ck_assert_str_eq(why, "packet 4 is on the wire");
    free(why);
    lab_play_do(play, "wire hold id 4");
    why = explained(play->log, &stuck);
    ck_assert(!stuck);
    ck_assert_ptr_nonnull(strstr(why, "nothing happens until an application acts"));
    free(why);
    lab_play_close(play);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("record");
    TCase *tcase = tcase_create("record");
    tcase_add_test(tcase, agenda_keeps_order);
    tcase_add_test(tcase, splitmix64);
    tcase_add_test(tcase, streams_are_apart);
    tcase_add_test(tcase, first_sent_in);
    tcase_add_test(tcase, numbers_after_a_restart);
    tcase_add_test(tcase, held_and_in_flight);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
