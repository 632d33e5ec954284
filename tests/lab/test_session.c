/* test_session.c: playing with a world: time, the way back, branches; and running a log again. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/session.h"
#include "lab/words.h"

static char error[LAB_ERROR];

static struct session *open_with(uint64_t seed, const char *third) {
    const char *setup[] = {"node A 10.77.0.1", "node B 10.77.0.2 listen 80 app echo", third};
    struct world_options options = {.seed = seed, .payload = 64, .setup = setup, .setup_count = third ? 3 : 2};
    unsigned line;
    struct session *session = session_open(&options, &line, error);
    ck_assert_msg(session != NULL, "%s", error);
    return session;
}

static void must(struct session *session, const char *line) {
    struct text say = text_growing();
    ck_assert_msg(session_command(session, line, &say, error) == 0, "%s: %s", line, error);
    text_free(&say);
}

static char *answer(struct session *session, const char *line) {
    struct text say = text_growing();
    ck_assert_msg(session_command(session, line, &say, error) == 0, "%s: %s", line, error);
    text_put(&say, "");
    return text_detach(&say);
}

static char *lines_of(const struct session *session) {
    size_t length;
    const char *lines = tlog_lines(session->log, &length);
    return strndup(lines, length);
}

/* ---- time ---- */

START_TEST(step_and_next_state) {
    struct session *session = open_with(7, NULL);
    must(session, "A connect B:80");
    must(session, "next state");
    ck_assert_uint_eq(world_now(session->world), 20048000);
    must(session, "step 2");
    ck_assert_uint_eq(model_newest(session->model, 1)->state, LUCID_ESTABLISHED);
    session_close(session);
}
END_TEST

START_TEST(run_until_and_max) {
    struct session *session = open_with(7, NULL);
    must(session, "A connect B:80");
    must(session, "run until B.state=ESTABLISHED max 60s");
    ck_assert_uint_eq(world_now(session->world), 60137600);
    char *said = answer(session, "run until A.state=TIME-WAIT max 3s");
    ck_assert_ptr_nonnull(strstr(said, "has not come true"));
    ck_assert_uint_eq(world_now(session->world), 3060137600);
    free(said);
    must(session, "skip 2h");
    ck_assert_uint_eq(world_now(session->world), 7203060137600);
    session_close(session);
}
END_TEST

START_TEST(nothing_happens_any_more) {
    struct session *session = open_with(7, NULL);
    char *said = answer(session, "step");
    ck_assert_ptr_nonnull(strstr(said, "Nothing will ever happen again"));
    free(said);
    session_close(session);
}
END_TEST

/* Two ends that keep each other alive do so for ever: what has no limit ends after a day. */
/* The window update is lost, and nobody probes. */
START_TEST(who_waits_for_whom) {
    struct session *session = open_with(7, "without persist");
    must(session, "B set rcvbuf 4KB");
    must(session, "B#1 close");
    must(session, "B listen 80");
    must(session, "A connect B:80");
    must(session, "run 1s");
    must(session, "B read off");
    must(session, "A send 20KB");
    must(session, "run 1s");
    must(session, "wire cut B->A");
    must(session, "B read on");
    must(session, "wire heal");
    char *said = answer(session, "run");
    ck_assert_ptr_nonnull(strstr(said, "Stuck: "));
    ck_assert_ptr_nonnull(strstr(said, "A waits for a window from B; B waits for data from A; no timer is running"));
    free(said);
    session_close(session);
}
END_TEST

START_TEST(something_always_happens_next) {
    struct session *session = open_with(7, NULL);
    must(session, "A set keepalive on");
    must(session, "A connect B:80");
    must(session, "run 1s");
    char *said = answer(session, "next state");
    ck_assert_ptr_nonnull(strstr(said, "A day has passed"));
    free(said);
    said = answer(session, "run");
    ck_assert_ptr_nonnull(strstr(said, "A day has passed"));
    free(said);
    ck_assert_uint_gt(world_now(session->world), 2 * SESSION_DAY);
    ck_assert_uint_lt(world_now(session->world), 2 * SESSION_DAY + 4 * 7200 * LUCID_SECOND);
    session_close(session);
}
END_TEST

/* A node that is restarted has crashed: nothing of what it knew is left. */
START_TEST(restart_without_crash) {
    struct session *session = open_with(7, NULL);
    must(session, "A connect B:80");
    must(session, "run 1s");
    must(session, "A restart");
    ck_assert(model_newest(session->model, 0)->gone);
    ck_assert_uint_eq(model_newest(session->model, 1)->state, LUCID_ESTABLISHED);
    session_close(session);
}
END_TEST

/* ---- back ---- */

START_TEST(back_shows_and_step_shows_again) {
    struct session *session = open_with(7, NULL);
    must(session, "A connect B:80");
    must(session, "step 3");
    uint32_t end = session->model->at;
    must(session, "back 2");
    ck_assert_uint_lt(session->model->at, end);
    ck_assert_uint_eq(model_newest(session->model, 0)->state, LUCID_SYN_SENT);
    ck_assert(!session_at_end(session));
    must(session, "step 2");
    ck_assert(session_at_end(session));
    ck_assert_uint_eq(session->model->at, end);
    ck_assert_uint_eq(session->branches, 0);
    session_close(session);
}
END_TEST

/* What was is the same, byte for byte, up to the branch. */
START_TEST(a_command_after_back_is_a_branch) {
    char path[] = "/tmp/lucid-session-XXXXXX", branch[64];
    struct session *session = open_with(7, NULL);
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    snprintf(branch, sizeof branch, "%s.b1.tlog", path);
    ck_assert_int_eq(session_keep(session, path, error), 0);
    must(session, "A connect B:80");
    must(session, "step 3");
    must(session, "A send \"hello\"");
    must(session, "run");
    must(session, "goto 13");
    char *before = lines_of(session);
    must(session, "A abort");
    must(session, "run");
    ck_assert_uint_eq(session->branches, 1);
    char *after = lines_of(session);
    size_t same = 0;
    while (before[same] == after[same]) {
        same++;
    }
    before[same] = '\0';
    unsigned lines = 0;
    for (const char *at = before; (at = strchr(at, '\n')); at++) {
        lines++;
    }
    ck_assert_uint_ge(lines, 14);
    ck_assert_ptr_nonnull(strstr(after, "A abort"));
    ck_assert_ptr_null(strstr(after, "hello"));
    ck_assert_int_eq(access(branch, R_OK), 0);
    free(before);
    free(after);
    session_close(session);
    unlink(path);
    unlink(branch);
}
END_TEST

/* Back to just before a command: it is not part of the past. */
START_TEST(back_to_before_a_command) {
    struct session *session = open_with(7, NULL);
    must(session, "A connect B:80");
    must(session, "run 1s");
    must(session, "A send \"hello\"");
    must(session, "back");
    must(session, "A close");
    char *lines = lines_of(session);
    ck_assert_ptr_null(strstr(lines, "hello"));
    ck_assert_uint_eq(session->commands, 2);
    free(lines);
    session_close(session);
}
END_TEST

/* Time in which nothing happened passes again. */
START_TEST(a_branch_after_idle_time) {
    struct session *session = open_with(7, NULL);
    must(session, "skip 1h");
    must(session, "A connect B:80");
    must(session, "step 2");
    char *before = lines_of(session);
    uint32_t kept = session->model->at;
    must(session, "step 1");
    must(session, "back");
    ck_assert_uint_eq(session->model->at, kept);
    must(session, "A abort");
    char *after = lines_of(session);
    ck_assert_int_eq(strncmp(before, after, strlen(before)), 0);
    free(before);
    free(after);
    session_close(session);
}
END_TEST

/* ---- asking ---- */

START_TEST(what_is_answered) {
    struct session *session = open_with(7, "wire loss 2.5% A->B");
    must(session, "wire hold next A->B where SYN tag old");
    must(session, "wire drop next B->A count 3");
    must(session, "wire delay 1500us B->A");
    must(session, "wire rate 64kbit B->A");
    must(session, "wire cut B->A");
    must(session, "A connect B:80 from 40000");
    char *said = answer(session, "wire list");
    ck_assert_str_eq(said, "A->B  delay 20 ms  rate 10 Mbit/s  queue 100  mtu 1500  loss 2.5000%\n"
                           "B->A  delay 1500 us  rate 64 kbit/s  queue 100  mtu 1500  CUT\n"
                           "rule: drop the next 3 of B->A\n"
                           "held: packet 1 of A->B, tag old\n");
    free(said);
    said = answer(session, "status");
    ck_assert_str_eq(said, "A#1  SYN-SENT     10.77.0.1:40000  10.77.0.2:80\nB#1  LISTEN       *:80  *:0\n");
    free(said);
    said = answer(session, "why");
    ck_assert_ptr_nonnull(strstr(said, "3.10.1"));
    free(said);
    static const char *const topics[][2] = {{"help", "A connect B:80"},    {"help apps", "slow-reader"},
                                            {"help set", "nodelay on"},    {"help wire", "wire list"},
                                            {"help without", "time-wait"}, {"help attack", "forge"}};
    for (unsigned i = 0; i < sizeof topics / sizeof *topics; i++) {
        said = answer(session, topics[i][0]);
        ck_assert_ptr_nonnull(strstr(said, topics[i][1]));
        free(said);
    }
    session_close(session);
}
END_TEST

/* A timer that fires is explained by what is done then, not by what was decided before it. */
START_TEST(why_a_timer) {
    struct session *session = open_with(7, NULL);
    must(session, "wire drop next A->B where SYN");
    must(session, "A connect B:80");
    must(session, "run max 5s");
    unsigned fired = 0;
    for (uint32_t i = 1; i <= tlog_count(session->log); i++) {
        if (tlog_at(session->log, i)->kind == TLOG_TIMER_FIRE) {
            char line[32];
            snprintf(line, sizeof line, "why %u", i);
            char *said = answer(session, line);
            ck_assert_msg(strstr(said, "RFC 6298") != NULL, "%s", said);
            free(said);
            fired++;
        }
    }
    ck_assert_uint_eq(fired, 1);
    session_close(session);
}
END_TEST

/* ---- mistakes change nothing ---- */

static const char *const WRONG[][2] = {
    {"A conect B:80", "did you mean `connect`"},
    {"A connect C:80", "there is no node C"},
    {"A connect B", "no node and port"},
    {"A connect B:80 from 70000", "no port"},
    {"A listen 80 app ecko", "did you mean `echo`"},
    {"A send \"x\"", "no connection"},
    {"B send \"x\"", "only listens"},
    {"A send \"x", "does not end"},
    {"A connect B:80 app source 1GB", "more than 100MB"},
    {"wire dorp next A->B", "did you mean `drop`"},
    {"wire drop A->B", "needs `next`"},
    {"wire drop next A->C", "not two nodes"},
    {"wire drop next A->B where SNY", "no condition"},
    {"wire drop next A->B where SYN count 0", "count needs a number"},
    {"wire delay soon", "needs a time"},
    {"wire rate 10", "wire rate"},
    {"wire loss 101%", "share of the packets"},
    {"wire release", "no such packet is held"},
    {"icmp unreachable 3 to A about 99", "no such packet"},
    {"set nodelai on", "did you mean `nodelay`"},
    {"A set nodelay maybe", "no value of nodelay"},
    {"B set msl 5s", "part of how the stack"},
    {"iss B 100", "before it does anything"},
    {"iss A x", "no sequence number"},
    {"without time-wayt", "did you mean `time-wait`"},
    {"without",
     "a rule that can be taken away is missing; for example `without time-wait`, or one of these: three-way"},
    {"wire", "a command of the wire is missing"},
    {"wire xyzzy", "or one of these: drop hold dup"},
    {"A", "a command of a node such as A is missing"},
    {"A set", "a key that can be set is missing"},
    {"stpe", "did you mean `step`"},
    {"with persist", "not taken away"},
    {"note hello", "text in quotes"},
    {"frobnicate", "no command and no node; for example"},
    {"A#x close", "number of a connection"},
    {"step x", "takes one number"},
    {"run until", "until what"},
    {"run until A.stat=ESTABLISHED", "no value `stat`"},
    {"skip soon", "takes a time"},
    {"goto 99999", "there are"},
    {"next", "next state"},
    {"help wires", "did you mean `wire`"},
    {"why 99999", "there is no event"},
    {"save /nowhere/at/all.lab", "cannot be written"},
};

START_TEST(a_mistake_is_one_sentence_and_changes_nothing) {
    struct session *session = open_with(7, NULL);
    struct text say = text_growing();
    uint32_t before = tlog_count(session->log);
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        ck_assert_msg(session_command(session, WRONG[i][0], &say, error) == -1, "%s is taken", WRONG[i][0]);
        ck_assert_msg(strstr(error, WRONG[i][1]) != NULL, "%s: %s", WRONG[i][0], error);
        ck_assert_uint_eq(tlog_count(session->log), before);
        ck_assert_uint_eq(session->commands, 0);
    }
    text_free(&say);
    session_close(session);
}
END_TEST

/* After going back, too: the future that was is still there. */
START_TEST(a_mistake_after_back_leaves_the_future) {
    struct session *session = open_with(7, NULL);
    struct text say = text_growing();
    must(session, "A connect B:80");
    must(session, "step 3");
    must(session, "A send \"hello\"");
    must(session, "step 2");
    must(session, "back 4");
    uint32_t count = tlog_count(session->log), at = session->model->at;
    ck_assert_int_eq(session_command(session, "A frobnicate", &say, error), -1);
    ck_assert_uint_eq(tlog_count(session->log), count);
    ck_assert_uint_eq(session->model->at, at);
    ck_assert_uint_eq(session->commands, 2);
    ck_assert_uint_eq(session->branches, 0);
    must(session, "step 4");
    ck_assert(session_at_end(session));
    must(session, "A close");
    ck_assert_int_eq(session_replays(session->log, error), 1);
    text_free(&say);
    session_close(session);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("session");
    TCase *tcase = tcase_create("session");
    tcase_add_test(tcase, step_and_next_state);
    tcase_add_test(tcase, run_until_and_max);
    tcase_add_test(tcase, nothing_happens_any_more);
    tcase_add_test(tcase, who_waits_for_whom);
    tcase_add_test(tcase, something_always_happens_next);
    tcase_add_test(tcase, restart_without_crash);
    tcase_add_test(tcase, back_shows_and_step_shows_again);
    tcase_add_test(tcase, a_command_after_back_is_a_branch);
    tcase_add_test(tcase, back_to_before_a_command);
    tcase_add_test(tcase, a_branch_after_idle_time);
    tcase_add_test(tcase, what_is_answered);
    tcase_add_test(tcase, why_a_timer);
    tcase_add_test(tcase, a_mistake_is_one_sentence_and_changes_nothing);
    tcase_add_test(tcase, a_mistake_after_back_leaves_the_future);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
