/* lab_views.h: a log and its model for the tests of what the lab shows. tests/lab/sample.tlog has an event of each
 * kind: a lost SYN, a handshake, a hundred octets that the wire duplicates, a simultaneous close of which one FIN is
 * held.
 */
#ifndef LAB_VIEWS_H
#define LAB_VIEWS_H

#include <stdio.h>

#include "lab/model.h"
#include "unit/unit.h"

static struct tlog *sample;
static struct model *model;

static inline void sample_setup(void) {
    char error[LAB_ERROR];
    sample = tlog_read("tests/lab/sample.tlog", error);
    ck_assert_msg(sample, "%s", error);
    model = model_new(sample);
    ck_assert_ptr_nonnull(model);
    ck_assert_int_eq(model_goto(model, tlog_count(sample)), 0);
}

static inline void sample_teardown(void) {
    model_free(model);
    tlog_free(sample);
}

/* The text is what the file holds. With GOLDEN_WRITE in the environment the file is written instead. */
static inline void golden_is(const char *name, const char *text) {
    char path[200];
    snprintf(path, sizeof path, "tests/golden/lab/%s", name);
    if (getenv("GOLDEN_WRITE")) {
        FILE *file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        fputs(text, file);
        fclose(file);
        return;
    }
    FILE *file = fopen(path, "r");
    ck_assert_msg(file, "%s is missing", path);
    static char expected[1 << 20];
    size_t length = fread(expected, 1, sizeof expected - 1, file);
    expected[length] = '\0';
    fclose(file);
    size_t same = 0;
    unsigned line = 1;
    while (expected[same] && expected[same] == text[same]) {
        line += expected[same++] == '\n';
    }
    ck_assert_msg(!strcmp(expected, text), "%s, line %u: the text goes on \"%.60s\"", path, line, text + same);
}

#endif
