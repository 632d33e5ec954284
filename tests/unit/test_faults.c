/* test_faults.c: lucid_faults_parse(): what is read, and what is said of what cannot be. */
#include "lucid/host.h"
#include "unit.h"

static struct lucid_faults faults;
static char error[LUCID_ERROR_TEXT];

static void reads(const char *text) {
    int result = lucid_faults_parse(text, &faults, error);
    ck_assert_msg(result == 0, "%s: %s", text, error);
}

static void refuses(const char *text, const char *expected) {
    static const struct lucid_faults untouched = {.loss = 77, .delay = 5, .seed = 9};
    faults = untouched;
    memset(error, '#', sizeof error);
    ck_assert_msg(lucid_faults_parse(text, &faults, error) == -LUCID_EINVAL, "%s was accepted", text);
    ck_assert_ptr_nonnull(memchr(error, '\0', sizeof error));
    ck_assert_msg(strstr(error, expected) != NULL, "%s: '%s' does not say '%s'", text, error, expected);
    ck_assert_mem_eq(&faults, &untouched, sizeof faults);
}

START_TEST(everything_at_once) {
    reads("loss=1%,delay=20ms,dup=2%,reorder=3.5%,corrupt=0.1%,rate=10mbit,queue=50,jitter=5ms,seed=7");
    ck_assert_uint_eq(faults.loss, 10000);
    ck_assert_uint_eq(faults.duplicate, 20000);
    ck_assert_uint_eq(faults.reorder, 35000);
    ck_assert_uint_eq(faults.corrupt, 1000);
    ck_assert(faults.delay == 20 * LUCID_MILLISECOND);
    ck_assert(faults.jitter == 5 * LUCID_MILLISECOND);
    ck_assert(faults.rate == 10000000);
    ck_assert_uint_eq(faults.queue, 50);
    ck_assert(faults.seed == 7);
}
END_TEST

START_TEST(what_is_not_said) {
    memset(&faults, 0xff, sizeof faults);
    reads("seed=18446744073709551615");
    ck_assert(faults.loss == 0 && faults.duplicate == 0 && faults.reorder == 0 && faults.corrupt == 0);
    ck_assert(faults.delay == 0 && faults.jitter == 0 && faults.rate == 0);
    ck_assert_uint_eq(faults.queue, 100);
    ck_assert(faults.seed == UINT64_MAX);
    reads("loss=0%");
    ck_assert(faults.seed == 1);
}
END_TEST

START_TEST(order_does_not_matter) {
    reads("seed=3,loss=5%");
    struct lucid_faults other = faults;
    reads("loss=5%,seed=3");
    ck_assert_mem_eq(&faults, &other, sizeof faults);
}
END_TEST

START_TEST(units_and_fractions_are_exact) {
    static const struct {
        const char *text;
        lucid_time delay;
    } times[] = {
        {"delay=0s", 0},
        {"delay=1ns", 1},
        {"delay=3us", 3000},
        {"delay=2ms", 2000000},
        {"delay=1s", 1000000000},
        {"delay=1.5s", 1500000000},
        {"delay=.5ms", 500000},
        {"delay=0.001us", 1},
        {"delay=1.000000001s", 1000000001},
        {"delay=3600s", UINT64_C(3600000000000)},
    };
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        reads(times[i].text);
        ck_assert_msg(faults.delay == times[i].delay, "%s", times[i].text);
    }
    reads("loss=0.0001%");
    ck_assert_uint_eq(faults.loss, 1);
    reads("loss=100%");
    ck_assert_uint_eq(faults.loss, 1000000);
    reads("rate=1bit");
    ck_assert(faults.rate == 1);
    reads("rate=2.5kbit");
    ck_assert(faults.rate == 2500);
    reads("rate=1000gbit");
    ck_assert(faults.rate == UINT64_C(1000000000000));
}
END_TEST

START_TEST(wrong_words_are_named) {
    refuses("lost=1%", "'lost=1%' is unknown; the words are loss,");
    refuses("loss=1%,speed=3", "'speed=3' is unknown");
    refuses("LOSS=1%", "'LOSS=1%' is unknown");
    refuses("los=1%", "'los=1%' is unknown");
    refuses("losss=1%", "'losss=1%' is unknown");
    refuses("", "'' is unknown");
    refuses(",", "'' is unknown");
    refuses("loss=1%,", "'' is unknown");
    refuses("loss=1%,,seed=1", "'' is unknown");
    refuses(" loss=1%", "' loss=1%' is unknown");
    refuses("loss=1%,loss=2%", "'loss' is given twice");
}
END_TEST

START_TEST(wrong_values_say_what_is_expected) {
    refuses("loss", "'loss' makes no sense; write loss= and a percentage such as 1%");
    refuses("loss=", "'loss=' makes no sense");
    refuses("loss=1", "'loss=1' makes no sense");
    refuses("loss=%", "'loss=%' makes no sense");
    refuses("loss=.%", "'loss=.%' makes no sense");
    refuses("loss=1.%", "makes no sense");
    refuses("loss=1.2.3%", "makes no sense");
    refuses("loss=-1%", "makes no sense");
    refuses("loss=+1%", "makes no sense");
    refuses("loss=0x1%", "makes no sense");
    refuses("loss=1 %", "makes no sense");
    refuses("loss=1%=2%", "makes no sense");
    refuses("loss=100.0001%", "makes no sense");
    refuses("loss=101%", "makes no sense");
    refuses("loss=0.00001%", "makes no sense");
    refuses("loss=99999999999999999999%", "makes no sense");
    refuses("loss=18446744073709551616%", "makes no sense");
    refuses("delay=20", "write delay= and a time up to 3600s");
    refuses("delay=20m", "makes no sense");
    refuses("delay=0.5ns", "makes no sense");
    refuses("delay=3600.000000001s", "makes no sense");
    refuses("delay=18446744074s", "makes no sense");
    refuses("jitter=1h", "write jitter= and a time");
    refuses("rate=0bit", "write rate= and bits a second from 1bit");
    refuses("rate=10", "makes no sense");
    refuses("rate=1001gbit", "makes no sense");
    refuses("queue=0", "write queue= and a number of packets");
    refuses("queue=1.5", "makes no sense");
    refuses("queue=1000001", "makes no sense");
    refuses("seed=1.0", "write seed= and a whole number");
    refuses("seed=18446744073709551616", "makes no sense");
    refuses("seed=1x", "makes no sense");
}
END_TEST

START_TEST(long_words_are_cut) {
    char text[4000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    refuses(text, "as in loss=1%,delay=20ms");
    memcpy(text, "rate=", 5);
    refuses(text, "such as 10mbit");
    memset(text + 5, '9', sizeof text - 6);
    refuses(text, "such as 10mbit");
}
END_TEST

/* Any text gives an answer, and only texts with '=' can be right. */
START_TEST(noise) {
    static const char letters[] = "losdelayseed=%,.0123456789msbit";
    uint64_t state = 5;
    for (int round = 0; round < 20000; round++) {
        char text[24];
        size_t length = draw_below(&state, sizeof text);
        for (size_t i = 0; i < length; i++) {
            text[i] = letters[draw_below(&state, sizeof letters - 1)];
        }
        text[length] = '\0';
        char *exact = (char *)exact_copy(text, length + 1);
        int result = lucid_faults_parse(exact, &faults, error);
        EXPECT(result == -LUCID_EINVAL || (result == 0 && strchr(text, '=')));
        exact_free((uint8_t *)exact);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("faults", &tests);
    tcase_add_test(tests, everything_at_once);
    tcase_add_test(tests, what_is_not_said);
    tcase_add_test(tests, order_does_not_matter);
    tcase_add_test(tests, units_and_fractions_are_exact);
    tcase_add_test(tests, wrong_words_are_named);
    tcase_add_test(tests, wrong_values_say_what_is_expected);
    tcase_add_test(tests, long_words_are_cut);
    tcase_add_test(tests, noise);
    return unit_run(suite);
}
