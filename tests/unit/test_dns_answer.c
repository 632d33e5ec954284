/* test_dns_answer.c: queries to a small zone, the good ones and the others, and what comes back. dns_answer.h,
 * dns_zone.h. */
#include <stdio.h>
#include <unistd.h>

#include "dns/dns_answer.h"
#include "dns/dns_explain.h"
#include "unit.h"

static struct dns_zone *zone;
static uint8_t query[600], reply[DNS_TCP_MAX];
static size_t query_length, reply_length;

static void add(const char *name, const char *address) {
    char error[DNS_ZONE_ERROR];
    struct lucid_addr addr;
    ck_assert_int_eq(lucid_addr_parse(address, &addr), 0);
    ck_assert_msg(dns_zone_add(zone, name, &addr, true, error) == 0, "%s", error);
}

static void setup(void) {
    zone = dns_zone_new("lab.test", 60);
    ck_assert_ptr_nonnull(zone);
    add("ns", "10.77.0.2");
    add("www", "10.77.0.2");
    add("www", "10.77.0.3");
    add("www", "fd77::2");
    add("deep.below.lab.test", "10.77.1.9");
    for (int i = 0; i < 100; i++) {
        char address[32];
        snprintf(address, sizeof address, "10.78.0.%d", i);
        add("many", address);
    }
    dns_zone_settle(zone);
}

static void teardown(void) {
    dns_zone_free(zone);
}

/* ---- asking ---- */

static struct dns_writer begin_query(unsigned flags, unsigned questions, unsigned additional) {
    struct dns_writer writer = {.octet = query, .room = sizeof query};
    const struct dns_header header = {0x1234, (uint16_t)flags, {(uint16_t)questions, 0, 0, (uint16_t)additional}};
    dns_put_header(&writer, &header);
    return writer;
}

static void put_question(struct dns_writer *writer, const char *name, unsigned type, unsigned class) {
    struct dns_question question = {.type = (uint16_t)type, .class = (uint16_t) class};
    ck_assert(dns_name_parse(name, &question.name));
    dns_put_question(writer, &question);
}

static void put_opt(struct dns_writer *writer, unsigned takes, unsigned version) {
    dns_put_octets(writer, "", 1);
    dns_put_u16(writer, DNS_OPT);
    dns_put_u16(writer, takes);
    dns_put_u32(writer, (uint32_t)version << 16);
    dns_put_u16(writer, 0);
}

/* From memory that ends with the query. */
static void send_query(const struct dns_writer *writer, bool tcp) {
    query_length = writer->length;
    uint8_t *exact = exact_copy(query, query_length);
    reply_length = dns_answer(zone, exact, query_length, tcp, reply);
    exact_free(exact);
}

static void ask_with(const char *name, unsigned type, unsigned takes, bool tcp) {
    struct dns_writer writer = begin_query(DNS_RD, 1, takes > 0);
    put_question(&writer, name, type, DNS_IN);
    if (takes > 0) {
        put_opt(&writer, takes, 0);
    }
    send_query(&writer, tcp);
}

static void ask(const char *name, unsigned type) {
    ask_with(name, type, 0, false);
}

/* ---- what came ---- */

static struct dns_header header_of_reply(void) {
    struct dns_header header;
    ck_assert(dns_header_read(reply, reply_length, &header));
    ck_assert_uint_eq(header.id, 0x1234);
    ck_assert(header.flags & DNS_QR);
    return header;
}

static void put_record(struct text *text, const struct dns_record *record) {
    char name[DNS_NAME_TEXT], type[16], address[LUCID_ADDR_TEXT];
    struct lucid_addr addr = {.octet = {[10] = 0xff, [11] = 0xff}};
    struct dns_name target;
    size_t at = record->at;
    text_format(text, "%s %u %s ", dns_name_format(&record->name, name), record->ttl,
                dns_type_name(record->type, type));
    if (record->type == DNS_A || record->type == DNS_AAAA) {
        memcpy(addr.octet + 16 - record->length, reply + record->at, record->length);
        text_put(text, lucid_addr_format(&addr, address));
    } else if (!dns_name_read(reply, reply_length, &at, &target)) {
        text_put(text, dns_name_format(&target, name));
    }
    text_put(text, "; ");
}

/* The code and the records, in the order of the sections, as one text; OPT is left out. */
static void expect(const char *expected) {
    static char room[20000];
    struct text text = text_fixed(room, sizeof room);
    char name[16];
    struct dns_header header = header_of_reply();
    struct dns_question question;
    size_t at = DNS_HEADER;
    text_format(&text, "%s%s%s ", dns_rcode_name(header.flags & 15, name), header.flags & DNS_AA ? " AA" : "",
                header.flags & DNS_TC ? " TC" : "");
    for (unsigned i = 0; i < header.count[0]; i++) {
        ck_assert_ptr_null(dns_question_read(reply, reply_length, &at, &question));
    }
    for (unsigned section = 1; section < 4; section++) {
        for (unsigned i = 0; i < header.count[section]; i++) {
            struct dns_record record;
            ck_assert_ptr_null(dns_record_read(reply, reply_length, &at, &record));
            if (record.type != DNS_OPT) {
                text_put(&text, section == 2 ? "| " : section == 3 ? "+ " : "");
                put_record(&text, &record);
            }
        }
    }
    ck_assert_uint_eq(at, reply_length);
    ck_assert_str_eq(room, expected);
}

#define SOA "| lab.test 60 SOA ns.lab.test; "

static const struct {
    const char *name;
    unsigned type;
    const char *expected;
} lookups[] = {
    {"www.lab.test", DNS_A, "NOERROR AA www.lab.test 60 A 10.77.0.2; www.lab.test 60 A 10.77.0.3; "},
    {"www.lab.test", DNS_AAAA, "NOERROR AA www.lab.test 60 AAAA fd77::2; "},
    {"WwW.lAb.TEST", DNS_AAAA, "NOERROR AA WwW.lAb.TEST 60 AAAA fd77::2; "},
    {"www.lab.test", 65, "NOERROR AA " SOA},
    {"www.lab.test", DNS_ANY, "NOERROR AA www.lab.test 60 A 10.77.0.2; www.lab.test 60 A 10.77.0.3; "},
    {"nothing.lab.test", DNS_A, "NXDOMAIN AA " SOA},
    {"a.www.lab.test", DNS_A, "NXDOMAIN AA " SOA},
    {"below.lab.test", DNS_A, "NOERROR AA " SOA},
    {"deep.below.lab.test", DNS_A, "NOERROR AA deep.below.lab.test 60 A 10.77.1.9; "},
    {"lab.test", DNS_SOA, "NOERROR AA lab.test 60 SOA ns.lab.test; "},
    {"lab.test", DNS_NS, "NOERROR AA lab.test 60 NS ns.lab.test; + ns.lab.test 60 A 10.77.0.2; "},
    {"lab.test", DNS_A, "NOERROR AA " SOA},
    {"test", DNS_A, "REFUSED "},
    {"lab.test.example", DNS_A, "REFUSED "},
    {"notlab.test", DNS_A, "REFUSED "},
    {".", DNS_NS, "REFUSED "},
    {"www.lab.test", DNS_AXFR, "REFUSED "},
    {"2.0.77.10.in-addr.arpa", DNS_PTR,
     "NOERROR AA 2.0.77.10.in-addr.arpa 60 PTR ns.lab.test; 2.0.77.10.in-addr.arpa 60 PTR www.lab.test; "},
    {"200.0.77.10.in-addr.arpa", DNS_PTR, "NXDOMAIN AA | 0.77.10.in-addr.arpa 60 SOA ns.lab.test; "},
    {"0.77.10.in-addr.arpa", DNS_SOA, "NOERROR AA 0.77.10.in-addr.arpa 60 SOA ns.lab.test; "},
    {"9.9.9.9.in-addr.arpa", DNS_PTR, "REFUSED "},
    {"2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7.7.d.f.ip6.arpa", DNS_PTR,
     "NOERROR AA 2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7.7.d.f.ip6.arpa 60 PTR www.lab.test; "},
    {"0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7.7.d.f.ip6.arpa", DNS_PTR,
     "NOERROR AA | 0.0.0.0.0.0.0.0.0.0.0.0.7.7.d.f.ip6.arpa 60 SOA ns.lab.test; "},
};

START_TEST(looked_up) {
    ask(lookups[_i].name, lookups[_i].type);
    expect(lookups[_i].expected);
    ck_assert_uint_le(reply_length, DNS_UDP_MAX);
    ck_assert(header_of_reply().flags & DNS_RD);
    ck_assert_mem_eq(reply + DNS_HEADER, query + DNS_HEADER, query_length - DNS_HEADER); /* in its own case */
}
END_TEST

/* A name in an answer is a pointer of two octets to that of the question. */
START_TEST(compressed) {
    ask("www.lab.test", DNS_AAAA);
    ck_assert_uint_eq(reply_length, query_length + 2 + 10 + 16);
    ck_assert_uint_eq(reply[query_length], 0xc0);
    ck_assert_uint_eq(reply[query_length + 1], DNS_HEADER);
}
END_TEST

/* ---- how much fits ---- */

static const struct {
    unsigned takes;
    bool tcp, whole;
    size_t most;
} sizes[] = {
    {0, false, false, 512},      {100, false, false, 512},     {1232, false, false, 1232},
    {65535, false, false, 1232}, {0, true, true, DNS_TCP_MAX}, {1232, true, true, DNS_TCP_MAX},
};

START_TEST(cut_when_it_does_not_fit) {
    ask_with("many.lab.test", DNS_A, sizes[_i].takes, sizes[_i].tcp);
    struct dns_header header = header_of_reply();
    ck_assert_int_eq(!(header.flags & DNS_TC), sizes[_i].whole);
    ck_assert_uint_eq(header.count[1], sizes[_i].whole ? 100 : 0);
    ck_assert_uint_eq(header.count[3], sizes[_i].takes > 0);
    ck_assert_uint_le(reply_length, sizes[_i].most);
    if (!sizes[_i].whole) {
        expect("NOERROR AA TC ");
    }
}
END_TEST

/* Head and question are 33 octets, a record is 16, OPT is 11: with 29 records that is 497 or 508, with 30 it is 513. */
START_TEST(cut_at_the_octet) {
    for (unsigned i = 0; i < 30; i++) {
        char address[32];
        snprintf(address, sizeof address, "10.79.0.%u", i);
        add("thirty", address);
        if (i == 28) {
            dns_zone_settle(zone);
            ask_with("thirty.lab.test", DNS_A, 512, false);
            ck_assert_uint_eq(reply_length, 508);
            ck_assert_uint_eq(header_of_reply().count[1], 29);
        }
    }
    dns_zone_settle(zone);
    ask("thirty.lab.test", DNS_A);
    expect("NOERROR AA TC ");
    ask_with("thirty.lab.test", DNS_A, 513 + 11, false);
    ck_assert_uint_eq(header_of_reply().count[1], 30);
}
END_TEST

/* Where the server is need not be said: as many of its addresses as fit, and no TC. RFC 2181 9 */
START_TEST(additional_is_never_cut) {
    for (unsigned i = 0; i < 40; i++) {
        char address[32];
        snprintf(address, sizeof address, "10.79.0.%u", i);
        add("ns", address);
    }
    dns_zone_settle(zone);
    ask("lab.test", DNS_NS);
    struct dns_header header = header_of_reply();
    ck_assert(!(header.flags & DNS_TC));
    ck_assert_uint_eq(header.count[1], 1);
    ck_assert_uint_eq(header.count[3], 24); /* 26 octets, NS is 17, an address 19; there are 41 */
    ck_assert_uint_le(reply_length, DNS_UDP_MAX);
    ask_with("lab.test", DNS_NS, 1232, false);
    ck_assert_uint_eq(header_of_reply().count[3], 42);
}
END_TEST

/* ---- what is not as it should be ---- */

static void raw(const void *octets, size_t length) {
    memcpy(query, octets, length);
    send_query(&(struct dns_writer){.octet = query, .length = length}, false);
}

#define HEAD(flags, questions) "\x12\x34" flags "\0" questions "\0\0\0\0\0\0"
#define ROOT_A "\0\0\1\0\1"
#define RAW(text) \
    { text, sizeof(text) - 1 }

static const struct {
    const char *octets;
    size_t length;
} unreadable[] = {
    RAW(HEAD("\1\0", "\0")),                       /* no question */
    RAW(HEAD("\1\0", "\2") ROOT_A ROOT_A),         /* two */
    RAW(HEAD("\1\0", "\1")),                       /* one is announced */
    RAW(HEAD("\1\0", "\1") "\3www"),               /* a name without an end */
    RAW(HEAD("\1\0", "\1") "\3ww"),                /* a label that goes on behind the end */
    RAW(HEAD("\1\0", "\1") "\0\0\1\0"),            /* a class of one octet */
    RAW(HEAD("\1\0", "\1") "\xc0\x0c\0\1\0\1"),    /* a pointer to itself */
    RAW(HEAD("\1\0", "\1") "\1a\xc0\x0c\0\1\0\1"), /* a circle */
    RAW(HEAD("\1\0", "\1") "\xc0\xff\0\1\0\1"),    /* a pointer forwards */
    RAW(HEAD("\1\0", "\1") "\xc0\4\0\1\0\1"),      /* a pointer into the header */
    RAW(HEAD("\1\0", "\1") "\3www\xc0\4\0\1\0\1"),
    RAW(HEAD("\1\0", "\1") "\xc0"), /* half a pointer */
    RAW(HEAD("\1\0", "\1") "\x40"
                           "a\0\0\1\0\1"),                                   /* a label of another kind */
    RAW(HEAD("\1\0", "\1") ROOT_A "x"),                                      /* octets behind the end */
    RAW("\x12\x34\1\0\0\1\0\0\0\0\0\1" ROOT_A "\0\0\x29\4\xd0\0\0\0\0\0\5"), /* OPT that goes on behind the end */
    RAW("\x12\x34\1\0\0\1\0\1\0\0\0\0" ROOT_A "\0\0\x29\4\xd0\0\0\0\0\0\0"), /* OPT as an answer */
    RAW("\x12\x34\1\0\0\1\0\0\0\0\0\2" ROOT_A "\0\0\x29\4\xd0\0\0\0\0\0\0\0\0\x29\4\xd0\0\0\0\0\0\0"), /* two */
};

START_TEST(cannot_be_read) {
    raw(unreadable[_i].octets, unreadable[_i].length);
    ck_assert_uint_eq(header_of_reply().flags & 15, DNS_FORMERR);
    ck_assert_uint_le(reply_length, query_length);
}
END_TEST

/* An answer to an answer, and the two servers would talk for ever. */
START_TEST(not_answered) {
    raw(HEAD("\x81\0", "\1") ROOT_A, 17);
    ck_assert_uint_eq(reply_length, 0);
    for (size_t length = 0; length < DNS_HEADER; length++) {
        raw(HEAD("\1\0", "\1"), length);
        ck_assert_uint_eq(reply_length, 0);
    }
}
END_TEST

START_TEST(other_kinds) {
    struct dns_writer writer = begin_query(0x2800, 1, 0); /* UPDATE */
    put_question(&writer, "lab.test", DNS_SOA, DNS_IN);
    send_query(&writer, false);
    ck_assert_uint_eq(header_of_reply().flags & 0x780f, 0x2800 | DNS_NOTIMP);
    writer = begin_query(0, 1, 0);
    put_question(&writer, "www.lab.test", DNS_A, 3); /* Chaosnet */
    send_query(&writer, false);
    expect("REFUSED ");
    writer = begin_query(0, 1, 1);
    put_question(&writer, "www.lab.test", DNS_A, DNS_IN);
    put_opt(&writer, 1232, 1);
    send_query(&writer, false);
    expect("NOERROR "); /* the upper bits of BADVERS are in OPT */
    ck_assert_uint_eq(reply[reply_length - 6], 1);
}
END_TEST

/* DO comes back as it was: RFC 3225 3. Unknown flags beside it do not: RFC 6891 6.1.4. */
START_TEST(dnssec_flag) {
    for (unsigned set = 0; set < 2; set++) {
        struct dns_writer writer = begin_query(0, 1, 1);
        put_question(&writer, "www.lab.test", DNS_A, DNS_IN);
        put_opt(&writer, 1232, 0);
        dns_set_u16(&writer, writer.length - 4, set ? 0xffff : 0x7fff);
        send_query(&writer, false);
        ck_assert_uint_eq(reply[reply_length - 4], set ? 0x80 : 0);
        ck_assert_uint_eq(reply[reply_length - 3], 0);
    }
}
END_TEST

/* Any damage to a query: an answer that can be read, or none. Each octet of it is explained, once. */
START_TEST(damaged) {
    static char room[60000];
    uint64_t dice = (uint64_t)_i + 1;
    ask_with("www.lab.test", DNS_A, 1232, false);
    struct dns_writer writer = {.octet = query, .length = query_length};
    for (unsigned i = draw(&dice) % 4; i <= 4; i++) {
        query[draw(&dice) % query_length] = (uint8_t)draw(&dice);
    }
    writer.length -= draw(&dice) % 3 == 0 ? draw(&dice) % query_length : 0;
    send_query(&writer, draw(&dice) % 2 == 0);
    ck_assert(reply_length == 0 || reply_length >= DNS_HEADER);
    const uint8_t *messages[2] = {query, reply};
    const size_t lengths[2] = {query_length, reply_length};
    for (int which = 0; which < 2; which++) {
        struct text text = text_fixed(room, sizeof room);
        dns_explain(&text, messages[which], lengths[which]);
        size_t next = 0, last = 0;
        for (char *line = strtok(room, "\n"); line; line = strtok(NULL, "\n")) {
            char *end;
            size_t octets = 0;
            ck_assert_uint_eq(strtoul(line, &end, 10), next);
            for (const char *hex = end + 1; hex[0] == ' ' && hex[1] && hex[1] != ' ' && octets < 8; hex += 3) {
                ck_assert_uint_eq(strtoul(hex, NULL, 16), messages[which][next + octets]);
                octets++;
            }
            next += octets;
            last = next;
        }
        ck_assert_uint_eq(last, lengths[which]);
    }
}
END_TEST

/* ---- files ---- */

static int read_file(const char *content, char error[DNS_ZONE_ERROR]) {
    char path[] = "/tmp/test_dns.XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, content, strlen(content)), (int)strlen(content));
    close(fd);
    int result = dns_zone_read(zone, path, error);
    unlink(path);
    dns_zone_settle(zone);
    return result;
}

START_TEST(file_is_read) {
    char error[DNS_ZONE_ERROR];
    ck_assert_int_eq(read_file("# all\n\n10.77.0.9\tone one.lab.test. two # more\n  fd77::9 one\r\n", error), 0);
    ask("two.lab.test", DNS_A);
    expect("NOERROR AA two.lab.test 60 A 10.77.0.9; ");
    ask("9.0.77.10.in-addr.arpa", DNS_PTR);
    expect("NOERROR AA 9.0.77.10.in-addr.arpa 60 PTR one.lab.test; ");
}
END_TEST

/* Each record once, in the order of the file, however often it is said. RFC 2181 5 */
START_TEST(said_twice) {
    char error[DNS_ZONE_ERROR];
    ck_assert_int_eq(read_file("10.77.0.9 z z ZZ\n10.77.0.8 z\n10.77.0.9 Z zz\nfd77::9 z\nfd77::9 z\n", error), 0);
    dns_zone_settle(zone);
    ask("z.lab.test", DNS_A);
    expect("NOERROR AA z.lab.test 60 A 10.77.0.9; z.lab.test 60 A 10.77.0.8; ");
    ask("zz.lab.test", DNS_A);
    expect("NOERROR AA zz.lab.test 60 A 10.77.0.9; ");
    ask("z.lab.test", DNS_AAAA);
    expect("NOERROR AA z.lab.test 60 AAAA fd77::9; ");
    ask("9.0.77.10.in-addr.arpa", DNS_PTR);
    expect("NOERROR AA 9.0.77.10.in-addr.arpa 60 PTR z.lab.test; ");
}
END_TEST

static const struct {
    const char *content, *error;
} bad_files[] = {
    {"10.77.0.9 a\n10.77.0.300 b\n", "line 2: 10.77.0.300 is no address"},
    {"10.77.0.9\n", "line 1: no name follows the address"},
    {"10.77.0.9 www.example.com\n", "line 1: www.example.com is not below lab.test"},
    {"10.77.0.9 a..b\n", "line 1: a..b is no name"},
};

START_TEST(bad_file_is_refused) {
    char error[DNS_ZONE_ERROR];
    ck_assert_int_eq(read_file(bad_files[_i].content, error), -1);
    ck_assert_msg(strstr(error, bad_files[_i].error) != NULL, "%s", error);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("dns_answer", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, looked_up, 0, (int)(sizeof lookups / sizeof lookups[0]));
    tcase_add_test(tests, compressed);
    tcase_add_loop_test(tests, cut_when_it_does_not_fit, 0, (int)(sizeof sizes / sizeof sizes[0]));
    tcase_add_test(tests, cut_at_the_octet);
    tcase_add_test(tests, additional_is_never_cut);
    tcase_add_loop_test(tests, cannot_be_read, 0, (int)(sizeof unreadable / sizeof unreadable[0]));
    tcase_add_test(tests, not_answered);
    tcase_add_test(tests, other_kinds);
    tcase_add_test(tests, dnssec_flag);
    tcase_add_loop_test(tests, damaged, 0, 300);
    tcase_add_test(tests, file_is_read);
    tcase_add_test(tests, said_twice);
    tcase_add_loop_test(tests, bad_file_is_refused, 0, (int)(sizeof bad_files / sizeof bad_files[0]));
    return unit_run(suite);
}
