/* pupil_build.c: compiles a student's machine. See pupil.h.
 *
 * student/fsm.h and student/ask.c lie in lucid-lab (files.h) and are written out beside the program, so that grading
 * needs no source tree. Where the sanitizers' libraries are missing the machine is compiled without them, and that is
 * said.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/files.h"
#include "lab/pupil.h"

int pupil_mkdir(const char *path) {
    char part[512];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = part; (slash = strchr(slash + 1, '/'));) {
        *slash = 0;
        if (mkdir(part, 0755) && errno != EEXIST) {
            return -1;
        }
        *slash = '/';
    }
    return mkdir(part, 0755) && errno != EEXIST ? -1 : 0;
}

/* Writes one of the lab's own files. */
static bool write_out(const char *directory, const char *name) {
    char path[600];
    const struct lab_file *content = lab_file_find(name);
    snprintf(path, sizeof path, "%s%s", directory, strchr(name, '/'));
    FILE *file = content ? fopen(path, "w") : NULL;
    if (!file) {
        return false;
    }
    bool written = fwrite(content->data, 1, content->length, file) == content->length;
    return fclose(file) == 0 && written;
}

static void read_all(int fd, struct text *said) {
    char octets[4096];
    for (ssize_t got; (got = read(fd, octets, sizeof octets)) > 0;) {
        text_put_octets(said, octets, (size_t)got);
    }
}

/* Runs a program and collects what it says. Returns its exit status; 127: it is not there; -1: no process. */
static int run(char *const arguments[], struct text *said) {
    int out[2];
    if (pipe2(out, O_CLOEXEC)) {
        return -1;
    }
    pid_t process = fork();
    if (process == 0) {
        dup2(out[1], 1);
        dup2(out[1], 2);
        execvp(arguments[0], arguments);
        _exit(127);
    }
    close(out[1]);
    read_all(out[0], said);
    close(out[0]);
    int status = -1;
    if (process < 0 || waitpid(process, &status, 0) < 0 || !WIFEXITED(status)) {
        return -1;
    }
    return WEXITSTATUS(status);
}

/* $CC may be several words ("ccache gcc"). */
static unsigned compiler(char *room, char **words) {
    const char *cc = getenv("CC");
    snprintf(room, 200, "%s", cc && *cc ? cc : "cc");
    unsigned count = 0;
    for (char *word = strtok(room, " "); word && count < 8; word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    return count;
}

static int compile(const char *source, const char *directory, bool sanitize, struct text *said) {
    char room[200], include[520], ask[520], program[520];
    char *arguments[24];
    unsigned n = compiler(room, arguments);
    snprintf(include, sizeof include, "-I%s", directory);
    snprintf(ask, sizeof ask, "%s/ask.c", directory);
    snprintf(program, sizeof program, "%s/%s", directory, sanitize ? "machine" : "machine-plain");
    char *const rest[] = {
        "-std=gnu17", "-g", "-O1", "-Wall", "-Wextra", include, "-o", program, (char *)(uintptr_t)source, ask};
    for (unsigned i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        arguments[n++] = rest[i];
    }
    if (sanitize) {
        arguments[n++] = "-fsanitize=address,undefined";
        arguments[n++] = "-fno-sanitize-recover=all";
    }
    arguments[n] = NULL;
    return run(arguments, said);
}

static void remove_all(const char *directory, const char *pattern) {
    char path[520];
    glob_t found;
    snprintf(path, sizeof path, "%s/%s", directory, pattern);
    if (!glob(path, 0, NULL, &found)) {
        for (size_t k = 0; k < found.gl_pathc; k++) {
            unlink(found.gl_pathv[k]);
        }
        globfree(&found);
    }
}

/* What an earlier run left. */
static void remove_old(const char *directory) {
    static const char *const patterns[] = {"machine", "machine-plain", "machine.log", "fail-*.svg"};
    for (unsigned i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        remove_all(directory, patterns[i]);
    }
}

void pupil_remove(const char *directory) {
    remove_old(directory);
    remove_all(directory, "fsm.h");
    remove_all(directory, "ask.c");
    rmdir(directory);
}

static bool libraries_missing(const struct text *said) {
    return said->data && strstr(said->data, "cannot find -l");
}

/* With sanitizers; without them where their libraries are not installed. */
static int compile_somehow(const char *source, const char *directory, bool sanitize, struct text *said) {
    int status = compile(source, directory, sanitize, said);
    if (status > 0 && sanitize && libraries_missing(said)) {
        text_free(said);
        *said = text_growing();
        status = compile(source, directory, false, said);
        text_put(said, "(compiled without sanitizers: their libraries are not installed)\n");
    }
    return status;
}

enum pupil_build pupil_build(const char *source, const char *directory, bool sanitize, struct text *said) {
    if (pupil_mkdir(directory) || !write_out(directory, "student/fsm.h") || !write_out(directory, "student/ask.c")) {
        text_format(said, "%s cannot be written: %s\n", directory, strerror(errno));
        return PUPIL_NO_COMPILER;
    }
    remove_old(directory);
    int status = compile_somehow(source, directory, sanitize, said);
    if (status == 127 || status < 0) {
        text_put(said, "there is no C compiler here; install gcc or clang, or name one in CC\n");
        return PUPIL_NO_COMPILER;
    }
    return status ? PUPIL_WRONG : PUPIL_BUILT;
}
