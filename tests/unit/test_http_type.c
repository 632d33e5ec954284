/* test_http_type.c: the media type of a file: what is built in, the system's list, and rubbish in it. http_type.h. */
#include "http/http_type.h"
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct http_types types;
static char list[] = "/tmp/lucid-types-XXXXXX";

static void setup(void) {
    http_types_begin(&types);
}

static void teardown(void) {
    http_types_end(&types);
}

static void type_is(const char *name, const char *type) {
    ck_assert_msg(strcmp(http_types_of(&types, name), type) == 0, "%s: %s", name, http_types_of(&types, name));
}

/* Reads a list that has these octets. */
static void read_octets(const char *octets, size_t length) {
    int fd = mkstemp(list);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, octets, length), (ssize_t)length);
    close(fd);
    http_types_read(&types, list);
    unlink(list);
    strcpy(list, "/tmp/lucid-types-XXXXXX");
}

static void read_text(const char *text) {
    read_octets(text, strlen(text));
}

START_TEST(built_in) {
    type_is("index.html", "text/html; charset=utf-8");
    type_is("a.b/c.PNG", "image/png");
    type_is("a.tar.gz", "application/gzip");
    type_is("a.svg", "image/svg+xml");
    type_is("x.html/y", "application/octet-stream");
    type_is("README", "application/octet-stream");
    type_is("a.", "application/octet-stream");
    type_is("a.htmlx", "application/octet-stream");
    type_is("a.htm\xff", "application/octet-stream");
    type_is("a.sixteen.letters.long", "application/octet-stream");
    type_is("a.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "application/octet-stream");
    type_is("", "application/octet-stream");
}
END_TEST

/* The system's list adds to what is built in, and is right where they differ; one's own word comes last. */
START_TEST(three_layers) {
    read_text("# a remark\n"
              "text/x-lucid\t\tluc  LUCID # the second end of a name\n"
              "text/x-csrc c\r\n"
              "text/xml xml xsl\n"
              "application/alone\n"
              "text/x-sixteen aaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaa\n"
              "text/x-last last");
    type_is("a.luc", "text/x-lucid; charset=utf-8");
    type_is("a.lucid", "text/x-lucid; charset=utf-8");
    type_is("a.c", "text/x-csrc; charset=utf-8");
    type_is("a.xsl", "text/xml");
    type_is("a.css", "text/css; charset=utf-8");
    type_is("a.last", "text/x-last; charset=utf-8");
    type_is("a.aaaaaaaaaaaaaaaa", "text/x-sixteen; charset=utf-8");
    type_is("a.aaaaaaaaaaaaaaaaa", "application/octet-stream");
    ck_assert(http_types_add(&types, "luc", "text/plain; charset=iso-8859-1"));
    ck_assert(http_types_add(&types, "LUCID", "image/png"));
    type_is("a.Luc", "text/plain; charset=iso-8859-1");
    type_is("a.lucid", "image/png");
    struct http_types others = http_types_none();
    ck_assert(http_types_add(&others, "luc", "text/x-other") && http_types_add(&others, "sixteen-letters-", "a/b"));
    http_types_merge(&types, &others);
    http_types_end(&others);
    type_is("a.luc", "text/x-other; charset=utf-8");
    type_is("a.sixteen-letters-", "a/b");
}
END_TEST

START_TEST(what_is_no_type) {
    static const char *const wrong[][2] = {
        {"", "text/plain"},
        {".txt", "text/plain"},
        {"a/b", "text/plain"},
        {"a b", "text/plain"},
        {"seventeen-letters", "text/plain"},
        {"txt", ""},
        {"txt", "text"},
        {"txt", "/plain"},
        {"txt", "text/"},
        {"txt", "te xt/plain"},
        {"txt", "text/plain\r\nX: y"},
        {"txt", "text/plain;\x01"},
        {"txt", "text/pl(ain"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_msg(!http_types_add(&types, wrong[i][0], wrong[i][1]), "%s %s", wrong[i][0], wrong[i][1]);
    }
    type_is("a.txt", "text/plain; charset=utf-8");
}
END_TEST

/* What a list must not be able to do: stop the server, or put a line into an answer. */
START_TEST(rubbish) {
    static const char nul[] = "text/a\0b x1\ntext/b x2\0x3\nno type x4\ntext/\x7f x5\n/ x6\n\n#\n text/c ./x7 x8\n";
    read_octets(nul, sizeof nul - 1);
    type_is("a.x1", "application/octet-stream");
    type_is("a.x2", "text/b; charset=utf-8");
    type_is("a.x3", "application/octet-stream");
    type_is("a.x4", "application/octet-stream");
    type_is("a.x5", "application/octet-stream");
    type_is("a.x6", "application/octet-stream");
    type_is("a.x8", "text/c; charset=utf-8");
    uint64_t state = 5;
    static char octets[100000];
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < sizeof octets; i++) {
            octets[i] = "te/xt \n#a\0\xff\r."[draw(&state) % 13];
        }
        read_octets(octets, draw(&state) % sizeof octets);
    }
    type_is("a.html", "text/html; charset=utf-8");
}
END_TEST

/* More than 8192 ends of names are no list: those that came first stay. */
START_TEST(endless) {
    struct text text = text_growing();
    for (unsigned i = 0; i < 20000; i++) {
        text_format(&text, "text/x e%u\n", i);
    }
    read_octets(text.data, text.length);
    text_free(&text);
    type_is("a.e1", "text/x; charset=utf-8");
    type_is("a.e19999", "application/octet-stream");
    type_is("a.html", "text/html; charset=utf-8");
}
END_TEST

START_TEST(no_list) {
    http_types_read(&types, "/nonexistent/mime.types");
    http_types_read(&types, "/");
    http_types_read(&types, "/dev/zero");
    ck_assert_int_eq(mkdtemp(list) != NULL, true);
    char pipe[64];
    snprintf(pipe, sizeof pipe, "%s/pipe", list);
    ck_assert_int_eq(mkfifo(pipe, 0600), 0);
    http_types_read(&types, pipe);
    unlink(pipe);
    rmdir(list);
    strcpy(list, "/tmp/lucid-types-XXXXXX");
    read_text("");
    type_is("a.html", "text/html; charset=utf-8");
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_type", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, built_in);
    tcase_add_test(tests, three_layers);
    tcase_add_test(tests, what_is_no_type);
    tcase_add_test(tests, rubbish);
    tcase_add_test(tests, endless);
    tcase_add_test(tests, no_list);
    return unit_run(suite);
}
