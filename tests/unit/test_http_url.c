/* test_http_url.c: URLs and references, RFC 9110 4.2.1 and RFC 3986; what is refused, and that the sentence says so. */
#include "http/http_char.h"
#include "http/http_url.h"
#include "unit.h"

static struct http_url url;
static char error[HTTP_URL_ERROR];

static const struct good {
    const char *text, *address;
    unsigned port;
    const char *authority, *target;
} good[] = {
    {"http://10.77.0.1/", "10.77.0.1", 80, "10.77.0.1", "/"},
    {"http://10.77.0.1", "10.77.0.1", 80, "10.77.0.1", "/"},
    {"HTTP://10.77.0.1:8080/a/b?c=d&e#f", "10.77.0.1", 8080, "10.77.0.1:8080", "/a/b?c=d&e"},
    {"http://10.77.0.1?q", "10.77.0.1", 80, "10.77.0.1", "/?q"},
    {"http://10.77.0.1#f", "10.77.0.1", 80, "10.77.0.1", "/"},
    {"http://10.77.0.1:/", "10.77.0.1", 80, "10.77.0.1", "/"},
    {"http://10.77.0.1:080/", "10.77.0.1", 80, "10.77.0.1", "/"},
    {"http://10.77.0.1:65535/", "10.77.0.1", 65535, "10.77.0.1:65535", "/"},
    {"http://10.77.0.1:1/", "10.77.0.1", 1, "10.77.0.1:1", "/"},
    {"http://[fd77::1]/", "fd77::1", 80, "[fd77::1]", "/"},
    {"http://[FD77:0:0::1]:81/x", "fd77::1", 81, "[fd77::1]:81", "/x"},
    {"http://[::ffff:10.77.0.1]/", "10.77.0.1", 80, "10.77.0.1", "/"},
    {"http://[1111:2222:3333:4444:5555:6666:7777:8888]:65535", "1111:2222:3333:4444:5555:6666:7777:8888", 65535,
     "[1111:2222:3333:4444:5555:6666:7777:8888]:65535", "/"},
    {"http://www.lab.test/a", "::", 80, "www.lab.test", "/a"},
    {"http://a_b-1.x:81?q", "::", 81, "a_b-1.x:81", "/?q"},
    {"http://localhost.", "::", 80, "localhost.", "/"},
    {"http://7up/", "::", 80, "7up", "/"},
    {"http://1.2.3.x/", "::", 80, "1.2.3.x", "/"},
    /* A path is sent as it stands: the server's answers to these are what one may want to see. */
    {"http://10.77.0.1/../a/./b//c", "10.77.0.1", 80, "10.77.0.1", "/../a/./b//c"},
    {"http://10.77.0.1/%2e%zz{}|", "10.77.0.1", 80, "10.77.0.1", "/%2e%zz{}|"},
    {"http://10.77.0.1//@:[]/?a?/b", "10.77.0.1", 80, "10.77.0.1", "//@:[]/?a?/b"},
};

static void check_url(const char *text, const char *address, unsigned port, const char *authority, const char *target) {
    char shown[LUCID_ADDR_TEXT];
    ck_assert_msg(strcmp(lucid_addr_format(&url.remote.addr, shown), address) == 0, "%s: %s", text, shown);
    ck_assert_uint_eq(url.remote.port, port);
    ck_assert_str_eq(url.authority, authority);
    ck_assert_str_eq(url.target, target);
    ck_assert_uint_eq(strncmp(url.host, authority, strlen(url.host)), 0);
    ck_assert_int_eq(url.host[0] != '\0', strcmp(address, "::") == 0);
}

START_TEST(parsed) {
    const struct good *row = &good[_i];
    ck_assert_msg(http_url_parse(&url, row->text, error), "%s: %s", row->text, error);
    check_url(row->text, row->address, row->port, row->authority, row->target);
}
END_TEST

static const struct bad {
    const char *text, *says;
} bad[] = {
    {"", "http://"},
    {"10.77.0.1", "http://"},
    {"10.77.0.1:80/", "http://"},
    {"http:/10.77.0.1/", "http://"},
    {"http:10.77.0.1", "http://"},
    {" http://10.77.0.1/", "http://"},
    {"ftp://10.77.0.1/", "http://"},
    {"https://10.77.0.1/", "TLS"},
    {"http://", "no host"},
    {"http:///x", "no host"},
    {"http://:80/", "no host"},
    {"http://[]/", "no host"},
    {"http://10.77.0/", "neither an address nor a name"},
    {"http://10.77.0.256/", "neither an address nor a name"},
    {"http://a..b/", "neither an address nor a name"},
    {"http://.a/", "neither an address nor a name"},
    {"http://a.7/", "neither an address nor a name"},
    {"http://7/", "neither an address nor a name"},
    {"http://a$b/", "neither an address nor a name"},
    {"http://[www.lab.test]/", "in brackets"},
    {"http://fd77::1/", "in brackets"},
    {"http://[fd77::1%eth0]/", "not an address"},
    {"http://10.77.0.1 /", "neither an address nor a name"},
    {"http://1111:2222:3333:4444:5555:6666:7777:8888.1111111111111111111111/", "neither an address nor a name"},
    {"http://[fd77::1/", "closing"},
    {"http://[fd77::1]80/", "between ] and the port"},
    {"http://[10.77.0.1]/", "brackets are for IPv6"},
    {"http://0.0.0.0/", "unspecified"},
    {"http://[::]/", "unspecified"},
    {"http://me@10.77.0.1/", "user name"},
    {"http://10.77.0.1:80@10.77.0.3/", "user name"},
    {"http://10.77.0.1:0/", "port"},
    {"http://10.77.0.1:65536/", "port"},
    {"http://10.77.0.1:99999999999999999999999/", "port"},
    {"http://10.77.0.1:+80/", "port"},
    {"http://10.77.0.1:80:80/", "port"},
    {"http://[fd77::1]:x/", "port"},
    {"http://10.77.0.1/a b", "%20"},
    {"http://10.77.0.1/a\r\nX: y", "%0D"},
    {"http://10.77.0.1/?\xc3\xa4", "%C3"},
    {"http://10.77.0.1/\x7f", "%7F"},
};

START_TEST(refused) {
    ck_assert_msg(!http_url_parse(&url, bad[_i].text, error), "%s", bad[_i].text);
    ck_assert_msg(strstr(error, bad[_i].says) != NULL, "%s: %s", bad[_i].text, error);
}
END_TEST

START_TEST(longest_target) {
    static char text[20 + HTTP_URL_MAX] = "http://10.77.0.1/";
    size_t begin = strlen(text);
    memset(text + begin, 'a', HTTP_URL_MAX - 1);
    ck_assert(http_url_parse(&url, text, error));
    ck_assert_uint_eq(strlen(url.target), HTTP_URL_MAX);
    text[begin + HTTP_URL_MAX - 1] = 'a';
    ck_assert(!http_url_parse(&url, text, error));
    ck_assert(strstr(error, "longer than 8000") != NULL);
}
END_TEST

/* RFC 3986 5.4, as far as the references are http; and what else a Location may say. */
static const struct resolved {
    const char *reference, *authority, *target;
} resolved[] = {
    {"g", "10.77.0.1:81", "/b/c/g"},
    {"./g", "10.77.0.1:81", "/b/c/g"},
    {"g/", "10.77.0.1:81", "/b/c/g/"},
    {"/g", "10.77.0.1:81", "/g"},
    {"//10.77.0.3", "10.77.0.3", "/"},
    {"?y", "10.77.0.1:81", "/b/c/d;p?y"},
    {"g?y", "10.77.0.1:81", "/b/c/g?y"},
    {"#s", "10.77.0.1:81", "/b/c/d;p?q"},
    {"g#s", "10.77.0.1:81", "/b/c/g"},
    {"g?y#s", "10.77.0.1:81", "/b/c/g?y"},
    {";x", "10.77.0.1:81", "/b/c/;x"},
    {"g;x?y#s", "10.77.0.1:81", "/b/c/g;x?y"},
    {"", "10.77.0.1:81", "/b/c/d;p?q"},
    {".", "10.77.0.1:81", "/b/c/"},
    {"./", "10.77.0.1:81", "/b/c/"},
    {"..", "10.77.0.1:81", "/b/"},
    {"../", "10.77.0.1:81", "/b/"},
    {"../g", "10.77.0.1:81", "/b/g"},
    {"../..", "10.77.0.1:81", "/"},
    {"../../g", "10.77.0.1:81", "/g"},
    {"../../../g", "10.77.0.1:81", "/g"},
    {"/./g", "10.77.0.1:81", "/g"},
    {"/../g", "10.77.0.1:81", "/g"},
    {"g.", "10.77.0.1:81", "/b/c/g."},
    {"..g", "10.77.0.1:81", "/b/c/..g"},
    {"./../g", "10.77.0.1:81", "/b/g"},
    {"./g/.", "10.77.0.1:81", "/b/c/g/"},
    {"g/./h", "10.77.0.1:81", "/b/c/g/h"},
    {"g/../h", "10.77.0.1:81", "/b/c/h"},
    {"g;x=1/../y", "10.77.0.1:81", "/b/c/y"},
    {"g?y/./x", "10.77.0.1:81", "/b/c/g?y/./x"},
    {"g?y/../x", "10.77.0.1:81", "/b/c/g?y/../x"},
    {"/a//../b", "10.77.0.1:81", "/a/b"},
    {"http://[fd77::1]:82/x/../y?z", "[fd77::1]:82", "/y?z"},
    {"//10.77.0.3:83/.", "10.77.0.3:83", "/"},
};

START_TEST(references) {
    struct http_url base;
    ck_assert(http_url_parse(&base, "http://10.77.0.1:81/b/c/d;p?q", error));
    ck_assert_msg(http_url_resolve(&url, &base, resolved[_i].reference, error), "%s", error);
    ck_assert_str_eq(url.authority, resolved[_i].authority);
    ck_assert_str_eq(url.target, resolved[_i].target);
    ck_assert(http_url_resolve(&base, &base, resolved[_i].reference, error));
    ck_assert_str_eq(base.target, url.target);
    ck_assert_str_eq(base.authority, url.authority);
}
END_TEST

START_TEST(references_refused) {
    static const char *const texts[] = {
        "https://10.77.0.1/", "//a..b/", "javascript:alert(1)", "g h", "/a\x01", "http:g"};
    struct http_url base;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert(http_url_parse(&base, "http://10.77.0.1:81/b/c/d;p?q", error));
        error[0] = '\0';
        ck_assert_msg(!http_url_resolve(&url, &base, texts[i], error), "%s", texts[i]);
        ck_assert_str_ne(error, "");
    }
}
END_TEST

/* A base as long as a target may be, and a reference that makes it longer. */
START_TEST(longest_reference) {
    static char text[20 + HTTP_URL_MAX] = "http://10.77.0.1/";
    memset(text + strlen(text), 'a', HTTP_URL_MAX - 2);
    strcat(text, "/");
    struct http_url base;
    ck_assert(http_url_parse(&base, text, error));
    ck_assert(http_url_resolve(&url, &base, "", error));
    ck_assert(!http_url_resolve(&url, &base, "b", error));
    ck_assert(http_url_resolve(&url, &base, "/b", error));
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof(table)[0]))

START_TEST(numbers) {
    static const struct {
        const char *text;
        uint64_t most;
        bool good;
        uint64_t number;
    } rows[] = {
        {"0", 0, true, 0},
        {"", 9, false, 0},
        {"3", 2, false, 0},
        {"0065535", 65535, true, 65535},
        {"65536", 65535, false, 0},
        {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, false, 0},
        {"99999999999999999999999", UINT64_MAX, false, 0},
        {"+1", 9, false, 0},
        {"1 ", 9, false, 0},
        {"0x1", 99, false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t number;
        size_t length = strlen(rows[i].text);
        uint8_t *text = exact_copy(rows[i].text, length);
        ck_assert_msg(http_char_number(text, length, rows[i].most, &number) == rows[i].good, "row %zu", i);
        ck_assert(!rows[i].good || number == rows[i].number);
        exact_free(text);
    }
}
END_TEST

/* A server's Location may hold anything, and the sentence goes to a terminal: CSI in UTF-8 and as an octet, ESC,
 * DEL. */
START_TEST(nothing_for_a_terminal) {
    static const char *const locations[] = {"http://\xc2\x9b"
                                            "31m/",
                                            "http://a\x9b"
                                            "31m/",
                                            "http://\x1b[31m/",
                                            "http://10.77.0.1:\x1b[31m/",
                                            "http://10.77.0.1:8\x7f/",
                                            "//\xc2\x9b"
                                            "31m/",
                                            "/\x1b[31m"};
    ck_assert(http_url_parse(&url, "http://10.77.0.1/", error));
    struct http_url base = url;
    for (size_t i = 0; i < sizeof locations / sizeof locations[0]; i++) {
        ck_assert_msg(!http_url_resolve(&url, &base, locations[i], error), "location %zu", i);
        for (const char *c = error; *c; c++) {
            ck_assert_msg(*c >= ' ' && *c <= '~', "location %zu: octet %02x", i, (unsigned)(unsigned char)*c);
        }
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_url", &tests);
    tcase_add_loop_test(tests, parsed, 0, ROWS(good));
    tcase_add_loop_test(tests, refused, 0, ROWS(bad));
    tcase_add_test(tests, longest_target);
    tcase_add_loop_test(tests, references, 0, ROWS(resolved));
    tcase_add_test(tests, references_refused);
    tcase_add_test(tests, longest_reference);
    tcase_add_test(tests, nothing_for_a_terminal);
    tcase_add_test(tests, numbers);
    return unit_run(suite);
}
