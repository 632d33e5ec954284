/* test_httpd_config.c: the file of --config: what is taken, and where it is wrong. */
#include "httpd/config.h"
#include "httpd/options.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct settings *settings;
static char error[LUCID_ERROR_TEXT];

static void setup(void) {
    settings = settings_new();
    ck_assert_ptr_nonnull(settings);
}

static void teardown(void) {
    settings_drop(settings);
}

static bool read_octets(const char *octets, size_t length) {
    char *copy = malloc(length + 1);
    memcpy(copy, octets, length);
    copy[length] = '\0';
    teardown();
    setup();
    memset(error, '#', sizeof error);
    return config_take(settings, "web.conf", copy, length, error);
}

static void takes(const char *text) {
    ck_assert_msg(read_octets(text, strlen(text)), "%s: %s", text, error);
}

static void refuses(const char *text, const char *sentence) {
    ck_assert_msg(!read_octets(text, strlen(text)), "%s was taken", text);
    ck_assert_str_eq(error, sentence);
}

START_TEST(good_files) {
    takes("");
    takes("\n\n  \t\n# idle-time 1\n   # x\n");
    ck_assert(settings->http.idle_time == 60 * LUCID_SECOND);
    takes("idle-time 5\nconnections\t 100  \n  head-time 2.5 # seconds\naccess-log - #\naccess-json");
    ck_assert(settings->http.idle_time == 5 * LUCID_SECOND && settings->http.head_time == 5 * LUCID_SECOND / 2);
    ck_assert_uint_eq(settings->http.connections, 100);
    ck_assert(settings->access_json);
    ck_assert_str_eq(settings->access_log, "-");
    takes("body-time 1\nsend-time 2\nmax-line 100\nmax-head 200\nmax-fields 3\nmax-body 4");
    ck_assert(settings->http.body_time == LUCID_SECOND && settings->http.send_time == 2 * LUCID_SECOND);
    ck_assert_uint_eq(settings->http.limits.line, 100);
    ck_assert_uint_eq(settings->http.limits.head, 200);
    ck_assert_uint_eq(settings->http.limits.fields, 3);
    ck_assert_uint_eq(settings->http.limits.body, 4);
}
END_TEST

START_TEST(rules_and_types) {
    takes("redirect 301 /old/* /new/*\nredirect 308 /a https://b.test/?x#y\ngone /gone/*\nforbid \"/a b\"\n"
          "type .luc text/x-lucid\ntype .x \"text/plain; charset=us-ascii\"");
    ck_assert_uint_eq(settings->redirects.count, 4);
    ck_assert_str_eq(http_types_of(&settings->types, "a.luc"), "text/x-lucid; charset=utf-8");
    ck_assert_str_eq(http_types_of(&settings->types, "a.x"), "text/plain; charset=us-ascii");
    ck_assert(settings->http.redirects == &settings->redirects && settings->http.more_types == &settings->types);
    ck_assert(settings_settle(settings, error));
    takes("redirect 301 /a /b\nredirect 302 /b /a");
    ck_assert(!settings_settle(settings, error));
    ck_assert_str_eq(error, "a client that asks for /a is sent round in circles: let one of the rules go");
    refuses("redirect 200 /a /b", "web.conf:1:10: redirect 200 is no number that it takes: take one from 301 to 308");
    refuses("redirect 303 /a /b",
            "web.conf:1:10: redirect 303 is no status for this: take 301 or 308 for good, 302 or 307 for now");
    refuses("redirect 301 a /b", "web.conf:1:14: redirect a is no path: write /a/path, or /a/path/* for all below it");
    refuses("redirect 301 /a b", "web.conf:1:17: redirect b is no place to go to: write /a/path or http://host/path, "
                                 "escaped as in a URL");
    refuses("gone /a\ngone /a", "web.conf:2:6: gone /a is there twice: leave one of them out");
    refuses("forbid a", "web.conf:1:8: forbid a is no path: write /a/path, or /a/path/* for all below it");
    refuses("type txt text/plain", "web.conf:1:6: type txt is no end of a name: write one such as .txt");
    refuses("type .txt text", "web.conf:1:11: type text is no media type: write one such as text/plain");
}
END_TEST

START_TEST(words_and_quotes) {
    static const char *const lines[][2] = {
        {"root /srv", "/srv"},
        {"root \"/srv\"", "/srv"},
        {"root \"/my files/x\"  # there\n", "/my files/x"},
        {"root \"a\\\"b\\\\c\\d\"", "a\"b\\c\\d"},
        {"root a#b", "a#b"},
        {"root \"#\"", "#"},
        {"root \"\"", ""},
        {"root \xc3\xa4", "\xc3\xa4"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        takes(lines[i][0]);
        ck_assert_str_eq(settings->http.root, lines[i][1]);
    }
}
END_TEST

START_TEST(where_it_is_wrong) {
    refuses("idle-time 5\n\n  idletime 5\n",
            "web.conf:3:3: idletime is no setting: see CONFIGURATION in lucid-httpd(1)");
    refuses("idle-time  x", "web.conf:1:12: idle-time x is no time: take seconds from 0.001 to 3600");
    refuses("idle-time", "web.conf:1:1: idle-time has too few words: write idle-time SECONDS");
    refuses("# x\nidle-time 5 s", "web.conf:2:13: idle-time has too many words: write idle-time SECONDS");
    refuses("access-json on", "web.conf:1:13: access-json has too many words: write access-json");
    refuses("idle-time 5\nhead-time 5\nidle-time 5",
            "web.conf:3:1: idle-time is given twice, first in line 1: leave one of them out");
    refuses("root \"/srv", "web.conf:1:6: these quotes are not closed: put \" behind the word");
    refuses("root \"/srv\\\"", "web.conf:1:6: these quotes are not closed: put \" behind the word");
    refuses("root \"a\"b", "web.conf:1:6: something follows the quotes: put a blank between");
    refuses("root a\"b\"",
            "web.conf:1:6: there are quotes within a word: put the whole word into quotes, and \\\" for each");
    refuses("root a b c d e f g h i", "web.conf:1:22: no setting has so many words: put words with blanks into quotes");
    refuses("root a\r\n", "web.conf:1:7: there is a control character, number 13: end lines with a line feed alone");
    refuses("root a\033", "web.conf:1:7: there is a control character, number 27: leave it out");
    ck_assert(!read_octets("root a\n\nro\0ot b", 15));
    ck_assert_str_eq(error, "web.conf:3:3: there is a NUL: leave it out");
}
END_TEST

/* Any text is taken, or refused with a sentence that says where. */
START_TEST(any_text) {
    static const char alphabet[] = "root idle-time access-json \"\"\\\\##\n\n\t\r\0.5x";
    uint64_t state = 7;
    for (int i = 0; i < 20000; i++) {
        char text[80];
        size_t length = draw_below(&state, sizeof text);
        for (size_t k = 0; k < length; k++) {
            text[k] = alphabet[draw_below(&state, sizeof alphabet - 1)];
        }
        if (draw_below(&state, 2) && length > 10) {
            memcpy(text, "idle-time ", 10);
        }
        if (!read_octets(text, length)) {
            ck_assert_ptr_nonnull(memchr(error, '\0', sizeof error));
            ck_assert_msg(strncmp(error, "web.conf:", 9) == 0, "%s", error);
        }
    }
}
END_TEST

/* Long words do not push out of the sentence where it is wrong. */
START_TEST(long_words) {
    char text[3000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    ck_assert(!read_octets(text, sizeof text - 1));
    ck_assert(strncmp(error, "web.conf:1:1: xxx", 17) == 0 && strstr(error, "is no setting"));
    memcpy(text, "idle-time ", 10);
    ck_assert(!read_octets(text, sizeof text - 1));
    ck_assert(strncmp(error, "web.conf:1:11: idle-time xxx", 28) == 0 && strstr(error, "is no time"));
}
END_TEST

/* ---- with the command line ---- */

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

/* The command line wins, wherever it stands; SIGHUP makes the settings anew. */
START_TEST(command_line) {
    char name[] = "/tmp/lucid-config-XXXXXX", program[] = "lucid-httpd", config[] = "--config", idle[] = "--idle-time",
         five[] = "5";
    struct options options;
    char *words[] = {program, idle, five, config, name, NULL};
    close(mkstemp(name));
    write_file(name, "idle-time 7\nhead-time 8\n");
    ck_assert_msg(options_read(&options, 5, words, error) == 0, "%s", error);
    ck_assert(options.settings->http.idle_time == 5 * LUCID_SECOND);
    ck_assert(options.settings->http.head_time == 8 * LUCID_SECOND);
    write_file(name, "connections 3\n");
    struct settings *again[3];
    ck_assert(options_settings(&options, again, 3, error));
    for (int i = 0; i < 3; i++) {
        ck_assert(again[i]->http.idle_time == 5 * LUCID_SECOND && again[i]->http.head_time == 10 * LUCID_SECOND);
        ck_assert_uint_eq(again[i]->http.connections, 3);
        settings_drop(again[i]);
    }
    write_file(name, "connections 0\n");
    ck_assert(!options_settings(&options, again, 3, error));
    ck_assert_ptr_nonnull(strstr(error, ":1:13: connections 0 is no number"));
    unlink(name);
    ck_assert(!options_settings(&options, again, 3, error));
    ck_assert_ptr_nonnull(strstr(error, "cannot be read: No such file or directory"));
    settings_drop(options.settings);
}
END_TEST

START_TEST(files_that_cannot_be_read) {
    struct text text = text_growing();
    ck_assert(config_load(&text, "/dev/null", error));
    ck_assert_uint_eq(text.length, 0);
    ck_assert(!config_load(&text, "/", error));
    ck_assert_str_eq(error, "--config / cannot be read: Is a directory");
    ck_assert(!config_load(&text, "/dev/zero", error));
    text_free(&text);
    ck_assert_str_eq(error, "--config /dev/zero cannot be read: it is longer than a megabyte");
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("httpd_config", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, good_files);
    tcase_add_test(tests, rules_and_types);
    tcase_add_test(tests, words_and_quotes);
    tcase_add_test(tests, where_it_is_wrong);
    tcase_add_test(tests, any_text);
    tcase_add_test(tests, long_words);
    tcase_add_test(tests, command_line);
    tcase_add_test(tests, files_that_cannot_be_read);
    return unit_run(suite);
}
