/* fuzz_resolver.c: any octets as what a name server answers. dns_reply.h
 *
 * Input: octet 0 says what was asked for, the answer follows; its first two octets are replaced by the id of the query,
 * unless octet 0 says not. It is read from memory that ends with it. Whatever it says must stand in it: each
 * address is one of its records, once, and nothing is found in a message that is not an answer to the question.
 */
#include "dns/dns_reply.h"
#include "fuzz.h"

enum { IPV6 = 1, ALIAS = 2, OTHER_ID = 4 };

static const uint16_t ID = 0x4c44;

/* Is there a record of that type with this address? */
static bool has_address(const uint8_t *message, size_t length, unsigned type, const struct lucid_addr *addr) {
    struct dns_header header;
    struct dns_question question;
    struct dns_record record;
    size_t at = DNS_HEADER, octets = type == DNS_A ? 4 : 16;
    MUST(dns_header_read(message, length, &header) && !dns_question_read(message, length, &at, &question));
    for (unsigned i = 0; i < header.count[1]; i++) {
        MUST(!dns_record_read(message, length, &at, &record));
        if (record.type == type && record.length == octets &&
            memcmp(message + record.at, addr->octet + 16 - octets, octets) == 0) {
            return true;
        }
    }
    return false;
}

static void check_found(const uint8_t *message, size_t length, const struct dns_question *question,
                        const struct dns_reply *reply) {
    struct dns_header header;
    struct dns_question answered;
    size_t at = DNS_HEADER;
    MUST(dns_header_read(message, length, &header) && !dns_question_read(message, length, &at, &answered));
    MUST((header.flags & DNS_QR) && !(header.flags & (DNS_TC | 15)) && header.count[0] == 1);
    MUST(answered.type == question->type && dns_name_equal(&answered.name, &question->name));
    MUST(reply->addrs > 0 && reply->addrs <= DNS_REPLY_ADDRS && reply->addrs <= header.count[1]);
    for (unsigned i = 0; i < reply->addrs; i++) {
        MUST(has_address(message, length, question->type, &reply->addr[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct dns_reply reply;
    struct dns_question question = {.class = DNS_IN};
    if (size < 1 || size > 9000) {
        return 0;
    }
    size--;
    uint8_t *message = at_the_edge(data + 1, size);
    if (size >= 2 && !(data[0] & OTHER_ID)) {
        message[0] = ID >> 8;
        message[1] = ID & 255;
    }
    question.type = data[0] & IPV6 ? DNS_AAAA : DNS_A;
    MUST(dns_name_parse(data[0] & ALIAS ? "b.t" : "www.lab.test", &question.name));
    enum dns_reply_kind kind = dns_reply_read(message, size, ID, &question, &reply);
    bool same_id = size >= DNS_HEADER && message[0] == ID >> 8 && message[1] == (ID & 255);
    MUST(kind == DNS_REPLY_FOREIGN || (same_id && message[2] & 0x80));
    MUST((kind == DNS_REPLY_CUT) <= (size >= DNS_HEADER && message[2] & DNS_TC >> 8));
    if (kind == DNS_REPLY_FOUND) {
        check_found(message, size, &question, &reply);
    }
    return 0;
}
