/* test_judge.c: each kind of check passes where it should, and fails where it should, over runs of the simulated world.
 */
#include "lab/check.h"
#include "lab/lab_play.h"
#include "unit/unit.h"

#include <stdio.h>

#define PAIR "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app sink\niss A 99\niss B 299\n"
#define CLIENTS "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app never-close\niss A 99\niss B 299\n"

static const struct {
    const char *setup, *commands, *kind, *body;
    bool passes;
    const char *got; /* a part of what is said to have come */
} CHECKS[] = {
    /* states */
    {PAIR, "A connect B:80\nrun 1s", "states", "A \"CLOSED SYN-SENT ESTABLISHED\"", true, ""},
    {PAIR, "A connect B:80\nrun 1s", "states", "A \"SYN-SENT ESTABLISHED\"", true, ""},
    {PAIR, "A connect B:80\nrun 1s", "states", "A \"ESTABLISHED\"", false, "CLOSED SYN-SENT ESTABLISHED"},
    {PAIR, "A connect B:80\nrun 1s", "states", "A \"CLOSED SYN-SENT\"", false, "ESTABLISHED"},
    {PAIR, "A connect B:80\nrun 1s", "states", "B \"LISTEN SYN-RECEIVED ESTABLISHED\"", true, ""},
    {PAIR, "A connect B:80\nrun 1s\nA close\nrun 1s", "states",
     "A \"CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 (FIN-WAIT-2) TIME-WAIT\"", true, ""},
    {PAIR, "A connect B:80\nrun 1s\nA close\nrun 1s", "states",
     "A \"CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT\"", false, "(FIN-WAIT-2)"},
    {PAIR, "A connect B:80\nrun 1s\nwire drop next A->B where ACK nth 1\nA close\nrun 5s", "states",
     "A \"SYN-SENT ESTABLISHED FIN-WAIT-1 (FIN-WAIT-2) TIME-WAIT TIME-WAIT\"", true, ""}, /* begun again by a FIN */
    {PAIR, "A connect B:80\nrun 1s\nA abort\nA connect B:80\nrun 1s", "states",
     "A[1] \"CLOSED SYN-SENT ESTABLISHED CLOSED\"", true, ""},
    {PAIR, "A connect B:80\nrun 1s", "states", "A[2] \"CLOSED SYN-SENT ESTABLISHED\"", false, "no such connection"},
    {PAIR, "run 1s", "states", "A \"CLOSED SYN-SENT\"", false, "no such connection"},
    /* count, eq */
    {PAIR, "A connect B:80\nrun 1s", "count", "seg_tx(A,SYN) = 1", true, ""},
    {PAIR, "A connect B:80\nrun 1s", "count", "seg_tx(A,SYN) = 2", false, "1"},
    {PAIR, "A connect B:80\nrun 1s", "count", "seg_tx(A,SYN) >= 1", true, ""},
    {PAIR, "A connect B:80\nrun 1s", "eq", "A.state = ESTABLISHED", true, ""},
    {PAIR, "A connect B:80\nrun 1s", "eq", "A.state = CLOSED", false, "ESTABLISHED"},
    {PAIR, "A connect B:80\nrun 1s", "eq", "A.iss + 1 = seg_tx(B,SYNACK).ack", true, ""},
    /* same */
    {PAIR, "wire drop next A->B where SYN count 2\nA connect B:80\nrun 5s", "same", "seg_tx(A,SYN).seq", true, ""},
    {PAIR, "wire drop next A->B where SYN count 2\nA connect B:80\nrun 5s", "same", "seg_tx(A,SYN).t", false, "3.000"},
    {PAIR, "A connect B:80\nrun 5s", "same", "seg_tx(A,SYN).seq", false, "99"},
    {PAIR, "A connect B:80\nrun 5s", "same", "state(A).src", true, ""},
    {PAIR, "A connect B:80\nrun 5s", "same", "state(A).to", false, "SYN-SENT"},
    /* order */
    {PAIR, "A connect B:80\nrun 1s", "order", "seg_tx(A,SYN), seg_tx(B,SYNACK), seg_tx(A,ACK)", true, ""},
    {PAIR, "A connect B:80\nrun 1s", "order", "seg_tx(A,SYN), seg_tx(A,ACK), seg_tx(B,SYNACK)", false, "at event"},
    {PAIR, "A connect B:80\nrun 1s", "order", "seg_tx(A,SYN), seg_tx(A,FIN)", false, "never"},
    /* time */
    {PAIR, "wire drop next A->B where SYN count 2\nA connect B:80\nrun 5s", "time", "seg_tx(A,SYN).t = 0, 1, 3 tol 1ms",
     true, ""},
    {PAIR, "wire drop next A->B where SYN count 2\nA connect B:80\nrun 5s", "time", "seg_tx(A,SYN).t = 0, 1, 2 tol 1ms",
     false, "0.000 1.000 3.000"},
    {PAIR, "wire drop next A->B where SYN count 2\nA connect B:80\nrun 5s", "time", "seg_tx(A,SYN).t = 0, 1 tol 1ms",
     false, "3.000"},
    {PAIR, "A connect B:80\nrun 5s", "time", "seg_rx(B,SYN).t = 20ms tol 1ms", true, ""},
    {PAIR, "A connect B:80\nrun 5s", "time", "seg_rx(B,SYN).t = 20ms", false, "0.020"},
    {PAIR, "A connect B:80\nrun 5s", "time", "seg_rx(B,SYN).t < 1s", true, ""},
    {PAIR, "A connect B:80\nrun 5s", "time", "seg_rx(B,FIN).t < 1s", false, "nothing"},
    /* fields */
    {PAIR, "A connect B:80\nrun 1s", "fields", "seg_tx(B,SYNACK) seq 299 ack 100 fl SA len 0", true, ""},
    {PAIR, "A connect B:80\nrun 1s", "fields", "seg_tx(B,SYNACK) seq 300", false, "seq 299"},
    {PAIR, "A connect B:80\nrun 1s", "fields", "seg_tx(B,SYNACK) seq 299 fl S", false, "fl SA"},
    {PAIR, "A connect B:80\nrun 1s", "fields", "seg_tx(B,SYNACK) ack A.iss + 1 seq B.iss", true, ""},
    {PAIR, "A connect B:80\nrun 1s", "fields", "seg_tx(B,RST) seq 299", false, "nothing"},
    /* none */
    {PAIR, "A connect B:80\nrun 1s", "none", "seg_tx(any,RST)", true, ""},
    {PAIR, "A connect B:81\nrun 1s", "none", "seg_tx(any,RST)", false, "the first is event"},
    /* figure */
    {CLIENTS, "A connect B:80\nrun 1s\nA close\nrun 100ms\nB close\nrun 1s", "figure", "9293:12", true, "the same"},
    {PAIR, "A connect B:80\nrun 1s\nA close\nrun 1s", "figure", "9293:12", false, "no such segment from B"},
    {CLIENTS, "A connect B:80\nrun 1s\nA close\nB close\nrun 1s", "figure", "9293:13", true, "the same"},
    {CLIENTS, "A connect B:80\nrun 1s\nA close\nB close\nrun 1s", "figure", "9293:12", false, "no such segment from B"},
    {CLIENTS, "A connect B:80\nrun 1s\nA send \"x\"\nA close\nrun 1s", "figure", "9293:12", false, "no such segment"},
    {PAIR, "A connect B:80\nrun 1s", "figure", "9293:6", false, "no such segment from A"},
    /* error */
    {PAIR, "A connect B:81\nrun 1s", "error", "A connect ECONNREFUSED", true, ""},
    {PAIR, "A connect B:81\nrun 1s", "error", "A connect ETIMEDOUT", false, "ECONNREFUSED at 0.040 s"},
    {PAIR, "A connect B:81\nrun 1s", "error", "A connect ECONNREFUSED after 1s", false, "ECONNREFUSED at 0.040 s"},
    {PAIR, "A connect B:81\nrun 1s", "error", "A connect ECONNREFUSED before 1s after 10ms", true, ""},
    {PAIR, "run 1s", "error", "A connect ECONNREFUSED", false, "no error"},
    /* bytes */
    {PAIR, "A connect B:80\nrun 1s\nA send 10KB\nrun 5s", "bytes", "A->B", true, ""},
    {PAIR, "A connect B:80\nrun 1s\nA send 10KB\nrun 5s", "bytes", "A->B = 10000", true, ""},
    {PAIR, "A connect B:80\nrun 1s\nA send 10KB\nrun 5s", "bytes", "A->B = 9999", false, "10000"},
    {PAIR, "A connect B:80\nrun 1s\nwire cut\nA send 10KB\nrun 5s", "bytes", "A->B", false, "0 octets"},
    {PAIR, "A connect B:80\nrun 1s", "bytes", "A->B", false, "0 octets"},
    /* ghosts */
    {PAIR, "A connect B:80\nrun 1s", "ghosts", "B = 0", true, ""},
    {PAIR, "A connect B:80\nrun 1s\nA crash\nrun 1s", "ghosts", "B = 0", false, "1"},
    {PAIR, "A connect B:80\nrun 1s\nA crash\nA restart\nrun 1s", "ghosts", "B = 1", true, ""},
    {PAIR, "A connect B:80\nrun 1s\nA send 10KB\nrun 5s", "ghosts", "bytes B = 0", true, ""},
    {"node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app sink\nnode M 10.77.0.66 app attacker\nset timestamps off\n",
     "A connect B:80\nrun 1s\nM forge A->B PSH,ACK seq nxt ack nxt data \"evil\"\nrun 1s", "ghosts", "bytes B = 0",
     false, "4"},
    /* stuck */
    {PAIR "without persist\n",
     "A connect B:80\nrun 100ms\nB read off\nA send 3MB\nrun 20s\nwire drop next B->A count 1\nB read on\nrun 300s",
     "stuck", "", true, "A waits for a window from B"},
    {PAIR, "A connect B:80\nrun 1s", "stuck", "", false, "nothing happens until an application acts"},
    {PAIR, "A connect B:80\nrun 1s\nwire cut\nA send \"x\"\nrun 5s", "stuck", "", false, "RTO timer runs"},
    {PAIR, "A connect B:80\nrun 1s\nA send \"x\"\nrun 10ms", "stuck", "", false, "is on the wire"},
    /* fit */
    {PAIR, "wire drop next A->B where SYN count 9\nA connect B:80\nrun 100s", "fit", "diff seg_tx(A,SYN).t double",
     true, "1 2 4 8"},
    {PAIR, "wire drop next A->B where SYN count 9\nA connect B:80\nrun 100s", "fit", "diff seg_tx(A,SYN).t linear",
     false, "1 2 4 8"},
    {PAIR, "wire drop next A->B where SYN count 9\nA connect B:80\nrun 100s", "fit", "diff seg_tx(A,SYN).t flat", false,
     "1 2 4 8"},
    {PAIR, "A connect B:80\nrun 5s", "fit", "A.cwnd flat every 500ms from 1s to 4s", true, ""},
    {PAIR, "A connect B:80\nrun 5s", "fit", "A.cwnd double every 500ms from 1s to 4s", false, ""},
    {PAIR, "A connect B:80\nrun 5s", "fit", "now linear every 500ms from 0s to 4s", false, ""},
    {PAIR, "A connect B:80 app source 1MB\nrun 5s", "fit", "A.nxt linear every 50ms from 400ms to 700ms", true, ""},
    /* breaks */
    {PAIR "without backoff\n", "wire cut\nA connect B:80\nrun 20s", "breaks", "backoff count seg_tx(A,SYN) > 10", true,
     ""},
    {PAIR, "wire cut\nA connect B:80\nrun 20s", "breaks", "backoff count seg_tx(A,SYN) > 10", false, "5"},
    {PAIR, "wire cut\nA connect B:80\nrun 20s", "breaks", "backoff count seg_tx(A,SYN) > 3", false,
     "backoff was not taken away"},
};

START_TEST(checks) {
    struct lab_play *play = lab_play_open(7, CHECKS[_i].setup);
    struct check_result result;
    char error[LAB_ERROR];
    lab_play_do(play, CHECKS[_i].commands);
    struct model *model = model_new(play->log);
    ck_assert_int_eq(model_goto(model, tlog_count(play->log)), 0);
    struct scenario_check check = {.kind.text = CHECKS[_i].kind, .body.text = CHECKS[_i].body, .points = 3};
    ck_assert_msg(check_run(&check, model, &result, error) == 0, "%s %s: %s", CHECKS[_i].kind, CHECKS[_i].body, error);
    ck_assert_msg(result.passed == CHECKS[_i].passes, "%s %s: want %s, got %s", CHECKS[_i].kind, CHECKS[_i].body,
                  result.want.data, result.got.data);
    ck_assert_uint_eq(result.points, CHECKS[_i].passes ? 3 : 0);
    ck_assert_uint_eq(result.of, 3);
    ck_assert_msg(strstr(result.got.data, CHECKS[_i].got), "%s %s: got %s", CHECKS[_i].kind, CHECKS[_i].body,
                  result.got.data);
    check_result_free(&result);
    model_free(model);
    lab_play_close(play);
}
END_TEST

/* Where a check fails, the story is told: the latest lines, without detail. */
START_TEST(story) {
    struct lab_play *play = lab_play_open(7, PAIR);
    struct text out = text_growing();
    lab_play_do(play, "A connect B:80\nrun 1s");
    struct model *model = model_new(play->log);
    check_story(&out, model, tlog_count(play->log), 100);
    ck_assert_ptr_nonnull(strstr(out.data, "SEQ 99"));
    ck_assert_ptr_nonnull(strstr(out.data, "goes to ESTABLISHED"));
    ck_assert_ptr_null(strstr(out.data, "events before"));
    text_free(&out);
    out = text_growing();
    check_story(&out, model, tlog_count(play->log), 2);
    ck_assert_ptr_nonnull(strstr(out.data, "events before)"));
    ck_assert_ptr_null(strstr(out.data, "sends SYN to B"));
    text_free(&out);
    model_free(model);
    lab_play_close(play);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("judge", &tests);
    tcase_add_loop_test(tests, checks, 0, (int)(sizeof CHECKS / sizeof *CHECKS));
    tcase_add_test(tests, story);
    return unit_run(suite);
}
