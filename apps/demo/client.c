/* client.c: see client.h. */
#include "client.h"

#include <stdio.h>
#include <string.h>

uint64_t print_of(uint64_t print, const void *octets, size_t length) {
    const uint8_t *octet = octets;
    for (size_t i = 0; i < length; i++) {
        print = (print ^ octet[i]) * UINT64_C(0x100000001b3);
    }
    return print;
}

void client_init(struct client *client, struct lucid_stack *stack, const struct lucid_sockaddr *server) {
    *client = (struct client){.stack = stack, .server = *server};
}

static void finish(struct client *client, const char *failed) {
    client->done = true;
    client->failed = failed;
    if (failed || client->last) {
        client_end(client);
    }
}

/* ---- asking ---- */

static const char *connect_to_server(struct client *client) {
    client->connected = false;
    client->connections++;
    client->fd = lucid_socket(client->stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    int result = client->fd < 0 ? client->fd : lucid_connect(client->stack, client->fd, &client->server);
    return result < 0 && result != -LUCID_EINPROGRESS ? "the client cannot connect" : NULL;
}

static size_t write_request(const struct request *request, char *to, size_t room) {
    int length = snprintf(to, room, "%s %s HTTP/1.1\r\nHost: 10.77.0.2\r\n", request->method, request->path);
    if (request->close) {
        length += snprintf(to + length, room - (size_t)length, "Connection: close\r\n");
    }
    if (request->body) {
        length += snprintf(to + length, room - (size_t)length, "Content-Length: %zu\r\n", strlen(request->body));
    }
    length += snprintf(to + length, room - (size_t)length, "\r\n%s", request->body ? request->body : "");
    return (size_t)length;
}

void client_begin(struct client *client, const struct request *request) {
    client->out_length = write_request(request, client->out, sizeof client->out);
    client->out_sent = 0;
    client->in_length = 0;
    client->in_body = client->done = false;
    client->failed = NULL;
    client->last = request->close;
    client->status = 0;
    client->length = 0;
    client->print = PRINT_BEGIN;
    http_head_begin(&client->head, HTTP_RESPONSE);
    const char *failed = client->fd > 0 ? NULL : connect_to_server(client);
    if (failed) {
        finish(client, failed);
        return;
    }
    client_event(client);
}

static void send_request(struct client *client) {
    while (client->out_sent < client->out_length) {
        ptrdiff_t n = lucid_send(client->stack, client->fd, client->out + client->out_sent,
                                 client->out_length - client->out_sent, 0);
        if (n == -LUCID_EAGAIN || n == -LUCID_ENOTCONN) {
            return;
        }
        if (n < 0) {
            finish(client, "the connection was refused or broke");
            return;
        }
        client->out_sent += (size_t)n;
    }
}

/* ---- the answer ---- */

static const struct http_limits limits = {.line = 8192, .head = 16384, .fields = HTTP_FIELDS_MAX, .body = 1u << 30};

static void drop_front(struct client *client, size_t length) {
    client->in_length -= length;
    memmove(client->in, client->in + length, client->in_length);
}

static bool server_closes(const struct client *client) {
    uint32_t number = http_head_find(&client->head, client->in, "connection", 0);
    return number < client->head.field_count &&
           http_span_is_nocase(client->in, client->head.field[number].value, "close");
}

/* Takes the body as it comes; what was counted is not kept. */
static void take_body(struct client *client, enum http_progress progress) {
    size_t used = 0;
    while (progress == HTTP_MORE && used < client->in_length) {
        struct http_piece piece;
        progress = http_body_feed(&client->body, client->in + used, client->in_length - used, &piece);
        client->print = print_of(client->print, piece.data, progress == HTTP_REFUSED ? 0 : piece.length);
        client->length += progress == HTTP_REFUSED ? 0 : piece.length;
        used += piece.used;
    }
    drop_front(client, used);
    if (progress == HTTP_DONE) {
        finish(client, NULL);
    } else if (progress == HTTP_REFUSED) {
        finish(client, "the answer's body is malformed");
    }
}

static void take_head(struct client *client) {
    enum http_progress progress = http_head_feed(&client->head, &limits, client->in, client->in_length);
    if (progress == HTTP_MORE) {
        return;
    }
    if (progress == HTTP_REFUSED) {
        finish(client, "the answer's head is malformed");
        return;
    }
    client->status = client->head.status;
    client->last = client->last || server_closes(client);
    progress = http_body_of_response(&client->body, &client->head, client->in, &limits, false);
    client->in_body = true;
    drop_front(client, client->head.length);
    take_body(client, progress);
}

static void take_end(struct client *client, ptrdiff_t result) {
    client->last = true;
    bool complete = result == 0 && client->in_body && http_body_ended(&client->body);
    finish(client, complete ? NULL : "the connection ended before the answer did");
}

void client_event(struct client *client) {
    if (client->done || client->fd <= 0) {
        return;
    }
    send_request(client);
    while (!client->done) {
        ptrdiff_t n = lucid_recv(client->stack, client->fd, client->in + client->in_length,
                                 sizeof client->in - client->in_length, 0);
        if (n == -LUCID_EAGAIN || n == -LUCID_ENOTCONN) {
            return;
        }
        if (n <= 0) {
            take_end(client, n);
            return;
        }
        client->in_length += (size_t)n;
        if (client->in_body) {
            take_body(client, HTTP_MORE);
        } else {
            take_head(client);
        }
    }
}

void client_end(struct client *client) {
    if (client->fd > 0) {
        lucid_close(client->stack, client->fd);
    }
    client->fd = 0;
}
