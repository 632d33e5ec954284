/* web.c: see web.h. The answers are taken apart by hand here: the parser under test is no judge of itself. */
#include "harness/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/loopback.h"

static bool kernel; /* the nets of web_init() */

/* Sun, 06 Nov 1994 08:49:37 GMT, as in RFC 9110. */
static const uint64_t EPOCH = UINT64_C(784111777) * 1000000000;

/* ---- beginning and end ---- */

int web_on_both(int (*suite)(void)) {
    kernel = false;
    char error[LUCID_ERROR_TEXT];
    int failed = suite();
    if (!loopback_network(error)) {
        printf("skip the same over the kernel's sockets: %s\n", error);
        return failed;
    }
    kernel = true;
    puts("The same over the kernel's sockets:");
    fflush(stdout);
    return suite() || failed;
}

bool web_is_kernel(void) {
    return kernel;
}

void web_init(struct web *web) {
    memset(web, 0, sizeof *web);
    web->net = kernel ? &web_kernel_net : &web_stack_net;
    lucid_pair_defaults(&web->pair_options);
    for (unsigned i = 0; i < 2; i++) {
        web->pair_options.config[i].msl = LUCID_SECOND;
        web->pair_options.faults[i] = (struct lucid_faults){.delay = LUCID_MILLISECOND, .queue = 100000, .seed = 1};
        if (!kernel) {
            vhost_init(&web->stack.host[i], 1 + i);
            vhost_lend(&web->stack.host[i], &web->pair_options.config[i]);
        }
    }
    http_server_defaults(&web->options);
    web->options.epoch = EPOCH;
}

const char *web_open(struct web *web) {
    static char error[HTTP_ERROR_TEXT];
    const char *wrong = web->net->open(web);
    if (wrong) {
        return wrong;
    }
    if (http_server_open(&web->server, web->far, &web->options, error) < 0) {
        web->net->close(web);
        return error;
    }
    const struct lucid_sockaddr any = {.port = web->local.port};
    return http_server_listen(web->server, &any) < 0 ? "the server cannot listen" : NULL;
}

const char *web_close(struct web *web) {
    struct http_server_stats stats;
    http_server_stats(web->server, &stats);
    http_server_close(web->server);
    for (unsigned i = 0; i < web->clients; i++) {
        struct web_client *client = web->client[i];
        if (client->fd > 0) {
            web->near->ops->close(web->near, client->fd);
        }
        text_free(&client->got);
        text_free(&client->out);
        free(client);
    }
    const char *fault = web->net->close(web);
    if (stats.connections == 0 && stats.memory > 0) {
        return "octets of bodies are held without a connection";
    }
    return fault;
}

/* ---- clients ---- */

static bool client_send(struct web *web, struct web_client *client) {
    bool moved = false;
    while (client->out.length > 0) {
        ptrdiff_t n = web->near->ops->write(web->near, client->fd, client->out.data, client->out.length, false);
        if (n <= 0) {
            client->error = n == -LUCID_ECONNREFUSED ? LUCID_ECONNREFUSED : client->error; /* it is told once */
            return moved;
        }
        moved = true;
        client->out.length -= (size_t)n;
        memmove(client->out.data, client->out.data + n, client->out.length);
    }
    return moved;
}

static bool client_receive(struct web *web, struct web_client *client) {
    char octets[4096];
    bool moved = false;
    ptrdiff_t n = 1;
    while (!client->deaf && !client->ended && !client->error && n > 0) {
        n = web->near->ops->read(web->near, client->fd, octets, sizeof octets);
        if (n > 0) {
            text_put_octets(&client->got, octets, (size_t)n);
        }
        client->ended = n == 0;
        client->error = n < 0 && n != -LUCID_EAGAIN && n != -LUCID_ENOTCONN ? (int)-n : 0;
        moved = moved || n > 0 || client->ended || client->error;
    }
    return moved;
}

bool web_listen_to_clients(struct web *web) {
    bool moved = false;
    for (unsigned i = 0; i < web->clients; i++) {
        if (web->client[i]->fd > 0) {
            moved = client_send(web, web->client[i]) || moved;
            moved = client_receive(web, web->client[i]) || moved;
        }
    }
    return moved;
}

struct web_client *web_connect(struct web *web) {
    return web_connect_to(web, web->local.port);
}

struct web_client *web_connect_to(struct web *web, uint16_t port) {
    const struct lucid_sockaddr remote = {.addr = web->local.addr, .port = port};
    struct web_client *client = calloc(1, sizeof *client);
    if (!client || web->clients == WEB_CLIENTS) {
        abort();
    }
    client->got = client->out = text_growing();
    client->fd = web->near->ops->connect(web->near, &remote);
    if (client->fd < 0) {
        abort();
    }
    web->client[web->clients++] = client;
    return client;
}

void web_send(struct web *web, struct web_client *client, const void *octets, size_t length) {
    text_put_octets(&client->out, octets, length);
    client_send(web, client);
}

void web_say(struct web *web, struct web_client *client, const char *text) {
    web_send(web, client, text, strlen(text));
}

void web_shutdown(struct web *web, struct web_client *client) {
    web->near->ops->shutdown(web->near, client->fd);
}

void web_abort(struct web *web, struct web_client *client) {
    web->near->ops->abort(web->near, client->fd);
    client->fd = 0;
}

void web_hear(struct web *web, struct web_client *client) {
    client->deaf = false;
    client_receive(web, client);
}

/* ---- time ---- */

lucid_time web_now(const struct web *web) {
    return web->net->now(web);
}

size_t web_stack_connections(const struct web *web) {
    struct lucid_stats stats = {.connections = 0};
    if (web->net == &web_stack_net) {
        lucid_stats(lucid_pair_stack(web->stack.pair, 1), &stats);
    }
    return stats.connections;
}

void web_run(struct web *web, lucid_time time) {
    lucid_time end = web_now(web) + time;
    for (;;) {
        lucid_time now = web_now(web), at = http_server_deadline(web->server);
        if (at <= now) {
            http_server_tick(web->server, now);
            continue;
        }
        if (!web->net->step(web, at < end ? at : end) && web_now(web) >= end) {
            return;
        }
    }
}

/* ---- answers ---- */

static const char *find_end(const char *text, size_t length) {
    const char *end = length > 0 ? memmem(text, length, "\r\n\r\n", 4) : NULL;
    return end ? end + 4 : NULL;
}

bool web_has_line(const struct web_answer *answer, const char *line) {
    size_t length = strlen(line);
    const char *at = answer->head;
    while ((at = memmem(at, answer->head_length - (size_t)(at - answer->head), line, length))) {
        if (memcmp(at - 2, "\r\n", 2) == 0 && memcmp(at + length, "\r\n", 2) == 0) {
            return true;
        }
        at += length;
    }
    return false;
}

/* The value of Content-Length, or -1. */
static long content_length(const struct web_answer *answer) {
    static const char name[] = "\r\nContent-Length: ";
    const char *at = memmem(answer->head, answer->head_length, name, sizeof name - 1);
    return at ? strtol(at + sizeof name - 1, NULL, 10) : -1;
}

/* The first answer of the text; returns its octets, or 0. */
static size_t take(const char *text, size_t length, bool to_head, struct web_answer *answer) {
    const char *end = find_end(text, length);
    if (!end || memcmp(text, "HTTP/1.1 ", 9) != 0) {
        return 0;
    }
    *answer = (struct web_answer){.status = atoi(text + 9), .head = text, .head_length = (size_t)(end - text)};
    long body = content_length(answer);
    bool bodiless = answer->status < 200 || answer->status == 204 || answer->status == 304;
    answer->body = end;
    if ((body < 0) != bodiless || (!to_head && body > (long)(text + length - end))) {
        return 0;
    }
    answer->body_length = to_head || bodiless ? 0 : (size_t)body;
    return answer->head_length + answer->body_length;
}

bool web_answer(const struct web_client *client, unsigned i, const bool *to_head, struct web_answer *answer) {
    const char *text = client->got.data;
    size_t left = client->got.length;
    for (unsigned n = 0; n <= i; n++) {
        size_t used = left > 0 ? take(text, left, to_head && to_head[n], answer) : 0;
        if (used == 0) {
            return false;
        }
        text += used;
        left -= used;
    }
    return true;
}
