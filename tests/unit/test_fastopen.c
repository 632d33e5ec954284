/* test_fastopen.c: tcp/fastopen.h, what is too long for tests/pkt/fastopen: a client keeps what it knows of 64 servers,
 * and of one more forgets the oldest. RFC 7413 4.1.3 4.1.3.1
 */
#include <stdarg.h>
#include <stdio.h>

#include "harness/drill.h"
#include "unit.h"

enum { SERVERS = 64, FIRST_PORT = 100 };

struct text {
    char octets[1 << 16];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    text->length += (size_t)vsnprintf(text->octets + text->length, sizeof text->octets - text->length, format,
                                      arguments);
    va_end(arguments);
    ck_assert_uint_lt(text->length, sizeof text->octets);
}

/* The server with this port refuses a connection; whether it was asked for a cookie. */
static void refused_by(struct text *text, int port, int own_port, bool asked) {
    say(text, "+.001 socket(..., SOCK_STREAM, IPPROTO_TCP) = 4\n");
    say(text, "+0 bind(4, :%d, ...) = 0\n", own_port);
    say(text, "+0 sendto(4, ..., 1, MSG_FASTOPEN, :%d, ...) = 1\n", port);
    say(text, "+0 > %d > %d S 0:0(0) <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 0%s>\n", own_port, port,
        asked ? ",nop,nop,fastopen" : "");
    say(text, "+0 < %d > %d R. 0:0(0) ack 1 win 0\n", port, own_port);
    say(text, "+0 close(4) = 0\n");
}

START_TEST(the_oldest_is_forgotten) {
    static struct text text;
    text.length = 0;
    say(&text, "config fast_open=1\n");
    for (int i = 0; i <= SERVERS; i++) {
        refused_by(&text, FIRST_PORT + i, 5000 + i, true);
    }
    refused_by(&text, FIRST_PORT + 1, 6000, false);
    refused_by(&text, FIRST_PORT + SERVERS, 6001, false);
    refused_by(&text, FIRST_PORT, 6002, true);
    ck_drill(text.octets);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("fastopen", &tests);
    tcase_add_test(tests, the_oldest_is_forgotten);
    return unit_run(suite);
}
