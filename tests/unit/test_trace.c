/* test_trace.c: events of the trace as text and as JSON Lines: every kind, every field, every name. */
#include "common/trace_json.h"
#include "common/trace_text.h"
#include "lucid/host.h"
#include "unit.h"

#include <stdio.h>

static struct text text;
static struct lucid_event event;

static void setup(void) {
    text = text_growing();
    event = (struct lucid_event){.number = 7, .time = 5 * LUCID_SECOND + 1500, .connection = 3};
}

static void teardown(void) {
    text_free(&text);
}

static struct lucid_sockaddr end_of(const char *address, uint16_t port) {
    struct lucid_sockaddr end = {.port = port};
    ck_assert_int_eq(lucid_addr_parse(address, &end.addr), 0);
    return end;
}

/* Time begins at 3 s. */
static void is_json(const char *expected) {
    text.length = 0;
    trace_json_event(&text, &event, "B", 3 * LUCID_SECOND);
    char line[1000];
    snprintf(line, sizeof line, "{\"i\":7,\"t\":2000001500,\"n\":\"B\",\"c\":3,\"ev\":%s}\n", expected);
    ck_assert_str_eq(text.data, line);
}

static void is_text(const char *expected) {
    text.length = 0;
    trace_text_event(&text, &event, 3 * LUCID_SECOND);
    char line[1000];
    snprintf(line, sizeof line, "     2.000001  c3   %s\n", expected);
    ck_assert_str_eq(text.data, line);
}

START_TEST(segments) {
    event.kind = LUCID_EVENT_SEGMENT_OUT;
    event.u.segment = (struct lucid_event_segment){
        .source = end_of("10.77.0.2", 80),
        .destination = end_of("10.77.0.1", 40000),
        .id = 9,
        .seq = UINT32_MAX,
        .ack = 5,
        .window = 1u << 30,
        .length = 3000,
        .segment_size = 1460,
        .flags = LUCID_ACK | LUCID_PSH,
        .retransmission = true,
        .option_length = 4,
        .options = {2, 4, 5, 0xb4},
        .payload_length = 4,
        .payload = {'a', '"', '\n', 0xff},
    };
    is_json("\"seg_tx\",\"seg\":{\"id\":9,\"src\":\"10.77.0.2\",\"sp\":80,\"dst\":\"10.77.0.1\",\"dp\":40000,"
            "\"seq\":4294967295,\"ack\":5,\"fl\":\"PA\",\"win\":1073741824,\"len\":3000,\"mss\":1460,"
            "\"opt\":\"020405b4\",\"pay\":\"a\\\"\\n\\u00ff\"},\"again\":1");
    is_text("> PA  10.77.0.2:80 > 10.77.0.1:40000  seq 4294967295 ack 5 win 1073741824 len 3000 in segments of 1460"
            "  again  #9");
    event.kind = LUCID_EVENT_SEGMENT_IN;
    event.u.segment = (struct lucid_event_segment){
        .source = end_of("fd77::1", 1), .destination = end_of("fd77::2", 2), .id = 1, .flags = LUCID_SYN};
    is_json(
        "\"seg_rx\",\"seg\":{\"id\":1,\"src\":\"fd77::1\",\"sp\":1,\"dst\":\"fd77::2\",\"dp\":2,\"seq\":0,\"ack\":0,"
        "\"fl\":\"S\",\"win\":0,\"len\":0}");
    is_text("< S   [fd77::1]:1 > [fd77::2]:2  seq 0 ack 0 win 0 len 0  #1");
    event.u.segment.flags = LUCID_ACK | LUCID_URG;
    event.u.segment.urgent = 65535;
    is_json(
        "\"seg_rx\",\"seg\":{\"id\":1,\"src\":\"fd77::1\",\"sp\":1,\"dst\":\"fd77::2\",\"dp\":2,\"seq\":0,\"ack\":0,"
        "\"fl\":\"AU\",\"win\":0,\"len\":0,\"urg\":65535}");
    is_text("< AU  [fd77::1]:1 > [fd77::2]:2  seq 0 ack 0 win 0 len 0 urg 65535  #1");
}
END_TEST

/* Which row it is, the machine itself says. */
START_TEST(states) {
    char json[500], line[500];
    const struct lucid_fsm_row *row;
    for (int16_t i = 0; (row = lucid_fsm_row((unsigned)i)); i++) {
        static const char *const sources[] = {"FIG5", "TEXT", "EXT"};
        const char *to = lucid_state_name(row->to);
        event.kind = LUCID_EVENT_STATE;
        event.u.state = (struct lucid_event_state){
            .from = LUCID_LISTEN,
            .to = (uint16_t)row->to,
            .row = i,
            .cause = LUCID_CAUSE_SEGMENT,
            .segment = 12,
            .parent = 1,
            .local = end_of("10.77.0.2", 80),
            .remote = end_of("10.77.0.1", 40000),
        };
        snprintf(json, sizeof json,
                 "\"state\",\"from\":\"LISTEN\",\"to\":\"%s\",\"edge\":\"LISTEN:%s:%s\",\"row\":%d,\"src\":\"%s\","
                 "\"rule\":\"%s\",\"seg_id\":12,\"parent\":1,\"local\":\"10.77.0.2:80\",\"remote\":\"10.77.0.1:40000\"",
                 to, row->event, to, i, sources[row->source], row->rule);
        is_json(json);
        snprintf(line, sizeof line, "LISTEN -> %s  %s  %s  #12  10.77.0.2:80 - 10.77.0.1:40000  child of c1", to,
                 row->event, row->rule);
        is_text(line);
    }
}
END_TEST

START_TEST(births_and_causes) {
    event.kind = LUCID_EVENT_STATE;
    event.u.state = (struct lucid_event_state){.from = 0, .to = LUCID_CLOSED, .row = -1, .cause = LUCID_CAUSE_TIMER};
    event.u.state.timer = LUCID_TIMER_2MSL;
    event.u.state.local = end_of("::", 80);
    event.u.state.remote = end_of("0.0.0.0", 0);
    is_json("\"state\",\"from\":\"\",\"to\":\"CLOSED\",\"timer\":\"2MSL\",\"local\":\"*:80\",\"remote\":\"*:0\"");
    is_text("(none) -> CLOSED  timer 2MSL  *:80 - *:0");
    event.u.state.cause = LUCID_CAUSE_CALL;
    event.u.state.call = LUCID_CALL_OPEN;
    is_json("\"state\",\"from\":\"\",\"to\":\"CLOSED\",\"call\":\"open\",\"local\":\"*:80\",\"remote\":\"*:0\"");
    is_text("(none) -> CLOSED  connect  *:80 - *:0");
}
END_TEST

START_TEST(rules) {
    event.kind = LUCID_EVENT_RULE;
    event.u.rule = (struct lucid_event_rule){"5961:3", LUCID_OUTCOME_CHALLENGE_ACK, 4};
    is_json("\"rule\",\"rule\":\"5961:3\",\"out\":\"challenge_ack\",\"seg_id\":4");
    is_text("rule 5961:3: CHALLENGE-ACK  #4");
    event.u.rule = (struct lucid_event_rule){"9293:MUST-36", LUCID_OUTCOME_PROBE, 0};
    is_json("\"rule\",\"rule\":\"9293:MUST-36\",\"out\":\"probe\"");
    is_text("rule 9293:MUST-36: PROBE");
}
END_TEST

START_TEST(timers) {
    event.kind = LUCID_EVENT_TIMER;
    event.u.timer = (struct lucid_event_timer){LUCID_TIMER_DELAYED_ACK, LUCID_TIMER_SET, 4 * LUCID_SECOND};
    is_json("\"timer_set\",\"timer\":\"DELACK\",\"at\":1000000000");
    is_text("timer DELACK set for 1.000000");
    event.u.timer.act = LUCID_TIMER_FIRED;
    is_json("\"timer_fire\",\"timer\":\"DELACK\"");
    is_text("timer DELACK fired");
    event.u.timer.act = LUCID_TIMER_STOPPED;
    is_json("\"timer_stop\",\"timer\":\"DELACK\"");
    is_text("timer DELACK stopped");
}
END_TEST

/* Each variable alone, and all at once. Times are nanoseconds in JSON. */
START_TEST(variables) {
    static const char *const keys[LUCID_VARS] = {"una",  "nxt",     "wnd",  "wl1",    "wl2",  "rnxt",
                                                 "rwnd", "cwnd",    "ssth", "flight", "srtt", "rttvar",
                                                 "rto",  "dupacks", "sndq", "rcvq",   "rtt",  "user"};
    char all[500] = "\"var\"", one[100];
    event.kind = LUCID_EVENT_VARIABLES;
    for (unsigned i = 0; i < LUCID_VARS; i++) {
        bool time = (i >= LUCID_VAR_SRTT && i <= LUCID_VAR_RTO) || i == LUCID_VAR_RTT;
        const char *unit = time ? "000" : i == LUCID_VAR_USER ? "000000" : "";
        event.u.variables.value[i] = 4000000000u + i;
        event.u.variables.changed = 1u << i;
        snprintf(one, sizeof one, ",\"%s\":%u%s", keys[i], 4000000000u + i, unit);
        strcat(all, one);
        char alone[120];
        snprintf(alone, sizeof alone, "\"var\"%s", one);
        is_json(alone);
        snprintf(alone, sizeof alone, "%s %u", lucid_variable_name(i), 4000000000u + i);
        is_text(alone);
    }
    event.u.variables.changed = (1u << LUCID_VARS) - 1;
    is_json(all);
    event.u.variables.changed = 1u << LUCID_VAR_SSTHRESH | 1u << LUCID_VAR_CWND;
    event.u.variables.value[LUCID_VAR_SSTHRESH] = UINT32_MAX;
    event.u.variables.value[LUCID_VAR_CWND] = 1;
    is_json("\"var\",\"cwnd\":1,\"ssth\":-1");
    is_text("cwnd 1 ssthresh none");
}
END_TEST

START_TEST(calls) {
    event.kind = LUCID_EVENT_CALL;
    event.u.call = (struct lucid_event_call){LUCID_CALL_SEND, 5, 1000};
    is_json("\"call\",\"op\":\"send\",\"fd\":5,\"a\":1000");
    is_text("send(5, 1000)");
    event.kind = LUCID_EVENT_RETURN;
    is_json("\"ret\",\"op\":\"send\",\"fd\":5,\"r\":1000");
    is_text("send(5) = 1000");
    event.u.call.value = -LUCID_EAGAIN;
    is_json("\"ret\",\"op\":\"send\",\"fd\":5,\"r\":\"EAGAIN\"");
    is_text("send(5) = EAGAIN");
}
END_TEST

START_TEST(deliveries_and_drops) {
    event.kind = LUCID_EVENT_DELIVERED;
    event.u.delivered = (struct lucid_event_delivered){UINT64_C(5000000000), 17};
    is_json("\"app\",\"k\":\"delivered\",\"off\":5000000000,\"count\":17");
    is_text("17 octets readable from 5000000000");
    event.kind = LUCID_EVENT_DROP;
    event.u.drop = (struct lucid_event_drop){LUCID_DROP_TCP_CHECKSUM, 8};
    is_json("\"drop\",\"reason\":\"TCP_CHECKSUM\",\"text\":\"wrong TCP checksum\",\"seg_id\":8");
    is_text("dropped #8: TCP_CHECKSUM: wrong TCP checksum");
}
END_TEST

START_TEST(headers_and_gaps) {
    const struct trace_json_node nodes[] = {{"A", end_of("10.77.0.1", 0).addr, true},
                                            {"B", end_of("fd77::2", 0).addr, false}};
    trace_json_header(&text, "live", nodes, 2, LUCID_SECOND);
    ck_assert_str_eq(text.data, "{\"tlog\":1,\"world\":\"live\",\"nodes\":[[\"A\",\"10.77.0.1\",\"kernel\"],"
                                "[\"B\",\"fd77::2\"]],\"msl\":1000000000,\"build\":\"" LUCID_VERSION "\"}\n");
    text.length = 0;
    trace_json_lost(&text, "B", 44, 12);
    ck_assert_str_eq(text.data, "{\"t\":44,\"n\":\"B\",\"ev\":\"lost\",\"count\":12}\n");
    text.length = 0;
    trace_text_lost(&text, 12);
    ck_assert_str_eq(text.data, "12 events are missing here: they came faster than they were written\n");
}
END_TEST

/* Events of a real conversation: each is one line, of bounded length (300 octets without the data, for IPv4), and
 * no name is unknown. */
START_TEST(a_conversation) {
    struct lucid_pair_options options;
    struct lucid_pair *pair;
    lucid_pair_defaults(&options);
    options.faults[0].loss = options.faults[1].loss = 100000;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    struct lucid_stack *a = lucid_pair_stack(pair, 0), *b = lucid_pair_stack(pair, 1);
    ck_assert_int_eq(lucid_trace_enable(b, LUCID_TRACE_ALL, 100000), 0);
    struct lucid_sockaddr local = {.port = 80}, remote = end_of("10.77.0.2", 80);
    int listener = lucid_socket(b, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_bind(b, listener, &local), 0);
    ck_assert_int_eq(lucid_listen(b, listener, 1), 0);
    int client = lucid_socket(a, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    ck_assert_int_eq(lucid_connect(a, client, &remote), -LUCID_EINPROGRESS);
    static const char octets[50000];
    ck_assert_int_eq(lucid_send(a, client, octets, sizeof octets, 0), sizeof octets);
    while (lucid_pair_step(pair, 20 * LUCID_SECOND)) {
        continue;
    }
    lucid_close(a, client);
    lucid_close(b, lucid_accept(b, listener, NULL));
    while (lucid_pair_step(pair, 1000 * LUCID_SECOND)) {
        continue;
    }
    unsigned kinds = 0;
    for (uint64_t count = 1; lucid_trace_next(b, &event, NULL); count++) {
        ck_assert_uint_eq(event.number, count);
        kinds |= 1u << event.kind;
        text.length = 0;
        event.u.segment.payload_length = event.kind <= LUCID_EVENT_SEGMENT_IN ? 0 : event.u.segment.payload_length;
        trace_json_event(&text, &event, "B", 0);
        ck_assert_uint_le(text.length, 300);
        ck_assert_ptr_eq(strchr(text.data, '\n'), text.data + text.length - 1);
        ck_assert_ptr_null(strstr(text.data, "?"));
        text.length = 0;
        trace_text_event(&text, &event, 0);
        ck_assert_ptr_eq(strchr(text.data, '\n'), text.data + text.length - 1);
        ck_assert_ptr_null(strchr(text.data, '?'));
    }
    unsigned expected = LUCID_TRACE_ALL & ~(1u << LUCID_EVENT_DROP);
    ck_assert_uint_eq(kinds & expected, expected);
    lucid_pair_close(pair);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("trace", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, segments);
    tcase_add_test(tests, states);
    tcase_add_test(tests, births_and_causes);
    tcase_add_test(tests, rules);
    tcase_add_test(tests, timers);
    tcase_add_test(tests, variables);
    tcase_add_test(tests, calls);
    tcase_add_test(tests, deliveries_and_drops);
    tcase_add_test(tests, headers_and_gaps);
    tcase_add_test(tests, a_conversation);
    return unit_run(suite);
}
