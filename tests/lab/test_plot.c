/* test_plot.c: the plot of the round-trip time on the terminal has each measurement, and each that was given up. */
#include <stdlib.h>

#include "lab/panes.h"
#include "lab/session.h"
#include "unit/unit.h"

static struct session *session;

static void play(const char *line) {
    char error[LAB_ERROR];
    struct text say = text_growing();
    ck_assert_msg(session_command(session, line, &say, error) == 0, "%s: %s", line, error);
    text_free(&say);
}

/* Four measurements, of which two are the same; then a segment that has to go out again. */
static void setup(void) {
    static const char *const nodes[] = {"node A 10.77.0.1", "node B 10.77.0.2", "set timestamps off", "set sack off"};
    struct world_options options = {.seed = 5, .payload = 64, .setup = nodes, .setup_count = 4};
    static const char *const lines[] = {
        "wire delay 100ms",
        "B listen 80 app sink",
        "A connect B:80",
        "run 1s",
        "A send 100",
        "run 1s",
        "A send 100",
        "run 1s",
        "A send 100",
        "run 1s",
        "wire drop next A->B",
        "A send 100",
        "run 5s",
    };
    char error[LAB_ERROR];
    unsigned line;
    session = session_open(&options, &line, error);
    ck_assert_msg(session, "%s", error);
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
        play(lines[i]);
    }
}

static void teardown(void) {
    session_close(session);
}

START_TEST(measurements_and_those_given_up) {
    uint32_t n = tlog_count(session->log);
    struct plot_series changes = plot_series_of(session->log, 0, 1, LUCID_VAR_RTT, n);
    struct plot_series samples = plot_samples_of(session->log, 0, 1, n);
    struct plot_series crosses = plot_crosses_of(session->log, 0, 1, n);
    ck_assert_uint_eq(crosses.count, 1);
    ck_assert_uint_eq(samples.count, 4);
    ck_assert_uint_lt(changes.count, samples.count);
    for (unsigned i = 0; i < samples.count; i++) {
        ck_assert_int_ge(samples.point[i].value, 200000000);
        ck_assert_uint_lt(samples.point[i].t, crosses.point[0].t);
    }
    free(changes.point);
    free(samples.point);
    free(crosses.point);
}
END_TEST

/* Marks in the plot of times, the lines under the legend. */
static unsigned marks(struct grid *grid, uint32_t mark) {
    unsigned count = 0;
    for (int y = 1; y < 14; y++) {
        for (int x = 74; x < 120; x++) {
            count += view_code_at(grid_whole(grid), x, y) == mark;
        }
    }
    return count;
}

START_TEST(marks_in_the_plot) {
    struct stage stage = {.model = session->model, .node = {0, 1}};
    stage_follow(&stage);
    struct grid *grid = grid_new(120, 15);
    plot_paint(grid_whole(grid), &stage, 0, false);
    ck_assert_uint_eq(marks(grid, 0xd7), 1);
    ck_assert_uint_eq(marks(grid, 'o'), 4);
    grid_free(grid);
}
END_TEST

int main(void) {
    TCase *all;
    Suite *suite = unit_suite("plot", &all);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, measurements_and_those_given_up);
    tcase_add_test(all, marks_in_the_plot);
    return unit_run(suite);
}
