/* test_http_onlooker.c: whoever looks on sees each request once, where its octets are, and gives it its number.
 * http_site.h. */
#include "harness/web.h"
#include "http/http_site.h"
#include "unit.h"

#include <stdio.h>

static struct web web;
static unsigned heads, answers, there[8], ahead[8];
static char logged[256];
static bool steps_in;

static bool answer_teapot(struct http_site *site, struct http_exchange *exchange) {
    (void)site;
    http_answer_begin(&exchange->answer, 418, &exchange->about);
    return http_answer_finish(&exchange->answer);
}

static void on_head(void *user, struct http_exchange *exchange) {
    static const struct http_handler teapot = {.answer = answer_teapot};
    EXPECT(user == &web && exchange->request.head.done);
    EXPECT(exchange->fd > 0 && exchange->remote.port > 0);
    exchange->handler = steps_in ? &teapot : exchange->handler;
    heads++;
}

static uint64_t on_answer(void *user, struct http_exchange *exchange) {
    EXPECT(user == &web && answers < 8);
    there[answers] = exchange->there;
    ahead[answers] = exchange->ahead;
    return ++answers;
}

static void on_log(void *user, const struct http_log_entry *entry) {
    EXPECT(user == &web && entry->answer_length >= 12);
    snprintf(logged + strlen(logged), sizeof logged - strlen(logged), "%u:%.12s ", (unsigned)entry->id, entry->answer);
}

static void setup(void) {
    static const struct http_onlooker onlooker = {.head = on_head, .answer = on_answer, .user = &web};
    web_init(&web);
    web.options.onlooker = &onlooker;
    web.options.log = on_log;
    web.options.log_user = &web;
    heads = answers = 0;
    logged[0] = '\0';
    steps_in = false;
    ck_assert_ptr_null(web_open(&web));
}

static void teardown(void) {
    ck_assert_ptr_null(web_close(&web));
}

static struct web_client *say(const char *request) {
    struct web_client *client = web_connect(&web);
    web_say(&web, client, request);
    web_run(&web, LUCID_SECOND);
    return client;
}

#define ONE "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
#define TWO "GET /no HTTP/1.1\r\nHost: a\r\n\r\n"

START_TEST(each_once) {
    struct web_client *client = say(ONE TWO);
    struct web_answer answer;
    ck_assert(web_answer(client, 0, NULL, &answer) && web_has_line(&answer, "X-Lucid-Id: 1"));
    ck_assert(web_answer(client, 1, NULL, &answer) && web_has_line(&answer, "X-Lucid-Id: 2"));
    ck_assert_uint_eq(heads, 2);
    ck_assert_uint_eq(there[0], sizeof ONE - 1);
    ck_assert_uint_eq(ahead[0], sizeof TWO - 1);
    ck_assert_uint_eq(there[1], sizeof TWO - 1);
    ck_assert_uint_eq(ahead[1], 0);
    ck_assert_str_eq(logged, "1:HTTP/1.1 200 2:HTTP/1.1 404 ");
}
END_TEST

/* Of what is no request all octets count as the request; there is no complete head to see. */
START_TEST(what_is_refused) {
    say("what is this\r\n\r\n");
    ck_assert_uint_eq(heads, 0);
    ck_assert_uint_eq(there[0], 16);
    ck_assert_uint_eq(ahead[0], 0);
    ck_assert_str_eq(logged, "1:HTTP/1.1 400 ");
}
END_TEST

START_TEST(another_handler) {
    steps_in = true;
    say(ONE TWO);
    ck_assert_uint_eq(answers, 2);
    ck_assert_str_eq(logged, "1:HTTP/1.1 418 2:HTTP/1.1 404 "); /* a refusal stays one */
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_onlooker", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, each_once);
    tcase_add_test(tests, what_is_refused);
    tcase_add_test(tests, another_handler);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
