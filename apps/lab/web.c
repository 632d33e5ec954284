/* web.c: the control page begins, runs, ends. See web.h. */
#include "lab/web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lab/web_private.h"

static lucid_time clock_now(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (lucid_time)now.tv_sec * LUCID_SECOND + (lucid_time)now.tv_nsec;
}

/* ---- begin and end ---- */

static int refuse(char error[LAB_ERROR], const char *sentence) {
    snprintf(error, LAB_ERROR, "%s", sentence);
    return -1;
}

static int draw_token(char token[WEB_TOKEN + 1]) {
    unsigned char octets[WEB_TOKEN / 2];
    if (getrandom(octets, sizeof octets, 0) != (ssize_t)sizeof octets) {
        return -1;
    }
    for (size_t i = 0; i < sizeof octets; i++) {
        snprintf(token + 2 * i, 3, "%02x", octets[i]);
    }
    return 0;
}

static int listen_here(struct lab_web *web, char error[LAB_ERROR]) {
    struct lucid_sockaddr local = {.port = web->given ? WEB_GIVEN_PORT : web->port};
    if (!web->given) {
        lucid_addr_parse("127.0.0.1", &local.addr);
    }
    int failed = http_server_listen(web->server, &local);
    if (failed == -EADDRINUSE) {
        snprintf(error, LAB_ERROR,
                 "port %u of 127.0.0.1 is in use; end what uses it, or choose another one with --port N", web->port);
        return -1;
    }
    if (failed) {
        snprintf(error, LAB_ERROR, "port %u of 127.0.0.1 cannot be served: %s; choose another one with --port N",
                 web->port, strerror(-failed));
        return -1;
    }
    return 0;
}

static int open_server(struct lab_web *web, char error[LAB_ERROR]) {
    struct http_server_options options;
    char why[HTTP_ERROR_TEXT];
    http_server_defaults(&options);
    options.handlers = WEB_HANDLERS;
    options.handler_count = WEB_HANDLER_COUNT;
    options.user = web;
    options.connections = 64;
    options.limits.body = 4096;
    options.epoch = clock_now(CLOCK_REALTIME) - clock_now(CLOCK_MONOTONIC);
    if (http_server_open(&web->server, web->given ? web->given : &web->transport.base, &options, why)) {
        return refuse(error, why);
    }
    return listen_here(web, error);
}

static int serve(struct lab_web *web, const char *token, char error[LAB_ERROR]) {
    web->now = clock_now(CLOCK_MONOTONIC);
    if (token) {
        snprintf(web->token, sizeof web->token, "%s", token);
    } else if (draw_token(web->token)) {
        return refuse(error, "the system gives no random numbers for the token of the control page; try again");
    }
    snprintf(web->address, sizeof web->address, "http://127.0.0.1:%u/?token=%s", web->port, web->token);
    return open_server(web, error);
}

static int open_on(struct lab_web **made, const struct web_world *world, struct transport *given, uint16_t port,
                   const char *token, char error[LAB_ERROR]) {
    struct lab_web *web = calloc(1, sizeof *web);
    *made = NULL;
    if (!web || (!given && kernel_transport_init(&web->transport))) {
        free(web);
        return refuse(error, "there is no memory, or no file handle, for the control page; free some");
    }
    web->world = *world;
    web->given = given;
    web->port = port;
    if (serve(web, token, error)) {
        lab_web_close(web);
        return -1;
    }
    *made = web;
    return 0;
}

int lab_web_open(struct lab_web **made, const struct web_world *world, uint16_t port, const char *token,
                 char error[LAB_ERROR]) {
    return open_on(made, world, NULL, port, token, error);
}

int lab_web_open_on(struct lab_web **made, const struct web_world *world, struct transport *transport, uint16_t port,
                    char error[LAB_ERROR]) {
    return open_on(made, world, transport, port, NULL, error);
}

void lab_web_event(struct lab_web *web, void *data) {
    web->now = clock_now(CLOCK_MONOTONIC);
    http_server_event(web->server, web->now, data);
}

const char *lab_web_address(const struct lab_web *web) {
    return web->address;
}

int lab_web_fd(const struct lab_web *web) {
    return web->transport.epoll;
}

void lab_web_close(struct lab_web *web) {
    if (web) {
        http_server_close(web->server);
        if (!web->handler && !web->given) {
            kernel_transport_end(&web->transport);
        }
        free(web->handler);
        free(web);
    }
}

/* ---- run ---- */

static void take_event(void *user, void *data, unsigned events) {
    struct lab_web *web = user;
    (void)events;
    http_server_event(web->server, web->now, data);
}

static lucid_time until_deadline(const struct lab_web *web, lucid_time wait) {
    lucid_time deadline = http_server_deadline(web->server);
    lucid_time left = deadline > web->now ? deadline - web->now : 0;
    return deadline != LUCID_NEVER && left < wait ? left : wait;
}

int lab_web_run(struct lab_web *web, lucid_time wait) {
    web->now = clock_now(CLOCK_MONOTONIC);
    int failed = web->given ? 0 : kernel_transport_wait(&web->transport, until_deadline(web, wait), take_event, web);
    web->now = clock_now(CLOCK_MONOTONIC);
    http_server_tick(web->server, web->now);
    return failed ? -1 : 0;
}

/* ---- in band ---- */

/* Commands have no place there: whoever reaches the stack may look, and no more. */
static bool is_for_looking(const struct http_handler *handler) {
    return handler->path && !(handler->methods & HTTP_POST);
}

int lab_web_in_band(struct lab_web **made, const struct web_world *world, const char *const hosts[],
                    char error[LAB_ERROR]) {
    struct lab_web *web = calloc(1, sizeof *web);
    struct http_handler *handlers = calloc(WEB_HANDLER_COUNT, sizeof *handlers);
    *made = NULL;
    if (!web || !handlers) {
        free(web);
        free(handlers);
        return refuse(error, "there is no memory for the page in band; free some");
    }
    web->world = *world;
    web->world.command = NULL;
    web->hosts = hosts;
    web->handler = handlers;
    for (unsigned i = 0; i < WEB_HANDLER_COUNT; i++) {
        if (is_for_looking(&WEB_HANDLERS[i])) {
            struct http_handler *handler = &handlers[web->handlers++];
            *handler = WEB_HANDLERS[i];
            handler->path = *handler->path ? handler->path : "lab/";
        }
    }
    *made = web;
    return 0;
}

const struct http_handler *lab_web_handlers(const struct lab_web *web, unsigned *count) {
    *count = web->handlers;
    return web->handler;
}
