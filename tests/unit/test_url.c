/* test_url.c: which URLs lucid-fetch takes, what it makes of them, and the sentence for each that it refuses. RFC 3986.
 *
 * Each text lies in memory that ends with its NUL, so the address sanitizer sees a read too far.
 */
#include "fetch/url.h"
#include "unit.h"

static int parse(const char *text, struct url *url, char error[URL_ERROR]) {
    char *exact = strdup(text);
    error[0] = '\0';
    int result = url_parse(exact, url, error);
    free(exact);
    return result;
}

static const struct taken {
    const char *text, *address;
    uint16_t port;
    const char *authority, *target;
} taken[] = {
    {"http://10.77.0.1/", "10.77.0.1", 80, "10.77.0.1", "/"},
    {"http://10.77.0.1", "10.77.0.1", 80, "10.77.0.1", "/"},
    {"HTTP://10.77.0.1/A", "10.77.0.1", 80, "10.77.0.1", "/A"},
    {"http://10.77.0.1:8000/a/b?c=d#e", "10.77.0.1", 8000, "10.77.0.1:8000", "/a/b?c=d"},
    {"http://10.77.0.1:/", "10.77.0.1", 80, "10.77.0.1", "/"},
    {"http://10.77.0.1:80/", "10.77.0.1", 80, "10.77.0.1", "/"},
    {"http://10.77.0.1:65535/", "10.77.0.1", 65535, "10.77.0.1:65535", "/"},
    {"http://10.77.0.1:0008000/", "10.77.0.1", 8000, "10.77.0.1:8000", "/"},
    {"http://10.77.0.1?q", "10.77.0.1", 80, "10.77.0.1", "/?q"},
    {"http://10.77.0.1#f/?", "10.77.0.1", 80, "10.77.0.1", "/"},
    {"http://10.77.0.1/%20?a:b@c[]", "10.77.0.1", 80, "10.77.0.1", "/%20?a:b@c[]"},
    {"http://[fd77::1]/x", "fd77::1", 80, "[fd77::1]", "/x"},
    {"http://[fd77::1]:8080", "fd77::1", 8080, "[fd77::1]:8080", "/"},
    {"http://[FD77:0:0:0:0:0:0:1]:1/", "fd77::1", 1, "[FD77:0:0:0:0:0:0:1]:1", "/"},
    {"http://[2001:0db8:1111:2222:3333:4444:5555:6666]:65535/", "2001:db8:1111:2222:3333:4444:5555:6666", 65535,
     "[2001:0db8:1111:2222:3333:4444:5555:6666]:65535", "/"},
};

START_TEST(urls_are_taken) {
    const struct taken *row = &taken[_i];
    struct url url;
    char error[URL_ERROR], address[LUCID_ADDR_TEXT];
    ck_assert_msg(parse(row->text, &url, error) == 0, "%s: %s", row->text, error);
    ck_assert_str_eq(lucid_addr_format(&url.remote.addr, address), row->address);
    ck_assert_uint_eq(url.remote.port, row->port);
    ck_assert_str_eq(url.authority, row->authority);
    ck_assert_str_eq(url.target, row->target);
}
END_TEST

static const struct {
    const char *text, *sentence;
} refused[] = {
    {"", "is not an http:// URL"},
    {"http:/", "is not an http:// URL"},
    {"10.77.0.1", "10.77.0.1 is not an http:// URL"},
    {"ftp://10.77.0.1/", "ftp://10.77.0.1/ is not an http:// URL"},
    {"https://10.77.0.1/", "https needs TLS"},
    {"http://", "the URL has no host"},
    {"http:///path", "the URL has no host"},
    {"http://:80/", ":80 is neither an IPv4 address"},
    {"http://localhost/", "localhost is neither an IPv4 address nor an IPv6 address in brackets; names are"},
    {"http://10.77.0/", "10.77.0 is neither"},
    {"http://10.77.0.1.1/", "10.77.0.1.1 is neither"},
    {"http://fd77::1/", "fd77::1 is neither"},
    {"http://[10.77.0.1]/", "[10.77.0.1] is neither"},
    {"http://[fd77::1/", "the [ of the IPv6 address has no ]"},
    {"http://[]/", "[] is neither"},
    {"http://[fd77::1%25lucid0]/", "[fd77::1%25lucid0] is neither"},
    {"http://[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]/", "is neither"},
    {"http://[fd77::1]x/", "x is not a port"},
    {"http://10.77.0.1:x/", ":x is not a port: a number from 1 to 65535"},
    {"http://10.77.0.1:0/", ":0 is not a port"},
    {"http://10.77.0.1:65536/", ":65536 is not a port"},
    {"http://10.77.0.1:4294967376/", ":4294967376 is not a port"},
    {"http://10.77.0.1:80:80/", ":80:80 is not a port"},
    {"http://10.77.0.1:-1/", ":-1 is not a port"},
    {"http://me@10.77.0.1/", "a user in a URL is obsolete"},
    {"http://10.77.0.1/a b", "octet 18 of the URL is 0x20, which must be written %20"},
    {"http://10.77.0.1/a\r\nX: y", "0x0d, which must be written %0D"},
    {"http://10.77.0.1/\xc3\xa4", "0xc3, which must be written %C3"},
};

START_TEST(urls_are_refused) {
    struct url url;
    char error[URL_ERROR];
    ck_assert_msg(parse(refused[_i].text, &url, error) == -1, "%s was taken", refused[_i].text);
    ck_assert_msg(strstr(error, refused[_i].sentence), "%s: %s", refused[_i].text, error);
}
END_TEST

/* The longest target that is taken, one octet more, and a host that is much too long. */
START_TEST(long_urls) {
    static const char start[] = "http://10.77.0.1/";
    char text[2 * URL_TARGET], error[URL_ERROR];
    struct url url;
    memset(text, 'a', sizeof text);
    memcpy(text, start, sizeof start - 1);
    text[sizeof start - 2 + URL_TARGET - 1] = '\0';
    ck_assert_int_eq(parse(text, &url, error), 0);
    ck_assert_uint_eq(strlen(url.target), URL_TARGET - 1);
    text[sizeof start - 2 + URL_TARGET - 1] = 'a';
    text[sizeof start - 2 + URL_TARGET] = '\0';
    ck_assert_int_eq(parse(text, &url, error), -1);
    ck_assert_str_eq(error, "the path of the URL is longer than 4095 octets");
    memset(text, '1', 4000);
    memcpy(text, "http://", 7);
    text[4000] = '\0';
    ck_assert_int_eq(parse(text, &url, error), -1);
    ck_assert_ptr_nonnull(strstr(error, "names are not resolved"));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("url", &tests);
    tcase_add_loop_test(tests, urls_are_taken, 0, sizeof taken / sizeof taken[0]);
    tcase_add_loop_test(tests, urls_are_refused, 0, sizeof refused / sizeof refused[0]);
    tcase_add_test(tests, long_urls);
    return unit_run(suite);
}
