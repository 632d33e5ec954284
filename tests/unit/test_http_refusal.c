/* test_http_refusal.c: every reason for which a request is refused can be reached, by a request or by a handler, and
 * is told in three forms, none of which carries anything over that does harm: H33, H38, H39, H40, H63. RFC 9110 12.5.1,
 * 15.
 */
#include "harness/web.h"
#include "http/http_site.h"
#include "unit.h"

#include <stdio.h>

static struct web web;

/* What cannot be had by a request alone: a file system that is in trouble, what a configuration says. */
static bool answer_failure(struct http_site *site, struct http_exchange *exchange) {
    static const enum http_refusal refusals[] = {HTTP_REFUSED_FORBIDDEN, HTTP_REFUSED_FAILED, HTTP_REFUSED_BUSY,
                                                 HTTP_REFUSED_GONE, HTTP_REFUSED_CLOSED};
    struct http_span query = exchange->request.query;
    (void)site;
    exchange->refusal = (uint16_t)refusals[exchange->octets[query.at] - '0'];
    return false;
}

static const struct http_handler failing[] = {{.path = "fail", .methods = HTTP_GET, .answer = answer_failure}};

static void setup(void) {
    web_init(&web);
    web.options.handlers = failing;
    web.options.handler_count = 1;
    web.options.handlers_first = true;
    const char *wrong = web_open(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static void teardown(void) {
    const char *wrong = web_close(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static struct web_answer ask(const char *text, size_t length, int status) {
    struct web_client *client = web_connect(&web);
    struct web_answer answer;
    web_send(&web, client, text, length);
    web_run(&web, LUCID_SECOND / 2);
    ck_assert_msg(web_answer(client, 0, NULL, &answer), "no answer to: %.80s", text);
    ck_assert_msg(answer.status == status, "%d, not %d: %.80s", answer.status, status, text);
    return answer;
}

static void has(const struct web_answer *answer, const char *text) {
    ck_assert_msg(memmem(answer->body, answer->body_length, text, strlen(text)), "no %s in %.*s", text,
                  (int)answer->body_length, answer->body);
}

static void lacks(const struct web_answer *answer, const char *text) {
    ck_assert_msg(!memmem(answer->head, answer->head_length + answer->body_length, text, strlen(text)), "%s in %.*s",
                  text, (int)answer->body_length, answer->body);
}

/* ---- every reason ---- */

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define LONG "{long}" /* stands for 10,000 letters */

/* A request for each; what the page shows of it, NULL: nothing. Those that are refused before their Accept is read
 * are told in HTML. */
static const struct row {
    enum http_refusal refusal;
    const char *request, *shown;
} rows[] = {
    {HTTP_REFUSED_EMPTY_LINE, "\r\n\r\n", "\\x0d"},
    {HTTP_REFUSED_BARE_LF, "GET / HTTP/1.1\n", "\\x0a"},
    {HTTP_REFUSED_BARE_CR, GET "X: a\rb\r\n\r\n", "\\x0d"},
    {HTTP_REFUSED_LINE_LONG, "GET /" LONG " HTTP/1.1\r\n", NULL},
    {HTTP_REFUSED_HEAD_LONG, GET "X: " LONG LONG LONG LONG "\r\n\r\n", NULL},
    {HTTP_REFUSED_LINE_PARTS, "GET / HTTP/1.1 x\r\n", "HTTP/1.1 x"},
    {HTTP_REFUSED_METHOD, "G<T / HTTP/1.1\r\n", "<"},
    {HTTP_REFUSED_TARGET, "GET /\x01/x HTTP/1.1\r\n", "\\x01/x HTTP/1.1"},
    {HTTP_REFUSED_VERSION, "GET / HTTP/1\r\n", "HTTP/1"},
    {HTTP_REFUSED_VERSION_MAJOR, "PRI * HTTP/2.0\r\n\r\n", "HTTP/2.0"},
    {HTTP_REFUSED_FIELD_FIRST_SPACE, "GET / HTTP/1.1\r\n X: y\r\n", " "},
    {HTTP_REFUSED_FIELD_FOLDED, GET "\tX: y\r\n", "\\x09"},
    {HTTP_REFUSED_FIELD_COLON, GET "secret\r\n", "s"},
    {HTTP_REFUSED_FIELD_NAME, GET "a&b: c\r\n(: d\r\n", "("},
    {HTTP_REFUSED_FIELD_NAME_SPACE, GET "X : y\r\n", " "},
    {HTTP_REFUSED_FIELD_VALUE, GET "X: \x7f\r\n", "\\x7f"},
    {HTTP_REFUSED_FIELDS_MANY, GET "{fields}\r\n", NULL},
    {HTTP_REFUSED_HOST_MISSING, "GET / HTTP/1.1\r\n\r\n", NULL},
    {HTTP_REFUSED_HOST_TWICE, GET "Host: b\r\n\r\n", "Host: b"},
    {HTTP_REFUSED_HOST, "GET / HTTP/1.1\r\nHost: \"<b>'\r\n\r\n", "Host: \"<b>'"},
    {HTTP_REFUSED_FORM, "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "* HTTP/1.1"},
    {HTTP_REFUSED_LENGTH, POST "Content-Length: +5\r\n\r\n", "+5"},
    {HTTP_REFUSED_LENGTH_TWICE, POST "Content-Length: 5, 6\r\n\r\n", "5, 6"},
    {HTTP_REFUSED_LENGTH_AND_CODING, POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
     "Transfer-Encoding: chunked"},
    {HTTP_REFUSED_CODING_EMPTY, POST "Transfer-Encoding: ,chunked\r\n\r\n", "Transfer-Encoding: ,chunked"},
    {HTTP_REFUSED_CODING_LAST, POST "Transfer-Encoding: gzip\r\n\r\n", "Transfer-Encoding: gzip"},
    {HTTP_REFUSED_CODING_UNKNOWN, POST "Transfer-Encoding: cow, chunked\r\n\r\n", "Transfer-Encoding: cow, chunked"},
    {HTTP_REFUSED_CODING_OLD, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding: chunked"},
    {HTTP_REFUSED_EXPECTATION, POST "Expect: tea\r\n\r\n", "Expect: tea"},
    {HTTP_REFUSED_BODY_LARGE, POST "Content-Length: 99999999999\r\n\r\n", NULL},
    {HTTP_REFUSED_CHUNK_SIZE, CHUNKED "5g\r\n", "g"},
    {HTTP_REFUSED_CHUNK_EXTENSION, CHUNKED "5;<\r\n", "<"},
    {HTTP_REFUSED_CHUNK_END, CHUNKED "5\r\nhello>\r\n", ">"},
    {HTTP_REFUSED_CHUNK_TRAILER, CHUNKED "0\r\n&x y\r\n", " "},
    {HTTP_REFUSED_PATH_ESCAPE, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "/%zz HTTP/1.1"},
    {HTTP_REFUSED_PATH_OCTET, "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", "/%00 HTTP/1.1"},
    {HTTP_REFUSED_PATH_OUTSIDE, "GET /../x HTTP/1.1\r\nHost: a\r\n\r\n", "/../x HTTP/1.1"},
    {HTTP_REFUSED_PATH_LONG, "GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n", NULL},
    {HTTP_REFUSED_METHOD_UNKNOWN, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "BREW / HTTP/1.1"},
    {HTTP_REFUSED_METHOD_NOT_ALLOWED, "PUT / HTTP/1.1\r\nHost: a\r\n\r\n", NULL},
    {HTTP_REFUSED_NOT_FOUND, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", NULL},
    {HTTP_REFUSED_FORBIDDEN, "GET /fail?0 HTTP/1.1\r\nHost: a\r\n\r\n", NULL},
    {HTTP_REFUSED_GONE, "GET /fail?3 HTTP/1.1\r\nHost: a\r\n\r\n", NULL},
    {HTTP_REFUSED_CLOSED, "GET /fail?4 HTTP/1.1\r\nHost: a\r\n\r\n", NULL},
    {HTTP_REFUSED_PRECONDITION, "GET /range/9 HTTP/1.1\r\nHost: a\r\nIf-Match: \"x\"\r\n\r\n", NULL},
    {HTTP_REFUSED_RANGE, "GET /range/9 HTTP/1.1\r\nHost: a\r\nRange: bytes=10-\r\n\r\n", NULL},
    {HTTP_REFUSED_TIMEOUT, "GET / HTTP/1.1\r\n", NULL},
    {HTTP_REFUSED_FAILED, "GET /fail?1 HTTP/1.1\r\nHost: a\r\n\r\n", NULL},
    {HTTP_REFUSED_BUSY, "GET /fail?2 HTTP/1.1\r\nHost: a\r\n\r\n", NULL},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* Reasons for which a request is not refused here: those of responses (http_client.h), and those of requests that are
 * passed on, or come in uwsgi packets (test_http_gateway.c, test_http_gateway_failures.c, test_http_uwsgi.c). */
static bool is_for_others(enum http_refusal refusal) {
    return refusal == HTTP_REFUSED_NONE || refusal == HTTP_REFUSED_STATUS_LINE || refusal > HTTP_REFUSED_BUSY;
}

static void put_times(struct text *text, const char *what, int times) {
    for (int i = 0; i < times; i++) {
        text_put(text, what);
    }
}

/* The request with what stands for much. */
static struct text write_out(const char *request) {
    static const struct {
        const char *name, *what;
        int times;
    } words[] = {{"{long}", "abcdefghij", 1000}, {"{path}", "abcdefghij", 500}, {"{fields}", "X: y\r\n", 101}};
    struct text text = text_growing();
    while (*request) {
        size_t i = 0;
        while (i < 3 && strncmp(request, words[i].name, strlen(words[i].name)) != 0) {
            i++;
        }
        if (i == 3) {
            text_put_char(&text, *request++);
            continue;
        }
        put_times(&text, words[i].what, words[i].times);
        request += strlen(words[i].name);
    }
    return text;
}

START_TEST(each_reason_is_told) {
    const struct row *row = &rows[_i];
    const struct http_reason *reason = http_reason(row->refusal);
    struct text request = write_out(row->request);
    struct web_client *client = web_connect(&web);
    struct web_answer answer;
    char shown[100];
    web_send(&web, client, request.data, request.length);
    web_run(&web, row->refusal == HTTP_REFUSED_TIMEOUT ? 11 * LUCID_SECOND : LUCID_SECOND / 2);
    text_free(&request);
    ck_assert_msg(web_answer(client, 0, NULL, &answer), "no answer");
    ck_assert_msg(answer.status == reason->status, "%s: %d", reason->name, answer.status);
    has(&answer, reason->source);
    ck_assert(web_has_line(&answer, "Date: Sun, 06 Nov 1994 08:49:37 GMT") || row->refusal == HTTP_REFUSED_TIMEOUT);
    ck_assert(web_has_line(&answer, "X-Content-Type-Options: nosniff"));
    if (!row->shown) {
        lacks(&answer, "; byte ");
        return;
    }
    snprintf(shown, sizeof shown, ": `%s`\n", row->shown);
    has(&answer, shown);
}
END_TEST

/* A reason that nobody can get would be a sentence that nobody has checked. */
START_TEST(no_reason_is_left_out) {
    for (unsigned refusal = 0; refusal < HTTP_REFUSALS; refusal++) {
        bool found = is_for_others(refusal);
        for (unsigned i = 0; i < ROWS; i++) {
            found = found || rows[i].refusal == refusal;
        }
        ck_assert_msg(found, "no request gets %s", http_reason(refusal)->name);
    }
}
END_TEST

/* ---- three forms ---- */

static struct web_answer two_hosts(const char *accept) {
    char request[300];
    int length = snprintf(request, sizeof request, "GET / HTTP/1.1\r\n%sHost: a\r\nHost: b`<\\\"&\r\n\r\n", accept);
    return ask(request, (size_t)length, 400);
}

START_TEST(as_a_page) {
    struct web_answer answer = two_hosts("Accept: text/html,*/*;q=0.8\r\n");
    ck_assert(web_has_line(&answer, "Content-Type: text/html; charset=utf-8"));
    ck_assert(web_has_line(&answer, "Vary: Accept"));
    has(&answer, "<h1>400 Bad Request</h1>\n<p>two Host fields.</p>\n<p>RFC 9112 3.2; byte 54 of the request: "
                 "<code>Host: b`&lt;\\&quot;&amp;</code></p>\n</main>\n</body>\n</html>\n");
}
END_TEST

START_TEST(as_text) {
    struct web_answer answer = two_hosts("Accept: text/plain\r\n");
    static const char text[] = "400: two Host fields, RFC 9112 3.2; byte 45: `Host: b`<\\\"&`\n";
    ck_assert(web_has_line(&answer, "Content-Type: text/plain; charset=utf-8"));
    ck_assert_uint_eq(answer.body_length, sizeof text - 1);
    ck_assert_mem_eq(answer.body, text, sizeof text - 1);
}
END_TEST

START_TEST(as_json) {
    struct web_answer answer = two_hosts("Accept: text/html;q=0.1, application/json\r\n");
    static const char json[] = "{\"status\":400,\"reason\":\"HOST_TWICE\",\"sentence\":\"two Host fields\","
                               "\"source\":\"RFC 9112 3.2\",\"byte\":68,\"octets\":\"Host: b`<\\\\\\\"&\"}\n";
    ck_assert(web_has_line(&answer, "Content-Type: application/json"));
    ck_assert_msg(answer.body_length == sizeof json - 1 && memcmp(answer.body, json, sizeof json - 1) == 0, "%.*s",
                  (int)answer.body_length, answer.body);
    static const char nothing[] = "GET /x HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n";
    answer = ask(nothing, sizeof nothing - 1, 404);
    has(&answer, "\"source\":\"RFC 9110 15.5.5\"}\n");
}
END_TEST

/* ---- what is shown does no harm ---- */

/* H63: control characters, and what is not ASCII, are not sent to a terminal. */
START_TEST(what_is_shown_can_be_shown) {
    static const char escapes[] = "GET /\x1b[2J\xff HTTP/1.1\r\nAccept: text/plain\r\nHost: a\r\n\r\n";
    struct web_answer answer = ask(escapes, sizeof escapes - 1, 400);
    has(&answer, "`\\x1b[2J\\xff HTTP/1.1`\n");
    static const char host[] = "GET / HTTP/1.1\r\nAccept: text/plain\r\nHost: \xc3\xa4\r\n\r\n";
    answer = ask(host, sizeof host - 1, 400);
    has(&answer, "`Host: \\xc3\\xa4`\n");
    static const char json[] = "GET / HTTP/1.1\r\nAccept: application/json\r\nHost: \xc3\xa4\r\n\r\n";
    answer = ask(json, sizeof json - 1, 400);
    has(&answer, "\"octets\":\"Host: \\u00c3\\u00a4\"}\n");
}
END_TEST

/* However long the line is. */
START_TEST(what_is_shown_is_short) {
    struct text request = text_growing();
    text_put(&request, "GET / HTTP/1.1\r\nAccept: text/plain\r\nHost: ");
    put_times(&request, "\x80", 4000);
    text_put(&request, "\r\n\r\n");
    struct web_answer answer = ask(request.data, request.length, 400);
    ck_assert_uint_lt(answer.body_length, 400);
    text_free(&request);
}
END_TEST

/* AH6: a page that shows a field of a secret gives it to whoever may read the page. */
START_TEST(secrets_stay_secret) {
    static const char *const requests[] = {
        GET "Cookie : marker\r\n\r\n",
        GET "Cookie: a\x01marker\r\n\r\n",
        GET "Cookie: a\rmarker\r\n\r\n",
        GET "Cookie: marker\n\r\n",
        GET "Cookie: a\r\n marker\r\n\r\n",
        GET "Authorization marker\r\n\r\n",
        GET "Author(marker: x\r\n\r\n",
        GET "Authorization: marker\r\nX\r\n\r\n",
        "GET / HTTP/1.1\r\nCookie: marker\r\n\r\n",
        CHUNKED "3\r\nabcmarker\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        struct web_answer answer = ask(requests[i], strlen(requests[i]), 400);
        lacks(&answer, "marker");
    }
}
END_TEST

/* H40: nothing of the request reaches a field of the answer. */
START_TEST(heads_have_nothing_of_the_request) {
    for (unsigned i = 0; i < ROWS; i++) {
        struct text request = write_out(rows[i].request);
        if (rows[i].refusal == HTTP_REFUSED_TIMEOUT) {
            text_free(&request);
            continue;
        }
        struct web_answer answer = ask(request.data, request.length, http_reason(rows[i].refusal)->status);
        text_free(&request);
        static const char *const lines[] = {"HTTP/1.1 ",
                                            "Date: ",
                                            "Allow: ",
                                            "Content-Range: bytes */",
                                            "Retry-After: 1",
                                            "Vary: Accept",
                                            "X-Content-Type-Options: nosniff",
                                            "Connection: close",
                                            "Content-Type: ",
                                            "Content-Length: ",
                                            "\r\n"};
        const char *at = answer.head;
        while (at < answer.body) {
            bool known = false;
            for (size_t line = 0; line < sizeof lines / sizeof lines[0]; line++) {
                known = known || strncmp(at, lines[line], strlen(lines[line])) == 0;
            }
            ck_assert_msg(known, "%.60s", at);
            at = strstr(at, "\r\n") + 2;
        }
    }
}
END_TEST

/* H39: 503 says when to come again. RFC 9110 15.6.4 */
START_TEST(come_again) {
    static const char request[] = "GET /fail?2 HTTP/1.1\r\nHost: a\r\n\r\n";
    struct web_answer answer = ask(request, sizeof request - 1, 503);
    ck_assert(web_has_line(&answer, "Retry-After: 1"));
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_refusal", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, each_reason_is_told, 0, ROWS);
    tcase_add_test(tests, no_reason_is_left_out);
    tcase_add_test(tests, as_a_page);
    tcase_add_test(tests, as_text);
    tcase_add_test(tests, as_json);
    tcase_add_test(tests, what_is_shown_can_be_shown);
    tcase_add_test(tests, what_is_shown_is_short);
    tcase_add_test(tests, secrets_stay_secret);
    tcase_add_test(tests, heads_have_nothing_of_the_request);
    tcase_add_test(tests, come_again);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
