/* port.c: local ports. See port.h.
 *
 * Choosing a port: RFC 6056 3.3.1, a random start and then the next free one. Whom a datagram is for: RFC 1122 4.1.3.5
 * and the habit of all socket interfaces.
 */
#include "udp/port.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "ip/elsewhere.h"

struct udp_page {
    struct list ports[UDP_PAGE_PORTS];
    uint32_t used; /* sockets in all of them */
};

static const struct list *sockets_of(const struct udp *udp, uint16_t port) {
    static const struct list none;
    const struct udp_page *page = udp->pages[port / UDP_PAGE_PORTS];
    return page ? &page->ports[port % UDP_PAGE_PORTS] : &none;
}

static struct udp_page *page_for(struct udp *udp, uint16_t port) {
    struct udp_page **page = &udp->pages[port / UDP_PAGE_PORTS];
    if (!*page) {
        *page = env_alloc(udp->env, sizeof **page);
        if (*page) {
            zero_octets(*page, sizeof **page);
        }
    }
    return *page;
}

bool port_takes(const struct udp_socket *socket, const struct lucid_addr *addr) {
    return socket->family == LUCID_AF_UNSPEC || (socket->family == LUCID_AF_INET) == lucid_addr_is_ipv4(addr);
}

/* True when a datagram could be for both. */
static bool overlap(const struct udp_socket *a, const struct lucid_addr *addr, const struct udp_socket *b) {
    if (a->protocol != b->protocol) {
        return false;
    }
    bool a_any = lucid_addr_is_any(addr);
    bool b_any = lucid_addr_is_any(&b->local.addr);
    if (a_any && b_any) {
        return a->family == LUCID_AF_UNSPEC || b->family == LUCID_AF_UNSPEC || a->family == b->family;
    }
    if (a_any) {
        return port_takes(a, &b->local.addr);
    }
    return b_any ? port_takes(b, addr) : lucid_addr_equal(addr, &b->local.addr);
}

static bool is_free(const struct udp *udp, const struct udp_socket *socket, const struct lucid_addr *addr,
                    uint16_t port) {
    for (struct list_node *node = sockets_of(udp, port)->first; node; node = node->next) {
        const struct udp_socket *other = CONTAINER_OF(node, struct udp_socket, by_port);
        if (!(socket->reuse && other->reuse) && overlap(socket, addr, other)) {
            return false;
        }
    }
    return true;
}

/* A free ephemeral port, or 0. A port that others share by SO_REUSEADDR is not free here. */
static uint16_t choose(const struct udp *udp, const struct udp_socket *socket, const struct lucid_addr *addr) {
    struct own_ports own = own_ports(&udp->env->config);
    struct udp_socket alone = *socket;
    alone.reuse = false;
    uint32_t start = env_random_below(udp->env, own.count);
    for (uint32_t i = 0; i < own.count; i++) {
        uint16_t port = (uint16_t)(own.first + (start + i) % own.count * own.step);
        if (is_free(udp, &alone, addr, port)) {
            return port;
        }
    }
    return 0;
}

int port_take(struct udp *udp, struct udp_socket *socket, const struct lucid_sockaddr *local) {
    uint16_t port = local->port;
    if (port == 0) {
        port = choose(udp, socket, &local->addr);
        if (port == 0) {
            return -LUCID_EADDRNOTAVAIL;
        }
    } else if (!is_free(udp, socket, &local->addr, port)) {
        return -LUCID_EADDRINUSE;
    }
    struct udp_page *page = page_for(udp, port);
    if (!page) {
        return -LUCID_ENOMEM;
    }
    list_push_back(&page->ports[port % UDP_PAGE_PORTS], &socket->by_port);
    page->used++;
    socket->local.addr = local->addr;
    socket->local.port = port;
    socket->bound = true;
    return 0;
}

void port_give(struct udp *udp, struct udp_socket *socket) {
    if (!socket->bound) {
        return;
    }
    struct udp_page **page = &udp->pages[socket->local.port / UDP_PAGE_PORTS];
    list_remove(&(*page)->ports[socket->local.port % UDP_PAGE_PORTS], &socket->by_port);
    socket->bound = false;
    (*page)->used--;
    if ((*page)->used == 0) {
        env_free(udp->env, *page, sizeof **page);
        *page = NULL;
    }
}

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && lucid_addr_equal(&a->addr, &b->addr);
}

/* 0: not for this socket; else the greater, the more particular. */
static unsigned fit(const struct udp_socket *socket, const struct lucid_sockaddr *local,
                    const struct lucid_sockaddr *remote) {
    bool any = lucid_addr_is_any(&socket->local.addr);
    if (!port_takes(socket, &local->addr) || !(any || lucid_addr_equal(&socket->local.addr, &local->addr))) {
        return 0;
    }
    if (socket->connected) {
        return same_end(&socket->remote, remote) ? 3 : 0;
    }
    return any ? 1 : 2;
}

struct udp_socket *port_find(const struct udp *udp, uint8_t protocol, const struct lucid_sockaddr *local,
                             const struct lucid_sockaddr *remote) {
    struct udp_socket *best = NULL;
    unsigned best_fit = 0;
    for (struct list_node *node = sockets_of(udp, local->port)->first; node; node = node->next) {
        struct udp_socket *socket = CONTAINER_OF(node, struct udp_socket, by_port);
        unsigned how = socket->protocol == protocol ? fit(socket, local, remote) : 0;
        if (how > best_fit) {
            best = socket;
            best_fit = how;
        }
    }
    return best;
}

void port_destroy(struct udp *udp) {
    for (unsigned i = 0; i < UDP_PORT_PAGES; i++) {
        env_free(udp->env, udp->pages[i], sizeof(struct udp_page));
        udp->pages[i] = NULL;
    }
}
