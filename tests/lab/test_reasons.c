/* test_reasons.c: "why" has an answer for everything that happens in the scenarios: each segment that arrives has a
 * rule or a change of state that names it; each segment that is sent again, each pure ACK and each RST comes after a
 * rule or a change of state that says why.
 */
#include <glob.h>
#include <stdio.h>

#include "lab/scenario.h"
#include "lab/script.h"
#include "lucid/trace.h"
#include "unit/unit.h"

#define STEPS_MAX 100000

static char sentence[LAB_ERROR];
static glob_t files;

static bool is_reason(const struct tlog_event *event) {
    return event->kind == TLOG_RULE || event->kind == TLOG_STATE;
}

/* Names the event the packet with this id? */
static bool names(const struct tlog_event *event, uint64_t id) {
    return (event->kind == TLOG_RULE && event->u.rule.segment == id) ||
           (event->kind == TLOG_STATE && event->u.state.cause == LUCID_CAUSE_SEGMENT && event->u.state.segment == id);
}

/* All that an arriving segment brings about is told at its instant. */
static bool arrival_has_reason(const struct tlog *log, uint32_t i) {
    const struct tlog_event *arrival = tlog_at(log, i);
    for (uint32_t k = i + 1; k <= tlog_count(log) && tlog_at(log, k)->t == arrival->t; k++) {
        const struct tlog_event *event = tlog_at(log, k);
        if (event->node == arrival->node && names(event, arrival->u.segment.id)) {
            return true;
        }
    }
    return false;
}

static bool explains(const struct tlog_event *event, const struct tlog_segment *segment) {
    static const bool acks[LUCID_OUTCOMES] = {
        [LUCID_OUTCOME_ACK] = true,        [LUCID_OUTCOME_CHALLENGE_ACK] = true, [LUCID_OUTCOME_TRIMMED] = true,
        [LUCID_OUTCOME_QUEUED] = true,     [LUCID_OUTCOME_ACK_NOW] = true,       [LUCID_OUTCOME_PROBE] = true,
        [LUCID_OUTCOME_RETRANSMIT] = true,
    };
    if (event->kind == TLOG_STATE) {
        return true;
    }
    unsigned outcome = event->u.rule.outcome;
    if (segment->flags & LUCID_RST) {
        return outcome == LUCID_OUTCOME_RST;
    }
    return segment->rtx ? outcome == LUCID_OUTCOME_RETRANSMIT || outcome == LUCID_OUTCOME_PROBE : acks[outcome];
}

/* Behind the latest new data of the same connection, a reason. Repeats share one: a recovery sends several. */
static bool departure_has_reason(const struct tlog *log, uint32_t i) {
    const struct tlog_event *departure = tlog_at(log, i);
    for (uint32_t k = i - 1; k > 0; k--) {
        const struct tlog_event *event = tlog_at(log, k);
        if (event->node != departure->node || event->c != departure->c) {
            continue;
        }
        if (is_reason(event) && explains(event, &departure->u.segment)) {
            return true;
        }
        if (event->kind == TLOG_SEG_TX && event->u.segment.rtx == 0 && departure->u.segment.rtx == 0) {
            return false;
        }
    }
    return false;
}

/* The attacker M has no stack, and so no reasons. */
static bool needs_reason(const struct tlog *log, const struct tlog_event *departure) {
    const struct tlog_segment *segment = &departure->u.segment;
    bool forged = tlog_node_name(log, departure->node)[0] == 'M';
    bool pure = segment->length == 0 && segment->flags == LUCID_ACK;
    return !forged && (segment->rtx > 0 || pure || segment->flags & LUCID_RST);
}

static unsigned look(const struct tlog *log, const char *lab, const char *variant) {
    unsigned silent = 0;
    for (uint32_t i = 1; i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        bool arrival = event->kind == TLOG_SEG_RX;
        bool departure = event->kind == TLOG_SEG_TX && needs_reason(log, event);
        if ((arrival && !arrival_has_reason(log, i)) || (departure && !departure_has_reason(log, i))) {
            printf("%s %s: nothing says why of %.*s\n", lab, variant, (int)event->line_length, event->line);
            silent++;
        }
    }
    return silent;
}

static unsigned play(const struct scenario *scenario, unsigned which) {
    const struct scenario_variant *variant = &scenario->variant[which];
    const char *line[64];
    unsigned bad, steps = 0;
    for (unsigned i = 0; i < variant->setups; i++) {
        EXPECT(i < 64);
        line[i] = variant->setup[i].text;
    }
    struct world_options options = {.seed = 5, .lab = scenario->id, .setup = line, .setup_count = variant->setups};
    struct session *session = session_open(&options, &bad, sentence);
    struct script *script = session ? script_open(scenario, which, session, sentence) : NULL;
    ck_assert_msg(script != NULL, "%s %s: %s", scenario->id, variant->id, sentence);
    while (script_step(script, sentence) == 1) {
        EXPECT(steps++ < STEPS_MAX);
    }
    unsigned silent = look(session->log, scenario->id, variant->id);
    script_close(script);
    session_close(session);
    return silent;
}

START_TEST(everything_has_a_reason) {
    struct scenario *scenario = scenario_read(files.gl_pathv[_i], sentence);
    ck_assert_msg(scenario != NULL, "%s", sentence);
    unsigned silent = 0;
    for (unsigned i = 0; i < scenario->variants; i++) {
        silent += play(scenario, i);
    }
    fflush(stdout);
    ck_assert_msg(silent == 0, "%s: %u events without a reason, above", files.gl_pathv[_i], silent);
    scenario_free(scenario);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("reasons", &tests);
    if (glob("apps/lab/labs/*.lab", 0, NULL, &files) != 0) {
        fprintf(stderr, "test_reasons: there is no apps/lab/labs here; start it in the project's folder\n");
        return 1;
    }
    tcase_set_timeout(tests, 300);
    tcase_add_loop_test(tests, everything_has_a_reason, 0, (int)files.gl_pathc);
    int status = unit_run(suite);
    globfree(&files);
    return status;
}
