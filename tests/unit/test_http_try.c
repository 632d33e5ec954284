/* test_http_try.c: the places to try a client out: what was sent comes back as it was, and nothing becomes markup;
 * statuses, redirections, time, octets. http_echo.h, http_try.h, http_accept.h, http_form.h.
 */
#include "harness/web.h"
#include "http/http_form.h"
#include "unit.h"

#include <stdio.h>

static struct web web;

static void setup(void) {
    web_init(&web);
    ck_assert_ptr_null(web_open(&web));
}

static void teardown(void) {
    const char *wrong = web_close(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static struct web_client *say(const char *request) {
    struct web_client *client = web_connect(&web);
    web_say(&web, client, request);
    web_run(&web, LUCID_SECOND);
    return client;
}

static struct web_answer take(struct web_client *client, int status) {
    struct web_answer answer;
    const bool to_head = false;
    ck_assert_msg(web_answer(client, 0, &to_head, &answer), "%s", client->got.data);
    ck_assert_msg(answer.status == status, "%d, not %d: %s", answer.status, status, client->got.data);
    return answer;
}

static struct web_answer ask(const char *method, const char *target, const char *fields, const char *body, int status) {
    char request[2000];
    snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: a\r\n%sContent-Length: %zu\r\n\r\n%s", method, target,
             fields, strlen(body), body);
    return take(say(request), status);
}

static void body_is(const struct web_answer *answer, const char *body) {
    ck_assert_msg(answer->body_length == strlen(body) && !memcmp(answer->body, body, answer->body_length), "%.*s",
                  (int)answer->body_length, answer->body);
}

static bool body_has(const struct web_answer *answer, const char *words) {
    return memmem(answer->body, answer->body_length, words, strlen(words)) != NULL;
}

static void has(const struct web_answer *answer, const char *line) {
    ck_assert_msg(web_has_line(answer, line), "no %s in %.*s", line, (int)answer->head_length, answer->head);
}

/* ---- the request as it came ---- */

START_TEST(echo_as_lines) {
    struct web_answer answer = ask("PUT", "/echo", "Accept: text/plain\r\nX-A:  b c\t\r\nx-a: <d>\r\n", "body", 200);
    body_is(&answer, "Host: a\nAccept: text/plain\nX-A: b c\nx-a: <d>\nContent-Length: 4\n");
    has(&answer, "Content-Type: text/plain; charset=utf-8");
    has(&answer, "X-Content-Type-Options: nosniff");
}
END_TEST

START_TEST(echo_as_json) {
    struct web_answer answer = ask("POST", "/echo?a=1&b=%22&c",
                                   "Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\n",
                                   "x=y+z&%3c=%3E", 200);
    body_is(&answer,
            "{\"method\":\"POST\",\"target\":\"/echo?a=1&b=%22&c\",\"version\":\"HTTP/1.1\",\"host\":\"a\","
            "\"path\":\"/echo\",\"query\":[[\"a\",\"1\"],[\"b\",\"\\\"\"],[\"c\",\"\"]],\"fields\":[[\"Host\",\"a\"],"
            "[\"Accept\",\"application/json\"],[\"Content-Type\",\"application/x-www-form-urlencoded\"],"
            "[\"Content-Length\",\"13\"]],\"form\":[[\"x\",\"y z\"],[\"<\",\">\"]],\"body\":\"x=y+z&%3c=%3E\"}\n");
    answer = ask("DELETE", "/anything/below", "Accept: text/html\r\n", "", 200);
    ck_assert(body_has(&answer, "{\"method\":\"DELETE\",\"target\":\"/anything/below\""));
    ck_assert(body_has(&answer, "\"query\":[]") && body_has(&answer, "\"body\":\"\""));
}
END_TEST

/* H63 */
START_TEST(echo_as_page) {
    struct web_answer answer = ask("POST", "/echo?b=%3Cscript%3E", "Accept: text/html\r\nX: <i>\"&'\r\n", "</pre><u>",
                                   200);
    has(&answer, "Content-Type: text/html; charset=utf-8");
    ck_assert(body_has(&answer, "&lt;script&gt;") && body_has(&answer, "&lt;i&gt;") && body_has(&answer, "&lt;u&gt;"));
    ck_assert(!body_has(&answer, "<script>") && !body_has(&answer, "<i>") && !body_has(&answer, "<u>"));
    ck_assert(body_has(&answer, "POST hands something over"));
}
END_TEST

static const struct {
    const char *accept, *type;
} accepts[] = {
    {"", "text/plain; charset=utf-8"},
    {"Accept: */*\r\n", "text/plain; charset=utf-8"},
    {"Accept: text/html\r\n", "text/html; charset=utf-8"},
    {"Accept: TEXT/*\r\n", "text/plain; charset=utf-8"},
    {"Accept: application/json, text/plain;q=0.9\r\n", "application/json"},
    {"Accept: text/html;level=1;q=0.4, application/json;q=0.5, */*;q=0.1\r\n", "application/json"},
    {"Accept: text/plain;q=0, text/*;q=0.3\r\n", "text/html; charset=utf-8"},
    {"Accept: image/png\r\n", "text/plain; charset=utf-8"},
    {"Accept: text/html;q=0\r\nAccept: application/*;q=0.001\r\n", "application/json"},
    {"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8\r\n",
     "text/html; charset=utf-8"},
    {"Accept: text/html;q=x, ;;;q=, /, *\r\n", "text/plain; charset=utf-8"},
};

START_TEST(accepted) {
    char line[100];
    struct web_answer answer = ask("GET", "/echo", accepts[_i].accept, "", 200);
    snprintf(line, sizeof line, "Content-Type: %s", accepts[_i].type);
    has(&answer, line);
}
END_TEST

START_TEST(root_in_plain_text) {
    struct web_answer answer = ask("GET", "/", "Accept: text/plain, */*;q=0.1\r\n", "", 200);
    body_is(&answer, "OK");
    answer = ask("GET", "/", "Accept: application/json\r\n", "", 200);
    body_is(&answer, "OK");
    answer = ask("GET", "/", "Accept: text/html;q=0, */*\r\n", "", 200);
    body_is(&answer, "OK");
    answer = ask("GET", "/", "Accept: */*\r\n", "", 200);
    has(&answer, "Content-Type: text/html; charset=utf-8");
}
END_TEST

START_TEST(cookies) {
    struct web_answer answer = ask("GET", "/cookie", "Cookie: a=1; b=two+%20;c\r\nCookie: d==\r\n", "", 200);
    body_is(&answer, "a=1\nb=two+%20\nc=\nd==\n");
    answer = ask("GET", "/cookie", "", "", 200);
    body_is(&answer, "");
}
END_TEST

/* ---- statuses ---- */

START_TEST(statuses) {
    for (int status = 190; status < 610; status++) {
        char target[40];
        bool is_there = status >= 200 && status < 600;
        snprintf(target, sizeof target, "/status/%d", status);
        struct web_answer answer = ask("GET", target, "", "", is_there ? status : 404);
        bool bodiless = status == 204 || status == 205 || status == 304;
        ck_assert_int_eq(answer.body_length == 0, bodiless);
        ck_assert_int_eq(web_has_line(&answer, "Location: /anything"),
                         (status >= 300 && status <= 303) || (status >= 305 && status <= 308));
    }
    ask("GET", "/status/", "", "", 404);
    ask("GET", "/status/abc", "", "", 404);
    ask("GET", "/status/0000000000404", "", "", 404);
    ask("GET", "/status", "", "", 404);
    ask("GET", "/statusx/404", "", "", 404);
    struct web_answer answer = ask("DELETE", "/status/405", "", "", 405);
    has(&answer, "Allow: GET, HEAD");
}
END_TEST

START_TEST(redirections) {
    static const int kinds[] = {301, 302, 303, 307, 308};
    for (size_t i = 0; i < 5; i++) {
        char target[40];
        snprintf(target, sizeof target, "/redirect/%d", kinds[i]);
        struct web_answer answer = ask("POST", target, "", "x", kinds[i]);
        has(&answer, "Location: /anything");
    }
    ask("GET", "/redirect/304", "", "", 404);
}
END_TEST

/* ---- time ---- */

/* A slow answer holds back its own connection only. */
START_TEST(delays) {
    struct web_client *slow = say("GET /delay/3 HTTP/1.1\r\nHost: a\r\n\r\nGET /cookie HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_uint_eq(slow->got.length, 0);
    ask("GET", "/anything", "", "", 200);
    ck_assert_uint_eq(slow->got.length, 0);
    web_run(&web, LUCID_SECOND + LUCID_SECOND / 5);
    take(slow, 200);
    struct web_answer second;
    ck_assert(web_answer(slow, 1, NULL, &second));
    slow = say("GET /delay/99 HTTP/1.1\r\nHost: a\r\n\r\n");
    web_run(&web, 8 * LUCID_SECOND);
    ck_assert_uint_eq(slow->got.length, 0);
    web_run(&web, 2 * LUCID_SECOND);
    take(slow, 200);
}
END_TEST

START_TEST(drips) {
    struct web_client *client = say("GET /drip?numbytes=10&duration=5&delay=2 HTTP/1.1\r\nHost: a\r\n\r\n");
    char *head = strstr(client->got.data, "\r\n\r\n");
    ck_assert_ptr_nonnull(head);
    size_t before = client->got.length;
    ck_assert_str_eq(head, "\r\n\r\n");
    web_run(&web, 4 * LUCID_SECOND - LUCID_SECOND / 4);
    ck_assert_uint_eq(client->got.length - before, 6);
    web_run(&web, 3 * LUCID_SECOND);
    struct web_answer answer = take(client, 200);
    body_is(&answer, "**********");
    client = say("GET /drip?numbytes=0 HTTP/1.1\r\nHost: a\r\n\r\n");
    answer = take(client, 200);
    ck_assert_uint_eq(answer.body_length, 0);
}
END_TEST

/* H36: in chunks to HTTP/1.1, and to HTTP/1.0 up to the end of the connection. */
START_TEST(streams) {
    struct web_client *client = say("GET /stream/2 HTTP/1.1\r\nHost: a\r\n\r\nGET /cookie HTTP/1.1\r\nHost: a\r\n\r\n");
    static const char chunked[] =
        "Transfer-Encoding: "
        "chunked\r\n\r\n12\r\n{\"line\":1,\"of\":2}\n\r\n12\r\n{\"line\":2,\"of\":2}\n\r\n0\r\n\r\nHTTP/1.1 200";
    ck_assert_msg(strstr(client->got.data, chunked) != NULL, "%s", client->got.data);
    ck_assert_ptr_null(strstr(strstr(client->got.data, "\r\n"), "Connection: close"));
    client = say("GET /stream/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    ck_assert_ptr_null(strstr(client->got.data, "chunked"));
    ck_assert_ptr_null(strstr(client->got.data, "Content-Length"));
    ck_assert_ptr_nonnull(strstr(client->got.data, "\r\n\r\n{\"line\":1,\"of\":1}\n"));
    ck_assert(client->ended);
    client = say("GET /stream/0 HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_ptr_nonnull(strstr(client->got.data, "chunked\r\n\r\n0\r\n\r\n"));
    client = say("HEAD /stream/3 HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_str_eq(strstr(client->got.data, "\r\n\r\n"), "\r\n\r\n");
}
END_TEST

/* ---- octets ---- */

START_TEST(octets) {
    struct web_client *client = say("GET /bytes/100000 HTTP/1.1\r\nHost: a\r\n\r\n");
    web_run(&web, 2 * LUCID_SECOND);
    struct web_answer answer = take(client, 200);
    ck_assert_uint_eq(answer.body_length, 100000);
    for (size_t i = 0; i < answer.body_length; i++) {
        EXPECT(answer.body[i] == (char)('a' + i % 26));
    }
    answer = ask("GET", "/bytes/0", "", "", 200);
    ck_assert_uint_eq(answer.body_length, 0);
    answer = ask("GET", "/range/26", "Range: bytes=1-3\r\n", "", 206);
    body_is(&answer, "bcd");
    has(&answer, "Content-Range: bytes 1-3/26");
    ask("GET", "/range/26", "Range: bytes=26-\r\n", "", 416);
    ask("GET", "/range/26", "If-None-Match: \"range-26\"\r\n", "", 304);
    ask("GET", "/range/26", "If-Match: \"range-27\"\r\n", "", 412);
    answer = ask("GET", "/range/26", "If-Range: \"range-27\"\r\nRange: bytes=1-3\r\n", "", 200);
    ck_assert_uint_eq(answer.body_length, 26);
}
END_TEST

/* ---- pairs ---- */

START_TEST(pairs) {
    static const char text[] = "a=1&&b=%41%zz%4&c=d=e&=f&+";
    static const char *const expected[][2] = {{"a", "1"}, {"b", "A%zz%4"}, {"c", "d=e"}, {"", "f"}, {" ", ""}};
    uint8_t *exact = exact_copy(text, sizeof text - 1);
    struct http_form form = {(const char *)exact, (const char *)exact + sizeof text - 1, '&'};
    struct text name = text_growing(), value = text_growing();
    for (size_t i = 0; i < 5; i++) {
        ck_assert(http_form_next(&form, &name, &value));
        ck_assert_str_eq(name.data, expected[i][0]);
        ck_assert_str_eq(value.data, expected[i][1]);
    }
    ck_assert(!http_form_next(&form, &name, &value));
    ck_assert_uint_eq(http_form_number("a=5&b=x&c=99999999999", 21, "a", 100, 7), 5);
    ck_assert_uint_eq(http_form_number("a=5&b=x&c=99999999999", 21, "b", 100, 7), 7);
    ck_assert_uint_eq(http_form_number("a=5&b=x&c=99999999999", 21, "c", 100, 7), 100);
    text_free(&name);
    text_free(&value);
    exact_free(exact);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_try", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, echo_as_lines);
    tcase_add_test(tests, echo_as_json);
    tcase_add_test(tests, echo_as_page);
    tcase_add_loop_test(tests, accepted, 0, (int)(sizeof accepts / sizeof accepts[0]));
    tcase_add_test(tests, root_in_plain_text);
    tcase_add_test(tests, cookies);
    tcase_add_test(tests, statuses);
    tcase_add_test(tests, redirections);
    tcase_add_test(tests, delays);
    tcase_add_test(tests, drips);
    tcase_add_test(tests, streams);
    tcase_add_test(tests, octets);
    tcase_add_test(tests, pairs);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
