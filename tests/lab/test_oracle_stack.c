/* test_oracle_stack.c: what the oracle of `lucid-lab grade` says about a segment, the stack does: every state, every
 * class of segments that can arrive there, as a real segment at a real connection (tests/fsm/stage.h). So the answers
 * that no row of fsm.def has, to stay and send an ACK, a RST or nothing, are this stack's too.
 */
#include "fsm/scenes.h"
#include "lab/oracle.h"
#include "unit/unit.h"

static const struct profile usual = {.name = "usual", .iss = 1000000, .irs = 5000000};

/* Where a state is to be had. The SYN that is newer than an old connection needs somebody who listens. */
static const struct {
    enum tcp_state s;
    bool passive;
    const char *scene;
} PLACES[] = {
    {CLOSED, false, "CLOSED"},
    {LISTEN, false, "LISTEN"},
    {SYN_SENT, false, "SYN-SENT"},
    {SYN_RECEIVED, true, "SYN-RECEIVED, passive"},
    {SYN_RECEIVED, false, "SYN-RECEIVED, active"},
    {ESTABLISHED, false, "ESTABLISHED, active"},
    {ESTABLISHED, true, "ESTABLISHED, passive"},
    {FIN_WAIT_1, false, "FIN-WAIT-1"},
    {FIN_WAIT_2, false, "FIN-WAIT-2"},
    {CLOSE_WAIT, false, "CLOSE-WAIT"},
    {CLOSING, false, "CLOSING"},
    {LAST_ACK, false, "LAST-ACK, no handle"},
    {TIME_WAIT, false, "TIME-WAIT, no handle, somebody listens"},
};

static struct stage stage;

static void play(const char *name) {
    stage_open(&stage, &usual);
    for (unsigned i = 0; i < scene_count; i++) {
        if (!strcmp(scenes[i].name, name)) {
            scenes[i].play(&stage);
            return;
        }
    }
    ck_abort_msg("there is no scene '%s'", name);
}

/* The facts as a segment: seq counts from RCV.NXT, ack from SND.UNA. */
static struct model_segment segment_of(const struct oracle_case *at) {
    unsigned facts = oracle_facts(at);
    bool again = at->s >= ESTABLISHED && (facts & FACT_FIN) && !(facts & FACT_IN_WINDOW);
    bool crossing = at->s == SYN_RECEIVED && (facts & FACT_SYN) && (facts & FACT_ACK_OF_SYN);
    int32_t seq = again || crossing ? -1 : 0;
    if (at->kind == SEG_SYN || at->kind == SEG_SYN_BAD_ACK || at->kind == SEG_RST_IN_WINDOW) {
        seq = 100;
    } else if (at->kind == SEG_OUTSIDE || at->kind == SEG_RST_OUTSIDE) {
        seq = -10;
    }
    uint32_t ack = facts & (FACT_ACK_OF_SYN | FACT_ACK_OF_FIN) ? 1 : at->kind == SEG_SYN_BAD_ACK ? 1000 : 0;
    unsigned flags = (facts & FACT_SYN ? LUCID_SYN : 0u) | (facts & FACT_ACK ? LUCID_ACK : 0u) |
                     (facts & FACT_FIN ? LUCID_FIN : 0u) | (facts & FACT_RST ? LUCID_RST : 0u);
    return (struct model_segment){
        .flags = (uint8_t)flags,
        .seq = stage.model.rcv.nxt + (uint32_t)seq,
        .ack = facts & FACT_ACK ? stage.model.snd.una + ack : 0,
        .length = facts & FACT_DATA ? 10 : 0,
        .window = SCENE_WINDOW,
    };
}

/* What left, as the oracle counts it: the ACK of a RST or a FIN is no answer of its own. */
static unsigned sent(void) {
    unsigned out = 0;
    for (unsigned i = 0; i < stage.seen_count; i++) {
        unsigned flags = stage.seen[i].flags;
        out |= flags & LUCID_SYN ? OUT_SYN : 0u;
        out |= flags & LUCID_RST ? OUT_RST : 0u;
        out |= flags & LUCID_ACK && !(flags & LUCID_RST) ? OUT_ACK : 0u;
    }
    return out;
}

/* A listener stays as it is: the trace of the connection knows none, or one that is gone. */
static bool is_there(enum tcp_state s) {
    bool none = stage.state == 0 || stage.state == LUCID_CLOSED || stage.state == LUCID_LISTEN;
    return s == LISTEN || s == CLOSED ? none : stage.state == 1u << s;
}

static void arrives(const char *scene, const struct oracle_case *at) {
    struct oracle_answer want = oracle_answer(at);
    play(scene);
    struct model_segment segment = segment_of(at);
    stage_segment(&stage, &segment);
    ck_assert_str_eq(stage.wrong, "");
    unsigned got = sent(), wanted = want.out & (OUT_SYN | OUT_ACK | OUT_RST);
    bool delayed = at->kind == SEG_DATA && wanted == OUT_ACK && got == 0;
    ck_assert_msg(is_there(want.to), "%s + %s: the stack is in %#x, not in %s", scene, oracle_kind_name(at->kind),
                  stage.state, oracle_state_name(want.to));
    ck_assert_msg(got == wanted || delayed, "%s + %s: the stack sends %#x, not %#x", scene, oracle_kind_name(at->kind),
                  got, wanted);
    stage_close(&stage);
}

START_TEST(every_segment) {
    unsigned count = 0;
    for (unsigned i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++) {
        for (unsigned kind = SEG_SYN; kind < EV_KINDS; kind++) {
            struct oracle_case at = {PLACES[i].s, (enum ev_kind)kind, PLACES[i].passive, false};
            if (oracle_asks(&at)) {
                arrives(PLACES[i].scene, &at);
                count++;
            }
        }
    }
    ck_assert_uint_gt(count, 110);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("oracle_stack", &tests);
    tcase_add_test(tests, every_segment);
    return unit_run(suite);
}
