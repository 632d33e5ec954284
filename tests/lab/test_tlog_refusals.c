/* test_tlog_refusals.c: what is no event is refused, with line, column and what was expected there. */
#include "lab/tlog.h"
#include "unit/unit.h"

#define HEADER "{\"tlog\":1,\"world\":\"sim\",\"nodes\":[[\"A\",\"10.77.0.1\"],[\"B\",\"10.77.0.2\"]],\"msl\":120}"

static struct tlog *log_;
static char error[LAB_ERROR];

static void setup(void) {
    log_ = tlog_new();
    ck_assert_int_eq(tlog_add(log_, HEADER, sizeof HEADER - 1, error), 0);
}

static void teardown(void) {
    tlog_free(log_);
}

static void add(const char *line) {
    int result = tlog_add(log_, line, strlen(line), error);
    ck_assert_msg(result == 0, "%s: %s", line, error);
}

#define COMMON_KEYS "{\"i\":1,\"t\":5,\"n\":\"A\",\"c\":0,\"ev\":"

static const struct refusal {
    const char *line, *why;
} REFUSALS[] = {
    {"", "line 2, column 1: expected {, but the line ends here"},
    {"hello", "line 2, column 1: expected {, got h"},
    {"{}", "line 2, column 1: expected an event, got an object without keys"},
    {"{\"i\":1,}", "line 2, column 8: expected a key in quotes, got }"},
    {"{\"i\":1 }", "line 2, column 7: expected a comma or }, got octet 0x20 (a space)"},
    {"{\"i\": 1}", "line 2, column 6: expected a value, got octet 0x20 (a space)"},
    {"{\"i\":1", "line 2, column 7: expected a comma or }, but the line ends here"},
    {"{\"i\":1}x", "line 2, column 8: expected the end of the line, got x"},
    {"{\"i\":1}\r", "line 2, column 8: expected the end of the line, got octet 0x0d"},
    {"{\"i\":01}", "line 2, column 6: expected a number without leading zeros"},
    {"{\"i\":1.5}", "line 2, column 7: expected an integer: a log has no fractions and no exponents"},
    {"{\"i\":-}", "line 2, column 7: expected a digit, got }"},
    {"{\"t\":18446744073709551616}", "line 2, column 6: the number is larger than 18446744073709551615"},
    {"{\"i\":4294967296}", "line 2, column 6: expected a number from 0 to 4294967295 for \"i\""},
    {"{\"i\":-1}", "line 2, column 6: expected a number from 0 to 4294967295 for \"i\""},
    {"{\"i\":\"1\"}", "line 2, column 6: expected a number from 0 to 4294967295 for \"i\""},
    {"{\"i\":1,\"i\":2}", "line 2, column 8: \"i\" is there for the second time"},
    {"{\"a\":\"\x80\"}", "line 2, column 7: expected UTF-8, got octet 0x80"},
    {"{\"a\":\"\xe4\xbd\"}", "line 2, column 9: expected the rest of a character in UTF-8, got \""},
    {"{\"a\":\"\n\"}", "line 2, column 7: expected the quote that ends the string, got octet 0x0a"},
    {"{\"a\":\"\\x\"}", "line 2, column 8: expected one of \" \\ / b f n r t u after the backslash, got x"},
    {"{\"a\":\"\\u12g4\"}", "line 2, column 11: expected a hexadecimal digit, got g"},
    {"{\"a\":[[[[[[[[[1]]]]]]]]]}", "line 2, column 14: more than 8 values inside each other"},
    {"{\"a\":nul}", "line 2, column 6: expected a value, got n"},
    {"{\"a\"}", "line 2, column 5: expected a colon after the key, got }"},
    {"{\"t\":5,\"n\":\"A\",\"ev\":\"rule\"}", "line 2, column 28: an event needs \"i\""},
    {"{\"i\":1,\"n\":\"A\",\"ev\":\"rule\"}", "line 2, column 28: an event needs \"t\""},
    {"{\"i\":1,\"t\":5,\"n\":\"C\"}",
     "line 2, column 18: expected W or the name of a node of the first line for \"n\""},
    {COMMON_KEYS "\"segtx\"}", "line 2, column 33: expected a kind of event like \"seg_tx\" for \"ev\""},
    {COMMON_KEYS "\"rule\",\"rule\":\"x\"}", "line 2, column 51: rule needs \"out\""},
    {COMMON_KEYS "\"rule\",\"rule\":\"x\",\"out\":\"CHALLENGE-ACK\"}",
     "line 2, column 57: expected an outcome like \"accepted\" or \"challenge_ack\" for \"out\""},
    {COMMON_KEYS "\"timer_set\",\"timer\":\"RTO\"}", "line 2, column 59: timer_set needs \"at\""},
    {COMMON_KEYS "\"timer_stop\",\"timer\":\"RTOX\"}",
     "line 2, column 54: expected a timer like \"RTO\" for \"timer\""},
    {COMMON_KEYS "\"state\",\"from\":\"CLOSED\",\"to\":\"SYN-SENT\"}",
     "line 2, column 73: a state has one cause: \"seg_id\", \"timer\" or \"call\""},
    {COMMON_KEYS "\"state\",\"from\":\"CLOSED\",\"to\":\"SYN-SENT\",\"call\":\"open\",\"seg_id\":1}",
     "line 2, column 98: a state has one cause: \"seg_id\", \"timer\" or \"call\""},
    {COMMON_KEYS "\"state\",\"from\":\"CLOSED\",\"to\":\"SYN_SENT\",\"call\":\"open\"}",
     "line 2, column 62: expected a state like \"SYN-SENT\" for \"to\""},
    {COMMON_KEYS "\"state\",\"from\":\"\",\"to\":\"LISTEN\",\"call\":\"listen\",\"local\":\"*:70000\"}",
     "line 2, column 89: expected an address and a port like \"10.77.0.2:80\" for \"local\""},
    {COMMON_KEYS "\"seg_tx\"}", "line 2, column 42: seg_tx needs \"seg\""},
    {COMMON_KEYS "\"seg_tx\",\"seg\":{}}", "line 2, column 51: a segment needs \"id\""},
    {COMMON_KEYS "\"seg_tx\",\"seg\":{\"id\":1,\"sp\":65536}}",
     "line 2, column 61: expected a number from 0 to 65535 for \"sp\""},
    {COMMON_KEYS "\"seg_tx\",\"seg\":{\"id\":1,\"fl\":\"SS\"}}",
     "line 2, column 61: expected letters of S F R P A U E C, each once at most, for \"fl\""},
    {COMMON_KEYS "\"seg_tx\",\"seg\":{\"opt\":\"0g\"}}",
     "line 2, column 55: expected octets, each as two hexadecimal digits, for \"opt\""},
    {COMMON_KEYS "\"ret\",\"op\":\"recv\",\"r\":\"EGONE\"}",
     "line 2, column 55: expected a number or the name of an error like \"ECONNRESET\" for \"r\""},
    {COMMON_KEYS "\"wire\",\"act\":\"lose\"}",
     "line 2, column 46: expected what the wire did, like \"drop\", for \"act\""},
    {COMMON_KEYS "\"note\",\"text\":5}", "line 2, column 47: expected a text in quotes for \"text\""},
};

/* And the log is as it was: the next good line is event 1. */
START_TEST(refusals) {
    const struct refusal *refusal = &REFUSALS[_i];
    ck_assert_int_eq(tlog_add(log_, refusal->line, strlen(refusal->line), error), -1);
    ck_assert_str_eq(error, refusal->why);
    ck_assert_uint_eq(tlog_count(log_), 0);
    size_t length;
    tlog_lines(log_, &length);
    ck_assert_uint_eq(length, sizeof HEADER);
    add(COMMON_KEYS "\"note\",\"text\":\"good\"}");
    ck_assert_uint_eq(tlog_count(log_), 1);
}
END_TEST

/* Every line cut short anywhere is refused, and nothing is read behind its end. */
START_TEST(cut_lines) {
    static const char line[] = "{\"i\":1,\"t\":5,\"n\":\"A\",\"c\":0,\"ev\":\"seg_tx\",\"seg\":{\"id\":1,\"src\":\"10."
                               "77.0.1\",\"sp\":1,\"dst\":"
                               "\"fd77::2\",\"dp\":2,\"seq\":0,\"ack\":0,\"fl\":\"S\",\"win\":0,\"len\":0,\"opt\":"
                               "\"0204\",\"pay\":\"\\u00e9\"},"
                               "\"again\":1,\"x\":[true,{}]}";
    for (size_t length = 0; length < sizeof line - 1; length++) {
        uint8_t *copy = exact_copy(line, length);
        ck_assert_int_eq(tlog_add(log_, (char *)copy, length, error), -1);
        exact_free(copy);
    }
    add(line);
}
END_TEST

static const struct refusal HEADER_REFUSALS[] = {
    {"{}", "line 1, column 1: expected the header of a log, like {\"tlog\":1,...}"},
    {COMMON_KEYS "\"note\",\"text\":\"x\"}", "line 1, column 1: expected the header of a log, like {\"tlog\":1,...}"},
    {"{\"tlog\":2}", "line 1, column 9: this is not a log of version 1, the one that can be read here"},
    {"{\"tlog\":1,\"world\":\"sim\",\"msl\":1}", "line 1, column 33: the header of a log needs \"nodes\""},
    {"{\"tlog\":1,\"nodes\":[\"A\"]}", "line 1, column 21: expected a node like [\"A\",\"10.77.0.1\"]"},
    {"{\"tlog\":1,\"nodes\":[[\"A\"]]}", "line 1, column 20: expected a node like [\"A\",\"10.77.0.1\"]"},
    {"{\"tlog\":1,\"nodes\":[[\"A\",\"10.0.0\"]]}",
     "line 1, column 25: expected an address like \"10.77.0.1\" or \"fd77::1\""},
    {"{\"tlog\":1,\"nodes\":[[\"../A\",\"10.0.0.1\"]]}",
     "line 1, column 22: the name of a node is of letters, digits, - and _, at most 20"},
    {"{\"tlog\":1,\"nodes\":[[\"\",\"10.0.0.1\"]]}",
     "line 1, column 22: the name of a node is of letters, digits, - and _, at most 20"},
    {"{\"tlog\":1,\"nodes\":3}", "line 1, column 19: expected an array"},
};

START_TEST(header_refusals) {
    const struct refusal *refusal = &HEADER_REFUSALS[_i];
    struct tlog *log = tlog_new();
    ck_assert_int_eq(tlog_add(log, refusal->line, strlen(refusal->line), error), -1);
    ck_assert_str_eq(error, refusal->why);
    ck_assert_int_eq(tlog_add(log, HEADER, sizeof HEADER - 1, error), 0);
    tlog_free(log);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("tlog_refusals", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, refusals, 0, (int)(sizeof REFUSALS / sizeof REFUSALS[0]));
    tcase_add_test(tests, cut_lines);
    tcase_add_loop_test(tests, header_refusals, 0, (int)(sizeof HEADER_REFUSALS / sizeof HEADER_REFUSALS[0]));
    return unit_run(suite);
}
