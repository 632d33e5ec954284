/* test_layout.c: fsm_layout.def places every state that the transition table has, and every pair that it joins. */
#include "lab/fsm_layout.h"

#include <stdio.h>

#include "unit/unit.h"

/* The SVG path begins at a box of one state and ends at a box of another: at its edge, give or take 8. */
static bool touches(unsigned state, double x, double y) {
    const struct fsm_place *place;
    struct fsm_size size = fsm_size();
    for (unsigned i = 0; (place = fsm_place(i)); i++) {
        double dx = x - place->x, dy = y - place->y;
        if (place->state == state && dx * dx <= (size.box_width / 2.0 + 8) * (size.box_width / 2.0 + 8) &&
            dy * dy <= (size.box_height / 2.0 + 8) * (size.box_height / 2.0 + 8)) {
            return true;
        }
    }
    return false;
}

/* The last point of a path of M, H, V, L, Q, C. */
static void last_point(const char *path, double *x, double *y) {
    double value[8];
    for (const char *c = path; *c;) {
        char command = *c++;
        unsigned count = 0;
        for (char *end; count < 8; count++, c = end) {
            c += strspn(c, " ");
            value[count] = strtod(c, &end);
            if (end == c) {
                break;
            }
        }
        ck_assert_msg(count > 0, "%s: nothing behind %c", path, command);
        *x = command == 'V' ? *x : value[count - (command == 'H' ? 1 : 2)];
        *y = command == 'H' ? *y : value[count - 1];
    }
}

START_TEST(every_state_has_one_place) {
    const struct fsm_place *place;
    unsigned seen = 0, ends = 0;
    for (unsigned i = 0; (place = fsm_place(i)); i++) {
        ck_assert_msg(place->end || !(seen & place->state), "%s stands twice", lucid_state_name(place->state));
        ck_assert(place->column >= 0 && place->column < 3 && place->row >= 0 && place->row < 7);
        ck_assert(place->x > 0 && place->x < fsm_size().width && place->y > 0 && place->y < fsm_size().height);
        seen |= place->state;
        ends += place->end;
    }
    ck_assert_uint_eq(seen, (LUCID_TIME_WAIT << 1) - 1);
    ck_assert_uint_eq(ends, 1);
}
END_TEST

START_TEST(places_do_not_overlap) {
    const struct fsm_place *a, *b;
    for (unsigned i = 0; (a = fsm_place(i)); i++) {
        for (unsigned j = i + 1; (b = fsm_place(j)); j++) {
            ck_assert(a->column != b->column || a->row != b->row);
            ck_assert(abs(a->x - b->x) >= fsm_size().box_width || abs(a->y - b->y) >= fsm_size().box_height + 16);
        }
    }
}
END_TEST

START_TEST(every_row_has_a_path) {
    const struct lucid_fsm_row *row;
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        for (unsigned from = 1; from <= LUCID_TIME_WAIT; from <<= 1) {
            ck_assert_msg(!(row->from & from) || fsm_path_find(from, 0, row->to), "%s to %s has no path",
                          lucid_state_name(from), lucid_state_name(row->to));
        }
    }
}
END_TEST

START_TEST(paths_lead_from_box_to_box) {
    const struct fsm_path *path;
    for (unsigned i = 0; (path = fsm_path(i)); i++) {
        double x = 0, y = 0;
        int begin_x, begin_y;
        ck_assert_int_eq(sscanf(path->path, "M%d %d", &begin_x, &begin_y), 2);
        ck_assert_msg(touches(path->from, begin_x, begin_y), "%s does not begin at its box", path->path);
        last_point(path->path, &x, &y);
        ck_assert_msg(touches(path->to, x, y), "%s does not end at its box", path->path);
    }
}
END_TEST

START_TEST(json_is_whole) {
    struct text text = text_growing();
    fsm_machine_json(&text);
    ck_assert(!text.cut);
    ck_assert_ptr_nonnull(strstr(text.data, "\"event\":\"RCV_ACK_OF_FIN\""));
    ck_assert_ptr_nonnull(strstr(text.data, "\"via\":\"FIN-WAIT-2\",\"to\":\"TIME-WAIT\""));
    ck_assert_int_eq(text.data[text.length - 1], '}');
    text_free(&text);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("layout", &tests);
    tcase_add_test(tests, every_state_has_one_place);
    tcase_add_test(tests, places_do_not_overlap);
    tcase_add_test(tests, every_row_has_a_path);
    tcase_add_test(tests, paths_lead_from_box_to_box);
    tcase_add_test(tests, json_is_whole);
    return unit_run(suite);
}
