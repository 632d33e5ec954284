/* test_edges.c: the audit of the edges finds what is wrong; compound edges are derived from the table. */
#include "lab/edges.h"
#include "unit/unit.h"

static unsigned audit(const struct edges *edges, const char *words) {
    struct text text = text_growing();
    unsigned wrong = edges_audit(edges, &text);
    ck_assert_msg(strstr(text.data, words) != NULL, "%s", text.data);
    text_free(&text);
    return wrong;
}

static unsigned find(const struct edges *edges, unsigned number) {
    int found = edges_find(edges, number - 1);
    ck_assert_int_ge(found, 0);
    return (unsigned)found;
}

START_TEST(nothing_is_wrong) {
    struct edges edges;
    edges_begin(&edges);
    ck_assert_uint_eq(audit(&edges, "50 in fsm.def, 2 excused"), 0);
    ck_assert_uint_lt(edges.count, EDGES_MAX);
}
END_TEST

START_TEST(a_row_that_is_missing) {
    struct edges edges;
    edges_begin(&edges);
    edges.edge[find(&edges, 12)].appendix = -1;
    ck_assert_uint_eq(audit(&edges, "MISSING in fsm.def"), 1);
}
END_TEST

/* E13 is drawn; a row of the text in its place is wrong. */
START_TEST(a_row_that_is_drawn_otherwise) {
    struct edges edges;
    edges_begin(&edges);
    edges.edge[find(&edges, 13)].row = edges.edge[find(&edges, 25)].row;
    ck_assert_uint_eq(audit(&edges, "WRONG: Appendix A has it drawn"), 1);
}
END_TEST

START_TEST(compounds) {
    struct edges edges;
    edges_begin(&edges);
    unsigned count = 0;
    for (unsigned i = 0; i < edges.count; i++) {
        count += edges.edge[i].second >= 0;
    }
    ck_assert_uint_eq(count, 3);
    ck_assert_int_ge(edges.edge[find(&edges, 21)].second, 0);
    ck_assert_int_ge(edges.edge[find(&edges, 52)].second, 0);
}
END_TEST

/* Appendix A: 20 drawn, 32 not; numbered in order. */
START_TEST(the_list) {
    unsigned drawn = 0;
    for (unsigned i = 0; i < APPENDIX_COUNT; i++) {
        ck_assert_uint_eq(APPENDIX[i].number, i + 1);
        drawn += APPENDIX[i].drawn == APPENDIX_D;
        ck_assert(APPENDIX[i].not_here || (*APPENDIX[i].hint[I18N_EN] && *APPENDIX[i].hint[I18N_ZH]));
    }
    ck_assert_uint_eq(drawn, 20);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("edges", &tests);
    tcase_add_test(tests, nothing_is_wrong);
    tcase_add_test(tests, a_row_that_is_missing);
    tcase_add_test(tests, a_row_that_is_drawn_otherwise);
    tcase_add_test(tests, compounds);
    tcase_add_test(tests, the_list);
    return unit_run(suite);
}
