/* dns_server.c: see dns_server.h. */
#include "dns/dns_server.h"

#include <stdlib.h>
#include <string.h>

#include "dns/dns_answer.h"

struct connection {
    int fd;           /* 0: none */
    lucid_time since; /* when its last query was answered, or when it was opened */
    struct lucid_sockaddr remote;
    size_t filled; /* octets of the next query, its two octets of length included */
    uint8_t in[2 + DNS_QUERY_MAX];
    size_t out_at, out_length;
    uint8_t *out; /* what is left of an answer; NULL: nothing */
};

struct dns_server {
    struct lucid_stack *stack;
    struct dns_server_options options;
    struct dns_server_stats stats;
    int udp, listener;
    uint8_t octets[2 + DNS_TCP_MAX]; /* of the query that is being read, or the answer that is being written */
    struct connection connection[];
};

void dns_server_defaults(struct dns_server_options *options) {
    *options = (struct dns_server_options){.port = DNS_PORT, .connections = 64, .idle = 10 * LUCID_SECOND};
}

/* ---- opening and closing ---- */

static int open_socket(struct dns_server *server, int type) {
    const struct lucid_sockaddr local = {.port = server->options.port};
    int fd = lucid_socket(server->stack, LUCID_AF_UNSPEC, type, 0);
    if (fd < 0) {
        return fd;
    }
    int error = lucid_bind(server->stack, fd, &local);
    if (error == 0 && type == LUCID_SOCK_STREAM) {
        error = lucid_listen(server->stack, fd, (int)server->options.connections);
    }
    if (error < 0) {
        lucid_close(server->stack, fd);
        return error;
    }
    return fd;
}

int dns_server_open(struct dns_server **result, struct lucid_stack *stack, const struct dns_server_options *options) {
    struct dns_server *server = calloc(1, sizeof *server + options->connections * sizeof server->connection[0]);
    if (!server) {
        return -LUCID_ENOMEM;
    }
    server->stack = stack;
    server->options = *options;
    server->udp = open_socket(server, LUCID_SOCK_DGRAM);
    server->listener = server->udp < 0 ? server->udp : open_socket(server, LUCID_SOCK_STREAM);
    if (server->listener < 0) {
        int error = server->listener;
        dns_server_close(server);
        return error;
    }
    lucid_set_data(stack, server->udp, &server->udp);
    lucid_set_data(stack, server->listener, &server->listener);
    *result = server;
    return 0;
}

static void close_connection(struct dns_server *server, struct connection *connection) {
    lucid_close(server->stack, connection->fd);
    free(connection->out);
    *connection = (struct connection){.fd = 0};
}

void dns_server_close(struct dns_server *server) {
    if (!server) {
        return;
    }
    for (unsigned i = 0; i < server->options.connections; i++) {
        if (server->connection[i].fd > 0) {
            close_connection(server, &server->connection[i]);
        }
    }
    if (server->udp > 0) {
        lucid_close(server->stack, server->udp);
    }
    if (server->listener > 0) {
        lucid_close(server->stack, server->listener);
    }
    free(server);
}

void dns_server_zone(struct dns_server *server, const struct dns_zone *zone) {
    server->options.zone = zone;
}

void dns_server_stats(const struct dns_server *server, struct dns_server_stats *stats) {
    *stats = server->stats;
}

/* ---- a query and its answer ---- */

static void show(const struct dns_server *server, const struct lucid_sockaddr *remote, bool tcp, bool response,
                 const uint8_t *octets, size_t length) {
    if (server->options.message) {
        server->options.message(server->options.user, remote, tcp, response, octets, length);
    }
}

/* Answers into the server's octets, behind the two of the length. Returns the length of the answer; 0: none. */
static size_t answer(struct dns_server *server, const struct lucid_sockaddr *remote, bool tcp, const uint8_t *query,
                     size_t length) {
    uint8_t *reply = server->octets + 2;
    show(server, remote, tcp, false, query, length);
    size_t got = dns_answer(server->options.zone, query, length, tcp, reply);
    if (got == 0) {
        server->stats.ignored++;
        return 0;
    }
    server->octets[0] = (uint8_t)(got >> 8);
    server->octets[1] = (uint8_t)got;
    server->stats.cut += (reply[2] & DNS_TC >> 8) != 0;
    show(server, remote, tcp, true, reply, got);
    return got;
}

/* ---- UDP ---- */

/* False: there is no query now. */
static bool answer_datagram(struct dns_server *server) {
    uint8_t query[DNS_QUERY_MAX + 1];
    struct lucid_sockaddr remote;
    ptrdiff_t length = lucid_recvfrom(server->stack, server->udp, query, sizeof query, 0, &remote, NULL);
    if (length < 0) {
        return length != -LUCID_EAGAIN;
    }
    if ((size_t)length == sizeof query) {
        server->stats.ignored++;
        return true;
    }
    size_t got = answer(server, &remote, false, query, (size_t)length);
    if (got > 0) {
        ptrdiff_t sent = lucid_sendto(server->stack, server->udp, server->octets + 2, got, 0, &remote);
        server->stats.udp_queries++;
        server->stats.unsent += sent < 0;
    }
    return true;
}

/* ---- TCP ---- */

/* Sends what is left of an answer. False: not all of it could be sent now, or the connection is gone. */
static bool send_rest(struct dns_server *server, struct connection *connection) {
    while (connection->out_at < connection->out_length) {
        ptrdiff_t sent = lucid_send(server->stack, connection->fd, connection->out + connection->out_at,
                                    connection->out_length - connection->out_at, 0);
        if (sent == -LUCID_EAGAIN) {
            return false;
        }
        if (sent < 0) {
            close_connection(server, connection);
            return false;
        }
        connection->out_at += (size_t)sent;
    }
    free(connection->out);
    connection->out = NULL;
    connection->out_at = connection->out_length = 0;
    return true;
}

/* Sends an answer, which stands in the server's octets. False: as above. */
static bool send_answer(struct dns_server *server, struct connection *connection, size_t length) {
    connection->out = malloc(2 + length);
    if (!connection->out) {
        close_connection(server, connection);
        return false;
    }
    memcpy(connection->out, server->octets, 2 + length);
    connection->out_length = 2 + length;
    return send_rest(server, connection);
}

/* Answers the queries that have come whole. False: the connection has to wait, or is gone. */
static bool answer_queries(struct dns_server *server, lucid_time now, struct connection *connection) {
    while (connection->filled >= 2) {
        size_t length = (size_t)connection->in[0] << 8 | connection->in[1];
        if (length > DNS_QUERY_MAX) {
            server->stats.ignored++;
            close_connection(server, connection);
            return false;
        }
        if (connection->filled < 2 + length) {
            return true;
        }
        size_t got = answer(server, &connection->remote, true, connection->in + 2, length);
        connection->filled -= 2 + length;
        memmove(connection->in, connection->in + 2 + length, connection->filled);
        connection->since = now;
        server->stats.tcp_queries += got > 0;
        if (got > 0 && !send_answer(server, connection, got)) {
            return false;
        }
    }
    return true;
}

static void serve_connection(struct dns_server *server, lucid_time now, struct connection *connection) {
    if (!send_rest(server, connection) || !answer_queries(server, now, connection)) {
        return;
    }
    for (;;) {
        ptrdiff_t got = lucid_recv(server->stack, connection->fd, connection->in + connection->filled,
                                   sizeof connection->in - connection->filled, 0);
        if (got == -LUCID_EAGAIN) {
            return;
        }
        if (got <= 0) {
            close_connection(server, connection);
            return;
        }
        connection->filled += (size_t)got;
        if (!answer_queries(server, now, connection)) {
            return;
        }
    }
}

/* A place for another connection; none is free: the one that has been idle for longest makes way. */
static struct connection *find_place(struct dns_server *server) {
    struct connection *oldest = &server->connection[0];
    for (unsigned i = 0; i < server->options.connections; i++) {
        struct connection *connection = &server->connection[i];
        if (connection->fd == 0) {
            return connection;
        }
        oldest = connection->since < oldest->since ? connection : oldest;
    }
    server->stats.evicted++;
    close_connection(server, oldest);
    return oldest;
}

static void accept_all(struct dns_server *server, lucid_time now) {
    const int on = 1;
    struct lucid_sockaddr remote;
    int fd;
    while ((fd = lucid_accept(server->stack, server->listener, &remote)) > 0) {
        struct connection *connection = find_place(server);
        connection->fd = fd;
        connection->since = now;
        connection->remote = remote;
        server->stats.connections++;
        lucid_setsockopt(server->stack, fd, LUCID_IPPROTO_TCP, LUCID_TCP_NODELAY, &on, sizeof on);
        lucid_set_data(server->stack, fd, connection);
        serve_connection(server, now, connection);
    }
}

/* ---- events and time ---- */

void dns_server_event(struct dns_server *server, lucid_time now, void *data) {
    if (data == &server->udp) {
        while (answer_datagram(server)) { /* as many as had room to wait */
        }
        return;
    }
    if (data == &server->listener) {
        accept_all(server, now);
        return;
    }
    struct connection *connection = data;
    if (connection->fd > 0) {
        serve_connection(server, now, connection);
    }
}

lucid_time dns_server_deadline(const struct dns_server *server) {
    lucid_time deadline = LUCID_NEVER;
    for (unsigned i = 0; i < server->options.connections; i++) {
        const struct connection *connection = &server->connection[i];
        lucid_time due = connection->since + server->options.idle;
        deadline = connection->fd > 0 && due < deadline ? due : deadline;
    }
    return deadline;
}

void dns_server_tick(struct dns_server *server, lucid_time now) {
    for (unsigned i = 0; i < server->options.connections; i++) {
        struct connection *connection = &server->connection[i];
        if (connection->fd > 0 && connection->since + server->options.idle <= now) {
            server->stats.closed_idle++;
            close_connection(server, connection);
        }
    }
}
