/* signals.c: see signals.h. */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static int ends[2] = {-1, -1}; /* to read, to write */
static int terminal = -1;      /* the one that the program was started on, if any */

/* A full pipe holds more signals than anybody needs. */
static void on_signal(int number) {
    int saved = errno;
    unsigned char octet = (unsigned char)number;
    ssize_t written = write(ends[1], &octet, 1);
    (void)written;
    errno = saved;
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

int signals_open(void) {
    struct sigaction before;
    bool nohup = sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
    terminal = nohup ? -1 : open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0) {
        return -1;
    }
    handle(SIGPIPE, SIG_IGN);
    handle(SIGINT, on_signal);
    handle(SIGTERM, on_signal);
    handle(SIGHUP, on_signal);
    return ends[0];
}

bool signals_terminal_gone(void) {
    struct pollfd asked = {.fd = terminal};
    return terminal >= 0 && poll(&asked, 1, 0) == 1 && (asked.revents & (POLLHUP | POLLERR)) != 0;
}

int signals_next(void) {
    unsigned char octet;
    return read(ends[0], &octet, 1) == 1 ? octet : 0;
}

void signals_close(void) {
    if (ends[0] < 0) {
        return;
    }
    handle(SIGINT, SIG_IGN);
    handle(SIGTERM, SIG_IGN);
    handle(SIGHUP, SIG_IGN);
    close(ends[0]);
    close(ends[1]);
    ends[0] = ends[1] = -1;
    if (terminal >= 0) {
        close(terminal);
        terminal = -1;
    }
}
