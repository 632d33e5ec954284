/* test_scenario.c: the reader of scenario files: a good file, and one test for each kind of mistake. */
#include "lab/catalogue.h"
#include "lab/rules.h"
#include "unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

static char error[LAB_ERROR];

static const char GOOD[] = "# A comment.\n"
                           "lab L02  title.en \"The SYN that never arrived\"  title.zh \"丢失的 SYN\" \\\n"
                           "    minutes 8  release R1\n"
                           "world sim\n"
                           "node A 10.77.0.1\n"
                           "node B 10.77.0.2 listen 80 app sink   # another\n"
                           "wire delay 20ms\n"
                           "iss A 100\n"
                           "rfc 9293:3.8.3 9293:MUST-23 6298:5.5\n"
                           "goal.en \"Back-off \\\n"
                           "         starts early.\"\n"
                           "goal.zh \"退避\"\n"
                           "see \"B has no token.\"\n"
                           "linux \"0, 1, 2 s\"\n"
                           "hint \"Look at the timer.\"\n"
                           "hint.zh \"看定时器\"\n"
                           "predict p1 times \"When (s)?\" answer seg_tx(A,SYN).t tol 0.05 points 3\n"
                           "predict p2 choice \"B's state?\" LISTEN|SYN-RECEIVED|\"none at all\" answer B.state@drop2 "
                           "rule 9293:3.8.3\n"
                           "predict.zh p2 \"B 的状态？\" LISTEN|SYN-RECEIVED|\"没有\"\n"
                           "miscon p2=SYN-RECEIVED \"B never saw the SYN.\"\n"
                           "miscon.zh p2=SYN-RECEIVED \"B 没有看到\"\n"
                           "at 0s A connect B:80\n"
                           "on A.state=ESTABLISHED after 80ms A send \"hi # there\"\n"
                           "run until A.state=ESTABLISHED max 60s\n"
                           "check count seg_tx(A,SYN) = 3 points 2 say \"three SYNs\"\n"
                           "check.zh \"三个 SYN\"\n"
                           "check stuck\n"
                           "variant b \"Nobody answers\"\n"
                           "  title.zh \"没有人回答\"\n"
                           "  node B 10.77.0.3\n"
                           "  iss A seed\n"
                           "  wire drop next A->B where SYN count 99\n"
                           "  without backoff\n"
                           "  run 300s\n"
                           "  check error A connect ETIMEDOUT after 180s points 2\n"
                           "variant c\n"
                           "  inherit all\n"
                           "end\n";

static struct scenario *good(void) {
    struct scenario *scenario = scenario_parse("L02.lab", GOOD, error);
    ck_assert_msg(scenario, "%s", error);
    return scenario;
}

START_TEST(a_good_file) {
    struct scenario *scenario = good();
    ck_assert_str_eq(scenario->id, "L02");
    ck_assert_str_eq(scenario_say(&scenario->title, SCENARIO_ZH), "丢失的 SYN");
    ck_assert_uint_eq(scenario->minutes, 8);
    ck_assert_str_eq(scenario->release, "R1");
    ck_assert_uint_eq(scenario->rules, 3);
    ck_assert_str_eq(scenario->rule[1], "9293:MUST-23");
    ck_assert_uint_eq(scenario->nodes, 2);
    const struct scenario_variant *base = &scenario->variant[0];
    ck_assert_str_eq(scenario_say(&base->goal, SCENARIO_EN), "Back-off starts early.");
    ck_assert_str_eq(scenario_say(&base->see, SCENARIO_ZH), "B has no token.");
    ck_assert_uint_eq(base->hints, 1);
    ck_assert_str_eq(scenario_say(&base->hint[0], SCENARIO_ZH), "看定时器");
    ck_assert_uint_eq(base->setups, 4);
    ck_assert_str_eq(base->setup[1].text, "node B 10.77.0.2 listen 80 app sink");
    ck_assert_str_eq(base->setup[2].text, "wire delay 20ms");
    scenario_free(scenario);
}
END_TEST

START_TEST(predictions) {
    struct scenario *scenario = good();
    const struct scenario_variant *base = &scenario->variant[0];
    ck_assert_uint_eq(base->predictions, 2);
    const struct scenario_prediction *times = &base->prediction[0], *choice = &base->prediction[1];
    ck_assert_uint_eq(times->type, SCENARIO_TIMES);
    ck_assert_str_eq(times->answer.text, "seg_tx(A,SYN).t");
    ck_assert_double_eq(times->tolerance, 0.05);
    ck_assert_uint_eq(times->points, 3);
    ck_assert_uint_eq(choice->items, 3);
    ck_assert_str_eq(choice->item[1].label, "SYN-RECEIVED");
    ck_assert_str_eq(choice->item[2].label, "none at all");
    ck_assert_str_eq(choice->item[2].label_zh, "没有");
    ck_assert_str_eq(choice->rule, "9293:3.8.3");
    ck_assert_uint_eq(choice->points, 1);
    ck_assert_str_eq(base->miscon[0].answer, "SYN-RECEIVED");
    ck_assert_str_eq(scenario_say(&base->miscon[0].text, SCENARIO_ZH), "B 没有看到");
    scenario_free(scenario);
}
END_TEST

START_TEST(what_happens) {
    struct scenario *scenario = good();
    const struct scenario_variant *base = &scenario->variant[0];
    ck_assert_uint_eq(base->actions, 2);
    ck_assert_ptr_null(base->action[0].condition.text);
    ck_assert_str_eq(base->action[0].command.text, "A connect B:80");
    ck_assert_str_eq(base->action[1].condition.text, "A.state=ESTABLISHED");
    ck_assert_uint_eq(base->action[1].time, 80000000);
    ck_assert_str_eq(base->action[1].command.text, "A send \"hi # there\"");
    ck_assert_str_eq(base->run[0].until.text, "A.state=ESTABLISHED");
    ck_assert_uint_eq(base->run[0].time, 60000000000);
    ck_assert_str_eq(base->check[0].kind.text, "count");
    ck_assert_str_eq(base->check[0].body.text, "seg_tx(A,SYN) = 3");
    ck_assert_uint_eq(base->check[0].points, 2);
    ck_assert_str_eq(scenario_say(&base->check[0].text, SCENARIO_ZH), "三个 SYN");
    ck_assert_str_eq(base->check[1].body.text, "");
    scenario_free(scenario);
}
END_TEST

START_TEST(again_and_again) {
    struct scenario *scenario = scenario_parse("X.lab",
                                               "lab X title \"T\"\nnode A 10.77.0.1\n"
                                               "at 1s every 20ms count 3 A connect B:80\n",
                                               error);
    ck_assert_msg(scenario, "%s", error);
    ck_assert_uint_eq(scenario->variant[0].actions, 3);
    ck_assert_uint_eq(scenario->variant[0].action[2].time, 1040000000);
    ck_assert_str_eq(scenario->variant[0].action[2].command.text, "A connect B:80");
    scenario_free(scenario);
}
END_TEST

START_TEST(variants_inherit) {
    struct scenario *scenario = good();
    ck_assert_uint_eq(scenario->variants, 3);
    ck_assert_int_eq(scenario_variant_find(scenario, "c"), 2);
    ck_assert_int_eq(scenario_variant_find(scenario, "a"), 0);
    ck_assert_int_eq(scenario_variant_find(scenario, "d"), -1);
    const struct scenario_variant *b = &scenario->variant[1], *c = &scenario->variant[2];
    ck_assert_str_eq(scenario_say(&b->title, SCENARIO_ZH), "没有人回答");
    ck_assert_uint_eq(b->setups, 5);
    ck_assert_str_eq(b->setup[1].text, "node B 10.77.0.3");                       /* instead of the base's */
    ck_assert_str_eq(b->setup[3].text, "wire drop next A->B where SYN count 99"); /* iss A is gone */
    ck_assert_str_eq(b->setup[4].text, "without backoff");
    ck_assert_uint_eq(b->withouts, 1);
    ck_assert_str_eq(b->without[0], "backoff");
    ck_assert_uint_eq(b->actions, 2); /* it has none of its own: those of the base */
    ck_assert_uint_eq(b->predictions + b->runs, 1);
    ck_assert_uint_eq(b->checks, 1);
    ck_assert_str_eq(scenario_say(&b->goal, SCENARIO_EN), "Back-off starts early.");
    ck_assert_uint_eq(c->actions, 2);
    ck_assert_uint_eq(c->checks, 2);
    ck_assert_uint_eq(c->predictions, 2);
    ck_assert_uint_eq(c->runs, 1);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_variant_with_a_story_of_its_own) {
    static const char text[] = "lab X title \"T\"\nworld sim\nnode A 10.77.0.1\nnode B 10.77.0.2 listen 80\n"
                               "at 0s A connect B:80\nat 1s A close\nrun 5s\n"
                               "variant b\nat 2s A abort\nrun 5s\nvariant c\ninherit at\nat 2s A abort\nrun 5s\n";
    struct scenario *scenario = scenario_parse("X.lab", text, error);
    ck_assert_msg(scenario, "%s", error);
    ck_assert_uint_eq(scenario->variant[1].actions, 1);
    ck_assert_str_eq(scenario->variant[1].action[0].command.text, "A abort");
    ck_assert_uint_eq(scenario->variant[2].actions, 3);
    scenario_free(scenario);
}
END_TEST

/* One mistake each: the file, the place, and a part of the sentence. */
#define L "lab X title \"T\"\nnode A 10.77.0.1\n"
static const struct {
    const char *text, *place, *sentence;
} MISTAKES[] = {
    {"", "1:1", "no statement"},
    {"node A 10.77.0.1\n", "1:1", "begins with `lab NAME"},
    {"lab X\n", "1:1", "has no title"},
    {"lab X titel \"T\"\n", "1:7", "did you mean `title`?"},
    {"lab X title \"T\" minutes long\n", "1:25", "`minutes` is followed by a number"},
    {L "lab Y title \"T\"\n", "3:1", "a second `lab`"},
    {L "chekc count seg_tx(A) = 1\n", "3:1", "did you mean `check`?"},
    {L "xyzzy\n", "3:1", "(lab node wire iss"},
    {L "goal.fr \"G\"\n", "3:5", "expected .en or .zh"},
    {L "node.zh B 1.2.3.4\n", "3:1", "is no statement"},
    {L "goal \"open\n", "3:6", "this string has no end"},
    {L "goal open\n", "3:6", "in double quotes"},
    {L "goal \"G\"\ngoal \"H\"\n", "4:6", "has been said before"},
    {L "world real\n", "3:7", "sim, live or sim+live"},
    {L "A connect B:80\n", "3:3", "can only be told `set KEY VALUE`"},
    {L "wire\n", "3:5", "not complete"},
    {L "node b 10.77.0.2\n", "3:6", "begins with a capital letter"},
    {L "rfc MUST-23\n", "3:5", "9293:MUST-23"},
    {L "at soon A close\n", "3:4", "a time was expected"},
    {L "at 1s\n", "3:6", "a command was expected"},
    {L "at 1s every 1s A close\n", "3:16", "`count` and a number"},
    {L "at 1s C close\n", "3:7", "a node that there is"},
    {L "on A.stat=CLOSED A close\n", "3:6", "did you mean `state`?"},
    {L "run until A.state=CLOSED\n", "3:25", "`max` and a time"},
    {L "run for 3s\n", "3:5", "a time was expected"},
    {L "check cuont seg_tx(A) = 1\n", "3:7", "did you mean `count`?"},
    {L "check count seg_txx(A) = 1\n", "3:13", "did you mean `seg_tx`?"},
    {L "check count seg_tx(B) = 1\n", "3:13", "there is no node `B`"},
    {L "check count seg_tx(A,SYNN) = 1\n", "3:13", "did you mean `SYN`?"},
    {L "check eq seg_tx(A).sqe = 1\n", "3:20", "did you mean `.seq`?"},
    {L "check eq A.state = 1\n", "3:18", "never equal"},
    {L "check eq seg_tx(A) = 1\n", "3:20", "events are no number"},
    {L "check eq (1 = 1\n", "3:16", "`)` was expected"},
    {L "check states A \"CLOSED SYN-SEND\"\n", "3:24", "`SYN-SEND` is no state"},
    {L "check states A CLOSED\n", "3:16", "states in one string"},
    {L "check time seg_tx(A).t = 1 tol never\n", "3:32", "a time was expected"},
    {L "check fields seg_tx(A) sqe 1\n", "3:24", "end of the expression"},
    {L "check fields seg_tx(A)\n", "3:23", "at least one of seq ack"},
    {L "check figure 9293:5\n", "3:14", "9293:6 to 9293:13"},
    {L "check error A conect ETIMEDOUT\n", "3:15", "is no call"},
    {L "check error A connect late\n", "3:23", "the name of an error"},
    {L "check error A connect ETIMEDOUT later 3s\n", "3:33", "`after` or `before`"},
    {L "check bytes A\n", "3:13", "two ends"},
    {L "check ghosts A\n", "3:15", "`= N`"},
    {L "check stuck now\n", "3:13", "nothing follows"},
    {L "check fit A.cwnd cubic\n", "3:11", "double linear flat"},
    {L "check order seg_tx(A)\n", "3:13", "two events or more"},
    {L "check breaks\n", "3:13", "the rule that was taken away"},
    {L "check none seg_tx(A) points many\n", "3:29", "followed by a number"},
    {L "predict P1 number \"?\" answer A.rto\n", "3:9", "small letters"},
    {L "predict p1 nubmer \"?\" answer A.rto\n", "3:12", "did you mean `number`?"},
    {L "predict p1 number answer A.rto\n", "3:19", "the question was expected"},
    {L "predict p1 number \"?\"\n", "3:9", "needs `answer"},
    {L "predict p1 choice \"?\" one answer A.state\n", "3:9", "what to choose from"},
    {L "predict p1 choice \"?\" a|b\n", "3:9", "needs `answer EXPRESSION`"},
    {L "predict p1 order \"?\" a=seg_tx(A)|b\n", "3:9", "each with its expression"},
    {L "predict p1 table \"?\" a|b\n", "3:9", "needs its cells"},
    {L "predict p1 choice \"?\" a||b answer A.state\n", "3:25", "between bars"},
    {L "predict p1 choice \"?\" \"a\" b answer A.state\n", "3:27", "`=` and an expression, or a bar"},
    {L "predict p1 number \"?\" answer A.rto tol some\n", "3:40", "a number, a time or a percentage"},
    {L "predict p1 text \"?\"\npredict p1 text \"?\"\n", "4:9", "already"},
    {L "predict.zh p1 \"?\"\n", "3:12", "there is no `predict p1`"},
    {L "predict p1 choice \"?\" a|b answer A.state\npredict.zh p1 \"?\" c\n", "4:19", "1 texts for 2 items"},
    {L "miscon p1 \"no\"\n", "3:8", "as in p2=LISTEN"},
    {L "miscon p1=a \"no\"\n", "3:8", "no prediction of that name"},
    {L "predict p1 choice \"?\" a|b answer A.state\nmiscon p1=c \"no\"\n", "4:8", "cannot be chosen"},
    {L "hint.zh \"x\"\n", "3:1", "to translate"},
    {L "check.zh \"x\"\n", "3:1", "to translate"},
    {L "inherit all\n", "3:1", "only a variant"},
    {L "variant b\ninherit some\n", "4:9", "cannot be inherited"},
    {L "variant a\n", "3:9", "the base is a"},
    {L "variant b\nvariant b\n", "4:9", "already"},
    {L "end\nwire delay 1s\n", "4:1", "after `end`"},
    {L "end now\n", "3:5", "the end of the line"},
    {L "without\n", "3:8", "the name of a rule"},
    {L "goal \"第一\" \"x\"\n", "3:11", "the end of the line"},
    {L "check eq \\\n    A.stat = CLOSED\n", "4:7", "did you mean `state`?"},
};

START_TEST(mistakes) {
    char place[40];
    struct scenario *scenario = scenario_parse("X.lab", MISTAKES[_i].text, error);
    ck_assert_msg(!scenario, "nobody minds: %s", MISTAKES[_i].text);
    snprintf(place, sizeof place, "X.lab:%s: ", MISTAKES[_i].place);
    ck_assert_msg(!strncmp(error, place, strlen(place)), "%s: expected %s", error, place);
    ck_assert_msg(strstr(error, MISTAKES[_i].sentence), "%s: expected %s", error, MISTAKES[_i].sentence);
}
END_TEST

/* Whatever is cut off or struck out, the reader refuses with a place or takes it; it never falls over. */
START_TEST(parts_of_a_file) {
    for (size_t cut = 0; cut < sizeof GOOD - 1; cut++) {
        char *text = strdup(GOOD);
        text[cut] = 0;
        scenario_free(scenario_parse("cut.lab", text, error));
        memcpy(text, GOOD, sizeof GOOD);
        memmove(text + cut, text + cut + 1, sizeof GOOD - cut - 1);
        struct scenario *scenario = scenario_parse("struck.lab", text, error);
        ck_assert(scenario || error[0]);
        scenario_free(scenario);
        free(text);
    }
}
END_TEST

static void has_both(const char *id, const char *variant, const char *what, const struct scenario_text *text) {
    if (text->at[SCENARIO_EN] && !text->at[SCENARIO_ZH]) {
        ck_abort_msg("%s %s: no Chinese for %s: %s", id, variant, what, text->at[SCENARIO_EN]);
    }
}

/* Whatever a student reads in a scenario of ours is there in both languages, and each prediction has its rule. */
START_TEST(both_languages) {
    struct catalogue *catalogue = catalogue_open(NULL, error);
    ck_assert_uint_ge(catalogue->count, 28);
    for (unsigned i = 0; i < catalogue->count; i++) {
        struct scenario *scenario = catalogue_read(catalogue, catalogue->id[i], error);
        ck_assert_msg(scenario, "%s", error);
        has_both(scenario->id, "", "the title", &scenario->title);
        for (unsigned v = 0; v < scenario->variants; v++) {
            const struct scenario_variant *variant = &scenario->variant[v];
            has_both(scenario->id, variant->id, "the title", &variant->title);
            has_both(scenario->id, variant->id, "the goal", &variant->goal);
            has_both(scenario->id, variant->id, "what there is to see", &variant->see);
            has_both(scenario->id, variant->id, "what Linux does", &variant->linux_does);
            for (unsigned k = 0; k < variant->hints; k++) {
                has_both(scenario->id, variant->id, "a hint", &variant->hint[k]);
            }
            for (unsigned k = 0; k < variant->predictions; k++) {
                const struct scenario_prediction *prediction = &variant->prediction[k];
                has_both(scenario->id, variant->id, "a question", &prediction->question);
                bool known = prediction->type == SCENARIO_FREE_TEXT ||
                             (prediction->rule && rules_find(prediction->rule));
                ck_assert_msg(known, "%s %s: by which rule is %s?", scenario->id, variant->id, prediction->id.text);
            }
            for (unsigned k = 0; k < variant->miscons; k++) {
                has_both(scenario->id, variant->id, "a misconception", &variant->miscon[k].text);
            }
            for (unsigned k = 0; k < variant->checks; k++) {
                has_both(scenario->id, variant->id, "a check", &variant->check[k].text);
            }
        }
        scenario_free(scenario);
    }
    catalogue_close(catalogue);
}
END_TEST

/* A file that is none may hold anything; a terminal must not get it. */
START_TEST(nothing_that_acts_on_a_terminal) {
    static const char *const files[] = {"\x1b[2Jx\n",          L "check eq \x1b\x07 = 1\n",
                                        L "goal \xc2\x9b x\n", L "\xff\xfe\n",
                                        L "wire\xe4\xb8\n",    L "check count seg_tx(\x1b]0;x\x07)\n"};
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        ck_assert_ptr_null(scenario_parse("X.lab", files[i], error));
        for (const char *at = error; *at; at++) {
            ck_assert_msg((unsigned char)*at >= ' ' && (unsigned char)*at < 0x7f, "file %u, octet %02x", i,
                          (unsigned char)*at);
        }
    }
}
END_TEST

START_TEST(a_file_that_is_not_there) {
    ck_assert_ptr_null(scenario_read("nowhere/L99.lab", error));
    ck_assert(strstr(error, "nowhere/L99.lab cannot be opened"));
}
END_TEST

int main(void) {
    TCase *tcase;
    Suite *suite = unit_suite("scenario", &tcase);
    tcase_add_test(tcase, a_good_file);
    tcase_add_test(tcase, predictions);
    tcase_add_test(tcase, what_happens);
    tcase_add_test(tcase, again_and_again);
    tcase_add_test(tcase, variants_inherit);
    tcase_add_test(tcase, a_variant_with_a_story_of_its_own);
    tcase_add_loop_test(tcase, mistakes, 0, (int)(sizeof MISTAKES / sizeof *MISTAKES));
    tcase_add_test(tcase, parts_of_a_file);
    tcase_add_test(tcase, both_languages);
    tcase_add_test(tcase, nothing_that_acts_on_a_terminal);
    tcase_add_test(tcase, a_file_that_is_not_there);
    return unit_run(suite);
}
