/* catalogue.c: see catalogue.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "lab/catalogue.h"
#include "lab/files.h"
#include "lab/nearest.h"

#define FOLDER "labs/"

static size_t without_suffix(const char *name) {
    size_t length = strlen(name);
    return length > 4 && !strcmp(name + length - 4, ".lab") ? length - 4 : 0;
}

/* Puts an id in its place among the others. */
static bool add(struct catalogue *catalogue, const char *name) {
    size_t length = without_suffix(name);
    if (!length) {
        return true;
    }
    char *id = strndup(name, length);
    char **more = realloc(catalogue->id, (catalogue->count + 2) * sizeof *more);
    if (!id || !more) {
        free(id);
        catalogue->id = more ? more : catalogue->id;
        return false;
    }
    catalogue->id = more;
    unsigned i = catalogue->count;
    for (; i && strcmp(more[i - 1], id) >= 0; i--) {
        if (!strcmp(more[i - 1], id)) {
            free(id);
            return true;
        }
    }
    memmove(more + i + 1, more + i, (catalogue->count - i) * sizeof *more);
    more[i] = id;
    more[++catalogue->count] = NULL;
    return true;
}

static bool add_directory(struct catalogue *catalogue, char error[LAB_ERROR]) {
    DIR *directory = opendir(catalogue->directory);
    if (!directory) {
        snprintf(error, LAB_ERROR, "%.150s cannot be read: %s", catalogue->directory, strerror(errno));
        return false;
    }
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(directory));) {
        good = add(catalogue, entry->d_name);
    }
    closedir(directory);
    return good;
}

struct catalogue *catalogue_open(const char *directory, char error[LAB_ERROR]) {
    struct catalogue *catalogue = calloc(1, sizeof *catalogue);
    snprintf(error, LAB_ERROR, "no memory");
    if (!catalogue) {
        return NULL;
    }
    catalogue->directory = directory;
    bool good = !directory || add_directory(catalogue, error);
    for (unsigned i = 0; good && i < LAB_FILE_COUNT; i++) {
        const char *name = LAB_FILES[i].name;
        good = strncmp(name, FOLDER, strlen(FOLDER)) != 0 || add(catalogue, name + strlen(FOLDER));
    }
    if (!good) {
        catalogue_close(catalogue);
        return NULL;
    }
    return catalogue;
}

void catalogue_close(struct catalogue *catalogue) {
    if (!catalogue) {
        return;
    }
    for (unsigned i = 0; i < catalogue->count; i++) {
        free(catalogue->id[i]);
    }
    free(catalogue->id);
    free(catalogue);
}

static struct scenario *unknown(const struct catalogue *catalogue, const char *name, char error[LAB_ERROR]) {
    const char *near = catalogue->count ? nearest_word((const char *const *)catalogue->id, name, strlen(name)) : NULL;
    snprintf(error, LAB_ERROR, "there is no scenario %.40s%s%s%s `lucid-lab list` shows those there are", name,
             near ? "; did you mean " : "", near ? near : "", near ? "?" : ";");
    return NULL;
}

/* Whoever looks for a scenario by its name must find the one that has it. */
static struct scenario *named(struct scenario *scenario, const char *name, char error[LAB_ERROR]) {
    if (!scenario || !strcmp(scenario->id, name)) {
        return scenario;
    }
    snprintf(error, LAB_ERROR, "%.100s:1:1: the file is named %.40s, but says `lab %.40s`", scenario->path, name,
             scenario->id);
    scenario_free(scenario);
    return NULL;
}

struct scenario *catalogue_read(const struct catalogue *catalogue, const char *name, char error[LAB_ERROR]) {
    if (strchr(name, '/') || without_suffix(name)) {
        return scenario_read(name, error);
    }
    struct text path = text_growing();
    struct scenario *scenario = NULL;
    const struct lab_file *file = NULL;
    if (catalogue->directory) {
        text_format(&path, "%s/%s.lab", catalogue->directory, name);
    }
    bool own = path.data && !access(path.data, R_OK);
    if (own) {
        scenario = scenario_read(path.data, error);
    } else {
        text_free(&path);
        path = text_growing();
        text_format(&path, FOLDER "%s.lab", name);
        file = path.data ? lab_file_find(path.data) : NULL;
        scenario = file ? scenario_parse(path.data + strlen(FOLDER), file->data, error)
                        : unknown(catalogue, name, error);
    }
    text_free(&path);
    return named(scenario, name, error);
}

struct scenario *catalogue_read_live(const struct catalogue *catalogue, const char *name, char error[LAB_ERROR]) {
    if (strchr(name, '/') || without_suffix(name)) {
        return scenario_read(name, error);
    }
    struct text path = text_growing();
    text_format(&path, "live/%s.lab", name);
    const struct lab_file *file = path.data ? lab_file_find(path.data) : NULL;
    struct scenario *simulated = file ? NULL : catalogue_read(catalogue, name, error);
    struct scenario *scenario = file ? scenario_parse(path.data, file->data, error) : NULL;
    if (simulated) {
        snprintf(error, LAB_ERROR, "%.40s is for the simulated world only: `lucid-lab run %.40s`", name, name);
    }
    scenario_free(simulated);
    text_free(&path);
    return scenario;
}
