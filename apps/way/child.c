/* child.c: see child.h. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool way_child_find(const char *name, char *path, size_t size) {
    const char *places = getenv("PATH");
    char all[4096];
    snprintf(all, sizeof all, "%s:/usr/sbin:/sbin:/usr/local/sbin", places ? places : "/usr/bin:/bin");
    char *rest = all, *place;
    while ((place = strsep(&rest, ":"))) {
        int length = snprintf(path, size, "%s/%s", place, name);
        if (place[0] == '/' && length > 0 && (size_t)length < size && access(path, X_OK) == 0) {
            return true;
        }
    }
    return false;
}

/* A file of the folder as a descriptor. */
static bool redirect(const char *name, int to) {
    int fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
    return fd >= 0 && dup2(fd, to) == to && (fd == to || close(fd) == 0);
}

/* Programs have nothing of ours but their files; and a group of their own, so that Ctrl-C comes to us alone. */
static _Noreturn void become(const char *const *argv, const char *folder, const char *output, const char *errors) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    int null = open("/dev/null", O_RDONLY);
    if (null >= 0 && chdir(folder) == 0 && dup2(null, 0) == 0 && redirect(output, 1) && redirect(errors, 2)) {
        close_range(3, ~0u, 0);
        execv(argv[0], (char *const *)(uintptr_t)argv);
    }
    _exit(127);
}

int way_child_start(struct way_child *child, const char *const *argv, const char *folder, const char *output,
                    const char *errors) {
    pid_t pid = fork();
    if (pid < 0) {
        return -errno;
    }
    if (pid == 0) {
        become(argv, folder, output, errors);
    }
    *child = (struct way_child){.pid = pid};
    return 0;
}

bool way_child_ended(struct way_child *child) {
    int status;
    if (child->pid == 0) {
        return true;
    }
    if (waitpid(child->pid, &status, WNOHANG) != child->pid) {
        return false;
    }
    child->pid = 0;
    child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

void way_child_stop(struct way_child *child, int signal) {
    const struct timespec moment = {.tv_nsec = 10000000};
    if (child->pid == 0) {
        return;
    }
    pid_t group = child->pid;
    kill(child->pid, signal);
    for (unsigned i = 0; i < 200 && !way_child_ended(child); i++) {
        nanosleep(&moment, NULL);
    }
    kill(-group, SIGKILL);
    if (child->pid != 0) {
        waitpid(child->pid, NULL, 0);
        child->pid = 0;
    }
}
