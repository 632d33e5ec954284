/* test_grid.c: lab/grid.h: what is cut, what is wide, what is no UTF-8; lines broken between words. */
#include "lab/grid.h"
#include "unit/unit.h"

static struct grid *grid;
static struct view all;

static void setup(void) {
    grid = grid_new(10, 3);
    all = grid_whole(grid);
}

static void teardown(void) {
    grid_free(grid);
}

static void is(const char *expected) {
    struct text text = text_growing();
    grid_text(grid, false, &text);
    ck_assert_str_eq(text.data, expected);
    text_free(&text);
}

START_TEST(a_view_cuts) {
    struct view part = view_part(all, 2, 1, 4, 1);
    ck_assert_int_eq(view_put(part, -1, 0, 0, "abcdefgh"), 7);
    view_put(part, 0, 1, 0, "below");
    view_put_right(all, 10, 0, 0, "right");
    view_put_centre(all, 5, 2, 0, "mid");
    is("     right\n  bcde\n    mid\n");
    /* A part of a part that lies outside has no room at all. */
    struct view nothing = view_part(part, 6, 0, 4, 4);
    ck_assert_int_eq(nothing.width, 0);
    view_fill(nothing, 0, '#');
    is("     right\n  bcde\n    mid\n");
}
END_TEST

START_TEST(wide_characters) {
    ck_assert_int_eq(view_put(all, 0, 0, 0, "中文ab"), 6);
    /* No room for the right half: neither half. */
    view_put(all, 9, 0, 0, "中");
    /* Over one half of a character: the other half goes too. */
    view_put(all, 0, 1, 0, "中文中");
    view_put(all, 1, 1, 0, "x");
    view_put(all, 4, 1, 0, "y");
    is("中文ab\n x文y\n\n");
    ck_assert_int_eq(utf8_columns("中文ab"), 6);
    ck_assert_int_eq(utf8_columns("e\xcc\x81"), 1); /* an accent on the letter before */
}
END_TEST

START_TEST(what_is_no_text) {
    view_put(all, 0, 0, 0, "a\x1b[31m\x7f");
    view_put(all, 0, 1, 0, "\xff\xe4\xb8");
    view_put(all, 0, 2, 0, "\xc2\x9b\xc0\x80");
    is("a?[31m?\n???\n????\n");
}
END_TEST

START_TEST(lines_are_broken) {
    ck_assert_int_eq(view_put_lines(all, 0, 0, 0, "one two three four"), 2);
    is("one two\nthree four\n\n");
    view_fill(all, 0, ' ');
    ck_assert_int_eq(view_put_lines(all, 0, 0, 0, "abcdefghijklm"), 2);
    is("abcdefghij\nklm\n\n");
    view_fill(all, 0, ' ');
    ck_assert_int_eq(view_put_lines(all, 0, 0, 0, "进入 CLOSING 发送"), 3);
    is("进入\nCLOSING 发\n送\n");
    ck_assert_int_eq(view_put_lines(view_part(all, 0, 0, 0, 3), 0, 0, 0, "no room"), 0);
}
END_TEST

START_TEST(frames) {
    struct view inside = view_frame(all, 0, "t");
    ck_assert_int_eq(inside.width, 8);
    view_fill(inside, 0, 'x');
    is("┌─ t ────┐\n│xxxxxxxx│\n└────────┘\n");
    struct text text = text_growing();
    grid_text(grid, true, &text);
    ck_assert_str_eq(text.data, "+- t ----+\n|xxxxxxxx|\n+--------+\n");
    text_free(&text);
}
END_TEST

START_TEST(no_size) {
    ck_assert_ptr_null(grid_new(0, 5));
    ck_assert_ptr_null(grid_new(5, -1));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("grid", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_view_cuts);
    tcase_add_test(tests, wide_characters);
    tcase_add_test(tests, what_is_no_text);
    tcase_add_test(tests, lines_are_broken);
    tcase_add_test(tests, frames);
    tcase_add_test(tests, no_size);
    return unit_run(suite);
}
