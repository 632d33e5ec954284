/* test_play_random.c: commands that nobody thought about. Whatever a world is told, it does not fall over, its log can
 * be read, comes out the same from its seed and commands, and whatever is lost on the way back comes again.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/lab_play.h"
#include "lab/rng.h"
#include "lab/session.h"

#define COMMANDS 40

static struct lab_rng rng;

static const char *one_of(const char *const *list) {
    unsigned count = 0;
    while (list[count]) {
        count++;
    }
    return list[lab_rng_below(&rng, count)];
}

static const char *const NODES[] = {"A", "B", "C", NULL};
static const char *const APPS[] = {
    "echo",        "sink",        "source 30KB",      "close-on-eof", "think-then-close 300ms",
    "slow-reader", "never-close", "write-write-read", "httpd",        "httpraw chunks 7",
    NULL};
static const char *const ACTS[] = {"drop", "hold", "dup", "corrupt", "delay 300ms", "delay 5ms", "reorder 2", NULL};
static const char *const WHERE[] = {"",          "where SYN",   "where SYNACK", "where FIN",     "where RST",
                                    "where ACK", "where len>0", "where nth 2",  "where port 80", NULL};
static const char *const PLAIN[] = {"wire release all",
                                    "wire cut A->B",
                                    "wire cut",
                                    "wire heal",
                                    "wire loss 10%",
                                    "wire loss 0%",
                                    "wire queue 5",
                                    "wire queue 100",
                                    "wire rate 1mbit",
                                    "wire mtu 600",
                                    "wire mtu 1500 icmp on",
                                    "wire delay 5ms",
                                    "wire delay 200ms A->B",
                                    "C app attacker",
                                    "note \"hm\"",
                                    "without persist",
                                    "with persist",
                                    "without window",
                                    "without time-wait",
                                    "without seq-check",
                                    "with seq-check",
                                    "icmp unreachable 3 to A about last",
                                    "icmp unreachable 1 to B about last",
                                    NULL};
static const char *const NODE_PLAIN[] = {"close",
                                         "shutdown",
                                         "abort",
                                         "read off",
                                         "read on",
                                         "read 100",
                                         "status",
                                         "send \"hello\"",
                                         "send 3000",
                                         "send 100KB",
                                         "crash",
                                         "restart",
                                         "set nodelay on",
                                         "set linger 0",
                                         "set linger off",
                                         "set keepalive on",
                                         "set rcvbuf 8KB",
                                         "set reuseaddr on",
                                         "set msl 1s",
                                         "set sack off",
                                         "set timestamps off",
                                         NULL};
static const char *const TIME[] = {
    "step",     "step",      "step 3", "step 10",   "next state",
    "run 10ms", "run 300ms", "run 2s", "skip 1min", "run until A.state=ESTABLISHED max 1s",
    "back",     "back 5",    "step 2", NULL};

static void draw(char *line, size_t room) {
    const char *node = one_of(NODES), *other = one_of(NODES);
    switch (lab_rng_below(&rng, 9)) {
    case 0:
        snprintf(line, room, "%s connect %s:80", node, other);
        break;
    case 1:
        snprintf(line, room, "%s connect %s:80 from 40000 app %s", node, other, one_of(APPS));
        break;
    case 2:
        snprintf(line, room, "%s listen 80 app %s", node, one_of(APPS));
        break;
    case 3:
        snprintf(line, room, "wire %s next %s->%s %s", one_of(ACTS), node, other, one_of(WHERE));
        break;
    case 4:
        snprintf(line, room, "%s", one_of(PLAIN));
        break;
    case 5:
        snprintf(line, room, "wire %s id %u", one_of(ACTS), lab_rng_below(&rng, 60));
        break;
    case 6:
        snprintf(line, room, "%s", one_of(TIME));
        break;
    case 7:
        snprintf(line, room, "C forge A->B %s seq nxt+%u", one_of((const char *const[]){"RST", "SYN", "FIN,ACK", NULL}),
                 lab_rng_below(&rng, 3));
        break;
    default:
        snprintf(line, room, "%s %s", node, one_of(NODE_PLAIN));
        break;
    }
}

START_TEST(whatever_it_is_told) {
    const char *setup[] = {"node A 10.77.0.1", "node B 10.77.0.2 listen 80 app echo", "node C 10.77.0.3"};
    struct world_options options = {.seed = (uint64_t)_i, .payload = 64, .setup = setup, .setup_count = 3};
    char error[LAB_ERROR], line[256];
    unsigned place, taken = 0;
    struct session *session = session_open(&options, &place, error);
    struct text say = text_growing();
    ck_assert_msg(session != NULL, "%s", error);
    lab_rng_seed(&rng, (uint64_t)_i, LAB_STREAM_APPLICATION, 99);
    for (unsigned i = 0; i < COMMANDS; i++) {
        draw(line, sizeof line);
        error[0] = '\0';
        uint32_t before = tlog_count(session->log);
        bool refused = session_command(session, line, &say, error) < 0;
        ck_assert_msg(!refused || error[0] != '\0', "%s is refused without a word", line);
        ck_assert_msg(!refused || tlog_count(session->log) == before, "%s is refused, and changes something", line);
        ck_assert(!session->broken);
        taken += !refused;
    }
    session_goto(session, tlog_count(session->log), error);
    lab_play_check(session->log);
    ck_assert_uint_gt(taken, COMMANDS / 4);
    ck_assert_msg(session_replays(session->log, error) == 1, "seed %d: %s", _i, error);
    text_free(&say);
    session_close(session);
}
END_TEST

/* ---- lines that are almost right ---- */

static void spoil(char *line, size_t room) {
    static const char letters[] = "\"\\ \t->:#.,=<>%0123456789abAB~\x80\xff()[]{}\n";
    for (unsigned n = 1 + lab_rng_below(&rng, 4); n > 0; n--) {
        size_t length = strlen(line), at = lab_rng_below(&rng, (uint32_t)length + 1);
        char letter = letters[lab_rng_below(&rng, sizeof letters - 1)];
        if (lab_rng_below(&rng, 2) == 0 && length + 2 < room) {
            memmove(line + at + 1, line + at, length - at + 1);
        }
        if (at < length) {
            line[at] = letter;
        }
    }
}

START_TEST(whatever_is_typed) {
    const char *setup[] = {"node A 10.77.0.1", "node B 10.77.0.2 listen 80 app echo", "node C 10.77.0.3 app attacker"};
    struct world_options options = {.seed = (uint64_t)_i, .payload = 64, .setup = setup, .setup_count = 3};
    char error[LAB_ERROR], line[300];
    unsigned place;
    struct session *session = session_open(&options, &place, error);
    struct text say = text_growing();
    lab_rng_seed(&rng, (uint64_t)_i, LAB_STREAM_APPLICATION, 98);
    for (unsigned i = 0; i < 300; i++) {
        draw(line, sizeof line);
        spoil(line, sizeof line);
        if (strncmp(line, "save", 4) != 0) {
            error[0] = '\0';
            bool refused = session_command(session, line, &say, error) < 0;
            ck_assert_msg(!refused || error[0] != '\0', "%s is refused without a word", line);
        }
    }
    session_goto(session, tlog_count(session->log), error);
    lab_play_check(session->log);
    text_free(&say);
    session_close(session);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("play_random");
    TCase *tcase = tcase_create("play_random");
    const char *seeds = getenv("LAB_SEEDS");
    tcase_add_loop_test(tcase, whatever_it_is_told, 0, seeds ? atoi(seeds) : 100);
    tcase_add_loop_test(tcase, whatever_is_typed, 0, seeds ? atoi(seeds) : 20);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
