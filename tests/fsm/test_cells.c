/* test_cells.c: single cells of the walk (test_walk.c) that deserve a name: what once was wrong, and what the RFC says
 * in so many words. Each is a moment (scenes.h) and what happens then; stack and model must agree, and where the answer
 * matters it is written down here too.
 */
#include <stdio.h>

#include "fsm/scenes.h"
#include "unit/unit.h"

static const struct profile usual = {.name = "usual", .iss = 1000000, .irs = 5000000};

static const struct profile plain = {.name = "as RFC 793 has it", .iss = 1000000, .irs = 5000000, .rfc793 = true};
static const struct profile scaled = {.name = "windows scaled", .iss = 1000000, .irs = 5000000, .scaled = true};

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

/* 3.10.7.4, fifth: a segment is answered once, by RST, even if part of it had to be cut off first; and not at all when
 * it has no ACK. */
START_TEST(what_is_dropped_is_not_acknowledged_too) {
    begin(&usual, "SYN-RECEIVED, passive");
    arrives(LUCID_ACK, 0, -1, STAGE_RECEIVE_BUFFER + 500);
    expect_answers("R");
    end(LUCID_SYN_RECEIVED);
    begin(&usual, "ESTABLISHED, active");
    arrives(LUCID_PSH, 0, 0, STAGE_RECEIVE_BUFFER + 500);
    expect_answers("");
    end(LUCID_ESTABLISHED);
    begin(&usual, "CLOSE-WAIT");
    arrives(LUCID_ACK, 50, 0, STAGE_RECEIVE_BUFFER + 500);
    expect_answers("");
    end(LUCID_CLOSE_WAIT);
}
END_TEST

/* 3.10.7.4, first and second: "special allowance" for RST at a window of zero; nothing else in it counts. */
START_TEST(a_reset_is_a_reset) {
    begin(&usual, "ESTABLISHED, receive window shut");
    arrives(LUCID_RST | LUCID_SYN | LUCID_FIN, 0, 0, 100);
    expect_answers("");
    end(LUCID_CLOSED);
}
END_TEST

/* 3.10.7.4: "processing is done in SEG.SEQ order": what is held behind a FIN is not there (docs/decisions/0024). */
START_TEST(nothing_lies_behind_a_fin) {
    begin(&usual, "ESTABLISHED, out-of-order data held"); /* 100 octets at 100, 50 at 400 */
    arrives(LUCID_FIN | LUCID_ACK, 0, 0, 150);
    expect_answers("A");
    end(LUCID_CLOSE_WAIT);
    begin(&usual, "FIN-WAIT-2, out-of-order data held");
    arrives(LUCID_FIN | LUCID_ACK, 0, 0, 100);
    end(LUCID_TIME_WAIT);
    begin(&usual, "ESTABLISHED, out-of-order data held");
    arrives(LUCID_FIN | LUCID_ACK, 120, 0, 0);
    arrives(LUCID_ACK, 0, 0, 100);
    end(LUCID_CLOSE_WAIT);
}
END_TEST

/* 3.10.7.4, TIME-WAIT: "if the ACK bit is off, drop the segment"; only a whole repetition of the FIN restarts 2MSL. */
START_TEST(little_can_arrive_in_time_wait) {
    begin(&usual, "TIME-WAIT, over FIN-WAIT-2");
    arrives(LUCID_FIN | LUCID_ACK, -1, 0, 0);
    expect_answers("A");
    ck_assert(stage.model.wait_restarted);
    arrives(LUCID_FIN, -1, 0, 0);
    expect_answers("A"); /* it is outside the window */
    ck_assert(!stage.model.wait_restarted);
    arrives(LUCID_FIN | LUCID_ACK, -1, 1, 0);
    expect_answers("A");
    ck_assert(!stage.model.wait_restarted);
    arrives(LUCID_PSH, 0, 0, 100);
    expect_answers("");
    arrives(LUCID_ACK, 0, 0, 0);
    expect_answers("");
    arrives(LUCID_ACK, 0, 1, 0);
    expect_answers("A");
    arrives(LUCID_RST, 0, 0, 0); /* RFC 1337 */
    expect_answers("");
    end(LUCID_TIME_WAIT);
    begin(&plain, "TIME-WAIT, over FIN-WAIT-2");
    arrives(LUCID_RST, 50, 0, 0);
    end(LUCID_CLOSED);
}
END_TEST

/* 3.10.7.4, fourth, for those who do not follow RFC 5961: "send a reset [...] enter the CLOSED state". */
START_TEST(a_syn_in_the_window_resets_without_rfc_5961) {
    static const char *const names[] = {"ESTABLISHED, active", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING",
                                        "LAST-ACK, data unread"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        begin(&plain, names[i]);
        arrives(LUCID_SYN, 10, 0, 0);
        expect_answers("R");
        end(LUCID_CLOSED);
    }
    begin(&plain, "SYN-RECEIVED, passive");
    arrives(LUCID_SYN, 10, 0, 0);
    expect_answers("");
    end(LUCID_LISTEN);
}
END_TEST

/* MAY-12, and without it: "If the ACK is a duplicate (SEG.ACK =< SND.UNA), it can be ignored"; the text is taken. */
START_TEST(an_ack_is_too_old_by_rfc_5961_only) {
    begin(&usual, "ESTABLISHED, active");
    arrives(LUCID_ACK, 0, -SCENE_WINDOW - 1, 100);
    ck_assert_uint_eq(stage.model.delivered, 0);
    expect_answers("A");
    end(LUCID_ESTABLISHED);
    begin(&plain, "ESTABLISHED, active");
    arrives(LUCID_ACK, 0, -SCENE_WINDOW - 1, 100);
    ck_assert_uint_eq(stage.model.delivered, 100);
    end(LUCID_ESTABLISHED);
}
END_TEST

/* RFC 7323 2.2: "The window field in a segment where the SYN bit is set MUST NOT be scaled", also when it is the
 * SYN,ACK that completes a simultaneous open. */
START_TEST(the_window_of_a_syn_is_not_scaled) {
    begin(&scaled, "SYN-RECEIVED, active");
    arrives(LUCID_SYN | LUCID_ACK, -1, 1, 0);
    ck_assert_uint_eq(stage.model.snd.wnd, SCENE_WINDOW);
    end(LUCID_ESTABLISHED);
}
END_TEST

/* 3.8.6.2.1 (3): "[SND.NXT = SND.UNA and] min(D,U) >= Fs * Max(SND.WND)"; "the bracketed condition is imposed by the
 * Nagle algorithm" (SHLD-7). */
START_TEST(nagle_holds_for_half_a_window_too) {
    begin(&usual, "ESTABLISHED, small window, more held back"); /* 96 octets fly; 704 would fit, of 3000 */
    ck_assert_uint_eq(stage.model.snd.nxt - stage.model.snd.una, 96);
    arrives(LUCID_ACK, 0, 96, 0);
    expect_answers("A A PA"); /* three full ones */
    end(LUCID_ESTABLISHED);
}
END_TEST

/* 3.6.1 SHLD-3: "if such a host issues a CLOSE call while received data is still pending [...] its TCP implementation
 * SHOULD send a RST to show that data was lost", in CLOSING and LAST-ACK too: the peer may still wait for our data. */
START_TEST(close_with_unread_data_resets) {
    static const char *const names[] = {"ESTABLISHED, data unread", "CLOSE-WAIT, data unread", "CLOSING, data unread",
                                        "LAST-ACK, data unread"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        begin(&usual, names[i]);
        stage_close_handle(&stage);
        expect_answers("R");
        end(LUCID_CLOSED);
    }
}
END_TEST

/* 3.10.7.2, third, and 3.10.7.4, fifth, when nobody accepts: the SYN, or the ACK of ours, may as well have been lost */
START_TEST(accept_queue_full) {
    begin(&usual, "LISTEN, accept queue full");
    arrives(LUCID_SYN, 0, 0, 0);
    expect_answers("");
    end(LUCID_CLOSED);
    begin(&usual, "SYN-RECEIVED, passive, accept queue full");
    arrives(LUCID_ACK, 0, 1, 100);
    expect_answers("");
    end(LUCID_SYN_RECEIVED);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("fsm: single cells", &tests);
    tcase_add_test(tests, handshakes);
    tcase_add_test(tests, three_segments_close);
    tcase_add_test(tests, what_is_dropped_is_not_acknowledged_too);
    tcase_add_test(tests, a_reset_is_a_reset);
    tcase_add_test(tests, nothing_lies_behind_a_fin);
    tcase_add_test(tests, little_can_arrive_in_time_wait);
    tcase_add_test(tests, a_syn_in_the_window_resets_without_rfc_5961);
    tcase_add_test(tests, an_ack_is_too_old_by_rfc_5961_only);
    tcase_add_test(tests, the_window_of_a_syn_is_not_scaled);
    tcase_add_test(tests, nagle_holds_for_half_a_window_too);
    tcase_add_test(tests, close_with_unread_data_resets);
    tcase_add_test(tests, accept_queue_full);
    return unit_run(suite);
}
