/* test_http_gzip.c: the form of a file that is compressed already: who gets it, and that its tag, length and ranges are
 * its own. RFC 9110 8.4, 8.8.3.3, 12.5.3, 12.5.5; H49, H54, H55, H57, H58. Decision 0103.
 */
#include "harness/web.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

enum { CHANGED = 784111777 };

static struct web web;
static char root[] = "/tmp/lucid-gzip-XXXXXX";

static const char *at(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void put(const char *name, const char *text, time_t changed) {
    int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    ck_assert_int_eq(utime(at(name), &(struct utimbuf){changed, changed}), 0);
}

/* In a minute from now all of this will have settled. */
static void setup(void) {
    ck_assert_ptr_nonnull(mkdtemp(root));
    put("a.css", "this is the plain text", CHANGED);
    put("a.css.gz", "compressed", CHANGED);
    put("b.txt", "only plain", CHANGED);
    put("stale.txt", "the new text", CHANGED);
    put("stale.txt.gz", "of old", CHANGED - 1);
    put("index.html", "<p>plain", CHANGED);
    put("index.html.gz", "<p>gz", CHANGED + 1);
    put("c.gz", "an archive", CHANGED);
    put("c.gz.gz", "never", CHANGED);
    put("d", "d", CHANGED);
    ck_assert_int_eq(mkdir(at("d.gz"), 0755), 0);
    put("e", "e", CHANGED);
    ck_assert_int_eq(symlink("/etc/hostname", at("e.gz")), 0);
    put("f", "f", CHANGED);
    ck_assert_int_eq(mkfifo(at("f.gz"), 0644), 0);
    web_init(&web);
    web.options.root = root;
    web.options.epoch = (uint64_t)(time(NULL) + 60) * LUCID_SECOND;
    ck_assert_ptr_null(web_open(&web));
}

static void teardown(void) {
    char command[100];
    ck_assert_ptr_null(web_close(&web));
    snprintf(command, sizeof command, "rm -r %s", root);
    ck_assert_int_eq(system(command), 0);
    strcpy(root, "/tmp/lucid-gzip-XXXXXX");
}

/* ---- asking ---- */

static struct web_answer ask(const char *method, const char *target, const char *fields) {
    char request[1000];
    struct web_answer answer;
    struct web_client *client = web_connect(&web);
    const bool to_head = strcmp(method, "HEAD") == 0;
    snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: a\r\n%s\r\n", method, target, fields);
    web_say(&web, client, request);
    web_run(&web, LUCID_SECOND);
    ck_assert_msg(web_answer(client, 0, &to_head, &answer), "%s: %s", request, client->got.data);
    return answer;
}

static void value_of(const struct web_answer *answer, const char *name, char value[200]) {
    char start[60];
    snprintf(start, sizeof start, "\r\n%s: ", name);
    const char *line = memmem(answer->head, answer->head_length, start, strlen(start));
    ck_assert_msg(line != NULL, "no %s in %.*s", name, (int)answer->head_length, answer->head);
    line += strlen(start);
    snprintf(value, 200, "%.*s", (int)strcspn(line, "\r"), line);
}

static void body_is(const struct web_answer *answer, const char *body, const char *what) {
    ck_assert_msg(answer->body_length == strlen(body) && !memcmp(answer->body, body, answer->body_length), "%s: %.*s",
                  what, (int)answer->body_length, answer->body);
}

static bool is_coded(const struct web_answer *answer) {
    return web_has_line(answer, "Content-Encoding: gzip");
}

/* ---- who gets it ---- */

static const struct {
    const char *fields;
    bool gzip;
} wishes[] = {
    {"", false},
    {"Accept-Encoding: gzip\r\n", true},
    {"Accept-Encoding: GZIP\r\n", true},
    {"Accept-Encoding: x-gzip\r\n", true},
    {"Accept-Encoding: gzip, deflate, br, zstd\r\n", true},
    {"Accept-Encoding: br;q=1.0, gzip;q=0.001\r\n", true},
    {"Accept-Encoding: deflate\r\nAccept-Encoding: gzip ; q=0.5\r\n", true},
    {"Accept-Encoding: *\r\n", true},
    {"Accept-Encoding: *;q=0.1\r\n", true},
    {"Accept-Encoding: identity;q=0, *\r\n", true},
    {"Accept-Encoding: identity;q=0.5, gzip;q=0.5\r\n", true},
    {"Accept-Encoding: gzip;q=0.5, *;q=1\r\n", true},
    {"Accept-Encoding: gzip;q=0, x-gzip\r\n", false},
    {"Accept-Encoding:\r\n", false},
    {"Accept-Encoding: identity\r\n", false},
    {"Accept-Encoding: br\r\n", false},
    {"Accept-Encoding: gzip;q=0\r\n", false},
    {"Accept-Encoding: gzip;q=0.000, *\r\n", false},
    {"Accept-Encoding: gzip;Q=0\r\n", false},
    {"Accept-Encoding: gzip;q=x\r\n", false},
    {"Accept-Encoding: *;q=0\r\n", false},
    {"Accept-Encoding: identity, gzip;q=0.5\r\n", false},
    {"Accept-Encoding: identity;q=0\r\n", false},
    {"Accept-Encoding: gzippy, xgzip, gzi\r\n", false},
};

START_TEST(who_gets_it) {
    struct web_answer answer = ask("GET", "/a.css", wishes[_i].fields);
    ck_assert_int_eq(answer.status, 200);
    body_is(&answer, wishes[_i].gzip ? "compressed" : "this is the plain text", wishes[_i].fields);
    ck_assert_int_eq(is_coded(&answer), wishes[_i].gzip);
    ck_assert(web_has_line(&answer, "Vary: Accept-Encoding"));
    ck_assert(web_has_line(&answer, "Content-Type: text/css; charset=utf-8"));
}
END_TEST

#define GZIP "Accept-Encoding: gzip\r\n"

START_TEST(which_files) {
    static const struct {
        const char *target, *body;
        bool gzip, varies;
    } rows[] = {
        {"/b.txt", "only plain", false, true},
        {"/stale.txt", "the new text", false, true},
        {"/", "<p>gz", true, true},
        {"/c.gz", "an archive", false, false},
        {"/a.css.gz", "compressed", false, false},
        {"/d", "d", false, true},
        {"/e", "e", false, true},
        {"/f", "f", false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct web_answer answer = ask("GET", rows[i].target, GZIP);
        ck_assert_int_eq(answer.status, 200);
        body_is(&answer, rows[i].body, rows[i].target);
        ck_assert_msg(is_coded(&answer) == rows[i].gzip, "%s", rows[i].target);
        ck_assert_msg(web_has_line(&answer, "Vary: Accept-Encoding") == rows[i].varies, "%s", rows[i].target);
    }
    struct web_answer answer = ask("GET", "/c.gz", GZIP);
    ck_assert(web_has_line(&answer, "Content-Type: application/gzip"));
    answer = ask("GET", "/nothing", GZIP);
    ck_assert_int_eq(answer.status, 404);
}
END_TEST

START_TEST(head_says_the_same) {
    struct web_answer answer = ask("HEAD", "/a.css", GZIP);
    ck_assert(web_has_line(&answer, "Content-Length: 10") && is_coded(&answer));
    answer = ask("HEAD", "/a.css", "");
    ck_assert(web_has_line(&answer, "Content-Length: 22") && !is_coded(&answer));
}
END_TEST

/* Each form has a tag of its own: what one client has is not taken for what another wants. */
START_TEST(tags) {
    char plain[200], coded[200], fields[500], value[200];
    struct web_answer answer = ask("GET", "/a.css", "");
    value_of(&answer, "ETag", plain);
    answer = ask("GET", "/a.css", GZIP);
    value_of(&answer, "ETag", coded);
    ck_assert_str_ne(plain, coded);
    ck_assert_int_eq(plain[0], '"');
    ck_assert_int_eq(coded[0], '"');
    snprintf(fields, sizeof fields, GZIP "If-None-Match: %s\r\n", coded);
    answer = ask("GET", "/a.css", fields);
    ck_assert_int_eq(answer.status, 304);
    value_of(&answer, "ETag", value);
    ck_assert_str_eq(value, coded);
    ck_assert(web_has_line(&answer, "Vary: Accept-Encoding"));
    snprintf(fields, sizeof fields, GZIP "If-None-Match: %s\r\n", plain);
    ck_assert_int_eq(ask("GET", "/a.css", fields).status, 200);
    snprintf(fields, sizeof fields, "If-None-Match: %s\r\n", coded);
    ck_assert_int_eq(ask("GET", "/a.css", fields).status, 200);
    snprintf(fields, sizeof fields, GZIP "Range: bytes=0-0\r\nIf-Range: %s\r\n", plain);
    ck_assert_int_eq(ask("GET", "/a.css", fields).status, 200);
    snprintf(fields, sizeof fields, GZIP "Range: bytes=0-0\r\nIf-Range: %s\r\n", coded);
    ck_assert_int_eq(ask("GET", "/a.css", fields).status, 206);
}
END_TEST

/* Ranges are octets of the coded form. */
START_TEST(ranges) {
    struct web_answer answer = ask("GET", "/a.css", GZIP "Range: bytes=2-4\r\n");
    ck_assert_int_eq(answer.status, 206);
    body_is(&answer, "mpr", "bytes=2-4");
    ck_assert(web_has_line(&answer, "Content-Range: bytes 2-4/10") && is_coded(&answer));
    ck_assert(web_has_line(&answer, "Vary: Accept-Encoding"));
    answer = ask("GET", "/a.css", GZIP "Range: bytes=10-\r\n");
    ck_assert_int_eq(answer.status, 416);
    ck_assert(web_has_line(&answer, "Content-Range: bytes */10"));
    answer = ask("GET", "/a.css", "Range: bytes=10-\r\n");
    ck_assert(web_has_line(&answer, "Content-Range: bytes 10-21/22") && !is_coded(&answer));
    answer = ask("GET", "/a.css", GZIP "Range: bytes=0-0,5-5\r\n");
    ck_assert_int_eq(answer.status, 200);
    body_is(&answer, "compressed", "two ranges");
    ck_assert_int_eq(ask("GET", "/a.css", "Range: bytes=0-0,5-5\r\n").status, 206);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_gzip", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, who_gets_it, 0, (int)(sizeof wishes / sizeof wishes[0]));
    tcase_add_test(tests, which_files);
    tcase_add_test(tests, head_says_the_same);
    tcase_add_test(tests, tags);
    tcase_add_test(tests, ranges);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
