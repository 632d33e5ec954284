/* test_table.c: the table fsm.def, checked as a table: is it a machine, and is it the RFC's?
 *
 * Nothing is run here but fsm_lookup(). What the code makes of the rows is the business of test_walk.c; whether what
 * they cite exists, of test_rules.c. The edges of Figure 5 are written down below from the drawing in RFC 9293 3.3.2,
 * arrow by arrow, with what stands at each arrow; not one of them was taken from the table.
 */
#include "tcp/fsm.h"
#include "unit/unit.h"

#define STATES 11

static const unsigned ALL_STATES = (1u << STATES) - 1;
static const unsigned SENDS = ACTION_SEND_SYN | ACTION_SEND_SYN_ACK | ACTION_SEND_ACK | ACTION_SEND_FIN |
                              ACTION_SEND_RST;
static const unsigned ERRORS = ACTION_TELL_REFUSED | ACTION_TELL_RESET | ACTION_TELL_TIMED_OUT;

/* An arrow: above the line what happens, below it what is done. "x" is nothing; "create TCB" is no action of ours. */
struct arrow {
    unsigned from;
    enum fsm_event event;
    unsigned to;
    unsigned done; /* of SENDS and ACTION_DELETE */
    enum fsm_guard guard;
};

static const struct arrow FIGURE_5[] = {
    {LUCID_CLOSED, EVENT_OPEN_PASSIVE, LUCID_LISTEN, 0, GUARD_ALWAYS},
    {LUCID_CLOSED, EVENT_OPEN_ACTIVE, LUCID_SYN_SENT, ACTION_SEND_SYN, GUARD_ALWAYS},
    {LUCID_LISTEN, EVENT_CLOSE, LUCID_CLOSED, ACTION_DELETE, GUARD_ALWAYS},
    {LUCID_LISTEN, EVENT_RCV_SYN, LUCID_SYN_RECEIVED, ACTION_SEND_SYN_ACK, GUARD_ALWAYS},
    {LUCID_SYN_SENT, EVENT_CLOSE, LUCID_CLOSED, ACTION_DELETE, GUARD_ALWAYS},
    {LUCID_SYN_SENT, EVENT_RCV_SYN, LUCID_SYN_RECEIVED, ACTION_SEND_SYN_ACK, GUARD_ALWAYS},
    {LUCID_SYN_SENT, EVENT_RCV_SYN_ACK, LUCID_ESTABLISHED, ACTION_SEND_ACK, GUARD_ALWAYS},
    {LUCID_SYN_RECEIVED, EVENT_RCV_RST, LUCID_LISTEN, ACTION_DELETE, GUARD_PASSIVE}, /* Note 1 */
    {LUCID_SYN_RECEIVED, EVENT_RCV_ACK_OF_SYN, LUCID_ESTABLISHED, 0, GUARD_ALWAYS},
    {LUCID_SYN_RECEIVED, EVENT_CLOSE, LUCID_FIN_WAIT_1, ACTION_SEND_FIN, GUARD_NOTHING_QUEUED}, /* 3.10.4 */
    {LUCID_ESTABLISHED, EVENT_CLOSE, LUCID_FIN_WAIT_1, ACTION_SEND_FIN, GUARD_ALWAYS},
    {LUCID_ESTABLISHED, EVENT_RCV_FIN, LUCID_CLOSE_WAIT, ACTION_SEND_ACK, GUARD_ALWAYS},
    {LUCID_FIN_WAIT_1, EVENT_RCV_FIN, LUCID_CLOSING, ACTION_SEND_ACK, GUARD_ALWAYS},
    {LUCID_FIN_WAIT_1, EVENT_RCV_ACK_OF_FIN, LUCID_FIN_WAIT_2, 0, GUARD_ALWAYS},
    {LUCID_FIN_WAIT_2, EVENT_RCV_FIN, LUCID_TIME_WAIT, ACTION_SEND_ACK, GUARD_ALWAYS},
    {LUCID_CLOSING, EVENT_RCV_ACK_OF_FIN, LUCID_TIME_WAIT, 0, GUARD_ALWAYS},
    {LUCID_CLOSE_WAIT, EVENT_CLOSE, LUCID_LAST_ACK, ACTION_SEND_FIN, GUARD_ALWAYS},
    {LUCID_LAST_ACK, EVENT_RCV_ACK_OF_FIN, LUCID_CLOSED, ACTION_DELETE, GUARD_ALWAYS},
    {LUCID_TIME_WAIT, EVENT_TIMEOUT_2MSL, LUCID_CLOSED, ACTION_DELETE, GUARD_ALWAYS},
};
/* One arrow of the drawing is missing above, and on purpose: LISTEN, SEND, SYN-SENT. A listener of the socket interface
 * has no remote socket, and then 3.10.2 wants an error. */

static const unsigned ARROWS = sizeof FIGURE_5 / sizeof FIGURE_5[0];

static const struct fsm_row *rows_end(void) {
    return fsm_rows + fsm_row_count;
}

static unsigned state_of(unsigned i) {
    return 1u << i;
}

static bool has(const struct fsm_row *row, unsigned actions) {
    return (row->actions & actions) != 0;
}

static long number(const struct fsm_row *row) {
    return row - fsm_rows;
}

/* Guards that can hold together: opened by one side or the other, RFC 1337 on or off. */
#define GUARD_SETS 12
static unsigned guard_set(unsigned i) {
    static const unsigned origin[] = {1u << GUARD_ACTIVE, 1u << GUARD_PASSIVE,
                                      1u << GUARD_PASSIVE | 1u << GUARD_PASSIVE_RFC793};
    unsigned guards = 1u << GUARD_ALWAYS | origin[i % 3];
    guards |= i / 3 % 2 ? 1u << GUARD_RFC1337 : 1u << GUARD_NOT_RFC1337;
    return guards | (i / 6 ? 1u << GUARD_NOTHING_QUEUED : 0);
}

START_TEST(at_most_one_row_holds) {
    for (unsigned state = 0; state < STATES; state++) {
        for (unsigned event = 0; event < FSM_EVENTS; event++) {
            for (unsigned set = 0; set < GUARD_SETS; set++) {
                const struct fsm_row *found = NULL;
                for (const struct fsm_row *row = fsm_rows; row < rows_end(); row++) {
                    bool holds = (row->from & state_of(state)) && row->event == event &&
                                 (guard_set(set) >> row->guard & 1u);
                    ck_assert_msg(!holds || !found, "rows %ld and %ld hold together", number(row), found - fsm_rows);
                    found = holds ? row : found;
                }
                ck_assert_ptr_eq(fsm_lookup(state_of(state), event, guard_set(set)), found);
            }
        }
    }
}
END_TEST

START_TEST(rows_are_well_formed) {
    for (const struct fsm_row *row = fsm_rows; row < rows_end(); row++) {
        bool one = row->to != 0 && (row->to & (row->to - 1)) == 0;
        ck_assert_msg(one && !(row->to & ~ALL_STATES), "row %ld does not end in one state", number(row));
        ck_assert_msg(row->from != 0 && !(row->from & ~ALL_STATES), "row %ld begins nowhere", number(row));
        ck_assert_msg(!(row->actions >> FSM_ACTIONS), "row %ld has an action that is none", number(row));
        ck_assert_msg((unsigned)row->event < FSM_EVENTS && (unsigned)row->guard < FSM_GUARDS, "row %ld", number(row));
    }
    for (unsigned i = 0; i < fsm_row_count; i++) {
        const struct lucid_fsm_row *shown = lucid_fsm_row(i);
        ck_assert_uint_eq(shown->from, fsm_rows[i].from);
        ck_assert_uint_eq(shown->to, fsm_rows[i].to);
        ck_assert_uint_eq(shown->source, (unsigned)fsm_rows[i].source);
        ck_assert_str_eq(shown->rule, fsm_rows[i].rule);
    }
    ck_assert_ptr_null(lucid_fsm_row(fsm_row_count));
}
END_TEST

/* The states that can be reached from a set, or, backwards, from which it can be reached. */
static unsigned closure(unsigned states, bool backwards) {
    unsigned before;
    do {
        before = states;
        for (const struct fsm_row *row = fsm_rows; row < rows_end(); row++) {
            unsigned here = backwards ? row->to : row->from;
            states |= here & states ? (backwards ? row->from : row->to) : 0;
        }
    } while (states != before);
    return states;
}

START_TEST(every_state_has_a_way_in_and_a_way_out) {
    ck_assert_uint_eq(closure(LUCID_CLOSED, false), ALL_STATES);
    ck_assert_uint_eq(closure(LUCID_CLOSED, true), ALL_STATES);
}
END_TEST

static const struct arrow *arrow_of(const struct fsm_row *row) {
    for (unsigned i = 0; i < ARROWS; i++) {
        const struct arrow *arrow = &FIGURE_5[i];
        if (arrow->from == row->from && arrow->event == row->event && arrow->to == row->to) {
            return arrow;
        }
    }
    return NULL;
}

START_TEST(exactly_the_arrows_of_figure_5_are_marked) {
    unsigned marked = 0;
    for (const struct fsm_row *row = fsm_rows; row < rows_end(); row++) {
        const struct arrow *arrow = arrow_of(row);
        ck_assert_msg((row->source == LUCID_FSM_FIG5) == (arrow != NULL), "row %ld: %s", number(row),
                      arrow ? "is drawn, but not marked" : "is marked, but not drawn");
        if (arrow) {
            marked++;
            ck_assert_msg((row->actions & (SENDS | ACTION_DELETE)) == arrow->done,
                          "row %ld does other things than are drawn", number(row));
            ck_assert_msg(row->guard == arrow->guard, "row %ld has another condition", number(row));
        }
    }
    ck_assert_uint_eq(marked, ARROWS);
}
END_TEST

/* The rows for this event begin in exactly these states, and each ends in that one; 0: in any. */
static void only(enum fsm_event event, unsigned from, unsigned to) {
    unsigned seen = 0;
    for (const struct fsm_row *row = fsm_rows; row < rows_end(); row++) {
        if (row->event == event) {
            ck_assert_msg(to == 0 || row->to == to, "row %ld ends elsewhere", number(row));
            seen |= row->from;
        }
    }
    ck_assert_msg(seen == from, "event %u: it happens in states %#x, not %#x", event, seen, from);
}

/* RCV_RST returns a passive open to LISTEN and ends everything else, except TIME-WAIT with RFC 1337. */
static void resets_end(void) {
    for (const struct fsm_row *row = fsm_rows; row < rows_end(); row++) {
        if (row->event == EVENT_RCV_RST) {
            unsigned to = row->guard == GUARD_PASSIVE   ? LUCID_LISTEN
                          : row->guard == GUARD_RFC1337 ? LUCID_TIME_WAIT
                                                        : LUCID_CLOSED;
            ck_assert_msg(row->to == to, "row %ld ends elsewhere", number(row));
        }
    }
}

/* 3.10.1 to 3.10.8 say in which states an event means something. */
START_TEST(events_belong_to_their_states) {
    const unsigned synchronized = LUCID_ESTABLISHED | LUCID_FIN_WAIT_1 | LUCID_FIN_WAIT_2 | LUCID_CLOSE_WAIT |
                                  LUCID_CLOSING | LUCID_LAST_ACK | LUCID_TIME_WAIT;
    only(EVENT_OPEN_PASSIVE, LUCID_CLOSED, LUCID_LISTEN);
    only(EVENT_OPEN_ACTIVE, LUCID_CLOSED, LUCID_SYN_SENT);
    only(EVENT_CLOSE, LUCID_LISTEN | LUCID_SYN_SENT | LUCID_SYN_RECEIVED | LUCID_ESTABLISHED | LUCID_CLOSE_WAIT, 0);
    only(EVENT_ABORT, ALL_STATES & ~(unsigned)LUCID_CLOSED, LUCID_CLOSED);
    only(EVENT_DATA_LOST, (synchronized & ~(unsigned)LUCID_TIME_WAIT), LUCID_CLOSED);
    only(EVENT_RCV_SYN, LUCID_LISTEN | LUCID_SYN_SENT, LUCID_SYN_RECEIVED);
    only(EVENT_RCV_SYN_ACK, LUCID_SYN_SENT, LUCID_ESTABLISHED);
    only(EVENT_RCV_ACK_OF_SYN, LUCID_SYN_RECEIVED, LUCID_ESTABLISHED);
    only(EVENT_RCV_ACK_OF_FIN, LUCID_FIN_WAIT_1 | LUCID_CLOSING | LUCID_LAST_ACK, 0);
    only(EVENT_RCV_FIN, LUCID_ESTABLISHED | LUCID_FIN_WAIT_1 | LUCID_FIN_WAIT_2 | LUCID_TIME_WAIT, 0);
    only(EVENT_RCV_RST, LUCID_SYN_SENT | LUCID_SYN_RECEIVED | synchronized, 0);
    resets_end();
    only(EVENT_RCV_SYN_IN_WINDOW, LUCID_SYN_RECEIVED | (synchronized & ~(unsigned)LUCID_TIME_WAIT), 0);
    only(EVENT_RCV_COOKIE, LUCID_LISTEN | LUCID_SYN_RECEIVED, LUCID_ESTABLISHED);
    only(EVENT_RCV_UNREACHABLE, LUCID_SYN_SENT, LUCID_CLOSED);
    only(EVENT_RCV_NEW_SYN, LUCID_TIME_WAIT, LUCID_SYN_RECEIVED);
    only(EVENT_TIMEOUT_USER, LUCID_SYN_SENT | LUCID_SYN_RECEIVED | (synchronized & ~(unsigned)LUCID_TIME_WAIT),
         LUCID_CLOSED);
    only(EVENT_TIMEOUT_KEEPALIVE, LUCID_ESTABLISHED | LUCID_FIN_WAIT_1 | LUCID_FIN_WAIT_2 | LUCID_CLOSE_WAIT,
         LUCID_CLOSED);
    only(EVENT_TIMEOUT_FIN_WAIT_2, LUCID_FIN_WAIT_2, LUCID_CLOSED);
    only(EVENT_TIMEOUT_2MSL, LUCID_TIME_WAIT, LUCID_CLOSED);
}
END_TEST

/* A RST that passed its checks and an ABORT mean something in every state of a connection, whatever else holds; that a
 * RST changes nothing in TIME-WAIT is a row, too (RFC 1337). */
START_TEST(resets_and_aborts_always_have_a_row) {
    for (unsigned state = LUCID_SYN_SENT; state <= LUCID_TIME_WAIT; state <<= 1) {
        for (unsigned set = 0; set < GUARD_SETS; set++) {
            ck_assert_ptr_nonnull(fsm_lookup(state, EVENT_RCV_RST, guard_set(set)));
            ck_assert_ptr_nonnull(fsm_lookup(state, EVENT_ABORT, guard_set(set)));
        }
    }
}
END_TEST

/* The condition that the RFC or a record of docs/decisions/ puts on a row; most have none. */
static enum fsm_guard condition(const struct fsm_row *row) {
    bool back = row->to == LUCID_LISTEN;
    switch ((int)row->event) {
    case EVENT_CLOSE:
        return row->from == LUCID_SYN_RECEIVED ? GUARD_NOTHING_QUEUED : GUARD_ALWAYS; /* 3.10.4 */
    case EVENT_RCV_SYN_IN_WINDOW:                                                     /* 3.10.7.4, fourth */
        return row->from != LUCID_SYN_RECEIVED ? GUARD_ALWAYS : back ? GUARD_PASSIVE_RFC793 : GUARD_ACTIVE;
    case EVENT_RCV_COOKIE: /* RFC 4987 3.6: who connects keeps a record */
        return GUARD_PASSIVE;
    case EVENT_RCV_RST: /* 3.10.7.4, second; RFC 1337 */
        if (row->from == LUCID_TIME_WAIT) {
            return row->to == LUCID_TIME_WAIT ? GUARD_RFC1337 : GUARD_NOT_RFC1337;
        }
        return row->from != LUCID_SYN_RECEIVED ? GUARD_ALWAYS : back ? GUARD_PASSIVE : GUARD_ACTIVE;
    default:
        return GUARD_ALWAYS;
    }
}

START_TEST(conditions_stand_where_there_are_any) {
    for (const struct fsm_row *row = fsm_rows; row < rows_end(); row++) {
        ck_assert_msg(row->guard == condition(row), "row %ld has another condition", number(row));
    }
}
END_TEST

/* What enters a state does what that state is about. */
START_TEST(actions_fit_the_ends_of_the_row) {
    for (const struct fsm_row *row = fsm_rows; row < rows_end(); row++) {
        bool enters = row->from != row->to;
        bool ends = row->to == LUCID_CLOSED || (row->to == LUCID_LISTEN && row->from != LUCID_CLOSED);
        ck_assert_msg(has(row, ACTION_DELETE) == ends, "row %ld: DELETE", number(row));
        ck_assert_msg(!has(row, ACTION_START_2MSL) || row->to == LUCID_TIME_WAIT, "row %ld: 2MSL", number(row));
        ck_assert_msg(has(row, ACTION_START_2MSL) || row->to != LUCID_TIME_WAIT || !enters, "row %ld: no 2MSL",
                      number(row));
        ck_assert_msg(has(row, ACTION_START_FIN_WAIT_2) == (row->to == LUCID_FIN_WAIT_2), "row %ld", number(row));
        ck_assert_msg(has(row, ACTION_SEND_SYN) == (row->to == LUCID_SYN_SENT), "row %ld: SYN", number(row));
        ck_assert_msg(has(row, ACTION_SEND_SYN_ACK) == (row->to == LUCID_SYN_RECEIVED), "row %ld", number(row));
        bool fin = row->to == LUCID_FIN_WAIT_1 || row->to == LUCID_LAST_ACK;
        ck_assert_msg(has(row, ACTION_SEND_FIN) == fin, "row %ld: FIN", number(row));
        bool answers = row->event == EVENT_RCV_FIN || row->event == EVENT_RCV_SYN_ACK;
        ck_assert_msg(has(row, ACTION_SEND_ACK) == answers, "row %ld: ACK", number(row));
        ck_assert_msg(!has(row, ACTION_SEND_RST) || row->to == LUCID_CLOSED, "row %ld: RST", number(row));
    }
}
END_TEST

/* 3.10.5: in which states ABORT sends a reset. */
START_TEST(abort_resets_where_the_rfc_says) {
    const unsigned reset = LUCID_SYN_RECEIVED | LUCID_ESTABLISHED | LUCID_FIN_WAIT_1 | LUCID_FIN_WAIT_2 |
                           LUCID_CLOSE_WAIT;
    const unsigned told = reset | LUCID_LISTEN | LUCID_SYN_SENT; /* "connection reset" notification */
    for (const struct fsm_row *row = fsm_rows; row < rows_end(); row++) {
        if (row->event == EVENT_ABORT) {
            ck_assert_msg(has(row, ACTION_SEND_RST) ? !(row->from & ~reset) : !(row->from & reset), "row %ld",
                          number(row));
            ck_assert_msg(has(row, ACTION_TELL_RESET) ? !(row->from & ~told) : !(row->from & told), "row %ld",
                          number(row));
        }
    }
}
END_TEST

/* What the application is told follows from what happened: one thing at most, and an error only at the end. */
START_TEST(the_application_is_told_one_thing) {
    for (const struct fsm_row *row = fsm_rows; row < rows_end(); row++) {
        unsigned told = row->actions & (ERRORS | ACTION_TELL_CONNECTED | ACTION_TELL_END);
        ck_assert_msg((told & (told - 1)) == 0, "row %ld tells two things", number(row));
        ck_assert_msg(has(row, ACTION_TELL_CONNECTED) == (row->to == LUCID_ESTABLISHED), "row %ld", number(row));
        bool end = row->event == EVENT_RCV_FIN && row->from != LUCID_TIME_WAIT;
        ck_assert_msg(has(row, ACTION_TELL_END) == end, "row %ld: end of the stream", number(row));
        ck_assert_msg(!has(row, ERRORS) || row->to == LUCID_CLOSED, "row %ld: an error but no end", number(row));
        bool late = row->event == EVENT_TIMEOUT_USER || row->event == EVENT_TIMEOUT_KEEPALIVE;
        ck_assert_msg(has(row, ACTION_TELL_TIMED_OUT) == late, "row %ld: time-out", number(row));
        bool opening = !(row->from & ~(unsigned)(LUCID_SYN_SENT | LUCID_SYN_RECEIVED));
        bool refusal = row->event == EVENT_RCV_RST || row->event == EVENT_RCV_UNREACHABLE;
        ck_assert_msg(has(row, ACTION_TELL_REFUSED) == (refusal && opening && row->to == LUCID_CLOSED),
                      "row %ld: refused", number(row));
        bool alive = !(row->from & (LUCID_CLOSING | LUCID_LAST_ACK | LUCID_TIME_WAIT));
        ck_assert_msg(row->event != EVENT_RCV_RST || opening || has(row, ACTION_TELL_RESET) == alive, "row %ld: reset",
                      number(row));
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("fsm.def", &tests);
    tcase_add_test(tests, at_most_one_row_holds);
    tcase_add_test(tests, rows_are_well_formed);
    tcase_add_test(tests, every_state_has_a_way_in_and_a_way_out);
    tcase_add_test(tests, exactly_the_arrows_of_figure_5_are_marked);
    tcase_add_test(tests, events_belong_to_their_states);
    tcase_add_test(tests, resets_and_aborts_always_have_a_row);
    tcase_add_test(tests, conditions_stand_where_there_are_any);
    tcase_add_test(tests, actions_fit_the_ends_of_the_row);
    tcase_add_test(tests, abort_resets_where_the_rfc_says);
    tcase_add_test(tests, the_application_is_told_one_thing);
    return unit_run(suite);
}
