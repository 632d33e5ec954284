/* test_world.c: the simulated world: what textbook connections look like in it, and that it repeats. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lab/lab_play.h"

static const char PAIR[] = "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app sink";

/* ---- connections ---- */

START_TEST(handshake_in_three_steps) {
    struct lab_play *play = lab_play_open(7, "node A 10.77.0.1\nnode B 10.77.0.2 listen 80\niss A 100\niss B 300");
    lab_play_do(play, "A connect B:80 from 40000\nstep 3");
    ck_assert_str_eq(lab_play_flags(play), "S SA A");
    ck_assert_str_eq(lab_play_states(play, "A", 1), "CLOSED SYN-SENT ESTABLISHED");
    ck_assert_str_eq(lab_play_states(play, "B", 2), "LISTEN SYN-RECEIVED ESTABLISHED");
    const struct tlog_event *third = lab_play_event(play, TLOG_SEG_TX, "A", 2);
    ck_assert_uint_eq(third->u.segment.seq, 101);
    ck_assert_uint_eq(third->u.segment.ack, 301);
    lab_play_close(play);
}
END_TEST

/* 60 octets at 10 Mbit/s are 48 microseconds, and 20 ms on the way. */
START_TEST(default_wire) {
    struct lab_play *play = lab_play_open(7, PAIR);
    lab_play_do(play, "A connect B:80\nstep");
    ck_assert_uint_eq(lab_play_event(play, TLOG_SEG_RX, "B", 1)->t, 20048000);
    lab_play_close(play);
}
END_TEST

START_TEST(close_in_four_segments) {
    struct lab_play *play = lab_play_open(7, "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app think-then-close 1s");
    lab_play_do(play, "A connect B:80\nrun 1s\nA close\nrun");
    ck_assert_str_eq(lab_play_flags(play), "S SA A FA A FA A");
    ck_assert_str_eq(lab_play_states(play, "A", 1),
                     "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED");
    ck_assert_str_eq(lab_play_states(play, "B", 2), "LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED");
    lab_play_close(play);
}
END_TEST

START_TEST(close_in_three_segments) {
    struct lab_play *play = lab_play_open(7, "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app close-on-eof");
    lab_play_do(play, "A connect B:80\nrun 1s\nA close\nrun 1s");
    ck_assert_str_eq(lab_play_flags(play), "S SA A FA FA A");
    lab_play_close(play);
}
END_TEST

START_TEST(simultaneous_open_and_close) {
    struct lab_play *play = lab_play_open(7, "node A 10.77.0.1\nnode B 10.77.0.2");
    lab_play_do(play, "A connect B:80 from 40000\nB connect A:40000 from 80\nrun 1s\nA close\nB close\nrun");
    static const char both[] = "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED";
    ck_assert_str_eq(lab_play_states(play, "A", 1), both);
    ck_assert_str_eq(lab_play_states(play, "B", 1), both);
    lab_play_close(play);
}
END_TEST

/* At one instant packets come before applications, whichever node they belong to. A's application wakes 20 ms after the
 * FIN came, just when its ACK of that FIN comes to B. */
START_TEST(packets_before_applications) {
    struct lab_play *play = lab_play_open(
        7, "node A 10.77.0.1 listen 80 app think-then-close 20ms\nnode B 10.77.0.2\nwire rate 1000gbit");
    lab_play_do(play, "B connect A:80\nrun 1s\nB close\nrun 1s");
    const struct tlog_event *close = NULL, *ack = NULL;
    for (unsigned k = 1; k <= lab_play_count(play, TLOG_CALL, "A"); k++) {
        const struct tlog_event *event = lab_play_event(play, TLOG_CALL, "A", k);
        close = event->u.call.call == LUCID_CALL_CLOSE ? event : close;
    }
    for (unsigned k = 1; k <= lab_play_count(play, TLOG_SEG_RX, "B"); k++) {
        const struct tlog_event *event = lab_play_event(play, TLOG_SEG_RX, "B", k);
        ack = event->t == close->t ? event : ack;
    }
    ck_assert_ptr_nonnull(ack);
    ck_assert_uint_lt(ack->i, close->i);
    lab_play_close(play);
}
END_TEST

/* What a stack is made with changes nothing that chance decides. */
START_TEST(settings_do_not_move_the_seed) {
    static const char *const sets[] = {"", "A set sack off", "A set msl 5s\nA set iw 2"};
    uint32_t iss[3];
    for (unsigned i = 0; i < 3; i++) {
        struct lab_play *play = lab_play_open(7, PAIR);
        lab_play_do(play, sets[i]);
        lab_play_do(play, "A connect B:80");
        iss[i] = lab_play_event(play, TLOG_SEG_TX, "A", 1)->u.segment.seq;
        lab_play_close(play);
    }
    ck_assert_uint_eq(iss[0], iss[1]);
    ck_assert_uint_eq(iss[0], iss[2]);
}
END_TEST

/* ---- the log ---- */

static char *bytes_of(uint64_t seed) {
    size_t length;
    struct lab_play *play = lab_play_open(seed, PAIR);
    lab_play_do(play, "wire loss 5%\nA connect B:80 app source 100KB\nrun");
    const char *lines = tlog_lines(play->log, &length);
    const char *first = memchr(lines, '\n', length);
    char *copy = strndup(first, length - (size_t)(first - lines));
    lab_play_close(play);
    return copy;
}

START_TEST(the_same_seed_gives_the_same_log) {
    char *one = bytes_of((uint64_t)_i), *same = bytes_of((uint64_t)_i), *other = bytes_of((uint64_t)_i + 1);
    ck_assert_str_eq(one, same);
    ck_assert_str_ne(one, other);
    free(one);
    free(same);
    free(other);
}
END_TEST

/* A packet has one number from the stack that sent it to the stack that gets it. */
START_TEST(what_arrives_has_left) {
    struct lab_play *play = lab_play_open(7, PAIR);
    lab_play_do(play, "wire loss 2%\nA connect B:80 app source 200KB\nrun");
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        const struct tlog_event *event = tlog_at(play->log, i);
        bool found = event->kind != TLOG_SEG_RX;
        for (uint32_t j = i; !found && j > 0; j--) {
            const struct tlog_event *before = tlog_at(play->log, j);
            found = before->kind == TLOG_SEG_TX && before->node != event->node &&
                    before->u.segment.id == event->u.segment.id && before->u.segment.seq == event->u.segment.seq;
        }
        ck_assert_msg(found, "%.*s", (int)event->line_length, event->line);
    }
    lab_play_close(play);
}
END_TEST

/* A retransmission names the packet in which the same octets left first. */
START_TEST(again_and_first) {
    struct lab_play *play = lab_play_open(7, PAIR);
    unsigned again = 0;
    lab_play_do(play, "wire loss 5%\nA connect B:80 app source 200KB\nrun");
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        const struct tlog_event *event = tlog_at(play->log, i);
        if (event->kind != TLOG_SEG_TX || !event->u.segment.again) {
            continue;
        }
        again++;
        uint64_t first = event->u.segment.rtx;
        ck_assert_uint_gt(first, 0);
        for (uint32_t j = 1; j < i; j++) {
            const struct tlog_event *before = tlog_at(play->log, j);
            if (before->kind == TLOG_SEG_TX && before->u.segment.id == first) {
                ck_assert_uint_le(before->u.segment.seq - event->u.segment.seq + before->u.segment.length,
                                  before->u.segment.length + 1);
            }
        }
    }
    ck_assert_uint_gt(again, 3);
    lab_play_close(play);
}
END_TEST

START_TEST(two_megabytes_are_a_log_of_less_than_five) {
    size_t length;
    struct lab_play *play = lab_play_open(7, PAIR);
    lab_play_do(play, "A connect B:80 app source 2MB\nrun");
    tlog_lines(play->log, &length);
    ck_assert_uint_lt(length, 5000000);
    ck_assert_uint_gt(length, 1000000);
    lab_play_close(play);
}
END_TEST

/* In writes of 10 octets, a millisecond apart; what Nagle makes of them is another matter. */
START_TEST(a_source_writes_in_chunks) {
    struct lab_play *play = lab_play_open(7, PAIR);
    lab_play_do(play, "A set nodelay on\nA connect B:80 app source 95 chunks 10\nrun");
    unsigned data = 0;
    for (unsigned i = 1; i <= lab_play_count(play, TLOG_SEG_TX, "A"); i++) {
        const struct tlog_segment *segment = &lab_play_event(play, TLOG_SEG_TX, "A", i)->u.segment;
        data += segment->length > 0;
        ck_assert_uint_le(segment->length, 10);
    }
    ck_assert_uint_eq(data, 10);
    ck_assert_str_eq(lab_play_states(play, "A", 1),
                     "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED");
    lab_play_close(play);
}
END_TEST

/* ---- captures ---- */

struct capture {
    unsigned left, arrived;
    uint64_t ids;
    struct tlog *log;
};

static void on_line(void *user, const char *line, size_t length) {
    char error[LAB_ERROR];
    ck_assert_int_eq(tlog_add(((struct capture *)user)->log, line, length, error), 0);
}

static void on_packet(void *user, unsigned node, bool leaves, uint64_t id, lucid_time at, const uint8_t *octets,
                      size_t length) {
    struct capture *capture = user;
    capture->left += leaves;
    capture->arrived += !leaves;
    capture->ids += id;
    ck_assert_uint_lt(node, 2);
    ck_assert_uint_ge(length, 40);
    ck_assert_uint_eq(octets[0], 0x45);
    ck_assert_uint_le(at, 10 * LUCID_SECOND);
}

/* Whoever captures gets each packet where it leaves and where it arrives, under the number it has in the log. */
START_TEST(packets_for_captures) {
    const char *setup[] = {"node A 10.77.0.1", "node B 10.77.0.2 listen 80 app sink", "wire loss 5%"};
    struct capture capture = {.log = tlog_new()};
    struct world_options options = {.seed = 3,
                                    .payload = 64,
                                    .setup = setup,
                                    .setup_count = 3,
                                    .write = on_line,
                                    .packet = on_packet,
                                    .user = &capture};
    char error[LAB_ERROR];
    unsigned line, left = 0, arrived = 0;
    uint64_t ids = 0;
    struct world *world = world_open(&options, &line, error);
    ck_assert_ptr_nonnull(world);
    ck_assert_int_eq(world_command(world, "A connect B:80 app source 50KB", error), 0);
    while (world_step(world, 10 * LUCID_SECOND)) {
    }
    for (uint32_t i = 1; i <= tlog_count(capture.log); i++) {
        const struct tlog_event *event = tlog_at(capture.log, i);
        left += event->kind == TLOG_SEG_TX;
        arrived += event->kind == TLOG_SEG_RX;
        ids += event->kind == TLOG_SEG_TX || event->kind == TLOG_SEG_RX ? event->u.segment.id : 0;
    }
    ck_assert_uint_gt(left, arrived);
    ck_assert_uint_eq(capture.left, left);
    ck_assert_uint_eq(capture.arrived, arrived);
    ck_assert_uint_eq(capture.ids, ids);
    world_close(world);
    tlog_free(capture.log);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("world");
    TCase *connections = tcase_create("connections"), *log = tcase_create("log");
    tcase_add_test(connections, handshake_in_three_steps);
    tcase_add_test(connections, default_wire);
    tcase_add_test(connections, close_in_four_segments);
    tcase_add_test(connections, close_in_three_segments);
    tcase_add_test(connections, simultaneous_open_and_close);
    tcase_add_test(connections, packets_before_applications);
    tcase_add_test(connections, settings_do_not_move_the_seed);
    tcase_add_loop_test(log, the_same_seed_gives_the_same_log, 0, 20);
    tcase_add_test(log, packets_for_captures);
    tcase_add_test(log, what_arrives_has_left);
    tcase_add_test(log, again_and_first);
    tcase_add_test(connections, a_source_writes_in_chunks);
    tcase_add_test(log, two_megabytes_are_a_log_of_less_than_five);
    tcase_set_timeout(log, 60);
    suite_add_tcase(suite, connections);
    suite_add_tcase(suite, log);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
