/* pty.c: see pty.h. Knows the sequences that tui_paint.c sends, and fails the test on any other. */
#include "pty.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "unit/unit.h"

/* Silence, in milliseconds, that means: it waits for a key. */
#define SILENCE 400

void pty_start(struct pty *pty, int width, int height, int (*run)(void *argument), void *argument) {
    struct winsize size = {.ws_col = (unsigned short)width, .ws_row = (unsigned short)height};
    *pty = (struct pty){.screen = grid_new(width, height), .cursor = true};
    int slave;
    ck_assert_int_eq(openpty(&pty->fd, &slave, NULL, NULL, &size), 0);
    ck_assert_int_eq(tcgetattr(slave, &pty->before), 0);
    fflush(NULL);
    pty->pid = fork();
    ck_assert_int_ge(pty->pid, 0);
    if (pty->pid == 0) {
        close(pty->fd);
        if (login_tty(slave) < 0) {
            _exit(0); /* the test has ended already */
        }
        setenv("TERM", "xterm-256color", 1);
        setenv("LC_ALL", getenv("PTY_LOCALE") ? getenv("PTY_LOCALE") : "C.UTF-8", 1);
        unsetenv("NO_COLOR");
        if (getenv("PTY_NO_COLOR")) {
            setenv("NO_COLOR", getenv("PTY_NO_COLOR"), 1);
        }
        _exit(run(argument));
    }
    close(slave);
}

static void mode(struct pty *pty, const char *sequence, bool on) {
    if (!strncmp(sequence, "?1049", 5)) {
        pty->other_screen = on;
        view_fill(grid_whole(pty->screen), 0, ' ');
    } else if (!strncmp(sequence, "?25", 3)) {
        pty->cursor = on;
    } else {
        ck_assert_msg(!strncmp(sequence, "?2026", 5), "unknown mode %s", sequence);
    }
}

/* A control sequence without its ESC [; ends in its letter. */
static void control(struct pty *pty, const char *sequence, size_t length) {
    switch (sequence[length - 1]) {
    case 'H':
        ck_assert_int_eq(sscanf(sequence, "%d;%d", &pty->y, &pty->x), 2);
        pty->x--;
        pty->y--;
        return;
    case 'J':
        ck_assert_msg(!strncmp(sequence, "2J", 2), "%s", sequence);
        view_fill(grid_whole(pty->screen), 0, ' ');
        return;
    case 'h':
    case 'l':
        mode(pty, sequence, sequence[length - 1] == 'h');
        return;
    case 'm':
        pty->coloured = pty->coloured || memmem(sequence, length, "38;5;", 5) || memmem(sequence, length, ";3", 2);
        return;
    }
    ck_abort_msg("unknown sequence ESC [ %.*s", (int)length, sequence);
}

static size_t control_length(const char *at, size_t length) {
    for (size_t i = 2; i < length; i++) {
        if (at[i] >= 0x40 && at[i] <= 0x7e) {
            return i + 1;
        }
    }
    return 0;
}

static size_t character_length(unsigned char first) {
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}

/* Takes one sequence or character. Returns its octets; 0: not all of it is there. */
static size_t take(struct pty *pty, const char *at, size_t length) {
    if (at[0] == '\x1b') {
        size_t whole = length > 1 ? control_length(at, length) : 0;
        if (whole > 0) {
            control(pty, at + 2, whole - 2);
        }
        return whole;
    }
    size_t whole = character_length((unsigned char)at[0]);
    if (whole > length) {
        return 0;
    }
    ck_assert_msg((unsigned char)at[0] >= 0x20, "a bare control character %d", at[0]);
    uint32_t code = utf8_next(&at);
    view_code(grid_whole(pty->screen), pty->x, pty->y, 0, code);
    pty->x += code_columns(code);
    return whole;
}

static void feed(struct pty *pty, const char *octets, size_t length) {
    char buffer[4096 + sizeof pty->rest];
    memcpy(buffer, pty->rest, pty->rest_length);
    memcpy(buffer + pty->rest_length, octets, length);
    length += pty->rest_length;
    size_t at = 0, took = 1;
    while (at < length && (took = take(pty, buffer + at, length - at)) > 0) {
        at += took;
    }
    pty->rest_length = length - at;
    ck_assert_uint_lt(pty->rest_length, sizeof pty->rest);
    memcpy(pty->rest, buffer + at, pty->rest_length);
}

bool pty_read(struct pty *pty, int wait) {
    struct pollfd ready = {.fd = pty->fd, .events = POLLIN};
    if (poll(&ready, 1, wait) <= 0) {
        return false;
    }
    char octets[4096];
    ssize_t count = read(pty->fd, octets, sizeof octets);
    if (count <= 0) {
        return false;
    }
    pty->octets += (unsigned long)count;
    feed(pty, octets, (size_t)count);
    return true;
}

void pty_type(struct pty *pty, const char *keys) {
    ck_assert_int_eq(write(pty->fd, keys, strlen(keys)), (ssize_t)strlen(keys));
}

void pty_settle(struct pty *pty) {
    while (pty_read(pty, SILENCE)) {
        continue;
    }
}

void pty_resize(struct pty *pty, int width, int height) {
    struct winsize size = {.ws_col = (unsigned short)width, .ws_row = (unsigned short)height};
    grid_free(pty->screen);
    pty->screen = grid_new(width, height);
    ck_assert_int_eq(ioctl(pty->fd, TIOCSWINSZ, &size), 0);
}

int pty_wait(struct pty *pty) {
    int status = 0;
    while (pty_read(pty, 5000)) {
        continue;
    }
    ck_assert_int_eq(waitpid(pty->pid, &status, 0), pty->pid);
    pty->pid = 0;
    return status;
}

bool pty_restored(struct pty *pty) {
    struct termios now;
    ck_assert_int_eq(tcgetattr(pty->fd, &now), 0);
    return now.c_lflag == pty->before.c_lflag && now.c_iflag == pty->before.c_iflag &&
           now.c_oflag == pty->before.c_oflag && !pty->other_screen && pty->cursor;
}

void pty_end(struct pty *pty) {
    if (pty->pid > 0) {
        kill(pty->pid, SIGKILL);
        waitpid(pty->pid, NULL, 0);
    }
    close(pty->fd);
    grid_free(pty->screen);
}
