/* test_http_configure.c: a server that runs gets other options: what changes at once, and what a request keeps. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/web.h"
#include "http/http_answer.h"
#include "http/http_site.h"
#include "unit.h"

static struct web web;
static char error[HTTP_ERROR_TEXT];

static void setup(void) {
    web_init(&web);
    const char *wrong = web_open(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static void teardown(void) {
    const char *wrong = web_close(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static void configure(void) {
    int failed = http_server_configure(web.server, web_now(&web), &web.options, error);
    ck_assert_msg(failed == 0, "%s", error);
}

static struct web_client *ask(const char *text) {
    struct web_client *client = web_connect(&web);
    web_say(&web, client, text);
    web_run(&web, LUCID_SECOND / 10);
    return client;
}

static int status_of(const struct web_client *client, unsigned i) {
    struct web_answer answer;
    ck_assert_msg(web_answer(client, i, NULL, &answer), "no answer %u in: %s", i, client->got.data);
    return answer.status;
}

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

/* Who waits already waits no longer than the new time; who came later ends later. */
START_TEST(times_hold_at_once) {
    struct web_client *first = ask(GET);
    web_run(&web, 3 * LUCID_SECOND);
    struct web_client *second = ask(GET);
    web.options.idle_time = 5 * LUCID_SECOND;
    configure();
    web_run(&web, LUCID_SECOND);
    ck_assert(!first->ended && !second->ended);
    web_run(&web, LUCID_SECOND);
    ck_assert(first->ended && !second->ended);
    web_run(&web, 3 * LUCID_SECOND);
    ck_assert(second->ended);
    struct web_client *third = ask(GET);
    web.options.idle_time = 50 * LUCID_SECOND;
    configure();
    web_run(&web, 49 * LUCID_SECOND);
    ck_assert(!third->ended);
    web_run(&web, 2 * LUCID_SECOND);
    ck_assert(third->ended);
}
END_TEST

START_TEST(limits_hold_at_once) {
    struct web_client *client = ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                                    "POST / HTTP/1.1\r\nHost: a\r\nConte");
    web.options.limits.body = 4;
    configure();
    web_say(&web, client, "nt-Length: 5\r\n\r\nhello");
    web_run(&web, LUCID_SECOND);
    ck_assert_int_eq(status_of(client, 0), 200);
    ck_assert_int_eq(status_of(client, 1), 413);
    client = ask("GET / HTTP/1.1\r\nHost: a\r\nX: 0123456789");
    web.options.limits.head = 30;
    configure();
    web_say(&web, client, "\r\n\r\n");
    web_run(&web, LUCID_SECOND);
    ck_assert_int_eq(status_of(client, 0), 431);
}
END_TEST

/* Idle ones that are too many go; those with a request stay. */
START_TEST(fewer_connections) {
    struct web_client *idle[3], *busy = ask("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 3; i++) {
        idle[i] = ask(GET);
    }
    web.options.connections = 2;
    configure();
    web_run(&web, LUCID_SECOND);
    ck_assert(idle[0]->ended && idle[1]->ended && !idle[2]->ended && !busy->ended);
    web.options.connections = 1;
    configure();
    struct web_client *waits = ask(GET);
    ck_assert_uint_eq(waits->got.length, 0);
    web.options.connections = 3;
    configure();
    web_run(&web, LUCID_SECOND);
    ck_assert_int_eq(status_of(waits, 0), 200);
}
END_TEST

/* ---- files ---- */

static void write_file(const char *folder, const char *name, const char *text) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void remove_file(const char *folder, const char *name) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
    rmdir(folder);
}

/* A request whose body is still to come is answered from the folder of the time of its answer. */
START_TEST(another_root) {
    char folder[] = "/tmp/lucid-configure-XXXXXX";
    static const char request[] = "GET /x.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    write_file(folder, "x.txt", "in the folder");
    ck_assert_int_eq(status_of(ask("GET /x.txt HTTP/1.1\r\nHost: a\r\n\r\n"), 0), 404);
    web.options.root = folder;
    configure();
    ck_assert_int_eq(status_of(ask("GET /x.txt HTTP/1.1\r\nHost: a\r\n\r\n"), 0), 200);
    struct web_client *half = ask(request);
    web.options.root = NULL;
    configure();
    web_say(&web, half, "2");
    web_run(&web, LUCID_SECOND);
    ck_assert_int_eq(status_of(half, 0), 404);
    ck_assert_int_eq(status_of(ask(GET), 0), 200);
    remove_file(folder, "x.txt");
}
END_TEST

START_TEST(what_is_wrong_changes_nothing) {
    web.options.idle_time = LUCID_SECOND;
    web.options.root = "/no such folder";
    ck_assert_int_lt(http_server_configure(web.server, web_now(&web), &web.options, error), 0);
    ck_assert_ptr_nonnull(strstr(error, "/no such folder"));
    struct web_client *client = ask(GET);
    ck_assert_int_eq(status_of(client, 0), 200);
    web_run(&web, 50 * LUCID_SECOND);
    ck_assert(!client->ended);
}
END_TEST

/* In two steps: what was made ready changes nothing before it is made, and can be given up. */
START_TEST(ready_and_then_made) {
    struct http_change *change, *given_up;
    struct web_client *client = ask(GET);
    web.options.idle_time = LUCID_SECOND;
    ck_assert_int_eq(http_change_new(&given_up, &web.options, error), 0);
    ck_assert_int_eq(http_change_new(&change, &web.options, error), 0);
    http_change_drop(given_up);
    http_change_drop(NULL);
    web_run(&web, 5 * LUCID_SECOND);
    ck_assert(!client->ended);
    http_change_make(change, web.server, web_now(&web));
    web_run(&web, 5 * LUCID_SECOND);
    ck_assert(client->ended);
}
END_TEST

/* ---- what handlers need ---- */

struct generation {
    struct http_keep keep;
    struct http_handler handler;
    int status;
};

static unsigned generations;

static void end_generation(struct http_keep *keep) {
    generations--;
    free(keep);
}

static bool answer_with_status(struct http_site *site, struct http_exchange *exchange) {
    const struct generation *generation = exchange->handler->user;
    (void)site;
    http_answer_begin(&exchange->answer, generation->status, &exchange->about);
    return http_answer_finish(&exchange->answer);
}

/* Gives the server a handler whose memory goes when nobody needs it. */
static void configure_handler(int status) {
    struct generation *generation = malloc(sizeof *generation);
    *generation = (struct generation){
        .keep = {.holders = 1, .end = end_generation},
        .handler = {.path = "x", .methods = HTTP_POST, .takes_body = true, .answer = answer_with_status},
        .status = status};
    generation->handler.user = generation;
    generations++;
    web.options.keep = &generation->keep;
    web.options.handlers = &generation->handler;
    web.options.handler_count = 1;
    configure();
    http_keep_drop(&generation->keep);
}

START_TEST(a_request_keeps_its_handler) {
    static const char request[] = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1";
    configure_handler(201);
    struct web_client *first = ask(request), *gone = ask(request);
    configure_handler(202);
    struct web_client *second = ask(request);
    configure_handler(203);
    ck_assert_uint_eq(generations, 3);
    web_abort(&web, gone);
    web_say(&web, second, "2");
    web_run(&web, LUCID_SECOND);
    ck_assert_int_eq(status_of(second, 0), 202);
    ck_assert_uint_eq(generations, 2);
    web_say(&web, first, "2POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n12");
    web_run(&web, LUCID_SECOND);
    ck_assert_int_eq(status_of(first, 0), 201);
    ck_assert_int_eq(status_of(first, 1), 203);
    ck_assert_uint_eq(generations, 1);
    ask(request); /* is ended with the server, and its generation with it */
}
END_TEST

static void no_generation_is_left(void) {
    teardown();
    ck_assert_uint_eq(generations, 0);
}

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_configure", &tests);
    tcase_add_checked_fixture(tests, setup, no_generation_is_left);
    tcase_add_test(tests, times_hold_at_once);
    tcase_add_test(tests, limits_hold_at_once);
    tcase_add_test(tests, fewer_connections);
    tcase_add_test(tests, another_root);
    tcase_add_test(tests, what_is_wrong_changes_nothing);
    tcase_add_test(tests, ready_and_then_made);
    tcase_add_test(tests, a_request_keeps_its_handler);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
