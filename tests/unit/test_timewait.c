/* test_timewait.c: at the limit of TIME-WAIT records the oldest goes, and is seen to go. RFC 9293 3.10.5. */
#include "lucid/host.h"
#include "lucid/trace.h"
#include "packets.h"
#include "unit.h"

static struct lucid_pair *pair;

static struct lucid_stack *stack(int which) {
    return lucid_pair_stack(pair, which);
}

static void run(lucid_time time) {
    lucid_time end = lucid_pair_now(pair) + time;
    while (lucid_pair_step(pair, end)) {
    }
}

/* Opens a connection from stack 0 and closes it there first, so that the record is stack 0's. */
static void open_and_close(int listener) {
    struct lucid_sockaddr remote = {.addr = address("10.77.0.2"), .port = 80};
    int fd = lucid_socket(stack(0), LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(stack(0), fd, &remote), -LUCID_EINPROGRESS);
    run(LUCID_SECOND);
    int peer = lucid_accept(stack(1), listener, NULL);
    ck_assert_int_gt(peer, 0);
    ck_assert_int_eq(lucid_close(stack(0), fd), 0);
    run(LUCID_SECOND);
    ck_assert_int_eq(lucid_close(stack(1), peer), 0);
    run(LUCID_SECOND);
}

/* The latest state that the trace tells of each connection, by its number. */
static void read_states(unsigned states[8]) {
    struct lucid_event event;
    while (lucid_trace_next(stack(0), &event, NULL)) {
        if (event.kind == LUCID_EVENT_STATE && event.connection < 8) {
            ck_assert_uint_eq(lucid_fsm_row((unsigned)event.u.state.row)->to, event.u.state.to);
            states[event.connection] = event.u.state.to;
        }
    }
}

START_TEST(the_oldest_goes_by_a_row) {
    struct lucid_pair_options options;
    struct lucid_sockaddr local = {.port = 80};
    struct lucid_stats stats;
    unsigned states[8] = {0};
    lucid_pair_defaults(&options);
    options.config[0].timewait_max = 1;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    ck_assert_int_eq(lucid_trace_enable(stack(0), LUCID_TRACE_ALL, 1000), 0);
    int listener = lucid_socket(stack(1), LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(stack(1), listener, &local), 0);
    ck_assert_int_eq(lucid_listen(stack(1), listener, 1), 0);
    open_and_close(listener);
    read_states(states);
    ck_assert_uint_eq(states[1], LUCID_TIME_WAIT);
    open_and_close(listener);
    read_states(states);
    ck_assert_uint_eq(states[1], LUCID_CLOSED);
    ck_assert_uint_eq(states[2], LUCID_TIME_WAIT);
    lucid_stats(stack(0), &stats);
    ck_assert_uint_eq(stats.timewait_evicted, 1);
    ck_assert_uint_eq(stats.timewaits, 1);
    lucid_pair_close(pair);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("timewait", &tests);
    tcase_add_test(tests, the_oldest_goes_by_a_row);
    return unit_run(suite);
}
