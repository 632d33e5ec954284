/* test_fetch.c: lucid-fetch before there is a device: its command line, its requests, where redirections lead. */
#include <stdio.h>
#include <unistd.h>

#include "fetch/options.h"
#include "fetch/request.h"
#include "unit.h"

static struct fetch_options options;
static char error[LUCID_ERROR_TEXT];

/* Reads words, up to NULL. */
static bool read_words(const char *const *words) {
    char *argv[20] = {"lucid-fetch"};
    int argc = 1;
    for (; *words; words++) {
        ck_assert_int_lt(argc, 19);
        argv[argc++] = (char *)*words;
    }
    memset(error, '#', sizeof error);
    return fetch_options_read(&options, argc, argv, error);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define URL "http://10.77.0.1/"

static void teardown(void) {
    fetch_options_free(&options);
}

/* ---- the command line ---- */

START_TEST(defaults) {
    ck_assert_msg(read_words(WORDS(URL "a")), "%s", error);
    ck_assert_str_eq(options.url.target, "/a");
    ck_assert(!options.verbose && !options.trace && !options.head && !options.follow && !options.help);
    ck_assert_ptr_null(options.output);
    ck_assert_ptr_null(options.data);
    ck_assert(options.timeout == 30 * LUCID_SECOND);
    ck_assert_uint_eq(options.redirections_max, 10);
    ck_assert_uint_eq(options.field_count, 0);
}
END_TEST

START_TEST(kernels_sockets) {
    static const char *const refused[][2] = {{"--trace", "trace"},         {"--msl=1", "msl"},
                                             {"--dns=10.77.0.1", "dns"},   {"--pcap=file", "pcap"},
                                             {"--addr=10.77.0.3", "addr"}, {"--no-configure", "no-configure"}};
    ck_assert_msg(read_words(WORDS("--transport", "kernel", URL)) && options.kernel, "%s", error);
    ck_assert_msg(read_words(WORDS("--transport", "stack", "--trace", URL)) && !options.kernel, "%s", error);
    ck_assert(!read_words(WORDS("--transport", "udp", URL)));
    ck_assert_str_eq(error, "--transport udp is unknown: take stack or kernel");
    ck_assert(!read_words(WORDS("--transport", "kernel", "http://www.lab.test/")));
    ck_assert_ptr_nonnull(strstr(error, "www.lab.test is a name"));
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char expected[100];
        snprintf(expected, sizeof expected, "--%s needs a stack of ours", refused[i][1]);
        ck_assert(!read_words(WORDS(refused[i][0], "--transport", "kernel", URL)));
        ck_assert_msg(strstr(error, expected) == error, "%s", error);
    }
}
END_TEST

START_TEST(all_options) {
    ck_assert_msg(read_words(WORDS("-v", "-o", "file", "--trace", URL, "-L", "--max-redirs", "0", "--header", "A: b",
                                   "-H", "c:", "--timeout", "0.5", "-d", "x=y", "--tun", "tun3")),
                  "%s", error);
    ck_assert(options.verbose && options.trace && options.follow && !options.head);
    ck_assert_str_eq(options.output, "file");
    ck_assert_uint_eq(options.redirections_max, 0);
    ck_assert_uint_eq(options.field_count, 2);
    ck_assert_str_eq(options.fields[1], "c:");
    ck_assert(options.timeout == LUCID_SECOND / 2);
    ck_assert_uint_eq(options.data_length, 3);
    ck_assert_mem_eq(options.data, "x=y", 3);
    ck_assert_str_eq(options.device.host.device, "tun3");
    ck_assert(read_words(WORDS("--verbose", "--output=o", "--head", "--location", "--", URL)));
    ck_assert(options.verbose && options.head && options.follow);
    ck_assert(read_words(WORDS("--help")) && options.help);
    ck_assert(read_words(WORDS("-h", "-v")) && options.help);
}
END_TEST

START_TEST(data_of_a_file) {
    char name[] = "/tmp/test_fetch.XXXXXX", word[40];
    static char content[200000], again[sizeof content];
    int fd = mkstemp(name);
    ck_assert_int_ge(fd, 0);
    for (size_t i = 0; i < sizeof content; i++) {
        content[i] = (char)(i * 31);
    }
    ck_assert_int_eq(write(fd, content, sizeof content), sizeof content);
    snprintf(word, sizeof word, "@%s", name);
    bool good = read_words(WORDS("-d", word, URL));
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    ck_assert_msg(good, "%s", error);
    ck_assert_uint_eq(options.data_length, sizeof content);
    memcpy(again, options.data, sizeof again);
    ck_assert(memcmp(content, again, sizeof content) == 0);
    fetch_options_free(&options);
    good = read_words(WORDS("-d", word, URL));
    unlink(name);
    close(fd);
    ck_assert(good && options.data && options.data_length == 0);
}
END_TEST

static const struct bad {
    const char *words[8];
    const char *says;
} bad[] = {
    {{NULL}, "the URL is missing"},
    {{URL, URL}, "more than one URL"},
    {{"ftp://10.77.0.1/"}, "http://"},
    {{"http://a..b/"}, "neither an address nor a name"},
    {{"--dns", "here", URL}, "--dns here is no address"},
    {{"-x", URL}, "-x is no option: see --help"},
    {{"--nonsense", URL}, "--nonsense is no option"},
    {{URL, "-o"}, "-o needs a value"},
    {{URL, "--timeout"}, "--timeout needs a value"},
    {{URL, "--timeout", "0"}, "--timeout 0 is no time"},
    {{URL, "--timeout", "forever"}, "is no time"},
    {{URL, "--msl", "0"}, "--msl 0 is no time"},
    {{URL, "--max-redirs", "-1"}, "is no number"},
    {{URL, "--max-redirs", "1000"}, "is no number"},
    {{URL, "--max-redirs", "1x"}, "is no number"},
    {{URL, "-I", "-d", "x"}, "do not go together"},
    {{URL, "-d", "x", "-d", "y"}, "given twice"},
    {{URL, "-d", "@/nonexistent/file"}, "cannot be read: No such file"},
    {{URL, "-d", "@/tmp"}, "cannot be read: Is a directory"},
    {{URL, "-H", "no colon"}, "is no field"},
    {{URL, "-H", ": value"}, "is no field"},
    {{URL, "-H", "a b: c"}, "is no field"},
    {{URL, "-H", "a : c"}, "is no field"},
    {{URL, "-H", ""}, "is no field"},
    {{URL, "-H", "A: b\r\nC: d"}, "control character"},
    {{URL, "-H", "A: b\nC: d"}, "control character"},
    {{URL, "-H", "A: b\r"}, "control character"},
    {{URL, "-H", "A\r\nB: c"}, "is no field"},
    {{URL, "-H", "A: \x1b[2J"}, "control character"},
    {{URL, "-H", "content-length: 5"}, "follows from the body"},
    {{URL, "-H", "Transfer-Encoding: chunked"}, "follows from the body"},
    {{URL, "--addr", "10.77.0.1"}, "the stack's and the kernel's"},
    {{URL, "--faults", "loss=2"}, "--faults"},
};

START_TEST(refused) {
    ck_assert_msg(!read_words(bad[_i].words), "row %d", _i);
    ck_assert_ptr_nonnull(memchr(error, '\0', sizeof error));
    ck_assert_msg(strstr(error, bad[_i].says) != NULL, "'%s' does not say '%s'", error, bad[_i].says);
    ck_assert_ptr_null(strchr(error, '\n'));
}
END_TEST

START_TEST(too_many_fields) {
    char *argv[2 * FETCH_FIELDS_MAX + 5] = {"lucid-fetch", URL};
    int argc = 2;
    for (int i = 0; i <= FETCH_FIELDS_MAX; i++) {
        argv[argc++] = "-H";
        argv[argc++] = "A: b";
    }
    ck_assert(fetch_options_read(&options, argc - 2, argv, error));
    ck_assert(!fetch_options_read(&options, argc, argv, error));
    ck_assert(strstr(error, "more than 64 times") != NULL);
}
END_TEST

/* ---- requests ---- */

static struct fetch_request request;

static const char *written(void) {
    static char room[16384];
    struct text text = text_fixed(room, sizeof room);
    fetch_request_write(&request, &options, &text);
    ck_assert(!text.cut);
    return room;
}

#define AGENT "User-Agent: lucid-fetch/" LUCID_VERSION "\r\n"

START_TEST(requests) {
    ck_assert(read_words(WORDS("http://[fd77::1]:8000/a?b")));
    fetch_request_begin(&request, &options);
    ck_assert_str_eq(written(), "GET /a?b HTTP/1.1\r\nHost: [fd77::1]:8000\r\n" AGENT "Accept: */*\r\n\r\n");
    ck_assert(read_words(WORDS("-I", URL)));
    fetch_request_begin(&request, &options);
    ck_assert_str_eq(written(), "HEAD / HTTP/1.1\r\nHost: 10.77.0.1\r\n" AGENT "Accept: */*\r\n\r\n");
    ck_assert(read_words(WORDS("-d", "x=y", URL)));
    fetch_request_begin(&request, &options);
    ck_assert_str_eq(written(), "POST / HTTP/1.1\r\nHost: 10.77.0.1\r\n" AGENT "Accept: */*\r\n"
                                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\n");
    ck_assert(read_words(WORDS("-d", "", URL, "-H", "host: x", "-H", "USER-AGENT: y", "-H", "accept:", "-H", "X: z",
                               "-H", "Content-Type: a/b")));
    fetch_request_begin(&request, &options);
    ck_assert_str_eq(written(), "POST / HTTP/1.1\r\nhost: x\r\nUSER-AGENT: y\r\naccept:\r\nX: z\r\n"
                                "Content-Type: a/b\r\nContent-Length: 0\r\n\r\n");
}
END_TEST

/* The longest target goes whole. */
START_TEST(long_request) {
    static char url[HTTP_URL_MAX + 100] = URL;
    memset(url + strlen(url), 'a', HTTP_URL_MAX - 1);
    ck_assert(read_words(WORDS(url)));
    fetch_request_begin(&request, &options);
    ck_assert_ptr_eq(strstr(written(), " HTTP/1.1\r\n"), written() + 4 + HTTP_URL_MAX);
}
END_TEST

/* ---- redirections ---- */

static char *location_of(const char *text) {
    const struct http_limits limits = HTTP_LIMITS_DEFAULT;
    struct http_head head;
    http_head_begin(&head, HTTP_RESPONSE);
    ck_assert_int_eq(http_head_feed(&head, &limits, (const uint8_t *)text, strlen(text)), HTTP_DONE);
    return fetch_location(&head, (const uint8_t *)text);
}

START_TEST(locations) {
    static const int leading[] = {301, 302, 303, 307, 308}, others[] = {200, 201, 300, 304, 305, 306, 404};
    char text[100];
    for (size_t i = 0; i < sizeof leading / sizeof leading[0]; i++) {
        snprintf(text, sizeof text, "HTTP/1.1 %d x\r\nA: b\r\nlocation:  /x y \r\n\r\n", leading[i]);
        char *location = location_of(text);
        ck_assert_str_eq(location, "/x y");
        free(location);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        snprintf(text, sizeof text, "HTTP/1.1 %d x\r\nLocation: /x\r\n\r\n", others[i]);
        ck_assert_ptr_null(location_of(text));
    }
    ck_assert_ptr_null(location_of("HTTP/1.1 302 Found\r\n\r\n"));
}
END_TEST

/* RFC 9110 15.4: what becomes of POST. HEAD stays HEAD. */
START_TEST(methods) {
    static const struct {
        unsigned status;
        bool posts;
    } rows[] = {{301, false}, {302, false}, {303, false}, {307, true}, {308, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert(read_words(WORDS("-d", "x=y", URL "a/b")));
        fetch_request_begin(&request, &options);
        ck_assert(fetch_request_follow(&request, rows[i].status, "c", error));
        const char *text = written();
        ck_assert_ptr_eq(strstr(text, rows[i].posts ? "POST /a/c " : "GET /a/c "), text);
        ck_assert((strstr(text, "Content-Length: 3") != NULL) == rows[i].posts);
        ck_assert((strstr(text, "Content-Type") != NULL) == rows[i].posts);
        ck_assert(read_words(WORDS("-I", URL)));
        fetch_request_begin(&request, &options);
        ck_assert(fetch_request_follow(&request, rows[i].status, "/c", error));
        ck_assert_ptr_eq(strstr(written(), "HEAD /c "), written());
    }
}
END_TEST

/* Another server gets neither the credentials nor the first one's name. */
START_TEST(secrets) {
    ck_assert(read_words(WORDS("-H", "authorization: a", "-H", "Cookie: b", "-H", "Host: c", "-H", "X: d", URL)));
    fetch_request_begin(&request, &options);
    ck_assert(fetch_request_follow(&request, 302, "/same", error));
    ck_assert(strstr(written(), "authorization: a\r\nCookie: b\r\nHost: c\r\nX: d\r\n") != NULL);
    ck_assert(fetch_request_follow(&request, 302, "http://10.77.0.1:81/other", error));
    const char *text = written();
    ck_assert(!strstr(text, "uthorization") && !strstr(text, "Cookie") && !strstr(text, "Host: c"));
    ck_assert(strstr(text, "Host: 10.77.0.1:81\r\n") && strstr(text, "X: d\r\n"));
    ck_assert(fetch_request_follow(&request, 302, "http://10.77.0.1/", error)); /* who sent us back might listen */
    ck_assert(!strstr(written(), "uthorization"));
}
END_TEST

START_TEST(bad_locations) {
    static const char *const texts[] = {"https://10.77.0.1/", "http://a..b/", "/a b", "mailto:x"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert(read_words(WORDS(URL)));
        fetch_request_begin(&request, &options);
        ck_assert_msg(!fetch_request_follow(&request, 302, texts[i], error), "%s", texts[i]);
        ck_assert(strstr(error, "the redirection cannot be followed: ") == error);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("fetch", &tests);
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_test(tests, defaults);
    tcase_add_test(tests, all_options);
    tcase_add_test(tests, kernels_sockets);
    tcase_add_test(tests, data_of_a_file);
    tcase_add_loop_test(tests, refused, 0, (int)(sizeof bad / sizeof bad[0]));
    tcase_add_test(tests, too_many_fields);
    tcase_add_test(tests, requests);
    tcase_add_test(tests, long_request);
    tcase_add_test(tests, locations);
    tcase_add_test(tests, methods);
    tcase_add_test(tests, secrets);
    tcase_add_test(tests, bad_locations);
    return unit_run(suite);
}
