/* cmd_edges.c: lucid-lab edges: which edges of the machine were walked (L35), by logs that prove it (proof.h). */
#include <dirent.h>
#include <getopt.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lab/edges.h"
#include "lab/lab.h"
#include "lab/proof.h"

int lab_edges(int argc, char **argv);

/* Where the scenarios of the runs are. */
static struct catalogue *catalogue;

/* Returns 1 when it counts, 0 when not, -1 when it cannot be read. */
static int walk_file(struct edges *edges, const char *path) {
    struct proof proof;
    proof_open(&proof, path, catalogue);
    int counts = !proof.log ? -1 : proof.walked;
    if (counts < 0) {
        fprintf(stderr, "lucid-lab: %s\n", proof.why);
    } else if (!counts) {
        fprintf(stderr, "lucid-lab: %s does not count: %s\n", path, proof.why);
    } else {
        edges_walk(edges, proof.log);
    }
    proof_close(&proof);
    return counts;
}

/* All logs that a pattern finds. Returns how many counted. */
static unsigned walk_pattern(struct edges *edges, const char *pattern) {
    glob_t found;
    unsigned counted = 0;
    if (glob(pattern, 0, NULL, &found)) {
        return 0;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        counted += walk_file(edges, found.gl_pathv[i]) == 1;
    }
    globfree(&found);
    return counted;
}

static int print(const struct edges *edges, unsigned students) {
    struct text text = text_growing();
    unsigned missing = edges_print(edges, students, false, &text);
    fwrite(text.data, 1, text.length, stdout);
    text_free(&text);
    return missing ? LAB_FAILED : LAB_OK;
}

static int audit(void) {
    struct edges edges;
    struct text text = text_growing();
    edges_begin(&edges);
    unsigned wrong = edges_audit(&edges, &text);
    fwrite(text.data, 1, text.length, stdout);
    text_free(&text);
    return wrong ? LAB_FAILED : LAB_OK;
}

/* One student of a class: the logs of a folder, and of the folders in it. */
static void add_student(struct edges *class, const char *folder) {
    static const char *const below[] = {"*.tlog", "*/*.tlog", "lab-out/*/*.tlog"};
    struct edges own;
    char pattern[600];
    edges_begin(&own);
    for (unsigned i = 0; i < sizeof below / sizeof below[0]; i++) {
        int length = snprintf(pattern, sizeof pattern, "%s/%s", folder, below[i]);
        if (length < (int)sizeof pattern) {
            walk_pattern(&own, pattern);
        }
    }
    for (unsigned i = 0; i < own.count; i++) {
        class->visits[i] += own.visits[i];
        class->walkers[i] += own.visits[i] > 0;
    }
}

static int class_of(const char *directory) {
    struct edges class;
    struct dirent **entries;
    unsigned students = 0;
    int count = scandir(directory, &entries, NULL, alphasort);
    if (count < 0) {
        return lab_refuse("%.200s is no folder that can be read; give the one with a folder for each student",
                          directory);
    }
    edges_begin(&class);
    for (int i = 0; i < count; i++) {
        char folder[600];
        struct stat status;
        int length = snprintf(folder, sizeof folder, "%s/%s", directory, entries[i]->d_name);
        bool usable = entries[i]->d_name[0] != '.' && length < (int)sizeof folder;
        if (usable && !stat(folder, &status) && S_ISDIR(status.st_mode)) {
            add_student(&class, folder);
            students++;
        }
        free(entries[i]);
    }
    free(entries);
    if (!students) {
        return lab_refuse("%.200s has no folders; give the one with a folder for each student", directory);
    }
    return print(&class, students);
}

static int own(int count, char **paths) {
    struct edges edges;
    edges_begin(&edges);
    for (int i = 0; i < count; i++) {
        if (walk_file(&edges, paths[i]) < 0) {
            return LAB_USAGE;
        }
    }
    if (!count && !walk_pattern(&edges, "lab-out/*/run.tlog")) {
        return lab_refuse(
            "there is no log that counts in lab-out/; walk some edges with `lucid-lab play` or `run` first");
    }
    return print(&edges, 0);
}

int lab_edges(int argc, char **argv) {
    static const struct option table[] = {{"class", required_argument, NULL, 'c'},
                                          {"audit", no_argument, NULL, 'a'},
                                          {"zh", no_argument, NULL, 'z'},
                                          {0}};
    const char *class = NULL;
    bool audited = false;
    optind = 1;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", table, NULL)) != -1;) {
        if (option == '?') {
            return lab_refuse("usage: lucid-lab edges [LOG...|--class DIR] [--audit]");
        }
        class = option == 'c' ? optarg : class;
        audited = audited || option == 'a';
        if (option == 'z') {
            i18n_choose("zh");
        }
    }
    if (audited) {
        return audit();
    }
    char error[LAB_ERROR];
    catalogue = catalogue_open(NULL, error);
    if (!catalogue) {
        return lab_refuse("%s", error);
    }
    int status = class ? class_of(class) : own(argc - optind, argv + optind);
    catalogue_close(catalogue);
    return status;
}
