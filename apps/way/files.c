/* files.c: see files.h. */
#include "files.h"

#include <errno.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

static int fail(char error[LUCID_ERROR_TEXT], const char *what, const char *advice) {
    snprintf(error, LUCID_ERROR_TEXT, "%.100s: %s; %s", what, strerror(errno), advice);
    return -1;
}

static void path_of(const struct way_files *files, const char *name, char path[256]) {
    snprintf(path, 256, "%s/%s", files->folder, name);
}

const char *way_files_text(const char *name) {
    for (const struct way_config *config = way_configs; config->name; config++) {
        if (strcmp(config->name, name) == 0) {
            return config->text;
        }
    }
    return NULL;
}

/* ---- making and removing ---- */

static int write_file(const struct way_files *files, const struct way_config *config, char error[LUCID_ERROR_TEXT]) {
    char path[256];
    path_of(files, config->name, path);
    FILE *file = fopen(path, "we");
    bool written = file && fputs(config->text, file) >= 0;
    return (!file || fclose(file) == 0) && written ? 0 : fail(error, path, "is the disk full?");
}

int way_files_make(struct way_files *files, char error[LUCID_ERROR_TEXT]) {
    const char *temporary = getenv("TMPDIR");
    int length = snprintf(files->folder, sizeof files->folder, "%s/lucid-way.XXXXXX", temporary ? temporary : "/tmp");
    if ((size_t)length >= sizeof files->folder || !mkdtemp(files->folder)) {
        files->folder[0] = '\0';
        return fail(error, "a folder for temporary files cannot be made", "set TMPDIR to where it can");
    }
    for (const struct way_config *config = way_configs; config->name; config++) {
        if (write_file(files, config, error) < 0) {
            return -1;
        }
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where) {
    (void)about, (void)kind, (void)where;
    return remove(path);
}

void way_files_remove(struct way_files *files) {
    if (files->folder[0] != '\0') {
        nftw(files->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        files->folder[0] = '\0';
    }
}

/* ---- reading ---- */

size_t way_files_size(const struct way_files *files, const char *name) {
    char path[256];
    struct stat about;
    path_of(files, name, path);
    return stat(path, &about) == 0 ? (size_t)about.st_size : 0;
}

char *way_files_read(const struct way_files *files, const char *name, size_t from) {
    char path[256];
    size_t size = way_files_size(files, name);
    size_t length = size > from ? size - from : 0;
    char *text = calloc(1, length + 1);
    path_of(files, name, path);
    FILE *file = text ? fopen(path, "re") : NULL;
    if (file) {
        size_t got = fseek(file, (long)from, SEEK_SET) == 0 ? fread(text, 1, length, file) : 0;
        text[got] = '\0';
        fclose(file);
    }
    return text;
}

void way_files_forget(const struct way_files *files, const char *name) {
    char path[256];
    path_of(files, name, path);
    unlink(path);
}

/* ---- names ---- */

/* One file of the folder in the place of one of the system's. */
static int put_over(const struct way_files *files, const char *name, char error[LUCID_ERROR_TEXT]) {
    char ours[256], theirs[256];
    path_of(files, name, ours);
    snprintf(theirs, sizeof theirs, "/etc/%s", name);
    if (access(theirs, F_OK) != 0) {
        return fail(error, theirs, "make one, since ours has to be put over it");
    }
    return mount(ours, theirs, NULL, MS_BIND, NULL) == 0 ? 0 : fail(error, theirs, "ours cannot be put over it");
}

/* A cache of names (nscd) would be asked before the resolver, by a socket that leads out of here. */
int way_files_resolve(const struct way_files *files, char error[LUCID_ERROR_TEXT]) {
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
        return fail(error, "a mount namespace cannot be made", "run as root");
    }
    mount("none", "/run/nscd", "tmpfs", 0, NULL);
    if (access("/etc/nsswitch.conf", F_OK) == 0 && put_over(files, "nsswitch.conf", error) < 0) {
        return -1;
    }
    return put_over(files, "resolv.conf", error);
}
