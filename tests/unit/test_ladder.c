/* test_ladder.c: ladders of connections between two stacks in memory.
 *
 * Each run is drawn three times: with the events of both ends, and with those of either end alone. The text is compared
 * whole with tests/golden/ladder-NAME.txt (GOLDEN=write in the environment writes these files anew: read what changed).
 * And since both ends can be asked here, what was inferred of the one that was not is compared with what was true: the
 * state at each segment that it sent or received, and the rows of the machine that fired.
 */
#include "ladder_play.h"
#include "unit.h"

/* ---- the runs ---- */

/* The client closes first, the server some time later. */
static void run_normal_close(void) {
    play_begin();
    play_send_from(0, 120);
    play_until(200 * MS);
    play_read_all(1);
    play_send_from(1, 3000);
    play_until(500 * MS);
    play_read_all(0);
    play_close_at(0);
    play_until(600 * MS);
    play_close_at(1);
    play_until(LUCID_NEVER);
}

/* The server closes first: it is the one that waits. */
static void run_server_closes(void) {
    play_begin();
    play_send_from(1, 5);
    play_until(300 * MS);
    play_close_at(1);
    play_until(400 * MS);
    play_read_all(0);
    play_close_at(0);
    play_until(LUCID_NEVER);
}

static void close_on_end(struct lucid_pair *of, int which, void *user) {
    char octet;
    (void)user;
    if (which == 1 && play_fd[1] > 0 && lucid_recv(lucid_pair_stack(of, 1), play_fd[1], &octet, 1, 0) == 0) {
        play_close_at(1);
        play_fd[1] = 0;
        play_listener = 0;
    }
}

/* The ACK of the FIN and the other FIN share a segment. */
static void run_three_segment_close(void) {
    play_begin();
    lucid_pair_on_batch(play_pair, close_on_end, NULL);
    play_close_at(0);
    play_until(LUCID_NEVER);
}

/* Both FINs cross. */
static void run_simultaneous_close(void) {
    play_begin();
    play_close_at(0);
    play_close_at(1);
    play_until(LUCID_NEVER);
}

/* As before, but the second leaves while the first is under way. */
static void run_crossing_close(void) {
    play_begin();
    play_close_at(0);
    play_until(110 * MS);
    play_close_at(1);
    play_until(LUCID_NEVER);
}

/* The client is done, and the server goes on. */
static void run_half_close(void) {
    play_begin();
    ck_assert_int_eq(lucid_shutdown(play_stack(0), play_fd[0], LUCID_SHUT_WR), 0);
    play_until(200 * MS);
    play_send_from(1, 4000);
    play_until(500 * MS);
    play_read_all(0);
    play_send_from(1, 10);
    play_until(600 * MS);
    play_read_all(0);
    play_close_at(1);
    play_until(LUCID_NEVER);
    play_close_at(0);
}

/* The client aborts. */
static void run_reset(void) {
    play_begin();
    play_send_from(0, 10);
    play_until(200 * MS);
    ck_assert_int_eq(lucid_abort(play_stack(0), play_fd[0]), 0);
    play_until(LUCID_NEVER);
}

/* The server closes with data unread: RST instead of FIN. */
static void run_unread(void) {
    play_begin();
    play_send_from(0, 10);
    play_until(200 * MS);
    play_close_at(1);
    play_until(LUCID_NEVER);
}

/* Nobody listens. */
static void run_refused(void) {
    play_open_pair();
    play_connect_from(0, "10.77.0.2", 0, 81);
    play_until(LUCID_NEVER);
}

static void run_simultaneous_open(void) {
    play_open_pair();
    play_connect_from(0, "10.77.0.2", 4000, 4001);
    play_connect_from(1, "10.77.0.1", 4001, 4000);
    play_until(200 * MS);
    play_close_at(0);
    play_until(400 * MS);
    play_close_at(1);
    play_until(LUCID_NEVER);
}

/* Drops the packet of this number, from 1. */
static enum lucid_link_fate drop_one(void *user, lucid_time now, const uint8_t *octets, size_t length, uint64_t id) {
    int *left = user;
    (void)now, (void)octets, (void)length, (void)id;
    return --*left == 0 ? LUCID_LINK_DROP : LUCID_LINK_PASS;
}

/* The first SYN is lost, so there is no round trip to be measured; the server speaks first. */
static void run_lost_syn(void) {
    int number = 1;
    play_open_pair();
    play_listen_at_server();
    lucid_link_judge(lucid_pair_link(play_pair, 0), drop_one, &number);
    play_connect_from(0, "10.77.0.2", 0, 80);
    while (play_fd[1] <= 0) {
        play_until(lucid_pair_now(play_pair) + MS);
    }
    play_send_from(1, 5);
    play_until(lucid_pair_now(play_pair) + LUCID_SECOND);
    play_read_all(0);
    play_close_at(0);
    play_until(lucid_pair_now(play_pair) + LUCID_SECOND);
    play_close_at(1);
    play_until(LUCID_NEVER);
}

/* The ACK of the server's FIN is lost: it says its FIN again. */
static void run_lost_last_ack(void) {
    int number = 2;
    play_begin();
    lucid_link_judge(lucid_pair_link(play_pair, 0), drop_one, &number);
    play_close_at(0);
    play_until(400 * MS);
    play_close_at(1);
    play_until(LUCID_NEVER);
}

struct run {
    const char *name;
    void (*play)(void);
    bool loses;
};

static const struct run runs[] = {
    {"normal-close", run_normal_close, false},
    {"server-closes", run_server_closes, false},
    {"three-segment-close", run_three_segment_close, false},
    {"simultaneous-close", run_simultaneous_close, false},
    {"crossing-close", run_crossing_close, false},
    {"half-close", run_half_close, false},
    {"reset", run_reset, false},
    {"unread-data", run_unread, false},
    {"refused", run_refused, false},
    {"simultaneous-open", run_simultaneous_open, false},
    {"lost-syn", run_lost_syn, true},
    {"lost-last-ack", run_lost_last_ack, true},
};
#define RUNS (int)(sizeof runs / sizeof runs[0])

START_TEST(text_is_as_expected) {
    struct ladder_style plain = {.utf8 = false};
    struct text text = text_growing();
    runs[_i].play();
    for (unsigned from = 0; from < 3; from++) {
        play_draw_ladder((from + 2) % 3, &plain, &text);
    }
    play_check_width(text.data);
    play_compare(runs[_i].name, &text);
    text_free(&text);
}
END_TEST

/* ---- inference ---- */

/* One end's truth, event by event. */
struct truth {
    unsigned end, state, at;
};

static bool is_segment(const struct happened *what, unsigned end) {
    return what->end == end && what->event.kind <= LUCID_EVENT_SEGMENT_IN;
}

/* Goes on to the next segment of this kind at that end and what came of it at once; its state is the truth then. */
static const struct lucid_event_segment *next_segment(struct truth *truth, unsigned kind) {
    const struct lucid_event_segment *found = NULL;
    for (; truth->at < happenings; truth->at++) {
        const struct happened *what = &happened[truth->at];
        if (what->end != truth->end) {
            continue;
        }
        bool state = what->event.kind == LUCID_EVENT_STATE;
        if (found && (is_segment(what, truth->end) || (state && what->event.u.state.cause != LUCID_CAUSE_SEGMENT))) {
            return found;
        }
        if (state && what->event.u.state.remote.port != 0) {
            truth->state = what->event.u.state.to;
        }
        if (is_segment(what, truth->end) && what->event.kind == kind) {
            found = &what->event.u.segment;
            if (kind == LUCID_EVENT_SEGMENT_OUT) {
                truth->at++;
                return found;
            }
        }
    }
    return found;
}

static unsigned first_state(unsigned end) {
    for (unsigned i = 0; i < happenings; i++) {
        const struct lucid_event *event = &happened[i].event;
        if (happened[i].end == end && event->kind == LUCID_EVENT_STATE && event->u.state.remote.port != 0) {
            return event->u.state.from;
        }
    }
    return LUCID_CLOSED;
}

/* From `from` the other end was inferred: at every segment that crossed, its state was the true one. */
static void check_states(const struct run *run, unsigned from, bool sent) {
    unsigned kind = sent ? LUCID_EVENT_SEGMENT_OUT : LUCID_EVENT_SEGMENT_IN;
    const struct ladder_row *row;
    struct ladder *ladder = play_infer(from);
    struct truth truth = {.end = !from, .state = first_state(!from)};
    unsigned rows = ladder_rows(ladder, &row), inferred = 0, points = 0;
    for (unsigned i = 0; i < rows; i++) {
        inferred = row[i].state[1] ? row[i].state[1] : inferred;
        bool here = row[i].kind == LADDER_SEGMENT || row[i].kind == LADDER_ARRIVAL;
        ck_assert_int_ne(row[i].kind, LADDER_RUN);
        if (!here || row[i].end != sent) {
            continue;
        }
        const struct lucid_event_segment *segment = next_segment(&truth, kind);
        while (run->loses && segment && (segment->seq != row[i].seq || segment->flags != row[i].flags)) {
            segment = next_segment(&truth, kind);
        }
        ck_assert_ptr_nonnull(segment);
        ck_assert_uint_eq(segment->seq, row[i].seq);
        ck_assert_uint_eq(segment->flags, row[i].flags);
        ck_assert_msg(inferred == truth.state, "from end %u, row %u, %s: inferred %s, it was %s", from, i,
                      sent ? "it sent" : "it received", lucid_state_name(inferred), lucid_state_name(truth.state));
        points++;
    }
    ck_assert_uint_gt(points, 0);
    ck_assert(run->loses || !next_segment(&truth, kind));
    ladder_free(ladder);
}

/* Which end's state a row may change: of a segment the receiver's, else that of the end where it happened. */
static unsigned end_of_change(const struct ladder_row *row) {
    return ladder_is_segment(row) ? !row->end : row->end;
}

/* The rule that an event shows from outside: why a reset was sent, only the sender knows. */
static const char *rule_from_outside(const struct lucid_event *event) {
    const struct lucid_fsm_row *row = lucid_fsm_row((unsigned)event->u.state.row);
    return strcmp(row->event, "DATA_LOST") == 0 ? "9293:3.10.5/SYN-RECEIVED" : row->rule;
}

/* And the same rows fired there, in the same order, but for time, which nobody sees. */
static void check_rules(unsigned from) {
    const struct ladder_row *row;
    struct ladder *ladder = play_infer(from);
    unsigned rows = ladder_rows(ladder, &row), i = 0, k = 0;
    for (unsigned at = 0; at < happenings; at++) {
        const struct lucid_event *event = &happened[at].event;
        bool theirs = happened[at].end != from && event->kind == LUCID_EVENT_STATE && event->u.state.remote.port != 0;
        if (!theirs || event->u.state.cause == LUCID_CAUSE_TIMER) {
            continue;
        }
        while (i < rows && (end_of_change(&row[i]) != 1 || row[i].fired[k] < 0)) {
            i++;
            k = 0;
        }
        ck_assert_msg(i < rows, "%s was not inferred", rule_from_outside(event));
        ck_assert_str_eq(lucid_fsm_row((unsigned)row[i].fired[k])->rule, rule_from_outside(event));
        i += k;
        k = !k;
    }
    ladder_free(ladder);
}

START_TEST(inference_is_right) {
    runs[_i].play();
    for (unsigned from = 0; from < 2; from++) {
        if (from == 1 && strcmp(runs[_i].name, "refused") == 0) {
            break; /* it has no connection */
        }
        check_states(&runs[_i], from, false);
        check_states(&runs[_i], from, true);
        if (!runs[_i].loses) { /* whether the FIN or its ACK was lost is more than one end can know */
            check_rules(from);
        }
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("ladder", &tests);
    tcase_add_checked_fixture(tests, play_setup, play_teardown);
    tcase_add_loop_test(tests, text_is_as_expected, 0, RUNS);
    tcase_add_loop_test(tests, inference_is_right, 0, RUNS);
    return unit_run(suite);
}
