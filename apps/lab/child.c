/* child.c: see child.h. */
#include "lab/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* The terminal that this process is in front of; -1: none, or it is in the background. */
static int open_terminal(void) {
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd >= 0 && isatty(STDIN_FILENO) && tcgetpgrp(fd) == getpgrp()) {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

/* A process that is not in front of the terminal is stopped when it changes the terminal, unless it says no. */
static void put_in_front(int terminal, pid_t group) {
    void (*before)(int) = signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(terminal, group);
    signal(SIGTTOU, before);
}

static void as_if_new(void) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
}

static _Noreturn void become(const struct child *child, char *const argv[]) {
    const char *shell = getenv("SHELL");
    char *const alone[] = {(char *)(shell && *shell ? shell : "/bin/sh"), NULL};
    if (child->terminal >= 0) {
        setpgid(0, 0);
        put_in_front(child->terminal, getpid());
    }
    as_if_new();
    argv = argv ? argv : alone;
    execvp(argv[0], argv);
    _exit(errno == ENOENT ? 127 : 126);
}

int child_start(struct child *child, char *const argv[]) {
    *child = (struct child){.terminal = open_terminal()};
    if (child->terminal >= 0) {
        child->before = tcgetpgrp(child->terminal);
        tcgetattr(child->terminal, &child->modes);
    }
    child->pid = fork();
    if (child->pid == 0) {
        become(child, argv);
    }
    if (child->pid < 0) {
        int failed = errno;
        child->pid = 0;
        child_stop(child);
        errno = failed;
        return -1;
    }
    return 0;
}

static void give_terminal_back(struct child *child) {
    if (child->terminal < 0) {
        return;
    }
    put_in_front(child->terminal, child->before);
    tcsetattr(child->terminal, TCSADRAIN, &child->modes);
    close(child->terminal);
    child->terminal = -1;
}

bool child_ended(struct child *child) {
    if (child->pid > 0 && waitpid(child->pid, &child->status, WNOHANG) == child->pid) {
        child->pid = 0;
        give_terminal_back(child);
    }
    return child->pid == 0;
}

/* It may ignore a polite signal; what it has started is ended by the guard (lucid_host_private_processes()). */
void child_stop(struct child *child) {
    if (child->pid > 0) {
        kill(child->pid, SIGHUP);
        kill(child->pid, SIGKILL);
        waitpid(child->pid, &child->status, 0);
        child->pid = 0;
    }
    give_terminal_back(child);
}

int child_status(const struct child *child) {
    return WIFSIGNALED(child->status) ? 128 + WTERMSIG(child->status) : WEXITSTATUS(child->status);
}
