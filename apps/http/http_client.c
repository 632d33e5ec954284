/* http_client.c: see http_client.h. */
#include "http/http_client.h"

#include <string.h>

static const struct http_limits response_limits = {
    .line = 8192,
    .head = HTTP_CLIENT_ROOM - 1,
    .fields = HTTP_FIELDS_MAX,
    .body = UINT64_MAX,
};

/* ---- the end ---- */

void http_client_close(struct http_client *client) {
    if (client->fd >= 0) {
        client->transport->ops->close(client->transport, client->fd);
    }
    client->fd = -1;
}

static size_t request_length(const struct http_client *client) {
    return client->request->head_length + client->request->body_length;
}

/* A complete response is followed by an active close, unless the connection can serve again; anything else by RST: the
 * server need not try any longer. */
static void end_with(struct http_client *client, enum http_client_end end) {
    client->end = (uint8_t)end;
    if (end != HTTP_CLIENT_COMPLETE && client->fd >= 0) {
        client->transport->ops->abort(client->transport, client->fd);
        client->fd = -1;
    }
    if (!client->persists || client->sent < request_length(client)) {
        http_client_close(client);
    }
}

/* While nothing is asked, a server has nothing to say but that it closes. */
static void watch_kept(struct http_client *client) {
    uint8_t octet;
    ptrdiff_t got = client->transport->ops->read(client->transport, client->fd, &octet, 1);
    if (got != -LUCID_EAGAIN) {
        http_client_close(client);
    }
}

static void end_with_error(struct http_client *client, ptrdiff_t error) {
    client->error = (int)-error;
    end_with(client, client->connected || client->received > 0 ? HTTP_CLIENT_LOST : HTTP_CLIENT_UNCONNECTED);
}

static void end_with_refusal(struct http_client *client, unsigned refusal) {
    client->refusal = (uint16_t)refusal;
    end_with(client, HTTP_CLIENT_REFUSED);
}

void http_client_give_up(struct http_client *client) {
    if (client->end == HTTP_CLIENT_GOES_ON) {
        end_with(client, HTTP_CLIENT_GIVEN_UP);
    }
}

/* ---- the request ---- */

static void prepare(struct http_client *client, struct transport *transport, const struct http_client_request *request,
                    struct http_client_calls calls) {
    memset(client, 0, offsetof(struct http_client, room));
    client->transport = transport;
    client->request = request;
    client->calls = calls;
    http_head_begin(&client->head, HTTP_RESPONSE);
}

int http_client_begin(struct http_client *client, struct transport *transport,
                      const struct http_client_request *request, const struct http_client_calls *calls) {
    prepare(client, transport, request, *calls);
    client->fd = transport->ops->connect(transport, &request->remote);
    int error = client->fd < 0 ? client->fd : transport->ops->watch(transport, client->fd, client);
    if (error < 0) {
        end_with_error(client, error);
        return error;
    }
    return 0;
}

/* An event while the connection was being opened says how that came out; receive() will find why it failed. */
static bool take_connection(struct http_client *client, unsigned events) {
    client->connected = (events & LUCID_POLLOUT) && !(events & LUCID_POLLERR);
    if (client->connected && client->calls.connected) {
        client->calls.connected(client->calls.user);
    }
    return client->connected || (events & LUCID_POLLERR);
}

/* Octets of the request behind the first `sent`, and whether more follow these. */
static struct lucid_slice unsent(const struct http_client *client, bool *more) {
    const struct http_client_request *request = client->request;
    *more = false;
    if (client->sent < request->head_length) {
        *more = request->body_length > 0;
        return (struct lucid_slice){(const uint8_t *)request->head + client->sent,
                                    request->head_length - (size_t)client->sent};
    }
    size_t done = (size_t)client->sent - request->head_length;
    return (struct lucid_slice){(const uint8_t *)request->body + done, request->body_length - done};
}

/* A server may answer before it has read all, and close; so an error here does not end the client: what there is to
 * read is read first, and says the same error at its end. RFC 9112 9.5 */
static void send_request(struct http_client *client) {
    while (client->sent < request_length(client)) {
        bool more;
        struct lucid_slice slice = unsent(client, &more);
        ptrdiff_t taken = client->transport->ops->write(client->transport, client->fd, slice.data, slice.length, more);
        if (taken <= 0) {
            return;
        }
        client->sent += (size_t)taken;
    }
}

int http_client_next(struct http_client *client, const struct http_client_request *request) {
    const struct http_client_calls calls = client->calls;
    const int kept = client->fd;
    if (kept < 0) {
        return http_client_begin(client, client->transport, request, &calls);
    }
    prepare(client, client->transport, request, calls);
    client->fd = kept;
    client->connected = true;
    send_request(client);
    return 0;
}

/* ---- the response ---- */

/* Whatever waits for the end of a line that never comes, or is no HTTP from its first octet on, is found here. */
static bool begins_like_http(const struct http_client *client) {
    static const char version[] = "HTTP/";
    size_t known = client->filled < sizeof version - 1 ? client->filled : sizeof version - 1;
    return memcmp(client->room, version, known) == 0;
}

/* A head is complete. Returns false when the client has ended. */
static bool take_head(struct http_client *client) {
    if (client->calls.head) {
        client->calls.head(client->calls.user, &client->head, client->room);
    }
    if (client->head.status < 200) {
        bool unwanted = client->head.status == 101 || client->interim == HTTP_CLIENT_INTERIM_MAX;
        if (unwanted) {
            end_with(client, HTTP_CLIENT_UNWANTED);
        }
        client->interim++;
        return !unwanted;
    }
    client->head_done = true;
    client->status = client->head.status;
    enum http_progress progress = http_body_of_response(&client->body, &client->head, client->room, &response_limits,
                                                        client->request->is_head);
    client->persists = client->request->keep && client->body.framing != HTTP_FRAMING_CLOSE &&
                       http_head_persists(&client->head, client->room) &&
                       (progress == HTTP_MORE || client->filled == client->head.length);
    if (progress == HTTP_REFUSED) {
        end_with_refusal(client, client->body.refusal);
    }
    if (progress == HTTP_DONE) {
        end_with(client, HTTP_CLIENT_COMPLETE);
    }
    return progress == HTTP_MORE;
}

static void take_body(struct http_client *client, const uint8_t *octets, size_t length) {
    enum http_progress progress = HTTP_MORE;
    while (length > 0 && progress == HTTP_MORE) {
        struct http_piece piece;
        progress = http_body_feed(&client->body, octets, length, &piece);
        if (piece.length > 0 && !client->calls.body(client->calls.user, piece.data, piece.length)) {
            end_with(client, HTTP_CLIENT_GIVEN_UP);
            return;
        }
        octets += piece.used;
        length -= piece.used;
    }
    if (progress == HTTP_REFUSED) {
        end_with_refusal(client, client->body.refusal);
    }
    if (progress == HTTP_DONE) {
        client->persists = client->persists && length == 0;
        end_with(client, HTTP_CLIENT_COMPLETE);
    }
}

/* The octets in room are, or go on with, a head; several may be there, when the first are interim ones. */
static void take_heads(struct http_client *client) {
    while (client->filled > 0 && client->end == HTTP_CLIENT_GOES_ON) {
        enum http_progress progress = HTTP_REFUSED;
        client->head.refusal = HTTP_REFUSED_STATUS_LINE;
        if (begins_like_http(client)) {
            client->head.refusal = HTTP_REFUSED_NONE;
            progress = http_head_feed(&client->head, &response_limits, client->room, client->filled);
        }
        if (progress == HTTP_REFUSED) {
            end_with_refusal(client, client->head.refusal);
        }
        if (progress != HTTP_DONE || !take_head(client)) {
            return;
        }
        size_t rest = client->filled - client->head.length;
        if (client->head_done) {
            client->filled = 0;
            take_body(client, client->room + client->head.length, rest);
            return;
        }
        memmove(client->room, client->room + client->head.length, rest);
        client->filled = rest;
        http_head_begin(&client->head, HTTP_RESPONSE);
    }
}

static void take_end_of_stream(struct http_client *client) {
    bool complete = client->head_done && http_body_ended(&client->body);
    client->persists = false;
    end_with(client, complete ? HTTP_CLIENT_COMPLETE : HTTP_CLIENT_SHORT);
}

/* Reads until there is nothing to read. The room is never full: a head that would fill it is refused. */
static void receive(struct http_client *client) {
    while (client->end == HTTP_CLIENT_GOES_ON) {
        uint8_t *at = client->room + client->filled;
        size_t room = sizeof client->room - client->filled;
        ptrdiff_t got = client->transport->ops->read(client->transport, client->fd, at, room);
        if (got == -LUCID_EAGAIN) {
            return;
        }
        if (got < 0) {
            end_with_error(client, got);
            return;
        }
        if (got == 0) {
            take_end_of_stream(client);
            return;
        }
        client->received += (size_t)got;
        if (client->head_done) {
            take_body(client, at, (size_t)got);
            continue;
        }
        client->filled += (size_t)got;
        take_heads(client);
    }
}

enum http_client_end http_client_event(struct http_client *client, unsigned events) {
    bool goes_on = client->end == HTTP_CLIENT_GOES_ON;
    if (goes_on && !client->connected) {
        goes_on = take_connection(client, events);
    }
    if (client->connected && goes_on) {
        send_request(client);
    }
    if (goes_on) {
        receive(client);
    }
    if (client->end == HTTP_CLIENT_COMPLETE && client->fd >= 0) {
        watch_kept(client);
    }
    return (enum http_client_end)client->end;
}
