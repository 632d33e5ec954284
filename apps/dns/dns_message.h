/* dns_message.h: messages of the domain name system: queries are read, responses written. RFC 1035 4.1, RFC 6891.
 *
 *     +---------------------+
 *     |        Header       |  12 octets: id, flags, and how many of each there are below
 *     +---------------------+
 *     |       Question      |  a name, a type, a class
 *     +---------------------+
 *     |        Answer       |  records that answer it
 *     +---------------------+
 *     |      Authority      |  records that say who knows: NS, or SOA with "there is none"
 *     +---------------------+
 *     |      Additional     |  records that help; and OPT, which says what the sender's software can take
 *     +---------------------+
 */
#ifndef DNS_MESSAGE_H
#define DNS_MESSAGE_H

#include "dns/dns_name.h"

/* Octets of the header. */
#define DNS_HEADER DNS_NAMES_FROM

#define DNS_UDP_MAX 512   /* octets of a response over UDP to who does not say more, RFC 1035 4.2.1 */
#define DNS_EDNS_MAX 1232 /* what we take and send over UDP: fits into every IPv6 path without fragments */
#define DNS_TCP_MAX 65535 /* two octets of length, RFC 1035 4.2.2 */

enum dns_type {
    DNS_A = 1,
    DNS_NS = 2,
    DNS_CNAME = 5,
    DNS_SOA = 6,
    DNS_PTR = 12,
    DNS_AAAA = 28,
    DNS_OPT = 41,
    DNS_IXFR = 251,
    DNS_AXFR = 252,
    DNS_ANY = 255,
};

enum dns_class { DNS_IN = 1 };

/* Of the flags in OPT, where other records have the lower half of their TTL. RFC 3225 3 */
#define DNS_OPT_DO 0x8000

/* Those above 15 do not fit into the header: their upper bits stand in OPT. */
enum dns_rcode {
    DNS_NOERROR = 0,
    DNS_FORMERR = 1,  /* the query cannot be read */
    DNS_SERVFAIL = 2, /* the server has trouble */
    DNS_NXDOMAIN = 3, /* no such name */
    DNS_NOTIMP = 4,   /* a kind of query that is not known here */
    DNS_REFUSED = 5,  /* not for us to answer */
    DNS_BADVERS = 16, /* a version of EDNS that is not known here */
};

enum dns_flag {
    DNS_QR = 0x8000, /* a response */
    DNS_AA = 0x0400, /* from who is responsible for the zone */
    DNS_TC = 0x0200, /* cut: ask again over TCP */
    DNS_RD = 0x0100, /* recursion desired */
    DNS_RA = 0x0080, /* recursion available */
};

struct dns_header {
    uint16_t id, flags;
    uint16_t count[4]; /* questions, answers, authority, additional */
};

struct dns_question {
    struct dns_name name;
    uint16_t type, class;
};

/* A record as it stands in a message. */
struct dns_record {
    struct dns_name name;
    uint16_t type, class;
    uint32_t ttl;
    size_t at; /* where its data is */
    uint16_t length;
};

/* The header. False: the message is shorter than one. */
bool dns_header_read(const uint8_t *message, size_t length, struct dns_header *header);

/* The question or record at *at; *at is then behind it. Return NULL, or what is wrong. */
const char *dns_question_read(const uint8_t *message, size_t length, size_t *at, struct dns_question *question);
const char *dns_record_read(const uint8_t *message, size_t length, size_t *at, struct dns_record *record);

/* A query, and how it is to be answered. */
struct dns_query {
    struct dns_header header;
    struct dns_question question;
    size_t question_end; /* octets of header and question; 0: the question cannot be read */
    bool edns;           /* it has OPT */
    bool dnssec;         /* which says that signatures may come (DO, RFC 3225): we have none, but say so too */
    uint16_t takes;      /* octets of response it takes over UDP */
    uint16_t rcode;      /* enum dns_rcode: DNS_NOERROR, or the answer to a query that is not as it should be */
    const char *wrong;   /* in words; NULL: nothing */
};

/* Reads a query. False: it is not to be answered at all, since it is too short, or itself an answer. */
bool dns_query_read(const uint8_t *message, size_t length, struct dns_query *query);

/* A message being written. Once something does not fit, full is set and nothing more is taken. */
struct dns_writer {
    uint8_t *octet;
    size_t length, room;
    bool full;
};

void dns_put_u16(struct dns_writer *writer, unsigned value);
void dns_put_u32(struct dns_writer *writer, uint32_t value);
void dns_put_octets(struct dns_writer *writer, const void *octets, size_t length);

/* A name; where it or its end is that of the question (which begins at octet 12), a pointer to there. */
void dns_put_name(struct dns_writer *writer, const struct dns_name *name, const struct dns_name *question);

void dns_put_header(struct dns_writer *writer, const struct dns_header *header);
void dns_put_question(struct dns_writer *writer, const struct dns_question *question);

/* Changes a number of two octets that was written before. */
void dns_set_u16(struct dns_writer *writer, size_t at, unsigned value);

/* "AAAA", or "TYPE65" (RFC 3597 5); "NXDOMAIN", or "RCODE7". text: room for 16. */
const char *dns_type_name(unsigned type, char text[16]);
const char *dns_rcode_name(unsigned rcode, char text[16]);

/* The type of a name, in any case; -1: none. */
int dns_type_parse(const char *name);

#endif
