/* test_wrap.c: paragraphs in lines: nothing is lost, no line is too wide, Chinese may end anywhere. */
#include "lab/wrap.h"
#include "unit/unit.h"

static const char ENGLISH[] =
    "B in SYN-RECEIVED gets a second SYN with the sequence number of the first; by the letter "
    "of 3.10.7.4, first step, it is unacceptable and answered by a bare ACK, which A ignores.";
static const char CHINESE[] =
    "B 在 SYN-RECEIVED 中收到第二个 SYN，序列号与第一个相同。按 3.10.7.4 第一步的字面，它不可接受，"
    "只回一个 ACK，而处于 SYN-SENT 的 A 会忽略它。本协议栈知道自己的 SYN,ACK 丢了，立即重发。";

static void lines_fit(const char *paragraph) {
    struct text out = text_growing();
    char all[1000] = "", line[1000];
    unsigned count = 0;
    wrap_put(&out, paragraph, 0, 4);
    for (const char *at = out.data; *at; count++) {
        size_t length = strcspn(at, "\n");
        memcpy(line, at, length);
        line[length] = 0;
        ck_assert_msg(wrap_width(line) <= WRAP_COLUMNS + 2, "%u columns: %s", wrap_width(line), line);
        ck_assert(!count || !strncmp(line, "    ", 4));
        strcat(all, line + (count ? 4 : 0));
        at += length + 1;
    }
    ck_assert_uint_ge(count, 2);
    /* The same characters in the same order, but for blanks. */
    const char *a = all, *b = paragraph;
    while (*a || *b) {
        a += strspn(a, " ");
        b += strspn(b, " ");
        ck_assert_int_eq(*a, *b);
        a += *a != 0;
        b += *b != 0;
    }
    text_free(&out);
}

START_TEST(fits) {
    lines_fit(ENGLISH);
    lines_fit(CHINESE);
}
END_TEST

START_TEST(widths) {
    ck_assert_uint_eq(wrap_width("SYN"), 3);
    ck_assert_uint_eq(wrap_width("丢失的 SYN"), 10);
}
END_TEST

START_TEST(edges) {
    struct text out = text_growing();
    wrap_put(&out, "", 3, 3);
    ck_assert_str_eq(out.data, "\n");
    text_free(&out);
    char wide[300];
    memset(wide, 'x', 299);
    wide[299] = 0;
    out = text_growing();
    wrap_put(&out, wide, 0, 4); /* one word stays one */
    ck_assert_uint_eq(out.length, 300);
    text_free(&out);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("wrap", &tests);
    tcase_add_test(tests, fits);
    tcase_add_test(tests, widths);
    tcase_add_test(tests, edges);
    return unit_run(suite);
}
