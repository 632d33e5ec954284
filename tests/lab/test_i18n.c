/* test_i18n.c: lab/i18n.h: both languages say the same things, with the same places; a text that lacks falls back. */
#include "lab/i18n.h"
#include "unit/unit.h"

START_TEST(chooses) {
    ck_assert_int_eq(i18n_choose("zh"), 0);
    ck_assert_str_eq(i18n("state.goes"), "进入 {0}");
    ck_assert_int_eq(i18n_choose("fr"), -1);
    ck_assert_int_eq(i18n_chosen(), I18N_ZH);
    ck_assert_int_eq(i18n_choose("en"), 0);
    ck_assert_str_eq(i18n("state.goes"), "goes to {0}");
    ck_assert_str_eq(i18n("no such key"), "no such key");
    ck_assert_ptr_null(i18n_exact(I18N_ZH, "no such key"));
}
END_TEST

/* The arguments come in the order of the call, the places in that of the language. */
START_TEST(fills_places) {
    struct text text = text_growing();
    i18n_choose("en");
    i18n_put(&text, "segment.tx", "SYN", "B", ", SEQ 0", NULL);
    ck_assert_str_eq(text.data, "sends SYN to B, SEQ 0");
    text_free(&text);
    i18n_choose("zh");
    i18n_put(&text, "segment.tx", "SYN", "B", "，SEQ 0", NULL);
    ck_assert_str_eq(text.data, "向 B 发送 SYN，SEQ 0");
    text_free(&text);
    /* A place without an argument is empty. */
    i18n_choose("en");
    i18n_put(&text, "segment.tx", "SYN", NULL);
    ck_assert_str_eq(text.data, "sends SYN to ");
    text_free(&text);
    /* A place in an argument is no place. */
    i18n_put(&text, "note.line", "{0}{1}", NULL);
    ck_assert_str_eq(text.data, "note: {0}{1}");
    text_free(&text);
}
END_TEST

static unsigned places_of(const char *text) {
    unsigned places = 0;
    for (; (text = strchr(text, '{')); text++) {
        if (text[1] >= '0' && text[1] <= '9' && text[2] == '}') {
            places |= 1u << (text[1] - '0');
        }
    }
    return places;
}

START_TEST(languages_agree) {
    unsigned count = 0;
    for (const char *key; (key = i18n_key(count)); count++) {
        const char *en = i18n_exact(I18N_EN, key);
        const char *zh = i18n_exact(I18N_ZH, key);
        ck_assert_msg(zh, "%s has no Chinese", key);
        ck_assert_msg(places_of(en) == places_of(zh), "%s has other places in Chinese", key);
    }
    ck_assert_uint_gt(count, 100);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("i18n", &tests);
    tcase_add_test(tests, chooses);
    tcase_add_test(tests, fills_places);
    tcase_add_test(tests, languages_agree);
    return unit_run(suite);
}
