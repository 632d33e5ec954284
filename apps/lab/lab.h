/* lab.h: the commands of lucid-lab, one function each, in a file of the same name (cmd_list.c, cmd_run.c, ...).
 *
 * Each gets what follows its name on the command line, argv[0] being the name; each returns the exit status: 0, all
 * checks passed and full marks; 1, some failed; 2, usage, file error, or a world that is not available here.
 */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include <stdbool.h>

enum lab_exit { LAB_OK = 0, LAB_FAILED = 1, LAB_USAGE = 2 };

struct lab_command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *usage; /* behind the name */
    const char *what;  /* one line */
};

/* Each of the commands. */
#define LAB_COMMAND(name, usage, what) int lab_##name(int argc, char **argv);
#include "lab/commands.def"

/* Prints "lucid-lab: " and one sentence to standard error and returns LAB_USAGE. */
int lab_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
