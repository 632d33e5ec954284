/* test_http_listing.c: what is in a folder: H63, and what a listing must not tell. http_listing.h. */
#include "harness/web.h"
#include "http/http_listing.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

static struct web web;
static char base[] = "/tmp/lucid-listing-XXXXXX";
static char root[64];

/* ---- a tree:  base/secret, base/root/... ---- */

static const char *at(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", base, name);
    return path;
}

/* A file of so many octets, changed at the turn of the millennium. */
static void put(const char *name, off_t length) {
    const struct utimbuf then = {946684800, 946684800};
    int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, length), 0);
    close(fd);
    ck_assert_int_eq(utime(at(name), &then), 0);
}

static void make_folder(const char *name) {
    ck_assert_int_eq(mkdir(at(name), 0755), 0);
}

static void make_link(const char *to, const char *name) {
    ck_assert_int_eq(symlink(to, at(name)), 0);
}

static void setup(void) {
    ck_assert_ptr_nonnull(mkdtemp(base));
    snprintf(root, sizeof root, "%s/root", base);
    make_folder("root");
    put("secret", 77);
    web_init(&web);
    web.options.root = root;
    web.options.lists = true;
    ck_assert_ptr_null(web_open(&web));
}

static void teardown(void) {
    char command[100];
    const char *wrong = web_close(&web);
    ck_assert_msg(!wrong, "%s", wrong);
    snprintf(command, sizeof command, "rm -r %s", base);
    ck_assert_int_eq(system(command), 0);
    strcpy(base, "/tmp/lucid-listing-XXXXXX");
}

/* ---- asking ---- */

static struct web_answer ask(const char *target, const char *fields, int status) {
    char request[1000];
    struct web_answer answer;
    struct web_client *client = web_connect(&web);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", target, fields);
    web_say(&web, client, request);
    web_run(&web, 2 * LUCID_SECOND);
    ck_assert_msg(web_answer(client, 0, NULL, &answer), "%s", client->got.data);
    ck_assert_msg(answer.status == status, "%s: %d", target, answer.status);
    return answer;
}

/* Where the words are; NULL: nowhere. */
static const char *find(const struct web_answer *answer, const char *words) {
    return memmem(answer->body, answer->body_length, words, strlen(words));
}

static void shows(const struct web_answer *answer, const char *words) {
    ck_assert_msg(find(answer, words) != NULL, "no %s in %.*s", words, (int)answer->body_length, answer->body);
}

static void hides(const struct web_answer *answer, const char *words) {
    ck_assert_msg(!find(answer, words), "%s in %.*s", words, (int)answer->body_length, answer->body);
}

static void json_is(const char *target, const char *expected) {
    struct web_answer answer = ask(target, "Accept: application/json\r\n", 200);
    ck_assert(web_has_line(&answer, "Content-Type: application/json"));
    ck_assert_msg(answer.body_length == strlen(expected) && memcmp(answer.body, expected, answer.body_length) == 0,
                  "%.*s", (int)answer.body_length, answer.body);
}

START_TEST(a_page) {
    make_folder("root/sub");
    make_folder("root/sub/Zoo");
    put("root/sub/b", 999);
    put("root/sub/A", 1500);
    put("root/sub/a", 123456789);
    struct web_answer answer = ask("/sub/", "", 200);
    ck_assert(web_has_line(&answer, "Content-Type: text/html; charset=utf-8"));
    ck_assert(web_has_line(&answer, "X-Content-Type-Options: nosniff"));
    ck_assert(web_has_line(&answer, "Vary: Accept"));
    shows(&answer, "<title>/sub/</title>");
    shows(&answer, "<a href=\"b\">b</a></td><td class=\"number\">999 B</td><td class=\"number\">2000-01-01 00:00</td>");
    shows(&answer, ">1.5 kB</td>");
    shows(&answer, ">123 MB</td>");
    static const char *const order[] = {"href=\"../\"", "href=\"Zoo/\"", "href=\"A\"", "href=\"a\"", "href=\"b\""};
    for (size_t i = 1; i < sizeof order / sizeof order[0]; i++) {
        ck_assert_msg(find(&answer, order[i - 1]) < find(&answer, order[i]), "%s", order[i]);
    }
    answer = ask("/", "", 200);
    hides(&answer, "../");
    shows(&answer, "<a href=\"sub/\">sub/</a>");
    answer = ask("/nothing/", "", 404);
}
END_TEST

START_TEST(as_json) {
    put("root/a", 3);
    json_is("/", "{\"folder\":\"/\",\"entries\":[{\"name\":\"a\",\"href\":\"a\",\"type\":\"file\",\"size\":3,"
                 "\"modified\":\"2000-01-01T00:00:00Z\"}],\"more\":false}\n");
    make_folder("root/sub");
    json_is("/sub/", "{\"folder\":\"/sub/\",\"entries\":[],\"more\":false}\n");
}
END_TEST

/* H63: names are text, in the page, in its links and in JSON. */
START_TEST(names) {
    static const struct {
        const char *name, *row, *json;
    } rows[] = {
        {"<b>&\"'", "<a href=\"%3Cb%3E%26%22%27\">&lt;b&gt;&amp;&quot;&#39;</a>", "\"name\":\"<b>&\\\"'\""},
        {"javascript:alert(1)", "<a href=\"javascript%3Aalert%281%29\">", "\"name\":\"javascript:alert(1)\""},
        {"a b?c#d%41", "<a href=\"a%20b%3Fc%23d%2541\">", "\"href\":\"a%20b%3Fc%23d%2541\""},
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "<a href=\"%C3%A4%E2%82%AC%F0%9F%98%80\">",
         "\"name\":\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {"\xff\xc0\xaf\xed\xa0\x80", "<a href=\"%FF%C0%AF%ED%A0%80\">",
         "\"name\":\"\\u00ff\\u00c0\\u00af\\u00ed\\u00a0\\u0080\""},
        {"\xe2\x82", "<a href=\"%E2%82\">", "\"name\":\"\\u00e2\\u0082\""},
        {"back\\slash", "<a href=\"back%5Cslash\">", "\"name\":\"back\\\\slash\""},
    };
    char name[100];
    make_folder("root/<i>");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(name, sizeof name, "root/<i>/%s", rows[i].name);
        put(name, 0);
    }
    struct web_answer page = ask("/%3ci%3E/", "Accept: text/html\r\n", 200);
    struct web_answer json = ask("/%3ci%3E/", "Accept: application/json;q=1, text/html;q=0.5\r\n", 200);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        shows(&page, rows[i].row);
        shows(&json, rows[i].json);
    }
    shows(&page, "<title>/&lt;i&gt;/</title>");
    hides(&page, "<i>");
    hides(&page, "<b>");
}
END_TEST

/* Neither what is hidden, nor what could not be had, nor anything of what links lead to outside. */
START_TEST(what_is_not_shown) {
    static const char *const hidden[] = {".hidden",  "new",  "pipe",  "out",  "absolute", "up",
                                         "dangling", "loop", "magic", "null", "secret"};
    put("root/.hidden", 0);
    put("root/new\nline", 0);
    put("root/file", 12);
    make_folder("root/folder");
    make_link("../secret", "root/out");
    make_link(at("secret"), "root/absolute");
    make_link("..", "root/up");
    make_link("nothing", "root/dangling");
    make_link("loop", "root/loop");
    make_link("/proc/self/root", "root/magic");
    make_link("/dev/null", "root/null");
    make_link("file", "root/in");
    make_link("folder", "root/there");
    ck_assert_int_eq(mkfifo(at("root/pipe"), 0644), 0);
    struct web_answer answer = ask("/", "", 200);
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
        char link[40];
        snprintf(link, sizeof link, "href=\"%s", hidden[i]);
        hides(&answer, link);
    }
    hides(&answer, "77 B");
    shows(&answer, "<a href=\"in\">in</a></td><td class=\"number\">12 B</td>");
    shows(&answer, "<a href=\"there/\">there/</a>");
    answer = ask("/up/", "", 404);
}
END_TEST

/* index.html comes first, whatever it is: only where there is none the folder is shown. */
START_TEST(an_index) {
    put("root/index.html", 5);
    struct web_answer answer = ask("/", "", 200);
    ck_assert_uint_eq(answer.body_length, 5);
    ck_assert_int_eq(unlink(at("root/index.html")), 0);
    make_link("../secret", "root/index.html");
    ask("/", "", 404);
    ck_assert_int_eq(unlink(at("root/index.html")), 0);
    make_folder("root/index.html");
    ask("/", "", 404);
}
END_TEST

/* A folder with more than is read: the answer has a bound, and says that there is more. */
START_TEST(a_very_large_folder) {
    char name[100];
    int folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    make_folder("root/huge");
    put("root/one", 0);
    for (unsigned i = 0; i < HTTP_LISTING_ENTRIES + 100; i++) {
        snprintf(name, sizeof name, "huge/%05u", i);
        ck_assert_int_eq(linkat(folder, "one", folder, name, 0), 0); /* cheaper than a file */
    }
    close(folder);
    struct web_answer answer = ask("/huge/", "", 200);
    shows(&answer, "There is more in this folder: only the first 10000 entries were read.");
    unsigned rows = 0;
    for (const char *row = find(&answer, "<tr><td>"); row; rows++) {
        row = memmem(row + 1, (size_t)(answer.body + answer.body_length - row - 1), "<tr><td>", 8);
    }
    ck_assert_uint_ge(rows, HTTP_LISTING_ENTRIES - 2);
    ck_assert_uint_le(rows, HTTP_LISTING_ENTRIES + 1);
    answer = ask("/huge/", "Accept: application/json\r\n", 200);
    shows(&answer, "],\"more\":true}\n");
}
END_TEST

/* What is held for a client that does not read is charged, and given back. */
START_TEST(memory) {
    char name[300];
    make_folder("root/long");
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "root/long/%0200u", i);
        put(name, 0);
    }
    web_close(&web);
    web.clients = 0;
    web_init(&web);
    web.options.root = root;
    web.options.lists = true;
    web.options.memory = 3 << 20;
    web.pair_options.config[0].rcvbuf = web.pair_options.config[0].rcvbuf_max = 16384;
    ck_assert_ptr_null(web_open(&web));
    unsigned refused = 0;
    for (unsigned i = 0; i < 10; i++) {
        struct web_client *client = web_connect(&web);
        client->deaf = true;
        web_say(&web, client, "GET /long/ HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    web_run(&web, LUCID_SECOND);
    struct http_server_stats stats;
    http_server_stats(web.server, &stats);
    ck_assert_uint_gt(stats.memory, 1 << 20);
    ck_assert_uint_le(stats.memory, 3 << 20);
    for (unsigned i = 0; i < web.clients; i++) {
        web_hear(&web, web.client[i]);
    }
    web_run(&web, 10 * LUCID_SECOND);
    for (unsigned i = 0; i < web.clients; i++) {
        struct web_answer answer;
        ck_assert(web_answer(web.client[i], 0, NULL, &answer));
        refused += answer.status == 503;
    }
    ck_assert_uint_gt(refused, 0);
    ck_assert_uint_lt(refused, 10);
    http_server_stats(web.server, &stats);
    ck_assert_uint_eq(stats.memory, 0);
}
END_TEST

/* A minute from now, when the folders have settled. */
static void open_later(void) {
    ck_assert_ptr_null(web_close(&web));
    web_init(&web);
    web.options.root = root;
    web.options.lists = true;
    web.options.epoch = (uint64_t)(time(NULL) + 60) * LUCID_SECOND;
    web.pair_options.config[0].rcvbuf = web.pair_options.config[0].rcvbuf_max = 16384;
    ck_assert_ptr_null(web_open(&web));
}

/* Asks and takes the answer within a tenth of a second. */
static struct web_answer ask_fast(const char *target, const char *fields) {
    char request[200];
    struct web_answer answer;
    struct web_client *client = web_connect(&web);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", target, fields);
    web_say(&web, client, request);
    web_run(&web, 100 * LUCID_MILLISECOND);
    ck_assert_msg(web_answer(client, 0, NULL, &answer), "%s", client->got.data);
    ck_assert_int_eq(answer.status, 200);
    return answer;
}

/* Within a second a list is made once, unless the folder changes. */
START_TEST(kept_for_a_second) {
    make_folder("root/sub");
    make_folder("root/other");
    put("root/sub/a", 1);
    put("root/other/b", 3);
    make_link("sub", "root/way");
    open_later();
    struct web_answer answer = ask_fast("/sub/", "");
    shows(&answer, ">1 B<");
    put("root/sub/a", 2);
    answer = ask_fast("/sub/", "");
    shows(&answer, ">1 B<");
    answer = ask_fast("/sub/", "Accept: application/json\r\n");
    shows(&answer, "\"size\":2");
    answer = ask_fast("/way/", "");
    shows(&answer, "<title>/way/</title>");
    answer = ask_fast("/other/", "");
    shows(&answer, ">3 B<");
    web_run(&web, LUCID_SECOND);
    answer = ask_fast("/sub/", "");
    shows(&answer, ">2 B<");
    web_run(&web, 2 * LUCID_SECOND);
    ask_fast("/other/", ""); /* those that are old are let go once a second: this one says when */
    web_run(&web, 700 * LUCID_MILLISECOND);
    ask_fast("/sub/", "");
    put("root/sub/a", 4);
    web_run(&web, LUCID_SECOND);
    answer = ask_fast("/sub/", "");
    shows(&answer, ">4 B<");
    put("root/sub/new", 0);
    answer = ask_fast("/sub/", "");
    shows(&answer, "href=\"new\"");
    unlink(at("root/sub/new"));
    answer = ask_fast("/sub/", "");
    hides(&answer, "href=\"new\"");
    web_run(&web, 3 * LUCID_SECOND);
    struct http_server_stats stats;
    http_server_stats(web.server, &stats);
    ck_assert_uint_eq(stats.memory, 0);
}
END_TEST

/* What changed just now may change again within the same tick of the file system's clock: nothing is kept. */
START_TEST(not_settled) {
    make_folder("root/sub");
    put("root/sub/a", 1);
    open_later();
    http_server_set_epoch(web.server, (uint64_t)time(NULL) * LUCID_SECOND);
    ask_fast("/sub/", "");
    put("root/sub/a", 2);
    struct web_answer answer = ask_fast("/sub/", "");
    shows(&answer, ">2 B<");
}
END_TEST

/* Clients that do not read hold one list, all together. */
START_TEST(shared) {
    char name[300];
    struct http_server_stats one, all;
    make_folder("root/long");
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "root/long/%0200u", i);
        put(name, 0);
    }
    open_later();
    for (unsigned i = 0; i < 10; i++) {
        struct web_client *client = web_connect(&web);
        client->deaf = true;
        web_say(&web, client, "GET /long/ HTTP/1.1\r\nHost: a\r\n\r\n");
        web_run(&web, 10 * LUCID_MILLISECOND);
        http_server_stats(web.server, i == 0 ? &one : &all);
    }
    ck_assert_uint_gt(one.memory, 0);
    ck_assert_uint_eq(one.memory, all.memory);
    web_run(&web, 2 * LUCID_SECOND);
    for (unsigned i = 0; i < web.clients; i++) {
        web_hear(&web, web.client[i]);
    }
    web_run(&web, 10 * LUCID_SECOND);
    for (unsigned i = 0; i < web.clients; i++) {
        struct web_answer answer;
        ck_assert(web_answer(web.client[i], 0, NULL, &answer));
        ck_assert_int_eq(answer.status, 200);
    }
    http_server_stats(web.server, &all);
    ck_assert_uint_eq(all.memory, 0);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_listing", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_page);
    tcase_add_test(tests, as_json);
    tcase_add_test(tests, names);
    tcase_add_test(tests, what_is_not_shown);
    tcase_add_test(tests, an_index);
    web_add_test_of_stack(tests, a_very_large_folder); /* its making takes long */
    tcase_add_test(tests, kept_for_a_second);
    tcase_add_test(tests, not_settled);
    web_add_test_of_stack(tests, memory);
    web_add_test_of_stack(tests, shared);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
