/* test_web.c: the control page over the kernel's loopback: who may read, who may command, what is pushed. */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/web.h"

#include "unit/unit.h"

static const char TOKEN[] = "0123456789abcdef0123456789abcdef";

static const char HEADER[] =
    "{\"tlog\":1,\"lab\":\"play\",\"seed\":7,\"world\":\"sim\",\"nodes\":[[\"A\",\"10.77.0.1\"],"
    "[\"B\",\"10.77.0.2\"]],\"msl\":120000000000,\"without\":[],\"build\":\"0\"}";

static struct tlog *log_now;
static struct lab_web *web;
static unsigned branch;
static uint16_t port;
static char commanded[200];

static const struct tlog *the_log(void *user) {
    (void)user;
    return log_now;
}

static unsigned the_branch(void *user) {
    (void)user;
    return branch;
}

static int command(void *user, const char *line, struct text *say, char error[LAB_ERROR]) {
    (void)user;
    snprintf(commanded, sizeof commanded, "%s", line);
    if (!strcmp(line, "nonsense")) {
        snprintf(error, LAB_ERROR, "nonsense is no command");
        return -1;
    }
    text_put(say, "done");
    return 0;
}

static void add_note(unsigned i, const char *text) {
    char line[200], error[LAB_ERROR];
    snprintf(line, sizeof line, "{\"i\":%u,\"t\":0,\"n\":\"W\",\"c\":0,\"ev\":\"note\",\"text\":\"%s\"}", i, text);
    ck_assert_msg(tlog_add(log_now, line, strlen(line), error) == 0, "%s", error);
}

static const struct web_world world = {.log = the_log, .branch = the_branch, .command = command};

static void setup(void) {
    char error[LAB_ERROR] = "";
    log_now = tlog_new();
    ck_assert_int_eq(tlog_add(log_now, HEADER, strlen(HEADER), error), 0);
    add_note(1, "first");
    branch = 0;
    commanded[0] = '\0';
    port = (uint16_t)(20000 + getpid() % 20000);
    for (int i = 0; i < 50 && lab_web_open(&web, &world, port, TOKEN, error); i++) {
        port++;
    }
    ck_assert_msg(web != NULL, "%s", error);
}

static void teardown(void) {
    lab_web_close(web);
    web = NULL;
    tlog_free(log_now);
}

/* ---- a client ---- */

static int dial(void) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* Reads until `until` has come, for two seconds at most. */
static void hear(int fd, char *got, size_t size, const char *until) {
    size_t length = strlen(got);
    for (int i = 0; i < 200 && !strstr(got, until); i++) {
        lab_web_run(web, 10 * LUCID_MILLISECOND);
        ssize_t n = recv(fd, got + length, size - length - 1, MSG_DONTWAIT);
        length += n > 0 ? (size_t)n : 0;
        got[length] = '\0';
    }
    ck_assert_msg(strstr(got, until), "%s is not in: %s", until, got);
}

static char answer[400000];

static const char *ask(const char *request, const char *until) {
    int fd = dial();
    ck_assert_int_eq(send(fd, request, strlen(request), 0), (ssize_t)strlen(request));
    answer[0] = '\0';
    hear(fd, answer, sizeof answer, until);
    close(fd);
    return answer;
}

static const char *get(const char *path, const char *fields, const char *until) {
    char request[400];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", path, port, fields);
    return ask(request, until);
}

static const char *post(const char *token, const char *body, const char *until) {
    char request[400];
    snprintf(request, sizeof request,
             "POST /cmd HTTP/1.1\r\nHost: localhost:%u\r\nX-Lab-Token: %s\r\nContent-Length: %zu\r\n\r\n%s", port,
             token, strlen(body), body);
    return ask(request, until);
}

/* ---- who may ---- */

START_TEST(the_page) {
    ck_assert_ptr_nonnull(strstr(get("/", "", "</html>"), "\"data-live\">{\"token\":\"\"}"));
    ck_assert_ptr_nonnull(strstr(answer, "connect-src 'self'"));
    ck_assert_ptr_null(strstr(get("/?token=0123456789abcdef0123456789abcdee", "", "</html>"), "0123456789abcde"));
    ck_assert_ptr_null(strstr(get("/?token=0", "", "</html>"), TOKEN));
    ck_assert_ptr_nonnull(strstr(get("/?token=0123456789abcdef0123456789abcdef", "", "</html>"), TOKEN));
}
END_TEST

START_TEST(other_hosts_are_refused) {
    static const char *const paths[] = {"/", "/log", "/events", "/catalog", "/rules", "/export/html"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char request[200];
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: evil.example:%u\r\n\r\n", paths[i], port);
        ask(request, "\r\n\r\n");
        ck_assert_msg(strstr(answer, "403 Forbidden"), "%s: %s", paths[i], answer);
    }
    char request[300];
    snprintf(request, sizeof request,
             "POST /cmd HTTP/1.1\r\nHost: a\r\nX-Lab-Token: %s\r\nContent-Length: 4\r\n\r\nstep", TOKEN);
    ck_assert_ptr_nonnull(strstr(ask(request, "\r\n\r\n"), "403 Forbidden"));
    ck_assert_str_eq(commanded, "");
}
END_TEST

START_TEST(commands_need_the_token) {
    ck_assert_ptr_nonnull(strstr(post("0123456789abcdef0123456789abcdee", "step", "lab printed"), "403"));
    ck_assert_ptr_nonnull(strstr(post("", "step", "lab printed"), "403"));
    ck_assert_str_eq(commanded, "");
    ck_assert_ptr_nonnull(strstr(post(TOKEN, "step", "done"), "200 OK"));
    ck_assert_str_eq(commanded, "step");
    ck_assert_ptr_nonnull(strstr(post(TOKEN, "nonsense", "is no command"), "400"));
    commanded[0] = '\0';
    ck_assert_ptr_nonnull(strstr(post(TOKEN, "step\nstep", "one line"), "400"));
    ck_assert_ptr_nonnull(strstr(post(TOKEN, "", "one line"), "400"));
    ck_assert_str_eq(commanded, "");
}
END_TEST

/* ---- what is there ---- */

START_TEST(log_and_exports) {
    get("/log", "", "first\"}\n");
    ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\n{\"tlog\":1"));
    get("/export/tlog", "", "first\"}\n");
    ck_assert_ptr_nonnull(strstr(get("/export/html", "", "</html>"), "data-log"));
    get("/export/svg", "", "</svg>");
    get("/export/mermaid", "", "sequenceDiagram");
    get("/export/dot", "", "digraph");
    get("/export/csv", "", "200 OK");
    ck_assert_ptr_nonnull(strstr(get("/export/nothing", "", "there is no export"), "404"));
    ck_assert_ptr_nonnull(strstr(get("/nothing", "Accept: text/html\r\n", "</html>"), "404"));
    ck_assert_ptr_nonnull(strstr(get("/rules", "", "}}"), "\"9293:3.10.7.4/8/FIN-WAIT-1\""));
    ck_assert_ptr_nonnull(strstr(get("/catalog", "", "}]"), "\"id\":\"L11\""));
    get("/scenario", "", "null");
}
END_TEST

START_TEST(events_are_pushed) {
    int fd = dial();
    char request[200], got[2000] = "";
    snprintf(request, sizeof request, "GET /events HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", port);
    send(fd, request, strlen(request), 0);
    hear(fd, got, sizeof got, "first\"}\n\n");
    ck_assert_ptr_nonnull(strstr(got, "text/event-stream"));
    ck_assert_ptr_nonnull(strstr(got, "id: 1\ndata: {\"i\":1,"));
    add_note(2, "second");
    hear(fd, got, sizeof got, "id: 2\n");
    hear(fd, got, sizeof got, "second\"}\n\n");
    branch++;
    hear(fd, got, sizeof got, "event: branch\n");
    close(fd);
}
END_TEST

START_TEST(events_go_on_where_they_broke_off) {
    add_note(2, "second");
    ck_assert_ptr_null(strstr(get("/events?from=2", "", "second"), "first"));
    ck_assert_ptr_null(strstr(get("/events", "Last-Event-ID: 1\r\n", "second"), "first"));
    ck_assert_ptr_null(strstr(get("/events?from=1", "Last-Event-ID: 1\r\n", "second"), "first"));
}
END_TEST

/* Clients that go while events are due do no harm, and what they had is given back. */
START_TEST(clients_that_go) {
    for (unsigned i = 0; i < 20; i++) {
        int fd = dial();
        char request[200];
        snprintf(request, sizeof request, "GET /events HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", port);
        send(fd, request, strlen(request), 0);
        lab_web_run(web, LUCID_MILLISECOND);
        add_note(i + 2, "more");
        close(fd);
        lab_web_run(web, LUCID_MILLISECOND);
    }
    get("/log", "", "\"i\":21");
}
END_TEST

START_TEST(a_port_in_use) {
    struct lab_web *second;
    char error[LAB_ERROR];
    ck_assert_int_eq(lab_web_open(&second, &world, port, TOKEN, error), -1);
    ck_assert_ptr_null(second);
    ck_assert_msg(strstr(error, "in use"), "%s", error);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("web", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_page);
    tcase_add_test(tests, other_hosts_are_refused);
    tcase_add_test(tests, commands_need_the_token);
    tcase_add_test(tests, log_and_exports);
    tcase_add_test(tests, events_are_pushed);
    tcase_add_test(tests, events_go_on_where_they_broke_off);
    tcase_add_test(tests, clients_that_go);
    tcase_add_test(tests, a_port_in_use);
    return unit_run(suite);
}
