/* fetch.c: lucid-fetch: an HTTP client over a stack on a TUN device, the stack as the client; or, to compare, over the
 * kernel's sockets.
 *
 * The client of http/http_client.h does the work, as events of the stack come. What is here is the frame: the device,
 * the loop with its limit of time, where the body goes, redirections, and the end: the connection is closed by us, so
 * it goes through FIN-WAIT-1 and FIN-WAIT-2 to TIME-WAIT (RFC 9293 3.6), and -v shows it.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/interrupt.h"
#include "http/http_client.h"
#include "lookup.h"
#include "options.h"
#include "request.h"
#include "show.h"

struct fetch {
    struct fetch_options options;
    struct fetch_request request;
    struct lucid_host *host; /* NULL: over the kernel's sockets */
    struct stack_transport stack;
    struct kernel_transport kernel;
    struct transport *transport; /* one of the two */
    struct http_client client;
    struct dns_resolver resolver;
    struct show show;
    struct text head; /* of the request */
    char *location;   /* of a redirection that is followed */
    unsigned redirections;
    FILE *output; /* NULL: not opened yet */
    int output_error;
    lucid_time progress_at; /* when an octet came or went at last */
    uint64_t progress;
};

static int fail(const char *sentence) {
    fprintf(stderr, "lucid-fetch: %s\n", sentence);
    return 1;
}

/* ---- what comes ---- */

static bool write_out(struct fetch *fetch, const void *octets, size_t length) {
    if (!fetch->output) {
        fetch->output = fetch->options.output ? fopen(fetch->options.output, "we") : stdout;
    }
    if (!fetch->output || fwrite(octets, 1, length, fetch->output) < length) {
        fetch->output_error = errno;
        return false;
    }
    return true;
}

/* What happened before comes before. */
static void on_connected(void *user) {
    struct fetch *fetch = user;
    show_events(&fetch->show, fetch->stack.stack);
    show_head(&fetch->show, '>', fetch->head.data, fetch->head.length);
}

static void on_head(void *user, const struct http_head *head, const uint8_t *octets) {
    struct fetch *fetch = user;
    show_events(&fetch->show, fetch->stack.stack);
    show_head(&fetch->show, '<', octets, head->length);
    if (fetch->options.follow && head->status >= 200) {
        fetch->location = fetch_location(head, octets);
    }
    if (fetch->request.head && head->status >= 200 && !fetch->location) {
        write_out(fetch, octets, head->length);
    }
}

/* The body of a redirection that is followed is nobody's. */
static bool on_body(void *user, const uint8_t *octets, size_t length) {
    struct fetch *fetch = user;
    return fetch->location || write_out(fetch, octets, length);
}

/* ---- the loop ---- */

static void on_event(struct lucid_host *host, const struct lucid_ready *ready, void *user) {
    struct fetch *fetch = user;
    (void)host;
    if (ready->data == &fetch->resolver) {
        dns_resolver_event(&fetch->resolver, lucid_host_now());
        return;
    }
    http_client_event(ready->data, ready->events);
}

static void on_trace(struct lucid_host *host, void *user) {
    struct fetch *fetch = user;
    show_events(&fetch->show, lucid_host_stack(host));
}

static void on_kernel_event(void *user, void *data, unsigned events) {
    (void)user;
    http_client_event(data, events);
}

/* One turn. Returns 0, or 1 after a sentence. */
static int step(struct fetch *fetch, lucid_time most) {
    if (fetch->host) {
        return lucid_host_step(fetch->host, most) < 0
                   ? fail("the interface has gone away: it was deleted in the middle of the transfer")
                   : 0;
    }
    int failed = kernel_transport_wait(&fetch->kernel, most, on_kernel_event, NULL);
    return failed && failed != -EINTR ? fail("the kernel tells no events any more") : 0;
}

/* Over the kernel's sockets a signal ends the program by itself. */
static bool stopped(const struct fetch *fetch) {
    return fetch->host && lucid_host_stopped(fetch->host);
}

/* How long nothing may happen from now on; 0: it has not for too long. */
static lucid_time patience(struct fetch *fetch) {
    lucid_time now = lucid_host_now();
    uint64_t progress = fetch->client.sent + fetch->client.received + fetch->client.connected;
    if (progress != fetch->progress) {
        fetch->progress = progress;
        fetch->progress_at = now;
    }
    lucid_time end = fetch->progress_at + fetch->options.timeout;
    return end > now ? end - now : 0;
}

/* Turns the loop until the client is at its end. Returns 0, or 1 after a sentence. */
static int turn(struct fetch *fetch) {
    char room[LUCID_ERROR_TEXT];
    struct text sentence = text_fixed(room, sizeof room);
    lucid_time rest;
    while (fetch->client.end == HTTP_CLIENT_GOES_ON && !stopped(fetch) && (rest = patience(fetch)) > 0) {
        if (step(fetch, rest)) {
            return 1;
        }
    }
    if (fetch->client.end != HTTP_CLIENT_GOES_ON) {
        return 0;
    }
    http_client_give_up(&fetch->client);
    http_client_say(&fetch->client, &sentence);
    if (stopped(fetch)) {
        text_put(&sentence, ": interrupted");
    } else {
        text_format(&sentence, ": nothing came or went for %.6g s; --timeout waits longer",
                    (double)fetch->options.timeout / 1e9);
    }
    return fail(room);
}

/* ---- requests ---- */

static void say_output_error(struct fetch *fetch) {
    const char *name = fetch->options.output ? fetch->options.output : "standard output";
    fprintf(stderr, "lucid-fetch: cannot write to %s: %s\n", name, strerror(fetch->output_error));
}

/* Returns 0, or 1 after a sentence. */
static int judge(struct fetch *fetch) {
    char room[512];
    struct text sentence = text_fixed(room, sizeof room);
    if (fetch->output_error) {
        say_output_error(fetch);
        return 1;
    }
    http_client_say(&fetch->client, &sentence);
    if (fetch->client.end != HTTP_CLIENT_COMPLETE) {
        return fail(room);
    }
    show_remark(&fetch->show, "%s", room);
    return 0;
}

/* The address of the server, where the URL has a name. Returns 0, or 1 after a sentence. */
static int find_server(struct fetch *fetch) {
    char room[2048];
    struct text sentence = text_fixed(room, sizeof room);
    struct http_url *url = &fetch->request.url;
    if (url->host[0] == '\0') {
        return 0;
    }
    if (!fetch->host) {
        return fail("the response leads to a name, and names are asked for over the stack: ask for an address there, "
                    "or leave out --transport kernel");
    }
    if (fetch_lookup(&fetch->resolver, fetch->host, &fetch->options, url->host, &url->remote.addr, &sentence)) {
        return fail(room);
    }
    show_remark(&fetch->show, "%s", room);
    return 0;
}

/* The next address of a name, when the one that was tried let nobody in. RFC 1123 2.3 */
static bool take_next_address(struct fetch *fetch, unsigned *tried) {
    char room[512];
    struct text sentence = text_fixed(room, sizeof room);
    struct http_url *url = &fetch->request.url;
    if (fetch->client.end != HTTP_CLIENT_UNCONNECTED || url->host[0] == '\0' ||
        ++*tried >= fetch->resolver.reply.addrs) {
        return false;
    }
    http_client_say(&fetch->client, &sentence);
    show_remark(&fetch->show, "%s; the name has another address", room);
    url->remote.addr = fetch->resolver.reply.addr[*tried];
    return true;
}

/* One request and its response. Returns 0, or 1 after a sentence. */
static int ask(struct fetch *fetch) {
    if (find_server(fetch)) {
        return 1;
    }
    const struct http_client_calls calls = {on_connected, on_head, on_body, fetch};
    fetch->head.length = 0;
    fetch_request_write(&fetch->request, &fetch->options, &fetch->head);
    if (fetch->head.cut) {
        return fail("there is no memory for the request: free some");
    }
    struct http_client_request request = {
        .head = fetch->head.data,
        .head_length = fetch->head.length,
        .body = fetch->request.post ? fetch->options.data : NULL,
        .body_length = fetch->request.post ? fetch->options.data_length : 0,
        .is_head = fetch->request.head,
    };
    unsigned tried = 0;
    int failed;
    do {
        request.remote = fetch->request.url.remote;
        fetch->progress_at = lucid_host_now();
        http_client_begin(&fetch->client, fetch->transport, &request, &calls);
        failed = turn(fetch);
    } while (!failed && take_next_address(fetch, &tried));
    return failed ? failed : judge(fetch);
}

/* Asks, and goes where it is told to. Returns 0 when the last response was below 400; otherwise 1. */
static int ask_and_follow(struct fetch *fetch) {
    char error[LUCID_ERROR_TEXT];
    fetch_request_begin(&fetch->request, &fetch->options);
    while (ask(fetch) == 0) {
        if (!fetch->location) {
            return fetch->client.status < 400 ? 0 : 1;
        }
        if (fetch->redirections++ == fetch->options.redirections_max) {
            snprintf(error, sizeof error, "more than %u redirections: it may be a circle; --max-redirs follows more",
                     fetch->options.redirections_max);
            return fail(error);
        }
        if (!fetch_request_follow(&fetch->request, fetch->client.status, fetch->location, error)) {
            return fail(error);
        }
        show_remark(&fetch->show, "to http://%s%s", fetch->request.url.authority, fetch->request.url.target);
        free(fetch->location);
        fetch->location = NULL;
    }
    return 1;
}

/* ---- the end ---- */

/* The connection ends in peace: at least up to TIME-WAIT, and through it when --msl says that it is worth waiting. The
 * first turn sends what must be sent when the user has no patience left: RST. */
static void leave(struct fetch *fetch) {
    struct lucid_stats stats;
    const struct lucid_config *config = &fetch->options.device.host.config;
    double seconds = (double)config->msl / 1e9;
    if (!fetch->host) {
        return;
    }
    lucid_host_step(fetch->host, 0);
    if (lucid_host_drain(fetch->host, false, fetch->options.timeout) == -LUCID_ETIMEDOUT) {
        show_remark(&fetch->show,
                    "the server has not closed its side: the program ends here, and the connection with it");
    }
    lucid_stats(lucid_host_stack(fetch->host), &stats);
    if (stats.timewaits > 0 && fetch->options.device.msl_given) {
        lucid_host_drain(fetch->host, true, 2 * config->msl + LUCID_SECOND);
    } else if (stats.timewaits > 0) {
        show_remark(&fetch->show,
                    "TIME-WAIT lasts %.6g s (2 MSL), in a record of the stack: the program does not wait for its end; "
                    "--msl 1 makes it 2 s, and waits",
                    2 * seconds);
    }
}

/* Returns 0, or 1 after a sentence: what was written last may fail only now. */
static int close_output(struct fetch *fetch) {
    FILE *file = fetch->output;
    if (!file || fetch->output_error) {
        return 0;
    }
    if (fflush(file) != 0 || (file != stdout && fclose(file) != 0)) {
        fetch->output_error = errno;
        say_output_error(fetch);
        return 1;
    }
    return 0;
}

/* Ctrl-C ends the program as usual: what the kernel has, it ends by itself. */
static int open_kernel(struct fetch *fetch) {
    signal(SIGPIPE, SIG_IGN); /* a pipe that nobody reads is an error of fwrite(), as with the stack */
    show_begin(&fetch->show, &fetch->options, NULL, lucid_host_now());
    if (kernel_transport_init(&fetch->kernel) < 0) {
        return fail("the kernel gives no epoll descriptor: close some files");
    }
    fetch->transport = &fetch->kernel.base;
    return 0;
}

static int open_stack(struct fetch *fetch) {
    char error[LUCID_ERROR_TEXT];
    if (lucid_host_open(&fetch->host, &fetch->options.device.host, error) < 0) {
        return fail(error);
    }
    struct lucid_stack *stack = lucid_host_stack(fetch->host);
    const struct lucid_host_callbacks callbacks = {.event = on_event, .trace = on_trace, .user = fetch};
    interrupt_stops(fetch->host);
    lucid_host_set_callbacks(fetch->host, &callbacks);
    stack_transport_init(&fetch->stack, stack);
    fetch->transport = &fetch->stack.base;
    if (show_begin(&fetch->show, &fetch->options, stack, lucid_host_now()) < 0) {
        return fail("there is no memory for the trace: free some");
    }
    return 0;
}

static int run(struct fetch *fetch) {
    if (fetch->options.kernel ? open_kernel(fetch) : open_stack(fetch)) {
        return 1;
    }
    int status = ask_and_follow(fetch);
    int unwritten = close_output(fetch);
    leave(fetch);
    return status ? status : unwritten;
}

int main(int argc, char **argv) {
    static struct fetch fetch = {.head = {.growing = true}};
    char error[LUCID_ERROR_TEXT];
    int status = 0;
    if (!fetch_options_read(&fetch.options, argc, argv, error)) {
        fail(error);
        status = 2;
    } else if (fetch.options.help) {
        fputs(fetch_help, stdout);
    } else {
        status = run(&fetch);
    }
    if (fetch.host) {
        interrupt_stops(NULL);
    }
    lucid_host_close(fetch.host);
    if (fetch.transport == &fetch.kernel.base) {
        kernel_transport_end(&fetch.kernel);
    }
    show_end(&fetch.show);
    text_free(&fetch.head);
    free(fetch.location);
    fetch_options_free(&fetch.options);
    return status;
}
