/* test_broken_worlds.c: a check that no broken world can fail proves nothing. Each scenario is run in worlds in which
 * something is wrong: a rule is taken away, the wire is cut, loses, doubles, delays or spoils what it carries; or, the
 * scenario itself takes a rule away, and that rule is back. Every check must fail in one of them at least, and in its
 * own world none.
 *
 * What is known never to fail is listed below, with the reason. The list is short, and is itself checked: an entry that
 * does fail somewhere must go.
 */
#include <glob.h>
#include <stdio.h>

#include "lab/check.h"
#include "lab/scenario.h"
#include "lab/script.h"
#include "lucid/whatif.h"
#include "unit/unit.h"

/* Wrong worlds by more lines of set-up, a line feed between them. NULL: the rule that the scenario has lost is back. */
static const char *const WORLDS[] = {
    NULL,
    "wire cut",
    "wire drop next B->A where any count 1000000",
    "wire dup next A->B where any count 1000000",
    "wire dup next B->A where any count 1000000",
    "wire drop next B->A where ACK count 1000000",
    "wire drop next A->B where DATA count 1000000",
    "wire drop next A->B where DATA count 3",
    "wire drop next A->B where FIN count 1000000",
    "wire drop next B->A where FIN count 1000000",
    "wire drop next where RST count 1000000",
    "wire drop next A->B where SYN count 2",
    "wire delay 3s",
    "wire delay 300ms",
    "wire loss 20%",
    "wire corrupt next A->B where DATA count 1000000",
    "wire reorder 1 next A->B where any count 1000000",
    "wire rate 64kbit",
    "wire queue 1",
    "without time-wait",
    "without three-way",
    "without quiet-isn",
    "without checksum",
    "without seq-check",
    "without persist",
    "without window",
    "without backoff",
    "without karn",
    "without nagle",
    "without delayed-ack",
    "without slow-start",
    "without fast-retransmit",
    "without rst-validation",
    "without half-close",
    "without sws",
    "set linger off",
    "set reuseaddr off",
    "set rfc1337 off",
    "set usertimeout 3s",
    "node B 10.77.0.2 listen 80 app never-close",
    "node B 10.77.0.2 listen 80 app close-on-eof",
    "node B 10.77.0.2 listen 80 app source 10",
    "set linger off\nnode B 10.77.0.2 listen 80 app close-on-eof",
    "without three-way\nwire drop next A->B where SYN nth 2 count 1000000",
    "without time-wait\nwire dup next B->A where any count 1000000",
};
#define WORLDS_COUNT (sizeof WORLDS / sizeof *WORLDS)

/* Checks that fail in none of these worlds, and why that is right. */
static const struct {
    const char *lab, *variant, *body, *why;
} ARGUED[] = {
    {"L01", "a", "conns(B,LISTEN) = 1", "only B's own application could close its listener; shown is that it stays"},
    {"L05", "a", "A[1]", "its SYN is held back until it is gone: nothing on the wire can reach it"},
    {"L11", "a", "state(A,CLOSING)",
     "B's FIN leaves only after A's has come, and carries its ACK; only a wrong machine leads there"},
    {"L14", "a", "LISTEN:CLOSE:CLOSED", "the call of B's own application; nothing on the wire could prevent it"},
    {"L13", "b", "state(A,TIME-WAIT)", "A closes only after B's FIN; only a wrong machine leads there"},
};
#define ARGUED_COUNT (sizeof ARGUED / sizeof *ARGUED)

#define CHECKS_MAX 64
#define SETUP_MAX 60
#define STEPS_MAX 40000

static char sentence[LAB_ERROR];

/* The set-up of a variant in a wrong world. Returns how many lines; 0: this world is no other one. */
static unsigned set_up(const struct scenario_variant *variant, const char *wrong, const char *line[SETUP_MAX]) {
    unsigned count = 0;
    bool same = true;
    for (unsigned i = 0; i < variant->setups; i++) {
        const char *text = variant->setup[i].text;
        bool away = strncmp(text, "without ", 8) == 0;
        if (away && (!wrong || strcmp(text, wrong) == 0)) {
            same = wrong != NULL;
            continue;
        }
        EXPECT(count < SETUP_MAX - 1);
        line[count++] = text;
    }
    return same && !wrong ? 0 : count;
}

/* Where a line of set-up goes: "node B ..." in the place of the node's own, others behind the last. */
static unsigned place_of(const char *text, const char *const *line, unsigned count) {
    for (unsigned i = 0; i < count && strncmp(text, "node ", 5) == 0; i++) {
        if (strncmp(line[i], text, 7) == 0) {
            return i;
        }
    }
    return count;
}

/* Adds the lines of a wrong world; room keeps them. */
static unsigned make_wrong(const char *wrong, char room[200], const char *line[SETUP_MAX], unsigned count) {
    char *rest = room, *one;
    snprintf(room, 200, "%s", wrong ? wrong : "");
    while ((one = strsep(&rest, "\n"))) {
        if (*one) {
            unsigned place = place_of(one, line, count);
            EXPECT(place < SETUP_MAX);
            line[place] = one;
            count += place == count;
        }
    }
    return count;
}

/* To the end, or until it is clear that there will be none. */
static void play(struct script *script) {
    unsigned steps = 0;
    while (steps++ < STEPS_MAX && script_step(script, sentence) == 1) {
    }
}

/* Which checks fail in this world: notes it in failed. wrong "": nothing is wrong with it. */
static void judge(const struct scenario *scenario, unsigned which, const char *wrong, bool failed[CHECKS_MAX]) {
    const struct scenario_variant *variant = &scenario->variant[which];
    const char *line[SETUP_MAX];
    char room[200];
    unsigned bad, count = set_up(variant, wrong, line);
    count = count ? make_wrong(wrong, room, line, count) : 0;
    struct world_options options = {
        .seed = 7, .lab = scenario->id, .variant = variant->id, .payload = 64, .setup = line, .setup_count = count};
    struct session *session = count ? session_open(&options, &bad, sentence) : NULL;
    struct script *script = session ? script_open(scenario, which, session, sentence) : NULL;
    if (!script) {
        session_close(session);
        return;
    }
    play(script);
    struct model *model = model_new(session->log);
    EXPECT(model && model_goto(model, tlog_count(session->log)) == 0);
    for (unsigned i = 0; i < variant->checks; i++) {
        struct check_result result;
        EXPECT(check_run(&variant->check[i], model, &result, sentence) == 0);
        failed[i] |= !result.passed;
        check_result_free(&result);
    }
    model_free(model);
    script_close(script);
    session_close(session);
}

static bool argued(const struct scenario *scenario, const struct scenario_variant *variant, unsigned check) {
    for (unsigned i = 0; i < ARGUED_COUNT; i++) {
        if (!strcmp(ARGUED[i].lab, scenario->id) && !strcmp(ARGUED[i].variant, variant->id) &&
            strstr(variant->check[check].body.text, ARGUED[i].body)) {
            return true;
        }
    }
    return false;
}

/* Prints what never fails. Returns how many such checks there are, or failing ones that were said never to. */
static unsigned look(const struct scenario *scenario, unsigned which) {
    const struct scenario_variant *variant = &scenario->variant[which];
    bool failed[CHECKS_MAX] = {false};
    unsigned left = variant->checks, wrong = 0;
    EXPECT(variant->checks <= CHECKS_MAX);
    judge(scenario, which, "", failed);
    for (unsigned k = 0; k < variant->checks; k++) {
        ck_assert_msg(!failed[k], "%s %s: check %s fails in its own world", scenario->id, variant->id,
                      variant->check[k].body.text);
    }
    for (unsigned i = 0; i < WORLDS_COUNT && left > 0; i++) {
        judge(scenario, which, WORLDS[i], failed);
        left = 0;
        for (unsigned k = 0; k < variant->checks; k++) {
            left += !failed[k];
        }
    }
    for (unsigned k = 0; k < variant->checks; k++) {
        if (failed[k] == argued(scenario, variant, k)) {
            printf("%s %s: check %s %s %s\n", scenario->id, variant->id, variant->check[k].kind.text,
                   variant->check[k].body.text, failed[k] ? "fails, and need not be argued" : "never fails");
            wrong++;
        }
    }
    return wrong;
}

/* One file for each round of the loop test, so that a program that hangs says where. */
static glob_t files;

START_TEST(every_check_can_fail) {
    struct scenario *scenario = scenario_read(files.gl_pathv[_i], sentence);
    ck_assert_msg(scenario != NULL, "%s", sentence);
    unsigned wrong = 0;
    for (unsigned i = 0; i < scenario->variants; i++) {
        wrong += look(scenario, i);
    }
    fflush(stdout);
    ck_assert_msg(wrong == 0, "%s: %u checks that prove nothing are named above", files.gl_pathv[_i], wrong);
    scenario_free(scenario);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("broken worlds", &tests);
    if (glob("apps/lab/labs/*.lab", 0, NULL, &files) != 0) {
        fprintf(stderr, "test_broken_worlds: there is no apps/lab/labs here; start it in the project's folder\n");
        return 1;
    }
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, every_check_can_fail, 0, (int)files.gl_pathc);
    int status = unit_run(suite);
    globfree(&files);
    return status;
}
