/* test_page.c: the page put together in C: its weight, its parts, and that nothing in a log can become markup. */
#include <stdio.h>

#include "lab/files.h"
#include "lab/html.h"
#include "lab/page.h"

#include "unit/unit.h"

static const char HEADER[] =
    "{\"tlog\":1,\"lab\":\"L08\",\"seed\":7,\"world\":\"sim\",\"nodes\":[[\"A\",\"10.77.0.1\"],"
    "[\"B\",\"10.77.0.2\"]],\"msl\":120000000000,\"without\":[],\"build\":\"0\"}";

static const char STATE[] =
    "{\"i\":1,\"t\":0,\"n\":\"B\",\"c\":1,\"ev\":\"state\",\"from\":\"CLOSED\",\"to\":\"LISTEN\","
    "\"edge\":\"CLOSED:OPEN_PASSIVE:LISTEN\",\"row\":0,\"src\":\"FIG5\",\"rule\":"
    "\"9293:3.10.1/CLOSED\",\"call\":\"listen\",\"local\":\"*:80\",\"remote\":\"*:0\"}";

static const char EVIL[] = "{\"i\":2,\"t\":0,\"n\":\"W\",\"c\":0,\"ev\":\"note\",\"text\":"
                           "\"<!--<script></script><img src=x onerror=alert(1)>\"}";

static struct text written;

static void replay(const char *const *lines, unsigned count) {
    char error[LAB_ERROR];
    struct tlog *log = tlog_new();
    for (unsigned i = 0; i < count; i++) {
        ck_assert_msg(tlog_add(log, lines[i], strlen(lines[i]), error) == 0, "%s", error);
    }
    written = text_growing();
    ck_assert_int_eq(html_replay(log, &written), 0);
    tlog_free(log);
}

static unsigned count(const char *in, const char *what) {
    unsigned n = 0;
    while ((in = strstr(in, what))) {
        in += strlen(what);
        n++;
    }
    return n;
}

START_TEST(weight) {
    struct text text = text_growing();
    page_write_code(&text);
    ck_assert(!text.cut);
    ck_assert_msg(text.length <= 100000, "the page weighs %zu octets, 100000 are allowed", text.length);
    text_free(&text);
}
END_TEST

START_TEST(every_script_is_in_it) {
    unsigned files = 0, listed = 0;
    char name[64];
    for (const struct lab_file *file = LAB_FILES; file->name; file++) {
        files += strncmp(file->name, "web/", 4) == 0 && strstr(file->name, ".js");
    }
    for (; page_script(listed); listed++) {
        snprintf(name, sizeof name, "web/%s.js", page_script(listed));
        ck_assert_msg(lab_file_find(name) != NULL, "%s is not there", name);
    }
    ck_assert_uint_eq(files, listed);
}
END_TEST

START_TEST(nothing_of_a_log_is_markup) {
    const char *const good[] = {HEADER, STATE}, *const bad[] = {HEADER, STATE, EVIL};
    replay(good, 2);
    unsigned begins = count(written.data, "<script"), ends = count(written.data, "</script>");
    text_free(&written);
    replay(bad, 3);
    ck_assert_uint_eq(count(written.data, "<script"), begins);
    ck_assert_uint_eq(count(written.data, "</script>"), ends);
    ck_assert_uint_eq(begins, ends);
    ck_assert_uint_eq(count(written.data, "<!--"), 0);
    ck_assert_uint_eq(count(written.data, "<img"), 0);
    ck_assert_ptr_nonnull(strstr(written.data, "\\u003cimg src=x"));
    text_free(&written);
}
END_TEST

START_TEST(nothing_is_loaded) {
    const char *const lines[] = {HEADER, STATE};
    replay(lines, 2);
    ck_assert_ptr_nonnull(strstr(written.data, "default-src 'none'"));
    ck_assert_ptr_null(strstr(written.data, "connect-src"));
    ck_assert_uint_eq(count(written.data, " src="), 0);
    ck_assert_uint_eq(count(written.data, "<link"), count(written.data, "<link rel=\"icon\" href=\"data:,\">"));
    text_free(&written);
}
END_TEST

START_TEST(rules_of_the_log_have_their_place) {
    const char *const lines[] = {HEADER, STATE};
    replay(lines, 2);
    ck_assert_ptr_nonnull(strstr(written.data, "\"9293:3.10.1/CLOSED\":{"));
    ck_assert_ptr_nonnull(strstr(written.data, "\"symbol\":\"stack/tcp/fsm.def:"));
    text_free(&written);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("page", &tests);
    tcase_add_test(tests, weight);
    tcase_add_test(tests, every_script_is_in_it);
    tcase_add_test(tests, nothing_of_a_log_is_markup);
    tcase_add_test(tests, nothing_is_loaded);
    tcase_add_test(tests, rules_of_the_log_have_their_place);
    return unit_run(suite);
}
