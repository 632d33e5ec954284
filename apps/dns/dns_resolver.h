/* dns_resolver.h: a stub resolver on a stack of ours: asks one server for the addresses of one name. RFC 1035 7.
 *
 *     dns_resolver_begin(&resolver, stack, now, &options, "www.lab.test", DNS_A)
 *     each event of its handle:  dns_resolver_event(&resolver, now)
 *     at dns_resolver_deadline():  dns_resolver_tick(&resolver, now)
 *     until resolver.end is not DNS_RESOLVER_GOES_ON; dns_resolver_say() says what came of it
 *
 * It asks over UDP, and again when nothing comes, waiting twice as long each time, each time with another id and from
 * another port: who cannot see the query must guess both (RFC 5452 4.5). An answer that is not to this question is no
 * answer. One that was cut is asked for again over TCP (RFC 7766 5), and from who does not understand EDNS without it
 * (RFC 6891 6.2.2).
 */
#ifndef DNS_RESOLVER_H
#define DNS_RESOLVER_H

#include "common/text.h"
#include "dns/dns_reply.h"
#include "lucid/socket.h"

struct dns_resolver_options {
    struct lucid_sockaddr server;
    unsigned attempts; /* over UDP; 4 */
    lucid_time first;  /* nanoseconds to wait for the first answer; 1 s; then twice as long, and so on */
    lucid_time tcp;    /* nanoseconds for an answer over TCP; 10 s */
    uint16_t (*random)(void *context); /* an id that nobody can guess */
    void *context;
};

enum dns_resolver_end {
    DNS_RESOLVER_GOES_ON,
    DNS_RESOLVER_FOUND,       /* reply.addr */
    DNS_RESOLVER_NO_NAME,     /* NXDOMAIN */
    DNS_RESOLVER_NO_DATA,     /* the name exists, but has no address of that family */
    DNS_RESOLVER_REFUSED,     /* the server will not or cannot answer: reply.rcode */
    DNS_RESOLVER_SILENT,      /* no answer came */
    DNS_RESOLVER_UNREACHABLE, /* there is no server: error */
    DNS_RESOLVER_BROKEN,      /* an answer to the question that cannot be read */
};

struct dns_resolver {
    struct lucid_stack *stack;
    struct dns_resolver_options options;
    void *data; /* with which its events come */
    struct dns_question question;
    int fd;               /* 0: none */
    bool over_tcp, plain; /* plain: without EDNS */
    unsigned attempt;     /* from 1 */
    uint16_t id;
    lucid_time deadline;
    uint8_t end;            /* enum dns_resolver_end */
    int error;              /* positive */
    struct dns_reply reply; /* the latest */
    size_t out_at, out_length, in_length;
    uint8_t out[2 + DNS_HEADER + DNS_NAME_MAX + 4 + 11]; /* the query, behind its length */
    uint8_t in[2 + DNS_TCP_MAX];
};

/* Fills in the defaults but for server and random. */
void dns_resolver_defaults(struct dns_resolver_options *options);

/* Sends the first query. type: DNS_A or DNS_AAAA. Returns 0; -LUCID_EINVAL: name is none; other negative errors: there
 * is no socket. Events of its handle come with data. */
int dns_resolver_begin(struct dns_resolver *resolver, struct lucid_stack *stack, lucid_time now,
                       const struct dns_resolver_options *options, const char *name, unsigned type, void *data);

void dns_resolver_event(struct dns_resolver *resolver, lucid_time now);
void dns_resolver_tick(struct dns_resolver *resolver, lucid_time now);
lucid_time dns_resolver_deadline(const struct dns_resolver *resolver);

/* Gives its socket back, at any time. */
void dns_resolver_close(struct dns_resolver *resolver);

/* Puts what came of it at the end of the text, as one sentence that names the name and the server. */
void dns_resolver_say(const struct dns_resolver *resolver, struct text *text);

#endif
