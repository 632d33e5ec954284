/* dns_answer.c: see dns_answer.h. */
#include "dns/dns_answer.h"

#include <string.h>

/* Seconds, of the SOA: nobody transfers this zone, so they are the usual ones. RFC 1035 3.3.13 */
static const uint32_t REFRESH = 3600, RETRY = 600, EXPIRE = 86400;

/* Which of the header's counts. */
enum section { ANSWER = 1, AUTHORITY, ADDITIONAL };

struct reply {
    const struct dns_zone *zone;
    const struct dns_query *query;
    const struct dns_name *apex; /* the zone that the question is about; NULL: none of ours */
    struct dns_writer writer;
    struct dns_header header;
};

/* ---- records ---- */

/* Everything of a record up to its data; end_record() puts the length of that in. */
static size_t begin_record(struct reply *reply, const struct dns_name *name, unsigned type) {
    dns_put_name(&reply->writer, name, &reply->query->question.name);
    dns_put_u16(&reply->writer, type);
    dns_put_u16(&reply->writer, DNS_IN);
    dns_put_u32(&reply->writer, dns_zone_ttl(reply->zone));
    dns_put_u16(&reply->writer, 0);
    return reply->writer.length;
}

static void end_record(struct reply *reply, size_t data, enum section section) {
    if (!reply->writer.full) {
        dns_set_u16(&reply->writer, data - 2, (unsigned)(reply->writer.length - data));
        reply->header.count[section]++;
    }
}

static void put_entry(struct reply *reply, const struct dns_entry *entry, const struct dns_name *owner,
                      enum section section) {
    size_t data = begin_record(reply, owner, entry->type);
    if (entry->type == DNS_PTR) {
        dns_put_name(&reply->writer, &entry->target, &reply->query->question.name);
    } else if (entry->type == DNS_A) {
        dns_put_octets(&reply->writer, entry->addr.octet + 12, 4);
    } else {
        dns_put_octets(&reply->writer, entry->addr.octet, 16);
    }
    end_record(reply, data, section);
}

static void put_soa(struct reply *reply, enum section section) {
    struct dns_name hostmaster, mail;
    const struct dns_name *question = &reply->query->question.name;
    if (!dns_name_parse("hostmaster", &hostmaster) ||
        !dns_name_join(&hostmaster, dns_zone_origin(reply->zone), &mail)) {
        return; /* a zone with a name as long as that has no room for it */
    }
    size_t data = begin_record(reply, reply->apex, DNS_SOA);
    dns_put_name(&reply->writer, dns_zone_server(reply->zone), question);
    dns_put_name(&reply->writer, &mail, question);
    dns_put_u32(&reply->writer, dns_zone_serial(reply->zone));
    dns_put_u32(&reply->writer, REFRESH);
    dns_put_u32(&reply->writer, RETRY);
    dns_put_u32(&reply->writer, EXPIRE);
    dns_put_u32(&reply->writer, dns_zone_ttl(reply->zone)); /* for which "there is none" may be believed */
    end_record(reply, data, section);
}

/* Where the server is. That helps, but nobody asked for it: what does not fit is left out, and the response is not cut
 * for it (RFC 2181 9). */
static void put_glue(struct reply *reply, const struct dns_name *server) {
    const struct dns_entry *entry;
    for (size_t left = dns_zone_find(reply->zone, server, &entry); left > 0; left--, entry++) {
        size_t before = reply->writer.length;
        if (entry->type != 0) {
            put_entry(reply, entry, server, ADDITIONAL);
        }
        if (reply->writer.full) {
            reply->writer.length = before;
            reply->writer.full = false;
            return;
        }
    }
}

static void put_ns(struct reply *reply) {
    const struct dns_name *server = dns_zone_server(reply->zone);
    size_t data = begin_record(reply, reply->apex, DNS_NS);
    dns_put_name(&reply->writer, server, &reply->query->question.name);
    end_record(reply, data, ANSWER);
    if (!reply->writer.full) {
        put_glue(reply, server);
    }
}

/* ---- what to answer ---- */

/* ANY gives what there is of one type (RFC 8482 4.1): who wants all of it wants to flood somebody. */
static bool wanted(const struct dns_entry *entry, unsigned type, unsigned first) {
    return entry->type != 0 && entry->type == (type == DNS_ANY ? first : type);
}

static unsigned first_type(const struct dns_entry *entry, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (entry[i].type != 0) {
            return entry[i].type;
        }
    }
    return 0;
}

static void put_records(struct reply *reply, const struct dns_entry *entry, size_t count) {
    const struct dns_question *question = &reply->query->question;
    unsigned first = first_type(entry, count);
    for (size_t i = 0; i < count; i++) {
        if (wanted(&entry[i], question->type, first)) {
            put_entry(reply, &entry[i], &question->name, ANSWER);
        }
    }
}

static void put_answer(struct reply *reply) {
    const struct dns_question *question = &reply->query->question;
    const struct dns_entry *entry;
    bool is_apex = dns_name_equal(&question->name, reply->apex);
    size_t count = dns_zone_find(reply->zone, &question->name, &entry);
    put_records(reply, entry, count);
    if (is_apex && (question->type == DNS_SOA || (question->type == DNS_ANY && reply->header.count[ANSWER] == 0))) {
        put_soa(reply, ANSWER);
    }
    if (is_apex && question->type == DNS_NS) {
        put_ns(reply);
    }
    if (reply->header.count[ANSWER] > 0 || reply->writer.full) {
        return;
    }
    if (count == 0 && !is_apex) {
        reply->header.flags |= DNS_NXDOMAIN;
    }
    put_soa(reply, AUTHORITY);
}

/* The code of a query that gets no records; DNS_NOERROR: it does. */
static enum dns_rcode refused(const struct reply *reply) {
    const struct dns_question *question = &reply->query->question;
    if (reply->query->rcode != DNS_NOERROR) {
        return (enum dns_rcode)reply->query->rcode;
    }
    bool transfer = question->type == DNS_AXFR || question->type == DNS_IXFR;
    return !reply->apex || transfer || question->class != DNS_IN ? DNS_REFUSED : DNS_NOERROR;
}

/* OPT of ours: what we take, the upper bits of the code (RFC 6891 6.1.2), and DO as it came (RFC 3225 3). */
static void put_opt(struct reply *reply, unsigned rcode) {
    dns_put_octets(&reply->writer, "", 1);
    dns_put_u16(&reply->writer, DNS_OPT);
    dns_put_u16(&reply->writer, DNS_EDNS_MAX);
    dns_put_u32(&reply->writer, rcode >> 4 << 24 | (reply->query->dnssec ? DNS_OPT_DO : 0));
    dns_put_u16(&reply->writer, 0);
    reply->header.count[3]++;
}

static const size_t OPT_LENGTH = 11;

/* What did not fit as a whole is not given in part (RFC 2181 9). */
static void cut(struct reply *reply) {
    reply->writer.length = reply->query->question_end;
    reply->writer.full = false;
    reply->header.flags |= DNS_TC;
    reply->header.count[ANSWER] = reply->header.count[AUTHORITY] = reply->header.count[ADDITIONAL] = 0;
}

static void begin(struct reply *reply) {
    const struct dns_query *query = reply->query;
    reply->header.id = query->header.id;
    reply->header.flags = (uint16_t)(DNS_QR | (query->header.flags & (0x7800 | DNS_RD)));
    reply->header.count[0] = query->question_end > 0;
    dns_put_header(&reply->writer, &reply->header);
    if (query->question_end > 0) {
        dns_put_question(&reply->writer, &query->question);
        reply->apex = dns_zone_apex(reply->zone, &query->question.name);
    }
}

static size_t finish(struct reply *reply, enum dns_rcode rcode, size_t room) {
    reply->writer.room = room;
    if (reply->query->edns) {
        put_opt(reply, rcode);
    }
    dns_set_u16(&reply->writer, 2, reply->header.flags | (rcode & 15u));
    for (size_t i = 0; i < 4; i++) {
        dns_set_u16(&reply->writer, 4 + 2 * i, reply->header.count[i]);
    }
    return reply->writer.length;
}

size_t dns_answer(const struct dns_zone *zone, const uint8_t *message, size_t length, bool tcp, uint8_t *octets) {
    struct dns_query query;
    if (!dns_query_read(message, length, &query)) {
        return 0;
    }
    size_t room = tcp ? DNS_TCP_MAX : query.takes;
    struct reply reply = {.zone = zone, .query = &query, .writer = {.octet = octets, .room = room}};
    reply.writer.room -= query.edns ? OPT_LENGTH : 0;
    begin(&reply);
    enum dns_rcode rcode = refused(&reply);
    if (rcode == DNS_NOERROR) {
        reply.header.flags |= DNS_AA;
        put_answer(&reply);
    }
    if (reply.writer.full) {
        cut(&reply);
    }
    return finish(&reply, rcode, room);
}
