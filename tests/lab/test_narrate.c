/* test_narrate.c: lab/narrate.h: every kind of event has its sentence, in both languages; octets from the network are
 * escaped. What the sentences are is in tests/golden/lab/narrate.*.txt.
 */
#include "lab/export.h"
#include "lab/i18n.h"
#include "lab/narrate.h"
#include "lab/picture.h"
#include "lab_views.h"

static void narrate_all(const char *language, const char *golden, bool raw) {
    struct text text = text_growing();
    ck_assert_int_eq(i18n_choose(language), 0);
    for (uint32_t i = 1; i <= tlog_count(sample); i++) {
        narrate_styled(&text, model, tlog_at(sample, i), (struct narrate_style){raw, true});
        text_put_char(&text, '\n');
    }
    i18n_choose("en");
    golden_is(golden, text.data);
    text_free(&text);
}

START_TEST(in_english) {
    narrate_all("en", "narrate.en.txt", false);
}
END_TEST

START_TEST(in_chinese) {
    narrate_all("zh", "narrate.zh.txt", false);
}
END_TEST

START_TEST(raw_numbers) {
    narrate_all("en", "narrate.raw.txt", true);
}
END_TEST

/* The sample has all kinds; a kind without words of its own would leave no more than "0.000 A: ". */
START_TEST(each_kind_has_a_sentence) {
    unsigned seen = 0;
    for (uint32_t i = 1; i <= tlog_count(sample); i++) {
        const struct tlog_event *event = tlog_at(sample, i);
        struct text text = text_growing();
        narrate_event(&text, model, event);
        const char *words = strchr(text.data, ' ');
        ck_assert_msg(words && strlen(words) > 12, "event %u: %s", i, text.data);
        seen |= 1u << event->kind;
        text_free(&text);
    }
    for (unsigned kind = 0; kind < TLOG_KINDS; kind++) {
        ck_assert_msg(seen & 1u << kind, "the sample has no %s", tlog_kind_name(kind));
    }
}
END_TEST

/* Names that the code puts together from tables must all be keys. */
static void expect_key(const char *family, const char *name) {
    char key[100];
    snprintf(key, sizeof key, "%s.%s", family, name);
    ck_assert_msg(i18n_exact(I18N_EN, key), "no text for %s", key);
}

START_TEST(every_name_has_words) {
    const struct lucid_fsm_row *row;
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        expect_key("event", row->event);
        char actions[200];
        snprintf(actions, sizeof actions, "%s", row->actions);
        for (char *rest = actions, *action; (action = strsep(&rest, " |"));) {
            if (*action && strcmp(action, "0")) {
                expect_key("action", action);
            }
        }
    }
    for (unsigned i = 0; i < LUCID_TIMERS; i++) {
        expect_key("timer", lucid_timer_name(i));
    }
    for (unsigned i = 0; i < LUCID_CALLS; i++) {
        expect_key("call", lucid_call_name(i));
    }
    for (unsigned i = 0; i < LUCID_OUTCOMES; i++) {
        expect_key("rule", lucid_outcome_name(i));
    }
    for (unsigned i = 0; i < TLOG_WIRE_KINDS; i++) {
        expect_key("wire", tlog_wire_name(i));
    }
    /* The English sentences of reasons for a drop are the stack's own. */
    for (int i = LUCID_DROP_NONE + 1; i < LUCID_DROP_COUNT; i++) {
        char key[100];
        snprintf(key, sizeof key, "drop.%s", lucid_drop_name(i));
        ck_assert_msg(i18n_exact(I18N_ZH, key), "no Chinese for %s", key);
    }
}
END_TEST

static void escapes(const char *octets, size_t length, const char *expected) {
    char room[200];
    struct text text = text_fixed(room, sizeof room);
    narrate_escape(&text, octets, length);
    ck_assert_str_eq(room, expected);
}

START_TEST(octets_are_escaped) {
    escapes("GET /\r\n\tx\\", 10, "GET /\\r\\n\\tx\\\\");
    escapes("\0\x1b[31m\x7f", 7, "\\x00\\x1b[31m\\x7f");
    escapes("\xe4\xb8\xad", 3, "\xe4\xb8\xad");
    escapes("\xe4\xb8", 2, "\\xe4\\xb8");                   /* cut */
    escapes("\xc0\x9b", 2, "\\xc0\\x9b");                   /* ESC in two octets */
    escapes("\xc2\x9b", 2, "\\xc2\\x9b");                   /* CSI of ISO 6429 */
    escapes("\xe2\x80\xae", 3, "\\xe2\\x80\\xae");          /* turns the line round */
    escapes("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");          /* half a surrogate pair */
    escapes("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80"); /* beyond Unicode */
}
END_TEST

/* Whatever a log says in its texts, a terminal sees no control characters, and a picture is XML. */
START_TEST(nothing_of_a_log_is_raw) {
#define RAW "\\u001b]0;x\\u0007\\u009b2J\xe2\x80\xae"
#define LINE(i, rest) "{\"i\":" #i ",\"t\":5,\"n\":\"A\",\"c\":1,\"ev\":" rest "}"
    static const char *const lines[] = {
        "{\"tlog\":1,\"lab\":\"" RAW "\",\"world\":\"" RAW "\",\"variant\":\"" RAW "\",\"without\":[\"" RAW
        "\"],\"nodes\":[[\"A\",\"10.77.0.1\"],[\"B\",\"10.77.0.2\"]],\"msl\":120}",
        LINE(1, "\"cmd\",\"text\":\"" RAW "\""),
        LINE(2, "\"note\",\"text\":\"" RAW "\""),
        LINE(3, "\"rule\",\"rule\":\"9293:" RAW "/1/" RAW "\",\"out\":\"dropped\""),
        LINE(4, "\"state\",\"from\":\"CLOSED\",\"to\":\"LISTEN\",\"edge\":\"" RAW "\",\"rule\":\"" RAW
                "\",\"call\":\"listen\""),
        LINE(5, "\"app\",\"k\":\"" RAW "\",\"text\":\"" RAW "\""),
        LINE(6, "\"http\",\"k\":\"" RAW "\",\"text\":\"" RAW "\""),
        LINE(7, "\"dns\",\"k\":\"" RAW "\",\"text\":\"" RAW "\""),
        LINE(8, "\"predict\",\"id\":\"" RAW "\",\"answer\":\"" RAW "\",\"hash\":\"" RAW "\""),
        LINE(9, "\"check\",\"id\":\"" RAW "\",\"kind\":\"" RAW "\",\"want\":\"" RAW "\",\"got\":\"" RAW
                "\",\"points\":1,\"of\":2"),
        LINE(10, "\"drop\",\"reason\":\"" RAW "\",\"text\":\"" RAW "\",\"seg_id\":1"),
        LINE(11, "\"wire\",\"act\":\"cut\",\"tag\":\"" RAW "\""),
        LINE(12, "\"seg_tx\",\"seg\":{\"id\":1,\"src\":\"10.77.0.1\",\"sp\":1,\"dst\":\"10.77.0.2\",\"dp\":2,\"seq\":1,"
                 "\"ack\":1,\"fl\":\"A\",\"win\":1,\"len\":9,\"pay\":\"" RAW "\"}"),
    };
    char error[LAB_ERROR];
    struct tlog *log = tlog_new();
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
        ck_assert_msg(tlog_add(log, lines[i], strlen(lines[i]), error) == 0, "%s", error);
    }
    struct model *raw = model_new(log);
    struct text text = text_growing();
    narrate_title(&text, log);
    narrate_banner(&text, log);
    ck_assert_int_eq(model_goto(raw, tlog_count(log)), 0);
    for (uint32_t i = 1; i <= tlog_count(log); i++) {
        narrate_event(&text, raw, tlog_at(log, i));
    }
    ck_assert_int_eq(picture_ladder(&text, raw, 0, 1, 0, 0), 0);
    unsigned next = 0;
    ck_assert_int_eq(export_mermaid(&text, raw, 0, 1, &next), 1);
    for (size_t i = 0; i < text.length; i++) {
        unsigned char octet = (unsigned char)text.data[i];
        ck_assert_msg(octet >= 0x20 || octet == '\n', "control character %u behind %.40s", octet, text.data + i - 40);
    }
    ck_assert_ptr_null(strstr(text.data, "\xc2\x9b"));
    ck_assert_ptr_null(strstr(text.data, "\xe2\x80\xae"));
    text_free(&text);
    model_free(raw);
    tlog_free(log);
}
END_TEST

static void print_all(const char *golden, bool brief) {
    char *printed = NULL;
    size_t length;
    FILE *to = open_memstream(&printed, &length);
    ck_assert_int_eq(model_goto(model, 0), 0);
    narrate_begin(to, sample);
    /* In two parts, as of a log that grows. */
    ck_assert_int_eq(narrate_print(to, model, 30, brief), 0);
    ck_assert_int_eq(narrate_print(to, model, tlog_count(sample), brief), 0);
    fclose(to);
    golden_is(golden, printed);
    free(printed);
}

START_TEST(the_story) {
    print_all("narrate.brief.txt", true);
}
END_TEST

static void rule_is(const char *id, const char *expected) {
    char room[200];
    struct text text = text_fixed(room, sizeof room);
    narrate_rule(&text, id, strlen(id));
    ck_assert_str_eq(room, expected);
}

START_TEST(rules_in_words) {
    rule_is("9293:3.10.7.4/8/FIN-WAIT-1", "RFC 9293 3.10.7.4 eighth step");
    rule_is("9293:3.10.1/CLOSED", "RFC 9293 3.10.1");
    rule_is("9293:3.6.1/SHLD-3", "RFC 9293 3.6.1 SHLD-3");
    rule_is("9293:3.10.7.4/7/SHLD-31", "RFC 9293 3.10.7.4 seventh step SHLD-31");
    rule_is("9293:MUST-36", "RFC 9293 MUST-36");
    rule_is("6582:3.2/3", "RFC 6582 3.2 3");
    rule_is("6298:5.4", "RFC 6298 5.4");
    rule_is("", "RFC ");
}
END_TEST

START_TEST(spans) {
    static const struct {
        uint64_t ns;
        const char *text;
    } cases[] = {{0, "0.000 ms"},         {32000, "0.032 ms"},     {20000000, "20 ms"},      {999999999, "999 ms"},
                 {1500000000, "1.500 s"}, {240000000000, "4 min"}, {90000000000, "90.000 s"}};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        char room[40];
        struct text text = text_fixed(room, sizeof room);
        narrate_span(&text, cases[i].ns);
        ck_assert_str_eq(room, cases[i].text);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("narrate", &tests);
    tcase_add_checked_fixture(tests, sample_setup, sample_teardown);
    tcase_add_test(tests, in_english);
    tcase_add_test(tests, in_chinese);
    tcase_add_test(tests, raw_numbers);
    tcase_add_test(tests, each_kind_has_a_sentence);
    tcase_add_test(tests, every_name_has_words);
    tcase_add_test(tests, nothing_of_a_log_is_raw);
    tcase_add_test(tests, the_story);
    tcase_add_test(tests, octets_are_escaped);
    tcase_add_test(tests, rules_in_words);
    tcase_add_test(tests, spans);
    return unit_run(suite);
}
