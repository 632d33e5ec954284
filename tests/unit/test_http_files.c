/* test_http_files.c: files beneath a root: H33, H34, H39, H40, H60 to H62, AH4, and nothing outside of it. */
#include "harness/web.h"
#include "http/http_guard.h"
#include "http/http_root.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <utime.h>
#include <unistd.h>

static struct web web;
static char base[] = "/tmp/lucid-files-XXXXXX";
static char root[64], types[64];

/* ---- a tree:  base/secret, base/root/... ---- */

static const char *at(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", base, name);
    return path;
}

static void put(const char *name, const void *octets, size_t length) {
    int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, octets, length), (ssize_t)length);
    close(fd);
}

static void put_text(const char *name, const char *text) {
    put(name, text, strlen(text));
}

static void make_folder(const char *name) {
    ck_assert_int_eq(mkdir(at(name), 0755), 0);
}

static void make_link(const char *to, const char *name) {
    ck_assert_int_eq(symlink(to, at(name)), 0);
}

static void make_socket(const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", at(name));
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

enum { BIG = 6000001, MIDDLE = 300000 }; /* more, and less, than the queues of both ends hold */
static uint8_t big[BIG];

static void make_tree(void) {
    uint64_t state = 4;
    for (size_t i = 0; i < BIG; i++) {
        big[i] = (uint8_t)draw(&state);
    }
    ck_assert_ptr_nonnull(mkdtemp(base));
    snprintf(root, sizeof root, "%s/root", base);
    snprintf(types, sizeof types, "%s/types", base);
    make_folder("root");
    make_folder("root/folder");
    make_folder("root/bare");
    make_folder("root/a b<c");
    put_text("secret", "for nobody");
    put_text("types", "text/x-dots dots\n");
    put_text("root/index.html", "<p>root");
    put_text("root/folder/index.html", "<p>folder");
    put_text("root/folder/x.txt", "x");
    put_text("root/a+b", "plus");
    put_text("root/..dots", "dots");
    put_text("root/empty", "");
    put("root/big", big, BIG);
    put("root/middle", big, MIDDLE);
    make_link("../secret", "root/out");
    make_link(at("secret"), "root/absolute");
    make_link("..", "root/up");
    make_link("folder/x.txt", "root/inside");
    make_link("loop", "root/loop");
    make_link("/proc/self/root", "root/magic");
    ck_assert_int_eq(mkfifo(at("root/pipe"), 0644), 0);
    make_socket("root/socket");
}

static void setup(void) {
    make_tree();
    web_init(&web);
    web.options.root = root;
    web.options.types = types;
    const char *wrong = web_open(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static void teardown(void) {
    char command[100];
    const char *wrong = web_close(&web);
    ck_assert_msg(!wrong, "%s", wrong);
    snprintf(command, sizeof command, "rm -r %s", base);
    ck_assert_int_eq(system(command), 0);
}

/* ---- asking ---- */

static struct web_client *get(const char *target) {
    char request[5000];
    struct web_client *client = web_connect(&web);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", target);
    web_say(&web, client, request);
    web_run(&web, LUCID_SECOND);
    return client;
}

static struct web_answer answer_to(const char *target, int status) {
    struct web_answer answer;
    struct web_client *client = get(target);
    ck_assert_msg(web_answer(client, 0, NULL, &answer), "%s: %s", target, client->got.data);
    ck_assert_msg(answer.status == status, "%s: %d, not %d", target, answer.status, status);
    ck_assert_ptr_eq(answer.body + answer.body_length, client->got.data + client->got.length);
    ck_assert_ptr_null(memmem(answer.body, answer.body_length, "for nobody", 10));
    return answer;
}

static void has(const struct web_answer *answer, const char *line) {
    ck_assert_msg(web_has_line(answer, line), "no %s in %.*s", line, (int)answer->head_length, answer->head);
}

START_TEST(files) {
    static const struct {
        const char *target, *body, *type;
    } rows[] = {
        {"/", "<p>root", "text/html; charset=utf-8"},
        {"/index.html", "<p>root", "text/html; charset=utf-8"},
        {"/?x=/../secret", "<p>root", "text/html; charset=utf-8"},
        {"/folder/", "<p>folder", "text/html; charset=utf-8"},
        {"/folder/x.txt", "x", "text/plain; charset=utf-8"},
        {"/folder/../folder/./%78.txt", "x", "text/plain; charset=utf-8"},
        {"//folder//x.txt", "x", "text/plain; charset=utf-8"},
        {"/folder%2fx.txt", "x", "text/plain; charset=utf-8"},
        {"http://b/folder/x.txt", "x", "text/plain; charset=utf-8"},
        {"/a+b", "plus", "application/octet-stream"},
        {"/..dots", "dots", "text/x-dots; charset=utf-8"},
        {"/empty", "", "application/octet-stream"},
        {"/inside", "x", "application/octet-stream"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char type[80];
        struct web_answer answer = answer_to(rows[i].target, 200);
        ck_assert_msg(answer.body_length == strlen(rows[i].body) &&
                          memcmp(answer.body, rows[i].body, answer.body_length) == 0,
                      "%s: %.*s", rows[i].target, (int)answer.body_length, answer.body);
        snprintf(type, sizeof type, "Content-Type: %s", rows[i].type);
        has(&answer, type);
        has(&answer, "X-Content-Type-Options: nosniff");
    }
}
END_TEST

/* One file, which stays open, by two names: each name has its own type, the first time and from then on. */
START_TEST(types_go_by_the_name) {
    struct utimbuf times = {.modtime = 784111000};
    ck_assert_int_eq(utime(at("root/folder/x.txt"), &times), 0);
    struct web_client *client = web_connect(&web);
    for (unsigned i = 0; i < 3; i++) {
        web_say(&web, client, "GET /inside HTTP/1.1\r\nHost: a\r\n\r\nGET /folder/x.txt HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    web_run(&web, LUCID_SECOND);
    for (unsigned i = 0; i < 6; i++) {
        struct web_answer answer;
        ck_assert(web_answer(client, i, NULL, &answer));
        has(&answer, i % 2 ? "Content-Type: text/plain; charset=utf-8" : "Content-Type: application/octet-stream");
    }
}
END_TEST

/* AH4, H60: what is not there, what is no file, and every way out. */
START_TEST(what_is_not_served) {
    static const struct {
        const char *target;
        int status;
    } rows[] = {
        {"/nothing", 404},
        {"/folder/x.txt/", 404},
        {"/folder/x.txt/y", 404},
        {"/bare/", 404},
        {"/out", 404},
        {"/absolute", 404},
        {"/up/secret", 404},
        {"/up/", 404},
        {"/loop", 404},
        {"/magic/etc/passwd", 404},
        {"/pipe", 404},
        {"/socket", 404},
        {"/../secret", 400},
        {"/..%2fsecret", 400},
        {"/%2e%2e/secret", 400},
        {"/folder/../../secret", 400},
        {"/folder%2f..%2f..%2fsecret", 400},
        {"/%2e%2e%2fsecret", 400},
        {"/..", 400},
        {"//..", 400},
        {"/index.html%00.txt", 400},
        {"/a%0d%0aX:y", 400},
        {"/%", 400},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        answer_to(rows[i].target, rows[i].status);
    }
}
END_TEST

/* H6: a name of 300 octets is none for the file system, so there is no such file; the line itself is short enough. */
START_TEST(long_names) {
    char target[4000] = "/";
    memset(target + 1, 'a', 300);
    answer_to(target, 404);
    memset(target + 1, 'a', 3900);
    answer_to(target, 404);
}
END_TEST

/* H39, H40, H62 */
START_TEST(folders_get_their_slash) {
    static const struct {
        const char *target, *location;
    } rows[] = {
        {"/folder", "Location: /folder/"},
        {"/folder?a=b&c", "Location: /folder/?a=b&c"},
        {"/folder?", "Location: /folder/?"},
        {"//folder", "Location: /folder/"},
        {"/x/../folder", "Location: /folder/"},
        {"/bare", "Location: /bare/"},
        {"/a%20b%3Cc", "Location: /a%20b%3Cc/"},
        {"/folder?//evil.test/%0d%0aX:y", "Location: /folder/?//evil.test/%0d%0aX:y"},
        {"http://evil.test/folder", "Location: /folder/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct web_answer answer = answer_to(rows[i].target, 308);
        has(&answer, rows[i].location);
        ck_assert_ptr_null(memmem(answer.body, answer.body_length, "b<c", 3));
    }
}
END_TEST

START_TEST(other_methods) {
    struct web_client *client = web_connect(&web);
    struct web_answer answer;
    const bool to_head[] = {false, true, true, false};
    web_say(&web, client,
            "PUT /folder/x.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\ny"
            "HEAD /folder/x.txt HTTP/1.1\r\nHost: a\r\n\r\n"
            "HEAD /big HTTP/1.1\r\nHost: a\r\n\r\n"
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    web_run(&web, LUCID_SECOND);
    ck_assert(web_answer(client, 0, to_head, &answer) && answer.status == 405);
    has(&answer, "Allow: GET, HEAD, OPTIONS");
    ck_assert(web_answer(client, 1, to_head, &answer) && answer.status == 200);
    has(&answer, "Content-Length: 1");
    ck_assert(web_answer(client, 2, to_head, &answer) && answer.status == 200);
    has(&answer, "Content-Length: 6000001");
    ck_assert(web_answer(client, 3, to_head, &answer) && answer.status == 200);
    ck_assert_uint_eq(answer.body_length, 2);
    ck_assert_ptr_eq(answer.body + 2, client->got.data + client->got.length);
}
END_TEST

/* H28: a body that nobody asked for comes late, over several buffers; what the head said still holds. */
START_TEST(a_get_with_a_body) {
    struct web_client *client = web_connect(&web);
    struct web_answer answer;
    char octets[20000];
    memset(octets, '/', sizeof octets);
    web_say(&web, client, "GET /folder/x.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n");
    web_run(&web, 10 * LUCID_MILLISECOND);
    web_send(&web, client, octets, sizeof octets);
    web_run(&web, LUCID_SECOND);
    ck_assert(web_answer(client, 0, NULL, &answer));
    ck_assert_int_eq(answer.status, 200);
    ck_assert_int_eq(answer.body[0], 'x');
}
END_TEST

/* H48: never later than Date, which is of 1994 here. */
START_TEST(last_modified) {
    struct utimbuf times = {.modtime = 784111770};
    ck_assert_int_eq(utime(at("root/folder/x.txt"), &times), 0);
    struct web_answer answer = answer_to("/folder/x.txt", 200);
    has(&answer, "Last-Modified: Sun, 06 Nov 1994 08:49:30 GMT");
    has(&answer, "Date: Sun, 06 Nov 1994 08:49:37 GMT");
    struct web_client *client = get("/index.html");
    ck_assert(web_answer(client, 0, NULL, &answer));
    has(&answer, "Date: Sun, 06 Nov 1994 08:49:38 GMT");
    has(&answer, "Last-Modified: Sun, 06 Nov 1994 08:49:38 GMT");
}
END_TEST

START_TEST(a_large_file) {
    struct web_client *client = get("/big");
    web_run(&web, 20 * LUCID_SECOND);
    struct web_answer answer;
    ck_assert(web_answer(client, 0, NULL, &answer));
    ck_assert_uint_eq(answer.body_length, BIG);
    ck_assert(memcmp(answer.body, big, BIG) == 0);
}
END_TEST

/* Somebody cuts the file off while it is on its way: what the client gets is the file's, and then RST: never FIN,
 * as if that had been all. No lent page is touched behind the end. */
START_TEST(a_file_that_is_cut_off) {
    struct web_client *client = web_connect(&web);
    client->deaf = true;
    web_say(&web, client, "GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    web_run(&web, LUCID_SECOND);
    ck_assert_int_eq(open(at("root/big"), O_WRONLY | O_TRUNC | O_NONBLOCK), -1);
    ck_assert_int_eq(errno, EWOULDBLOCK);
    web_run(&web, 200 * LUCID_MILLISECOND);
    int fd = open(at("root/big"), O_WRONLY | O_TRUNC | O_NONBLOCK);
    ck_assert_int_ge(fd, 0);
    close(fd);
    web_hear(&web, client);
    web_run(&web, 10 * LUCID_SECOND);
    ck_assert(!client->ended);
    ck_assert_int_eq(client->error, LUCID_ECONNRESET);
    const char *body = memmem(client->got.data, client->got.length, "\r\n\r\n", 4);
    ck_assert_ptr_nonnull(body);
    size_t length = (size_t)(client->got.data + client->got.length - body - 4);
    ck_assert_uint_gt(length, 500000);
    ck_assert_uint_lt(length, BIG);
    ck_assert(memcmp(body + 4, big, length) == 0);
    answer_to("/index.html", 200);
}
END_TEST

/* The lease of an open file, as the kernel takes it from a program that does not answer for 45 s. */
static void take_lease_away(const char *name) {
    for (int fd = 3; fd < 1000; fd++) {
        char link[40], to[256] = "";
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        if (readlink(link, to, sizeof to - 1) > 0 && strcmp(to, at(name)) == 0) {
            ck_assert_int_eq(fcntl(fd, F_SETLEASE, F_UNLCK), 0);
        }
    }
}

/* The client takes little at a time, so that octets of the file are with the server's stack. */
static void open_with_small_window(void) {
    ck_assert_ptr_null(web_close(&web));
    web_init(&web);
    web.options.root = root;
    web.pair_options.config[0].rcvbuf = web.pair_options.config[0].rcvbuf_max = 16384;
    ck_assert_ptr_null(web_open(&web));
}

/* Somebody cuts the file off, and the lease did not hold: no SIGBUS ends the server, and zeros are not taken for the
 * file's content: RST breaks the answer off, even when all of it is with the stack already. Either the server touches
 * the pages first, for the client goes on reading, or it looks. */
START_TEST(a_file_that_is_lost) {
    static const struct {
        const char *name, *request;
        bool reads;
    } rows[] = {
        {"root/big", "GET /big HTTP/1.1\r\nHost: a\r\n\r\n", true},
        {"root/big", "GET /big HTTP/1.1\r\nHost: a\r\n\r\n", false},
        {"root/middle", "GET /middle HTTP/1.1\r\nHost: a\r\n\r\n", true},
        {"root/middle", "GET /middle HTTP/1.1\r\nHost: a\r\n\r\n", false},
    };
    open_with_small_window();
    ck_assert_int_eq(http_guard_install(), 0);
    struct web_client *client = web_connect(&web);
    client->deaf = true;
    web_say(&web, client, rows[_i].request);
    web_run(&web, LUCID_SECOND);
    take_lease_away(rows[_i].name);
    ck_assert_int_eq(truncate(at(rows[_i].name), 1000), 0);
    if (rows[_i].reads) {
        web_hear(&web, client);
    }
    struct http_server_stats stats;
    web_run(&web, 150 * LUCID_MILLISECOND); /* less than a probe of the window, which touches a page, takes */
    http_server_stats(web.server, &stats);
    ck_assert_uint_eq(stats.connections, 0);
    web_hear(&web, client);
    web_run(&web, LUCID_SECOND);
    ck_assert(!client->ended);
    ck_assert_int_eq(client->error, LUCID_ECONNRESET);
    ck_assert_uint_lt(client->got.length, _i < 2 ? BIG : MIDDLE);
    answer_to("/index.html", 200);
    struct web_answer answer = answer_to(rows[_i].name + 4, 200);
    ck_assert_uint_eq(answer.body_length, 1000);
}
END_TEST

START_TEST(roots_that_cannot_be_served) {
    char error[HTTP_ERROR_TEXT];
    ck_assert_int_eq(http_root_open("/nonexistent", error, sizeof error), -ENOENT);
    ck_assert_ptr_nonnull(strstr(error, "/nonexistent"));
    ck_assert_int_eq(http_root_open(at("secret"), error, sizeof error), -ENOTDIR);
    char name[1000];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    ck_assert_int_eq(http_root_open(name, error, sizeof error), -ENAMETOOLONG);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_files", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, files);
    tcase_add_test(tests, types_go_by_the_name);
    tcase_add_test(tests, what_is_not_served);
    tcase_add_test(tests, long_names);
    tcase_add_test(tests, folders_get_their_slash);
    tcase_add_test(tests, other_methods);
    tcase_add_test(tests, a_get_with_a_body);
    tcase_add_test(tests, last_modified);
    tcase_add_test(tests, a_large_file);
    tcase_add_test(tests, a_file_that_is_cut_off);
    tcase_add_loop_test(tests, a_file_that_is_lost, 0, web_is_kernel() ? 2 : 4); /* it takes all of a short one */
    tcase_add_test(tests, roots_that_cannot_be_served);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
