/* node_command.c: what can be asked of a node: connect, listen, send, read, close, ... See world.h.
 *
 * Each command is read first, and only said to be wrong if it is; then it is carried out. What the stack answers is no
 * mistake of the command: it is in the log.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/app.h"
#include "lab/lab_http.h"
#include "lab/sim.h"

struct request {
    struct node *node;
    struct lab_socket *socket; /* the one that is meant */
    const struct lab_words *words;
    unsigned at; /* the word behind the command */
    bool dry;
    char *error;
};

static const char *word(const struct request *request) {
    return words_at(request->words, request->at);
}

static bool take(struct request *request, const char *text) {
    bool is = words_is(request->words, request->at, text);
    request->at += is;
    return is;
}

static int read_end(const struct request *request) {
    if (request->at < request->words->count) {
        return words_fail(request->error, "column %u: `%.40s` is not expected here",
                          request->words->word[request->at].column, word(request));
    }
    return 0;
}

static int read_port(struct request *request, const char *example, uint16_t *port) {
    uint64_t number;
    if (words_number(word(request), 65535, &number) < 0 || number == 0) {
        return words_fail(request->error, "`%.40s` is no port (1 to 65535); for example `%s %s`", word(request),
                          request->node->name, example);
    }
    request->at++;
    *port = (uint16_t)number;
    return 0;
}

/* [app NAME ...], to the end of the line. */
static int read_app(struct request *request, const struct lab_app **app, struct app_settings *settings) {
    *app = NULL;
    *settings = (struct app_settings){.text = text_growing()};
    if (!take(request, "app")) {
        return read_end(request);
    }
    return app_read(request->words, request->at, app, settings, request->error);
}

/* ---- connect and listen ---- */

/* The address of a node, or one in digits. */
static int read_host(const struct request *request, const char *name, struct lucid_addr *addr) {
    const struct node *node = sim_node(request->node->world, name);
    if (node) {
        *addr = node->address.addr;
        return 0;
    }
    if (lucid_addr_parse(name, addr) < 0) {
        return words_fail(request->error, "there is no node %.40s; for example `A connect B:80`", name);
    }
    return 0;
}

/* "B:80", "10.77.0.2:80", "[fd77::2]:80". */
static int read_remote(struct request *request, struct lucid_sockaddr *remote) {
    char name[LUCID_ADDR_TEXT + 2] = "";
    const char *text = word(request), *colon = strrchr(text, ':');
    uint64_t port;
    size_t length = colon ? (size_t)(colon - text) : 0;
    if (!colon || length >= sizeof name || words_number(colon + 1, 65535, &port) < 0 || port == 0) {
        return words_fail(request->error, "`%.40s` is no node and port; for example `A connect B:80`", text);
    }
    bool bracket = text[0] == '[' && colon[-1] == ']';
    memcpy(name, bracket ? text + 1 : text, bracket ? length - 2 : length);
    remote->port = (uint16_t)port;
    request->at++;
    return read_host(request, name, &remote->addr);
}

static int do_connect(struct request *request) {
    const struct lab_app *app;
    struct app_settings settings;
    struct lucid_sockaddr remote;
    uint16_t from = 0;
    if (read_remote(request, &remote) < 0) {
        return -1;
    }
    if (take(request, "from") && read_port(request, "connect B:80 from 40000", &from) < 0) {
        return -1;
    }
    if (read_app(request, &app, &settings) < 0) {
        return -1;
    }
    if (request->dry) {
        text_free(&settings.text);
        return 0;
    }
    socket_connect(request->node, &remote, from, app, &settings);
    return 0;
}

static int read_backlog(struct request *request, int *backlog) {
    uint64_t number;
    if (!take(request, "backlog")) {
        return 0;
    }
    if (words_number(word(request), 65535, &number) < 0 || number == 0) {
        return words_fail(request->error,
                          "backlog needs a number from 1 to 65535, for example `%s listen 80 backlog 8`",
                          request->node->name);
    }
    request->at++;
    *backlog = (int)number;
    return 0;
}

static int do_listen(struct request *request) {
    const struct lab_app *app;
    struct app_settings settings;
    uint16_t port = 0;
    int backlog = 128;
    if (read_port(request, "listen 80", &port) < 0 || read_backlog(request, &backlog) < 0 ||
        read_app(request, &app, &settings) < 0) {
        return -1;
    }
    bool http = app && app->http;
    if (request->dry || http) {
        text_free(&settings.text);
    }
    if (!request->dry && http) {
        lab_http_listen(request->node, port);
    } else if (!request->dry) {
        socket_listen(request->node, port, backlog, app, &settings);
    }
    return 0;
}

/* ---- on a connection ---- */

static int need_socket(const struct request *request) {
    if (!request->socket) {
        words_fail(request->error, "%s has no connection now; for example `%s connect B:80`", request->node->name,
                   request->node->name);
        return -1;
    }
    return 0;
}

static int need_stream(const struct request *request) {
    if (need_socket(request) < 0) {
        return -1;
    }
    if (request->socket->listener) {
        return words_fail(request->error, "%s only listens, nobody has connected yet", request->node->name);
    }
    return 0;
}

static int do_send(struct request *request) {
    uint64_t size = 0;
    if (need_stream(request) < 0) {
        return -1;
    }
    if (request->at >= request->words->count) {
        return words_fail(request->error, "send what? For example `%s send \"hello\"` or `%s send 2MB`",
                          request->node->name, request->node->name);
    }
    const struct lab_word *what = &request->words->word[request->at];
    if (!what->quoted && (words_size(what->text, &size) < 0 || size > APP_SIZE_MOST)) {
        return words_fail(request->error,
                          "`%.40s` is neither a text in quotes nor a size up to 100MB; for example `%s send "
                          "\"hello\"`",
                          what->text, request->node->name);
    }
    request->at++;
    if (read_end(request) < 0 || request->dry) {
        return request->at < request->words->count ? -1 : 0;
    }
    if (what->quoted) {
        socket_send(request->socket, what->text, what->length);
    } else {
        socket_send_pattern(request->socket, size);
    }
    return 0;
}

/* "read" and "read N": once, at most so much. */
static int do_read_once(struct request *request) {
    uint64_t most = 65536;
    if (request->at < request->words->count && words_size(word(request), &most) == 0) {
        request->at++;
    }
    if (need_stream(request) < 0 || read_end(request) < 0) {
        return -1;
    }
    if (!request->dry) {
        socket_read(request->socket, (size_t)most);
    }
    return 0;
}

static int do_read(struct request *request) {
    bool on = take(request, "on"), off = !on && take(request, "off");
    if (!on && !off) {
        return do_read_once(request);
    }
    if (need_stream(request) < 0 || read_end(request) < 0) {
        return -1;
    }
    if (!request->dry) {
        socket_reads(request->socket, on);
    }
    return 0;
}

static int do_shutdown(struct request *request) {
    if (need_stream(request) < 0 || read_end(request) < 0) {
        return -1;
    }
    if (!request->dry) {
        socket_then(request->socket, SOCKET_SHUTS_DOWN);
    }
    return 0;
}

/* A handle that still has something to hand to the stack closes behind that, as a program would. */
static int do_close(struct request *request) {
    if (!request->socket && request->at == request->words->count && lab_http_hang_up(request->node, request->dry)) {
        return 0;
    }
    if (need_socket(request) < 0 || read_end(request) < 0) {
        return -1;
    }
    if (request->dry) {
        return 0;
    }
    if (request->socket->listener || request->socket->connecting) {
        socket_close(request->socket);
    } else {
        socket_then(request->socket, SOCKET_CLOSES);
    }
    return 0;
}

static int do_abort(struct request *request) {
    if (need_socket(request) < 0 || read_end(request) < 0) {
        return -1;
    }
    if (!request->dry) {
        socket_abort(request->socket);
    }
    return 0;
}

static int do_status(struct request *request) {
    if (need_socket(request) < 0 || read_end(request) < 0) {
        return -1;
    }
    if (!request->dry) {
        socket_status(request->socket);
    }
    return 0;
}

/* ---- on the node ---- */

static void say(const struct node *node, const char *k) {
    struct json json = record_begin(&node->world->record, node->world->now, node->name, 0, "app");
    json_string(&json, "k", k);
    record_finish(&node->world->record, &json);
}

static int do_crash(struct request *request) {
    if (read_end(request) < 0) {
        return -1;
    }
    if (!request->dry) {
        node_stop(request->node);
        say(request->node, "crash");
    }
    return 0;
}

static int do_restart(struct request *request) {
    if (read_end(request) < 0) {
        return -1;
    }
    if (request->dry) {
        return 0;
    }
    if (request->node->stack) {
        node_stop(request->node);
        say(request->node, "crash");
    }
    if (node_start(request->node) != 0) {
        request->node->world->record.no_memory = true;
    }
    say(request->node, "restart");
    return 0;
}

static int do_set(struct request *request) {
    return node_set(request->node, request->words, request->at, request->dry, request->error);
}

static int do_app(struct request *request) {
    if (!take(request, "attacker") || read_end(request) < 0) {
        return words_fail(request->error,
                          "a node by itself can only be an attacker: `%s app attacker`; other applications "
                          "belong to `listen` and `connect`",
                          request->node->name);
    }
    request->node->attacker |= !request->dry;
    return 0;
}

static int do_forge(struct request *request) {
    return sim_forge(request->node, request->words, !request->dry, request->error);
}

/* ---- finding the command ---- */

static const struct {
    const char *name;
    int (*run)(struct request *request);
    bool without_stack; /* also when it has crashed */
    const char *example;
} COMMANDS[] = {
    {"connect", do_connect, false, "connect B:80"},
    {"listen", do_listen, false, "listen 80 app echo"},
    {"send", do_send, false, "send \"hello\""},
    {"read", do_read, false, "read off"},
    {"close", do_close, false, "close"},
    {"shutdown", do_shutdown, false, "shutdown"},
    {"abort", do_abort, false, "abort"},
    {"crash", do_crash, false, "crash"},
    {"restart", do_restart, true, "restart"},
    {"status", do_status, false, "status"},
    {"set", do_set, true, "set nodelay on"},
    {"app", do_app, true, "app attacker"},
    {"forge", do_forge, false, "forge A->B RST seq nxt+5"},
};
#define COMMANDS_COUNT (sizeof COMMANDS / sizeof *COMMANDS)

static int unknown(const struct node *node, const char *name, char *error) {
    const char *names[COMMANDS_COUNT + 1] = {0};
    unsigned example = 0;
    for (unsigned i = 0; i < COMMANDS_COUNT; i++) {
        names[i] = COMMANDS[i].name;
    }
    const char *near = *name ? words_nearest(name, names) : NULL;
    for (unsigned i = 0; near && i < COMMANDS_COUNT; i++) {
        example = near == names[i] ? i : example;
    }
    char what[48], how[80];
    snprintf(what, sizeof what, "command of a node such as %s", node->name);
    snprintf(how, sizeof how, "for example `%s %s`", node->name, COMMANDS[example].example);
    return words_unknown(error, what, name, names, how);
}

/* The connection whose handle is still open and that was made last; else the listener that was. `A#3` names one. */
static struct lab_socket *meant(const struct node *node, uint64_t c) {
    struct lab_socket *socket, *listener = NULL;
    TAILQ_FOREACH_REVERSE(socket, &node->sockets, lab_sockets, next) {
        if (socket->foreign) {
            continue;
        }
        if (c > 0 ? socket->c == c : !socket->listener) {
            return socket;
        }
        listener = !listener && c == 0 ? socket : listener;
    }
    return listener;
}

int node_command(struct node *node, const struct lab_words *words, bool dry, char error[LAB_ERROR]) {
    const struct world_outside *outside = node->world->options.outside;
    if (sim_outside(node)) {
        return outside->command(outside->user, words, dry, error);
    }
    const char *hash = strchr(words_at(words, 0), '#');
    uint64_t c = 0;
    if (hash && (words_number(hash + 1, UINT32_MAX, &c) < 0 || c == 0)) {
        return words_fail(error, "behind # stands the number of a connection, for example `%s#2 close`", node->name);
    }
    for (unsigned i = 0; i < COMMANDS_COUNT; i++) {
        if (!words_is(words, 1, COMMANDS[i].name)) {
            continue;
        }
        struct request request = {node, meant(node, c), words, 2, dry, error};
        if (!node->stack && !COMMANDS[i].without_stack) {
            return words_fail(error, "%s has crashed; `%s restart` first", node->name, node->name);
        }
        return COMMANDS[i].run(&request);
    }
    return unknown(node, words_at(words, 1), error);
}
