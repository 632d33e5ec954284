/* calls_command.c: what can be asked of the kernel's node: connect, listen, send, read, close, ... See calls.h.
 *
 * The words are those of a node with a stack of ours (node_command.c). What such a node can and the kernel cannot, it
 * says: no application but those of this machine, no crash, none of the options that are our stack's.
 */
#include <errno.h>
#include <string.h>

#include "lab/calls_private.h"

struct request {
    struct calls *calls;
    struct calls_socket *socket; /* the one that is meant */
    const struct lab_words *words;
    unsigned at; /* the word behind the command */
    bool dry;
    char *error;
};

static const char *name_of(const struct request *request) {
    return request->calls->record->node[request->calls->node].name;
}

static const char *word(const struct request *request) {
    return words_at(request->words, request->at);
}

static bool take(struct request *request, const char *text) {
    bool is = words_is(request->words, request->at, text);
    request->at += is;
    return is;
}

static int read_end(const struct request *request) {
    if (words_is(request->words, request->at, "app")) {
        return words_fail(request->error,
                          "%s is the kernel here, and runs no application of the lab: use `%s send`, "
                          "or curl in the shell",
                          name_of(request), name_of(request));
    }
    if (request->at < request->words->count) {
        return words_fail(request->error, "column %u: `%.40s` is not expected here",
                          request->words->word[request->at].column, word(request));
    }
    return 0;
}

static int read_port(struct request *request, const char *text, uint16_t *port) {
    uint64_t number;
    if (words_number(text, 65535, &number) < 0 || number == 0) {
        return words_fail(request->error, "`%.40s` is no port (1 to 65535)", text);
    }
    request->at++;
    *port = (uint16_t)number;
    return 0;
}

static int fail(const struct request *request, const char *what) {
    return words_fail(request->error, "the kernel does not let %s %s: %s", name_of(request), what, strerror(errno));
}

/* ---- connect and listen ---- */

/* "B:80", "10.77.0.2:80", and behind it what may follow. */
static int read_remote(struct request *request, uint16_t *port, const char **behind) {
    char name[LUCID_ADDR_TEXT + 2] = "", number[8] = "";
    const char *text = word(request), *colon = strchr(text, ':');
    size_t length = colon ? (size_t)(colon - text) : 0, digits = colon ? strspn(colon + 1, "0123456789") : 0;
    struct lucid_addr addr;
    memcpy(name, text, length < sizeof name ? length : 0);
    memcpy(number, colon ? colon + 1 : "", digits < sizeof number ? digits : 0);
    bool other = !strcmp(name, request->calls->peer) ||
                 (lucid_addr_parse(name, &addr) == 0 && lucid_addr_equal(&addr, &request->calls->other));
    if (!other) {
        return words_fail(request->error, "`%.40s` is no other node and port; for example `%s connect %s:80`", text,
                          name_of(request), request->calls->peer);
    }
    *behind = colon + 1 + digits;
    return read_port(request, number, port);
}

static int read_from(struct request *request, uint16_t *from) {
    return take(request, "from") ? read_port(request, word(request), from) : 0;
}

static int do_connect(struct request *request) {
    uint16_t port = 0, from = 0;
    const char *behind;
    if (read_remote(request, &port, &behind) < 0 || read_from(request, &from) < 0 || read_end(request) < 0) {
        return -1;
    }
    return request->dry || calls_connect(request->calls, from, port) == 0 ? 0 : fail(request, "connect");
}

/* Letters that mean nothing to curl. */
static bool plain_path(const char *path) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.-_~%?=&";
    return strspn(path, letters) == strlen(path) && strlen(path) < 500 && (!*path || *path == '/');
}

/* "curl B:80/page [from 40000]". */
static int do_curl(struct request *request) {
    uint16_t port = 0, from = 0;
    const char *path;
    if (read_remote(request, &port, &path) < 0 || read_from(request, &from) < 0 || read_end(request) < 0) {
        return -1;
    }
    if (!plain_path(path)) {
        return words_fail(request->error, "`%.40s` is no path; for example `%s curl %s:80/headers`", path,
                          name_of(request), request->calls->peer);
    }
    return request->dry || calls_curl(request->calls, from, port, path) == 0 ? 0 : fail(request, "run curl");
}

static int do_listen(struct request *request) {
    uint16_t port = 0, backlog = 128;
    if (read_port(request, word(request), &port) < 0) {
        return -1;
    }
    if (take(request, "backlog") && read_port(request, word(request), &backlog) < 0) {
        return -1;
    }
    if (read_end(request) < 0) {
        return -1;
    }
    return request->dry || calls_listen(request->calls, port, backlog) == 0 ? 0 : fail(request, "listen");
}

/* ---- on a connection ---- */

static int need_stream(const struct request *request) {
    if (!request->socket) {
        return words_fail(request->error, "%s has no connection of the lab's now; for example `%s connect %s:80`",
                          name_of(request), name_of(request), request->calls->peer);
    }
    if (request->socket->listener) {
        return words_fail(request->error, "%s only listens, nobody has connected yet", name_of(request));
    }
    return 0;
}

static int do_send(struct request *request) {
    uint64_t size = 0;
    if (need_stream(request) < 0) {
        return -1;
    }
    const struct lab_word *what = request->at < request->words->count ? &request->words->word[request->at] : NULL;
    if (!what || (!what->quoted && (words_size(what->text, &size) < 0 || size > UINT64_C(1000000000)))) {
        return words_fail(request->error, "send what? A text in quotes, or a size up to 1GB: `%s send \"hello\"`",
                          name_of(request));
    }
    request->at++;
    if (read_end(request) < 0) {
        return -1;
    }
    if (request->dry) {
        return 0;
    }
    text_put_octets(&request->socket->out, what->text, what->quoted ? what->length : 0);
    request->socket->fill += size;
    calls_push(request->calls, request->socket);
    return 0;
}

static int do_read(struct request *request) {
    uint64_t most = 65536;
    bool on = take(request, "on"), off = !on && take(request, "off");
    if (need_stream(request) < 0) {
        return -1;
    }
    if (!on && !off && words_size(word(request), &most) == 0) {
        request->at++;
    }
    if (read_end(request) < 0) {
        return -1;
    }
    if (request->dry) {
        return 0;
    }
    if (on || off) {
        request->socket->reads = on;
        calls_push(request->calls, request->socket);
    } else {
        calls_read(request->calls, request->socket, (size_t)most);
    }
    return 0;
}

/* A handle that still has something to send ends behind that, as a program's would. */
static int do_shutdown(struct request *request) {
    if (need_stream(request) < 0 || read_end(request) < 0) {
        return -1;
    }
    if (!request->dry) {
        request->socket->shuts = true;
        calls_push(request->calls, request->socket);
    }
    return 0;
}

static int do_close(struct request *request) {
    if (!request->socket) {
        return need_stream(request);
    }
    if (read_end(request) < 0) {
        return -1;
    }
    if (!request->dry) {
        request->socket->closes = true;
        request->socket->connecting = false;
        calls_push(request->calls, request->socket);
    }
    return 0;
}

static int do_abort(struct request *request) {
    if (need_stream(request) < 0 || read_end(request) < 0) {
        return -1;
    }
    if (!request->dry) {
        calls_abort(request->calls, request->socket);
    }
    return 0;
}

/* ---- finding the command ---- */

static const struct {
    const char *name;
    int (*run)(struct request *request);
} COMMANDS[] = {
    {"connect", do_connect}, {"listen", do_listen},     {"send", do_send},   {"read", do_read},
    {"close", do_close},     {"shutdown", do_shutdown}, {"abort", do_abort}, {"curl", do_curl},
};
#define COMMANDS_COUNT (sizeof COMMANDS / sizeof *COMMANDS)

/* The connection that was made last; else the listener that was. `A#3` names one. */
static struct calls_socket *meant(const struct calls *calls, uint64_t c) {
    struct calls_socket *socket, *listener = NULL;
    TAILQ_FOREACH_REVERSE(socket, &calls->sockets, calls_sockets, next) {
        if (c > 0 ? socket->c == c : !socket->listener) {
            return socket;
        }
        listener = !listener && c == 0 ? socket : listener;
    }
    return listener;
}

static int unknown(const struct request *request) {
    const char *names[COMMANDS_COUNT + 1] = {0};
    for (unsigned i = 0; i < COMMANDS_COUNT; i++) {
        names[i] = COMMANDS[i].name;
    }
    const char *near = words_nearest(words_at(request->words, 1), names);
    return words_fail(request->error, "`%s %.40s` is nothing that the kernel's node can do; did you mean `%s %s`?",
                      name_of(request), words_at(request->words, 1), name_of(request), near ? near : "connect");
}

int calls_command(struct calls *calls, lucid_time now, const struct lab_words *words, bool dry, char error[LAB_ERROR]) {
    const char *hash = strchr(words_at(words, 0), '#');
    uint64_t c = 0;
    struct request request = {calls, NULL, words, 2, dry, error};
    if (hash && (words_number(hash + 1, UINT32_MAX, &c) < 0 || c == 0)) {
        return words_fail(error, "behind # stands the number of a connection, for example `%s#2 close`",
                          name_of(&request));
    }
    calls->now = now;
    request.socket = meant(calls, c);
    for (unsigned i = 0; i < COMMANDS_COUNT; i++) {
        if (words_is(words, 1, COMMANDS[i].name)) {
            return COMMANDS[i].run(&request);
        }
    }
    return unknown(&request);
}
