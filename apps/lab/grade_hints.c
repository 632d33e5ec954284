/* grade_hints.c: what hints cost. The first of each stage is free; the second costs a point of the stage, the third one
 * more, once and for good: DIRECTORY/hints.tsv remembers ("stage, tab, highest hint seen").
 */
#include <stdio.h>

#include "lab/grade.h"

static void path_of(const struct grade *grade, char path[600]) {
    snprintf(path, 600, "%s/hints.tsv", grade->options.directory);
}

static void read_seen(const struct grade *grade, unsigned seen[GRADE_STAGES + 1]) {
    char path[600];
    unsigned stage, level;
    path_of(grade, path);
    FILE *file = fopen(path, "r");
    while (file && fscanf(file, "%u %u", &stage, &level) == 2) {
        if (stage <= GRADE_STAGES && level <= GRADE_HINTS) {
            seen[stage] = level > seen[stage] ? level : seen[stage];
        }
    }
    if (file) {
        fclose(file);
    }
}

static void write_seen(const struct grade *grade, const unsigned seen[GRADE_STAGES + 1]) {
    char path[600];
    path_of(grade, path);
    FILE *file = fopen(path, "w");
    for (unsigned i = 1; file && i <= GRADE_STAGES; i++) {
        if (seen[i] > 1) {
            fprintf(file, "%u\t%u\n", i, seen[i]);
        }
    }
    if (file) {
        fclose(file);
    }
}

void grade_hints(struct grade *grade) {
    unsigned seen[GRADE_STAGES + 1] = {0};
    read_seen(grade, seen);
    for (unsigned i = 1; i <= 6 && grade->options.hint > 1; i++) {
        int told[GRADE_TOLD_MAX];
        unsigned count;
        grade_wrong_cells(grade, i, told, &count);
        bool shown = count && (grade->options.stage == 0 || grade->options.stage == i);
        if (shown && grade->options.hint > seen[i]) {
            seen[i] = grade->options.hint;
        }
    }
    if (grade->options.hint > 1) {
        write_seen(grade, seen);
    }
    for (unsigned i = 1; i <= GRADE_STAGES; i++) {
        grade->stage[i].hint_cost = seen[i] ? seen[i] - 1 : 0;
    }
}
