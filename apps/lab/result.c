/* result.c: see result.h. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/text.h"
#include "lab/result.h"

#define LINE_MAX_OCTETS 8192

bool result_set(char **place, const char *text) {
    char *copy = strdup(text ? text : "");
    if (!copy) {
        return false;
    }
    for (char *at = copy; *at; at++) {
        *at = *at == '\t' || *at == '\n' || *at == '\r' ? ' ' : *at;
    }
    free(*place);
    *place = copy;
    return true;
}

struct result *result_new(const char *lab, const char *variant, uint64_t seed, const char *student) {
    struct result *result = calloc(1, sizeof *result);
    if (!result) {
        return NULL;
    }
    result->seed = seed;
    if (!result_set(&result->lab, lab) || !result_set(&result->variant, variant) ||
        !result_set(&result->student, student) || !result_set(&result->log, "")) {
        result_free(result);
        return NULL;
    }
    return result;
}

void result_free(struct result *result) {
    if (!result) {
        return;
    }
    for (unsigned i = 0; i < result->items; i++) {
        struct result_item *item = &result->item[i];
        free(item->id);
        free(item->kind);
        free(item->mine);
        free(item->outcome);
        free(item->rule);
    }
    free(result->item);
    free(result->lab);
    free(result->variant);
    free(result->student);
    free(result->log);
    free(result);
}

struct result_item *result_add(struct result *result, const char *id, bool predict, const char *kind) {
    struct result_item *more = realloc(result->item, (result->items + 1) * sizeof *more);
    if (!more) {
        return NULL;
    }
    result->item = more;
    struct result_item *item = &more[result->items];
    *item = (struct result_item){.predict = predict, .asked = !predict};
    result->items++;
    if (!result_set(&item->id, id) || !result_set(&item->kind, kind) || !result_set(&item->mine, "") ||
        !result_set(&item->outcome, "") || !result_set(&item->rule, "")) {
        return NULL;
    }
    return item;
}

void result_total(struct result *result) {
    result->points = result->of = result->wrong = 0;
    for (unsigned i = 0; i < result->items; i++) {
        const struct result_item *item = &result->item[i];
        if (item->asked) {
            result->points += item->points;
            result->of += item->of;
            result->wrong += !item->right && (!item->predict || item->of);
        }
    }
}

static int cannot(const char *path, const char *what, char error[LAB_ERROR]) {
    snprintf(error, LAB_ERROR, "%.150s cannot be %s: %s", path, what, strerror(errno));
    return -1;
}

int result_write(const struct result *result, const char *path, char error[LAB_ERROR]) {
    FILE *file = fopen(path, "w");
    if (!file) {
        return cannot(path, "written", error);
    }
    fprintf(file, "lab\t%s\nvariant\t%s\nseed\t%" PRIu64 "\nstudent\t%s\nlog\t%s\n", result->lab, result->variant,
            result->seed, result->student, result->log);
    if (result->tries) {
        fprintf(file, "try\t%u\n", result->tries);
    }
    for (unsigned i = 0; i < result->items; i++) {
        const struct result_item *item = &result->item[i];
        fprintf(file, "item\t%s\t%s\t%s\t%u\t%u\t%s\t%s\t%s\n", item->id, item->predict ? "predict" : "check",
                item->kind, item->points, item->asked ? item->of : 0, item->mine, item->outcome, item->rule);
    }
    fprintf(file, "total\t%u\t%u\n", result->points, result->of);
    return fclose(file) ? cannot(path, "written", error) : 0;
}

static bool read_item(struct result *result, char *rest) {
    char *field[8];
    for (unsigned i = 0; i < 8; i++) {
        field[i] = rest ? strsep(&rest, "\t") : NULL;
        if (!field[i]) {
            return false;
        }
    }
    struct result_item *item = result_add(result, field[0], !strcmp(field[1], "predict"), field[2]);
    if (!item) {
        return false;
    }
    item->points = (unsigned)strtoul(field[3], NULL, 10);
    item->of = (unsigned)strtoul(field[4], NULL, 10);
    item->asked = !item->predict || *field[5];
    item->right = item->points == item->of;
    return result_set(&item->mine, field[5]) && result_set(&item->outcome, field[6]) &&
           result_set(&item->rule, field[7]);
}

static bool read_line(struct result *result, char *line) {
    char *rest = line, *key = strsep(&rest, "\t");
    if (!rest) {
        return false;
    }
    if (!strcmp(key, "item")) {
        return read_item(result, rest);
    }
    if (!strcmp(key, "seed")) {
        result->seed = strtoull(rest, NULL, 10);
        return true;
    }
    if (!strcmp(key, "try")) {
        result->tries = (unsigned)strtoul(rest, NULL, 10);
        return true;
    }
    char **place = !strcmp(key, "lab")       ? &result->lab
                   : !strcmp(key, "variant") ? &result->variant
                   : !strcmp(key, "student") ? &result->student
                   : !strcmp(key, "log")     ? &result->log
                                             : NULL;
    return place ? result_set(place, rest) : !strcmp(key, "total");
}

struct result *result_read(const char *path, char error[LAB_ERROR]) {
    char line[LINE_MAX_OCTETS];
    unsigned number = 0;
    FILE *file = fopen(path, "r");
    if (!file) {
        cannot(path, "read", error);
        return NULL;
    }
    struct result *result = result_new("", "", 0, "");
    while (result && fgets(line, sizeof line, file)) {
        number++;
        line[strcspn(line, "\n")] = 0;
        if (!read_line(result, line)) {
            snprintf(error, LAB_ERROR, "%.150s:%u: this is no line of a result", path, number);
            result_free(result);
            result = NULL;
        }
    }
    fclose(file);
    if (result) {
        result_total(result);
    }
    return result;
}

static int make_folder(const char *path, char error[LAB_ERROR]) {
    return mkdir(path, 0777) && errno != EEXIST ? cannot(path, "made", error) : 0;
}

static bool has_run(const char *out, const char *folder) {
    struct text path = text_growing();
    text_format(&path, "%s/%s/run.tlog", out, folder);
    bool has = path.data && !access(path.data, F_OK);
    text_free(&path);
    return has;
}

unsigned result_runs(const char *out, const char *lab) {
    DIR *directory = opendir(out);
    size_t length = strlen(lab);
    unsigned count = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        bool ours = !strncmp(entry->d_name, lab, length) && entry->d_name[length] == '-';
        count += ours && has_run(out, entry->d_name);
    }
    if (directory) {
        closedir(directory);
    }
    return count;
}

char *result_folder(const char *out, const char *lab, uint64_t seed, char error[LAB_ERROR]) {
    if (make_folder(out, error)) {
        return NULL;
    }
    for (unsigned n = 1; n < 100000; n++) {
        struct text path = text_growing(), run = text_growing();
        text_format(&path, "%s/%s-%" PRIu64, out, lab, seed);
        if (n > 1) {
            text_format(&path, ".%u", n);
        }
        text_format(&run, "%s/run.tlog", path.data ? path.data : "");
        bool used = run.data && !access(run.data, F_OK);
        text_free(&run);
        if (!used && path.data) {
            char *folder = text_detach(&path);
            if (!folder || make_folder(folder, error)) {
                free(folder);
                return NULL;
            }
            return folder;
        }
        text_free(&path);
    }
    snprintf(error, LAB_ERROR, "%.100s is full; remove old runs", out);
    return NULL;
}
