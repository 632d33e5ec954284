/* main.c: lucid-lab: finds the command and hands over to it. The commands are listed in commands.def. */
#include <stdio.h>
#include <string.h>

#include "lab/lab.h"
#include "lab/words.h"

static const struct lab_command COMMANDS[] = {
#define LAB_COMMAND(name, usage, what) {#name, lab_##name, usage, what},
#include "lab/commands.def"
    {NULL, NULL, NULL, NULL},
};

static int help(void) {
    puts("usage: lucid-lab COMMAND [ARGUMENTS]\n\nPredict what TCP will do, let it run, see it, and read why.\n");
    for (const struct lab_command *command = COMMANDS; command->name; command++) {
        printf("  %-8s %s\n  %-8s   %s\n", command->name, command->usage, "", command->what);
    }
    puts("\nlucid-lab COMMAND --help shows one of them.\nExit status: 0, all checks and full marks; 1, some failed; 2, "
         "it could not be done.");
    return LAB_OK;
}

static int help_on(const struct lab_command *command) {
    printf("usage: lucid-lab %s %s\n  %s\n", command->name, command->usage, command->what);
    return LAB_OK;
}

static int run(const struct lab_command *command, int argc, char **argv) {
    bool helpless = argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
    return helpless ? help_on(command) : command->run(argc, argv);
}

static int unknown(const char *word) {
    const char *names[sizeof COMMANDS / sizeof *COMMANDS] = {NULL};
    for (unsigned i = 0; COMMANDS[i].name; i++) {
        names[i] = COMMANDS[i].name;
    }
    const char *nearest = words_nearest(word, names);
    return nearest ? lab_refuse("%.60s is not a command; did you mean `lucid-lab %s`?", word, nearest)
                   : lab_refuse("%.60s is not a command; `lucid-lab --help` lists them", word);
}

int main(int argc, char **argv) {
    if (argc < 2) {
        return lab_refuse("no command was given; `lucid-lab --help` lists them, `lucid-lab play` is a good beginning");
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        return help();
    }
    for (const struct lab_command *command = COMMANDS; command->name; command++) {
        if (!strcmp(argv[1], command->name)) {
            return run(command, argc - 1, argv + 1);
        }
    }
    return unknown(argv[1]);
}
