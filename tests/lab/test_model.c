/* test_model.c: what is true after each event of a log: states, timers, variables, packets on the wire. */
#include "lab/model.h"
#include "log_lines.h"
#include "lucid/socket.h"

#include <time.h>

static struct tlog *log_;
static struct model *model;

/* B listens (event 1), A connects (2 to 11): states, timers and variables as a stack would say them. */
static void handshake(void) {
    say_state(log_, 0, "B", 1, "CLOSED", "OPEN_PASSIVE", "LISTEN", "'call':'listen'");
    say_state(log_, 0, "A", 1, "CLOSED", "OPEN_ACTIVE", "SYN-SENT", "'call':'open'");
    say(log_, 0, "A", 1, "'timer_set','timer':'RTO','at':1000000000");
    say_segment(log_, 0, "A", 1, true, 1, "S", 100, 0, 0);
    say_segment(log_, 20, "B", 1, false, 1, "S", 100, 0, 0);
    say_state(log_, 20, "B", 2, "LISTEN", "RCV_SYN", "SYN-RECEIVED", "'seg_id':1");
    say_segment(log_, 20, "B", 2, true, 2, "SA", 300, 101, 0);
    say_segment(log_, 40, "A", 1, false, 2, "SA", 300, 101, 0);
    say_state(log_, 40, "A", 1, "SYN-SENT", "RCV_SYN_ACK", "ESTABLISHED", "'seg_id':2");
    say(log_, 40, "A", 1, "'timer_stop','timer':'RTO'");
    say(log_, 40, "A", 1, "'var','una':101,'nxt':101,'cwnd':14600,'ssth':-1");
    say_segment(log_, 40, "A", 1, true, 3, "A", 101, 301, 0);
}
enum { HANDSHAKE = 12 };

static void setup(void) {
    log_ = log_begin();
    handshake();
    model = model_new(log_);
}

static void teardown(void) {
    model_free(model);
    tlog_free(log_);
}

static void go(uint32_t n) {
    ck_assert_int_eq(model_goto(model, n), 0);
    ck_assert_uint_eq(model->at, n);
}

static struct model_connection *at(unsigned node, uint32_t c) {
    struct model_connection *connection = model_find(model, node, c);
    ck_assert_ptr_nonnull(connection);
    return connection;
}

START_TEST(states) {
    go(1);
    ck_assert(at(1, 1)->listener && at(1, 1)->state == LUCID_LISTEN);
    ck_assert_ptr_null(model_find(model, 0, 1));
    go(2);
    ck_assert(at(0, 1)->state == LUCID_SYN_SENT && at(0, 1)->initiator && !at(0, 1)->listener);
    ck_assert_uint_eq(at(0, 1)->born, 2);
    go(5);
    ck_assert(!at(1, 1)->irs_known && !at(1, 1)->iss_known);
    go(6);
    const struct model_connection *child = at(1, 2);
    ck_assert(child->state == LUCID_SYN_RECEIVED && child->parent == 1 && !child->initiator && !child->listener);
    ck_assert(child->irs_known && child->irs == 100 && !child->iss_known);
    ck_assert_int_eq(at(1, 1)->state, LUCID_LISTEN);
    go(HANDSHAKE);
    ck_assert(at(1, 2)->iss_known && at(1, 2)->iss == 300);
    const struct model_connection *a = at(0, 1);
    ck_assert(a->state == LUCID_ESTABLISHED && a->iss == 100 && a->irs == 300 && a->changed == 9);
    ck_assert_uint_eq(a->state_since, 40 * LUCID_MILLISECOND);
    ck_assert(a->sent == 2 && a->received == 1 && a->again == 0);
    ck_assert_uint_eq(a->visits[__builtin_ctz(LUCID_SYN_SENT)], 1);
    ck_assert_uint_eq(model->now, 40 * LUCID_MILLISECOND);
}
END_TEST

START_TEST(timers_and_variables) {
    go(2);
    ck_assert_uint_eq(at(0, 1)->timer_at[LUCID_TIMER_RTO], TLOG_NONE);
    go(3);
    ck_assert_uint_eq(at(0, 1)->timer_at[LUCID_TIMER_RTO], LUCID_SECOND);
    ck_assert_uint_eq(at(0, 1)->timer_since[LUCID_TIMER_RTO], 0);
    go(10);
    ck_assert_uint_eq(at(0, 1)->timer_at[LUCID_TIMER_RTO], TLOG_NONE);
    ck_assert_uint_eq(at(0, 1)->known, 0);
    go(11);
    ck_assert_int_eq(at(0, 1)->value[LUCID_VAR_CWND], 14600);
    ck_assert_int_eq(at(0, 1)->value[LUCID_VAR_SSTHRESH], -1);
    ck_assert(at(0, 1)->known & 1u << LUCID_VAR_SND_NXT);
    ck_assert(!(at(0, 1)->known & 1u << LUCID_VAR_SRTT));
}
END_TEST

START_TEST(flights) {
    go(3);
    ck_assert_uint_eq(model->flights, 0);
    go(4);
    ck_assert_uint_eq(model->flights, 1);
    ck_assert(model->flight[0].id == 1 && model->flight[0].from == 0 && model->flight[0].to == 1);
    ck_assert_uint_eq(model->flight[0].event, 4);
    go(5);
    ck_assert_uint_eq(model->flights, 0);
    say(log_, 41, "W", 0, "'wire','act':'dup','from':'A','to':'B','id':3,'id2':4");
    say(log_, 41, "W", 0, "'wire','act':'hold','from':'A','to':'B','id':3");
    go(14);
    ck_assert_uint_eq(model->flights, 2);
    ck_assert(model->flight[0].held && !model->flight[0].copy);
    ck_assert(!model->flight[1].held && model->flight[1].copy && model->flight[1].id == 4);
    say_segment(log_, 60, "B", 2, false, 4, "A", 101, 301, 0);
    go(15);
    ck_assert(model->flights == 1 && model->flight[0].id == 3);
    say(log_, 70, "W", 0, "'wire','act':'release','id':3");
    go(16);
    ck_assert(!model->flight[0].held);
    say(log_, 80, "W", 0, "'wire','act':'drop','id':3,'from':'A','to':'B','tag':'d'");
    go(17);
    ck_assert_uint_eq(model->flights, 0);
    go(16);
    ck_assert_uint_eq(model->flights, 1);
}
END_TEST

/* A packet that its receiver drops unread, because of its checksum, is not on the wire any more. */
START_TEST(flights_dropped_at_the_end) {
    say(log_, 60, "B", 0, "'drop','reason':'TCP_CHECKSUM','text':'wrong TCP checksum','seg_id':3");
    go(HANDSHAKE);
    ck_assert_uint_eq(model->flights, 1);
    go(HANDSHAKE + 1);
    ck_assert_uint_eq(model->flights, 0);
}
END_TEST

START_TEST(ends) {
    say_state(log_, 60, "B", 2, "SYN-RECEIVED", "RCV_RST", "LISTEN", "'seg_id':3");
    say(log_, 60, "A", 1, "'timer_set','timer':'USER','at':9000000000");
    say(log_, 60, "A", 1, "'ret','op':'recv','fd':1,'r':'EAGAIN'");
    say(log_, 60, "A", 1, "'ret','op':'recv','fd':1,'r':'ECONNRESET'");
    say_state(log_, 61, "A", 1, "ESTABLISHED", "RCV_RST", "CLOSED", "'seg_id':5");
    go(13);
    ck_assert(at(1, 2)->gone && at(1, 2)->state == LUCID_LISTEN && !at(1, 2)->listener);
    ck_assert(!at(1, 1)->gone);
    go(15);
    ck_assert_str_eq(at(0, 1)->error.at, "");
    go(17);
    ck_assert(at(0, 1)->gone && at(0, 1)->gone_at == 61 * LUCID_MILLISECOND && at(0, 1)->state == LUCID_CLOSED);
    ck_assert_uint_eq(at(0, 1)->timer_at[LUCID_TIMER_USER], TLOG_NONE);
    ck_assert_str_eq(at(0, 1)->error.at, "ECONNRESET");
}
END_TEST

START_TEST(a_crash) {
    say(log_, 60, "W", 0, "'cmd','text':'A crash'");
    go(13);
    ck_assert(at(0, 1)->gone && at(0, 1)->state == 0);
    ck_assert(!at(1, 2)->gone);
}
END_TEST

/* The SYN that reopens makes connection 3 in the place of 2, which nobody says goodbye to. */
START_TEST(reopened) {
    say_state(log_, 60, "B", 2, "SYN-RECEIVED", "RCV_ACK_OF_SYN", "ESTABLISHED", "'seg_id':3");
    say_state(log_, 60, "B", 2, "ESTABLISHED", "CLOSE", "FIN-WAIT-1", "'call':'close'");
    say_state(log_, 60, "B", 2, "FIN-WAIT-1", "RCV_ACK_OF_FIN", "FIN-WAIT-2", "'seg_id':7");
    say_state(log_, 60, "B", 2, "FIN-WAIT-2", "RCV_FIN", "TIME-WAIT", "'seg_id':7");
    say(log_, 60, "B", 2, "'timer_set','timer':'2MSL','at':240060000000");
    say_state(log_, 90, "B", 3, "TIME-WAIT", "RCV_NEW_SYN", "SYN-RECEIVED", "'seg_id':9");
    go(17);
    ck_assert(at(1, 2)->state == LUCID_TIME_WAIT && !at(1, 2)->gone);
    go(18);
    ck_assert(at(1, 2)->gone && at(1, 2)->timer_at[LUCID_TIMER_2MSL] == TLOG_NONE);
    ck_assert(at(1, 3)->state == LUCID_SYN_RECEIVED && at(1, 3)->born == 18);
    ck_assert_ptr_eq(model_newest(model, 1), at(1, 3));
}
END_TEST

START_TEST(questions) {
    unsigned node = 9;
    go(1);
    ck_assert_ptr_null(model_newest(model, 0));
    ck_assert_ptr_eq(model_newest(model, 1), at(1, 1));
    go(2);
    ck_assert_ptr_null(model_peer(model, 0, at(0, 1), &node));
    go(HANDSHAKE);
    ck_assert_ptr_eq(model_newest(model, 1), at(1, 2));
    ck_assert_ptr_eq(model_peer(model, 0, at(0, 1), &node), at(1, 2));
    ck_assert_uint_eq(node, 1);
    ck_assert_ptr_eq(model_peer(model, 1, at(1, 2), &node), at(0, 1));
    ck_assert_uint_eq(node, 0);
    ck_assert_ptr_null(model_find(model, 0, 0));
    ck_assert_ptr_null(model_find(model, TLOG_WIRE_NODE, 1));
}
END_TEST

START_TEST(delivered_and_edges) {
    say(log_, 60, "B", 2, "'app','k':'delivered','off':0,'count':1460");
    say(log_, 60, "B", 2, "'app','k':'delivered','off':1460,'count':40");
    go(14);
    ck_assert_uint_eq(at(1, 2)->delivered, 1500);
    unsigned edges = 0;
    for (unsigned i = 0; lucid_fsm_row(i); i++) {
        edges += model->node[0].edge_visits[i] + model->node[1].edge_visits[i];
    }
    ck_assert_uint_eq(edges, 4);
}
END_TEST

/* The kernel's end is known by what its socket says. */
START_TEST(kernel) {
    say(log_, 60, "A", 7, "'peer','state':'ESTAB','rto':204000000,'cwnd':10,'retrans':0,'by':'diag'");
    say(log_, 61, "A", 7, "'peer','state':'TIME-WAIT','by':'inferred'");
    say(log_, 62, "A", 7, "'peer','state':'CLOSE','by':'diag'");
    go(13);
    ck_assert(at(0, 7)->state == LUCID_ESTABLISHED && at(0, 7)->value[LUCID_VAR_RTO] == 204000000);
    go(14);
    ck_assert(at(0, 7)->state == LUCID_TIME_WAIT && !at(0, 7)->gone);
    go(15);
    ck_assert(at(0, 7)->gone);
}
END_TEST

/* To any event from any other: the same as from the beginning. */
START_TEST(back_and_forth) {
    uint64_t random = 1;
    for (unsigned i = 0; i < 200; i++) {
        uint32_t n = draw_below(&random, HANDSHAKE + 1);
        go(n);
        struct model *fresh = model_new(log_);
        ck_assert_int_eq(model_goto(fresh, n), 0);
        EXPECT(fresh->now == model->now && fresh->flights == model->flights);
        for (unsigned node = 0; node < 2; node++) {
            EXPECT(fresh->node[node].connections == model->node[node].connections);
            for (unsigned c = 0; c < fresh->node[node].connections; c++) {
                EXPECT(!memcmp(&fresh->node[node].connection[c], &model->node[node].connection[c],
                               sizeof(struct model_connection)));
            }
        }
        model_free(fresh);
    }
    ck_assert_int_eq(model_goto(model, 1000), 0);
    ck_assert_uint_eq(model->at, HANDSHAKE);
}
END_TEST

/* 200,000 events, with sanitizers, are folded in a moment; the limit is generous. */
START_TEST(many) {
    for (unsigned i = 0; i < 50000; i++) {
        say_segment(log_, 50 + i, "A", 1, true, 10 + i, "A", 101 + i, 301, 1);
        say(log_, 50 + i, "A", 1, "'var','nxt':%u,'flight':%u,'cwnd':14600", 102 + i, i);
        say(log_, 50 + i, "A", 1, "'timer_set','timer':'RTO','at':%u000000", 1050 + i);
        say_segment(log_, 50 + i, "B", 2, false, 10 + i, "A", 101 + i, 301, 1);
    }
    clock_t begin = clock();
    go(HANDSHAKE + 200000);
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    ck_assert_msg(seconds < 2.0, "%f s", seconds);
    ck_assert_uint_eq(model->flights, 1);
    ck_assert_int_eq(at(0, 1)->value[LUCID_VAR_SND_NXT], 50101);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("model", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, states);
    tcase_add_test(tests, timers_and_variables);
    tcase_add_test(tests, flights);
    tcase_add_test(tests, flights_dropped_at_the_end);
    tcase_add_test(tests, ends);
    tcase_add_test(tests, a_crash);
    tcase_add_test(tests, reopened);
    tcase_add_test(tests, questions);
    tcase_add_test(tests, delivered_and_edges);
    tcase_add_test(tests, kernel);
    tcase_add_test(tests, back_and_forth);
    tcase_add_test(tests, many);
    return unit_run(suite);
}
