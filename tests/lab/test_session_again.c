/* test_session_again.c: a session that is saved, whose rules are taken away, whose log is run again. */
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

static char *lines_of(const struct session *session) {
    size_t length;
    const char *lines = tlog_lines(session->log, &length);
    return strndup(lines, length);
}

/* ---- rules that are taken away ---- */

/* The first line must say so, and everything that has happened stays as it was. */
START_TEST(a_rule_is_taken_away_in_the_middle) {
    struct session *session = open_with(7, NULL);
    must(session, "A connect B:80");
    must(session, "run 1s");
    char *before = lines_of(session);
    must(session, "without persist");
    ck_assert_uint_eq(tlog_header(session->log)->without_count, 1);
    char *after = lines_of(session);
    const char *events = strchr(before, '\n');
    ck_assert_int_eq(strncmp(events, strchr(after, '\n'), strlen(events)), 0);
    must(session, "A send 2KB");
    must(session, "with persist");
    must(session, "without backoff");
    must(session, "run 1s");
    ck_assert_uint_eq(tlog_header(session->log)->without_count, 2);
    ck_assert_msg(session_replays(session->log, error) == 1, "%s", error);
    free(before);
    free(after);
    session_close(session);
}
END_TEST

/* When the command is not part of the past any more, the first line does not name its rule, either. */
START_TEST(a_rule_is_not_taken_away_after_all) {
    struct session *session = open_with(7, NULL);
    must(session, "A connect B:80");
    must(session, "run 1s");
    must(session, "without persist");
    must(session, "back");
    must(session, "A send \"x\"");
    ck_assert_uint_eq(tlog_header(session->log)->without_count, 0);
    must(session, "back");
    must(session, "without window");
    ck_assert_uint_eq(tlog_header(session->log)->without_count, 1);
    ck_assert_str_eq(tlog_header(session->log)->without[0].at, "window");
    ck_assert_msg(session_replays(session->log, error) == 1, "%s", error);
    session_close(session);
}
END_TEST

/* ---- quantities ---- */

START_TEST(times_sizes_and_rates) {
    static const struct {
        const char *text;
        uint64_t value;
    } times[] = {{"0", 0},
                 {"1s", 1000000000},
                 {"1.0802288s", 1080228800},
                 {"0.000000001s", 1},
                 {"1.5ms", 1500000},
                 {"2h", 7200000000000},
                 {"0.5h", 1800000000000},
                 {"1min", 60000000000},
                 {"15us", 15000},
                 {"7ns", 7}},
      sizes[] = {{"1460", 1460}, {"2MB", 2000000}, {"1.5KB", 1500}, {"1MiB", 1048576}, {"0.5KiB", 512}},
      rates[] = {{"10mbit", 10000000}, {"64kbit", 64000}, {"1.5gbit", 1500000000}, {"9600bit", 9600}};
    static const char *const wrong[] = {
        "", "s", "1", "1.s", ".5s", "1x", "-1s", "99999999999999999999s", "99999999999h"};
    uint64_t value;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        ck_assert_int_eq(words_time(times[i].text, &value), 0);
        ck_assert_uint_eq(value, times[i].value);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        ck_assert_int_eq(words_size(sizes[i].text, &value), 0);
        ck_assert_uint_eq(value, sizes[i].value);
    }
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        ck_assert_int_eq(words_rate(rates[i].text, &value), 0);
        ck_assert_uint_eq(value, rates[i].value);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_msg(words_time(wrong[i], &value) < 0, "%s is taken", wrong[i]);
    }
}
END_TEST

/* ---- saving ---- */

START_TEST(save_writes_the_commands) {
    char path[] = "/tmp/lucid-save-XXXXXX", line[256], command[64];
    struct session *session = open_with(7, "wire delay 30ms");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    must(session, "A connect B:80");
    must(session, "run 1500ms");
    must(session, "A close");
    snprintf(command, sizeof command, "save %s", path);
    must(session, command);
    FILE *file = fopen(path, "r");
    struct text all = text_growing();
    while (fgets(line, sizeof line, file)) {
        text_put(&all, line);
    }
    fclose(file);
    ck_assert_ptr_nonnull(strstr(all.data, "wire delay 30ms\nat 0s A connect B:80\nat 1.5s A close\nrun 1.5s\n"));
    text_free(&all);
    unlink(path);
    session_close(session);
}
END_TEST

/* ---- the same again ---- */

static struct tlog *log_of(const char *lines) {
    struct tlog *log = tlog_new();
    for (const char *end; (end = strchr(lines, '\n')); lines = end + 1) {
        ck_assert_msg(tlog_add(log, lines, (size_t)(end - lines), error) == 0, "%s", error);
    }
    return log;
}

static struct session *a_run(uint64_t seed) {
    struct session *session = open_with(seed, "wire loss 3%");
    must(session, "wire drop next A->B where SYN");
    must(session, "A connect B:80");
    must(session, "note \"look\"");
    must(session, "run until A.state=ESTABLISHED max 9s");
    must(session, "A send 50KB");
    must(session, "skip 7s");
    must(session, "A close");
    must(session, "run");
    return session;
}

START_TEST(a_log_can_be_run_again) {
    struct session *session = a_run((uint64_t)_i);
    ck_assert_msg(session_replays(session->log, error) == 1, "%s", error);
    session_close(session);
}
END_TEST

/* One digit of one number, somewhere: it is found, and named. */
START_TEST(a_log_that_was_touched_is_found_out) {
    struct session *session = a_run(7);
    char *lines = lines_of(session), *at = strstr(lines, "\"cwnd\":");
    ck_assert_ptr_nonnull(at);
    at[7] = at[7] == '9' ? '8' : (char)(at[7] + 1);
    struct tlog *log = log_of(lines);
    ck_assert_int_eq(session_replays(log, error), 0);
    ck_assert_ptr_nonnull(strstr(error, "is not what a run with this seed"));
    tlog_free(log);
    free(lines);
    session_close(session);
}
END_TEST

/* A log that breaks off is one that happened; one that goes on is not. */
START_TEST(a_log_with_an_event_too_many) {
    struct session *session = a_run(7);
    char *lines = lines_of(session);
    struct text more = text_growing();
    text_put(&more, lines);
    text_format(&more, "{\"i\":%u,\"t\":999000000000,\"n\":\"A\",\"c\":1,\"ev\":\"timer_fire\",\"timer\":\"2MSL\"}\n",
                tlog_count(session->log) + 1);
    struct tlog *log = log_of(more.data);
    ck_assert_int_eq(session_replays(log, error), 0);
    tlog_free(log);
    text_free(&more);
    free(lines);
    session_close(session);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("session_again");
    TCase *tcase = tcase_create("session_again");
    tcase_add_test(tcase, a_rule_is_taken_away_in_the_middle);
    tcase_add_test(tcase, a_rule_is_not_taken_away_after_all);
    tcase_add_test(tcase, times_sizes_and_rates);
    tcase_add_test(tcase, save_writes_the_commands);
    tcase_add_loop_test(tcase, a_log_can_be_run_again, 0, 20);
    tcase_add_test(tcase, a_log_that_was_touched_is_found_out);
    tcase_add_test(tcase, a_log_with_an_event_too_many);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
