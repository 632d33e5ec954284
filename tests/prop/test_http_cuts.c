/* test_http_cuts.c: however TCP cuts a stream of requests, and whatever the network does to it, the answers are the
 * same. H46, AH1. RFC 9112 2.2.
 *
 * From a seed come some requests, sound and broken, one behind the other, and sometimes an octet of them is changed.
 * They are sent to a server in one piece; to a second one in pieces cut anywhere, with pauses; to a third one over a
 * link that loses, doubles and reorders. All three must answer with the same octets, the Date apart, and end the
 * connection or not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/web.h"
#include "rng.h"
#include "unit/unit.h"

enum { SEEDS = 1200, REQUESTS = 8 };

static struct rng rng;

static uint32_t below(uint32_t bound) {
    return (uint32_t)(rng_next(&rng) % bound);
}

static const char *one_of(const char *const *list, unsigned count) {
    return list[below(count)];
}

#define ONE_OF(list) one_of(list, sizeof(list) / sizeof(list)[0])

/* ---- requests ---- */

static void put_body(struct text *text, unsigned length) {
    for (unsigned i = 0; i < length; i++) {
        text_put_char(text, "abc\r\n\0GET /"[below(11)]);
    }
}

static void put_fields(struct text *text) {
    static const char *const fields[] = {
        "",
        "",
        "X: y\r\n",
        "X:\r\nY:  \t z \t\r\n",
        "Cookie: a=b; c=\"d\"\r\n",
        "Connection: keep-alive, x\r\n",
        "Connection: close\r\n",
        "Accept: text/html,*/*;q=0.1\r\n",
        "X: \x80\xff\r\n",
    };
    text_put(text, ONE_OF(fields));
}

static void put_plain(struct text *text) {
    static const char *const lines[] = {
        "GET / HTTP/1.1\r\n",         "HEAD / HTTP/1.1\r\n",   "GET /nothing HTTP/1.1\r\n", "\r\nGET /?q HTTP/1.1\r\n",
        "GET http://b/ HTTP/1.1\r\n", "DELETE / HTTP/1.1\r\n", "OPTIONS * HTTP/1.1\r\n",    "GET /%zz HTTP/1.1\r\n",
        "GET /../ HTTP/1.1\r\n",      "GET / HTTP/1.0\r\n",
    };
    text_put(text, ONE_OF(lines));
    text_put(text, "Host: a\r\n");
    put_fields(text);
    text_put(text, "\r\n");
}

static void put_with_length(struct text *text) {
    unsigned length = below(4) ? below(50) : below(6000);
    text_format(text, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %u\r\n", below(3) ? "/" : "/x", length);
    put_fields(text);
    text_put(text, below(8) ? "\r\n" : "Expect: 100-continue\r\n\r\n");
    put_body(text, length);
}

static void put_chunked(struct text *text) {
    static const char *const extensions[] = {"", "", ";a", " ; a = b", ";a=\"b;\\\"c\""};
    static const char *const trailers[] = {"", "", "X: y\r\n"};
    text_put(text, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n");
    put_fields(text);
    text_put(text, "\r\n");
    for (unsigned i = below(5); i > 0; i--) {
        unsigned length = 1 + (below(4) ? below(20) : below(3000));
        text_format(text, below(2) ? "%x" : "00%X", length);
        text_put(text, ONE_OF(extensions));
        text_put(text, "\r\n");
        put_body(text, length);
        text_put(text, "\r\n");
    }
    text_put(text, "0\r\n");
    text_put(text, ONE_OF(trailers));
    text_put(text, "\r\n");
}

static void put_broken(struct text *text) {
    static const char *const broken[] = {
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET  / HTTP/1.1\r\n",
        "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\nabc",
        "\r\n\r\n",
    };
    text_put(text, ONE_OF(broken));
}

static void put_long(struct text *text) {
    text_put(text, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
    unsigned length = 1000 + below(40000);
    for (unsigned i = 0; i < length; i++) {
        text_put_char(text, 'x');
    }
    text_put(text, "\r\n\r\n");
}

static void draw_requests(struct text *text) {
    static void (*const kinds[])(struct text *) = {put_plain, put_plain,       put_with_length, put_chunked, put_plain,
                                                   put_plain, put_with_length, put_chunked,     put_broken,  put_long};
    for (unsigned i = 1 + below(REQUESTS); i > 0; i--) {
        kinds[below(sizeof kinds / sizeof kinds[0])](text);
    }
    if (below(3) == 0) {
        text->data[below((uint32_t)text->length)] = "\r\n \t:\0,x"[below(8)];
    }
    if (below(5) == 0) {
        text->length -= below((uint32_t)text->length);
    }
}

/* ---- sending them ---- */

enum manner { WHOLE, CUT, BAD_LINK, MANNERS };

struct outcome {
    struct text got;
    bool over; /* the server ended the connection while the client could have gone on */
};

static struct web web;

static void make_link_bad(void) {
    for (int i = 0; i < 2; i++) {
        web.pair_options.faults[i] = (struct lucid_faults){
            .loss = 50000,
            .duplicate = 50000,
            .reorder = 100000,
            .delay = 5 * LUCID_MILLISECOND,
            .queue = 10000,
            .seed = rng_next(&rng),
        };
    }
}

static void send_in_pieces(struct web_client *client, const struct text *requests) {
    bool octets = below(4) == 0 && requests->length < 3000;
    for (size_t at = 0; at < requests->length;) {
        size_t most = octets ? 1 : 1 + below(below(2) ? 40 : 4000);
        size_t length = most < requests->length - at ? most : requests->length - at;
        web_send(&web, client, requests->data + at, length);
        web_run(&web, below(3) * LUCID_MILLISECOND);
        at += length;
    }
}

/* The deadlines are not what is tested here, and a bad link may take longer than they allow. */
static void let_time(struct http_server_options *options) {
    options->head_time = options->idle_time = options->body_time = options->send_time = 3600 * LUCID_SECOND;
    options->drain_time = 600 * LUCID_SECOND;
}

static void run(enum manner manner, const struct text *requests, struct outcome *outcome) {
    web_init(&web);
    let_time(&web.options);
    if (manner == BAD_LINK) {
        make_link_bad();
    }
    const char *wrong = web_open(&web);
    ck_assert_msg(!wrong, "%s", wrong);
    struct web_client *client = web_connect(&web);
    if (manner == WHOLE) {
        web_send(&web, client, requests->data, requests->length);
    } else {
        send_in_pieces(client, requests);
    }
    web_run(&web, 100 * LUCID_SECOND);
    ck_assert_uint_eq(client->out.length, 0);
    outcome->over = client->ended;
    web_shutdown(&web, client);
    web_run(&web, 200 * LUCID_SECOND);
    ck_assert(client->ended && !client->error);
    outcome->got = text_growing();
    text_put_octets(&outcome->got, client->got.data ? client->got.data : "", client->got.length);
    wrong = web_close(&web);
    ck_assert_msg(!wrong, "%s", wrong);
}

/* ---- comparing ---- */

/* Dates become one date, and interim answers, which are sent only to who waits, go. */
static void normalize(struct text *text) {
    static const char date[] = "\r\nDate: ", interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    char *at = text->data;
    while ((at = memmem(at, text->length - (size_t)(at - text->data), date, sizeof date - 1))) {
        at += sizeof date - 1;
        memset(at, 'd', 29);
    }
    while ((at = memmem(text->data, text->length, interim, sizeof interim - 1))) {
        char *behind = at + sizeof interim - 1;
        memmove(at, behind, text->length - (size_t)(behind - text->data));
        text->length -= sizeof interim - 1;
    }
}

static void same(const struct outcome *a, const struct outcome *b, int seed, enum manner manner) {
    bool equal = a->got.length == b->got.length && memcmp(a->got.data, b->got.data, a->got.length) == 0;
    ck_assert_msg(equal && a->over == b->over,
                  "seed %d, manner %u: %zu octets and %s, in one piece %zu and %s\n--- in one piece:\n%s\n--- now:\n%s",
                  seed, manner, b->got.length, b->over ? "FIN" : "no FIN", a->got.length, a->over ? "FIN" : "no FIN",
                  a->got.data, b->got.data);
}

static unsigned answers, refusals;

static void count(const struct text *got) {
    const char *at = got->data;
    while ((at = memmem(at, got->length - (size_t)(at - got->data), "HTTP/1.1 ", 9))) {
        answers++;
        refusals += at[9] == '4' || at[9] == '5';
        at += 9;
    }
}

START_TEST(every_cut_gives_the_same_answers) {
    for (int seed = _i; seed < _i + SEEDS / 4; seed++) {
        struct text requests = text_growing();
        struct outcome outcome[MANNERS];
        rng_seed(&rng, (uint64_t)seed, 0, 0);
        draw_requests(&requests);
        for (enum manner manner = WHOLE; manner < MANNERS; manner++) {
            run(manner, &requests, &outcome[manner]);
            normalize(&outcome[manner].got);
            same(&outcome[WHOLE], &outcome[manner], seed, manner);
        }
        count(&outcome[WHOLE].got);
        for (enum manner manner = WHOLE; manner < MANNERS; manner++) {
            text_free(&outcome[manner].got);
        }
        text_free(&requests);
    }
    ck_assert_uint_gt(answers, SEEDS / 2);
    ck_assert_uint_gt(refusals, SEEDS / 10);
    ck_assert_uint_lt(refusals, answers);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_cuts", &tests);
    tcase_set_timeout(tests, 120);
    for (int first = 0; first < 4; first++) {
        tcase_add_loop_test(tests, every_cut_gives_the_same_answers, first * SEEDS / 4, first * SEEDS / 4 + 1);
    }
    return unit_run(suite);
}
