/* dns_reply.c: see dns_reply.h. */
#include "dns/dns_reply.h"

#include <string.h>

/* A name that is another name for another name, and so on: nobody needs more. */
static const unsigned ALIASES_MAX = 8;

/* A message behind its question. */
struct reader {
    const uint8_t *message;
    size_t length, at;
    struct dns_header header;
    const struct dns_question *question;
    struct dns_reply *reply;
};

static void take_address(struct reader *reader, const struct dns_record *record) {
    struct lucid_addr addr = {.octet = {[10] = 0xff, [11] = 0xff}};
    size_t length = record->type == DNS_A ? 4 : 16;
    if (record->length == length && reader->reply->addrs < DNS_REPLY_ADDRS) {
        memcpy(addr.octet + 16 - length, reader->message + record->at, length);
        reader->reply->addr[reader->reply->addrs++] = addr;
    }
}

/* Goes through the answers for a name. Returns 1 when it is an alias: *name is then what for; -1: it cannot be read. */
static int take_answers(struct reader *reader, struct dns_name *name) {
    struct dns_name alias;
    bool found = false;
    size_t at = reader->at;
    for (unsigned i = 0; i < reader->header.count[1]; i++) {
        struct dns_record record;
        if (dns_record_read(reader->message, reader->length, &at, &record)) {
            return -1;
        }
        if (record.class != DNS_IN || !dns_name_equal(&record.name, name)) {
            continue;
        }
        size_t target = record.at;
        if (record.type == reader->question->type) {
            take_address(reader, &record);
        } else if (record.type == DNS_CNAME && !found) {
            found = !dns_name_read(reader->message, reader->length, &target, &alias);
        }
    }
    if (found) {
        *name = alias;
    }
    return found;
}

static enum dns_reply_kind take_records(struct reader *reader) {
    struct dns_name name = reader->question->name;
    int more = 1;
    for (unsigned aliases = 0; more > 0 && reader->reply->addrs == 0 && aliases <= ALIASES_MAX; aliases++) {
        more = take_answers(reader, &name);
    }
    if (more < 0) {
        return DNS_REPLY_BROKEN;
    }
    return reader->reply->addrs > 0 ? DNS_REPLY_FOUND : DNS_REPLY_NO_DATA;
}

static bool is_puzzled(unsigned rcode) {
    return rcode == DNS_FORMERR || rcode == DNS_NOTIMP;
}

/* Is it an answer to this question? Who could not read it need not repeat it. */
static bool is_answer(struct reader *reader, uint16_t id) {
    const struct dns_header *header = &reader->header;
    struct dns_question question;
    if (header->id != id || !(header->flags & DNS_QR)) {
        return false;
    }
    if (header->count[0] == 0) {
        return is_puzzled(header->flags & 15);
    }
    return header->count[0] == 1 && !dns_question_read(reader->message, reader->length, &reader->at, &question) &&
           question.type == reader->question->type && question.class == reader->question->class &&
           dns_name_equal(&question.name, &reader->question->name);
}

enum dns_reply_kind dns_reply_read(const uint8_t *message, size_t length, uint16_t id,
                                   const struct dns_question *question, struct dns_reply *reply) {
    struct reader reader = {
        .message = message, .length = length, .at = DNS_HEADER, .question = question, .reply = reply};
    *reply = (struct dns_reply){.addrs = 0};
    if (!dns_header_read(message, length, &reader.header) || !is_answer(&reader, id)) {
        return DNS_REPLY_FOREIGN;
    }
    reply->rcode = reader.header.flags & 15;
    if (reader.header.flags & DNS_TC) {
        return DNS_REPLY_CUT;
    }
    if (reply->rcode == DNS_NOERROR) {
        return take_records(&reader);
    }
    if (is_puzzled(reply->rcode)) {
        return DNS_REPLY_PUZZLED;
    }
    return reply->rcode == DNS_NXDOMAIN ? DNS_REPLY_NO_NAME : DNS_REPLY_REFUSED;
}
