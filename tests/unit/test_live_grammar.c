/* test_live_grammar.c: each octet of a message is in one piece, and the piece is what RFC 9112 calls it. live_grammar.h
 */
#include "live/live_grammar.h"
#include "unit.h"

#include <stdio.h>

static char said[1000];

static void take_apart(const char *octets, size_t length, bool response) {
    struct live_grammar grammar = live_grammar_of(octets, (uint32_t)length, response);
    struct live_piece piece;
    uint32_t at = 0;
    said[0] = '\0';
    while (live_grammar_next(&grammar, &piece)) {
        ck_assert_uint_eq(piece.at, at);
        ck_assert_uint_gt(piece.length, 0);
        at += piece.length;
        snprintf(said + strlen(said), sizeof said - strlen(said), "%s:%.*s|", live_part_name(piece.part),
                 (int)piece.length, octets + piece.at);
    }
    ck_assert_uint_eq(at, length);
}

static const struct {
    const char *octets, *pieces;
    bool response;
} messages[] = {
    {"GET /a?b HTTP/1.1\r\nHost: c\r\nA:\r\n\r\nrest\r\n",
     "method:GET|SP: |target:/a|query:?b|SP: |version:HTTP/1.1|CRLF:\r\n|field name:Host|colon:: |field value:c|"
     "CRLF:\r\n|field name:A|colon::|CRLF:\r\n|CRLF:\r\n|body:rest\r\n|",
     false},
    {"HTTP/1.1 404 Not Found\r\nA: b c \r\n\r\nx",
     "version:HTTP/1.1|SP: |status:404|SP: |reason:Not Found|CRLF:\r\n|field name:A|colon:: |field value:b c |"
     "CRLF:\r\n|CRLF:\r\n|body:x|",
     true},
    {"\r\nGET / HTTP/1.1\n\nb", "CRLF:\r\n|method:GET|SP: |target:/|SP: |version:HTTP/1.1|CRLF:\n|CRLF:\n|body:b|",
     false},
    /* what is no message */
    {"hello", "method:hello|", false},
    {"hello\r\nyou", "method:hello|CRLF:\r\n|field name:you|", false},
    {"GET  /  x HTTP/1.1\r\n", "method:GET|SP:  |target:/|SP:  |version:x HTTP/1.1|CRLF:\r\n|", false},
    {"A b\rc", "method:A|SP: |target:b\rc|", false},
    {"", "", false},
    {"HTTP", "version:HTTP|", true},
};

START_TEST(message) {
    take_apart(messages[_i].octets, strlen(messages[_i].octets), messages[_i].response);
    ck_assert_str_eq(said, messages[_i].pieces);
}
END_TEST

/* Whatever the octets are, the pieces are all of them: take_apart() sees to that. */
START_TEST(any_octets) {
    static const char some[] = " \r\n:?\0aA/";
    uint32_t random = 1;
    for (unsigned i = 0; i < 20000; i++) {
        char octets[24];
        size_t length = i % sizeof octets;
        for (size_t k = 0; k < length; k++) {
            random = random * 1664525u + 1013904223u;
            octets[k] = some[(random >> 16) % (sizeof some - 1)];
        }
        take_apart(octets, length, i % 2);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("live_grammar", &tests);
    tcase_add_loop_test(tests, message, 0, (int)(sizeof messages / sizeof messages[0]));
    tcase_add_test(tests, any_octets);
    return unit_run(suite);
}
