/* test_oracle.c: the oracle of `lucid-lab grade`: it fires every row of fsm.def that a student's machine can be asked
 * about, it has no transitions besides, and each of the other right answers in legal.def can be given.
 */
#include "lab/oracle.h"
#include "lab/oracle_sets.h"
#include "lucid/trace.h"
#include "unit/unit.h"

/* Calls a function for every case that is asked. */
static unsigned each_case(void (*call)(const struct oracle_case *at)) {
    unsigned count = 0;
    for (unsigned i = 0; i < TCP_STATES * EV_KINDS * 4; i++) {
        struct oracle_case at = {(enum tcp_state)(i / 4 / EV_KINDS), (enum ev_kind)(i / 4 % EV_KINDS), i & 1, i & 2};
        if (oracle_asks(&at)) {
            call(&at);
            count++;
        }
    }
    return count;
}

static bool fired[100];

static void note_rows(const struct oracle_case *at) {
    struct oracle_answer answer = oracle_answer(at);
    unsigned state = 1u << at->s;
    for (unsigned i = 0; i < answer.rows; i++) {
        const struct lucid_fsm_row *row = lucid_fsm_row((unsigned)answer.row[i]);
        ck_assert(row->from & state);
        state = row->to;
        fired[answer.row[i]] = true;
    }
    ck_assert_msg(state == 1u << answer.to, "%s + %s", oracle_state_name(at->s), oracle_kind_name(at->kind));
    ck_assert(answer.rows > 0 || answer.rule);
}

/* Events of fsm.def that no class of events is: options of this stack, and what it adds to the RFC. */
static bool is_asked(const struct lucid_fsm_row *row) {
    static const char *const others[] = {"DATA_LOST",       "RCV_COOKIE",        "RCV_SYN_IN_WINDOW",
                                         "RCV_UNREACHABLE", "TIMEOUT_KEEPALIVE", "TIMEOUT_FIN_WAIT_2"};
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (!strcmp(row->event, others[i])) {
            return false;
        }
    }
    return strcmp(row->guard, "NOT_RFC1337") != 0;
}

START_TEST(every_row_is_fired) {
    ck_assert_uint_gt(each_case(note_rows), 300);
    const struct lucid_fsm_row *row;
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        ck_assert_msg(fired[i] == is_asked(row), "row %u, %s", i, row->event);
    }
}
END_TEST

static void is_allowed(const struct oracle_case *at) {
    struct oracle_answer answer = oracle_answer(at);
    const char *why;
    ck_assert(oracle_allows(at, answer.to, answer.out, &why));
    ck_assert_ptr_null(why);
    ck_assert(!oracle_allows(at, TCP_STATES, answer.out, &why));
}

START_TEST(its_own_answer_is_right) {
    each_case(is_allowed);
}
END_TEST

/* The reasons of legal.def, each once, and whether some answer has been allowed for it. */
static struct {
    const char *reason;
    bool given;
} reasons[] = {
#define LEGAL(states, classes, when, how, sent, may, reason) {reason, false},
#include "lab/legal.def"
};

/* Every state with every set of what may be sent and told. */
static void give_all(const struct oracle_case *at) {
    for (unsigned to = 0; to < TCP_STATES; to++) {
        for (unsigned out = 0; out <= OUT_ALL; out++) {
            const char *why;
            if (!oracle_allows(at, (enum tcp_state)to, out, &why) || !why) {
                continue;
            }
            for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
                reasons[i].given = reasons[i].given || reasons[i].reason == why || !strcmp(reasons[i].reason, why);
            }
        }
    }
}

START_TEST(every_legal_answer_can_be_given) {
    each_case(give_all);
    for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        ck_assert_msg(reasons[i].given, "%s", reasons[i].reason);
    }
}
END_TEST

static void allows(enum tcp_state s, enum ev_kind kind, bool passive, bool queued, enum tcp_state to, unsigned out,
                   bool expected) {
    struct oracle_case at = {s, kind, passive, queued};
    const char *why;
    ck_assert_msg(oracle_allows(&at, to, out, &why) == expected, "%s + %s to %s", oracle_state_name(s),
                  oracle_kind_name(kind), oracle_state_name(to));
}

/* Cells worked out by hand from RFC 9293 3.10. */
START_TEST(by_hand) {
    allows(FIN_WAIT_1, SEG_FIN_ACK_OF_FIN, false, false, TIME_WAIT, OUT_ACK | OUT_2MSL | OUT_TELL_END, true);
    allows(FIN_WAIT_1, SEG_FIN_ACK_OF_FIN, false, false, CLOSING, OUT_ACK | OUT_TELL_END, false);
    allows(SYN_RECEIVED, SEG_RST_EXACT, true, false, LISTEN, 0, true);
    allows(SYN_RECEIVED, SEG_RST_EXACT, false, false, LISTEN, 0, false);
    allows(SYN_RECEIVED, SEG_RST_EXACT, false, false, CLOSED, OUT_TELL_REFUSED, true);
    allows(SYN_RECEIVED, CLOSE, true, true, SYN_RECEIVED, 0, true);
    allows(SYN_RECEIVED, CLOSE, true, true, FIN_WAIT_1, OUT_FIN, false);
    allows(SYN_RECEIVED, CLOSE, true, false, FIN_WAIT_1, OUT_FIN, true);
    allows(SYN_RECEIVED, CLOSE, true, false, SYN_RECEIVED, 0, true);
    allows(SYN_SENT, SEG_SYN_BAD_ACK, false, false, SYN_SENT, OUT_RST, true);
    allows(ESTABLISHED, SEG_SYN, false, false, ESTABLISHED, OUT_ACK, true);
    allows(ESTABLISHED, SEG_SYN, false, false, CLOSED, OUT_RST | OUT_TELL_RESET, true);
    allows(ESTABLISHED, SEG_SYN, false, false, ESTABLISHED, 0, false);
    allows(ESTABLISHED, ABORT, false, false, CLOSED, OUT_RST, true);
    allows(ESTABLISHED, ABORT, false, false, CLOSED, 0, false);
    allows(ESTABLISHED, ABORT, false, false, TIME_WAIT, OUT_RST | OUT_2MSL, true);
    allows(TIME_WAIT, SEG_FIN, false, false, TIME_WAIT, OUT_ACK, false);
    allows(TIME_WAIT, SEG_RST_EXACT, false, false, CLOSED, 0, true);
    allows(CLOSED, SEG_RST_OUTSIDE, false, false, CLOSED, OUT_RST, false);
}
END_TEST

/* Nothing is asked that cannot be, or that has no one answer. */
START_TEST(what_is_not_asked) {
    static const struct oracle_case none[] = {
        {ESTABLISHED, SEG_ACK_OF_FIN, false, false},
        {ESTABLISHED, TIMEOUT_2MSL, false, false},
        {LISTEN, SEND, false, false},
        {LISTEN, OPEN_ACTIVE, false, false},
        {SYN_SENT, SEG_SYN, true, false},
        {SYN_RECEIVED, SEG_SYN_ACK, true, false},
        {FIN_WAIT_2, TIMEOUT_RTO, false, false},
        {LISTEN, CLOSE, false, true},
    };
    for (unsigned i = 0; i < sizeof none / sizeof none[0]; i++) {
        ck_assert_msg(!oracle_asks(&none[i]), "%u", i);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("oracle", &tests);
    tcase_add_test(tests, every_row_is_fired);
    tcase_add_test(tests, its_own_answer_is_right);
    tcase_add_test(tests, every_legal_answer_can_be_given);
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, what_is_not_asked);
    return unit_run(suite);
}
