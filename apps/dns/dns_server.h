/* dns_server.h: a name server on a stack of ours: port 53 over UDP, and over TCP for answers that do not fit there.
 * RFC 1035 4.2, RFC 7766.
 *
 *     dns_server_open(&server, stack, &options)
 *     each event of the stack:  dns_server_event(server, now, ready.data)
 *     at dns_server_deadline():  dns_server_tick(server, now)
 *
 * A query over UDP costs nothing that stays. A connection may bring any number of queries, one after the other, and has
 * a limited time for each; there is a limited number of connections, and the one that has been idle for longest makes
 * way. What a client does not take off its connection holds back this connection only.
 */
#ifndef DNS_SERVER_H
#define DNS_SERVER_H

#include "dns/dns_zone.h"
#include "lucid/socket.h"

#define DNS_PORT 53
#define DNS_QUERY_MAX 4096 /* octets of a query; no real one comes near */

struct dns_server;

struct dns_server_options {
    const struct dns_zone *zone;
    uint16_t port;        /* 53 */
    unsigned connections; /* over TCP at one time, at most; 64 */
    lucid_time idle;      /* nanoseconds without a whole query until a connection is closed; 10 s, RFC 7766 6.2.3 */
    /* Every message, as it came and as it leaves. NULL: nobody wants them. */
    void (*message)(void *user, const struct lucid_sockaddr *remote, bool tcp, bool response, const uint8_t *octets,
                    size_t length);
    void *user;
};

struct dns_server_stats {
    uint64_t udp_queries, tcp_queries; /* answered */
    uint64_t ignored;                  /* not answered: no query, or too long for one */
    uint64_t cut;                      /* answered with TC */
    uint64_t connections, closed_idle, evicted;
    uint64_t unsent; /* answers over UDP that the stack had no room for */
};

void dns_server_defaults(struct dns_server_options *options);

/* Binds and listens. Returns 0 and sets *server, or a negative error. */
int dns_server_open(struct dns_server **server, struct lucid_stack *stack, const struct dns_server_options *options);
void dns_server_close(struct dns_server *server);

/* From now on this zone is served. */
void dns_server_zone(struct dns_server *server, const struct dns_zone *zone);

void dns_server_event(struct dns_server *server, lucid_time now, void *data);
void dns_server_tick(struct dns_server *server, lucid_time now);
lucid_time dns_server_deadline(const struct dns_server *server);

void dns_server_stats(const struct dns_server *server, struct dns_server_stats *stats);

#endif
