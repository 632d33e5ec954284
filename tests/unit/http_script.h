/* http_script.h: the client of http/http_client.h against a server that does as it is told, over two stacks in memory.
 *
 * Stack 0 has the client, stack 1 the server: it listens, reads what comes, and says its lines, each in a segment of
 * its own and some time after the one before. Then it closes, resets, or does nothing more.
 */
#ifndef HTTP_SCRIPT_H
#define HTTP_SCRIPT_H

#include <stdio.h>

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

static struct lucid_pair *pair;
static struct stack_transport transport[2];
static struct http_client client;
static int listener, server;
static const char *address;
static char received[4096]; /* by the server */
static size_t received_length, heads, body_length, body_most, pieces;
static bool connected;
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
    ck_assert_int_eq(http_client_begin(&client, &transport[0].base, &request, &calls), 0);
}

/* ---- time ---- */

static inline void collect_states(void) {
    struct lucid_event event;
    while (lucid_trace_next(lucid_pair_stack(pair, 0), &event, NULL)) {
        EXPECT(state_count < 16);
        states[state_count++] = event.u.state.to;
    }
}

static inline void serve_client(void) {
    struct lucid_ready ready;
    while (lucid_next_event(lucid_pair_stack(pair, 0), &ready)) {
        EXPECT(ready.data == &client);
        http_client_event(ready.data, ready.events);
    }
}

static inline void serve_events(void) {
    serve_client();
    if (server < 0) {
        server = transport[1].base.ops->accept(&transport[1].base, listener, NULL);
    }
    ptrdiff_t got = 0;
    while (server > 0 && (got = lucid_recv(lucid_pair_stack(pair, 1), server, received + received_length,
                                           sizeof received - received_length, 0)) > 0) {
        received_length += (size_t)got;
    }
    collect_states();
}

static inline void pass(lucid_time time) {
    lucid_time end = lucid_pair_now(pair) + time;
    while (lucid_pair_step(pair, end)) {
        serve_events();
    }
    serve_events();
}

/* ---- the server's side ---- */

static inline void say(const char *line, size_t length) {
    while (length > 0) {
        ptrdiff_t taken = lucid_send(lucid_pair_stack(pair, 1), server, line, length, 0);
        if (taken == -LUCID_EPIPE || taken == -LUCID_ECONNRESET) {
            return; /* the client has seen enough */
        }
        EXPECT(taken > 0 || taken == -LUCID_EAGAIN);
        line += taken > 0 ? taken : 0;
        length -= taken > 0 ? (size_t)taken : 0;
        pass(PAUSE);
    }
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
        lucid_close(lucid_pair_stack(pair, 1), server);
    }
    if (script->ending == RESETS) {
        lucid_abort(lucid_pair_stack(pair, 1), server);
    }
    pass(LUCID_SECOND);
}

static inline void open_pair(const char *of) {
    struct lucid_pair_options options;
    lucid_pair_defaults(&options);
    options.config[0].msl = options.config[1].msl = LUCID_SECOND;
    ck_assert_int_eq(lucid_pair_open(&pair, &options), 0);
    for (int i = 0; i < 2; i++) {
        stack_transport_init(&transport[i], lucid_pair_stack(pair, i));
    }
    ck_assert_int_eq(lucid_trace_enable(lucid_pair_stack(pair, 0), 1u << LUCID_EVENT_STATE, 100), 0);
    listener = transport[1].base.ops->listen(&transport[1].base, &(struct lucid_sockaddr){.port = PORT}, 8);
    ck_assert_int_gt(listener, 0);
    address = of;
    server = -1;
    received_length = heads = body_length = pieces = state_count = 0;
    body_most = sizeof body;
    memset(received, 0, sizeof received);
    statuses[0] = '\0';
    connected = false;
}

static inline void setup(void) {
    open_pair("10.77.0.2");
}

static inline void teardown(void) {
    lucid_pair_close(pair);
    pair = NULL;
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
