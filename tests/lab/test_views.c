/* test_views.c: the pictures of the terminal, as text: each size, each pane, against tests/golden/lab/. */
#include "lab/i18n.h"
#include "lab/fsm_layout.h"
#include "lab/picture.h"
#include "lab/replay.h"
#include "lab/screen.h"
#include "lab/session.h"
#include "lab_views.h"

static struct screen *screen;

static void setup(void) {
    sample_setup();
    screen = screen_new(model);
    ck_assert_ptr_nonnull(screen);
}

static void teardown(void) {
    screen_free(screen);
    sample_teardown();
}

static void screen_is(const char *golden, int width, int height, uint32_t n, bool ascii) {
    struct grid *grid = grid_new(width, height);
    struct text text = text_growing();
    ck_assert_int_eq(model_goto(model, n), 0);
    ck_assert_int_eq(screen_paint(screen, grid), 0);
    grid_text(grid, ascii, &text);
    golden_is(golden, text.data);
    text_free(&text);
    grid_free(grid);
}

static void play_line(struct session *session, const char *line) {
    char error[LAB_ERROR];
    struct text say = text_growing();
    ck_assert_msg(session_command(session, line, &say, error) == 0, "%s: %s", line, error);
    text_free(&say);
}

START_TEST(compact) {
    screen_is("screen-80x24.txt", 80, 24, 58, false);
}
END_TEST

START_TEST(full) {
    screen_is("screen-100x30.txt", 100, 30, 64, false);
}
END_TEST

START_TEST(ascii) {
    screen_is("screen-100x30-ascii.txt", 100, 30, 70, true);
}
END_TEST

START_TEST(large) {
    screen->panes |= 1u << PANE_PLOT | 1u << PANE_TABLE;
    screen_is("screen-160x50.txt", 160, 50, 50, false);
}
END_TEST

/* The banner of a log from which a rule was taken away takes a line; all panes are still there. */
START_TEST(counterfactual) {
    static const char *const setup[] = {"node A 10.77.0.1", "node B 10.77.0.2", "without time-wait"};
    struct world_options options = {.seed = 5, .payload = 64, .setup = setup, .setup_count = 3};
    char error[LAB_ERROR];
    unsigned line;
    struct session *session = session_open(&options, &line, error);
    ck_assert_msg(session, "%s", error);
    play_line(session, "B listen 80");
    play_line(session, "A connect B:80");
    play_line(session, "step");
    struct screen *banner = screen_new(session->model);
    struct grid *grid = grid_new(80, 24);
    struct text text = text_growing();
    banner->playable = true;
    ck_assert_int_eq(screen_paint(banner, grid), 0);
    grid_text(grid, false, &text);
    golden_is("screen-banner.txt", text.data);
    text_free(&text);
    grid_free(grid);
    screen_free(banner);
    session_close(session);
}
END_TEST

START_TEST(words_only) {
    screen_is("screen-60x12.txt", 60, 12, 64, false);
}
END_TEST

START_TEST(chinese) {
    i18n_choose("zh");
    screen_is("screen-100x30-zh.txt", 100, 30, 64, false);
    i18n_choose("en");
}
END_TEST

START_TEST(sequence_numbers) {
    screen->panes = 1u << PANE_PLOT;
    screen->sequence = true;
    screen_is("pane-sequence.txt", 80, 24, 70, false);
}
END_TEST

START_TEST(other_panes) {
    screen->panes = 1u << PANE_HEADER;
    screen_is("pane-header.txt", 80, 24, 40, false);
    screen->panes = 1u << PANE_OCTETS;
    screen_is("pane-octets.txt", 80, 24, 60, false);
    screen->panes = 1u << PANE_MARKS;
    screen_is("pane-marks.txt", 80, 24, tlog_count(sample), false);
    screen->help = true;
    screen_is("pane-help.txt", 80, 24, 60, false);
}
END_TEST

/* At each width at which lines are drawn all eleven names stand whole, CLOSED twice; no name touches another. */
START_TEST(every_state_has_a_place) {
    for (int width = FSMVIEW_WIDTH; width <= 70; width++) {
        struct grid *grid = grid_new(width, FSMVIEW_HEIGHT);
        struct text text = text_growing();
        struct fsm_trail trail = fsm_trail_begin(sample, 0);
        struct fsmview_end end = {&trail, 0, 0};
        ck_assert_int_eq(model_goto(model, 0), 0);
        fsmview_paint(grid_whole(grid), model, &end, 1);
        grid_text(grid, true, &text);
        for (unsigned bit = 0; bit < FSMVIEW_STATES; bit++) {
            const char *name = lucid_state_name(1u << bit);
            const char *at = strstr(text.data, name);
            ck_assert_msg(at, "width %d: no %s in\n%s", width, name, text.data);
            char behind = at[strlen(name)];
            ck_assert_msg(!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", behind) || !behind, "width %d: %s", width, at);
        }
        ck_assert_ptr_nonnull(strstr(strstr(text.data, "CLOSED") + 1, "CLOSED"));
        text_free(&text);
        grid_free(grid);
    }
}
END_TEST

/* Frames end in the last column, whatever stands in them. */
START_TEST(chinese_is_aligned) {
    struct grid *grid = grid_new(100, 30);
    i18n_choose("zh");
    for (uint32_t n = 1; n <= tlog_count(sample); n++) {
        ck_assert_int_eq(model_goto(model, n), 0);
        ck_assert_int_eq(screen_paint(screen, grid), 0);
        for (int y = 2; y < 25; y++) {
            uint32_t code = view_code_at(grid_whole(grid), 99, y);
            ck_assert_msg(code == 0x2502, "event %u, line %d ends in U+%04X", n, y, code);
        }
    }
    i18n_choose("en");
    grid_free(grid);
}
END_TEST

/* No size, no event, no choice of panes makes it write outside (the sanitizers watch) or fail. */
START_TEST(any_size) {
    static const int sizes[][2] = {{1, 1},   {3, 2},   {20, 5},   {79, 24},  {80, 23}, {80, 24},
                                   {81, 25}, {99, 30}, {100, 29}, {120, 40}, {250, 80}};
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct grid *grid = grid_new(sizes[i][0], sizes[i][1]);
        for (unsigned panes = 0; panes < 1u << PANES; panes += 46) {
            screen->panes = panes;
            screen->projector = panes % 4 == 2;
            ck_assert_int_eq(model_goto(model, panes % (tlog_count(sample) + 1)), 0);
            ck_assert_int_eq(screen_paint(screen, grid), 0);
        }
        grid_free(grid);
    }
}
END_TEST

START_TEST(prompt_and_message) {
    screen->prompt = "wire drop next A->B";
    screen->message = "first line\n\nthird line";
    screen_is("screen-message.txt", 80, 24, 20, false);
}
END_TEST

START_TEST(ladder_as_text) {
    struct text text = text_growing();
    struct ladder_view *ladder = ladder_view_new(sample, 0, 1);
    ck_assert_int_eq(ladder_view_update(ladder), 0);
    ladder_view_text(&text, ladder, model, 90, true);
    golden_is("ladder.txt", text.data);
    ladder_view_free(ladder);
    text_free(&text);
}
END_TEST

static void add_lines(struct tlog *log, const char *const *lines, unsigned count) {
    char error[LAB_ERROR];
    for (unsigned i = 0; i < count; i++) {
        ck_assert_msg(tlog_add(log, lines[i], strlen(lines[i]), error) == 0, "%s", error);
    }
}

#define EVENT(i, rest) "{\"i\":" #i ",\"t\":5,\"n\":\"A\",\"c\":1,\"ev\":" rest "}"

/* The log tells of the call when it has made the connection, a change of state later; the ladder says it first, and the
 * two are one step. */
START_TEST(a_call_comes_before_its_state) {
    static const char *const lines[] = {
        "{\"tlog\":1,\"world\":\"sim\",\"nodes\":[[\"A\",\"10.77.0.1\"],[\"B\",\"10.77.0.2\"]],\"msl\":120}",
        EVENT(1, "\"cmd\",\"text\":\"A connect B:80\""),
        EVENT(2, "\"state\",\"from\":\"CLOSED\",\"to\":\"SYN-SENT\",\"call\":\"open\""),
        EVENT(3, "\"var\",\"una\":1"),
        EVENT(4, "\"call\",\"op\":\"open\",\"a\":0"),
        EVENT(5, "\"call\",\"op\":\"close\",\"a\":0"),
        EVENT(6, "\"state\",\"from\":\"SYN-SENT\",\"to\":\"CLOSED\",\"call\":\"close\""),
    };
    struct tlog *log = tlog_new();
    add_lines(log, lines, sizeof lines / sizeof *lines);
    struct ladder_view *ladder = ladder_view_new(log, 0, 1);
    ck_assert_int_eq(ladder_view_update(ladder), 0);
    ck_assert_uint_eq(ladder_view_upto(ladder, 1), 0);
    ck_assert_uint_eq(ladder_view_upto(ladder, 3), 1);
    ck_assert_uint_eq(ladder_view_upto(ladder, 4), 2);
    static const unsigned kinds[] = {RUNG_CALL, RUNG_STATE, RUNG_CALL, RUNG_STATE};
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(ladder_view_rung(ladder, i)->kind, kinds[i]);
    }
    ck_assert_uint_eq(replay_step(log, 0), 4);
    ck_assert_uint_eq(replay_step(log, 4), 6);
    ck_assert_uint_eq(replay_back(log, 6), 4);
    ladder_view_free(ladder);
    tlog_free(log);
}
END_TEST

#define PEER(i, c, state, by) \
    "{\"i\":" #i ",\"t\":5,\"n\":\"A\",\"c\":" #c ",\"ev\":\"peer\",\"state\":\"" state "\",\"by\":\"" by "\"}"

/* A kernel's socket goes its ways, too, as far as they were seen; what was not seen is hollow. */
START_TEST(a_kernel_has_a_trail) {
    static const char *const lines[] = {
        "{\"tlog\":1,\"world\":\"live\",\"nodes\":[[\"A\",\"10.77.0.1\",\"kernel\"],[\"B\",\"10.77.0.2\"]],\"msl\":"
        "120}",
        PEER(1, 1, "SYN-SENT", "diag"),
        PEER(2, 1, "ESTABLISHED", "diag"),
        PEER(3, 2, "ESTABLISHED", "diag"), /* another socket: nobody saw how it came there */
        PEER(4, 2, "CLOSE-WAIT", "inferred"),
    };
    struct tlog *log = tlog_new();
    add_lines(log, lines, sizeof lines / sizeof *lines);
    struct fsm_trail trail = fsm_trail_begin(log, 0);
    int sent = fsm_state_number(LUCID_SYN_SENT), established = fsm_state_number(LUCID_ESTABLISHED);
    fsm_trail_goto(&trail, 3);
    ck_assert_uint_eq(trail.visits[sent][established], 1);
    ck_assert_uint_eq(trail.visits[established][established], 0);
    ck_assert(!trail.inferred);
    fsm_trail_goto(&trail, 4);
    ck_assert_uint_eq(trail.visits[established][fsm_state_number(LUCID_CLOSE_WAIT)], 1);
    ck_assert(trail.inferred);
    fsm_trail_goto(&trail, 1);
    ck_assert_uint_eq(trail.visits[sent][established], 0);
    tlog_free(log);
}
END_TEST

/* Three nodes, two connections: Tab goes round them, whoever they are between. */
START_TEST(tab_follows_another) {
    static const char *const nodes[] = {"node A 10.77.0.1", "node B 10.77.0.2", "node C 10.77.0.3"};
    struct world_options options = {.seed = 5, .payload = 64, .setup = nodes, .setup_count = 3};
    char error[LAB_ERROR];
    unsigned line;
    struct session *session = session_open(&options, &line, error);
    ck_assert_msg(session, "%s", error);
    play_line(session, "B listen 80");
    play_line(session, "A connect B:80");
    play_line(session, "C connect B:80");
    play_line(session, "run 1s");
    struct stage stage = {.model = session->model, .node = {0, 1}};
    stage_follow(&stage);
    ck_assert_uint_eq(stage.node[0], 0);
    ck_assert_uint_eq(stage.node[1], 1);
    ck_assert_uint_eq(stage_connection(&stage, 0)->state, LUCID_ESTABLISHED);
    ck_assert_uint_eq(stage_connection(&stage, 1)->remote.port, stage_connection(&stage, 0)->local.port);
    uint32_t first = stage.c[0];
    stage_follow_next(&stage);
    ck_assert_uint_eq(stage.node[0], 2);
    ck_assert_uint_eq(stage.node[1], 1);
    ck_assert_uint_eq(stage_connection(&stage, 1)->remote.port, stage_connection(&stage, 0)->local.port);
    stage_follow_next(&stage);
    ck_assert_uint_eq(stage.node[0], 0);
    ck_assert_uint_eq(stage.c[0], first);
    session_close(session);
}
END_TEST

static void two_steps_shown(const struct session *session) {
    struct fsm_trail trail = fsm_trail_begin(session->log, 0);
    fsm_trail_goto(&trail, tlog_count(session->log));
    ck_assert_uint_eq(trail.compound[fsm_state_number(LUCID_FIN_WAIT_1)][fsm_state_number(LUCID_TIME_WAIT)], 1);
    struct grid *grid = grid_new(40, 16);
    struct fsmview_end end = {&trail, 1, 0};
    struct text text = text_growing();
    fsmview_paint(grid_whole(grid), session->model, &end, 1);
    grid_text(grid, false, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "FIN-WAIT-1 ┄▶ TIME-WAIT 2 steps"));
    text_free(&text);
    grid_free(grid);
}

/* ACK of FIN and FIN in one segment: two rows, one way (Figure 5, Note 2). */
START_TEST(two_steps_are_one_way) {
    static const char *const nodes[] = {"node A 10.77.0.1", "node B 10.77.0.2"};
    struct world_options options = {.seed = 5, .payload = 64, .setup = nodes, .setup_count = 2};
    char error[LAB_ERROR];
    unsigned line;
    struct session *session = session_open(&options, &line, error);
    play_line(session, "B listen 80 app close-on-eof");
    play_line(session, "A connect B:80");
    play_line(session, "run 1s");
    play_line(session, "A close");
    play_line(session, "run 1s");
    two_steps_shown(session);
    struct stage stage = {.model = session->model, .node = {0, 1}};
    struct text picture = text_growing();
    stage_follow(&stage);
    ck_assert_int_eq(picture_machines(&picture, &stage), 0);
    ck_assert_ptr_nonnull(strstr(picture.data, "2 steps"));
    ck_assert_ptr_nonnull(strstr(picture.data, "rcv SYN,ACK / snd ACK"));
    text_free(&picture);
    session_close(session);
}
END_TEST

/* Where one stops: behind a command, a call, a timer, an arrival, with all that follows. */
START_TEST(stops_in_a_log) {
    static const uint32_t stops[] = {1, 4, 5, 6, 13, 17, 22};
    uint32_t n = 0;
    for (unsigned i = 0; i < sizeof stops / sizeof *stops; i++) {
        n = replay_step(sample, n);
        ck_assert_uint_eq(n, stops[i]);
    }
    for (unsigned i = sizeof stops / sizeof *stops - 1; i-- > 0;) {
        n = replay_back(sample, n);
        ck_assert_uint_eq(n, stops[i]);
    }
    ck_assert_uint_eq(replay_step(sample, tlog_count(sample)), tlog_count(sample));
    ck_assert_uint_eq(replay_back(sample, 0), 0);
    /* The next change of a state: behind the command and the call lies SYN-SENT. */
    ck_assert_uint_eq(replay_next_state(sample, 5), 13);
}
END_TEST

/* The style of the first place where a text stands on the screen; GRID_STYLES: nowhere. */
static unsigned style_of(const struct grid *grid, const char *words) {
    for (int i = 0; i + (int)strlen(words) <= grid->width * grid->height; i++) {
        int k = 0;
        while (words[k] && grid->cell[i + k].code == (uint32_t)words[k]) {
            k++;
        }
        if (!words[k]) {
            return grid->cell[i].style;
        }
    }
    return GRID_STYLES;
}

/* Styles say the same as the characters. */
START_TEST(styles) {
    struct grid *grid = grid_new(100, 30);
    ck_assert_int_eq(model_goto(model, 64), 0);
    ck_assert_int_eq(screen_paint(screen, grid), 0);
    ck_assert_uint_eq(style_of(grid, "[held]"), GRID_HELD);
    ck_assert_uint_eq(style_of(grid, "SYN-RECEIVED "), GRID_QUIET);
    ck_assert_uint_eq(style_of(grid, "CLOSING LAST"), GRID_FIRST | GRID_BOLD | GRID_REVERSE);
    ck_assert_uint_eq(style_of(grid, "space"), GRID_KEY | GRID_BOLD);
    int heavy = 0, thin = 0;
    for (int i = 0; i < 30 * 15; i++) {
        const struct grid_cell *cell = &grid->cell[i / 30 * 100 + i % 30];
        if (cell->code == 0x25bc) {
            heavy += cell->style == GRID_PLAIN;
            thin += cell->style == GRID_FRAME;
        }
    }
    /* A has gone down to SYN-SENT, ESTABLISHED, FIN-WAIT-1, CLOSING. */
    ck_assert_int_eq(heavy, 4);
    ck_assert_int_eq(thin, 6);
    ck_assert_int_eq(model_goto(model, 20), 0);
    ck_assert_int_eq(screen_paint(screen, grid), 0);
    ck_assert_uint_eq(style_of(grid, "lost"), GRID_LOST);
    grid_free(grid);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("views", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, compact);
    tcase_add_test(tests, full);
    tcase_add_test(tests, ascii);
    tcase_add_test(tests, large);
    tcase_add_test(tests, counterfactual);
    tcase_add_test(tests, words_only);
    tcase_add_test(tests, chinese);
    tcase_add_test(tests, sequence_numbers);
    tcase_add_test(tests, other_panes);
    tcase_add_test(tests, every_state_has_a_place);
    tcase_add_test(tests, chinese_is_aligned);
    tcase_add_test(tests, any_size);
    tcase_add_test(tests, prompt_and_message);
    tcase_add_test(tests, ladder_as_text);
    tcase_add_test(tests, a_call_comes_before_its_state);
    tcase_add_test(tests, tab_follows_another);
    tcase_add_test(tests, two_steps_are_one_way);
    tcase_add_test(tests, stops_in_a_log);
    tcase_add_test(tests, styles);
    tcase_add_test(tests, a_kernel_has_a_trail);
    return unit_run(suite);
}
