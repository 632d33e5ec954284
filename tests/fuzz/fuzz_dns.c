/* fuzz_dns.c: any octets as a query to the name server, and as a message to be explained.
 *
 * Input: octet 0 says whether it came over TCP, the message follows; it is read from memory that ends with it. What
 * comes back must be a response to it that can be read from end to end, no longer than it may be; and the explanation
 * of both must not cost anything.
 */
#include "dns/dns_answer.h"
#include "dns/dns_explain.h"
#include "fuzz.h"

static struct dns_zone *make_zone(void) {
    static const char *const names[] = {"www", "a.b.c.lab.test", "ns", "*", "www"};
    struct dns_zone *zone = dns_zone_new("lab.test", 60);
    char error[DNS_ZONE_ERROR];
    MUST(zone);
    for (unsigned i = 0; i < 150; i++) {
        struct lucid_addr addr = {.octet = {[10] = 0xff, [11] = 0xff, 10, 77, (uint8_t)(i % 3), (uint8_t)i}};
        addr.octet[0] = i % 2 ? 0xfd : 0;
        MUST(dns_zone_add(zone, names[i % 5], &addr, true, error) == 0);
    }
    dns_zone_settle(zone);
    return zone;
}

static void check_records(const uint8_t *reply, size_t length, const struct dns_header *header, size_t at) {
    for (unsigned section = 1; section < 4; section++) {
        for (unsigned i = 0; i < header->count[section]; i++) {
            struct dns_record record;
            MUST(!dns_record_read(reply, length, &at, &record));
        }
    }
    MUST(at == length);
}

static void check_reply(const uint8_t *query, size_t query_length, const uint8_t *reply, size_t length, bool tcp) {
    struct dns_header asked, header;
    struct dns_question question;
    size_t at = DNS_HEADER;
    MUST(length <= (tcp ? DNS_TCP_MAX : DNS_EDNS_MAX));
    MUST(dns_header_read(query, query_length, &asked) && dns_header_read(reply, length, &header));
    MUST(header.id == asked.id && (header.flags & DNS_QR) && !(asked.flags & DNS_QR) && header.count[0] <= 1);
    for (unsigned i = 0; i < header.count[0]; i++) {
        MUST(!dns_question_read(reply, length, &at, &question));
    }
    check_records(reply, length, &header, at);
}

static void explain(const uint8_t *octets, size_t length) {
    struct text text = text_growing();
    dns_explain(&text, octets, length);
    MUST(!text.cut && (text.length > 0 || length == 0));
    text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t reply[DNS_TCP_MAX];
    static struct dns_zone *zone;
    if (size < 1 || size > 5000) {
        return 0;
    }
    zone = zone ? zone : make_zone();
    bool tcp = data[0] & 1;
    size--;
    const uint8_t *query = at_the_edge(data + 1, size);
    size_t length = dns_answer(zone, query, size, tcp, reply);
    if (length > 0) {
        check_reply(query, size, reply, length, tcp);
        explain(reply, length);
    }
    explain(query, size);
    return 0;
}
