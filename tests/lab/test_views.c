/* test_views.c: the pictures of the terminal, as text: each size, each pane, against tests/golden/lab/. */
#include "lab/i18n.h"
#include "lab/fsm_layout.h"
#include "lab/screen.h"
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

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("views", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, compact);
    tcase_add_test(tests, full);
    tcase_add_test(tests, ascii);
    tcase_add_test(tests, large);
    tcase_add_test(tests, words_only);
    tcase_add_test(tests, chinese);
    tcase_add_test(tests, other_panes);
    tcase_add_test(tests, every_state_has_a_place);
    tcase_add_test(tests, chinese_is_aligned);
    tcase_add_test(tests, any_size);
    tcase_add_test(tests, prompt_and_message);
    tcase_add_test(tests, ladder_as_text);
    return unit_run(suite);
}
