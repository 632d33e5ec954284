/* test_tlog.c: the reader of logs: what the stack's trace writes is read back; every kind, every field.
 * What it refuses is test_tlog_refusals.c.
 */
#include "common/trace_json.h"
#include "lab/tlog.h"
#include "lucid/socket.h"
#include "unit/unit.h"

#include <stdio.h>
#include <unistd.h>

#define HEADER "{\"tlog\":1,\"world\":\"sim\",\"nodes\":[[\"A\",\"10.77.0.1\"],[\"B\",\"10.77.0.2\"]],\"msl\":120}"

static struct tlog *log_;
static char error[LAB_ERROR];

static void setup(void) {
    log_ = tlog_new();
    ck_assert_int_eq(tlog_add(log_, HEADER "\n", sizeof HEADER, error), 0);
}

static void teardown(void) {
    tlog_free(log_);
}

static const struct tlog_event *add(const char *line) {
    int result = tlog_add(log_, line, strlen(line), error);
    ck_assert_msg(result == 0, "%s: %s", line, error);
    return tlog_at(log_, tlog_count(log_));
}

/* The line without what every event has. */
static const struct tlog_event *add_kind(const char *rest) {
    char line[1000];
    snprintf(line, sizeof line, "{\"i\":3,\"t\":40,\"n\":\"B\",\"c\":2,\"ev\":%s}", rest);
    const struct tlog_event *event = add(line);
    ck_assert_int_eq(event->i, 3);
    ck_assert_int_eq(event->t, 40);
    ck_assert_int_eq(event->node, 1);
    ck_assert_int_eq(event->c, 2);
    return event;
}

static void is(struct tlog_text text, const char *expected) {
    ck_assert_str_eq(text.at, expected);
    ck_assert_uint_eq(text.length, strlen(expected));
}

/* ---- what the trace writes ---- */

static struct lucid_sockaddr end_of(const char *address, uint16_t port) {
    struct lucid_sockaddr end = {.port = port};
    ck_assert_int_eq(lucid_addr_parse(address, &end.addr), 0);
    return end;
}

static bool same_end(struct lucid_sockaddr a, struct lucid_sockaddr b) {
    return a.port == b.port && lucid_addr_equal(&a.addr, &b.addr);
}

static const struct tlog_event *read_back(const struct lucid_event *event) {
    struct text text = text_growing();
    trace_json_event(&text, event, "A", 0);
    ck_assert_msg(tlog_add(log_, text.data, text.length, error) == 0, "%s%s", text.data, error);
    text_free(&text);
    const struct tlog_event *read = tlog_at(log_, tlog_count(log_));
    ck_assert_uint_eq(read->i, event->number);
    ck_assert_uint_eq(read->t, event->time);
    ck_assert_uint_eq(read->c, event->connection);
    ck_assert_int_eq(read->node, 0);
    return read;
}

START_TEST(segments) {
    struct lucid_event event = {.number = 7, .time = UINT64_MAX, .connection = 3, .kind = LUCID_EVENT_SEGMENT_OUT};
    event.u.segment = (struct lucid_event_segment){
        .source = end_of("10.77.0.2", 80),
        .destination = end_of("fd77::1", 40000),
        .id = 9,
        .seq = UINT32_MAX,
        .ack = 5,
        .window = 1u << 30,
        .length = 3000,
        .segment_size = 1460,
        .urgent = 17,
        .flags = LUCID_ACK | LUCID_URG | LUCID_CWR | LUCID_FIN,
        .retransmission = true,
        .option_length = 4,
        .options = {2, 4, 5, 0xb4},
        .payload_length = 6,
        .payload = {'a', '"', '\n', 0xff, 0, '\\'},
    };
    const struct lucid_event_segment *said = &event.u.segment;
    const struct tlog_event *read = read_back(&event);
    const struct tlog_segment *segment = &read->u.segment;
    ck_assert_int_eq(read->kind, TLOG_SEG_TX);
    ck_assert(same_end(segment->source, said->source) && same_end(segment->destination, said->destination));
    ck_assert_uint_eq(segment->id, 9);
    ck_assert_uint_eq(segment->seq, UINT32_MAX);
    ck_assert_uint_eq(segment->ack, 5);
    ck_assert_uint_eq(segment->window, 1u << 30);
    ck_assert_uint_eq(segment->length, 3000);
    ck_assert_uint_eq(segment->segment_size, 1460);
    ck_assert_uint_eq(segment->urgent, 17);
    ck_assert_uint_eq(segment->flags, said->flags);
    ck_assert(segment->again);
    ck_assert_uint_eq(segment->options.length, 4);
    ck_assert(!memcmp(segment->options.at, said->options, 4));
    ck_assert_uint_eq(segment->payload.length, 6);
    ck_assert(!memcmp(segment->payload.at, "a\"\n\xff\0\\", 7));
    event.kind = LUCID_EVENT_SEGMENT_IN;
    ck_assert_int_eq(read_back(&event)->kind, TLOG_SEG_RX);
}
END_TEST

/* Every row of the machine, from every state of its set. */
START_TEST(states) {
    const struct lucid_fsm_row *row;
    for (int16_t i = 0; (row = lucid_fsm_row((unsigned)i)); i++) {
        for (unsigned from = LUCID_CLOSED; from <= LUCID_TIME_WAIT; from <<= 1) {
            if (!(row->from & from)) {
                continue;
            }
            struct lucid_event event = {.number = 1, .kind = LUCID_EVENT_STATE};
            event.u.state = (struct lucid_event_state){.from = (uint16_t)from,
                                                       .to = (uint16_t)row->to,
                                                       .row = i,
                                                       .cause = LUCID_CAUSE_SEGMENT,
                                                       .segment = 12,
                                                       .parent = 4,
                                                       .local = end_of("fd77::2", 80),
                                                       .remote = end_of("10.77.0.1", 40000)};
            const struct tlog_state *state = &read_back(&event)->u.state;
            ck_assert_int_eq(state->from, from);
            ck_assert_int_eq(state->to, row->to);
            ck_assert_int_eq(state->row, i);
            ck_assert_int_eq(state->source, row->source);
            ck_assert_int_eq(state->cause, LUCID_CAUSE_SEGMENT);
            ck_assert_uint_eq(state->segment, 12);
            ck_assert_uint_eq(state->parent, 4);
            is(state->rule, row->rule);
            ck_assert_ptr_nonnull(strstr(state->edge.at, row->event));
            ck_assert(same_end(state->local, event.u.state.local) && same_end(state->remote, event.u.state.remote));
        }
    }
}
END_TEST

START_TEST(births_and_causes) {
    struct lucid_event event = {.number = 1, .kind = LUCID_EVENT_STATE};
    event.u.state = (struct lucid_event_state){.to = LUCID_LISTEN, .row = -1, .cause = LUCID_CAUSE_CALL};
    event.u.state.call = LUCID_CALL_LISTEN;
    event.u.state.local = end_of("::", 80);
    const struct tlog_state *state = &read_back(&event)->u.state;
    ck_assert_int_eq(state->from, 0);
    ck_assert_int_eq(state->row, -1);
    ck_assert_int_eq(state->source, -1);
    ck_assert_int_eq(state->cause, LUCID_CAUSE_CALL);
    ck_assert_int_eq(state->call, LUCID_CALL_LISTEN);
    ck_assert(lucid_addr_is_any(&state->local.addr));
    ck_assert_int_eq(state->local.port, 80);
    is(state->edge, "");
    for (uint8_t timer = 0; timer < LUCID_TIMERS; timer++) {
        event.u.state.cause = LUCID_CAUSE_TIMER;
        event.u.state.timer = timer;
        ck_assert_int_eq(read_back(&event)->u.state.timer, timer);
    }
}
END_TEST

START_TEST(rules_and_timers) {
    struct lucid_event event = {.number = 1, .time = 5, .kind = LUCID_EVENT_RULE};
    for (uint8_t out = 0; out < LUCID_OUTCOMES; out++) {
        event.u.rule = (struct lucid_event_rule){"5961:3", out, 4};
        const struct tlog_event *read = read_back(&event);
        ck_assert_int_eq(read->u.rule.outcome, out);
        ck_assert_uint_eq(read->u.rule.segment, 4);
        is(read->u.rule.rule, "5961:3");
    }
    event.kind = LUCID_EVENT_TIMER;
    for (uint8_t timer = 0; timer < LUCID_TIMERS; timer++) {
        static const enum tlog_kind kinds[] = {TLOG_TIMER_SET, TLOG_TIMER_FIRE, TLOG_TIMER_STOP};
        for (uint8_t act = 0; act < 3; act++) {
            event.u.timer = (struct lucid_event_timer){timer, act, 77};
            const struct tlog_event *read = read_back(&event);
            ck_assert_int_eq(read->kind, kinds[act]);
            ck_assert_int_eq(read->u.timer.timer, timer);
            ck_assert_uint_eq(read->u.timer.at, act == LUCID_TIMER_SET ? 77 : TLOG_NONE);
        }
    }
}
END_TEST

START_TEST(variables) {
    struct lucid_event event = {.number = 1, .kind = LUCID_EVENT_VARIABLES};
    for (unsigned i = 0; i < LUCID_VARS; i++) {
        event.u.variables.changed = 1u << i;
        event.u.variables.value[i] = 4000000000u + i;
        const struct tlog_vars *vars = &read_back(&event)->u.vars;
        bool time = i == LUCID_VAR_SRTT || i == LUCID_VAR_RTTVAR || i == LUCID_VAR_RTO || i == LUCID_VAR_RTT;
        int64_t unit = time ? 1000 : i == LUCID_VAR_USER ? 1000000 : 1;
        ck_assert_uint_eq(vars->changed, 1u << i);
        ck_assert_int_eq(vars->value[i], (4000000000 + i) * unit);
    }
    event.u.variables.changed = 1u << LUCID_VAR_SSTHRESH;
    event.u.variables.value[LUCID_VAR_SSTHRESH] = UINT32_MAX;
    ck_assert_int_eq(read_back(&event)->u.vars.value[LUCID_VAR_SSTHRESH], -1);
}
END_TEST

START_TEST(calls) {
    struct lucid_event event = {.number = 1};
    for (uint8_t call = 0; call < LUCID_CALLS; call++) {
        event.kind = LUCID_EVENT_CALL;
        event.u.call = (struct lucid_event_call){call, 65537, 2000};
        const struct tlog_event *read = read_back(&event);
        ck_assert_int_eq(read->kind, TLOG_CALL);
        ck_assert_int_eq(read->u.call.call, call);
        ck_assert_int_eq(read->u.call.fd, 65537);
        ck_assert_int_eq(read->u.call.value, 2000);
        event.kind = LUCID_EVENT_RETURN;
        event.u.call.value = -LUCID_ECONNRESET;
        read = read_back(&event);
        ck_assert_int_eq(read->kind, TLOG_RET);
        ck_assert_int_eq(read->u.call.value, -LUCID_ECONNRESET);
        is(read->u.call.result, "ECONNRESET");
        event.u.call.value = 0;
        is(read_back(&event)->u.call.result, "");
    }
}
END_TEST

START_TEST(delivered_and_dropped) {
    struct lucid_event event = {.number = 1, .kind = LUCID_EVENT_DELIVERED};
    event.u.delivered = (struct lucid_event_delivered){1u << 31, 1460};
    const struct tlog_event *read = read_back(&event);
    is(read->u.say.k, "delivered");
    ck_assert_uint_eq(read->u.say.offset, 1u << 31);
    ck_assert_int_eq(read->u.say.count, 1460);
    event.kind = LUCID_EVENT_DROP;
    for (uint16_t reason = 0; reason < LUCID_DROP_COUNT; reason++) {
        event.u.drop = (struct lucid_event_drop){reason, 8};
        read = read_back(&event);
        is(read->u.say.k, lucid_drop_name(reason));
        is(read->u.say.text, lucid_drop_text(reason));
        ck_assert_int_eq(read->u.say.count, 8);
    }
    struct text text = text_growing();
    trace_json_lost(&text, "A", 9, 12);
    read = add(text.data);
    text_free(&text);
    ck_assert_int_eq(read->kind, TLOG_LOST);
    ck_assert_int_eq(read->u.say.count, 12);
    ck_assert_uint_eq(read->i, 0);
}
END_TEST

/* ---- what the lab writes ---- */

START_TEST(wires) {
    for (unsigned act = 0; act < TLOG_WIRE_KINDS; act++) {
        char line[300];
        snprintf(line, sizeof line,
                 "{\"i\":1,\"t\":5,\"n\":\"W\",\"c\":0,\"ev\":\"wire\",\"act\":\"%s\",\"from\":\"A\",\"to\":\"B\","
                 "\"id\":5,\"id2\":6,\"by\":7000000000,\"bit\":320,\"tag\":\"drop\"}",
                 tlog_wire_name(act));
        const struct tlog_event *event = add(line);
        const struct tlog_wire *wire = &event->u.wire;
        ck_assert_int_eq(event->node, TLOG_WIRE_NODE);
        ck_assert_int_eq(wire->act, act);
        ck_assert(wire->from == 0 && wire->to == 1 && wire->id == 5 && wire->id2 == 6 && wire->bit == 320);
        ck_assert_uint_eq(wire->by, 7000000000);
        is(wire->tag, "drop");
    }
    const struct tlog_wire *cut = &add("{\"i\":1,\"t\":5,\"n\":\"W\",\"ev\":\"wire\",\"act\":\"cut\"}")->u.wire;
    ck_assert(cut->from == TLOG_WIRE_NODE && cut->to == TLOG_WIRE_NODE && cut->id == 0);
}
END_TEST

START_TEST(sayings) {
    const struct tlog_say *say = &add_kind("\"cmd\",\"text\":\"A send \\\"hi\\\"\"")->u.say;
    is(say->text, "A send \"hi\"");
    say = &add_kind("\"note\",\"text\":\"\u7b2c\u4e8c\u6b21\"")->u.say;
    is(say->text, "\u7b2c\u4e8c\u6b21");
    say = &add_kind("\"predict\",\"id\":\"p1\",\"answer\":\"1 3\",\"hash\":\"ab\"")->u.say;
    is(say->k, "p1");
    is(say->text, "1 3");
    is(say->more, "ab");
    say = &add_kind("\"check\",\"id\":\"c1\",\"kind\":\"count\",\"want\":\"3\",\"got\":\"2\",\"points\":0,\"of\":1")
               ->u.say;
    is(say->k, "c1");
    is(say->kind, "count");
    is(say->more, "3");
    is(say->text, "2");
    ck_assert(say->count == 0 && say->of == 1);
    say = &add_kind("\"peer\",\"state\":\"SYN-RECV\",\"rto\":200,\"cwnd\":10,\"retrans\":2,\"by\":\"diag\"")->u.say;
    is(say->k, "SYN-RECV");
    is(say->text, "diag");
    ck_assert(say->rto == 200 && say->cwnd == 10 && say->retrans == 2);
    ck_assert_int_eq(add_kind("\"peer\",\"state\":\"CLOSED\"")->u.say.rto, -1);
    say = &add_kind("\"http\",\"k\":\"request\",\"text\":\"GET /\"")->u.say;
    is(say->k, "request");
    is(say->text, "GET /");
}
END_TEST

START_TEST(frames_and_repeats) {
    const struct tlog_segment *segment =
        &add_kind(
             "\"seg_tx\",\"rtx\":4,\"f\":9,\"seg\":{\"len\":0,\"win\":1,\"fl\":\"AF\",\"ack\":2,\"seq\":3,\"dp\":4,"
             "\"sp\":5,\"id\":6}")
             ->u.segment;
    ck_assert(segment->rtx == 4 && segment->frame == 9 && !segment->again);
    ck_assert(segment->window == 1 && segment->ack == 2 && segment->seq == 3 && segment->id == 6);
    ck_assert(segment->source.port == 5 && segment->destination.port == 4);
    ck_assert_int_eq(segment->flags, LUCID_ACK | LUCID_FIN);
    is(segment->options, "");
}
END_TEST

/* ---- order, and what is not known ---- */

START_TEST(keys_in_any_order) {
    const struct tlog_event *event = add(
        "{\"rule\":\"9293:MUST-36\",\"new\":[1,{\"ev\":\"x\"},[]],\"ev\":\"rule\",\"out\":"
        "\"probe\",\"more\":{},\"c\":2,\"n\":\"A\",\"flag\":true,\"t\":9,\"i\":1}");
    ck_assert_int_eq(event->kind, TLOG_RULE);
    ck_assert_int_eq(event->u.rule.outcome, LUCID_OUTCOME_PROBE);
    ck_assert_uint_eq(event->t, 9);
    is(event->u.rule.rule, "9293:MUST-36");
}
END_TEST

START_TEST(escapes) {
    const struct tlog_say *say =
        &add_kind("\"note\",\"text\":\"\\b\\f\\n\\r\\t\\/\\\\\\u00e9\\u4f60\\ud83d\\ude00\\ud83d\"")->u.say;
    is(say->text, "\b\f\n\r\t/\\\xe9\u4f60\U0001f600\ufffd");
    say = &add_kind("\"note\",\"text\":\"a\\u0000b\"")->u.say;
    ck_assert_uint_eq(say->text.length, 3);
    ck_assert(!memcmp(say->text.at, "a\0b", 4));
}
END_TEST

START_TEST(headers) {
    const char *line = "{\"tlog\":1,\"lab\":\"L12\",\"seed\":18446744073709551615,\"world\":\"live\",\"nodes\":"
                       "[[\"A\",\"10.77.0.1\",\"kernel\"],[\"B\",\"fd77::2\"]],\"msl\":5000000000,\"without\":"
                       "[\"persist\",\"sws\"],\"student\":\"s\",\"build\":\"b\",\"labfile\":\"f\",\"variant\":\"c\"}";
    struct tlog *log = tlog_new();
    ck_assert_int_eq(tlog_add(log, line, strlen(line), error), 0);
    const struct tlog_header *header = tlog_header(log);
    is(header->lab, "L12");
    is(header->world, "live");
    is(header->student, "s");
    is(header->build, "b");
    is(header->labfile, "f");
    is(header->variant, "c");
    ck_assert_uint_eq(header->seed, UINT64_MAX);
    ck_assert_uint_eq(header->msl, 5000000000);
    ck_assert_uint_eq(header->nodes, 2);
    ck_assert(header->node[0].kernel && !header->node[1].kernel);
    ck_assert(lucid_addr_is_ipv4(&header->node[0].addr) && !lucid_addr_is_ipv4(&header->node[1].addr));
    ck_assert_uint_eq(header->without_count, 2);
    is(header->without[1], "sws");
    ck_assert_str_eq(tlog_node_name(log, 1), "B");
    ck_assert_str_eq(tlog_node_name(log, TLOG_WIRE_NODE), "W");
    ck_assert_int_eq(tlog_node_find(log, "B", 1), 1);
    ck_assert_int_eq(tlog_node_find(log, "C", 1), -1);
    tlog_free(log);
}
END_TEST

/* ---- many lines, and files ---- */

START_TEST(many_lines) {
    enum { COUNT = 20000 };
    struct text all = text_growing();
    text_put(&all, HEADER "\n");
    for (unsigned i = 1; i <= COUNT; i++) {
        char line[200];
        int length = snprintf(line, sizeof line,
                              "{\"i\":%u,\"t\":%u,\"n\":\"A\",\"c\":1,\"ev\":\"cmd\",\"text\":\"number %u\"}\n", i, i,
                              i);
        text_put_octets(&all, line, (size_t)length);
        EXPECT(tlog_add(log_, line, (size_t)length, error) == 0);
    }
    for (uint32_t i = 1; i <= COUNT; i++) {
        const struct tlog_event *event = tlog_at(log_, i);
        char text[40];
        snprintf(text, sizeof text, "number %u", i);
        EXPECT(event->i == i && !strcmp(event->u.say.text.at, text));
        EXPECT(event->line[0] == '{' && event->line[event->line_length - 1] == '}');
    }
    ck_assert_ptr_null(tlog_at(log_, 0));
    ck_assert_ptr_null(tlog_at(log_, COUNT + 1));
    size_t length;
    const char *lines = tlog_lines(log_, &length);
    ck_assert_uint_eq(length, all.length);
    ck_assert(!memcmp(lines, all.data, length));
    text_free(&all);
}
END_TEST

static struct tlog *read_text(const char *text) {
    char path[] = "/tmp/tlogXXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    struct tlog *log = tlog_read(path, error);
    unlink(path);
    return log;
}

START_TEST(files) {
    struct tlog *log = read_text(HEADER "\n{\"i\":1,\"t\":5,\"n\":\"A\",\"ev\":\"note\",\"text\":\"x\"}");
    ck_assert_msg(log != NULL, "%s", error);
    ck_assert_uint_eq(tlog_count(log), 1);
    size_t length;
    const char *lines = tlog_lines(log, &length);
    ck_assert_int_eq(lines[length - 1], '\n');
    tlog_free(log);
    ck_assert_ptr_null(read_text(HEADER "\n\n"));
    ck_assert_ptr_nonnull(strstr(error, ", line 2, column 1: expected {, but the line ends here"));
    ck_assert_ptr_null(read_text(""));
    ck_assert_ptr_nonnull(strstr(error, ", line 1: expected the header of a log, but there is nothing"));
    ck_assert_ptr_null(tlog_read("/nonexistent/a.tlog", error));
    ck_assert_str_eq(error, "/nonexistent/a.tlog cannot be read: No such file or directory");
    ck_assert_ptr_null(tlog_read("/", error));
    ck_assert_str_eq(error, "/ cannot be read: Is a directory");
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("tlog", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, segments);
    tcase_add_test(tests, states);
    tcase_add_test(tests, births_and_causes);
    tcase_add_test(tests, rules_and_timers);
    tcase_add_test(tests, variables);
    tcase_add_test(tests, calls);
    tcase_add_test(tests, delivered_and_dropped);
    tcase_add_test(tests, wires);
    tcase_add_test(tests, sayings);
    tcase_add_test(tests, frames_and_repeats);
    tcase_add_test(tests, keys_in_any_order);
    tcase_add_test(tests, escapes);
    tcase_add_test(tests, headers);
    tcase_add_test(tests, many_lines);
    tcase_add_test(tests, files);
    return unit_run(suite);
}
