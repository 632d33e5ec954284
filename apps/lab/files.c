/* files.c: finds a file in the program. The files themselves are made into C by scripts/embed. */
#include "lab/files.h"

#include <stdlib.h>
#include <string.h>

const struct lab_file *lab_file_find(const char *name) {
    for (const struct lab_file *file = LAB_FILES; file->name; file++) {
        if (!strcmp(file->name, name)) {
            return file;
        }
    }
    return NULL;
}

/* Cuts a line at its tabs. Returns how many columns there were, of those that are asked for. */
static unsigned cut(char *line, char *column[], unsigned columns) {
    unsigned count = 0;
    for (char *at = line; at && count < columns; count++) {
        column[count] = at;
        at = strchr(at, '\t');
        if (at) {
            *at++ = '\0';
        }
    }
    return count;
}

void lab_file_rows(const char *name, unsigned columns, void (*row)(char *const column[])) {
    const struct lab_file *file = lab_file_find(name);
    char *column[LAB_COLUMNS_MAX], *rest = file ? strdup(file->data) : NULL;
    while (rest && *rest) {
        char *line = rest, *end = strchr(rest, '\n');
        rest = end ? end + 1 : NULL;
        if (end) {
            *end = '\0';
        }
        if (*line != '#' && cut(line, column, columns) == columns) {
            row(column);
        }
    }
}
