/* test_text.c: text that grows, and text that is cut: common/text.h. */
#include "common/text.h"
#include "unit.h"

#include <stdint.h>
#include <string.h>

START_TEST(numbers) {
    static const struct {
        uint64_t number;
        const char *text;
    } cases[] = {{0, "0"}, {9, "9"}, {10, "10"}, {102400, "102400"}, {UINT64_MAX, "18446744073709551615"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text text = text_growing();
        text_put_number(&text, cases[i].number);
        ck_assert_str_eq(text.data, cases[i].text);
        ck_assert_uint_eq(text.length, strlen(cases[i].text));
        text_free(&text);
    }
}
END_TEST

/* Pieces of every length, beyond every capacity that it had on the way. */
START_TEST(growing) {
    static char piece[1000];
    struct text text = text_growing();
    size_t length = 0;
    ck_assert_ptr_null(text.data);
    memset(piece, 'x', sizeof piece);
    for (size_t i = 0; i < sizeof piece; i++) {
        text_put_octets(&text, piece, i);
        length += i;
        ck_assert_uint_eq(text.length, length);
        ck_assert(i == 0 || (text.data[length - 1] == 'x' && text.data[length] == '\0'));
        ck_assert(i == 0 || text.capacity > length);
    }
    ck_assert(!text.cut);
    text_free(&text);
}
END_TEST

/* What does not fit is left out, what fits is there, and nothing is written behind the room. */
START_TEST(fixed) {
    for (size_t capacity = 1; capacity <= 12; capacity++) {
        char room[16];
        memset(room, '#', sizeof room);
        struct text text = text_fixed(room, capacity);
        text_put(&text, "abcd");
        text_put(&text, "");
        text_put_octets(&text, "efghij", 6);
        ck_assert_uint_eq(text.length, capacity - 1 < 10 ? capacity - 1 : 10);
        ck_assert_uint_eq(strlen(room), text.length);
        ck_assert_mem_eq(room, "abcdefghij", text.length);
        ck_assert_int_eq(text.cut, capacity < 11);
        ck_assert_int_eq(room[capacity], '#');
        text_put_char(&text, '!');
        ck_assert_int_eq(text.cut, capacity < 12);
        ck_assert_int_eq(room[capacity], '#');
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("text", &tests);
    tcase_add_test(tests, numbers);
    tcase_add_test(tests, growing);
    tcase_add_test(tests, fixed);
    return unit_run(suite);
}
