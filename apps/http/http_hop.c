/* http_hop.c: see http_hop.h. */
#include "http/http_hop.h"

#include <stdlib.h>
#include <string.h>

#include "http/http_step.h"

static const struct http_limits limits = {
    .line = 8192,
    .head = HTTP_HOP_BUFFER - 1,
    .fields = HTTP_FIELDS_MAX,
    .body = UINT64_MAX,
};

/* For which one that serves no more is left to the upstream. */
static const lucid_time LEAVING = LUCID_SECOND;

static struct http_pool *pool_of(const struct http_hop *hop) {
    return http_gateway_pool(hop->gateway, hop->to);
}

/* ---- begin and end ---- */

/* Ends it, in order or by RST. It is freed later: events of this batch may still name it. */
static void end(struct http_hop *hop, bool reset) {
    struct transport *transport = hop->server->transport;
    if (reset) {
        transport->ops->abort(transport, hop->fd);
    } else {
        transport->ops->close(transport, hop->fd);
    }
    hop->fd = -1;
    hop->client = NULL;
    text_free(&hop->out);
    http_buffer_free(&hop->in, hop->server);
    http_gateway_drop(hop->gateway);
    TAILQ_INSERT_TAIL(&hop->server->ended_hops, hop, hops);
}

/* The one that has served last. */
static struct http_hop *take_idle(struct http_pool *pool, lucid_time now, lucid_time idle) {
    struct http_hop *hop = TAILQ_LAST(&pool->idle, http_hops);
    if (hop && now - hop->moved_at >= idle) {
        return NULL;
    }
    if (hop) {
        TAILQ_REMOVE(&pool->idle, hop, hops);
        pool->count--;
    }
    return hop;
}

static struct http_hop *open_new(struct http_connection *client, const struct http_upstream *to, int *error) {
    struct http_server *server = client->server;
    struct transport *transport = server->transport;
    struct http_hop *hop = calloc(1, sizeof *hop);
    *error = LUCID_ENOMEM;
    if (!hop) {
        return NULL;
    }
    hop->watched.kind = HTTP_WATCHED_HOP;
    hop->server = server;
    hop->to = to;
    hop->opening = true;
    hop->fd = transport->ops->connect(transport, &to->remote);
    int failed = hop->fd < 0 ? hop->fd : transport->ops->watch(transport, hop->fd, hop);
    if (failed < 0) {
        if (hop->fd >= 0) {
            transport->ops->abort(transport, hop->fd);
        }
        free(hop);
        *error = -failed;
        return NULL;
    }
    hop->gateway = http_gateway_hold(client->exchange->gateway);
    return hop;
}

struct http_hop *http_hop_take(struct http_connection *client, const struct http_upstream *to, lucid_time idle,
                               int *error) {
    struct http_server *server = client->server;
    struct http_hop *hop = take_idle(http_gateway_pool(client->exchange->gateway, to), server->now, idle);
    if (!hop) {
        hop = open_new(client, to, error);
    }
    if (hop) {
        hop->client = client;
        hop->out = text_growing();
        hop->moved_at = server->now;
        http_head_begin(&hop->head, HTTP_RESPONSE);
    }
    return hop;
}

static bool may_serve_again(const struct http_hop *hop) {
    const struct http_buffer *in = &hop->in;
    return hop->to->speaks == HTTP_UPSTREAM_HTTP && hop->sent && hop->body.framing != HTTP_FRAMING_CLOSE &&
           hop->refusal == HTTP_REFUSED_NONE && in->at == in->end && pool_of(hop)->count < HTTP_HOPS_IDLE &&
           !hop->gateway->over;
}

/* What is read when nothing is expected: -LUCID_EAGAIN is well, 0 the end. */
static ptrdiff_t peek(struct http_hop *hop) {
    struct transport *transport = hop->server->transport;
    uint8_t octet;
    return transport->ops->read(transport, hop->fd, &octet, 1);
}

void http_hop_give(struct http_hop *hop) {
    struct http_server *server = hop->server;
    struct http_pool *pool = pool_of(hop);
    bool persists = hop->persists && may_serve_again(hop);
    ptrdiff_t more = persists ? -LUCID_EAGAIN : peek(hop);
    if (!hop->sent || more != -LUCID_EAGAIN || hop->in.at != hop->in.end) {
        end(hop, !hop->sent || more != 0);
        return;
    }
    text_free(&hop->out);
    http_buffer_free(&hop->in, hop->server);
    struct http_hop idle = {
        .watched = hop->watched,
        .server = hop->server,
        .gateway = hop->gateway,
        .to = hop->to,
        .fd = hop->fd,
        .reused = true,
        .leaving = !persists,
        .moved_at = hop->server->now,
    };
    *hop = idle;
    TAILQ_INSERT_TAIL(persists ? &pool->idle : &server->leaving_hops, hop, hops);
    pool->count += persists;
}

void http_hop_drop(struct http_hop *hop) {
    end(hop, true);
}

void http_hop_retire(struct http_hop *hop) {
    struct http_pool *pool = pool_of(hop);
    TAILQ_REMOVE(hop->leaving ? &hop->server->leaving_hops : &pool->idle, hop, hops);
    pool->count -= !hop->leaving;
    end(hop, false);
}

/* ---- all of a server ---- */

static void leave(struct http_server *server, bool all) {
    struct http_hop *hop;
    while ((hop = TAILQ_FIRST(&server->leaving_hops)) && (all || hop->moved_at + LEAVING <= server->now)) {
        http_hop_retire(hop);
    }
}

static void free_ended(struct http_server *server) {
    struct http_hop *hop;
    while ((hop = TAILQ_FIRST(&server->ended_hops))) {
        TAILQ_REMOVE(&server->ended_hops, hop, hops);
        free(hop);
    }
}

void http_hops_tick(struct http_server *server) {
    http_gateway_tick(server->gateway, server->now, server->options.upstream_idle_time);
    leave(server, false);
    free_ended(server);
}

lucid_time http_hops_deadline(const struct http_server *server) {
    const struct http_hop *hop = TAILQ_FIRST(&server->leaving_hops);
    lucid_time left = hop ? hop->moved_at + LEAVING : LUCID_NEVER;
    lucid_time idle = http_gateway_deadline(server->gateway, server->options.upstream_idle_time);
    if (!TAILQ_EMPTY(&server->ended_hops)) {
        return 0;
    }
    return left < idle ? left : idle;
}

void http_hops_end(struct http_server *server) {
    leave(server, true);
    http_gateway_end(server->gateway);
    free_ended(server);
}

/* ---- events ---- */

/* While nothing is asked, a server has nothing to say but that it closes. */
static void event_while_idle(struct http_hop *hop) {
    if (peek(hop) != -LUCID_EAGAIN) {
        http_hop_retire(hop);
    }
}

void http_hop_event(struct http_hop *hop) {
    if (hop->fd < 0) {
        return; /* an event that was on its way when it ended */
    }
    hop->opening = false;
    if (!hop->client) {
        event_while_idle(hop);
        return;
    }
    http_connection_run(hop->client);
}

/* ---- the request ---- */

/* True: all of it is with the transport. */
static bool flush(struct http_hop *hop, const char *data, size_t length, size_t *sent, bool more) {
    struct transport *transport = hop->server->transport;
    while (*sent < length) {
        ptrdiff_t n = transport->ops->write(transport, hop->fd, data + *sent, length - *sent, more);
        if (n > 0) {
            *sent += (size_t)n;
            hop->moved_at = hop->server->now;
            continue;
        }
        if (n == -LUCID_ENOBUFS) {
            http_connection_again(hop->client, true);
        } else if (n < 0 && n != -LUCID_EAGAIN) {
            hop->broken = true;
            hop->error = (int)-n; /* it is said once */
        }
        return false;
    }
    return true;
}

bool http_hop_flush(struct http_hop *hop, const struct text *held) {
    return !hop->broken && flush(hop, hop->out.data, hop->out.length, &hop->out_sent, held->length > 0) &&
           flush(hop, held->data, held->length, &hop->held_sent, false);
}

/* ---- the answer ---- */

static enum http_progress fail(struct http_hop *hop, enum http_refusal refusal, enum http_refusal reason) {
    hop->refusal = (uint16_t)refusal;
    hop->reason = (uint16_t)reason;
    return HTTP_REFUSED;
}

/* n: what read() has said, 0 or a negative error. */
static enum http_progress fail_to_read(struct http_hop *hop, ptrdiff_t n) {
    bool connected = hop->received > 0 || hop->out_sent > 0 || hop->reused;
    hop->error = n < 0 && !hop->error ? (int)-n : hop->error;
    if (connected || !hop->error) {
        return fail(hop, HTTP_REFUSED_UPSTREAM_CLOSED, HTTP_REFUSED_NONE);
    }
    bool timed_out = hop->error == LUCID_ETIMEDOUT;
    return fail(hop, timed_out ? HTTP_REFUSED_UPSTREAM_TIME : HTTP_REFUSED_UPSTREAM_CONNECT, HTTP_REFUSED_NONE);
}

/* Returns octets, 0 at the end, or a negative error. */
static ptrdiff_t fill(struct http_hop *hop) {
    ptrdiff_t n = http_buffer_fill(&hop->in, hop->server, hop->fd, HTTP_HOP_BUFFER);
    if (n > 0) {
        hop->received += (uint64_t)n;
        hop->moved_at = hop->server->now;
    }
    return n;
}

/* While it waits, which may be long, it owns nothing. */
static void free_if_empty(struct http_hop *hop) {
    if (hop->in.begin == hop->in.end) {
        http_buffer_free(&hop->in, hop->server);
    }
}

/* Whatever is no HTTP from its first octet on, and perhaps has no end of a line, is found here. */
static bool begins_like_http(const struct http_buffer *in) {
    static const char version[] = "HTTP/";
    size_t known = in->end - in->begin;
    return memcmp(in->data + in->begin, version, known < sizeof version - 1 ? known : sizeof version - 1) == 0;
}

/* A head is complete. HTTP_MORE: it was an interim one; others will follow. RFC 9110 15.2 */
static enum http_progress take_head(struct http_hop *hop, bool to_head) {
    const uint8_t *octets = hop->in.data + hop->in.begin;
    unsigned status = hop->head.status;
    if (status == 101 || status > 599 || hop->interim == HTTP_HOP_INTERIM) {
        return fail(hop, HTTP_REFUSED_UPSTREAM_ANSWER, HTTP_REFUSED_STATUS_LINE);
    }
    if (status < 200) {
        hop->interim++;
        hop->in.begin = hop->in.at = hop->in.begin + hop->head.length;
        http_head_begin(&hop->head, HTTP_RESPONSE);
        return HTTP_MORE;
    }
    if (http_body_of_response(&hop->body, &hop->head, octets, &limits, to_head) == HTTP_REFUSED) {
        return fail(hop, HTTP_REFUSED_UPSTREAM_ANSWER, hop->body.refusal);
    }
    hop->answered = true;
    hop->persists = http_head_persists(&hop->head, octets);
    hop->in.at = hop->in.begin + hop->head.length;
    return HTTP_DONE;
}

/* What is in the buffer. HTTP_MORE: more must be read. */
static enum http_progress look_at_head(struct http_hop *hop, bool to_head) {
    const struct http_buffer *in = &hop->in;
    enum http_progress progress = HTTP_DONE;
    while (progress == HTTP_DONE && !hop->answered && in->begin < in->end) {
        if (!begins_like_http(in)) {
            return fail(hop, HTTP_REFUSED_UPSTREAM_ANSWER, HTTP_REFUSED_STATUS_LINE);
        }
        progress = http_head_feed(&hop->head, &limits, in->data + in->begin, in->end - in->begin);
        if (progress == HTTP_REFUSED) {
            return fail(hop, HTTP_REFUSED_UPSTREAM_ANSWER, hop->head.refusal);
        }
        if (progress == HTTP_DONE && take_head(hop, to_head) == HTTP_REFUSED) {
            return HTTP_REFUSED;
        }
    }
    return hop->answered ? HTTP_DONE : HTTP_MORE;
}

enum http_progress http_hop_head(struct http_hop *hop, bool to_head) {
    for (;;) {
        enum http_progress progress = look_at_head(hop, to_head);
        if (progress != HTTP_MORE) {
            return progress;
        }
        ptrdiff_t n = fill(hop);
        if (n == -LUCID_EAGAIN) {
            free_if_empty(hop);
            return HTTP_MORE;
        }
        if (n <= 0) {
            return fail_to_read(hop, n);
        }
    }
}

/* Decodes what is in the buffer. */
static enum http_progress look_at_body(struct http_hop *hop, struct http_piece *piece) {
    struct http_buffer *in = &hop->in;
    enum http_progress progress = HTTP_MORE;
    *piece = (struct http_piece){0};
    while (progress == HTTP_MORE && piece->length == 0 && in->at < in->end) {
        progress = http_body_feed(&hop->body, in->data + in->at, in->end - in->at, piece);
        in->at += (uint32_t)piece->used;
    }
    return progress;
}

enum http_progress http_hop_body(struct http_hop *hop, struct http_piece *piece) {
    for (;;) {
        enum http_progress progress = look_at_body(hop, piece);
        if (progress == HTTP_REFUSED) {
            return fail(hop, HTTP_REFUSED_UPSTREAM_ANSWER, hop->body.refusal);
        }
        if (progress == HTTP_DONE || piece->length > 0) {
            return progress;
        }
        http_buffer_rewind(&hop->in, 0, HTTP_HOP_BUFFER);
        ptrdiff_t n = fill(hop);
        if (n == -LUCID_EAGAIN) {
            free_if_empty(hop);
            return HTTP_MORE;
        }
        if (n == 0 && http_body_ended(&hop->body)) {
            return HTTP_DONE;
        }
        if (n <= 0) {
            return fail_to_read(hop, n);
        }
    }
}
