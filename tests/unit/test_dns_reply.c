/* test_dns_reply.c: messages as answers to a question for www.lab.test. dns_reply.h. What is not an answer to it, in
 * test_dns_resolver.c; any octets, in fuzz_resolver.c. */
#include <stdio.h>

#include "common/text.h"
#include "dns/dns_reply.h"
#include "unit.h"

static uint8_t message[600];
static struct dns_writer writer;
static struct dns_header header;
static struct dns_question question;

static void setup(void) {
    writer = (struct dns_writer){.octet = message, .room = sizeof message};
    header = (struct dns_header){7, DNS_QR | DNS_RA, {1, 0, 0, 0}};
    question = (struct dns_question){.type = DNS_A, .class = DNS_IN};
    ck_assert(dns_name_parse("www.lab.test", &question.name));
    dns_put_header(&writer, &header);
    dns_put_question(&writer, &question);
}

static void put(const char *owner, unsigned type, const void *data, size_t length) {
    struct dns_name name;
    ck_assert(dns_name_parse(owner, &name));
    dns_put_octets(&writer, name.octet, name.length);
    dns_put_u16(&writer, type);
    dns_put_u16(&writer, DNS_IN);
    dns_put_u32(&writer, 60);
    dns_put_u16(&writer, (unsigned)length);
    dns_put_octets(&writer, data, length);
    header.count[1]++;
}

static void put_a(const char *owner, uint8_t last) {
    const uint8_t octets[4] = {10, 77, 0, last};
    put(owner, DNS_A, octets, sizeof octets);
}

static void put_alias(const char *owner, const char *target) {
    struct dns_name name;
    ck_assert(dns_name_parse(target, &name));
    put(owner, DNS_CNAME, name.octet, name.length);
}

/* addresses: the last octets of those found. */
static void expect(enum dns_reply_kind kind, const char *addresses) {
    char found[100] = "";
    struct text text = text_fixed(found, sizeof found);
    struct dns_reply reply;
    dns_set_u16(&writer, 6, header.count[1]);
    uint8_t *exact = exact_copy(message, writer.length);
    ck_assert_int_eq(dns_reply_read(exact, writer.length, 7, &question, &reply), kind);
    exact_free(exact);
    for (unsigned i = 0; i < reply.addrs; i++) {
        text_format(&text, "%u ", reply.addr[i].octet[15]);
    }
    ck_assert_str_eq(found, addresses);
}

START_TEST(all_of_the_name) {
    put_a("other.lab.test", 1);
    put_a("WWW.lab.test", 2);
    put_a("www.lab.test", 3);
    expect(DNS_REPLY_FOUND, "2 3 ");
    for (uint8_t i = 0; i < 10; i++) {
        put_a("www.lab.test", (uint8_t)(4 + i));
    }
    expect(DNS_REPLY_FOUND, "2 3 4 5 6 7 8 9 ");
}
END_TEST

/* RFC 1034 3.6.2: the address of what it is an alias of, in whatever order they stand. */
START_TEST(alias) {
    put_a("c.test", 5);
    put_alias("b.test", "C.test");
    put_alias("www.lab.test", "b.test");
    put_a("b.lab.test", 6);
    expect(DNS_REPLY_FOUND, "5 ");
}
END_TEST

START_TEST(alias_of_nothing_known) {
    put_alias("www.lab.test", "b.test");
    put_a("c.test", 5);
    expect(DNS_REPLY_NO_DATA, "");
}
END_TEST

/* However long the chain is, and in a circle, it ends; and an address is found once. */
START_TEST(aliases_in_a_circle) {
    put_alias("www.lab.test", "b.test");
    put_alias("b.test", "www.lab.test");
    expect(DNS_REPLY_NO_DATA, "");
    put_a("b.test", 9);
    expect(DNS_REPLY_FOUND, "9 ");
}
END_TEST

START_TEST(long_chain) {
    char from[32] = "www.lab.test", to[32];
    for (int i = 0; i < 9; i++) {
        snprintf(to, sizeof to, "n%d.test", i);
        put_alias(from, to);
        snprintf(from, sizeof from, "%s", to);
        if (i == 7) {
            put_a(to, 8);
            expect(DNS_REPLY_FOUND, "8 ");
        }
    }
    setup();
    header.count[1] = 0;
    snprintf(from, sizeof from, "www.lab.test");
    for (int i = 0; i < 9; i++) {
        snprintf(to, sizeof to, "n%d.test", i);
        put_alias(from, to);
        snprintf(from, sizeof from, "%s", to);
    }
    put_a(to, 8);
    expect(DNS_REPLY_NO_DATA, "");
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("dns_reply", &tests);
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, all_of_the_name);
    tcase_add_test(tests, alias);
    tcase_add_test(tests, alias_of_nothing_known);
    tcase_add_test(tests, aliases_in_a_circle);
    tcase_add_test(tests, long_chain);
    return unit_run(suite);
}
