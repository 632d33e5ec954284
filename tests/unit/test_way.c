/* test_way.c: what lucid-way makes of packets (apps/way): the states of both ends, what a trace of our stack says
 * against them, and messages in streams, also those that no honest program would send.
 */
#include <stdio.h>

#include "unit/unit.h"
#include "way/connection.h"
#include "way/message.h"

enum { KERNEL = 1, OURS = 2, CLIENT_PORT = 40000, TCP_AT = 20, DATA_AT = 40 };

static struct way_record record;
static struct way_net net;
static const struct way_plan plan = {.name = "test"};
static uint64_t clock_now;
static uint32_t next_seq[2]; /* of the client, of the server */
static uint8_t server_host;
static uint16_t server_port;

/* ---- a conversation ---- */

static void put16(uint8_t *to, unsigned value) {
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value) {
    put16(to, value >> 16);
    put16(to + 2, value & 0xffff);
}

/* A segment from the client (0) or the server (1), as it comes next; it acknowledges all that the other has sent. */
static void say(unsigned from, unsigned flags, const void *data, size_t length) {
    uint8_t octets[2048] = {0x45};
    uint8_t host[2] = {KERNEL, server_host};
    unsigned port[2] = {CLIENT_PORT, server_port};
    put16(octets + 2, (unsigned)(DATA_AT + length));
    octets[9] = WAY_TCP;
    memcpy(octets + 12, (uint8_t[]){10, 77, 0, host[from], 10, 77, 0, host[1 - from]}, 8);
    put16(octets + TCP_AT, port[from]);
    put16(octets + TCP_AT + 2, port[1 - from]);
    put32(octets + TCP_AT + 4, next_seq[from]);
    put32(octets + TCP_AT + 8, flags & LUCID_ACK ? next_seq[1 - from] : 0);
    octets[TCP_AT + 12] = 5 << 4;
    octets[TCP_AT + 13] = (uint8_t)flags;
    memcpy(octets + DATA_AT, data, length);
    way_record_packet(&record, ++clock_now, octets, DATA_AT + length);
    next_seq[from] += (uint32_t)length + !!(flags & LUCID_SYN) + !!(flags & LUCID_FIN);
}

static void say_text(unsigned from, const char *text) {
    say(from, LUCID_ACK | LUCID_PSH, text, strlen(text));
}

static void begin(uint8_t host, uint16_t port) {
    memset(&record, 0, sizeof record);
    server_host = host;
    server_port = port;
    next_seq[0] = UINT32_MAX - 2; /* numbers wrap around */
    next_seq[1] = 77;
}

static void open_connection(void) {
    say(0, LUCID_SYN, "", 0);
    say(1, LUCID_SYN | LUCID_ACK, "", 0);
    say(0, LUCID_ACK, "", 0);
}

static void build(void) {
    const struct way_take take = {.packet_to = record.packets, .event_to = record.events};
    way_net_build(&net, &record, &take, &plan);
    ck_assert(!net.full && !record.full);
}

static void end(void) {
    way_net_free(&net);
    way_record_free(&record);
}

static void expect_states(size_t packet, unsigned client, unsigned server) {
    ck_assert_str_eq(lucid_state_name(net.segment[packet].after[0]), lucid_state_name(client));
    ck_assert_str_eq(lucid_state_name(net.segment[packet].after[1]), lucid_state_name(server));
}

/* ---- states ---- */

START_TEST(states_follow_from_segments) {
    begin(KERNEL, WAY_HTTP_PORT);
    open_connection();
    say_text(0, "GET / HTTP/1.1\r\n\r\n");
    say(1, LUCID_FIN | LUCID_ACK, "HTTP/1.1 204 No Content\r\n\r\n", 27);
    say(0, LUCID_ACK, "", 0);
    say(0, LUCID_FIN | LUCID_ACK, "", 0);
    say(1, LUCID_ACK, "", 0);
    build();
    ck_assert_uint_eq(net.connections, 1);
    ck_assert_int_eq(net.connection[0].end[0].hop, WAY_CLIENT);
    ck_assert_int_eq(net.connection[0].end[1].hop, WAY_NGINX);
    expect_states(0, LUCID_SYN_SENT, LUCID_SYN_RECEIVED);
    expect_states(1, LUCID_ESTABLISHED, LUCID_SYN_RECEIVED);
    expect_states(2, LUCID_ESTABLISHED, LUCID_ESTABLISHED);
    ck_assert(net.segment[2].confirms_open);
    expect_states(4, LUCID_CLOSE_WAIT, LUCID_FIN_WAIT_1);
    expect_states(5, LUCID_CLOSE_WAIT, LUCID_FIN_WAIT_2);
    ck_assert(net.segment[5].acks_end);
    expect_states(6, LUCID_LAST_ACK, LUCID_TIME_WAIT);
    ck_assert(!net.segment[6].acks_end);
    expect_states(7, LUCID_CLOSED, LUCID_TIME_WAIT);
    end();
}
END_TEST

START_TEST(a_refusal_meets_no_listener) {
    begin(KERNEL, WAY_EMPTY_PORT);
    say(0, LUCID_SYN, "", 0);
    say(1, LUCID_RST | LUCID_ACK, "", 0);
    build();
    ck_assert(net.connection[0].refused);
    expect_states(0, LUCID_SYN_SENT, LUCID_CLOSED);
    expect_states(1, LUCID_CLOSED, LUCID_CLOSED);
    end();
}
END_TEST

/* The event that a stack would make of the packet with this number. */
static struct lucid_event event_of(size_t packet, uint8_t kind) {
    const struct way_packet *seen = &record.packet[packet];
    struct lucid_event event = {.kind = kind};
    event.u.segment.source = seen->source;
    event.u.segment.destination = seen->destination;
    event.u.segment.seq = seen->seq;
    event.u.segment.flags = seen->flags;
    event.u.segment.length = seen->payload_length;
    return event;
}

static void add_state(uint16_t to, uint8_t cause) {
    struct lucid_event event = {.kind = LUCID_EVENT_STATE};
    event.u.state.to = to;
    event.u.state.cause = cause;
    event.u.state.local = record.packet[0].destination;
    event.u.state.remote = record.packet[0].source;
    way_record_event(&record, &event);
}

static void add_segment(size_t packet, uint8_t kind) {
    struct lucid_event event = event_of(packet, kind);
    way_record_event(&record, &event);
}

/* Our stack did not take the third segment, whatever one would infer; and it closed by a call, between two segments. */
START_TEST(the_trace_of_our_stack_wins) {
    begin(OURS, WAY_HTTP_PORT);
    open_connection();
    say(0, LUCID_ACK, "", 0);
    say(1, LUCID_FIN | LUCID_ACK, "", 0);
    add_segment(0, LUCID_EVENT_SEGMENT_IN);
    add_state(LUCID_SYN_RECEIVED, LUCID_CAUSE_SEGMENT);
    add_segment(1, LUCID_EVENT_SEGMENT_OUT);
    add_segment(2, LUCID_EVENT_SEGMENT_IN);
    add_segment(3, LUCID_EVENT_SEGMENT_IN);
    add_state(LUCID_ESTABLISHED, LUCID_CAUSE_SEGMENT);
    add_state(LUCID_FIN_WAIT_1, LUCID_CAUSE_CALL);
    add_segment(4, LUCID_EVENT_SEGMENT_OUT);
    build();
    ck_assert(net.connection[0].end[1].exact && !net.connection[0].end[0].exact);
    expect_states(2, LUCID_ESTABLISHED, LUCID_SYN_RECEIVED);
    expect_states(3, LUCID_ESTABLISHED, LUCID_ESTABLISHED);
    expect_states(4, LUCID_CLOSE_WAIT, LUCID_FIN_WAIT_1);
    end();
}
END_TEST

START_TEST(what_comes_again_is_not_put_into_the_stream_twice) {
    begin(KERNEL, WAY_HTTP_PORT);
    open_connection();
    say_text(0, "GET / ");
    next_seq[0] -= 6;
    say_text(0, "GET / ");
    say_text(0, "HTTP/1.1\r\n\r\n");
    build();
    ck_assert(!net.segment[3].again && net.segment[4].again && !net.segment[5].again);
    ck_assert_uint_eq(net.connection[0].stream[0].length, 18);
    end();
}
END_TEST

/* ---- messages ---- */

static unsigned read_messages(unsigned from, struct way_message list[8]) {
    build();
    return way_messages(&net.connection[0], from, list, 8);
}

START_TEST(messages_follow_each_other) {
    struct way_message list[8];
    begin(KERNEL, WAY_HTTP_PORT);
    open_connection();
    say_text(0, "POST /a HTTP/1.1\r\ncontent-length:  5\r\n\r\nhelloGET /b HTTP/1.1\r\n\r\n");
    say_text(1, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n");
    say_text(1, "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\nHTTP/1.1 200 OK\r\n\r\nto the end");
    ck_assert_uint_eq(read_messages(0, list), 2);
    ck_assert_str_eq(list[0].line, "POST /a HTTP/1.1");
    ck_assert_uint_eq(list[0].end - list[0].body, 5);
    ck_assert_str_eq(list[1].line, "GET /b HTTP/1.1");
    ck_assert_uint_eq(way_messages(&net.connection[0], 1, list, 8), 3);
    ck_assert(list[0].chunked && list[0].status == 200);
    ck_assert_int_eq(list[1].status, 304);
    ck_assert_uint_eq(list[1].end, list[1].body);
    ck_assert(list[2].to_the_end && !list[2].chunked);
    ck_assert_uint_eq(list[2].end - list[2].body, 10);
    end();
}
END_TEST

START_TEST(a_uwsgi_packet_is_its_variables) {
    static const char packet[] = "\0\x18\0\0\x09\0PATH_INFO\x02\0/x\x01\0A\x04\0\x62\x7f\x01z";
    struct way_message list[8];
    struct text text = text_growing();
    char value[16] = "";
    begin(KERNEL, WAY_APP_PORT);
    open_connection();
    say(0, LUCID_ACK | LUCID_PSH, packet, sizeof packet - 1);
    ck_assert_uint_eq(read_messages(0, list), 1);
    ck_assert_int_eq(list[0].kind, WAY_UWSGI_REQUEST);
    ck_assert(way_uwsgi_value(&net.connection[0], &list[0], "PATH_INFO", value, sizeof value));
    ck_assert_str_eq(value, "/x");
    ck_assert(!way_uwsgi_value(&net.connection[0], &list[0], "PATH", value, sizeof value));
    way_message_lines(&net.connection[0], 0, &list[0], &text);
    ck_assert_str_eq(text.data, "00 18 00 00: kind 0 (WSGI), 24 octets of variables, 0\nPATH_INFO = /x\nA = b..z\n");
    text_free(&text);
    end();
}
END_TEST

START_TEST(a_variable_that_ends_beyond_the_packet_is_none) {
    static const char packet[] = "\0\x12\0\0\x01\0A\x01\0z\x01\0B\xff\0and all that follows";
    struct way_message list[8];
    struct text text = text_growing();
    char value[16] = "";
    begin(KERNEL, WAY_APP_PORT);
    open_connection();
    say(0, LUCID_ACK | LUCID_PSH, packet, sizeof packet - 1);
    ck_assert_uint_eq(read_messages(0, list), 1);
    ck_assert(!way_uwsgi_value(&net.connection[0], &list[0], "B", value, sizeof value));
    way_message_lines(&net.connection[0], 0, &list[0], &text);
    ck_assert_str_eq(text.data, "00 12 00 00: kind 0 (WSGI), 18 octets of variables, 0\nA = z\n");
    text_free(&text);
    end();
}
END_TEST

/* Whatever the octets are, each message has at least one, none goes beyond the stream, and nothing is read outside. */
static void read_anything(uint16_t port, uint64_t *dice) {
    static const char *const bits[] = {"\r\n",
                                       "\n",
                                       "HTTP/1.1 200 OK\r\n",
                                       "Content-Length: 99999999999\r\n",
                                       "\r\n\r\n",
                                       "Transfer-Encoding: chunked\r\n",
                                       "ffffffff\r\n",
                                       "0\r\n",
                                       "GET / HTTP/1.1\r\n"};
    begin(KERNEL, port);
    open_connection();
    for (unsigned i = 0; i < 12; i++) {
        uint64_t number = draw(dice);
        unsigned from = number >> 32 & 1;
        if (number & 1) {
            say_text(from, bits[number / 2 % (sizeof bits / sizeof bits[0])]);
        } else {
            say(from, LUCID_ACK, &number, number / 2 % sizeof number);
        }
    }
    build();
    for (unsigned from = 0; from < 2; from++) {
        struct way_message list[8];
        struct text text = text_growing();
        unsigned count = way_messages(&net.connection[0], from, list, 8);
        for (unsigned i = 0; i < count; i++) {
            EXPECT(list[i].begin < list[i].end && list[i].end <= net.connection[0].stream[from].length);
            EXPECT(list[i].body <= list[i].end);
            way_message_lines(&net.connection[0], from, &list[i], &text);
            way_message_body(&net.connection[0], from, &list[i], &text);
        }
        EXPECT(!text.cut);
        text_free(&text);
    }
    end();
}

START_TEST(no_octets_do_harm) {
    uint64_t dice = 1;
    for (unsigned i = 0; i < 2000; i++) {
        read_anything(i % 2 ? WAY_HTTP_PORT : WAY_APP_PORT, &dice);
    }
}
END_TEST

START_TEST(no_packet_does_harm) {
    uint64_t dice = 2;
    for (unsigned i = 0; i < 2000; i++) {
        uint64_t octets[16];
        for (unsigned n = 0; n < 16; n++) {
            octets[n] = draw(&dice);
        }
        size_t length = draw(&dice) % sizeof octets;
        uint8_t *packet = exact_copy(octets, length);
        begin(KERNEL, WAY_HTTP_PORT);
        if (length > 10) {
            packet[0] = (uint8_t)(0x40 | (packet[0] & 0x0f));
            packet[9] = WAY_TCP;
        }
        way_record_packet(&record, 1, packet, length);
        EXPECT(record.packets == 0 ||
               record.packet[0].payload + record.packet[0].payload_length == record.packet[0].length);
        build();
        end();
        exact_free(packet);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("way", &tests);
    tcase_add_test(tests, states_follow_from_segments);
    tcase_add_test(tests, a_refusal_meets_no_listener);
    tcase_add_test(tests, the_trace_of_our_stack_wins);
    tcase_add_test(tests, what_comes_again_is_not_put_into_the_stream_twice);
    tcase_add_test(tests, messages_follow_each_other);
    tcase_add_test(tests, a_uwsgi_packet_is_its_variables);
    tcase_add_test(tests, a_variable_that_ends_beyond_the_packet_is_none);
    tcase_add_test(tests, no_octets_do_harm);
    tcase_add_test(tests, no_packet_does_harm);
    return unit_run(suite);
}
