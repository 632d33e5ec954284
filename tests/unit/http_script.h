/* http_script.h: the client of http/http_client.h against a server that does as it is told, over two stacks in memory
 * and over the kernel's loopback (web_on_both() of harness/web.h).
 *
 * In memory stack 0 has the client, stack 1 the server: it listens, reads what comes, and says its lines, each in a
 * segment of its own and some time after the one before. Then it closes, resets, or does nothing more.
 */
#ifndef HTTP_SCRIPT_H
#define HTTP_SCRIPT_H

#include <stdio.h>
#include <unistd.h>

#include "harness/loopback.h"
#include "harness/web.h"
#include "http/http_client.h"
#include "lucid/host.h"
#include "unit.h"

enum { PORT = 8000, PAUSE = 100 * LUCID_MILLISECOND, LINES_MAX = 8, ROOM = 4 << 20 };
enum ending { STAYS, CLOSES, RESETS };

/* What the server does. */
struct script {
    const char *lines[LINES_MAX]; /* up to the first NULL */
    enum ending ending;
    bool after_request; /* it reads the request first; else it speaks at once */
};

static struct lucid_pair *pair; /* NULL: over the kernel's loopback */
static struct stack_transport transport[2];
static struct kernel_transport sockets;
static struct transport *near, *far; /* the client's and the server's */
static int barrier;
static struct http_client client;
static int listener, server;
static const char *address;
static char received[4096]; /* by the server */
static size_t received_length, heads, body_length, body_most, pieces;
static bool connected, reset; /* reset: by the client */
static char statuses[256], body[ROOM];
static unsigned states[16], state_count;

/* ---- the client's side ---- */

static inline void on_connected(void *user) {
    connected = user == &client;
}

static inline void on_head(void *user, const struct http_head *head, const uint8_t *octets) {
    EXPECT(user == &client && memcmp(octets, "HTTP/1.", 7) == 0);
    heads++;
    snprintf(statuses + strlen(statuses), sizeof statuses - strlen(statuses), "%u ", head->status);
}

static inline bool on_body(void *user, const uint8_t *octets, size_t length) {
    EXPECT(user == &client && body_length + length <= sizeof body && length > 0);
    memcpy(body + body_length, octets, length);
    body_length += length;
    pieces++;
    return body_length <= body_most;
}

static struct http_client_request request;

static inline void ask(const char *head, const void *content, size_t content_length, bool is_head) {
    static const struct http_client_calls calls = {on_connected, on_head, on_body, &client};
    request = (struct http_client_request){.head = head,
                                           .head_length = strlen(head),
                                           .body = content,
                                           .body_length = content_length,
                                           .is_head = is_head,
                                           .remote.port = PORT};
    ck_assert_int_eq(lucid_addr_parse(address, &request.remote.addr), 0);
    ck_assert_int_eq(http_client_begin(&client, near, &request, &calls), 0);
}

/* ---- time ---- */

static inline void collect_states(void) {
    struct lucid_event event;
    while (lucid_trace_next(lucid_pair_stack(pair, 0), &event, NULL)) {
        EXPECT(state_count < 16);
        states[state_count++] = event.u.state.to;
    }
}

static inline void on_socket(void *user, void *data, unsigned events) {
    EXPECT(data == &client);
    *(bool *)user = true;
    http_client_event(data, events);
}

/* True: the client had an event. */
static inline bool serve_client(void) {
    struct lucid_ready ready;
    bool any = false;
    if (!pair) {
        EXPECT(kernel_transport_wait(&sockets, 0, on_socket, &any) == 0);
        return any;
    }
    while (lucid_next_event(lucid_pair_stack(pair, 0), &ready)) {
        EXPECT(ready.data == &client);
        http_client_event(ready.data, ready.events);
        any = true;
    }
    return any;
}

static inline ptrdiff_t read_as_server(void *data, size_t length) {
    return far->ops->read(far, server, data, length);
}

/* True: something has come. */
static inline bool serve_events(void) {
    bool any = serve_client();
    if (server < 0) {
        server = far->ops->accept(far, listener, NULL);
        any = any || server > 0;
    }
    ptrdiff_t got = 0;
    while (server > 0 && (got = read_as_server(received + received_length, sizeof received - received_length)) > 0) {
        received_length += (size_t)got;
        any = true;
    }
    reset = reset || got == -LUCID_ECONNRESET; /* the kernel says so once */
    if (pair) {
        collect_states();
    }
    return any;
}

/* Over loopback no time passes: all that can happen does. */
static inline void pass_sockets(void) {
    for (int quiet = 0; quiet < 3; quiet++) {
        if (serve_events()) {
            quiet = -1;
        }
        loopback_pass(barrier);
    }
}

static inline void pass(lucid_time time) {
    if (!pair) {
        pass_sockets();
        return;
    }
    lucid_time end = lucid_pair_now(pair) + time;
    while (lucid_pair_step(pair, end)) {
        serve_events();
    }
    serve_events();
}

/* The next thing that happens to the client. */
static inline void turn(void) {
    if (pair) {
        lucid_pair_step(pair, LUCID_NEVER);
    } else {
        loopback_pass(barrier);
    }
    serve_client();
}

/* ---- the server's side ---- */

static inline void say(const char *line, size_t length) {
    while (length > 0) {
        ptrdiff_t taken = far->ops->write(far, server, line, length, false);
        if (taken == -LUCID_EPIPE || taken == -LUCID_ECONNRESET) {
            return; /* the client has seen enough */
        }
        EXPECT(taken > 0 || taken == -LUCID_EAGAIN);
        line += taken > 0 ? taken : 0;
        length -= taken > 0 ? (size_t)taken : 0;
        pass(PAUSE);
    }
}

static inline void close_server(void) {
    far->ops->close(far, server);
    server = 0;
}

static inline void play(const struct script *script) {
    for (int i = 0; i < 100 && (server < 0 || (script->after_request && !strstr(received, "\r\n\r\n"))); i++) {
        pass(PAUSE);
    }
    ck_assert_int_gt(server, 0);
    for (int i = 0; i < LINES_MAX && script->lines[i]; i++) {
        say(script->lines[i], strlen(script->lines[i]));
    }
    if (script->ending == CLOSES) {
        close_server();
    }
    if (script->ending == RESETS) {
        far->ops->abort(far, server);
        server = 0;
    }
    pass(LUCID_SECOND);
}

static inline void open_stacks(void) {
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    options.config[0].msl = options.config[1].msl = LUCID_SECOND;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    for (int i = 0; i < 2; i++) {
        stack_transport_init(&transport[i], lucid_pair_stack(pair, i));
    }
    ck_assert_int_eq(lucid_trace_enable(lucid_pair_stack(pair, 0), 1u << LUCID_EVENT_STATE, 100), 0);
    near = &transport[0].base;
    far = &transport[1].base;
}

static inline void open_sockets(void) {
    barrier = loopback_open();
    ck_assert_int_ge(barrier, 0);
    ck_assert_int_eq(kernel_transport_init(&sockets), 0);
    near = far = &sockets.base;
}

static inline void open_pair(const char *of) {
    if (web_is_kernel()) {
        open_sockets();
    } else {
        open_stacks();
    }
    listener = far->ops->listen(far, &(struct lucid_sockaddr){.port = PORT}, 8);
    ck_assert_int_gt(listener, 0);
    address = of;
    server = -1;
    received_length = heads = body_length = pieces = state_count = 0;
    body_most = sizeof body;
    memset(received, 0, sizeof received);
    statuses[0] = '\0';
    connected = reset = false;
    client.fd = -1;
}

static inline void setup(void) {
    open_pair("10.77.0.2");
}

static inline void teardown(void) {
    if (pair) {
        lucid_pair_close(pair);
        pair = NULL;
        return;
    }
    http_client_close(&client);
    if (server > 0) {
        close_server();
    }
    if (listener > 0) {
        close(listener);
    }
    kernel_transport_end(&sockets);
    close(barrier);
}

static inline void check_sentence(const char *expected) {
    char sentence[256];
    struct text text = text_fixed(sentence, sizeof sentence);
    http_client_say(&client, &text);
    ck_assert_msg(strstr(sentence, expected) != NULL, "%s; not %s", sentence, expected);
}

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\n"
#define FIVE OK "Content-Length: 5\r\n\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"
#define CONTINUE "HTTP/1.1 100 Continue\r\n\r\n"

#endif
