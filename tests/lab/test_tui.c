/* test_tui.c: the lab on a terminal: what is on it is what the layout says, after each key, by changes alone; the
 * terminal is given back whatever ends the program.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/screen.h"
#include "lab/replay.h"
#include "lab/tui.h"
#include "lab_views.h"
#include "pty.h"

static struct pty pty;

static int replay(void *argument) {
    (void)argument;
    return tui_replay(sample, NULL);
}

static void text_of(const struct grid *grid, struct text *text) {
    *text = text_growing();
    grid_text(grid, false, text);
}

/* How often it is looked again, 20 ms apart, until the screen is as it should be. */
#define LOOKS 500

static void wait_for(const char *what, const char *expected) {
    struct text got;
    for (unsigned i = 0; i < LOOKS; i++) {
        text_of(pty.screen, &got);
        bool same = !strcmp(expected, got.data);
        text_free(&got);
        if (same) {
            return;
        }
        pty_read(&pty, 20);
    }
    text_of(pty.screen, &got);
    size_t same = 0;
    while (expected[same] && expected[same] == got.data[same]) {
        same++;
    }
    ck_abort_msg("%s: expected \"%.80s\", got \"%.80s\"", what, expected + same, got.data + same);
}

/* The screen becomes what a fresh layout gives at event n. */
static void shows(uint32_t n, unsigned panes) {
    struct screen *screen = screen_new(model);
    struct grid *grid = grid_new(pty.screen->width, pty.screen->height);
    struct text expected;
    char what[40];
    ck_assert_int_eq(model_goto(model, n), 0);
    screen->status = "PAUSED";
    screen->panes ^= panes;
    ck_assert_int_eq(screen_paint(screen, grid), 0);
    text_of(grid, &expected);
    snprintf(what, sizeof what, "event %u", n);
    wait_for(what, expected.data);
    text_free(&expected);
    grid_free(grid);
    screen_free(screen);
}

static void setup(void) {
    sample_setup();
    pty_start(&pty, 80, 24, replay, NULL);
    shows(0, 0);
}

static void teardown(void) {
    pty_end(&pty);
    sample_teardown();
}

START_TEST(keys_step) {
    ck_assert(pty.other_screen && !pty.cursor);
    shows(0, 0);
    uint32_t n = 0;
    for (unsigned i = 0; i < 6; i++) {
        pty_type(&pty, " ");
        n = replay_step(sample, n);
        shows(n, 0);
    }
    pty_type(&pty, "b\x1b[D"); /* and the arrow to the left */
    n = replay_back(sample, replay_back(sample, n));
    shows(n, 0);
    pty_type(&pty, "n");
    n = replay_next_state(sample, n);
    shows(n, 0);
    pty_type(&pty, "G");
    shows(tlog_count(sample), 0);
    pty_type(&pty, "g");
    shows(0, 0);
    pty_type(&pty, ":goto 64\r");
    shows(64, 0);
    pty_type(&pty, "79");
    shows(64, 1u << PANE_HEADER | 1u << PANE_TABLE);
}
END_TEST

START_TEST(only_changes_are_sent) {
    unsigned long first = pty.octets;
    pty_type(&pty, " ");
    pty_settle(&pty);
    ck_assert_uint_lt(pty.octets - first, first / 2);
    unsigned long before = pty.octets;
    pty_type(&pty, "zz"); /* no key: nothing changes, nothing is sent */
    pty_settle(&pty);
    ck_assert_uint_eq(pty.octets, before);
}
END_TEST

START_TEST(resizes) {
    pty_type(&pty, ":goto 64\r");
    pty_resize(&pty, 110, 34);
    shows(64, 0);
    pty_resize(&pty, 60, 15);
    shows(64, 0);
    pty_resize(&pty, 80, 24);
    shows(64, 0);
}
END_TEST

static bool reads(const char *words) {
    for (unsigned i = 0; i < LOOKS; i++) {
        struct text text;
        text_of(pty.screen, &text);
        bool found = strstr(text.data, words);
        text_free(&text);
        if (found) {
            return true;
        }
        pty_read(&pty, 20);
    }
    return false;
}

/* By itself it goes a step at a time, as fast as it is told, and stops at the end. */
START_TEST(runs_by_itself) {
    pty_type(&pty, ":speed 64\ra");
    ck_assert(reads("> x64"));
    ck_assert(reads("This is the end of the log."));
    pty_type(&pty, "\x1b");
    shows(tlog_count(sample), 0);
}
END_TEST

START_TEST(commands_answer) {
    pty_type(&pty, ":goto 64\rw");
    ck_assert(reads("9293:3.10.7.4/8/FIN-WAIT-1") && reads("stack/tcp/fsm.def:") && reads("L12"));
    pty_type(&pty, ":A close\r");
    ck_assert(reads("a recorded log knows"));
    pty_type(&pty, ":goto 6400\r");
    ck_assert(reads("a number from 0 to that"));
    pty_type(&pty, "\x1b");
    shows(64, 0);
    /* The line before comes back, is changed and done. */
    pty_type(&pty, ":\x1b[A\x7f\x7f");
    ck_assert(reads(": goto 64"));
    pty_type(&pty, "\x7f\x7f"
                   "12\r");
    shows(12, 0);
    pty_type(&pty, "?");
    ck_assert(reads("a way gone, not gone"));
    pty_type(&pty, "x");
    shows(12, 0);
}
END_TEST

static void ends(int status) {
    ck_assert_msg(pty_restored(&pty), "the terminal is not as it was");
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 0);
}

/* Where the locale has no UTF-8 only ASCII is sent; with NO_COLOR no colours. */
START_TEST(plain_terminals) {
    pty_end(&pty);
    setenv("PTY_LOCALE", "C", 1);
    setenv("PTY_NO_COLOR", "1", 1);
    pty_start(&pty, 80, 24, replay, NULL);
    ck_assert(reads("Before the first event"));
    pty_type(&pty, ":goto 64\r");
    ck_assert(reads("@CLOSING"));
    struct text text;
    text_of(pty.screen, &text);
    for (size_t i = 0; i < text.length; i++) {
        ck_assert_int_lt((unsigned char)text.data[i], 0x80);
    }
    text_free(&text);
    ck_assert(!pty.coloured);
    unsetenv("PTY_LOCALE");
    unsetenv("PTY_NO_COLOR");
}
END_TEST

START_TEST(q_quits) {
    ck_assert(!pty_restored(&pty));
    ck_assert_int_eq(write(pty.fd, "q", 1), 1);
    ends(pty_wait(&pty));
}
END_TEST

START_TEST(ctrl_c_quits) {
    ck_assert_int_eq(write(pty.fd, "\x03", 1), 1);
    ends(pty_wait(&pty));
}
END_TEST

START_TEST(killed) {
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGABRT};
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
        ck_assert_int_eq(kill(pty.pid, signals[i]), 0);
        int status = pty_wait(&pty);
        ck_assert_msg(pty_restored(&pty), "the terminal is not as it was after signal %d", signals[i]);
        ck_assert(WIFSIGNALED(status));
        ck_assert_int_eq(WTERMSIG(status), signals[i]);
        pty_end(&pty);
        pty_start(&pty, 80, 24, replay, NULL);
        shows(0, 0);
    }
}
END_TEST

START_TEST(stopped) {
    pty_type(&pty, " \x1a"); /* Ctrl-Z */
    pty_settle(&pty);
    int status;
    ck_assert_int_eq(waitpid(pty.pid, &status, WUNTRACED), pty.pid);
    ck_assert(WIFSTOPPED(status));
    ck_assert(pty_restored(&pty));
    ck_assert_int_eq(kill(pty.pid, SIGCONT), 0);
    shows(replay_step(sample, 0), 0);
    pty_type(&pty, " ");
    shows(replay_step(sample, replay_step(sample, 0)), 0);
}
END_TEST

/* ---- a world ---- */

static struct session *mirror;

static struct session *open_world(void) {
    static const char *const nodes[] = {"node A 10.77.0.1", "node B 10.77.0.2"};
    struct world_options options = {.seed = 5, .payload = 64, .setup = nodes, .setup_count = 2};
    char error[LAB_ERROR];
    unsigned line;
    return session_open(&options, &line, error);
}

static int play(void *argument) {
    (void)argument;
    return tui_play(open_world(), "a world");
}

static void world_setup(void) {
    mirror = open_world();
    pty_start(&pty, 100, 30, play, NULL);
}

static void world_teardown(void) {
    session_close(mirror);
    pty_end(&pty);
}

/* The keys do to the world on the terminal what the line does to the one here. */
static void plays(const char *keys, const char *line) {
    char error[LAB_ERROR];
    struct text say = text_growing(), expected;
    pty_type(&pty, keys);
    ck_assert_msg(!line || session_command(mirror, line, &say, error) == 0, "%s", error);
    text_free(&say);
    struct screen *screen = screen_new(mirror->model);
    struct grid *grid = grid_new(100, 30);
    screen->status = "PAUSED";
    screen->title = "a world";
    screen->playable = true;
    ck_assert_int_eq(screen_paint(screen, grid), 0);
    text_of(grid, &expected);
    wait_for(keys, expected.data);
    text_free(&expected);
    grid_free(grid);
    screen_free(screen);
}

START_TEST(keys_play) {
    plays("", NULL);
    plays(":B listen 80\r", "B listen 80");
    plays(":A connect B:80\r", "A connect B:80");
    plays("d\x1b", "wire drop next");
    plays(" ", "step");
    plays(" ", "step");
    plays("n", "next state");
    /* Back, and another future. */
    plays("bb", "back 2");
    plays("h\x1b", "wire hold next");
    plays(" ", "step");
    plays("r\x1b", "wire release");
    plays("n", "next state");
    plays("G", NULL);
}
END_TEST

/* D, H and U meddle with what is on the wire already; the oldest that is not held. */
START_TEST(the_oldest_packet) {
    plays("", NULL);
    pty_type(&pty, "D");
    ck_assert(reads("No packet is on the wire."));
    plays("\x1b", NULL);
    plays(":B listen 80\r", "B listen 80");
    plays(":A connect B:80\r", "A connect B:80");
    plays("H\x1b", "wire hold id 1");
    pty_type(&pty, "D");
    ck_assert(reads("No packet is on the wire."));
    plays("\x1b", NULL);
    plays(" ", "step");
    plays("D\x1b", "wire drop id 2");
}
END_TEST

/* A rule that is taken away stands in the first line of the log: log and model are others then, without a branch. */
START_TEST(a_rule_is_taken_away) {
    plays("", NULL);
    plays(":A connect B:80\r", "A connect B:80");
    plays(":without time-wait\r", "without time-wait");
    ck_assert(reads("COUNTERFACTUAL: no time-wait"));
    plays(" ", "step");
}
END_TEST

static bool exists(const char *file) {
    return access(file, R_OK) == 0;
}

/* In a folder of its own: the child is started there. */
START_TEST(pictures_are_exported) {
    char folder[] = "/tmp/lucid-tui-XXXXXX", command[100];
    ck_assert_ptr_nonnull(mkdtemp(folder));
    pty_end(&pty);
    int back = open(".", O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(chdir(folder), 0);
    pty_start(&pty, 100, 30, play, NULL);
    plays("", NULL);
    plays(":A connect B:80\r", "A connect B:80");
    pty_type(&pty, "e");
    ck_assert(reads("were written to lab-out/"));
    ck_assert(exists("lab-out/run.ladder.svg") && exists("lab-out/run.machines.svg") && exists("lab-out/run.html"));
    plays("\x1b", NULL);
    ck_assert_int_eq(fchdir(back), 0);
    close(back);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(mistakes_are_told) {
    plays("", NULL);
    plays(":B listen 80\r", "B listen 80");
    pty_type(&pty, ":A conect B:80\r");
    ck_assert(reads("connect"));
    plays("\x1b", NULL);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("tui", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, keys_step);
    tcase_add_test(tests, only_changes_are_sent);
    tcase_add_test(tests, resizes);
    tcase_add_test(tests, runs_by_itself);
    tcase_add_test(tests, commands_answer);
    tcase_add_test(tests, plain_terminals);
    tcase_add_test(tests, q_quits);
    tcase_add_test(tests, ctrl_c_quits);
    tcase_add_test(tests, killed);
    tcase_add_test(tests, stopped);
    TCase *worlds = tcase_create("worlds");
    tcase_set_timeout(worlds, 60);
    suite_add_tcase(suite, worlds);
    tcase_add_checked_fixture(worlds, world_setup, world_teardown);
    tcase_add_test(worlds, keys_play);
    tcase_add_test(worlds, the_oldest_packet);
    tcase_add_test(worlds, a_rule_is_taken_away);
    tcase_add_test(worlds, mistakes_are_told);
    tcase_add_test(worlds, pictures_are_exported);
    return unit_run(suite);
}
