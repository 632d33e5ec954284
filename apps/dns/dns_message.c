/* dns_message.c: see dns_message.h. */
#include "dns/dns_message.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- reading ---- */

static unsigned get_u16(const uint8_t *at) {
    return (unsigned)at[0] << 8 | at[1];
}

static uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)get_u16(at) << 16 | get_u16(at + 2);
}

bool dns_header_read(const uint8_t *message, size_t length, struct dns_header *header) {
    if (length < DNS_HEADER) {
        return false;
    }
    header->id = (uint16_t)get_u16(message);
    header->flags = (uint16_t)get_u16(message + 2);
    for (size_t i = 0; i < 4; i++) {
        header->count[i] = (uint16_t)get_u16(message + 4 + 2 * i);
    }
    return true;
}

const char *dns_question_read(const uint8_t *message, size_t length, size_t *at, struct dns_question *question) {
    const char *wrong = dns_name_read(message, length, at, &question->name);
    if (wrong) {
        return wrong;
    }
    if (length - *at < 4) {
        return "the question ends before its type and class";
    }
    question->type = (uint16_t)get_u16(message + *at);
    question->class = (uint16_t)get_u16(message + *at + 2);
    *at += 4;
    return NULL;
}

const char *dns_record_read(const uint8_t *message, size_t length, size_t *at, struct dns_record *record) {
    const char *wrong = dns_name_read(message, length, at, &record->name);
    if (wrong) {
        return wrong;
    }
    if (length - *at < 10) {
        return "a record ends before its data";
    }
    const uint8_t *fixed = message + *at;
    record->type = (uint16_t)get_u16(fixed);
    record->class = (uint16_t)get_u16(fixed + 2);
    record->ttl = get_u32(fixed + 4);
    record->length = (uint16_t)get_u16(fixed + 8);
    record->at = *at + 10;
    if (length - record->at < record->length) {
        return "the data of a record goes on behind the end";
    }
    *at = record->at + record->length;
    return NULL;
}

/* ---- queries ---- */

/* OPT stands at the root, once, among the additional records. RFC 6891 6.1.1 */
static const char *take_opt(struct dns_query *query, const struct dns_record *record, bool additional) {
    if (query->edns || !additional || record->name.length != 1) {
        return query->edns ? "more than one OPT" : "OPT where it does not belong";
    }
    query->edns = true;
    query->dnssec = (record->ttl & DNS_OPT_DO) != 0;
    uint16_t takes = record->class < DNS_UDP_MAX ? DNS_UDP_MAX : record->class;
    query->takes = takes > DNS_EDNS_MAX ? DNS_EDNS_MAX : takes;
    if ((record->ttl >> 16 & 0xff) != 0) {
        query->rcode = DNS_BADVERS;
    }
    return NULL;
}

/* What stands behind the question matters only for OPT, but all of it must be readable. */
static const char *read_records(const uint8_t *message, size_t length, size_t at, struct dns_query *query) {
    for (int section = 1; section < 4; section++) {
        for (unsigned i = 0; i < query->header.count[section]; i++) {
            struct dns_record record;
            const char *wrong = dns_record_read(message, length, &at, &record);
            if (!wrong && record.type == DNS_OPT) {
                wrong = take_opt(query, &record, section == 3);
            }
            if (wrong) {
                return wrong;
            }
        }
    }
    return at == length ? NULL : "octets behind the last record";
}

static const char *read_query(const uint8_t *message, size_t length, struct dns_query *query) {
    if (query->header.count[0] != 1) {
        return query->header.count[0] == 0 ? "no question" : "more than one question";
    }
    size_t at = DNS_HEADER;
    const char *wrong = dns_question_read(message, length, &at, &query->question);
    if (wrong) {
        return wrong;
    }
    query->question_end = at;
    return read_records(message, length, at, query);
}

bool dns_query_read(const uint8_t *message, size_t length, struct dns_query *query) {
    *query = (struct dns_query){.takes = DNS_UDP_MAX};
    if (!dns_header_read(message, length, &query->header) || (query->header.flags & DNS_QR)) {
        return false;
    }
    if (query->header.flags & 0x7800) {
        query->rcode = DNS_NOTIMP;
        query->wrong = "not a standard query";
        return true;
    }
    query->wrong = read_query(message, length, query);
    if (query->wrong) {
        query->rcode = DNS_FORMERR;
    }
    return true;
}

/* ---- writing ---- */

void dns_put_octets(struct dns_writer *writer, const void *octets, size_t length) {
    if (writer->full || length > writer->room - writer->length) {
        writer->full = true;
        return;
    }
    memcpy(writer->octet + writer->length, octets, length);
    writer->length += length;
}

void dns_put_u16(struct dns_writer *writer, unsigned value) {
    const uint8_t octets[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    dns_put_octets(writer, octets, sizeof octets);
}

void dns_put_u32(struct dns_writer *writer, uint32_t value) {
    dns_put_u16(writer, value >> 16);
    dns_put_u16(writer, value & 0xffff);
}

void dns_set_u16(struct dns_writer *writer, size_t at, unsigned value) {
    if (at + 2 <= writer->length) {
        writer->octet[at] = (uint8_t)(value >> 8);
        writer->octet[at + 1] = (uint8_t)value;
    }
}

/* The part of the question's name, from which octet of it on, that `name` ends with: the longest; its length when
 * there is none. */
static size_t common_end(const struct dns_name *name, const struct dns_name *question, size_t *at) {
    for (size_t from = 0; question->octet[from] != 0; from += 1 + (size_t)question->octet[from]) {
        struct dns_name end = {.length = (uint8_t)(question->length - from)};
        memcpy(end.octet, question->octet + from, end.length);
        if (end.length <= name->length && dns_name_within(name, &end, at)) {
            return from;
        }
    }
    return question->length;
}

void dns_put_name(struct dns_writer *writer, const struct dns_name *name, const struct dns_name *question) {
    size_t at = 0;
    size_t from = common_end(name, question, &at);
    if (from == question->length) {
        dns_put_octets(writer, name->octet, name->length);
        return;
    }
    dns_put_octets(writer, name->octet, at);
    dns_put_u16(writer, 0xc000u | (unsigned)(DNS_HEADER + from));
}

void dns_put_header(struct dns_writer *writer, const struct dns_header *header) {
    dns_put_u16(writer, header->id);
    dns_put_u16(writer, header->flags);
    for (size_t i = 0; i < 4; i++) {
        dns_put_u16(writer, header->count[i]);
    }
}

void dns_put_question(struct dns_writer *writer, const struct dns_question *question) {
    dns_put_octets(writer, question->name.octet, question->name.length);
    dns_put_u16(writer, question->type);
    dns_put_u16(writer, question->class);
}

/* ---- names ---- */

struct named {
    unsigned value;
    const char *name;
};

static const struct named types[] = {
    {DNS_A, "A"},   {DNS_NS, "NS"},     {DNS_CNAME, "CNAME"}, {DNS_SOA, "SOA"},   {DNS_PTR, "PTR"},   {15, "MX"},
    {16, "TXT"},    {DNS_AAAA, "AAAA"}, {33, "SRV"},          {DNS_OPT, "OPT"},   {43, "DS"},         {46, "RRSIG"},
    {48, "DNSKEY"}, {64, "SVCB"},       {65, "HTTPS"},        {DNS_IXFR, "IXFR"}, {DNS_AXFR, "AXFR"}, {DNS_ANY, "ANY"},
};

static const struct named rcodes[] = {
    {DNS_NOERROR, "NOERROR"}, {DNS_FORMERR, "FORMERR"}, {DNS_SERVFAIL, "SERVFAIL"}, {DNS_NXDOMAIN, "NXDOMAIN"},
    {DNS_NOTIMP, "NOTIMP"},   {DNS_REFUSED, "REFUSED"}, {DNS_BADVERS, "BADVERS"},
};

static const char *name_of(const struct named *table, size_t count, unsigned value, const char *others, char text[16]) {
    for (size_t i = 0; i < count; i++) {
        if (table[i].value == value) {
            return table[i].name;
        }
    }
    snprintf(text, 16, "%s%u", others, value & 0xffff);
    return text;
}

const char *dns_type_name(unsigned type, char text[16]) {
    return name_of(types, sizeof types / sizeof types[0], type, "TYPE", text);
}

const char *dns_rcode_name(unsigned rcode, char text[16]) {
    return name_of(rcodes, sizeof rcodes / sizeof rcodes[0], rcode, "RCODE", text);
}

int dns_type_parse(const char *name) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcasecmp(types[i].name, name) == 0) {
            return (int)types[i].value;
        }
    }
    return -1;
}
