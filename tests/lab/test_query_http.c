/* test_query_http.c: expressions about HTTP, and about the newest variables: what the server got and answered, the
 * latest sample of the round trip, the user time-out.
 */
#include "lab/lab_play.h"
#include "lab/query.h"
#include "unit/unit.h"

static struct lab_play *play;
static struct model *model;

static void setup(void) {
    play = lab_play_open(1, "node A 10.77.0.1\nnode B 10.77.0.2 listen 80 app httpd\nA set usertimeout 30s");
    lab_play_do(play, "A connect B:80 app httpraw \"GET / HTTP/1.1\\r\\nHost: b\\r\\n\\r\\nGET /no HTTP/1.1\\r\\n"
                      "Host: b\\r\\nConnection: close\\r\\n\\r\\n\"\nrun 5s");
    model = model_new(play->log);
    ck_assert_int_eq(model_goto(model, tlog_count(play->log)), 0);
}

static void teardown(void) {
    model_free(model);
    lab_play_close(play);
}

static bool holds(const char *text) {
    char error[LAB_ERROR] = "";
    struct query *query = query_compile(text, play->log, 0, error);
    ck_assert_msg(query != NULL, "%s: %s", text, error);
    struct query_value value = query_eval(query, model);
    bool truth = value.type == QUERY_TRUTH && value.number > 0;
    query_free(query);
    return truth;
}

START_TEST(http) {
    ck_assert(holds("count http(B,request) = 2"));
    ck_assert(holds("count http(B,answer) = 2"));
    ck_assert(holds("count http(A,answer) = 0"));
    ck_assert(holds("http(B,answer)[1].status = 200"));
    ck_assert(holds("http(B,answer)[2].status = 404"));
    ck_assert(!holds("http(B,answer)[2].status = 200"));
    ck_assert(holds("count http(B,answer)[.status = 404] = 1"));
    ck_assert(holds("http(B,request)[2].text = \"GET /no HTTP/1.1\""));
    ck_assert(!holds("http(B,request)[1].status = 200"));
}
END_TEST

START_TEST(newest_variables) {
    ck_assert(holds("A.rtt@0.05s >= 40ms"));
    ck_assert(holds("A.rtt@0.05s < 41ms"));
    ck_assert(holds("A.user@0.05s = 30s"));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("query: HTTP", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, http);
    tcase_add_test(tests, newest_variables);
    return unit_run(suite);
}
