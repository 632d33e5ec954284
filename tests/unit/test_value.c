/* test_value.c: numbers and times that a user writes. */
#include "common/value.h"
#include "unit.h"

static char error[LUCID_ERROR_TEXT];

START_TEST(numbers) {
    static const char *const bad[] = {"",   " 1",  "1 ",   "-1", "+1", "0x5",
                                      "1.", "1e3", "five", "9",  "21", "18446744073709551616"};
    uint64_t number = 0;
    ck_assert(value_number("10", 10, 20, &number) && number == 10);
    ck_assert(value_number("020", 10, 20, &number) && number == 20);
    ck_assert(value_number("18446744073709551615", 0, UINT64_MAX, &number) && number == UINT64_MAX);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!value_number(bad[i], 10, 20, &number), "'%s'", bad[i]);
    }
}
END_TEST

START_TEST(seconds) {
    static const char *const bad[] = {"",    "0.0009", "3600.1", "-1",    "1s", "1e3",
                                      "nan", "inf",    "0x1",    "1.2.3", ".",  " 1"};
    lucid_time time = 0;
    ck_assert(value_seconds("0.001", false, &time) && time == LUCID_MILLISECOND);
    ck_assert(value_seconds("3600", false, &time) && time == 3600 * LUCID_SECOND);
    ck_assert(value_seconds("2.5", true, &time) && time == 5 * LUCID_SECOND / 2);
    ck_assert(value_seconds("0", true, &time) && time == 0);
    ck_assert(!value_seconds("0", false, &time));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!value_seconds(bad[i], false, &time), "'%s'", bad[i]);
        ck_assert_msg(!value_seconds(bad[i], true, &time), "'%s'", bad[i]);
    }
}
END_TEST

START_TEST(options) {
    ck_assert(value_option('x', "-x", error) && value_option(256, "--x", error));
    ck_assert(!value_option('?', "--x", error));
    ck_assert_str_eq(error, "--x is no option: see --help");
    ck_assert(!value_option(':', "--x", error));
    ck_assert_str_eq(error, "--x needs a value: see --help");
    ck_assert(!value_wrong(error, "%s", "y"));
    ck_assert_str_eq(error, "y");
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("value", &tests);
    tcase_add_test(tests, numbers);
    tcase_add_test(tests, seconds);
    tcase_add_test(tests, options);
    return unit_run(suite);
}
