/* test_cells.c: single cells of the walk (test_walk.c) that deserve a name: what once was wrong, and what the RFC says
 * in so many words. Each is a moment (scenes.h) and what happens then; stack and model must agree, and where the answer
 * matters it is written down here too.
 */
#include <stdio.h>

#include "fsm/scenes.h"
#include "unit/unit.h"

static const struct profile usual = {.name = "usual", .iss = 1000000, .irs = 5000000};

static struct stage stage;

static void begin(const struct profile *profile, const char *name) {
    stage_open(&stage, profile);
    for (unsigned i = 0; i < scene_count; i++) {
        if (strcmp(scenes[i].name, name) == 0) {
            scenes[i].play(&stage);
            ck_assert_str_eq(stage.wrong, "");
            return;
        }
    }
    ck_abort_msg("there is no scene '%s'", name);
}

/* A segment: offsets from RCV.NXT and SND.UNA. */
static void arrives(unsigned flags, int32_t seq, int32_t ack, uint32_t length) {
    struct model_segment segment = {
        .flags = (uint8_t)flags,
        .seq = stage.model.rcv.nxt + (uint32_t)seq,
        .ack = flags & LUCID_ACK ? stage.model.snd.una + (uint32_t)ack : 0,
        .length = length,
        .window = SCENE_WINDOW,
    };
    stage_segment(&stage, &segment);
    ck_assert_str_eq(stage.wrong, "");
}

/* What left in answer to it, as "A", "SA" or "R A"; "" for nothing. */
static void expect_answers(const char *answers) {
    char text[80] = "", flags[9];
    for (unsigned i = 0; i < stage.seen_count; i++) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", i ? " " : "",
                 lucid_flags_format(stage.seen[i].flags, flags));
    }
    ck_assert_str_eq(text, answers);
}

static void end(unsigned state) {
    ck_assert_str_eq(lucid_state_name(stage.model.state), lucid_state_name(state));
    stage_aftermath(&stage);
    ck_assert_str_eq(stage.wrong, "");
    stage_close(&stage);
}

/* 3.5, Figures 6 and 7 */
START_TEST(handshakes) {
    begin(&usual, "SYN-SENT");
    arrives(LUCID_SYN | LUCID_ACK, 0, 1, 0);
    expect_answers("A");
    end(LUCID_ESTABLISHED);
    begin(&usual, "LISTEN");
    arrives(LUCID_SYN, 0, 0, 0);
    expect_answers("SA");
    arrives(LUCID_ACK, 0, 1, 0);
    expect_answers("");
    end(LUCID_ESTABLISHED);
    begin(&usual, "SYN-RECEIVED, active");
    arrives(LUCID_SYN | LUCID_ACK, -1, 1, 0);
    end(LUCID_ESTABLISHED);
}
END_TEST

/* 3.6, Figure 5, Note 2: the fifth step and the eighth, in one segment. */
START_TEST(three_segments_close) {
    begin(&usual, "FIN-WAIT-1");
    arrives(LUCID_FIN | LUCID_ACK, 0, 1, 0);
    expect_answers("A");
    end(LUCID_TIME_WAIT);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("fsm: single cells", &tests);
    tcase_add_test(tests, handshakes);
    tcase_add_test(tests, three_segments_close);
    return unit_run(suite);
}
