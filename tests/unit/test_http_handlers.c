/* test_http_handlers.c: a server whose answers are somebody else's, and bodies of which nobody knows the length. */
#include "harness/web.h"
#include "http/http_site.h"
#include "unit.h"

#include <stdlib.h>

static struct web web;
static int pieces, ended;
static bool ready;

/* ---- a body that comes bit by bit ---- */

static ptrdiff_t next(struct http_source *source, const void **data) {
    (void)source;
    if (!ready) {
        return -LUCID_EAGAIN;
    }
    if (pieces == 0) {
        return 0;
    }
    pieces--;
    *data = "tick\n";
    return 5;
}

static void end(struct http_source *source) {
    ended++;
    free(source);
}

static bool answer_stream(struct http_site *site, struct http_exchange *exchange) {
    static const struct http_source_ops ops = {.next = next, .end = end};
    struct http_source *source = malloc(sizeof *source);
    http_source_init(source, &ops);
    ck_assert_ptr_eq(site->user, &web);
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    http_answer_stream(&exchange->answer, source);
    return http_answer_finish(&exchange->answer);
}

static bool answer_any(struct http_site *site, struct http_exchange *exchange) {
    (void)site;
    struct text body = text_growing();
    text_put(&body, "any");
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    bool made = http_answer_text(&exchange->answer, "text/plain", &body);
    text_free(&body);
    return made;
}

static const struct http_handler handlers[] = {
    {.path = "stream", .methods = HTTP_GET | HTTP_HEAD, .answer = answer_stream},
    {.path = NULL, .methods = HTTP_GET, .answer = answer_any},
};

static void setup(void) {
    web_init(&web);
    web.options.handlers = handlers;
    web.options.handler_count = 2;
    web.options.user = &web;
    const char *wrong = web_open(&web);
    ck_assert_msg(!wrong, "%s", wrong);
    pieces = 2;
    ready = true;
    ended = 0;
}

static void teardown(void) {
    const char *wrong = web_close(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static struct web_client *ask(const char *text) {
    struct web_client *client = web_connect(&web);
    web_say(&web, client, text);
    web_run(&web, LUCID_SECOND / 2);
    return client;
}

static bool got(const struct web_client *client, const char *text) {
    return client->got.data && strstr(client->got.data, text);
}

START_TEST(the_first_handler_answers) {
    struct web_client *client = ask("GET /anything HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert(got(client, "Content-Length: 3\r\n") && got(client, "\r\n\r\nany"));
    ck_assert(!got(client, "tick"));
    ck_assert(got(ask("POST /stream HTTP/1.1\r\nHost: a\r\n\r\n"), "405 Method Not Allowed"));
}
END_TEST

/* RFC 9112 6.3, 8: without a length the end of the stream is the end of the body */
START_TEST(the_end_of_the_stream_ends_the_body) {
    struct web_client *client = ask("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert(got(client, "\r\n\r\ntick\ntick\n"));
    ck_assert(got(client, "Connection: close\r\n"));
    ck_assert(!got(client, "Content-Length"));
    ck_assert(client->ended);
    ck_assert_int_eq(ended, 1);
}
END_TEST

/* The head does not wait for it: who said that more follows at once would hold it back for 200 ms. */
START_TEST(a_body_that_is_waited_for) {
    ready = false;
    struct web_client *client = web_connect(&web);
    web_say(&web, client, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    web_run(&web, LUCID_SECOND / 20);
    ck_assert(got(client, "200 OK") && !got(client, "tick") && !client->ended);
    ready = true;
    web_run(&web, LUCID_SECOND / 5);
    ck_assert(got(client, "tick\ntick\n") && client->ended);
}
END_TEST

START_TEST(head_of_a_stream_has_no_body) {
    struct web_client *client = ask("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert(got(client, "200 OK") && !got(client, "tick") && !got(client, "Content-Length"));
    ck_assert_int_eq(ended, 1);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_handlers", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_first_handler_answers);
    tcase_add_test(tests, the_end_of_the_stream_ends_the_body);
    tcase_add_test(tests, a_body_that_is_waited_for);
    tcase_add_test(tests, head_of_a_stream_has_no_body);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
