/* socket.c: the life of a UDP socket: open, bind, connect, shutdown, close; and what it is ready for. See udp.h. */
#include "base/addr.h"
#include "base/bytes.h"
#include "udp/port.h"
#include "udp/socket.h"

void udp_init(struct udp *udp, struct env *env, struct ip *ip) {
    zero_octets(udp, sizeof *udp);
    udp->env = env;
    udp->ip = ip;
}

void udp_destroy(struct udp *udp) {
    outq_clear(udp->env, &udp->orphans);
    port_destroy(udp);
}

struct udp_socket *udp_open(struct udp *udp, enum lucid_family family, uint32_t owner) {
    const struct lucid_config *config = &udp->env->config;
    struct udp_socket *socket = env_alloc(udp->env, sizeof *socket);
    if (!socket) {
        return NULL;
    }
    zero_octets(socket, sizeof *socket);
    socket->family = (uint8_t)family;
    socket->protocol = UDP_PROTOCOL;
    socket->owner = owner;
    socket->ttl = config->ttl;
    socket->rcvbuf = config->rcvbuf;
    socket->sndbuf = config->sndbuf;
    return socket;
}

void udp_close(struct udp *udp, struct udp_socket *socket) {
    port_give(udp, socket);
    if (socket->changed) {
        list_remove(&udp->changed, &socket->in_changed);
    }
    if (socket->out.count > 0) {
        list_remove(&udp->sending, &socket->in_sending);
        outq_splice(&udp->orphans, &socket->out);
    }
    queue_clear(udp, socket);
    env_free(udp->env, socket, sizeof *socket);
}

int udp_bind(struct udp *udp, struct udp_socket *socket, const struct lucid_sockaddr *local) {
    if (socket->bound) {
        return -LUCID_EINVAL;
    }
    bool any = lucid_addr_is_any(&local->addr);
    bool any_of_both = any && !lucid_addr_is_ipv4(&local->addr);
    if (!any_of_both && !port_takes(socket, &local->addr)) {
        return -LUCID_EAFNOSUPPORT;
    }
    if (!any && !ip_is_ours(udp->ip, &local->addr)) {
        return -LUCID_EADDRNOTAVAIL;
    }
    return port_take(udp, socket, local);
}

/* ---- the peer ---- */

/* Only a socket that nobody has bound to an address may send from any of ours. */
static bool may_choose_source(const struct udp_socket *socket) {
    return socket->addr_implied || lucid_addr_is_any(&socket->local.addr);
}

static int check_remote(const struct udp *udp, const struct udp_socket *socket, const struct lucid_sockaddr *remote) {
    if (lucid_addr_is_any(&remote->addr) || (remote->port == 0 && !socket_echoes(socket))) {
        return -LUCID_EINVAL;
    }
    if (addr_is_loopback(&remote->addr)) {
        return -LUCID_ENETUNREACH; /* RFC 1122 3.2.1.3(g), RFC 4291 2.5.3: never on a wire */
    }
    bool other_family = !may_choose_source(socket) && !addr_same_family(&socket->local.addr, &remote->addr);
    if (other_family || !port_takes(socket, &remote->addr)) {
        return -LUCID_EAFNOSUPPORT;
    }
    bool broadcast = ip_is_broadcast(udp->ip, &remote->addr) && !addr_is_multicast(&remote->addr);
    return broadcast ? -LUCID_EACCES : 0;
}

int socket_prepare(struct udp *udp, struct udp_socket *socket, const struct lucid_sockaddr *remote,
                   struct lucid_addr *source) {
    int error = check_remote(udp, socket, remote);
    if (error == 0) {
        *source = socket->local.addr;
        error = may_choose_source(socket) ? ip_source_for(udp->ip, &remote->addr, source) : 0;
    }
    if (error == 0 && !socket->bound) {
        error = port_take(udp, socket, &(struct lucid_sockaddr){.port = 0});
    }
    return error;
}

static void disconnect(struct udp_socket *socket) {
    socket->connected = false;
    zero_octets(&socket->remote, sizeof socket->remote);
    if (socket->addr_implied) {
        zero_octets(&socket->local.addr, sizeof socket->local.addr);
        socket->addr_implied = false;
    }
}

int udp_connect(struct udp *udp, struct udp_socket *socket, const struct lucid_sockaddr *remote) {
    if (!remote) {
        disconnect(socket);
        return 0;
    }
    struct lucid_addr source;
    int error = socket_prepare(udp, socket, remote, &source);
    if (error != 0) {
        return error;
    }
    socket->addr_implied = may_choose_source(socket);
    socket->local.addr = source;
    socket->remote = *remote;
    socket->remote.port = socket_echoes(socket) ? 0 : remote->port;
    socket->connected = true;
    return 0;
}

int udp_shutdown(struct udp *udp, struct udp_socket *socket, int how) {
    if (how < LUCID_SHUT_RD || how > LUCID_SHUT_RDWR) {
        return -LUCID_EINVAL;
    }
    if (!socket->connected) {
        return -LUCID_ENOTCONN;
    }
    socket->read_shut = socket->read_shut || how != LUCID_SHUT_WR;
    socket->write_shut = socket->write_shut || how != LUCID_SHUT_RD;
    socket_changed(udp, socket);
    return 0;
}

/* ---- readiness ---- */

void socket_changed(struct udp *udp, struct udp_socket *socket) {
    if (!socket->changed) {
        socket->changed = true;
        list_push_back(&udp->changed, &socket->in_changed);
    }
}

struct udp_socket *udp_next_changed(struct udp *udp) {
    struct list_node *node = list_pop_front(&udp->changed);
    if (!node) {
        return NULL;
    }
    struct udp_socket *socket = CONTAINER_OF(node, struct udp_socket, in_changed);
    socket->changed = false;
    return socket;
}

bool socket_writable(const struct udp_socket *socket) {
    return socket->out.octets < socket->sndbuf;
}

unsigned udp_ready(const struct udp_socket *socket) {
    unsigned ready = 0;
    ready |= socket->first || socket->read_shut || socket->error ? LUCID_POLLIN : 0u;
    ready |= socket_writable(socket) ? LUCID_POLLOUT : 0u;
    ready |= socket->error ? LUCID_POLLERR : 0u;
    ready |= socket->read_shut ? LUCID_POLLRDHUP : 0u;
    ready |= socket->read_shut && socket->write_shut ? LUCID_POLLHUP : 0u;
    return ready;
}

int udp_take_error(struct udp_socket *socket) {
    int error = socket->error;
    socket->error = 0;
    return error;
}
