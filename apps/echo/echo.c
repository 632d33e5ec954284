/* echo.c: lucid-echo: whatever comes in on port 7 goes out again. RFC 862.
 *
 * The whole API in one server: a device, a listener, and a callback that hears which socket has become ready. Nothing
 * blocks, so any number of connections are served at once, and none of them needs memory of its own here. What has
 * been received is lent, not copied; only as much of it is given back as the send queue has taken. The rest stays
 * unread, and unread octets close the window of a sender that does not read its echo: that is flow control, RFC 9293
 * 3.8.6.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "lucid/host.h"

enum { OK = 0, FAILED = 1, USAGE = 2 };
enum { PORT = 7, BACKLOG = 16 };

static const char usage[] = "usage: lucid-echo [--help]\n"
                            "\n"
                            "Sends back what arrives on TCP port 7 of 10.77.0.2 and fd77::2, until it is interrupted.\n"
                            "The kernel's end of the device is 10.77.0.1 and fd77::1.\n"
                            "  --help  this text\n"
                            "Exit status: 0 it was interrupted, 1 there is no device, 2 usage.\n";

static struct lucid_host *interrupted;

static void on_signal(int number) {
    (void)number;
    lucid_host_stop(interrupted);
}

/* Moves what can be moved, and ends with the reason why no more could: the end of the stream (0) or an error. */
static ptrdiff_t echo(struct lucid_stack *stack, int fd) {
    for (;;) {
        struct lucid_slice piece;
        size_t count;
        ptrdiff_t lent = lucid_recv_lend(stack, fd, &piece, 1, &count);
        if (lent <= 0) {
            return lent;
        }
        ptrdiff_t sent = lucid_send(stack, fd, piece.data, piece.length, 0);
        lucid_recv_return(stack, fd, sent > 0 ? (size_t)sent : 0);
        if (sent < 0) {
            return sent;
        }
    }
}

/* A socket has become ready: somebody connects, sends, has made room, or is done. */
static void on_event(struct lucid_host *host, const struct lucid_ready *ready, void *listener) {
    struct lucid_stack *stack = lucid_host_stack(host);
    if (ready->fd == *(int *)listener) {
        while (lucid_accept(stack, ready->fd, NULL) > 0) {
        }
    } else if (echo(stack, ready->fd) != -LUCID_EAGAIN) {
        lucid_close(stack, ready->fd);
    }
}

static int serve(struct lucid_host *host) {
    int listener = lucid_host_listen(host, NULL, PORT, BACKLOG);
    if (listener < 0) {
        fprintf(stderr, "lucid-echo: cannot listen on port %d: %s\n", PORT, lucid_error_name(listener));
        return FAILED;
    }
    struct lucid_host_callbacks callbacks = {.event = on_event, .user = &listener};
    lucid_host_set_callbacks(host, &callbacks);
    printf("lucid-echo: %s: port %d of 10.77.0.2 and fd77::2\n", lucid_host_device(host), PORT);
    fflush(stdout);
    int error = lucid_host_run(host);
    if (error < 0) {
        fprintf(stderr, "lucid-echo: the device is gone: %s\n", lucid_error_name(error));
    }
    return error < 0 ? FAILED : OK;
}

int main(int argc, char **argv) {
    struct lucid_host *host;
    struct lucid_host_options options;
    char error[LUCID_ERROR_TEXT];
    if (argc > 1) {
        bool help = argc == 2 && strcmp(argv[1], "--help") == 0;
        fputs(help ? usage : "lucid-echo: it takes no arguments; try --help\n", help ? stdout : stderr);
        return help ? OK : USAGE;
    }
    lucid_host_defaults(&options);
    if (lucid_host_open(&host, &options, error) < 0) {
        fprintf(stderr, "lucid-echo: %s\n", error);
        return FAILED;
    }
    interrupted = host;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int status = serve(host);
    lucid_host_close(host);
    return status;
}
