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

static bool take_body(void *user, const uint8_t *octets, size_t length) {
    struct client *client = user;
    client->print = print_of(client->print, octets, length);
    client->length += length;
    return true;
}

void client_init(struct client *client, struct transport *transport, const struct lucid_sockaddr *server) {
    memset(client, 0, sizeof *client);
    client->asked.remote = *server;
    client->http.transport = transport;
    client->http.calls = (struct http_client_calls){.body = take_body, .user = client};
    client->http.fd = -1;
}

static size_t write_head(const struct request *request, char *to, size_t room) {
    struct text text = text_fixed(to, room);
    text_format(&text, "%s %s HTTP/1.1\r\nHost: 10.77.0.2\r\n", request->method, request->path);
    text_put(&text, request->close ? "Connection: close\r\n" : "");
    if (request->body) {
        text_format(&text, "Content-Length: %zu\r\n", strlen(request->body));
    }
    text_put(&text, "\r\n");
    return text.length;
}

void client_begin(struct client *client, const struct request *request) {
    client->asked.head = client->head;
    client->asked.head_length = write_head(request, client->head, sizeof client->head);
    client->asked.body = request->body;
    client->asked.body_length = request->body ? strlen(request->body) : 0;
    client->asked.keep = !request->close;
    client->length = 0;
    client->print = PRINT_BEGIN;
    http_client_next(&client->http, &client->asked);
}
