/* test_http_uwsgi.c: the uwsgi protocol, both ways: packets that the server takes as an application server, and packets
 * that it makes as a gateway. http.md 4; H65, H66; RFC 3875 4.1.
 */
#include <stdio.h>

#include "harness/web.h"
#include "http/http_upstream.h"
#include "http/http_uwsgi_read.h"
#include "unit.h"
#include "upstream.h"

enum { UWSGI_PORT = 3031 };

/* ---- packets ---- */

static struct text packet;

static void put_u16(size_t number) {
    text_put_char(&packet, (char)(number & 0xff));
    text_put_char(&packet, (char)(number >> 8 & 0xff));
}

/* "NAME=value\n" for each variable; begins the packet. */
static void make_packet(const char *vars) {
    text_free(&packet);
    packet = text_growing();
    text_put_octets(&packet, "\0\0\0\0", 4);
    while (*vars) {
        size_t name = strcspn(vars, "="), value = strcspn(vars + name + 1, "\n");
        put_u16(name);
        text_put_octets(&packet, vars, name);
        put_u16(value);
        text_put_octets(&packet, vars + name + 1, value);
        vars += name + value + 2;
    }
    packet.data[1] = (char)((packet.length - 4) & 0xff);
    packet.data[2] = (char)((packet.length - 4) >> 8);
}

static struct web_client *send_packet(void) {
    struct web_client *client = web_connect_to(&web, UWSGI_PORT);
    web_send(&web, client, packet.data, packet.length);
    web_run(&web, 100 * MS);
    return client;
}

static struct web_client *ask_packet(const char *vars) {
    make_packet(vars);
    return send_packet();
}

static void setup_server(void) {
    const struct lucid_sockaddr local = {.port = UWSGI_PORT};
    setup();
    packet = text_growing();
    ck_assert_int_eq(http_server_listen_uwsgi(web.server, &local), 0);
}

static void teardown_server(void) {
    text_free(&packet);
    teardown();
}

#define NEEDED "REQUEST_METHOD=GET\nREQUEST_URI=/echo?a=b\nHTTP_HOST=www.lab.test\n"

/* ---- as an application server ---- */

START_TEST(a_packet_is_a_request) {
    struct web_client *client = ask_packet(
        NEEDED "SERVER_PROTOCOL=HTTP/1.1\nHTTP_X_FORWARDED_FOR=192.0.2.1\nHTTP_ACCEPT=text/plain\n"
               "DOCUMENT_ROOT=/etc\nHTTP_CONNECTION=keep-alive\nHTTP_TRANSFER_ENCODING=chunked\n"
               "HTTP_EXPECT=100-continue\nHTTP_PROXY=http://evil/\nCONTENT_LENGTH=\nCONTENT_TYPE=\n");
    ck_assert_msg(has(client, "HTTP/1.1 200 OK\r\n"), "%s", client->got.data);
    ck_assert(has(client, "X-Forwarded-For: 192.0.2.1") && has(client, "Host: www.lab.test"));
    ck_assert(!has(client, "keep-alive") && !has(client, "chunked") && !has(client, "100") && !has(client, "evil"));
    ck_assert(has(client, "Connection: close\r\n") && client->ended && !client->error);
}
END_TEST

START_TEST(a_packet_with_a_body) {
    make_packet("REQUEST_METHOD=POST\nREQUEST_URI=/\nSERVER_NAME=a\nSERVER_PORT=81\nCONTENT_LENGTH=5\n"
                "CONTENT_TYPE=text/x\nSERVER_PROTOCOL=HTTP/2.0\n");
    text_put(&packet, "helloGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    struct web_client *client = send_packet();
    check_body(client, "hello");
    ck_assert(client->ended && !client->error);
}
END_TEST

/* The end of the connection is the end of the body: there are no chunks in uwsgi. */
START_TEST(a_body_of_unknown_length) {
    struct web_client *client = ask_packet("REQUEST_METHOD=GET\nREQUEST_URI=/stream/2\nHTTP_HOST=a\n"
                                           "SERVER_PROTOCOL=HTTP/1.1\n");
    ck_assert(!has(client, "chunked"));
    check_body(client, "{\"line\":1,\"of\":2}\n{\"line\":2,\"of\":2}\n");
    ck_assert(client->ended);
}
END_TEST

START_TEST(without_what_may_be_missing) {
    struct web_client *client = ask_packet("REQUEST_METHOD=GET\nPATH_INFO=/anything\nQUERY_STRING=a=%20\n");
    ck_assert(has(client, "\"query\":[[\"a\",\" \"]]") && has(client, "\"version\":\"HTTP/1.0\""));
    client = ask_packet("REQUEST_METHOD=GET\nPATH_INFO=/anything/a b\nHTTP_HOST=a\n");
    ck_assert(has(client, "/anything/a%20b"));
}
END_TEST

/* Cut anywhere it is the same: H46. */
START_TEST(packets_in_pieces) {
    make_packet(NEEDED "REMOTE_ADDR=192.0.2.7\nREMOTE_PORT=5\n");
    for (size_t cut = 1; cut < packet.length; cut++) {
        struct web_client *client = web_connect_to(&web, UWSGI_PORT);
        web_send(&web, client, packet.data, cut);
        web_run(&web, 5 * MS);
        ck_assert_uint_eq(client->got.length, 0);
        web_send(&web, client, packet.data + cut, packet.length - cut);
        web_run(&web, 20 * MS);
        ck_assert(has(client, "HTTP/1.1 200 OK\r\n"));
    }
}
END_TEST

static const struct {
    const char *vars;
    int status;
} wrong_vars[] = {
    {"REQUEST_URI=/\nHTTP_HOST=a\n", 400}, /* no method */
    {"REQUEST_METHOD=\nREQUEST_URI=/\nHTTP_HOST=a\n", 400},
    {"REQUEST_METHOD=G T\nREQUEST_URI=/\nHTTP_HOST=a\n", 400},
    {"REQUEST_METHOD=GET / HTTP/1.1\nREQUEST_URI=/\nHTTP_HOST=a\n", 400},
    {"REQUEST_METHOD=BREW\nREQUEST_URI=/\nHTTP_HOST=a\n", 501},
    {"REQUEST_METHOD=DELETE\nREQUEST_URI=/\nHTTP_HOST=a\n", 405},
    {"REQUEST_METHOD=GET\nHTTP_HOST=a\n", 400}, /* no path */
    {"REQUEST_METHOD=GET\nREQUEST_URI=/a b\nHTTP_HOST=a\n", 400},
    {"REQUEST_METHOD=GET\nREQUEST_URI=/ HTTP/1.1\rX: y\nHTTP_HOST=a\n", 400},
    {"REQUEST_METHOD=GET\nREQUEST_URI=a\nHTTP_HOST=a\n", 400},
    {"REQUEST_METHOD=GET\nREQUEST_URI=/../x\nHTTP_HOST=a\n", 400},
    {"REQUEST_METHOD=GET\nREQUEST_URI=/%00\nHTTP_HOST=a\n", 400},
    {"REQUEST_METHOD=GET\nPATH_INFO=etc\nHTTP_HOST=a\n", 400},
    {"REQUEST_METHOD=GET\nREQUEST_URI=/none\nHTTP_HOST=a\n", 404},
    {"REQUEST_METHOD=GET\nREQUEST_URI=/\nHTTP_HOST=a b\n", 400},
    {"REQUEST_METHOD=GET\nREQUEST_URI=/\nSERVER_PROTOCOL=HTTP/1.1\n", 400}, /* no host */
    {"REQUEST_METHOD=GET\nREQUEST_URI=/\nHTTP_HOST=a\nSERVER_PROTOCOL=HTTP/4.0\n", 505},
    {"REQUEST_METHOD=GET\nREQUEST_URI=/\nHTTP_HOST=a\nSERVER_PROTOCOL=x\n", 400},
    {"REQUEST_METHOD=GET\nREQUEST_URI=/\nHTTP_HOST=a\nREQUEST_METHOD=GET\n", 400}, /* twice */
    {"REQUEST_METHOD=POST\nREQUEST_URI=/\nHTTP_HOST=a\nCONTENT_LENGTH=+5\n", 400},
    {"REQUEST_METHOD=POST\nREQUEST_URI=/\nHTTP_HOST=a\nCONTENT_LENGTH=5x\n", 400},
    {"REQUEST_METHOD=POST\nREQUEST_URI=/\nHTTP_HOST=a\nCONTENT_LENGTH=-1\n", 400},
    {"REQUEST_METHOD=POST\nREQUEST_URI=/\nHTTP_HOST=a\nCONTENT_LENGTH=99999999999999999999999\n", 400},
    {"REQUEST_METHOD=POST\nREQUEST_URI=/\nHTTP_HOST=a\nCONTENT_LENGTH=99999999999\n", 413},
    {"REQUEST_METHOD=GET\nREQUEST_URI=/\nHTTP_HOST=a\nHTTP_X=a\rSet-Cookie: b\n", 400},
    {"REQUEST_METHOD=GET\nREQUEST_URI=/\nHTTP_HOST=a\nHTTP_X(Y)=a\n", 400},
    {"REQUEST_METHOD=GET\nREQUEST_URI=/\nHTTP_HOST=a\n=a\n", 400},
};

START_TEST(wrong_variables) {
    struct web_client *client = ask_packet(wrong_vars[_i].vars);
    char line[32];
    snprintf(line, sizeof line, "HTTP/1.1 %d ", wrong_vars[_i].status);
    ck_assert_msg(has(client, line), "%s: %s", wrong_vars[_i].vars, client->got.data);
    ck_assert(client->ended && !client->error);
}
END_TEST

/* Octets that are no packet. */
static const struct {
    const char *octets;
    size_t length;
    int status;
} wrong_octets[] = {
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, 400},
    {"\5\0\0\0", 4, 400},
    {"\0\0\0\1", 4, 400},
    {"\0\0\0\0", 4, 400},             /* no variable at all */
    {"\0\1\0\0x", 5, 400},            /* half a length */
    {"\0\5\0\0\1\0x\1\0", 9, 400},    /* the value is missing */
    {"\0\4\0\0\377\377xy", 8, 400},   /* a name beyond the end */
    {"\0\6\0\0\1\0x\2\0y", 10, 400},  /* a value beyond the end */
    {"\0\7\0\0\1\0x\1\0yz", 11, 400}, /* an octet too many */
    {"\0\377\377\0", 4, 431},         /* 64 KB of variables are not waited for */
};

START_TEST(wrong_packets) {
    struct web_client *client = web_connect_to(&web, UWSGI_PORT);
    char line[32];
    web_send(&web, client, wrong_octets[_i].octets, wrong_octets[_i].length);
    web_run(&web, 100 * MS);
    snprintf(line, sizeof line, "HTTP/1.1 %d ", wrong_octets[_i].status);
    ck_assert_msg(has(client, line), "%s", client->got.data);
    ck_assert(client->ended && !client->error);
}
END_TEST

/* What only its modifiers, or one octet more in the length, keep from being a good one. */
START_TEST(wrong_octets_of_a_good_packet) {
    static const size_t places[] = {0, 1, 3};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        make_packet(NEEDED);
        text_put_char(&packet, 'x');
        packet.data[places[i]]++;
        ck_assert(has(send_packet(), "HTTP/1.1 400 "));
    }
}
END_TEST

START_TEST(too_many_variables) {
    struct text vars = text_growing();
    text_put(&vars, NEEDED);
    for (int i = 0; i < 200; i++) {
        text_format(&vars, "HTTP_X_%d=1\n", i);
    }
    ck_assert(has(ask_packet(vars.data), "HTTP/1.1 431 "));
    text_free(&vars);
}
END_TEST

/* H47 */
START_TEST(a_slow_packet) {
    make_packet(NEEDED);
    packet.length -= 1;
    struct web_client *client = send_packet();
    web_run(&web, 9 * LUCID_SECOND);
    ck_assert_uint_eq(client->got.length, 0);
    web_run(&web, 2 * LUCID_SECOND);
    ck_assert(has(client, "HTTP/1.1 408 ") && client->ended);
}
END_TEST

/* ---- as a gateway ---- */

/* The value of a variable in the packet that the upstream has got; NULL: it is not there. */
static const char *var(const char *name) {
    static char value[256];
    const uint8_t *octets = (const uint8_t *)up.got.data;
    size_t end = 4 + octets[1] + 256u * octets[2];
    ck_assert(octets[0] == 0 && octets[3] == 0 && end <= up.got.length);
    for (size_t at = 4; at < end;) {
        size_t length = octets[at] + 256u * octets[at + 1], behind = at + 2 + length;
        size_t value_length = octets[behind] + 256u * octets[behind + 1];
        if (length == strlen(name) && memcmp(octets + at + 2, name, length) == 0) {
            snprintf(value, sizeof value, "%.*s", (int)value_length, (const char *)octets + behind + 2);
            return value;
        }
        at = behind + 2 + value_length;
    }
    return NULL;
}

static const char *var_body(void) {
    const uint8_t *octets = (const uint8_t *)up.got.data;
    return up.got.data + 4 + octets[1] + 256u * octets[2];
}

START_TEST(variables_of_a_request) {
    static const char *const expected[][2] = {
        {"QUERY_STRING", "q=%31"},
        {"REQUEST_METHOD", "POST"},
        {"REQUEST_URI", "/app/a%20b//../c?q=%31"},
        {"SCRIPT_NAME", "/app"},
        {"PATH_INFO", "/c"},
        {"SERVER_PROTOCOL", "HTTP/1.1"},
        {"REQUEST_SCHEME", "http"},
        {"REMOTE_ADDR", "10.77.0.1"},
        {"SERVER_NAME", "www.lab.test"},
        {"SERVER_PORT", "81"},
        {"CONTENT_LENGTH", "5"},
        {"CONTENT_TYPE", "text/x"},
        {"HTTP_COOKIE", "a; b"},
        {"HTTP_HOST", "www.lab.test:81"},
        {"HTTP_X_A", "2, 3"},
    };
    ask("POST /app/a%20b//../c?q=%31 HTTP/1.1\r\nHost: www.lab.test:81\r\nContent-Type: text/x\r\nCookie: a\r\n"
        "Cookie: b\r\nProxy: x\r\nX_A: 1\r\nX-A: 2\r\nx-a: 3\r\nX.A: 4\r\nConnection: X-B\r\nX-B: 5\r\n"
        "Content-Length: 5\r\n\r\nhello");
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const char *value = var(expected[i][0]);
        ck_assert_msg(value && strcmp(value, expected[i][1]) == 0, "%s: %s", expected[i][0], value ? value : "(none)");
    }
    static const char *const none[] = {"HTTP_PROXY",        "HTTP_X_B",        "HTTP_CONTENT_LENGTH",
                                       "HTTP_CONTENT_TYPE", "HTTP_CONNECTION", "HTTP_X.A"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        ck_assert_msg(!var(none[i]), "%s", none[i]);
    }
    ck_assert_str_eq(var_body(), "hello");
}
END_TEST

START_TEST(paths_of_a_prefix) {
    ask("GET /app HTTP/1.0\r\n\r\n");
    ck_assert_str_eq(var("PATH_INFO"), "");
    ck_assert_str_eq(var("CONTENT_LENGTH"), "");
    ck_assert_str_eq(var("SERVER_PROTOCOL"), "HTTP/1.0");
    ck_assert_str_eq(var("SERVER_PORT"), "80");
    ask("GET /app/ HTTP/1.1\r\nHost: [::1]\r\n\r\n");
    ck_assert_str_eq(var("PATH_INFO"), "/");
    ck_assert_str_eq(var("SERVER_NAME"), "[::1]");
}
END_TEST

/* http.md 4: a body in chunks is decoded before it is sent on, with its length. */
START_TEST(a_body_in_chunks_is_held) {
    struct web_client *client = ask("POST /app HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n");
    ck_assert_uint_eq(up.connections, 0);
    web_say(&web, client, "2\r\nlo\r\n0\r\n\r\n");
    upstream_run(&up, 50 * MS);
    ck_assert_str_eq(var("CONTENT_LENGTH"), "5");
    ck_assert_ptr_null(var("HTTP_TRANSFER_ENCODING"));
    ck_assert_str_eq(var_body(), "hello");
    upstream_say(&up, "HTTP/1.1 200 OK\r\n\r\nbye");
    upstream_hang_up(&up, false);
    upstream_run(&up, 50 * MS);
    ck_assert(has(client, "\r\n\r\n3\r\nbye\r\n0\r\n\r\n"));
}
END_TEST

START_TEST(a_head_that_no_packet_can_have) {
    struct text request = text_growing();
    text_put(&request, "GET /app HTTP/1.1\r\nHost: a\r\nX-Long: ");
    for (int i = 0; i < 30000; i++) {
        text_put_char(&request, 'a');
    }
    text_put(&request, "\r\n\r\n");
    struct web_client *client = ask(request.data);
    upstream_hang_up(&up, false);
    upstream_run(&up, 50 * MS);
    ck_assert(has(client, "HTTP/1.1 502 "));
    ck_assert(strstr(noted, "octets, and uWSGI takes 4096 of them"));
    text_free(&request);
}
END_TEST

/* The format has two octets for the length. */
START_TEST(a_head_that_uwsgi_has_no_room_for) {
    struct text request = text_growing();
    text_put(&request, "GET /app HTTP/1.1\r\nHost: a\r\nX-Long: ");
    for (int i = 0; i < 65400; i++) {
        text_put_char(&request, 'a');
    }
    text_put(&request, "\r\n\r\n");
    web.options.limits.head = 100000;
    ck_assert_int_eq(http_server_configure(web.server, web_now(&web), &web.options, noted), 0);
    struct web_client *client = ask(request.data);
    ck_assert(has(client, "HTTP/1.1 502 "));
    ck_assert_msg(strstr(noted, "and uwsgi has room for 65539"), "%s", noted);
    ck_assert_uint_eq(up.connections, 0);
    text_free(&request);
}
END_TEST

/* One connection for each request: http.md 4. */
START_TEST(no_connection_serves_again) {
    exchange("GET /app HTTP/1.1\r\nHost: a\r\n\r\n", OK "Content-Length: 0\r\n\r\n", false);
    upstream_run(&up, LUCID_SECOND);
    ck_assert(up.ended || up.error);
    ask("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
    ck_assert_uint_eq(up.connections, 2);
}
END_TEST

static int run(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_uwsgi", &tests);
    tcase_add_checked_fixture(tests, setup_server, teardown_server);
    tcase_add_test(tests, a_packet_is_a_request);
    tcase_add_test(tests, a_packet_with_a_body);
    tcase_add_test(tests, a_body_of_unknown_length);
    tcase_add_test(tests, without_what_may_be_missing);
    tcase_add_test(tests, packets_in_pieces);
    tcase_add_loop_test(tests, wrong_variables, 0, sizeof wrong_vars / sizeof wrong_vars[0]);
    tcase_add_loop_test(tests, wrong_packets, 0, sizeof wrong_octets / sizeof wrong_octets[0]);
    tcase_add_test(tests, wrong_octets_of_a_good_packet);
    tcase_add_test(tests, too_many_variables);
    tcase_add_test(tests, a_slow_packet);
    tcase_add_test(tests, variables_of_a_request);
    tcase_add_test(tests, paths_of_a_prefix);
    tcase_add_test(tests, a_body_in_chunks_is_held);
    tcase_add_test(tests, a_head_that_no_packet_can_have);
    tcase_add_test(tests, a_head_that_uwsgi_has_no_room_for);
    tcase_add_test(tests, no_connection_serves_again);
    return unit_run(suite);
}

int main(void) {
    return web_on_both(run);
}
