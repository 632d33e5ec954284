/* files.c: finds a file in the program. The files themselves are made into C by scripts/embed. */
#include "lab/files.h"

#include <string.h>

const struct lab_file *lab_file_find(const char *name) {
    for (const struct lab_file *file = LAB_FILES; file->name; file++) {
        if (!strcmp(file->name, name)) {
            return file;
        }
    }
    return NULL;
}
