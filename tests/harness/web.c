/* web.c: see web.h. The answers are taken apart by hand here: the parser under test is no judge of itself. */
#include "harness/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENT, SERVER };

/* Sun, 06 Nov 1994 08:49:37 GMT, as in RFC 9110. */
static const uint64_t EPOCH = UINT64_C(784111777) * 1000000000;

/* ---- beginning and end ---- */

void web_init(struct web *web) {
    memset(web, 0, sizeof *web);
    lucid_pair_defaults(&web->pair_options);
    for (unsigned i = 0; i < 2; i++) {
        vhost_init(&web->host[i], 1 + i);
        vhost_lend(&web->host[i], &web->pair_options.config[i]);
        web->pair_options.config[i].msl = LUCID_SECOND;
        web->pair_options.faults[i] = (struct lucid_faults){.delay = LUCID_MILLISECOND, .queue = 100000, .seed = 1};
    }
    http_server_defaults(&web->options);
    web->options.epoch = EPOCH;
}

static void serve(struct web *web) {
    struct lucid_ready ready;
    while (lucid_next_event(lucid_pair_stack(web->pair, SERVER), &ready)) {
        http_server_event(web->server, lucid_pair_now(web->pair), ready.data);
    }
}

static void client_send(struct web *web, struct web_client *client) {
    struct lucid_stack *stack = lucid_pair_stack(web->pair, CLIENT);
    while (client->out.length > 0) {
        ptrdiff_t n = lucid_send(stack, client->fd, client->out.data, client->out.length, 0);
        if (n <= 0) {
            return;
        }
        client->out.length -= (size_t)n;
        memmove(client->out.data, client->out.data + n, client->out.length);
    }
}

static void client_receive(struct web *web, struct web_client *client) {
    struct lucid_stack *stack = lucid_pair_stack(web->pair, CLIENT);
    char octets[4096];
    ptrdiff_t n = 1;
    while (!client->deaf && !client->ended && !client->error && n > 0) {
        n = lucid_recv(stack, client->fd, octets, sizeof octets, 0);
        if (n > 0) {
            text_put_octets(&client->got, octets, (size_t)n);
        }
        client->ended = n == 0;
        client->error = n < 0 && n != -LUCID_EAGAIN && n != -LUCID_ENOTCONN ? (int)-n : 0;
    }
}

static void listen_to_clients(struct web *web) {
    for (unsigned i = 0; i < web->clients; i++) {
        if (web->client[i]->fd > 0) {
            client_send(web, web->client[i]);
            client_receive(web, web->client[i]);
        }
    }
}

static void on_batch(struct lucid_pair *pair, int which, void *user) {
    (void)pair;
    if (which == SERVER) {
        serve(user);
        return;
    }
    listen_to_clients(user);
}

const char *web_open(struct web *web) {
    static char error[HTTP_ERROR_TEXT];
    const struct lucid_sockaddr local = {.port = 80};
    if (lucid_pair_open(&web->pair, &web->pair_options) < 0) {
        return "the stacks could not be made";
    }
    stack_transport_init(&web->transport, lucid_pair_stack(web->pair, SERVER));
    if (http_server_open(&web->server, &web->transport.base, &web->options, error) < 0) {
        lucid_pair_close(web->pair);
        return error;
    }
    lucid_pair_on_batch(web->pair, on_batch, web);
    return http_server_listen(web->server, &local) < 0 ? "the server cannot listen" : NULL;
}

const char *web_close(struct web *web) {
    static char fault[200];
    struct http_server_stats stats;
    http_server_stats(web->server, &stats);
    http_server_close(web->server);
    lucid_pair_close(web->pair);
    for (unsigned i = 0; i < web->clients; i++) {
        text_free(&web->client[i]->got);
        text_free(&web->client[i]->out);
        free(web->client[i]);
    }
    bool clean = vhost_clean(&web->host[0]) && vhost_clean(&web->host[1]);
    snprintf(fault, sizeof fault, "%.90s %.90s", web->host[0].fault, web->host[1].fault);
    if (stats.connections == 0 && stats.memory > 0) {
        return "octets of bodies are held without a connection";
    }
    return clean ? NULL : fault;
}

/* ---- clients ---- */

struct web_client *web_connect(struct web *web) {
    struct lucid_stack *stack = lucid_pair_stack(web->pair, CLIENT);
    struct lucid_sockaddr remote = {.port = 80};
    struct web_client *client = calloc(1, sizeof *client);
    if (!client || web->clients == WEB_CLIENTS) {
        abort();
    }
    const int on = 1;
    lucid_addr_parse("10.77.0.2", &remote.addr);
    client->got = client->out = text_growing();
    client->fd = lucid_socket(stack, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    lucid_setsockopt(stack, client->fd, LUCID_IPPROTO_TCP, LUCID_TCP_NODELAY, &on, sizeof on);
    lucid_connect(stack, client->fd, &remote);
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
    lucid_shutdown(lucid_pair_stack(web->pair, CLIENT), client->fd, LUCID_SHUT_WR);
}

void web_abort(struct web *web, struct web_client *client) {
    lucid_abort(lucid_pair_stack(web->pair, CLIENT), client->fd);
    client->fd = 0;
}

void web_hear(struct web *web, struct web_client *client) {
    client->deaf = false;
    client_receive(web, client);
}

/* ---- time ---- */

void web_run(struct web *web, lucid_time time) {
    lucid_time end = lucid_pair_now(web->pair) + time;
    for (;;) {
        lucid_time now = lucid_pair_now(web->pair), at = http_server_deadline(web->server);
        if (at <= now) {
            http_server_tick(web->server, now);
            continue;
        }
        if (!lucid_pair_step(web->pair, at < end ? at : end) && lucid_pair_now(web->pair) >= end) {
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
