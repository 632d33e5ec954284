/* dns_reply.h: what a message says to a question: the client's half of reading, without a socket or a clock. RFC 1035
 * 7.3.
 *
 * First whether it answers the question at all; who cannot see the query can only guess its id, and what does not
 * belong to it must not count. Then the addresses: those of the name, or of the name that it is an alias of (CNAME),
 * when the same message has them.
 */
#ifndef DNS_REPLY_H
#define DNS_REPLY_H

#include "dns/dns_message.h"
#include "lucid/lucid.h"

#define DNS_REPLY_ADDRS 8

enum dns_reply_kind {
    DNS_REPLY_FOREIGN, /* not an answer to the question */
    DNS_REPLY_CUT,     /* there is more: ask over TCP */
    DNS_REPLY_PUZZLED, /* the server does not understand the query: FORMERR, NOTIMP; EDNS may be why */
    DNS_REPLY_FOUND,   /* addr */
    DNS_REPLY_NO_NAME, /* NXDOMAIN */
    DNS_REPLY_NO_DATA, /* the name is there, but has no such address */
    DNS_REPLY_REFUSED, /* another code */
    DNS_REPLY_BROKEN,  /* it cannot be read */
};

struct dns_reply {
    uint16_t rcode;
    unsigned addrs; /* how many of addr; further ones are left out */
    struct lucid_addr addr[DNS_REPLY_ADDRS];
};

/* Reads a message as the answer to a question for DNS_A or DNS_AAAA with this id; says in *reply what is in it. */
enum dns_reply_kind dns_reply_read(const uint8_t *message, size_t length, uint16_t id,
                                   const struct dns_question *question, struct dns_reply *reply);

#endif
