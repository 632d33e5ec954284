/* upstream.h: a server behind the server of harness/web.h, on the clients' stack, 10.77.0.1:8000: it says what the test
 * tells it.
 *
 *     upstream_open(&up, &web, 8000);      after web_open()
 *     upstream_run(&up, time);             time passes; connections are taken, and read unless the upstream is deaf
 *     up.fd, up.got                        the latest connection, and what has come over it
 *     upstream_say(&up, "HTTP/1.1 ...");   on the latest connection
 */
#ifndef UPSTREAM_H
#define UPSTREAM_H

#include <stdio.h>
#include <string.h>

#include "harness/web.h"
#include "http/http_upstream.h"
#include "unit.h"

enum { UPSTREAM_MOST = 16 };

struct upstream {
    struct web *web;
    struct transport *net;
    int listener, fd;
    unsigned connections;
    int taken[UPSTREAM_MOST]; /* -1: closed */
    bool deaf;
    bool ended;      /* FIN has come over the latest connection */
    int error;       /* it has broken: a positive error */
    struct text got; /* over the latest connection */
};

static inline void upstream_open(struct upstream *up, struct web *web, uint16_t port) {
    const struct lucid_sockaddr local = {.port = port};
    *up = (struct upstream){.web = web, .net = web->near, .fd = -1, .got = text_growing()};
    up->listener = up->net->ops->listen(up->net, &local, 64);
    EXPECT(up->listener >= 0);
}

static inline void upstream_listens_no_more(struct upstream *up) {
    if (up->listener >= 0) {
        up->net->ops->close(up->net, up->listener);
    }
    up->listener = -1;
}

static inline void upstream_close(struct upstream *up) {
    for (unsigned i = 0; i < up->connections; i++) {
        if (up->taken[i] >= 0) {
            up->net->ops->close(up->net, up->taken[i]);
        }
    }
    upstream_listens_no_more(up);
    text_free(&up->got);
}

static inline void upstream_accept(struct upstream *up) {
    int fd = up->listener >= 0 ? up->net->ops->accept(up->net, up->listener, NULL) : -1;
    if (fd < 0) {
        return;
    }
    EXPECT(up->connections < UPSTREAM_MOST);
    up->taken[up->connections] = fd;
    up->fd = fd;
    up->connections++;
    up->ended = false;
    up->error = 0;
    text_free(&up->got);
    up->got = text_growing();
}

static inline void upstream_read(struct upstream *up) {
    char octets[4096];
    ptrdiff_t n = 1;
    while (up->fd >= 0 && !up->deaf && !up->ended && !up->error && n > 0) {
        n = up->net->ops->read(up->net, up->fd, octets, sizeof octets);
        if (n > 0) {
            text_put_octets(&up->got, octets, (size_t)n);
        }
        up->ended = n == 0;
        up->error = n < 0 && n != -LUCID_EAGAIN ? (int)-n : 0;
    }
}

/* In steps, so that what comes is taken soon. */
static inline void upstream_run(struct upstream *up, lucid_time time) {
    lucid_time end = web_now(up->web) + time;
    while (web_now(up->web) < end) {
        lucid_time left = end - web_now(up->web);
        web_run(up->web, left < 5 * LUCID_MILLISECOND ? left : 5 * LUCID_MILLISECOND);
        upstream_accept(up);
        upstream_read(up);
    }
}

static inline void upstream_send(struct upstream *up, const char *octets, size_t length) {
    for (unsigned tries = 0; length > 0 && tries < 2000; tries++) {
        ptrdiff_t n = up->net->ops->write(up->net, up->fd, octets, length, false);
        if (n < 0 && n != -LUCID_EAGAIN) {
            return;
        }
        octets += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
        upstream_run(up, 5 * LUCID_MILLISECOND);
    }
}

static inline void upstream_say(struct upstream *up, const char *text) {
    upstream_send(up, text, strlen(text));
}

/* FIN both ways, as a server that has said all; or RST. */
static inline void upstream_hang_up(struct upstream *up, bool reset) {
    if (reset) {
        up->net->ops->abort(up->net, up->fd);
    } else {
        up->net->ops->close(up->net, up->fd);
    }
    up->taken[up->connections - 1] = -1;
    up->fd = -1;
    upstream_run(up, 20 * LUCID_MILLISECOND);
}

static inline bool upstream_got(const struct upstream *up, const char *text) {
    return up->got.data && strstr(up->got.data, text);
}

/* ---- a test of a server with an upstream for /api ---- */

static struct web web;
static struct upstream up;
static struct http_upstream upstreams[3];
static char noted[HTTP_ERROR_TEXT];
static int logged; /* the status in the latest line of the log */

static const lucid_time MS = LUCID_MILLISECOND;

static inline void on_note(void *user, const char *sentence) {
    ck_assert_ptr_eq(user, &web);
    snprintf(noted, sizeof noted, "%s", sentence);
}

static inline void on_log(void *user, const struct http_log_entry *entry) {
    ck_assert_ptr_eq(user, &web);
    logged = entry->status;
}

static inline void setup(void) {
    char error[HTTP_URL_ERROR];
    web_init(&web);
    ck_assert(http_upstream_parse(&upstreams[0], "/api=http://10.77.0.1:8000", error));
    ck_assert(http_upstream_parse(&upstreams[1], "/moved=http://10.77.0.1:8000/v2", error));
    ck_assert(http_upstream_parse(&upstreams[2], "/app=uwsgi://10.77.0.1:8000", error));
    web.options.upstreams = upstreams;
    web.options.upstream_count = 3;
    web.options.note = on_note;
    web.options.note_user = &web;
    web.options.log = on_log;
    web.options.log_user = &web;
    logged = 0;
    web.options.connect_time = 2 * LUCID_SECOND;
    web.options.upstream_time = 4 * LUCID_SECOND;
    const char *wrong = web_open(&web);
    ck_assert_msg(!wrong, "%s", wrong);
    upstream_open(&up, &web, 8000);
    noted[0] = '\0';
}

static inline void teardown(void) {
    upstream_close(&up);
    const char *wrong = web_close(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

static inline struct web_client *ask(const char *text) {
    struct web_client *client = web_connect(&web);
    web_say(&web, client, text);
    upstream_run(&up, 50 * MS);
    return client;
}

/* The upstream says this, and closes or not; the client has got what comes of it. */
static inline struct web_client *exchange(const char *request, const char *response, bool closes) {
    struct web_client *client = ask(request);
    upstream_say(&up, response);
    if (closes) {
        upstream_hang_up(&up, false);
    }
    upstream_run(&up, 50 * MS);
    return client;
}

static inline bool has(const struct web_client *client, const char *text) {
    return client->got.data && strstr(client->got.data, text);
}

static inline void check_body(const struct web_client *client, const char *body) {
    const char *end = client->got.data ? strstr(client->got.data, "\r\n\r\n") : NULL;
    ck_assert_ptr_nonnull(end);
    ck_assert_str_eq(end + 4, body);
}

#define GET "GET /api/x HTTP/1.1\r\nHost: a\r\n\r\n"
#define OLD_GET "GET /api/x HTTP/1.0\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\n"

#endif
