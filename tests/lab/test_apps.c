/* test_apps.c: the applications of nodes, and what can be asked of a node. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "lab/lab_play.h"

static struct lab_play *play;

static void begin(const char *setup) {
    play = lab_play_open(7, setup);
}

static void end(void) {
    lab_play_close(play);
}

/* A world with this application at B. */
static void with(const char *app) {
    char setup[200];
    snprintf(setup, sizeof setup, "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app %s", app);
    begin(setup);
}

static const char *state_of(const char *node, uint32_t c) {
    const char *states = lab_play_states(play, node, c), *last = strrchr(states, ' ');
    return last ? last + 1 : states;
}

/* ---- servers ---- */

START_TEST(echo) {
    with("echo");
    lab_play_do(play, "A connect B:80\nA send \"hello\"\nrun 1s\nA send \" again\"\nrun 1s\nA shutdown\nrun");
    ck_assert_uint_eq(lab_play_octets(play, "A", "read"), 11);
    ck_assert_str_eq(state_of("B", 2), "CLOSED");
    end();
}
END_TEST

START_TEST(sink_and_source) {
    with("sink");
    lab_play_do(play, "A connect B:80 app source 300KB\nrun");
    ck_assert_uint_eq(lab_play_octets(play, "A", "wrote"), 300000);
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 300000);
    ck_assert_str_eq(state_of("A", 1), "CLOSED");
    ck_assert_str_eq(state_of("B", 2), "CLOSED");
    end();
}
END_TEST

START_TEST(a_source_may_listen) {
    with("source 20KB");
    lab_play_do(play, "A connect B:80 app close-on-eof\nrun");
    ck_assert_uint_eq(lab_play_octets(play, "A", "read"), 20000);
    ck_assert_str_eq(lab_play_states(play, "B", 2),
                     "LISTEN SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED");
    end();
}
END_TEST

START_TEST(think_then_close) {
    with("think-then-close 1500ms");
    lab_play_do(play, "A connect B:80\nrun 1s\nA close\nrun 1s");
    ck_assert_str_eq(state_of("B", 2), "CLOSE-WAIT");
    lab_play_do(play, "run 1s");
    ck_assert_str_eq(state_of("B", 2), "CLOSED");
    end();
}
END_TEST

/* Read 1000 octets each 100 ms, 20000 take two seconds at least, and the window has closed meanwhile. */
START_TEST(slow_reader) {
    with("slow-reader 1000 100ms");
    lab_play_do(play, "B set rcvbuf 4KB\nA connect B:80 app source 20KB\nrun 1s");
    uint64_t early = lab_play_octets(play, "B", "read");
    ck_assert_uint_ge(early, 7000);
    ck_assert_uint_le(early, 10000);
    lab_play_do(play, "run");
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 20000);
    ck_assert_str_eq(state_of("B", 2), "CLOSED");
    end();
}
END_TEST

START_TEST(never_close) {
    with("never-close");
    for (unsigned i = 0; i < 20; i++) {
        lab_play_do(play, "A connect B:80\nrun 200ms\nA close");
    }
    lab_play_do(play, "run");
    for (uint32_t c = 2; c < 22; c++) {
        ck_assert_str_eq(state_of("B", c), "CLOSE-WAIT");
    }
    end();
}
END_TEST

/* ---- clients ---- */

static uint64_t ten_rounds(const char *options) {
    char setup[200];
    snprintf(setup, sizeof setup, "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app write-write-read\n%s", options);
    begin(setup);
    lab_play_do(play, "A connect B:80 app write-write-read 1 rounds 10\nrun 60s");
    ck_assert_uint_eq(lab_play_octets(play, "A", "read"), 10);
    uint64_t t = lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_FIN | LUCID_ACK, 1)->t;
    end();
    return t;
}

/* Nagle's algorithm and the delayed acknowledgment together cost 200 ms a round; either of them alone costs none. */
START_TEST(write_write_read) {
    uint64_t both = ten_rounds(""), nodelay = ten_rounds("A set nodelay on"), quick = ten_rounds("set delack off");
    ck_assert_uint_gt(both, nodelay + 1500000000);
    ck_assert_uint_gt(both, quick + 1000000000);
    ck_assert_uint_lt(nodelay, quick);
}
END_TEST

static const char *answer_to(const char *request) {
    char line[600];
    snprintf(line, sizeof line, "A connect B:80 app httpraw %s\nrun 5s", request);
    with("httpd");
    lab_play_do(play, "A set nodelay on");
    lab_play_do(play, line);
    return lab_play_event(play, TLOG_HTTP, "B", lab_play_count(play, TLOG_HTTP, "B"))->u.say.text.at;
}

START_TEST(httpd_and_httpraw) {
    ck_assert_str_eq(answer_to("chunks 1"), "HTTP/1.1 200 OK");
    ck_assert_str_eq(lab_play_event(play, TLOG_HTTP, "B", 1)->u.say.text.at, "GET / HTTP/1.1");
    ck_assert_str_eq(lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_PSH | LUCID_ACK, 1)->u.segment.payload.at, "G");
    ck_assert_str_eq(lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_PSH | LUCID_ACK, 2)->u.segment.payload.at, "E");
    end();
    ck_assert_str_eq(answer_to("\"GET /none HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\""), "HTTP/1.1 404 Not Found");
    end();
    ck_assert_str_eq(answer_to("\"nonsense\\r\\n\\r\\n\""), "HTTP/1.1 400 Bad Request");
    end();
}
END_TEST

START_TEST(httpd_where_somebody_listens) {
    with("httpd");
    lab_play_do(play, "B listen 80 app httpd");
    const struct tlog_event *ret = lab_play_event(play, TLOG_RET, "B", lab_play_count(play, TLOG_RET, "B"));
    ck_assert_uint_eq(ret->u.call.call, LUCID_CALL_LISTEN);
    ck_assert_str_eq(ret->u.call.result.at, "EADDRINUSE");
    end();
}
END_TEST

START_TEST(two_requests_in_one_segment) {
    (void)answer_to("\"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\nGET /none HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"");
    ck_assert_uint_eq(lab_play_count(play, TLOG_HTTP, "B"), 4);
    end();
}
END_TEST

/* ---- what is asked of a node ---- */

START_TEST(reading_is_turned_off_and_on) {
    begin("node A 10.77.0.1\nnode B 10.77.0.2\nB set rcvbuf 4KB\nB listen 80");
    lab_play_do(play, "A connect B:80\nrun 200ms\nB read off\nA send 10KB\nrun 60s");
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 0);
    const struct tlog_event *last = lab_play_event(play, TLOG_TIMER_FIRE, "A", 1);
    ck_assert_uint_eq(last->u.timer.timer, LUCID_TIMER_PERSIST);
    lab_play_do(play, "B read 100");
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 100);
    lab_play_do(play, "B read on\nrun 120s");
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 10000);
    end();
}
END_TEST

START_TEST(close_waits_for_what_is_to_be_sent) {
    with("sink");
    lab_play_do(play, "A set sndbuf 8KB\nA connect B:80\nrun 200ms\nA send 200KB\nA close\nrun");
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 200000);
    ck_assert_str_eq(state_of("A", 1), "CLOSED");
    end();
}
END_TEST

START_TEST(linger_and_abort_send_rst) {
    with("sink");
    lab_play_do(play, "A set linger 0\nA connect B:80\nrun 200ms\nA close\nrun 1s\nA connect B:80\nrun 200ms\nA abort\n"
                      "run 1s");
    ck_assert_str_eq(lab_play_states(play, "A", 1), "CLOSED SYN-SENT ESTABLISHED CLOSED");
    ck_assert_str_eq(lab_play_states(play, "A", 2), "CLOSED SYN-SENT ESTABLISHED CLOSED");
    ck_assert_str_eq(state_of("B", 2), "CLOSED");
    const struct tlog_event *ret = NULL;
    for (unsigned k = 1; k <= lab_play_count(play, TLOG_RET, "B"); k++) {
        const struct tlog_event *event = lab_play_event(play, TLOG_RET, "B", k);
        ret = event->u.call.call == LUCID_CALL_RECV ? event : ret;
    }
    ck_assert_str_eq(ret->u.call.result.at, "ECONNRESET");
    end();
}
END_TEST

/* Half-open: the peer does not know, until it hears of it. Connections of a new life have new numbers. */
START_TEST(crash_and_restart) {
    with("sink");
    lab_play_do(play, "A connect B:80 from 40000\nrun 200ms\nA crash\nrun 3600s");
    ck_assert_str_eq(state_of("B", 2), "ESTABLISHED");
    ck_assert_uint_eq(lab_play_sent(play, "A", LUCID_RST), 0);
    ck_assert(lab_play_refused(play, "A connect B:80"));
    ck_assert_uint_eq(lab_play_app(play, "A", "crash"), 1);
    lab_play_do(play, "A restart\nA connect B:80 from 40000\nrun 10s");
    ck_assert_str_eq(lab_play_states(play, "A", 1), "CLOSED SYN-SENT ESTABLISHED");
    ck_assert_str_eq(lab_play_states(play, "A", 2), "CLOSED SYN-SENT ESTABLISHED");
    ck_assert_str_eq(state_of("B", 2), "CLOSED");
    end();
}
END_TEST

START_TEST(a_packet_to_a_crashed_node) {
    with("sink");
    lab_play_do(play, "A connect B:80\nrun 200ms\nB crash\nA send \"x\"\nrun 100ms");
    ck_assert_str_eq(lab_play_wire(play, TLOG_WIRE_DROP, 1)->u.wire.tag.at, "crashed");
    end();
}
END_TEST

/* The port is still taken, and the application is told so, though the stack has no event for bind(). */
START_TEST(restart_of_a_server_in_time_wait) {
    begin("node A 10.77.0.1\nnode B 10.77.0.2 listen 80");
    lab_play_do(play, "A connect B:80 app close-on-eof\nrun 200ms\nB close\nrun 1s\nB#1 close\nB listen 80");
    const struct tlog_event *ret = lab_play_event(play, TLOG_RET, "B", lab_play_count(play, TLOG_RET, "B"));
    ck_assert_uint_eq(ret->u.call.call, LUCID_CALL_LISTEN);
    ck_assert_str_eq(ret->u.call.result.at, "EADDRINUSE");
    lab_play_do(play, "B set reuseaddr on\nB listen 80");
    ret = lab_play_event(play, TLOG_RET, "B", lab_play_count(play, TLOG_RET, "B"));
    ck_assert_uint_eq(ret->u.call.result.length, 0);
    end();
}
END_TEST

START_TEST(refused) {
    begin("node A 10.77.0.1\nnode B 10.77.0.2");
    lab_play_do(play, "A connect B:81\nrun");
    const struct tlog_event *ret = lab_play_event(play, TLOG_RET, "A", lab_play_count(play, TLOG_RET, "A"));
    ck_assert_uint_eq(ret->u.call.call, LUCID_CALL_OPEN);
    ck_assert_str_eq(ret->u.call.result.at, "ECONNREFUSED");
    end();
}
END_TEST

/* ---- what is set ---- */

static bool syn_has(const char *set, const char *option) {
    bool has = false;
    with("sink");
    lab_play_do(play, set);
    lab_play_do(play, "A connect B:80");
    const struct tlog_text *options = &lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_SYN, 1)->u.segment.options;
    for (uint32_t i = 0; i < options->length;) {
        has |= options->at[i] == option[0];
        i += options->at[i] == 1 ? 1 : (uint32_t)(uint8_t)options->at[i + 1];
    }
    end();
    return has;
}

START_TEST(options_of_the_syn) {
    ck_assert(syn_has("", "\x08"));
    ck_assert(!syn_has("A set timestamps off", "\x08"));
    ck_assert(syn_has("", "\x04"));
    ck_assert(!syn_has("A set sack off", "\x04"));
    ck_assert(syn_has("", "\x03"));
    ck_assert(!syn_has("A set wscale off", "\x03"));
}
END_TEST

static const char *const KEYS[] = {
    "nodelay on", "delack 100ms",  "delack off",      "keepalive on",  "keepidle 2h", "reuseaddr on",   "linger 0",
    "linger off", "rcvbuf 8KB",    "sndbuf 8KB",      "cc newreno",    "sack off",    "timestamps off", "iw 2",
    "msl 5s",     "rto-min 200ms", "usertimeout 30s", "challenge off", "rfc1337 off", "syncookies on",  "mtu 1400",
};

START_TEST(every_key) {
    begin("node A 10.77.0.1\nnode B 10.77.0.2");
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        char line[80];
        snprintf(line, sizeof line, "A set %s", KEYS[i]);
        lab_play_do(play, line);
        snprintf(line, sizeof line, "set %s", KEYS[i]);
        lab_play_do(play, line);
    }
    end();
}
END_TEST

START_TEST(msl_is_in_the_header_and_in_the_wait) {
    begin("node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app sink\nset msl 5s");
    ck_assert_uint_eq(tlog_header(play->log)->msl, 5000000000);
    lab_play_do(play, "A connect B:80\nrun 1s\nA close\nrun");
    const struct tlog_event *fire = lab_play_event(play, TLOG_TIMER_FIRE, "A", 1);
    ck_assert_uint_eq(fire->u.timer.timer, LUCID_TIMER_2MSL);
    ck_assert_uint_lt(fire->t, 12000000000);
    end();
}
END_TEST

/* Who has been silent for longer than that is asked at once. */
START_TEST(keepalive_after_three_hours) {
    with("sink");
    lab_play_do(play, "A connect B:80\nrun 3h\nA set keepalive on\nrun 1s");
    const struct tlog_event *fire = lab_play_event(play, TLOG_TIMER_FIRE, "A", 1);
    ck_assert_uint_eq(fire->u.timer.timer, LUCID_TIMER_KEEPALIVE);
    ck_assert_uint_eq(fire->t, 3 * 3600 * LUCID_SECOND);
    end();
}
END_TEST

START_TEST(pinned_numbers) {
    begin("node A 10.77.0.1\nnode B 10.77.0.2 listen 80\niss A 90 100");
    lab_play_do(play, "A connect B:80\nA abort\nA connect B:80\nrun 1s\nA connect B:80");
    ck_assert_uint_eq(lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_SYN, 1)->u.segment.seq, 90);
    ck_assert_uint_eq(lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_SYN, 2)->u.segment.seq, 100);
    ck_assert_uint_eq(lab_play_segment(play, TLOG_SEG_TX, "A", LUCID_SYN, 3)->u.segment.seq, 100 + 64000 + 250000);
    end();
}
END_TEST

/* A stack that is made anew gives numbers that nobody had. */
START_TEST(set_after_a_listener) {
    begin("node A 10.77.0.1\nnode B 10.77.0.2");
    lab_play_do(play, "B listen 80\nB close\nB set msl 5s\nB listen 80");
    ck_assert_str_eq(lab_play_states(play, "B", 1), "CLOSED LISTEN CLOSED");
    ck_assert_str_eq(lab_play_states(play, "B", 2), "CLOSED LISTEN");
    end();
}
END_TEST

/* ---- the attacker ---- */

START_TEST(forged_resets) {
    begin("node A 10.77.0.1\nnode B 10.77.0.2 listen 80\nnode M 10.77.0.3 app attacker\nset timestamps off");
    lab_play_do(play, "A connect B:80 from 40000\nrun 1s\nM forge A->B RST seq end+100\nrun 1s");
    ck_assert_str_eq(state_of("B", 2), "ESTABLISHED");
    lab_play_do(play, "M forge A:40000->B:80 RST seq nxt+5\nrun 1s");
    const struct tlog_event *rule = lab_play_event(play, TLOG_RULE, "B", lab_play_count(play, TLOG_RULE, "B"));
    ck_assert_uint_eq(rule->u.rule.outcome, LUCID_OUTCOME_CHALLENGE_ACK);
    lab_play_do(play, "M forge A->B SYN seq nxt\nrun 1s");
    ck_assert_str_eq(state_of("B", 2), "ESTABLISHED");
    lab_play_do(play, "M forge A->B RST seq nxt\nrun 1s");
    ck_assert_str_eq(state_of("B", 2), "CLOSED");
    ck_assert_uint_eq(lab_play_count(play, TLOG_SEG_TX, "M"), 4);
    ck_assert(lab_play_refused(play, "A forge A->B RST seq nxt"));
    ck_assert(lab_play_refused(play, "M forge A->B RST seq nxt"));
    end();
}
END_TEST

START_TEST(forged_data) {
    begin("node A 10.77.0.1\nnode B 10.77.0.2 listen 80\nnode M 10.77.0.3 app attacker\nset timestamps off");
    lab_play_do(play, "A connect B:80\nrun 1s\nM forge A->B ACK seq nxt ack nxt win 100 data \"evil\"\nrun 1s");
    ck_assert_uint_eq(lab_play_octets(play, "B", "read"), 4);
    end();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("apps");
    TCase *tcase = tcase_create("apps");
    tcase_add_test(tcase, echo);
    tcase_add_test(tcase, sink_and_source);
    tcase_add_test(tcase, a_source_may_listen);
    tcase_add_test(tcase, think_then_close);
    tcase_add_test(tcase, slow_reader);
    tcase_add_test(tcase, never_close);
    tcase_add_test(tcase, write_write_read);
    tcase_add_test(tcase, httpd_and_httpraw);
    tcase_add_test(tcase, httpd_where_somebody_listens);
    tcase_add_test(tcase, two_requests_in_one_segment);
    tcase_add_test(tcase, reading_is_turned_off_and_on);
    tcase_add_test(tcase, close_waits_for_what_is_to_be_sent);
    tcase_add_test(tcase, linger_and_abort_send_rst);
    tcase_add_test(tcase, crash_and_restart);
    tcase_add_test(tcase, a_packet_to_a_crashed_node);
    tcase_add_test(tcase, restart_of_a_server_in_time_wait);
    tcase_add_test(tcase, refused);
    tcase_add_test(tcase, options_of_the_syn);
    tcase_add_test(tcase, every_key);
    tcase_add_test(tcase, msl_is_in_the_header_and_in_the_wait);
    tcase_add_test(tcase, keepalive_after_three_hours);
    tcase_add_test(tcase, pinned_numbers);
    tcase_add_test(tcase, set_after_a_listener);
    tcase_add_test(tcase, forged_resets);
    tcase_add_test(tcase, forged_data);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
