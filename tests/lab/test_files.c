/* test_files.c: the files in the program are those of the tree, octet by octet. */
#include "lab/files.h"
#include "unit/unit.h"

#include <glob.h>
#include <stdio.h>

static char *read_whole(const char *path, size_t *length) {
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    char *data = malloc(1 << 22);
    *length = fread(data, 1, 1 << 22, file);
    fclose(file);
    return data;
}

static void is_embedded(const char *path) {
    const char *name = path + strlen("apps/lab/");
    const struct lab_file *file = lab_file_find(name);
    ck_assert_msg(file != NULL, "%s is not in the program", name);
    size_t length;
    char *data = read_whole(path, &length);
    ck_assert_msg(file->length == length && !memcmp(file->data, data, length), "%s differs", name);
    ck_assert_int_eq(file->data[length], 0);
    free(data);
}

START_TEST(every_file) {
    static const char *const patterns[] = {"apps/lab/*.tsv",   "apps/lab/labs/*.lab", "apps/lab/live/*.lab",
                                           "apps/lab/web/*.*", "apps/lab/i18n/*.tsv", "apps/lab/student/*.*"};
    unsigned count = 0;
    for (unsigned i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        glob_t found = {0};
        glob(patterns[i], 0, NULL, &found);
        for (size_t at = 0; at < found.gl_pathc; at++, count++) {
            is_embedded(found.gl_pathv[at]);
        }
        globfree(&found);
    }
    ck_assert_uint_ge(count, 2);
    ck_assert_uint_eq(LAB_FILE_COUNT, count + 1);
    ck_assert_ptr_null(LAB_FILES[LAB_FILE_COUNT].name);
    ck_assert_ptr_null(lab_file_find("i18n"));
}
END_TEST

/* The place of a rule, as the build has found it, is a line of the source that has the rule. */
START_TEST(places) {
    const struct lab_file *file = lab_file_find("places.tsv");
    ck_assert_ptr_nonnull(file);
    const char *line = strstr(file->data, "\n5961:3.2\tstack/tcp/arrive_other.c:");
    ck_assert_ptr_nonnull(line);
    unsigned number = (unsigned)strtoul(strchr(line, '/') + strlen("/tcp/arrive_other.c:"), NULL, 10);
    size_t length;
    char *source = read_whole("stack/tcp/arrive_other.c", &length);
    source[length] = '\0';
    char *at = source;
    for (unsigned i = 1; i < number; i++) {
        at = strchr(at, '\n') + 1;
    }
    *strchr(at, '\n') = '\0';
    ck_assert_ptr_nonnull(strstr(at, "\"5961:3.2\""));
    free(source);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("files", &tests);
    tcase_add_test(tests, every_file);
    tcase_add_test(tests, places);
    return unit_run(suite);
}
