/* test_httpd_options.c: the command line of lucid-httpd: what is taken, and a sentence for what is not. */
#include "httpd/options.h"
#include "unit.h"

#include <stdio.h>

static struct options options;
static char error[LUCID_ERROR_TEXT];

/* Reads a command line of words that are separated by blanks. */
static int read_line(const char *line) {
    static char copy[2000];
    char *words[40] = {"lucid-httpd"};
    int count = 1;
    ck_assert_uint_lt(strlen(line), sizeof copy);
    strcpy(copy, line);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        ck_assert_int_lt(count, 39);
        words[count++] = word;
    }
    words[count] = NULL;
    memset(error, '#', sizeof error);
    settings_drop(options.settings);
    return options_read(&options, count, words, error);
}

static void drop_settings(void) {
    settings_drop(options.settings);
    options.settings = NULL;
}

static void takes(const char *line) {
    ck_assert_msg(read_line(line) == 0, "%s: %s", line, error);
}

static void refuses(const char *line, const char *expected) {
    ck_assert_msg(read_line(line) == -1, "%s was taken", line);
    ck_assert_ptr_nonnull(memchr(error, '\0', sizeof error));
    ck_assert_msg(strstr(error, expected) != NULL, "%s: '%s' does not say '%s'", line, error, expected);
}

static bool is(const struct lucid_ifaddr *own, const char *text, unsigned prefix) {
    struct lucid_addr addr;
    ck_assert_int_eq(lucid_addr_parse(text, &addr), 0);
    return lucid_addr_equal(&own->addr, &addr) && own->prefix == prefix;
}

START_TEST(nothing_said) {
    takes("");
    ck_assert_str_eq(options.device.host.device, "lucid0");
    ck_assert_uint_eq(options.port, 80);
    ck_assert_uint_eq(options.device.host.config.addr_count, 2);
    ck_assert(is(&options.device.host.config.addrs[0], "10.77.0.2", 24));
    ck_assert(is(&options.device.host.config.addrs[1], "fd77::2", 64));
    ck_assert_uint_eq(options.device.host.host_addr_count, 2);
    ck_assert(options.device.host.configure && !options.trace && !options.help);
    ck_assert(options.device.host.config.msl == 120 * LUCID_SECOND);
    ck_assert_ptr_null(options.settings->http.root);
    ck_assert_ptr_null(options.device.host.pcap);
    ck_assert_ptr_null(options.device.host.faults);
    ck_assert_ptr_null(options.trace_json);
    ck_assert(options.settings->http.head_time == 10 * LUCID_SECOND &&
              options.settings->http.idle_time == 60 * LUCID_SECOND);
    ck_assert_uint_eq(options.settings->http.connections, 50000);
    ck_assert_uint_eq(options.settings->http.limits.line, 8192);
    ck_assert_uint_eq(options.settings->http.limits.head, 32768);
    ck_assert_uint_eq(options.settings->http.limits.body, 16 << 20);
}
END_TEST

START_TEST(everything_said) {
    takes("--tun web1 --addr 192.0.2.7 --addr fd01::7 --host-addr 192.0.2.1/28 --host-addr fd01::1/48 --port 8080 "
          "--root /srv "
          "--trace --trace-json j --pcap p --msl 0.5 --faults loss=1% --no-configure");
    ck_assert_str_eq(options.device.host.device, "web1");
    ck_assert_uint_eq(options.device.host.config.addr_count, 2);
    ck_assert(is(&options.device.host.config.addrs[0], "192.0.2.7", 28));
    ck_assert(is(&options.device.host.config.addrs[1], "fd01::7", 48));
    ck_assert_uint_eq(options.device.host.host_addr_count, 2);
    ck_assert(is(&options.device.host.host_addrs[0], "192.0.2.1", 28));
    ck_assert(is(&options.device.host.host_addrs[1], "fd01::1", 48));
    ck_assert_uint_eq(options.port, 8080);
    ck_assert_str_eq(options.settings->http.root, "/srv");
    ck_assert(options.trace && !options.device.host.configure);
    ck_assert_str_eq(options.trace_json, "j");
    ck_assert_str_eq(options.device.host.pcap, "p");
    ck_assert_str_eq(options.device.host.faults, "loss=1%");
    ck_assert(options.device.host.config.msl == LUCID_SECOND / 2);
}
END_TEST

START_TEST(one_family) {
    takes("--addr 10.77.0.9");
    ck_assert_uint_eq(options.device.host.config.addr_count, 1);
    ck_assert(is(&options.device.host.config.addrs[0], "10.77.0.9", 24));
    takes("--addr 10.5.0.9 --host-addr 10.5.1.1/16");
    ck_assert_uint_eq(options.device.host.host_addr_count, 1);
    ck_assert(is(&options.device.host.config.addrs[0], "10.5.0.9", 16));
    takes("--no-configure --addr 10.5.0.9");
    ck_assert(is(&options.device.host.config.addrs[0], "10.5.0.9", 32));
}
END_TEST

START_TEST(wrong_words) {
    refuses("--frobnicate", "--frobnicate is no option: see --help");
    refuses("-x", "-x is no option");
    refuses("word", "word is no option");
    refuses("--port", "--port needs a value");
    refuses("--help=3", "--help=3 is no option");
    refuses("--trace --msl", "--msl needs a value");
}
END_TEST

START_TEST(wrong_values) {
    static const char *const ports[] = {"0", "65536", "-1", "+1", "8o", "0x50", "99999999999999999999", "80.0"};
    static const char *const times[] = {"0",   "-1",  "x",   "1s", "3601",  "1e3",
                                        "nan", "inf", "0x1", ".",  "1.2.3", "0.0001"};
    static const char *const names[] = {"0123456789abcdef", "a/b", "..", "a:b"};
    static const char *const addrs[] = {"10.77.0", "10.77.0.2/24", "0.0.0.0", "::", "x", "fd77::g"};
    static const char *const host_addrs[] = {"10.77.0.1",   "10.77.0.1/33", "10.77.0.1/",
                                             "fd77::1/129", "/24",          "0.0.0.0/0"};
    char line[100];
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        snprintf(line, sizeof line, "--port %s", ports[i]);
        refuses(line, "is no port: take a number from 1 to 65535");
    }
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        snprintf(line, sizeof line, "--msl %s", times[i]);
        refuses(line, "is no time: take seconds");
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(line, sizeof line, "--tun %s", names[i]);
        refuses(line, "is no name for an interface");
    }
    for (size_t i = 0; i < sizeof addrs / sizeof addrs[0]; i++) {
        snprintf(line, sizeof line, "--addr %s", addrs[i]);
        refuses(line, "is no address: write one");
    }
    for (size_t i = 0; i < sizeof host_addrs / sizeof host_addrs[0]; i++) {
        snprintf(line, sizeof line, "--host-addr %s", host_addrs[i]);
        refuses(line, "is no address with a prefix");
    }
    refuses("--faults lost=1%", "--faults: ");
    refuses("--faults lost=1%", "'lost=1%' is unknown");
}
END_TEST

static bool listens(unsigned i, const char *text, uint16_t port) {
    struct lucid_addr addr;
    ck_assert_int_eq(lucid_addr_parse(text, &addr), 0);
    ck_assert_uint_lt(i, options.local_count);
    return lucid_addr_equal(&options.local[i].addr, &addr) && options.local[i].port == port;
}

/* On a stack of ours it listens on all addresses; on the kernel's sockets on those given, whatever the device's
 * network would be. */
START_TEST(transports) {
    takes("--addr 10.77.0.9");
    ck_assert(!options.kernel && options.local_count == 1 && listens(0, "::", 80));
    takes("--transport stack --port 8080");
    ck_assert(!options.kernel && options.local_count == 1 && listens(0, "::", 8080));
    takes("--transport kernel");
    ck_assert(options.kernel && options.local_count == 1 && listens(0, "::", 80));
    takes("--addr 127.0.0.1 --addr ::1 --transport kernel --port 8080 --access-log - --access-json --root /srv");
    ck_assert(options.kernel && options.local_count == 2);
    ck_assert(listens(0, "127.0.0.1", 8080) && listens(1, "::1", 8080));
    refuses("--transport tcp", "--transport tcp is unknown: take stack or kernel");
}
END_TEST

START_TEST(what_needs_a_stack) {
    static const char *const theirs[] = {"--tun web0",     "--host-addr 10.77.0.1/24 --addr 10.77.0.2",
                                         "--no-configure", "--faults loss=1%",
                                         "--pcap p",       "--msl 1",
                                         "--trace",        "--trace-json j",
                                         "--ladder 1",     "--allow-faults",
                                         "--queues 2"};
    for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++) {
        char line[100], name[20];
        snprintf(line, sizeof line, "%s --transport kernel", theirs[i]);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(theirs[i], " "), theirs[i]);
        refuses(line, "needs a stack of ours: leave it out, or --transport kernel");
        ck_assert_msg(strncmp(error, name, strlen(name)) == 0, "%s", error);
        takes(theirs[i]);
    }
}
END_TEST

START_TEST(queues) {
    static const char *const one[] = {"--pcap p", "--trace", "--trace-json j", "--ladder 1", "--record 1"};
    takes("");
    ck_assert_uint_eq(options.queues, 1);
    takes("--queues 64 --record 0 --allow-faults --faults loss=1%");
    ck_assert_uint_eq(options.queues, 64);
    takes("--queues 2");
    ck_assert_uint_eq(options.record, 0);
    refuses("--queues 0", "--queues 0 is no number of queues: take one from 1 to 64");
    refuses("--queues 65", "--queues 65 is no number");
    refuses("--queues two", "--queues two is no number");
    refuses("--queues -1", "--queues -1 is no number");
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++) {
        char line[100];
        snprintf(line, sizeof line, "%s --queues 2", one[i]);
        refuses(line, "tells of one stack, and each queue has its own: leave it out, or --queues");
        snprintf(line, sizeof line, "%s --queues 1", one[i]);
        takes(line);
    }
}
END_TEST

START_TEST(what_is_recorded) {
    takes("");
    ck_assert_uint_eq(options.record, 32);
    takes("--record 0 --transport kernel");
    ck_assert_uint_eq(options.record, 0);
    takes("--record 1000");
    ck_assert_uint_eq(options.record, 1000);
    refuses("--record 1001", "--record 1001 is no number of connections: take one from 0 to 1000");
    refuses("--record x", "--record x is no number");
}
END_TEST

START_TEST(what_does_not_go_together) {
    refuses("--listing", "give --root DIR too");
    refuses("--access-json", "give --access-log FILE too");
    refuses("--addr 10.77.0.2 --addr 10.77.0.3", "--addr is given twice for IPv4");
    refuses("--addr fd77::2 --addr fd77::3", "--addr is given twice for IPv6");
    refuses("--host-addr 10.77.0.1/24 --host-addr 10.78.0.1/24", "--host-addr is given twice for IPv4");
    refuses("--addr 10.78.0.2", "10.78.0.2 lies in no network of the kernel's end");
    refuses("--host-addr 10.78.0.1/24", "10.77.0.2 lies in no network");
    refuses("--addr fd78::2", "fd78::2 lies in no network");
    refuses("--addr 10.77.0.1", "10.77.0.1 cannot be the stack's and the kernel's");
}
END_TEST

/* Words of any length fit into the sentence. */
START_TEST(long_words) {
    char line[1500];
    static const char *const before[] = {"--port ",      "--msl ",    "--tun ", "--addr ",
                                         "--host-addr ", "--faults ", "--",     ""};
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        strcpy(line, before[i]);
        size_t length = strlen(line);
        memset(line + length, 'x', 1000);
        line[length + 1000] = '\0';
        refuses(line, i == 7 ? "xxx" : " ");
    }
}
END_TEST

START_TEST(help) {
    takes("--help");
    ck_assert(options.help);
    takes("--addr 10.78.0.2 --help");
    ck_assert_ptr_nonnull(strstr(options_help, "--faults SPEC"));
}
END_TEST

/* Settings are options too, those of one word or none: the last one counts. */
START_TEST(settings) {
    takes("--idle-time 5 --connections 7 --max-body 0 --idle-time 6.5");
    ck_assert(options.settings->http.idle_time == 13 * LUCID_SECOND / 2);
    ck_assert_uint_eq(options.settings->http.connections, 7);
    ck_assert_uint_eq(options.settings->http.limits.body, 0);
    ck_assert_ptr_null(options.settings->access_log);
    refuses("--idle-time 0", "--idle-time 0 is no time: take seconds from 0.001 to 3600");
    refuses("--connections 0", "--connections 0 is no number that it takes: take one from 1 to 1000000");
    refuses("--max-fields 101", "take one from 1 to 100");
    refuses("--max-line 9000 --max-head 8000", "max-line 9000 is more than max-head 8000");
    for (unsigned i = 0; i < settings_count; i++) {
        char option[60];
        snprintf(option, sizeof option, "  --%s", settings_table[i].name);
        ck_assert_msg(settings_table[i].most > 1 || settings_table[i].repeats || strstr(options_help, option),
                      "--help has no%s", option);
    }
}
END_TEST

START_TEST(upstreams) {
    takes("--upstream /app=uwsgi://[fd77::1]:3031 --upstream /api/v1/=http://10.77.0.1/v%31/ --upstream-time 5");
    const struct http_server_options *http = &options.settings->http;
    ck_assert_uint_eq(http->upstream_count, 2);
    ck_assert(http->upstreams[0].speaks == HTTP_UPSTREAM_UWSGI && !http->upstreams[0].replaces);
    ck_assert_str_eq(http->upstreams[0].prefix, "app/");
    ck_assert_str_eq(http->upstreams[0].authority, "[fd77::1]:3031");
    ck_assert_uint_eq(http->upstreams[0].remote.port, 3031);
    ck_assert(http->upstreams[1].speaks == HTTP_UPSTREAM_HTTP && http->upstreams[1].replaces);
    ck_assert_str_eq(http->upstreams[1].prefix, "api/v1/");
    ck_assert_str_eq(http->upstreams[1].path, "v1/");
    ck_assert_uint_eq(http->upstreams[1].remote.port, 80);
    ck_assert(http->upstream_time == 5 * LUCID_SECOND && http->connect_time == 5 * LUCID_SECOND);
    takes("--upstream /=http://10.77.0.1");
    ck_assert_str_eq(options.settings->http.upstreams[0].prefix, "");
    refuses("--upstream app=http://10.77.0.1", "is not PREFIX=URL");
    refuses("--upstream /app", "is not PREFIX=URL");
    refuses("--upstream /../a=http://10.77.0.1", "no path");
    refuses("--upstream /a=uwsgi://10.77.0.1", "must have a port");
    refuses("--upstream /a=uwsgi://10.77.0.1:3031/x", "no path");
    refuses("--upstream /a=https://10.77.0.1", "https");
    refuses("--upstream /a=ftp://10.77.0.1", "ftp://10.77.0.1 begins with neither http:// nor uwsgi://");
    refuses("--upstream /a=http://www.lab.test/", "has a name, which is not looked up");
    refuses("--upstream /a=http://10.77.0.1:99999/", "port");
    refuses("--upstream /a=http://10.77.0.1 --upstream /a/=http://10.77.0.2", "has an upstream already");
    refuses("--upstream-time 0", "no time");
    takes("--uwsgi-port 3032");
    ck_assert_uint_eq(options.uwsgi_port, 3032);
    refuses("--uwsgi-port 0", "--uwsgi-port 0 is no port");
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("httpd_options", &tests);
    tcase_add_test(tests, nothing_said);
    tcase_add_test(tests, everything_said);
    tcase_add_test(tests, one_family);
    tcase_add_test(tests, wrong_words);
    tcase_add_test(tests, wrong_values);
    tcase_add_test(tests, transports);
    tcase_add_test(tests, what_needs_a_stack);
    tcase_add_test(tests, queues);
    tcase_add_test(tests, what_is_recorded);
    tcase_add_test(tests, what_does_not_go_together);
    tcase_add_test(tests, long_words);
    tcase_add_test(tests, help);
    tcase_add_test(tests, settings);
    tcase_add_checked_fixture(tests, NULL, drop_settings);
    tcase_add_test(tests, upstreams);
    return unit_run(suite);
}
