/* cmd_collect.c: `lucid-lab collect DIR > class.csv`: the marks of a class, and what it did not foresee.
 *
 * Each folder in DIR is a student's: runs (lab-out), and perhaps student/fsm.c. Whatever is handed in is run again here
 * and graded here; no number in a file is believed. The table goes to standard output; which predictions were missed
 * most, and which logs do not count, to standard error.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/grade.h"
#include "lab/handin.h"
#include "lab/lab.h"
#include "lab/missed.h"

int lab_collect(int argc, char **argv);

struct class {
    struct catalogue *catalogue;
    struct text csv;
    struct missed missed;
    unsigned students, refused;
};

static void complain(const struct handin *handin, struct class *class) {
    for (unsigned i = 0; i < handin->runs; i++) {
        if (*handin->run[i].why) {
            fprintf(stderr, "lucid-lab: %s does not count: %s\n", handin->run[i].path, handin->run[i].why);
            class->refused++;
        }
    }
}

/* The edge hunt, L35, of whoever has walked anything. */
static void add_edges(const struct edges *edges, const char *student, struct text *csv) {
    unsigned walked, count;
    edges_points(edges, &walked, &count);
    if (walked) {
        handin_put_field(student, csv);
        text_format(csv, ",L35,edges,%u,%u,,\n", walked, count);
    }
}

/* The machine, L36; nothing is written into the student's folder. */
static void add_machine(const char *source, const char *student, struct text *csv) {
    char directory[] = "/tmp/lucid-lab.XXXXXX";
    int status;
    struct text error = text_growing();
    if (access(source, R_OK) || !mkdtemp(directory)) {
        return;
    }
    struct grade_options options = {.source = source, .directory = directory, .student = student, .no_curl = true};
    struct grade *grade = grade_open(&options, &status, &error);
    if (grade) {
        grade_table(grade);
        grade_twin(grade);
        grade_real(grade);
        grade_score(grade);
        grade_put_rows(grade, csv);
    } else {
        fprintf(stderr, "lucid-lab: %s was not graded: it does not compile\n", source);
        handin_put_field(student, csv);
        text_put(csv, ",L36,compiles,0,100,,\n");
    }
    grade_close(grade);
    text_free(&error);
    pupil_remove(directory);
}

static void add_student(struct class *class, const char *folder, const char *name) {
    static const char *const sources[] = {"student/fsm.c", "fsm.c"};
    struct handin handin;
    handin_read(&handin, folder, NULL, class->catalogue);
    complain(&handin, class);
    handin_put_csv(&handin, name, &class->csv);
    missed_add(&class->missed, &handin);
    add_edges(&handin.edges, name, &class->csv);
    handin_free(&handin);
    for (unsigned i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        struct text source = text_growing();
        text_format(&source, "%s/%s", folder, sources[i]);
        if (source.data) {
            add_machine(source.data, name, &class->csv);
        }
        text_free(&source);
    }
    class->students++;
}

static void add_entry(struct class *class, const char *directory, const char *name) {
    struct stat status;
    struct text folder = text_growing();
    text_format(&folder, "%s/%s", directory, name);
    if (name[0] != '.' && folder.data && !stat(folder.data, &status) && S_ISDIR(status.st_mode)) {
        add_student(class, folder.data, name);
    }
    text_free(&folder);
}

static int collect(const char *directory) {
    char error[LAB_ERROR];
    struct dirent **entries;
    struct class class = {.catalogue = catalogue_open(NULL, error), .csv = text_growing()};
    int count = class.catalogue ? scandir(directory, &entries, NULL, alphasort) : 0;
    if (!class.catalogue || count < 0) {
        catalogue_close(class.catalogue);
        return lab_refuse("%.200s is no folder that can be read; give the one with a folder for each student",
                          directory);
    }
    text_put(&class.csv, "student,lab,item,score,of,seed,hash\n");
    for (int i = 0; i < count; i++) {
        add_entry(&class, directory, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    fwrite(class.csv.data, 1, class.csv.length, stdout);
    missed_print(&class.missed, class.students, stderr);
    missed_free(&class.missed);
    catalogue_close(class.catalogue);
    text_free(&class.csv);
    if (!class.students) {
        return lab_refuse("%.200s has no folders; give the one with a folder for each student", directory);
    }
    return class.refused ? LAB_FAILED : LAB_OK;
}

int lab_collect(int argc, char **argv) {
    if (argc != 2 || argv[1][0] == '-') {
        return lab_refuse("usage: lucid-lab collect DIR > class.csv; DIR has a folder for each student");
    }
    return collect(argv[1]);
}
