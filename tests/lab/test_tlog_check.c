/* test_tlog_check.c: logs of worlds are true, whatever happens in them; forged ones are refused, each for its reason.
 */
#include "lab/tlog_check.h"
#include "lab_play.h"
#include "log_lines.h"
#include "unit/unit.h"

#include <stdio.h>

static struct tlog_report report;

/* What went wrong first, or "". */
static const char *verdict(const struct tlog *log) {
    ck_assert_int_eq(tlog_check(log, &report), 0);
    return report.faults ? report.fault[0].text : "";
}

/* ---- true ones ---- */

#define SETUP "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app echo"

static const char *const STORIES[] = {
    "A connect B:80\nrun 5s\nA send 20000\nrun 5s\nA close\nrun 300s",
    "wire drop next A->B where SYN count 2\nA connect B:80\nrun 20s\nA send 2MB\nrun 60s\nA close\nrun 300s",
    "wire loss 5%\nA connect B:80\nrun 60s\nA send 300000\nrun 200s\nA close\nrun 900s",
    ("A connect B:80\nrun 1s\nwire hold next A->B where len>0 tag h\nA send 20000\nrun 1s\nwire release h\n"
     "wire dup next A->B where len>0\nA send 2000\nwire corrupt next A->B where len>0\nA send 3000\nrun 5s\nA "
     "abort\nrun 9s"),
    "A connect B:80\nrun 1s\nA close\nwire drop next A->B where ACK\nrun 300s",
    "A connect B:80\nrun 1s\nwire cut\nA send 5\nrun 400s\nwire heal\nB crash\nB restart\nrun 3s",
    "wire rate 1mbit\nwire queue 4\nA connect B:80\nrun 1s\nA send 500000\nrun 100s\nA crash\nrun 5s",
    "A connect B:99\nrun 1s\nA connect B:80 from 40000\nrun 1s\nA close\nrun 300s\nA connect B:80 from "
    "40000\nrun 2s",
};

START_TEST(true_logs) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct lab_play *play = lab_play_open(seed, SETUP);
        lab_play_do(play, STORIES[_i]);
        ck_assert_msg(!*verdict(play->log), "seed %u, event %u: %s", (unsigned)seed, report.fault[0].event,
                      report.fault[0].text);
        ck_assert_uint_gt(tlog_count(play->log), 20);
        lab_play_close(play);
    }
}
END_TEST

/* ---- forged ones ---- */

static struct text lines; /* of the log that is forged */

static void setup(void) {
    struct lab_play *play = lab_play_open(7, SETUP);
    lab_play_do(play, "A connect B:80\nrun 1s\nwire drop next A->B where len>0 tag d\nA send 5\nrun 5s\n"
                      "wire hold next A->B where FIN tag h\nA close\nrun 100ms\nwire release h\nrun 300s");
    size_t length;
    const char *all = tlog_lines(play->log, &length);
    lines = text_growing();
    text_put_octets(&lines, all, length);
    lab_play_close(play);
}

static void teardown(void) {
    text_free(&lines);
}

/* The k-th line (from 1) that has this piece; NULL: there is none. */
static char *line_with(const char *piece, unsigned k) {
    char *at = lines.data;
    while (k-- > 0) {
        at = strstr(at, piece);
        if (!at) {
            return NULL;
        }
        at = strchr(at, '\n') + 1;
    }
    do {
        at--;
    } while (at > lines.data && at[-1] != '\n');
    return at;
}

/* Puts `new` in the place of `length` octets at a place of the text. */
static void splice(char *at, size_t length, const char *new) {
    struct text changed = text_growing();
    text_put_octets(&changed, lines.data, (size_t)(at - lines.data));
    text_put(&changed, new);
    text_put(&changed, at + length);
    text_free(&lines);
    lines = changed;
}

/* In the k-th line with a piece, old becomes new. old NULL: new is put in front of the line. */
static void forge(const char *piece, unsigned k, const char *old, const char *new) {
    char *line = line_with(piece, k);
    ck_assert_msg(line != NULL, "no line with %s", piece);
    char *at = old ? strstr(line, old) : line;
    ck_assert_msg(at != NULL && (!old || at < strchr(line, '\n')), "no %s in the line with %s", old, piece);
    splice(at, old ? strlen(old) : 0, new);
}

static void take_away(const char *piece, unsigned k) {
    char *line = line_with(piece, k);
    ck_assert_msg(line != NULL, "no line with %s", piece);
    splice(line, (size_t)(strchr(line, '\n') + 1 - line), "");
}

/* Numbers from 1 again, as a careful forger would have it. */
static void renumber(void) {
    struct text changed = text_growing();
    unsigned number = 0;
    for (char *at = lines.data; *at; number++) {
        char *end = strchr(at, '\n') + 1;
        if (number > 0) {
            char *comma = strchr(at, ',');
            text_format(&changed, "{\"i\":%u", number);
            at = comma;
        }
        text_put_octets(&changed, at, (size_t)(end - at));
        at = end;
    }
    text_free(&lines);
    lines = changed;
}

static void expect(const char *why) {
    struct tlog *log = tlog_new();
    char error[LAB_ERROR];
    for (char *at = lines.data; *at;) {
        char *end = strchr(at, '\n') + 1;
        ck_assert_msg(!tlog_add(log, at, (size_t)(end - at), error), "%s", error);
        at = end;
    }
    const char *first = verdict(log);
    bool found = !*why && !*first;
    for (unsigned i = 0; i < report.faults && i < TLOG_FAULTS_MAX; i++) {
        found |= *why && strstr(report.fault[i].text, why) != NULL;
    }
    ck_assert_msg(found, "expected: %s\ngot: %s", why, first);
    tlog_free(log);
}

START_TEST(not_forged) {
    renumber();
    expect("");
}
END_TEST

/* A line that is changed: the piece that finds it, what stands there, what is put there, the reason of the refusal. */
static const struct forgery {
    const char *piece;
    unsigned k;
    const char *old, *new, *why;
} FORGERIES[] = {
    {"\"to\":\"FIN-WAIT-1\"", 1, "\"to\":\"FIN-WAIT-1\"", "\"to\":\"TIME-WAIT\"", "which is not what row"},
    {"\"to\":\"FIN-WAIT-1\"", 1, "\"from\":\"ESTABLISHED\"", "\"from\":\"SYN-RECEIVED\"",
     "goes from SYN-RECEIVED to FIN-WAIT-1, but it was in ESTABLISHED since event"},
    {"\"to\":\"FIN-WAIT-1\"", 1, "ESTABLISHED:CLOSE", "ESTABLISHED:ABORT", "the edge is called"},
    {"\"to\":\"FIN-WAIT-1\"", 1, "\"src\":\"FIG5\"", "\"src\":\"EXT\"", "its source (FIG5, TEXT, EXT)"},
    {"\"to\":\"FIN-WAIT-1\"", 1, "9293:3.10.4/ESTABLISHED", "9293:3.10.4/LISTEN",
     "it cites 9293:3.10.4/LISTEN, but row"},
    {"\"to\":\"FIN-WAIT-1\"", 1, "\"row\":", "\"row\":9", "which the machine has not"},
    {"\"to\":\"FIN-WAIT-1\"", 1, "\"row\":5", "\"row\":4", "which is not what row 4"},
    {"\"to\":\"ESTABLISHED\"", 1, "\"seg_id\":", "\"seg_id\":9", "which does not arrive at"},
    {"\"to\":\"ESTABLISHED\"", 1, "\"seg_id\":2", "\"call\":\"open\"", "comes from a segment, not from a call"},
    {"\"timer\":\"2MSL\",\"local", 1, "\"timer\":\"2MSL\"", "\"timer\":\"USER\"", "which does not fire now"},
    {"\"ev\":\"seg_rx\"", 2, "\"seq\":", "\"seq\":1,\"old\":", "arrives with another SEQ than it left with"},
    {"\"ev\":\"seg_rx\"", 2, "\"fl\":\"SA\"", "\"fl\":\"A\"", "arrives with another set of flags"},
    {"\"ev\":\"seg_rx\"", 2, "\"n\":\"A\"", "\"n\":\"B\"", "arrives where it left"},
    {"\"ev\":\"seg_rx\"", 2, "\"id\":2", "\"id\":1", "packet 1 arrives, but it has arrived already"},
    {"\"ev\":\"seg_rx\"", 2, "\"id\":2", "\"id\":77777", "packet 77777 arrives, but none of that number has left"},
    {"\"ev\":\"seg_tx\"", 2, "\"id\":2", "\"id\":1", "packet 1 leaves, but a packet of that number left"},
    {"\"act\":\"drop\"", 1, "\"id\":", "\"id\":1,\"old\":", "which arrived in event"},
    {"\"act\":\"release\"", 1, "\"act\":\"release\"", "\"act\":\"drop\"", "arrives, but it was lost in event"},
    {"\"act\":\"release\"", 1, "\"id\":", "\"id\":999,\"old\":", "arrives, but it is held since event"},
    {"\"ev\":\"timer_fire\",\"timer\":\"2MSL\"", 1, "\"timer\":\"2MSL\"", "\"timer\":\"KEEPALIVE\"",
     "the KEEPALIVE timer of A's connection 1 fires, but it is not set"},
    {"\"ev\":\"timer_set\",\"timer\":\"2MSL\"", 1, "\"at\":", "\"at\":9", "fires at"},
    {"\"ev\":\"timer_set\",\"timer\":\"2MSL\"", 1, "\"at\":", "\"at\":0,\"old\":", "is set to a time that is over"},
    {"\"k\":\"delivered\"", 1, "\"off\":0", "\"off\":3", "octets from 3 on are delivered, but those before are 0"},
    {"\"ev\":\"rule\"", 1, "\"rule\":\"", "\"rule\":\"9293:9.9\",\"old\":\"",
     "cites 9293:9.9, which is not in the table"},
    {"\"text\":\"A connect", 1, "A connect B:80", "without persist", "persist is switched off"},
    {"\"to\":\"SYN-RECEIVED\"", 1, "\"parent\":", "\"parent\":9", "is born of listener 9"},
    {"\"ev\":\"timer_fire\",\"timer\":\"2MSL\"", 1, "\"t\":", "\"t\":9", "was to fire at"},
};

START_TEST(changed_lines) {
    const struct forgery *forgery = &FORGERIES[_i];
    forge(forgery->piece, forgery->k, forgery->old, forgery->new);
    expect(forgery->why);
}
END_TEST

START_TEST(time_goes_back) {
    forge("\"ev\":\"seg_rx\"", 3, "\"t\":", "\"t\":0,\"old\":");
    expect("is earlier than that of the event before");
}
END_TEST

START_TEST(an_event_is_missing) {
    take_away("\"ev\":\"var\"", 2);
    expect("an event is missing, or was added");
}
END_TEST

/* What a forger takes away and hides by new numbers. */
static const struct {
    const char *piece;
    unsigned k;
    const char *why;
} GONE[] = {
    {"\"ev\":\"seg_tx\"", 2, "packet 2 arrives, but none of that number has left"},
    {"\"ev\":\"seg_rx\"", 1, "packet 1, which does not arrive at B now"},
    {"\"to\":\"SYN-SENT\"", 1, "but it has not begun"},
    {"\"to\":\"FIN-WAIT-1\"", 1, "but it was in ESTABLISHED"},
    {"\"ev\":\"timer_set\",\"timer\":\"2MSL\"", 1, "the 2MSL timer of A's connection 1 fires, but it is not set"},
    {"\"ev\":\"timer_fire\",\"timer\":\"2MSL\"", 1, "which does not fire now"},
    {"\"ev\":\"timer_fire\",\"timer\":\"TAILPROBE\"", 1, "was to fire at"},
    {"\"act\":\"release\"", 1, "arrives, but it is held"},
};

START_TEST(taken_away) {
    take_away(GONE[_i].piece, GONE[_i].k);
    renumber();
    expect(GONE[_i].why);
}
END_TEST

START_TEST(variables_that_cannot_be) {
    forge("\"to\":\"FIN-WAIT-1\"", 1, NULL,
          "{\"i\":0,\"t\":6000000000,\"n\":\"A\",\"c\":1,\"ev\":\"var\",\"una\":4000000005,\"nxt\":4000000000}\n");
    renumber();
    expect("is 4000000005, beyond SND.NXT, which is 4000000000");
}
END_TEST

START_TEST(una_goes_back) {
    forge("\"to\":\"FIN-WAIT-1\"", 1, NULL,
          "{\"i\":0,\"t\":6000000000,\"n\":\"A\",\"c\":1,\"ev\":\"var\",\"una\":4000000000,\"nxt\":4000000000}\n"
          "{\"i\":0,\"t\":6000000000,\"n\":\"A\",\"c\":1,\"ev\":\"var\",\"una\":3999999999}\n");
    renumber();
    expect("SND.UNA of A's connection 1 goes back from 4000000000 to 3999999999");
}
END_TEST

#define PREDICTION "\"n\":\"W\",\"c\":0,\"ev\":\"predict\",\"id\":\"p1\",\"answer\":\"3\",\"hash\":\"00\"}\n"

START_TEST(predictions) {
    forge("\"ev\":\"seg_tx\"", 1, NULL, "{\"i\":0,\"t\":0," PREDICTION);
    renumber();
    expect("");
    forge("\"ev\":\"seg_rx\"", 1, NULL, "{\"i\":0,\"t\":0," PREDICTION);
    renumber();
    expect("prediction p1 was locked after the first segment had left");
}
END_TEST

/* Readable, and proof of nothing: only what a line says by itself is looked at. */
START_TEST(lost_events) {
    take_away("\"ev\":\"seg_tx\"", 2);
    take_away("\"ev\":\"seg_tx\"", 2);
    forge("\"ev\":\"seg_rx\"", 2, NULL, "{\"t\":40000000,\"n\":\"A\",\"ev\":\"lost\",\"count\":2}\n");
    expect("");
    ck_assert_uint_eq(report.lost, 2);
    forge("\"ev\":\"rule\"", 1, "\"rule\":\"", "\"rule\":\"9293:9.9\",\"old\":\"");
    expect("9293:9.9");
}
END_TEST

/* A SYN reopens what is in TIME-WAIT, and nothing else. */
START_TEST(nobody_to_succeed) {
    struct tlog *log = log_begin();
    say_state(log, 0, "B", 1, "CLOSED", "OPEN_PASSIVE", "LISTEN", "'call':'listen'");
    say_segment(log, 0, "A", 0, true, 1, "S", 100, 0, 0);
    say_segment(log, 20, "B", 1, false, 1, "S", 100, 0, 0);
    say_state(log, 20, "B", 2, "TIME-WAIT", "RCV_NEW_SYN", "SYN-RECEIVED", "'seg_id':1");
    ck_assert_str_eq(verdict(log), "B's connection 2 is born in the place of one in TIME-WAIT, which is not there");
    ck_assert_uint_eq(report.faults, 1);
    ck_assert_uint_eq(report.fault[0].event, 4);
    tlog_free(log);
}
END_TEST

/* The number of a connection is never used again. */
START_TEST(no_second_life) {
    struct tlog *log = log_begin();
    say_state(log, 0, "A", 1, "CLOSED", "OPEN_ACTIVE", "SYN-SENT", "'call':'open'");
    say_state(log, 1, "A", 1, "SYN-SENT", "CLOSE", "CLOSED", "'call':'close'");
    say_state(log, 2, "A", 1, "CLOSED", "OPEN_ACTIVE", "SYN-SENT", "'call':'open'");
    ck_assert_str_eq(verdict(log), "A's connection 1 goes from CLOSED to SYN-SENT, but it ended in event 2");
    tlog_free(log);
    log = log_begin();
    say_state(log, 0, "A", 1, "CLOSED", "OPEN_ACTIVE", "SYN-SENT", "'call':'open'");
    say(log, 1, "W", 0, "'cmd','text':'A crash'");
    say_state(log, 2, "A", 1, "SYN-SENT", "CLOSE", "CLOSED", "'call':'close'");
    ck_assert_str_eq(verdict(log), "A's connection 1 goes to CLOSED, but it is gone");
    tlog_free(log);
}
END_TEST

/* In SYN-RECEIVED a RST means different things to the two kinds of ends. */
START_TEST(the_other_kind_of_end) {
    struct tlog *log = log_begin();
    say_segment(log, 0, "B", 0, true, 1, "S", 300, 0, 0);
    say_segment(log, 0, "B", 0, true, 2, "R", 301, 0, 0);
    say_state(log, 0, "A", 1, "CLOSED", "OPEN_ACTIVE", "SYN-SENT", "'call':'open'");
    say_segment(log, 20, "A", 1, false, 1, "S", 300, 0, 0);
    say_state(log, 20, "A", 1, "SYN-SENT", "RCV_SYN", "SYN-RECEIVED", "'seg_id':1");
    say_segment(log, 20, "A", 1, false, 2, "R", 301, 0, 0);
    say_state(log, 20, "A", 1, "SYN-RECEIVED", "RCV_RST", "LISTEN", "'seg_id':2");
    ck_assert_ptr_nonnull(
        strstr(verdict(log), "is for connections that were opened passively, which connection 1 was not"));
    ck_assert_uint_eq(report.faults, 1);
    tlog_free(log);
}
END_TEST

START_TEST(nobodys_state) {
    struct tlog *log = log_begin();
    say_state(log, 0, "A", 0, "CLOSED", "OPEN_ACTIVE", "SYN-SENT", "'call':'open'");
    ck_assert_str_eq(verdict(log), "a state changes, but it says of no connection of a node");
    tlog_free(log);
}
END_TEST

START_TEST(a_timer_that_did_not_run) {
    struct tlog *log = log_begin();
    say_state(log, 0, "A", 1, "CLOSED", "OPEN_ACTIVE", "SYN-SENT", "'call':'open'");
    say(log, 0, "A", 1, "'timer_stop','timer':'RTO'");
    ck_assert_str_eq(verdict(log), "the RTO timer of A's connection 1 stops, but it is not set");
    tlog_free(log);
}
END_TEST

START_TEST(packets_that_cannot_be) {
    struct tlog *log = log_begin();
    say_segment(log, 0, "A", 0, true, 0, "S", 100, 0, 0);
    ck_assert_str_eq(verdict(log), "a segment without a number leaves");
    tlog_free(log);
    log = log_begin();
    say_segment(log, 0, "A", 0, true, 1, "S", 100, 0, 0);
    say(log, 0, "W", 0, "'wire','act':'dup','from':'A','to':'B','id':1,'id2':1");
    ck_assert_str_eq(verdict(log), "the copy is packet 1, and there is one of that number");
    tlog_free(log);
    log = log_begin();
    say_segment(log, 0, "A", 0, true, 1, "S", 100, 0, 0);
    say(log, 1, "B", 0, "'rule','rule':'9293:3.10.7.1','out':'rst','seg_id':1");
    ck_assert_str_eq(verdict(log), "it is about packet 1, which has not arrived");
    tlog_free(log);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("tlog_check", &tests);
    tcase_add_loop_test(tests, true_logs, 0, (int)(sizeof STORIES / sizeof STORIES[0]));
    tcase_add_test(tests, nobody_to_succeed);
    tcase_add_test(tests, no_second_life);
    tcase_add_test(tests, the_other_kind_of_end);
    tcase_add_test(tests, nobodys_state);
    tcase_add_test(tests, a_timer_that_did_not_run);
    tcase_add_test(tests, packets_that_cannot_be);
    TCase *forged = tcase_create("forged");
    suite_add_tcase(suite, forged);
    tcase_add_checked_fixture(forged, setup, teardown);
    tcase_add_test(forged, not_forged);
    tcase_add_loop_test(forged, changed_lines, 0, (int)(sizeof FORGERIES / sizeof FORGERIES[0]));
    tcase_add_test(forged, time_goes_back);
    tcase_add_test(forged, an_event_is_missing);
    tcase_add_loop_test(forged, taken_away, 0, (int)(sizeof GONE / sizeof GONE[0]));
    tcase_add_test(forged, variables_that_cannot_be);
    tcase_add_test(forged, una_goes_back);
    tcase_add_test(forged, predictions);
    tcase_add_test(forged, lost_events);
    return unit_run(suite);
}
