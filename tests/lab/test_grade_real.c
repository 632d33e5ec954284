/* test_grade_real.c: the stories of stage 8 are what their names say, and a machine that errs in one is found out. */
#include "lab/grade_real.h"
#include "lucid/trace.h"
#include "lucid/socket.h"
#include "unit/unit.h"

static const struct real_story STORIES[] = {
#define STORY(name, ...) {name, __VA_ARGS__},
#include "lab/grade_stories.def"
};
#define STORY_COUNT (sizeof STORIES / sizeof STORIES[0])

static const struct real_story *story(const char *part) {
    for (unsigned i = 0; i < STORY_COUNT; i++) {
        if (strstr(STORIES[i].name, part)) {
            return &STORIES[i];
        }
    }
    ck_abort_msg("no story %s", part);
}

static unsigned count(const struct real_outcome *outcome, unsigned which, unsigned from, unsigned to) {
    unsigned times = 0;
    for (unsigned i = 0; i < outcome->changes[which]; i++) {
        times += outcome->change[which][i].from == from && outcome->change[which][i].to == to;
    }
    return times;
}

START_TEST(what_they_show) {
    struct real_outcome it;
    real_live(story("L10"), NULL, NULL, &it);
    ck_assert_uint_eq(it.delivered[0], 5000);
    ck_assert_uint_eq(it.delivered[1], 3000);
    ck_assert_uint_eq(count(&it, 0, LUCID_FIN_WAIT_1, LUCID_FIN_WAIT_2), 1);
    ck_assert_uint_eq(count(&it, 1, LUCID_CLOSE_WAIT, LUCID_LAST_ACK), 1);
    ck_assert_uint_eq(count(&it, 0, LUCID_TIME_WAIT, LUCID_CLOSED), 1);
    real_live(story("L06"), NULL, NULL, &it);
    ck_assert_uint_eq(count(&it, 0, LUCID_SYN_SENT, LUCID_SYN_RECEIVED), 1);
    ck_assert_uint_eq(count(&it, 1, LUCID_SYN_SENT, LUCID_SYN_RECEIVED), 1);
    ck_assert_uint_eq(it.delivered[1], 2000);
    real_live(story("L09"), NULL, NULL, &it);
    ck_assert_uint_eq(it.delivered[0], 4000);
    real_live(story("L12"), NULL, NULL, &it);
    ck_assert_uint_eq(count(&it, 0, LUCID_CLOSING, LUCID_TIME_WAIT), 1);
    ck_assert_uint_eq(count(&it, 1, LUCID_CLOSING, LUCID_TIME_WAIT), 1);
    real_live(story("L13"), NULL, NULL, &it);
    ck_assert_uint_eq(count(&it, 0, LUCID_TIME_WAIT, LUCID_TIME_WAIT), 1);
    real_live(story("L15"), NULL, NULL, &it);
    ck_assert_int_eq(it.error[0], -LUCID_ECONNREFUSED);
    ck_assert_uint_eq(count(&it, 1, LUCID_ESTABLISHED, LUCID_CLOSED), 1);
    real_live(story("a tenth"), NULL, NULL, &it);
    ck_assert_uint_eq(it.delivered[0], 30000);
    ck_assert_uint_eq(it.delivered[1], 30000);
}
END_TEST

/* In one state, at one event, this machine stays where it is; else the table decides. */
struct stubborn {
    unsigned at;
    const char *event;
};

static bool ask(void *user, const struct lucid_machine_question *question, struct lucid_machine_answer *answer) {
    const struct stubborn *stubborn = user;
    answer->sent = 0;
    return question->at == stubborn->at && !strcmp(question->event, stubborn->event);
}

static void is_found_out(const char *part, unsigned at, const char *event, const char *words) {
    struct stubborn stubborn = {at, event};
    struct real_outcome table, machine;
    char what[160] = "";
    real_live(story(part), NULL, NULL, &table);
    real_live(story(part), ask, &stubborn, &machine);
    ck_assert_msg(!real_same(&table, &machine, what, sizeof what), "%s", part);
    ck_assert_msg(strstr(what, words) != NULL, "%s", what);
}

START_TEST(mistakes_are_found_out) {
    is_found_out("L11", LUCID_FIN_WAIT_2, "RCV_FIN", "client, step 5: from FIN-WAIT-2");
    is_found_out("L12", LUCID_CLOSING, "RCV_ACK_OF_FIN", "RFC: TIME-WAIT");
    is_found_out("L06", LUCID_SYN_SENT, "RCV_SYN", "RFC: SYN-RECEIVED");
    is_found_out("L13", LUCID_TIME_WAIT, "RCV_FIN", "RFC: TIME-WAIT");
    is_found_out("L16", LUCID_ESTABLISHED, "RCV_RST", "RFC: CLOSED");
}
END_TEST

START_TEST(the_same_twice) {
    for (unsigned i = 0; i < STORY_COUNT; i++) {
        struct stubborn nowhere = {0, ""};
        struct real_outcome table, machine;
        char what[160];
        real_live(&STORIES[i], NULL, NULL, &table);
        real_live(&STORIES[i], ask, &nowhere, &machine);
        ck_assert_msg(real_same(&table, &machine, what, sizeof what), "%s: %s", STORIES[i].name, what);
        ck_assert_uint_lt(table.changes[0], REAL_STATES);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("grade_real", &tests);
    tcase_add_test(tests, what_they_show);
    tcase_add_test(tests, mistakes_are_found_out);
    tcase_add_test(tests, the_same_twice);
    return unit_run(suite);
}
