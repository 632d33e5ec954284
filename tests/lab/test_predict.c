/* test_predict.c: predictions: what can be an answer, how it is locked, what it is worth. */
#include "lab/lab_play.h"
#include "lab/predict.h"
#include "unit/unit.h"

#include <stdio.h>
#include <unistd.h>

static const char LAB[] =
    "lab X title \"T\"\n"
    "rfc 9293:3.5\n"
    "node A 10.77.0.1\n"
    "node B 10.77.0.2 listen 80 app sink\n"
    "hint \"the first\"\n"
    "hint \"the second\"\n"
    "predict choice choice \"B?\" LISTEN|SYN-RECEIVED|\"none of them\" answer B.state@drop2\n"
    "predict.zh choice \"B？\" LISTEN|SYN-RECEIVED|\"都不是\"\n"
    "predict cond choice \"Who?\" \"A alone\" = A.conn = open and B.conn != open | both = B.conn = open\n"
    "predict yes choice \"Is it?\" yes|no answer A.state = ESTABLISHED\n"
    "predict number number \"How long?\" answer A.rto tol 10% points 2\n"
    "predict times times \"When?\" answer seg_tx(A,SYN).t tol 50ms points 3\n"
    "predict states states \"Which?\" answer state(A) points 4\n"
    "predict fields fields \"What?\" answer seg_tx(B,SYNACK) points 3 rule 9293:3.10.7.2/3\n"
    "predict rel fields \"What?\" answer seg_tx(A,ACK) relative points 3\n"
    "predict table table \"Fill\" \"A\"=A.state|\"SYNs\"=count seg_tx(A,SYN)|\"RTO\"=A.rto tol 0.01 points 3\n"
    "predict order order \"In order\" third=seg_tx(A,ACK)|first=seg_tx(A,SYN)|second=seg_tx(B,SYNACK) points 3\n"
    "predict rank rank \"Rank\" big=3|small=1|same=1|middle=2 points 4\n"
    "predict sketch sketch \"Draw\" answer A.connections from 0s to 9s points 10\n"
    "predict text text \"Why?\"\n"
    "miscon choice=SYN-RECEIVED \"B saw nothing.\"\n"
    "miscon number=1 \"That is of an undisturbed handshake.\"\n"
    "run 10s\n";

static struct scenario *scenario;
static const struct scenario_variant *variant;
static struct lab_play *play;
static struct model *model;
static char error[LAB_ERROR];

static void setup(void) {
    scenario = scenario_parse("X.lab", LAB, error);
    ck_assert_msg(scenario, "%s", error);
    variant = &scenario->variant[0];
    play = lab_play_open(7, "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app sink\niss A 99\niss B 299");
    lab_play_do(play, "wire drop next A->B where SYN count 2 tag drop\nA connect B:80\nrun 10s");
    model = model_new(play->log);
    ck_assert_int_eq(model_goto(model, tlog_count(play->log)), 0);
}

static void teardown(void) {
    model_free(model);
    lab_play_close(play);
    scenario_free(scenario);
}

static unsigned find(const char *id) {
    for (unsigned i = 0; i < variant->predictions; i++) {
        if (!strcmp(variant->prediction[i].id.text, id)) {
            return i;
        }
    }
    ck_abort_msg("no prediction %s", id);
    return 0;
}

/* Prediction, what somebody types, the points it earns, and what the outcome is. */
static const struct {
    const char *id, *answer;
    unsigned points;
    const char *outcome;
} ANSWERS[] = {
    {"choice", "LISTEN", 1, "LISTEN"},
    {"choice", "listen", 1, "LISTEN"},
    {"choice", "1", 1, "LISTEN"},
    {"choice", "2", 0, "LISTEN"},
    {"choice", "都不是", 0, "LISTEN"},
    {"cond", "both", 1, "both"},
    {"cond", "A alone", 0, "both"},
    {"yes", "yes", 1, "yes"},
    {"yes", "no", 0, "yes"},
    {"number", "3", 2, "3"},
    {"number", "3s", 2, "3"},
    {"number", "3.2", 2, "3"}, /* within 10 % */
    {"number", "3.4", 0, "3"},
    {"number", "1", 0, "3"},
    {"times", "0 1 3", 3, "0 1 3"},
    {"times", "0, 1.04, 2.96", 3, "0 1 3"},
    {"times", "0 1 2", 2, "0 1 3"},
    {"times", "0 1", 2, "0 1 3"},
    {"times", "0 1 3 7", 2, "0 1 3"}, /* three of four, rounded down */
    {"times", "5", 0, "0 1 3"},
    {"states", "SYN-SENT ESTABLISHED", 4, "SYN-SENT ESTABLISHED"},
    {"states", "closed syn-sent established", 4, "SYN-SENT ESTABLISHED"},
    {"states", "SYN-SENT (SYN-RECEIVED) ESTABLISHED", 2, "SYN-SENT ESTABLISHED"},
    {"states", "ESTABLISHED", 2, "SYN-SENT ESTABLISHED"},
    {"states", "LISTEN", 0, "SYN-SENT ESTABLISHED"},
    {"fields", "299 100 SA", 3, "299 100 SA"},
    {"fields", "299 100 SYN,ACK", 3, "299 100 SA"},
    {"fields", "299, 100, SA", 3, "299 100 SA"},
    {"states", "SYN-SENT, ESTABLISHED", 4, "SYN-SENT ESTABLISHED"},
    {"fields", "299 | 100 | SYN,ACK", 3, "299 100 SA"},
    {"fields", "300 100 SA", 2, "299 100 SA"},
    {"fields", "300 - S", 0, "299 100 SA"},
    {"rel", "1 1 A", 3, "1 1 A"},
    {"rel", "100 300 A", 1, "1 1 A"},
    {"table", "ESTABLISHED 3 3", 3, "ESTABLISHED | 3 | 3"},
    {"table", "ESTABLISHED | 2 | 3", 2, "ESTABLISHED | 3 | 3"},
    {"order", "2 3 1", 3, "first|second|third"},
    {"order", "first|second|third", 3, "first|second|third"},
    {"order", "second first third", 1, "first|second|third"},
    {"rank", "small same middle big", 4, "small|same|middle|big"},
    {"rank", "same small middle big", 4, "small|same|middle|big"}, /* equal ones in any order */
    {"rank", "big small same middle", 1, "small|same|middle|big"},
    {"sketch", "1 1 1 1 1 1 1 1 1 1", 10, "1 1 1 1 1 1 1 1 1 1"},
    {"sketch", "9 9 9 9 9 9 9 9 9 9", 10, "1 1 1 1 1 1 1 1 1 1"}, /* only the shape counts */
    {"sketch", "0 1 2 3 4 5 6 7 8 9", 2, "1 1 1 1 1 1 1 1 1 1"},
    {"text", "because", 0, ""},
};

START_TEST(worth) {
    unsigned i = find(ANSWERS[_i].id);
    struct predict_answers *answers = predict_new(variant);
    struct predict_result result;
    int refused = predict_set(answers, i, ANSWERS[_i].answer, error);
    ck_assert_int_eq(predict_judge(scenario, variant, i, answers->answer[i], model, SCENARIO_EN, &result, error), 0);
    ck_assert_msg(result.points == ANSWERS[_i].points, "%s %s: %u points, not %u%s%s", ANSWERS[_i].id,
                  ANSWERS[_i].answer, result.points, ANSWERS[_i].points, refused ? ": " : "", refused ? error : "");
    ck_assert_str_eq(result.outcome.data ? result.outcome.data : "", ANSWERS[_i].outcome);
    bool full = result.of && result.points == result.of;
    ck_assert(result.right == full || !result.of);
    predict_result_free(&result);
    predict_free(answers);
}
END_TEST

START_TEST(none_earns_nothing) {
    for (unsigned i = 0; i < variant->predictions; i++) {
        struct predict_result result;
        ck_assert_int_eq(predict_judge(scenario, variant, i, NULL, model, SCENARIO_EN, &result, error), 0);
        ck_assert_uint_eq(result.points, 0);
        ck_assert(!result.right);
        predict_result_free(&result);
    }
}
END_TEST

START_TEST(why) {
    struct predict_result result;
    predict_judge(scenario, variant, find("choice"), "SYN-RECEIVED", model, SCENARIO_EN, &result, error);
    ck_assert_str_eq(result.miscon, "B saw nothing.");
    ck_assert_str_eq(result.rule, "9293:3.5"); /* the scenario's first */
    predict_result_free(&result);
    predict_judge(scenario, variant, find("choice"), "LISTEN", model, SCENARIO_EN, &result, error);
    ck_assert_ptr_null(result.miscon);
    predict_result_free(&result);
    predict_judge(scenario, variant, find("fields"), "1 2 A", model, SCENARIO_EN, &result, error);
    ck_assert_str_eq(result.rule, "9293:3.10.7.2/3"); /* its own */
    predict_result_free(&result);
    predict_judge(scenario, variant, find("states"), "CLOSED", model, SCENARIO_EN, &result, error);
    ck_assert_str_eq(result.rule, "9293:3.10.1/CLOSED"); /* the event's */
    predict_result_free(&result);
}
END_TEST

static const struct {
    const char *id, *answer, *sentence;
} REFUSED[] = {
    {"choice", "CLOSED", "one of the texts"},
    {"choice", "4", "one of the texts"},
    {"number", "soon", "one number"},
    {"number", "1 2", "one number"},
    {"times", "0 1 x", "numbers, as in"},
    {"fields", "299 100", "SEQ, ACK (or -) and flags"},
    {"table", "ESTABLISHED", "one value for each cell"},
    {"order", "1 2", "each item once"},
    {"order", "1 1 2", "each item once"},
    {"order", "1 2 4", "each item once"},
    {"sketch", "1 2 3", "ten numbers"},
};

START_TEST(no_answers) {
    struct predict_answers *answers = predict_new(variant);
    unsigned i = find(REFUSED[_i].id);
    ck_assert_int_eq(predict_set(answers, i, REFUSED[_i].answer, error), -1);
    ck_assert_msg(strstr(error, REFUSED[_i].sentence), "%s", error);
    ck_assert_ptr_null(answers->answer[i]);
    predict_free(answers);
}
END_TEST

START_TEST(locked) {
    char path[] = "/tmp/lucid-predict-XXXXXX", text[4096] = "";
    struct predict_answers *answers = predict_new(variant), *again = predict_new(variant);
    close(mkstemp(path));
    ck_assert_int_eq(predict_set(answers, find("choice"), " 3 ", error), 0);
    ck_assert_int_eq(predict_set(answers, find("text"), "a \"tab\t\" and \\", error), 0);
    ck_assert_int_eq(predict_set(answers, find("number"), "  ", error), 0);
    ck_assert_uint_eq(predict_count(answers), 2);
    ck_assert_int_eq(predict_write(answers, path, error), 0);
    FILE *file = fopen(path, "r");
    ck_assert_uint_gt(fread(text, 1, sizeof text - 1, file), 0);
    fclose(file);
    /* printf 'choice\tnone of them' | sha256sum */
    ck_assert_ptr_nonnull(strstr(text, "choice\tnone of them\t4c0c9f3185eaf9a7"));
    ck_assert_int_eq(predict_read(again, path, error), 0);
    ck_assert_str_eq(again->answer[find("choice")], "none of them");
    ck_assert_str_eq(again->hash[find("text")], answers->hash[find("text")]);
    struct text line = text_growing();
    predict_setup(answers, find("text"), &line);
    ck_assert_ptr_nonnull(strstr(line.data, "predict text \"a  tab   and\" "));
    text_free(&line);
    unlink(path);
    predict_free(answers);
    predict_free(again);
}
END_TEST

START_TEST(asked) {
    static const char typed[] = "?\nnowhere\n2\n?\n?\n\nyes\n";
    char *said = NULL;
    size_t length = 0;
    struct predict_answers *answers = predict_new(variant);
    FILE *in = fmemopen((void *)typed, sizeof typed - 1, "r"), *out = open_memstream(&said, &length);
    ck_assert_int_eq(predict_ask(answers, in, out, SCENARIO_EN), -1); /* the input ends */
    fclose(in);
    fclose(out);
    ck_assert_str_eq(answers->answer[0], "SYN-RECEIVED");
    ck_assert_ptr_null(answers->answer[1]);
    ck_assert_str_eq(answers->answer[2], "yes");
    ck_assert_ptr_nonnull(strstr(said, "the first"));
    ck_assert_ptr_nonnull(strstr(said, "the second"));
    ck_assert_ptr_nonnull(strstr(said, "There is no further hint."));
    ck_assert_ptr_nonnull(strstr(said, "`nowhere` cannot be an answer"));
    size_t prompt = strlen("  > "); /* nobody echoes the line feed that was typed behind it */
    for (const char *line = said; *line; line += strspn(line, "\n")) {
        ck_assert_uint_le(strcspn(line, "\n"), 80 + prompt);
        line += strcspn(line, "\n");
    }
    free(said);
    predict_free(answers);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("predict", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, worth, 0, (int)(sizeof ANSWERS / sizeof *ANSWERS));
    tcase_add_loop_test(tests, no_answers, 0, (int)(sizeof REFUSED / sizeof *REFUSED));
    tcase_add_test(tests, none_earns_nothing);
    tcase_add_test(tests, why);
    tcase_add_test(tests, locked);
    tcase_add_test(tests, asked);
    return unit_run(suite);
}
