/* test_query.c: expressions: every selector, attribute, value, function, operator, over a log written by hand. */
#include "common/text.h"
#include "lab/query.h"
#include "unit/unit.h"

#include <stdio.h>

static struct tlog *log_;
static struct model *model;
static char error[LAB_ERROR];

#define SEG(id, sp, dp, seq, ack, fl, len)                                                                            \
    "\"seg\":{\"id\":" #id ",\"src\":\"10.77.0.1\",\"sp\":" #sp ",\"dst\":\"10.77.0.2\",\"dp\":" #dp ",\"seq\":" #seq \
    ",\"ack\":" #ack ",\"fl\":\"" fl "\",\"win\":1000,\"len\":" #len "}"

/* A connects from near the end of the sequence space; the second SYN gets through; B sends data in two segments. */
static const char *const LINES[] = {
    "{\"tlog\":1,\"world\":\"sim\",\"nodes\":[[\"A\",\"10.77.0.1\"],[\"B\",\"10.77.0.2\"]],\"msl\":120000000000}",
    "{\"i\":1,\"t\":0,\"n\":\"W\",\"c\":0,\"ev\":\"cmd\",\"text\":\"A connect B:80\"}",
    "{\"i\":2,\"t\":0,\"n\":\"A\",\"c\":1,\"ev\":\"state\",\"from\":\"CLOSED\",\"to\":\"SYN-SENT\",\"edge\":"
    "\"CLOSED:OPEN_ACTIVE:SYN-SENT\",\"row\":1,\"src\":\"FIG5\",\"rule\":\"9293:3.10.1/CLOSED\",\"call\":\"open\","
    "\"local\":\"10.77.0.1:40000\",\"remote\":\"10.77.0.2:80\"}",
    "{\"i\":3,\"t\":0,\"n\":\"A\",\"c\":1,\"ev\":\"ret\",\"op\":\"open\",\"fd\":3,\"r\":\"EINPROGRESS\"}",
    "{\"i\":4,\"t\":0,\"n\":\"A\",\"c\":1,\"ev\":\"seg_tx\"," SEG(1, 40000, 80, 4294967295, 0, "S", 0) "}",
    "{\"i\":5,\"t\":0,\"n\":\"W\",\"c\":0,\"ev\":\"wire\",\"id\":1,\"act\":\"drop\",\"from\":\"A\",\"to\":\"B\","
    "\"tag\":\"drop\"}",
    "{\"i\":6,\"t\":0,\"n\":\"A\",\"c\":1,\"ev\":\"timer_set\",\"timer\":\"RTO\",\"at\":1000000000}",
    "{\"i\":7,\"t\":1000000000,\"n\":\"A\",\"c\":1,\"ev\":\"timer_fire\",\"timer\":\"RTO\"}",
    "{\"i\":8,\"t\":1000000000,\"n\":\"A\",\"c\":1,\"ev\":\"rule\",\"rule\":\"6298:5.5\",\"out\":\"retransmit\"}",
    "{\"i\":9,\"t\":1000000000,\"n\":\"A\",\"c\":1,\"ev\":\"seg_tx\"," SEG(2, 40000, 80, 4294967295, 0, "S",
                                                                           0) ",\"rtx\":1}",
    "{\"i\":10,\"t\":1020000000,\"n\":\"B\",\"c\":7,\"ev\":\"seg_rx\"," SEG(2, 40000, 80, 4294967295, 0, "S", 0) "}",
    "{\"i\":11,\"t\":1020000000,\"n\":\"B\",\"c\":7,\"ev\":\"state\",\"from\":\"LISTEN\",\"to\":\"SYN-RECEIVED\","
    "\"edge\":\"LISTEN:RCV_SYN:SYN-RECEIVED\",\"row\":11,\"src\":\"FIG5\",\"rule\":\"9293:3.10.7.2/3\",\"seg_id\":2,"
    "\"local\":\"10.77.0.2:80\",\"remote\":\"10.77.0.1:40000\"}",
    "{\"i\":12,\"t\":1020000000,\"n\":\"B\",\"c\":7,\"ev\":\"seg_tx\"," SEG(3, 80, 40000, 300, 0, "SA", 0) "}",
    "{\"i\":13,\"t\":1040000000,\"n\":\"A\",\"c\":1,\"ev\":\"seg_rx\"," SEG(3, 80, 40000, 300, 0, "SA", 0) "}",
    "{\"i\":14,\"t\":1040000000,\"n\":\"A\",\"c\":1,\"ev\":\"state\",\"from\":\"SYN-SENT\",\"to\":\"ESTABLISHED\","
    "\"edge\":\"SYN-SENT:RCV_SYN_ACK:ESTABLISHED\",\"row\":13,\"src\":\"FIG5\",\"rule\":\"9293:3.10.7.3/4\","
    "\"seg_id\":3,\"local\":\"10.77.0.1:40000\",\"remote\":\"10.77.0.2:80\"}",
    "{\"i\":15,\"t\":1040000000,\"n\":\"A\",\"c\":1,\"ev\":\"var\",\"una\":0,\"nxt\":0,\"cwnd\":14600,"
    "\"rto\":3000000000}",
    "{\"i\":16,\"t\":1040000000,\"n\":\"A\",\"c\":1,\"ev\":\"seg_tx\"," SEG(4, 40000, 80, 0, 301, "A", 0) "}",
    "{\"i\":17,\"t\":2000000000,\"n\":\"B\",\"c\":7,\"ev\":\"ret\",\"op\":\"send\",\"fd\":5,\"r\":30}",
    "{\"i\":18,\"t\":2000000000,\"n\":\"B\",\"c\":7,\"ev\":\"seg_tx\"," SEG(5, 80, 40000, 301, 0, "PA", 10) "}",
    "{\"i\":19,\"t\":2000000000,\"n\":\"B\",\"c\":7,\"ev\":\"seg_tx\"," SEG(6, 80, 40000, 311, 0, "PA", 20) "}",
    "{\"i\":20,\"t\":2020000000,\"n\":\"A\",\"c\":1,\"ev\":\"app\",\"k\":\"delivered\",\"off\":0,\"count\":30}",
};

static void setup(void) {
    log_ = tlog_new();
    for (unsigned i = 0; i < sizeof LINES / sizeof *LINES; i++) {
        ck_assert_msg(tlog_add(log_, LINES[i], strlen(LINES[i]), error) == 0, "%s: %s", error, LINES[i]);
    }
    model = model_new(log_);
    ck_assert_int_eq(model_goto(model, tlog_count(log_)), 0);
}

static void teardown(void) {
    model_free(model);
    tlog_free(log_);
}

/* Expression, and its value as people read it. */
static const struct {
    const char *text, *value;
} VALUES[] = {
    {"1", "1"},
    {"1.5", "1.500"},
    {"20ms", "0.020 s"},
    {"2h", "7200.000 s"},
    {"SYN-SENT", "SYN-SENT"},
    {"\"any text\"", "any text"},
    {"1 + 2 * 3", "7"},
    {"(1 + 2) * 3", "9"},
    {"7 - 2 - 1", "4"},
    {"7 / 2", "3.500"},
    {"-3 + 1", "-2"},
    {"1s + 20ms", "1.020 s"},
    {"1s / 20ms", "50"},
    {"2 * msl", "240.000 s"},
    {"now", "2.020 s"},
    {"1 < 2", "yes"},
    {"2 <= 1", "no"},
    {"1 = 1 and 2 = 2", "yes"},
    {"1 = 2 or 2 = 2", "yes"},
    {"not 1 = 2", "yes"},
    {"1 = 2 and 1 = 1 or 1 = 1", "yes"},
    {"A.state = ESTABLISHED", "yes"},
    {"A.state != ESTABLISHED", "no"},
    /* selectors */
    {"seg_tx(A)", "3 events"},
    {"seg_tx(any)", "6 events"},
    {"seg_tx(A,SYN)", "2 events"},
    {"seg_tx(B,SYNACK)", "1 event"},
    {"seg_tx(A,ACK)", "1 event"},
    {"seg_tx(B,DATA)", "2 events"},
    {"seg_tx(any,FIN)", "0 events"},
    {"seg_tx(any,RST)", "0 events"},
    {"seg_rx(any,any)", "2 events"},
    {"wire(drop)", "1 event"},
    {"wire(drop,drop)", "1 event"},
    {"wire(drop,other)", "0 events"},
    {"wire(any)", "1 event"},
    {"state(A)", "2 events"},
    {"state(A,ESTABLISHED)", "1 event"},
    {"timer(A,RTO)", "1 event"},
    {"timer(A,RTO,set)", "1 event"},
    {"timer(A,any,stop)", "0 events"},
    {"ret(A,connect)", "1 event"},
    {"ret(B,send)", "1 event"},
    {"rule(A,6298:5.5)", "1 event"},
    {"rule(A)", "1 event"},
    {"app(A,delivered)", "1 event"},
    {"cmd(any)", "1 event"},
    {"call(A)", "0 events"},
    /* what follows them */
    {"seg_tx(A,SYN).t", "0.000 1.000 s"},
    {"seg_tx(A,SYN)[2].t", "1.000 s"},
    {"seg_tx(A,SYN)[3].t", "nothing"},
    {"seg_tx(any)[.len > 0]", "2 events"},
    {"seg_tx(any)[.len > 0][2].seq", "311"},
    {"seg_tx(any)[.len > 0 and .seq = 301].id", "5"},
    {"seg_tx(A,SYN).again", "0 1"},
    {"seg_tx(B,SYNACK).fl", "SA"},
    {"seg_tx(B,DATA)[1].fl", "A"},
    {"seg_tx(B,SYNACK).win", "1000"},
    {"seg_tx(B,SYNACK).n", "B"},
    {"state(A).to", "SYN-SENT ESTABLISHED"},
    {"state(A)[1].from", "CLOSED"},
    {"state(A,ESTABLISHED).rule", "9293:3.10.7.3/4"},
    {"state(B).edge", "LISTEN:RCV_SYN:SYN-RECEIVED"},
    {"state(B).src", "FIG5"},
    {"timer(A,RTO,set).at", "1.000 s"},
    {"timer(A,any).timer", "RTO"},
    {"rule(A).out", "RETRANSMIT"},
    {"wire(any).act", "drop"},
    {"wire(any).tag", "drop"},
    {"ret(A).error", "EINPROGRESS"},
    {"ret(B).r", "30"},
    {"ret(B).op", "send"},
    {"app(A).k", "delivered"},
    {"app(A).count", "30"},
    {"app(A).seq", "nothing"},
    /* functions */
    {"count seg_tx(A,SYN)", "2"},
    {"count seg_tx(A,FIN)", "0"},
    {"count seg_tx(A,SYN) = 2", "yes"},
    {"first seg_tx(A).id", "1"},
    {"last seg_tx(A).id", "4"},
    {"min seg_tx(B,DATA).len", "10"},
    {"max seg_tx(B,DATA).len", "20"},
    {"sum seg_tx(B,DATA).len", "30"},
    {"diff seg_tx(A,SYN).t", "1.000 s"},
    {"max diff seg_tx(A,SYN).t", "1.000 s"},
    {"sum seg_tx(A,FIN).len", "0"},
    /* sequence numbers are modulo 2^32 */
    {"seg_tx(A,SYN)[1].seq", "4294967295"},
    {"seg_tx(A,SYN)[1].seq + 1", "0"},
    {"seg_tx(A,SYN)[1].seq + 1 = seg_tx(A,ACK).seq", "yes"},
    {"seg_tx(A,ACK).seq - seg_tx(A,SYN)[1].seq", "1"},
    {"seg_tx(A,SYN)[1].seq < seg_tx(A,ACK).seq", "yes"},
    {"max seg_tx(A).seq", "0"},
    {"min seg_tx(A).seq", "4294967295"},
    {"diff seg_tx(A).seq", "0 1"},
    /* values of nodes */
    {"A.state", "ESTABLISHED"},
    {"B.state", "SYN-RECEIVED"},
    {"A.conn", "open"},
    {"B.conn", "opening"},
    {"A.bytes", "30"},
    {"B.sent", "30"},
    {"A.connections", "1"},
    {"A.cwnd", "14600"},
    {"A.rto", "3.000 s"},
    {"A.iss", "4294967295"},
    {"A.iss + 1", "0"},
    {"A.irs", "300"},
    {"B.cwnd", "nothing"},
    {"B.cwnd = 0", "no"},
    {"conns(A,ESTABLISHED)", "1"},
    {"conns(A,CLOSED)", "0"},
    /* the past */
    {"A.state@500ms", "SYN-SENT"},
    {"A.state@1.04s", "ESTABLISHED"},
    {"A.state@drop1", "SYN-SENT"},
    {"A.state@drop2", "nothing"},
    {"A.state@(seg_rx(A,SYNACK))", "SYN-SENT"},
    {"A.state@(seg_rx(A,SYNACK).t)", "ESTABLISHED"},
    {"count seg_tx(A)@500ms", "1"},
    {"seg_tx(A,SYN)[2]@500ms", "0 events"},
    {"A.cwnd@500ms", "nothing"},
    /* a list meets a number, and another list */
    {"seg_tx(B,DATA).len * 2", "20 40"},
    {"seg_tx(B,DATA).len > 5", "yes"},
    {"seg_tx(B,DATA).len > 15", "no"},
    {"seg_tx(A,FIN).len > 15", "no"},
    {"seg_tx(B,DATA).len = seg_tx(B,DATA).len", "yes"},
    {"seg_tx(B,DATA).len = seg_tx(A).len", "no"},
    {"state(A).src = FIG5", "yes"},
    {"state(A).to = SYN-SENT", "no"},
};

static const char *value_of(const char *text, char room[200]) {
    struct query *query = query_compile(text, log_, 1, error);
    ck_assert_msg(query, "%s: %s", text, error);
    struct query_value value = query_eval(query, model);
    struct text out = text_fixed(room, 200);
    query_format(&value, &out);
    query_free(query);
    return room;
}

START_TEST(values) {
    char room[200];
    ck_assert_msg(!strcmp(value_of(VALUES[_i].text, room), VALUES[_i].value), "%s is %s, not %s", VALUES[_i].text, room,
                  VALUES[_i].value);
}
END_TEST

/* What is wrong, where, and a part of the sentence. */
static const struct {
    const char *text;
    unsigned column;
    const char *sentence;
} MISTAKES[] = {
    {"", 5, "a value was expected at the end"},
    {"1 +", 8, "a value was expected at the end"},
    {"1 2", 7, "the end of the expression"},
    {"(1", 7, "`)` was expected"},
    {"seg_tx(A", 12, "`)` was expected"},
    {"seg_tx(A)[1", 16, "`]` was expected"},
    {"seg_txx(A)", 5, "did you mean `seg_tx`?"},
    {"seg_tx(C)", 5, "there is no node `C`"},
    {"C.state", 5, "there is no node C"},
    {"A.stat", 7, "did you mean `state`?"},
    {"seg_tx(A,SIN)", 5, "did you mean `SYN`?"},
    {"timer(A,RTT)", 5, "is no timer"},
    {"timer(A,RTO,fires)", 5, "did you mean `fire`?"},
    {"state(A,SYN-SEND)", 5, "did you mean `SYN-SENT`?"},
    {"ret(A,conect)", 5, "did you mean `connect`?"},
    {"wire(dropp)", 5, "did you mean `drop`?"},
    {"conns(A)", 5, "conns(NODE,STATE)"},
    {"seg_tx(A).sek", 15, "did you mean `.seq`?"},
    {"A.state.t", 12, "only events have attributes"},
    {".len > 0", 5, "an attribute alone"},
    {"A.rto[1]", 11, "only events can be followed by brackets"},
    {"seg_tx(A)[A.state]", 15, "a number or a condition"},
    {"A.state@\"x\"", 13, "after @ comes"},
    {"count 3", 5, "`count` is followed by events"},
    {"max state(A).to", 5, "`max` is followed by numbers"},
    {"A.state + 1", 13, "`+` stands between numbers"},
    {"-A.state", 5, "a minus stands before a number"},
    {"A.state = 3", 13, "never equal"},
    {"seg_tx(A) = 3", 15, "events are no number"},
    {"A.rto and 1 = 1", 14, "and, or, not are for conditions"},
    {"20mins", 7, "is no unit of time"},
    {"\"open", 5, "has no end"},
    {"1 & 2", 7, "the end of the expression"},
};

START_TEST(mistakes) {
    char place[40];
    struct query *query = query_compile(MISTAKES[_i].text, log_, 5, error);
    ck_assert_msg(!query, "nobody minds %s", MISTAKES[_i].text);
    snprintf(place, sizeof place, "column %u: ", MISTAKES[_i].column);
    ck_assert_msg(!strncmp(error, place, strlen(place)), "%s: %s, not %s", MISTAKES[_i].text, error, place);
    ck_assert_msg(strstr(error, MISTAKES[_i].sentence), "%s: %s", MISTAKES[_i].text, error);
}
END_TEST

/* Nesting has a limit, and no text of any kind makes the parser fall over. */
START_TEST(any_text) {
    static const char letters[] = "()[]@.,=<>+-*/ \"aAB1sSN_|";
    char text[400];
    memset(text, '(', 399);
    text[399] = 0;
    ck_assert_ptr_null(query_compile(text, log_, 1, error));
    ck_assert_ptr_nonnull(strstr(error, "nested too deeply"));
    uint64_t state = 7;
    for (unsigned round = 0; round < 20000; round++) {
        unsigned length = (unsigned)(draw(&state) % 30);
        for (unsigned i = 0; i < length; i++) {
            text[i] = letters[draw(&state) % (sizeof letters - 1)];
        }
        text[length] = 0;
        struct query *query = query_compile(text, log_, 1, error);
        if (query) {
            query_eval(query, model);
        }
        query_free(query);
    }
}
END_TEST

/* A condition is asked again and again while the log grows. */
START_TEST(while_it_grows) {
    struct query *query = query_compile("count seg_tx(A,SYN) = 2", log_, 1, error);
    unsigned since = 0;
    ck_assert_ptr_nonnull(query);
    for (uint32_t i = 0; i <= tlog_count(log_); i++) {
        model_goto(model, i);
        struct query_value value = query_eval(query, model);
        since = query_true(&value) && !since ? i : since;
    }
    ck_assert_uint_eq(since, 9);
    query_free(query);
}
END_TEST

START_TEST(what_was_got) {
    char room[200];
    struct query *query = query_compile("count seg_tx(A,SYN) = 3", log_, 1, error);
    struct query_value left = query_left(query, model);
    struct text out = text_fixed(room, sizeof room);
    query_format(&left, &out);
    ck_assert_str_eq(room, "2");
    query_free(query);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("query", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, values, 0, (int)(sizeof VALUES / sizeof *VALUES));
    tcase_add_loop_test(tests, mistakes, 0, (int)(sizeof MISTAKES / sizeof *MISTAKES));
    tcase_add_test(tests, any_text);
    tcase_add_test(tests, while_it_grows);
    tcase_add_test(tests, what_was_got);
    return unit_run(suite);
}
