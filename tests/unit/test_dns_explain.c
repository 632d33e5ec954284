/* test_dns_explain.c: messages octet by octet. dns_explain.h. That each octet is told once, whatever the message, is in
 * test_dns_answer.c. */
#include "dns/dns_explain.h"
#include "unit.h"

/* A query with OPT, and a COOKIE in it. */
static const uint8_t query[] = {0x12, 0x34, 0x01, 0x20, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x01,
                                0x61, 0x03, 0x6c, 0x61, 0x62, 0x04, 0x74, 0x65, 0x73, 0x74, 0x00, 0x00, 0x01,
                                0x00, 0x01, 0x00, 0x00, 0x29, 0x04, 0xd0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x0c,
                                0x00, 0x0a, 0x00, 0x08, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68};

static const char query_explained[] =
    "      0  12 34                    id 4660\n"
    "      2  01 20                    a query, standard, recursion desired, authentic data\n"
    "      4  00 01                    1 question\n"
    "      6  00 00                    0 answers\n"
    "      8  00 00                    0 authority records\n"
    "     10  00 01                    1 additional record\n"
    "     12  01 61                    question: label \"a\"\n"
    "     14  03 6c 61 62              label \"lab\"\n"
    "     18  04 74 65 73 74           label \"test\"\n"
    "     23  00                       end of the name a.lab.test\n"
    "     24  00 01                    type A\n"
    "     26  00 01                    class IN\n"
    "     28  00                       additional: the root, which has no label\n"
    "     29  00 29                    type OPT\n"
    "     31  04 d0                    takes 1232 octets over UDP\n"
    "     33  00 00 00 00              upper bits of the code 0, EDNS version 0, flags 0000\n"
    "     37  00 0c                    octets of data: 12\n"
    "     39  00 0a                    option 10 (COOKIE)\n"
    "     41  00 08                    octets of this option: 8\n"
    "     43  61 62 63 64 65 66 67 68  data: 8 octets\n";

/* "There is none", and until when that may be believed. */
static const uint8_t reply[] = {
    0x12, 0x34, 0x85, 0x03, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x01, 0x61, 0x03, 0x6c, 0x61, 0x62,
    0x04, 0x74, 0x65, 0x73, 0x74, 0x00, 0x00, 0x01, 0x00, 0x01, 0xc0, 0x0e, 0x00, 0x06, 0x00, 0x01, 0x00, 0x00,
    0x00, 0x3c, 0x00, 0x26, 0x02, 0x6e, 0x73, 0xc0, 0x0e, 0x0a, 0x68, 0x6f, 0x73, 0x74, 0x6d, 0x61, 0x73, 0x74,
    0x65, 0x72, 0xc0, 0x0e, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x0e, 0x10, 0x00, 0x00, 0x02, 0x58, 0x00, 0x01,
    0x51, 0x80, 0x00, 0x00, 0x00, 0x3c, 0x00, 0x00, 0x29, 0x04, 0xd0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

static const char reply_explained[] =
    "      0  12 34                    id 4660\n"
    "      2  85 03                    a response, standard, from who is responsible, recursion desired, NXDOMAIN\n"
    "      4  00 01                    1 question\n"
    "      6  00 00                    0 answers\n"
    "      8  00 01                    1 authority record\n"
    "     10  00 01                    1 additional record\n"
    "     12  01 61                    question: label \"a\"\n"
    "     14  03 6c 61 62              label \"lab\"\n"
    "     18  04 74 65 73 74           label \"test\"\n"
    "     23  00                       end of the name a.lab.test\n"
    "     24  00 01                    type A\n"
    "     26  00 01                    class IN\n"
    "     28  c0 0e                    authority: pointer to octet 14: lab.test\n"
    "     30  00 06                    type SOA\n"
    "     32  00 01                    class IN\n"
    "     34  00 00 00 3c              may be kept for 60 s\n"
    "     38  00 26                    octets of data: 38\n"
    "     40  02 6e 73                 data: server: label \"ns\"\n"
    "     43  c0 0e                    pointer to octet 14: ns.lab.test\n"
    "     45  0a 68 6f 73 74 6d 61 73  data: mail to: label \"hostmaster\"\n"
    "     53  74 65 72\n"
    "     56  c0 0e                    pointer to octet 14: hostmaster.lab.test\n"
    "     58  00 00 00 01              data: serial number of the zone: 1\n"
    "     62  00 00 0e 10              data: seconds until a copy asks whether it is current: 3600\n"
    "     66  00 00 02 58              data: seconds until it asks again: 600\n"
    "     70  00 01 51 80              data: seconds until it is too old: 86400\n"
    "     74  00 00 00 3c              data: seconds for which \"there is none\" may be kept: 60\n"
    "     78  00                       additional: the root, which has no label\n"
    "     79  00 29                    type OPT\n"
    "     81  04 d0                    takes 1232 octets over UDP\n"
    "     83  00 00 00 00              upper bits of the code 0, EDNS version 0, flags 0000\n"
    "     87  00 00                    octets of data: 0\n";

static void expect(const uint8_t *octets, size_t length, const char *expected) {
    static char room[8000];
    struct text text = text_fixed(room, sizeof room);
    uint8_t *exact = exact_copy(octets, length);
    dns_explain(&text, exact, length);
    exact_free(exact);
    ck_assert_str_eq(room, expected);
}

START_TEST(explained) {
    expect(query, sizeof query, query_explained);
    expect(reply, sizeof reply, reply_explained);
}
END_TEST

#define HEAD "\x12\x34\x81\x90\0\0\0\1\0\0\0\0"
#define HEAD_TEXT                                                                                               \
    "      0  12 34                    id 4660\n"                                                               \
    "      2  81 90                    a response, standard, recursion desired, recursion available, checking " \
    "disabled, NOERROR\n"                                                                                       \
    "      4  00 00                    0 questions\n"                                                           \
    "      6  00 01                    1 answer\n"                                                              \
    "      8  00 00                    0 authority records\n"                                                   \
    "     10  00 00                    0 additional records\n"

/* Data that is not what its type says, and where nothing more can be known. */
START_TEST(damaged) {
    static const char a_of_two[] = HEAD "\0\0\1\0\1\0\0\0\1\0\2xy";
    static const char soa_too_short[] = HEAD "\0\0\6\0\1\0\0\0\1\0\7\0\0abcde";
    static const char circle[] = HEAD "\xc0\x0c\0\1";
    expect((const uint8_t *)a_of_two, sizeof a_of_two - 1,
           HEAD_TEXT "     12  00                       answer: the root, which has no label\n"
                     "     13  00 01                    type A\n"
                     "     15  00 01                    class IN\n"
                     "     17  00 00 00 01              may be kept for 1 s\n"
                     "     21  00 02                    octets of data: 2\n"
                     "     23  78 79                    data: 2 octets\n");
    expect((const uint8_t *)soa_too_short, sizeof soa_too_short - 1,
           HEAD_TEXT "     12  00                       answer: the root, which has no label\n"
                     "     13  00 06                    type SOA\n"
                     "     15  00 01                    class IN\n"
                     "     17  00 00 00 01              may be kept for 1 s\n"
                     "     21  00 07                    octets of data: 7\n"
                     "     23  00                       data: server: the root, which has no label\n"
                     "     24  00                       data: mail to: the root, which has no label\n"
                     "     25  61 62 63 64              data: serial number of the zone: 1633837924\n"
                     "     29  65                       data: 1 octet\n");
    expect((const uint8_t *)circle, sizeof circle - 1, HEAD_TEXT "     12  c0 0c 00 01              cannot be read\n");
}
END_TEST

/* Four labels of octets that text must escape: a name as long as there is, and a pointer to it. */
START_TEST(longest_name) {
    static uint8_t message[600] = {0, 1, 0x80, 0, 0, 1, 0, 1};
    struct text text = text_growing();
    struct dns_writer writer = {.octet = message, .room = sizeof message, .length = DNS_HEADER};
    for (unsigned label = 0; label < 4; label++) {
        const uint8_t size = label < 3 ? 63 : 61;
        dns_put_octets(&writer, &size, 1);
        for (unsigned i = 0; i < size; i++) {
            dns_put_octets(&writer, "\1", 1);
        }
    }
    dns_put_octets(&writer, "\0\0\1\0\1\xc0\x0c\0\1\0\1\0\0\0\1\0\0", 17);
    dns_explain(&text, message, writer.length);
    ck_assert(!text.cut);
    ck_assert_ptr_nonnull(strstr(text.data, "    266  00                       end of the name \\001\\001"));
    ck_assert_ptr_nonnull(
        strstr(text.data, "    271  c0 0c                    answer: pointer to octet 12: \\001\\001"));
    ck_assert_ptr_nonnull(strstr(text.data, "    281  00 00                    octets of data: 0\n"));
    text_free(&text);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("dns_explain", &tests);
    tcase_add_test(tests, explained);
    tcase_add_test(tests, damaged);
    tcase_add_test(tests, longest_name);
    return unit_run(suite);
}
