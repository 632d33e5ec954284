/* echo.c: lucid-echo sends back what it gets (RFC 862), on port 7 of 10.77.0.2 and fd77::2: the API in one small
 * program.
 *
 * It opens a device, listens, and turns the loop; the loop says which socket has become ready, and nothing ever waits
 * for one of them alone. An event is an edge: what it announces is used up, until a call says LUCID_EAGAIN, and then
 * another event will come. Who sends and does not read is held back by the window: while there is no room to send to a
 * client, nothing is taken from it either.
 */
#include <lucid/host.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

static struct lucid_host *host;
static int listener;

static void on_signal(int number) {
    (void)number;
    lucid_host_stop(host); /* NOLINT(bugprone-signal-handler): it is made for this */
}

/* Sends what has come from where it lies. What is not taken stays received. */
static void echo(struct lucid_stack *stack, int fd) {
    struct lucid_slice slice;
    size_t count;
    ptrdiff_t result;
    while ((result = lucid_recv_lend(stack, fd, &slice, 1, &count)) > 0) {
        result = lucid_send(stack, fd, slice.data, slice.length, 0);
        lucid_recv_return(stack, fd, result > 0 ? (size_t)result : 0);
        if (result < 0) {
            break;
        }
    }
    if (result != -LUCID_EAGAIN) {
        lucid_close(stack, fd); /* the end of the stream: FIN, behind all that was sent; or of the connection */
    }
}

static void on_event(struct lucid_host *of, const struct lucid_ready *ready, void *user) {
    struct lucid_stack *stack = lucid_host_stack(of);
    (void)user;
    if (ready->fd != listener) {
        echo(stack, ready->fd);
        return;
    }
    while (lucid_accept(stack, listener, NULL) > 0) { /* each will have events of its own */
    }
}

static int run(void) {
    const struct lucid_host_callbacks callbacks = {.event = on_event};
    struct lucid_host_options options;
    char error[LUCID_ERROR_TEXT];
    lucid_host_defaults(&options); /* lucid0; the kernel is 10.77.0.1 and fd77::1 */
    if (lucid_host_open(&host, &options, error) < 0) {
        fprintf(stderr, "lucid-echo: %s\n", error);
        return 1;
    }
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    lucid_host_set_callbacks(host, &callbacks);
    listener = lucid_host_listen(host, NULL, 7, 64);
    int result = listener < 0 ? listener : lucid_host_run(host);
    if (result < 0) {
        fprintf(stderr, "lucid-echo: the server cannot go on: %s\n", lucid_error_name(result));
    }
    lucid_host_close(host);
    return result < 0 ? 1 : 0;
}

int main(int argc, char **argv) {
    if (argc == 1) {
        return run();
    }
    bool help = argc == 2 && strcmp(argv[1], "--help") == 0;
    fputs("usage: lucid-echo [--help]: sends back what comes to port 7 of 10.77.0.2 and fd77::2, until Ctrl-C\n",
          help ? stdout : stderr);
    return help ? 0 : 2;
}
