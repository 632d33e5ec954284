/* test_ladders.c: ladders of long and of bad connections, which connections get one, and how it looks where. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "ladder_play.h"
#include "unit.h"

/* ---- bulk ---- */

static unsigned lines_of(const char *text) {
    unsigned lines = 0;
    for (; *text; text++) {
        lines += *text == '\n';
    }
    return lines;
}

static uint64_t octets_sent(unsigned end) {
    uint64_t octets = 0;
    for (unsigned i = 0; i < happenings; i++) {
        const struct lucid_event *event = &happened[i].event;
        bool counts = happened[i].end == end && event->kind == LUCID_EVENT_SEGMENT_OUT;
        octets += counts ? event->u.segment.length : 0;
    }
    return octets;
}

/* What the rows of a ladder say that an end sent. */
static uint64_t octets_drawn(const struct ladder *ladder, unsigned end) {
    const struct ladder_row *row;
    uint64_t octets = 0;
    unsigned rows = ladder_rows(ladder, &row);
    for (unsigned i = 0; i < rows; i++) {
        bool leaves = row[i].kind == LADDER_SEGMENT || row[i].kind == LADDER_DEPARTURE;
        octets += leaves && row[i].end == end ? row[i].length : 0;
        octets += row[i].kind == LADDER_RUN ? row[i].run[end].octets : 0;
    }
    return octets;
}

/* The server sends length octets and closes; the client reads. */
static void run_bulk(size_t length) {
    char octets[65536] = "";
    size_t sent = 0;
    play_begin();
    for (int turns = 0; turns < 100000 && sent < length; turns++) {
        ptrdiff_t n = lucid_send(play_stack(1), play_fd[1], octets, length - sent < 65536 ? length - sent : 65536, 0);
        sent += n > 0 ? (size_t)n : 0;
        play_collect();
        lucid_pair_step(play_pair, lucid_pair_now(play_pair) + LUCID_SECOND);
        play_read_all(0);
    }
    ck_assert_uint_eq(sent, length);
    play_close_at(1);
    for (int turns = 0; turns < 100000 && lucid_recv(play_stack(0), play_fd[0], octets, 1, LUCID_MSG_PEEK) != 0;
         turns++) {
        play_collect();
        lucid_pair_step(play_pair, lucid_pair_now(play_pair) + LUCID_SECOND);
        play_read_all(0);
    }
    play_close_at(0);
    play_until(LUCID_NEVER);
}

/* Ten megabytes are as long as a page, and nothing is missing in the sums. */
START_TEST(runs_are_folded) {
    struct ladder_style style = {.utf8 = true};
    struct text text = text_growing();
    play_options.config[1].offload = LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4;
    play_options.faults[0].rate = play_options.faults[1].rate = 0;
    run_bulk(10u << 20);
    play_draw_ladder(1, &style, &text);
    play_check_width(text.data);
    ck_assert_uint_lt(lines_of(text.data), 60);
    play_compare("bulk", &text);
    struct ladder *ladder = play_infer(1);
    ck_assert_uint_eq(octets_drawn(ladder, 0), 10u << 20);
    ladder_free(ladder);
    text_free(&text);
}
END_TEST

/* However bad the link, the ladder is bounded; what was sent again and what was lost is marked. */
START_TEST(bad_links_are_drawn) {
    struct ladder_style plain = {.utf8 = false};
    struct text text = text_growing(), both = text_growing();
    play_options.faults[0] = play_options.faults[1] = (struct lucid_faults){
        .loss = 60000, .reorder = 50000, .duplicate = 20000, .delay = 10 * MS, .rate = 10000000, .queue = 100};
    play_options.faults[0].seed = (uint64_t)_i + 1;
    play_options.faults[1].seed = (uint64_t)_i + 100;
    play_options.config[1].offload = _i % 2 ? LUCID_OFFLOAD_CHECKSUM | LUCID_OFFLOAD_TSO4 : 0;
    run_bulk(800000);
    play_draw_ladder(1, &plain, &text);
    play_draw_ladder(2, &plain, &both);
    play_check_width(text.data);
    play_check_width(both.data);
    ck_assert_uint_lt(lines_of(text.data), 2 * LADDER_ROWS_MAX);
    ck_assert_uint_lt(lines_of(both.data), 2 * LADDER_ROWS_MAX);
    ck_assert_ptr_nonnull(strstr(text.data, "retransmission"));
    ck_assert_ptr_nonnull(strstr(both.data, "lost"));
    struct ladder *ladder = play_infer(1);
    const struct ladder_row *row;
    ck_assert_uint_le(ladder_rows(ladder, &row), LADDER_ROWS_MAX + 16);
    ck_assert_uint_eq(octets_drawn(ladder, 0), octets_sent(1));
    ladder_free(ladder);
    text_free(&text);
    text_free(&both);
}
END_TEST

/* ---- which connections ---- */

struct printed {
    unsigned count;
    struct text text;
};

static void count_ladder(void *user, const struct text *text) {
    struct printed *printed = user;
    printed->count++;
    play_keep(&printed->text, text);
}

/* The client comes again from the same port: the newer SYN ends TIME-WAIT at the server, which says nothing itself. */
START_TEST(newer_syn_begins_another_ladder) {
    struct ladder_style style = {.name = {"lucid", "kernel"}, .title = "connection"};
    struct printed printed = {.text = text_growing()};
    play_begin();
    play_close_at(1);
    play_until(300 * MS);
    play_close_at(0);
    play_until(500 * MS);
    play_fd[1] = 0;
    play_connect_from(0, "10.77.0.2", 0, 80);
    play_until(700 * MS);
    ck_assert_int_gt(play_fd[1], 0);
    play_close_at(1);
    play_until(900 * MS);
    play_close_at(0);
    play_until(LUCID_NEVER);
    struct ladders *ladders = ladders_new(2, false, &style, count_ladder, &printed);
    for (unsigned i = 0; i < happenings; i++) {
        if (happened[i].end == 1) {
            ladders_add(ladders, 0, &happened[i].event);
        }
    }
    ck_assert(ladders_done(ladders));
    ck_assert_uint_eq(printed.count, 2);
    ladders_free(ladders);
    ck_assert_uint_eq(printed.count, 2);
    const char *second = strstr(printed.text.data, "connection 2:");
    ck_assert_ptr_nonnull(strstr(printed.text.data, "connection 1:"));
    ck_assert_ptr_nonnull(second);
    ck_assert_ptr_nonnull(strstr(second, "SYN-RECEIVED <- S"));
    ck_assert_ptr_nonnull(strstr(second, "9293:3.6.1"));
    ck_assert_ptr_nonnull(strstr(second, "CLOSED       * 2MSL timer"));
    text_free(&printed.text);
}
END_TEST

/* Only as many as were asked for; what has not ended is printed at the end. */
START_TEST(count_is_kept) {
    struct ladder_style style = {.name = {"lucid", "kernel"}, .title = "connection"};
    struct printed printed = {.text = text_growing()};
    play_open_pair();
    play_listen_at_server();
    for (uint16_t i = 0; i < 3; i++) {
        play_connect_from(0, "10.77.0.2", (uint16_t)(40000 + i), 80);
        play_until((100 + 100 * i) * MS);
        if (i == 0) {
            ck_assert_int_eq(lucid_abort(play_stack(0), play_fd[0]), 0);
        }
    }
    play_until(LUCID_SECOND);
    struct ladders *ladders = ladders_new((unsigned)_i, false, &style, count_ladder, &printed);
    for (unsigned i = 0; i < happenings; i++) {
        if (happened[i].end == 0) {
            ladders_add(ladders, 0, &happened[i].event);
        }
    }
    ck_assert_uint_eq(printed.count, _i > 0);
    ck_assert_int_eq(ladders_done(ladders), _i < 2);
    ladders_free(ladders);
    ck_assert_uint_eq(printed.count, (unsigned)(_i < 3 ? _i : 3));
    text_free(&printed.text);
}
END_TEST

START_TEST(lost_events_are_said) {
    struct ladder_style style = {.name = {"lucid", "kernel"}, .title = "connection"};
    struct printed printed = {.text = text_growing()};
    play_begin();
    ck_assert_int_eq(lucid_abort(play_stack(0), play_fd[0]), 0);
    play_until(LUCID_NEVER);
    struct ladders *ladders = ladders_new(1, false, &style, count_ladder, &printed);
    unsigned seen = 0;
    for (unsigned i = 0; i < happenings; i++) {
        seen += happened[i].end == 0;
        if (happened[i].end == 0 && seen != 4 && seen != 5) {
            ladders_add(ladders, 0, &happened[i].event);
        }
    }
    ladders_free(ladders);
    ck_assert_ptr_nonnull(strstr(printed.text.data, "x 2 events were lost here"));
    text_free(&printed.text);
}
END_TEST

/* ---- events made by hand ---- */

static int row_of(const char *event, unsigned from) {
    const struct lucid_fsm_row *row;
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        if ((row->from & from) && strcmp(row->event, event) == 0) {
            return (int)i;
        }
    }
    ck_abort_msg("no row for %s", event);
}

static void fire(struct ladder *ladder, const char *event, unsigned from, enum lucid_cause cause) {
    int row = row_of(event, from);
    struct lucid_event state = {.kind = LUCID_EVENT_STATE};
    state.u.state = (struct lucid_event_state){.from = (uint16_t)from,
                                               .to = (uint16_t)lucid_fsm_row((unsigned)row)->to,
                                               .row = (int16_t)row,
                                               .cause = (uint8_t)cause,
                                               .local.port = 1,
                                               .remote.port = 2};
    ladder_add(ladder, 0, &state);
}

/* A SYN,ACK that brings a FIN fires rows of two sections: both are named, and the line is no wider for it. */
START_TEST(two_sections_in_one_segment) {
    struct ladder_style style = {.name = {"lucid", "kernel"}, .title = "connection"};
    struct text text = text_growing();
    struct ladder *ladder = ladder_new(false);
    struct lucid_event syn = {.kind = LUCID_EVENT_SEGMENT_OUT}, answer = {.kind = LUCID_EVENT_SEGMENT_IN};
    syn.u.segment.flags = LUCID_SYN;
    answer.u.segment.flags = LUCID_SYN | LUCID_ACK | LUCID_FIN;
    answer.u.segment.ack = 1;
    fire(ladder, "OPEN_ACTIVE", LUCID_CLOSED, LUCID_CAUSE_CALL);
    ladder_add(ladder, 0, &syn);
    ladder_add(ladder, 0, &answer);
    fire(ladder, "RCV_SYN_ACK", LUCID_SYN_SENT, LUCID_CAUSE_SEGMENT);
    fire(ladder, "RCV_FIN", LUCID_ESTABLISHED, LUCID_CAUSE_SEGMENT);
    ladder_finish(ladder);
    ladder_print(ladder, &style, &text);
    play_check_width(text.data);
    ck_assert_ptr_nonnull(strstr(text.data, "CLOSE-WAIT   <- SFA"));
    ck_assert_ptr_nonnull(strstr(text.data, " 9293:3.10.7.3/4\n"));
    ck_assert_ptr_nonnull(strstr(text.data, " 9293:3.10.7.4/8\n"));
    ladder_free(ladder);
    text_free(&text);
}
END_TEST

/* ---- looks ---- */

START_TEST(colour_is_for_terminals) {
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    int inside = open(ptsname(terminal), O_RDWR | O_NOCTTY), pipes[2];
    ck_assert(inside >= 0 && pipe(pipes) == 0);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
    ck_assert(ladder_style_for(inside).colour);
    ck_assert(!ladder_style_for(pipes[1]).colour);
    setenv("NO_COLOR", "1", 1);
    ck_assert(!ladder_style_for(inside).colour);
    setenv("NO_COLOR", "", 1);
    ck_assert(ladder_style_for(inside).colour);
    setenv("TERM", "dumb", 1);
    ck_assert(!ladder_style_for(inside).colour);
    setenv("CLICOLOR_FORCE", "1", 1);
    ck_assert(ladder_style_for(pipes[1]).colour);
    setenv("NO_COLOR", "1", 1);
    ck_assert(!ladder_style_for(pipes[1]).colour);
    setenv("NO_COLOR", "", 1);
    setenv("CLICOLOR_FORCE", "0", 1);
    ck_assert(!ladder_style_for(pipes[1]).colour);
    for (int i = 0; i < 2; i++) {
        close(pipes[i]);
    }
    close(inside);
    close(terminal);
}
END_TEST

START_TEST(arrows_are_for_locales) {
    static const struct {
        const char *all, *ctype, *lang;
        bool utf8;
    } cases[] = {
        {"", "", "", false},
        {"", "", "en_US.UTF-8", true},
        {"", "C.utf8", "C", true},
        {"C", "", "en_US.UTF-8", false},
        {"POSIX", "C.UTF-8", "C.UTF-8", false},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        setenv("LC_ALL", cases[i].all, 1);
        setenv("LC_CTYPE", cases[i].ctype, 1);
        setenv("LANG", cases[i].lang, 1);
        ck_assert_int_eq(ladder_style_for(1).utf8, cases[i].utf8);
    }
}
END_TEST

/* Colour adds escape sequences and nothing else. */
START_TEST(colour_changes_no_letter) {
    struct ladder_style plain = {.utf8 = true}, colour = {.utf8 = true, .colour = true};
    struct text text = text_growing(), painted = text_growing(), stripped = text_growing();
    play_begin();
    play_close_at(1);
    play_until(400 * MS);
    play_close_at(0);
    play_until(LUCID_NEVER);
    play_draw_ladder(1, &plain, &text);
    play_draw_ladder(1, &colour, &painted);
    ck_assert_ptr_null(strchr(text.data, '\033'));
    ck_assert_ptr_nonnull(strstr(painted.data, "\033[1mTIME-WAIT\033[0m"));
    for (const char *at = painted.data; *at; at++) {
        if (*at == '\033') {
            at += strcspn(at, "m");
        } else {
            text_put_char(&stripped, *at);
        }
    }
    ck_assert_str_eq(stripped.data, text.data);
    text_free(&text);
    text_free(&painted);
    text_free(&stripped);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("ladders", &tests);
    tcase_add_checked_fixture(tests, play_setup, play_teardown);
    tcase_add_test(tests, runs_are_folded);
    tcase_add_loop_test(tests, bad_links_are_drawn, 0, 10);
    tcase_add_test(tests, newer_syn_begins_another_ladder);
    tcase_add_loop_test(tests, count_is_kept, 0, 5);
    tcase_add_test(tests, lost_events_are_said);
    tcase_add_test(tests, two_sections_in_one_segment);
    tcase_add_test(tests, colour_is_for_terminals);
    tcase_add_test(tests, arrows_are_for_locales);
    tcase_add_test(tests, colour_changes_no_letter);
    return unit_run(suite);
}
