/* test_tcp_options.c: wire/tcp_options.h. attack A21 A22 A23 A24; RFC 9293 MUST-4 MUST-5 MUST-6 MUST-7 MUST-64 MUST-68
 * MUST-69; requirement 7323-2.2; 7413-4.1.1a
 */
#include "packets.h"
#include "wire/tcp_options.h"

static enum lucid_drop parse(const void *octets, size_t length, struct tcp_options *options) {
    uint8_t *copy = exact_copy(octets, length);
    enum lucid_drop drop = tcp_options_parse(copy, length, options);
    EXPECT(options->sack_count <= TCP_SACK_MAX);
    exact_free(copy);
    return drop;
}

START_TEST(nothing) {
    struct tcp_options options;
    ck_assert_int_eq(parse("", 0, &options), LUCID_DROP_NONE);
    ck_assert(!options.has_mss && !options.has_window_scale && !options.sack_permitted && !options.has_timestamps);
    ck_assert_uint_eq(options.sack_count, 0);
}
END_TEST

/* Odd order, odd places (MUST-4, MUST-64): NOP, timestamps, window scale, NOP, NOP, MSS, SACK permitted, End, rubbish.
 */
static const uint8_t mixed[] = {1, 8, 10, 0x80, 0, 0,    1,    0xff, 0xff, 0xff, 0xfe, 3, 3,
                                7, 1, 1,  2,    4, 0x05, 0xb4, 4,    2,    0,    2,    0, 99};

START_TEST(odd_order_and_alignment) {
    struct tcp_options options;
    ck_assert_int_eq(parse(mixed, sizeof mixed, &options), LUCID_DROP_NONE);
    ck_assert(options.has_mss && options.has_window_scale && options.sack_permitted && options.has_timestamps);
    ck_assert_uint_eq(options.mss, 1460);
    ck_assert_uint_eq(options.window_scale, 7);
    ck_assert_uint_eq(options.ts_value, 0x80000001u);
    ck_assert_uint_eq(options.ts_echo, 0xfffffffeu);
}
END_TEST

/* RFC 7413 4.1.1: empty, or 4 to 16 octets, an even number of them. */
START_TEST(cookies) {
    for (uint8_t length = 2; length <= 40; length++) {
        uint8_t octets[40] = {34, length};
        struct tcp_options options;
        bool good = length == 2 || (length >= 6 && length <= 18 && length % 2 == 0);
        memset(octets + 2, 0xa5, sizeof octets - 2);
        ck_assert_int_eq(parse(octets, length, &options), LUCID_DROP_NONE);
        ck_assert_int_eq(options.has_fast_open, good);
        ck_assert_uint_eq(options.cookie_length, good ? length - 2u : 0u);
        ck_assert_int_eq(options.cookie[15], length == 18 ? 0xa5 : 0);
    }
}
END_TEST

/* The longest cookie fits into a SYN with all options, without a SACK block. */
START_TEST(longest_cookie) {
    struct tcp_options options = {.has_mss = true, .has_window_scale = true, .sack_permitted = true}, again;
    options.has_timestamps = options.has_fast_open = true;
    options.cookie_length = TCP_COOKIE_MAX;
    options.sack_count = 1;
    memset(options.cookie, 0x5a, sizeof options.cookie);
    uint8_t octets[TCP_OPTIONS_MAX];
    ck_assert_uint_eq(tcp_options_length(&options), TCP_OPTIONS_MAX);
    ck_assert_uint_eq(tcp_options_build(octets, &options), TCP_OPTIONS_MAX);
    ck_assert_int_eq(parse(octets, sizeof octets, &again), LUCID_DROP_NONE);
    ck_assert(again.has_mss && again.has_window_scale && again.sack_permitted && again.has_timestamps);
    ck_assert_uint_eq(again.cookie_length, TCP_COOKIE_MAX);
    ck_assert_mem_eq(again.cookie, options.cookie, TCP_COOKIE_MAX);
    ck_assert_uint_eq(again.sack_count, 0);
}
END_TEST

START_TEST(every_prefix) { /* attack A21 */
    static const uint8_t boundaries[] = {0, 1, 11, 14, 15, 16, 20, 22, 23, 24, 25, 26};
    for (size_t length = 0; length <= sizeof mixed; length++) {
        struct tcp_options options;
        bool whole = memchr(boundaries, (int)length, sizeof boundaries) != NULL;
        ck_assert_int_eq(parse(mixed, length, &options), whole ? LUCID_DROP_NONE : LUCID_DROP_TCP_OPTION);
        ck_assert_int_eq(options.has_mss, length >= 20);
        ck_assert_int_eq(options.has_timestamps, length >= 11);
    }
}
END_TEST

/* Every kind with every length in every room: attack A22, A23; CVE-2020-24337, CVE-2019-12258. */
START_TEST(every_kind_and_length) {
    for (unsigned kind = 2; kind < 256; kind++) {
        for (unsigned length = 0; length < 256; length++) {
            for (size_t room = 2; room <= 40; room++) {
                uint8_t octets[40];
                struct tcp_options options;
                memset(octets, 1, sizeof octets);
                octets[0] = (uint8_t)kind;
                octets[1] = (uint8_t)length;
                bool fits = length >= 2 && length <= room;
                EXPECT(tcp_options_parse(octets, room, &options) == (fits ? LUCID_DROP_NONE : LUCID_DROP_TCP_OPTION));
                EXPECT(options.has_mss == (fits && kind == 2 && length == 4));
                EXPECT(options.has_window_scale == (fits && kind == 3 && length == 3));
                EXPECT(options.sack_permitted == (fits && kind == 4 && length == 2));
                EXPECT(options.has_timestamps == (fits && kind == 8 && length == 10));
            }
        }
    }
}
END_TEST

START_TEST(what_follows_an_unknown_option_counts) { /* MUST-6 */
    static const uint8_t octets[] = {200, 6, 2, 4, 0, 1, 2, 4, 0x02, 0x18, 254, 2, 3, 3, 2};
    struct tcp_options options;
    ck_assert_int_eq(parse(octets, sizeof octets, &options), LUCID_DROP_NONE);
    ck_assert_uint_eq(options.mss, 536);
    ck_assert_uint_eq(options.window_scale, 2);
}
END_TEST

START_TEST(a_kind_alone_at_the_end_is_cut) {
    struct tcp_options options;
    for (unsigned kind = 0; kind < 256; kind++) {
        uint8_t octets[] = {1, 1, 1, (uint8_t)kind};
        ck_assert_int_eq(parse(octets, 4, &options), kind < 2 ? LUCID_DROP_NONE : LUCID_DROP_TCP_OPTION);
    }
}
END_TEST

START_TEST(window_scale_has_a_limit) { /* RFC 7323 2.3 */
    struct tcp_options options;
    for (unsigned shift = 0; shift < 256; shift++) {
        uint8_t octets[] = {3, 3, (uint8_t)shift};
        ck_assert_int_eq(parse(octets, 3, &options), LUCID_DROP_NONE);
        ck_assert_uint_eq(options.window_scale, shift > 14 ? 14 : shift);
    }
}
END_TEST

START_TEST(the_last_of_two_counts) {
    static const uint8_t octets[] = {2, 4, 1, 0, 2, 4, 2, 0};
    struct tcp_options options;
    ck_assert_int_eq(parse(octets, sizeof octets, &options), LUCID_DROP_NONE);
    ck_assert_uint_eq(options.mss, 512);
}
END_TEST

START_TEST(sack_lengths) { /* attack A24; CVE-2020-11912 */
    for (unsigned length = 2; length <= 40; length++) {
        uint8_t octets[40] = {5, (uint8_t)length};
        struct tcp_options options;
        for (unsigned i = 0; i < 4; i++) {
            set32(octets + 2 + 8 * i, 1000 * i + 1);
            set32(octets + 6 + 8 * i, 1000 * i + 500);
        }
        ck_assert_int_eq(parse(octets, length, &options), LUCID_DROP_NONE);
        bool right = (length - 2) % 8 == 0 && length <= 34;
        ck_assert_uint_eq(options.sack_count, right ? (length - 2) / 8 : 0);
        for (unsigned i = 0; i < options.sack_count; i++) {
            ck_assert_uint_eq(options.sack[i].left.v, 1000 * i + 1);
            ck_assert_uint_eq(options.sack[i].right.v, 1000 * i + 500);
        }
    }
}
END_TEST

START_TEST(sack_edges) { /* attack A24: left >= right */
    static const struct {
        uint32_t left, right;
        bool kept;
    } cases[] = {{1, 2, true},          {2, 2, false},          {3, 2, false},
                 {0xffffff00, 5, true}, {5, 0xffffff00, false}, {0x7fffffff, 0x80000001, true}};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t octets[20] = {1, 1, 5, 18};
        struct tcp_options options;
        set32(octets + 4, cases[i].left);
        set32(octets + 8, cases[i].right);
        set32(octets + 12, 100);
        set32(octets + 16, 200);
        ck_assert_int_eq(parse(octets, sizeof octets, &options), LUCID_DROP_NONE);
        ck_assert_uint_eq(options.sack_count, cases[i].kept ? 2 : 1);
        ck_assert_uint_eq(options.sack[options.sack_count - 1].left.v, 100);
    }
}
END_TEST

START_TEST(random_octets_do_no_harm) {
    uint64_t seed = 21;
    for (int round = 0; round < 300000; round++) {
        uint8_t octets[40];
        size_t length = draw_below(&seed, 41);
        for (size_t i = 0; i < length; i++) {
            octets[i] = (uint8_t)draw_below(&seed, 12);
        }
        struct tcp_options options;
        parse(octets, length, &options);
    }
}
END_TEST

/* ---- writing ---- */

/* Every option has a length (MUST-68), and what would follow an End is zero (MUST-69). */
static void check_form(const uint8_t *octets, size_t length) {
    size_t at = 0;
    while (at < length && octets[at] != 0) {
        if (octets[at] == 1) {
            at++;
            continue;
        }
        EXPECT(length - at >= 2 && octets[at + 1] >= 2 && octets[at + 1] <= length - at);
        at += octets[at + 1];
    }
    for (; at < length; at++) {
        EXPECT(octets[at] == 0);
    }
}

static bool same(const struct tcp_options *a, const struct tcp_options *b) {
    bool presence = a->has_mss == b->has_mss && a->has_window_scale == b->has_window_scale &&
                    a->sack_permitted == b->sack_permitted && a->has_timestamps == b->has_timestamps;
    bool values = a->mss == b->mss && a->window_scale == b->window_scale && a->ts_value == b->ts_value &&
                  a->ts_echo == b->ts_echo;
    return presence && values;
}

START_TEST(every_combination_is_written) {
    for (unsigned bits = 0; bits < 16; bits++) {
        for (unsigned blocks = 0; blocks <= 4; blocks++) {
            struct tcp_options in = {.has_mss = bits & 1,
                                     .has_window_scale = (bits & 2) != 0,
                                     .sack_permitted = (bits & 4) != 0,
                                     .has_timestamps = (bits & 8) != 0,
                                     .mss = bits & 1 ? 1460 : 0,
                                     .window_scale = bits & 2 ? 14 : 0,
                                     .ts_value = bits & 8 ? 0xdeadbeef : 0,
                                     .ts_echo = bits & 8 ? 1 : 0,
                                     .sack_count = (uint8_t)blocks};
            for (unsigned i = 0; i < blocks; i++) {
                in.sack[i] = (struct tcp_sack_block){seq32(0xfffffff0u + 100 * i), seq32(50 + 100 * i)};
            }
            uint8_t blank[TCP_OPTIONS_MAX] = {0};
            size_t length = tcp_options_length(&in);
            ck_assert_uint_le(length, TCP_OPTIONS_MAX);
            uint8_t *octets = exact_copy(blank, length);
            ck_assert_uint_eq(tcp_options_build(octets, &in), length);
            ck_assert_uint_eq(length % 4, 0);
            check_form(octets, length);
            struct tcp_options out;
            ck_assert_int_eq(tcp_options_parse(octets, length, &out), LUCID_DROP_NONE);
            ck_assert(same(&in, &out));
            ck_assert_uint_le(out.sack_count, blocks);
            ck_assert(out.sack_count == blocks || length + 8 > TCP_OPTIONS_MAX);
            for (unsigned i = 0; i < out.sack_count; i++) {
                ck_assert(seq_eq(in.sack[i].left, out.sack[i].left) && seq_eq(in.sack[i].right, out.sack[i].right));
            }
            exact_free(octets);
        }
    }
}
END_TEST

START_TEST(usual_forms) {
    uint8_t octets[TCP_OPTIONS_MAX];
    struct tcp_options syn = {.has_mss = true, .mss = 1460, .has_window_scale = true, .window_scale = 7};
    static const uint8_t expected[] = {2, 4, 0x05, 0xb4, 1, 3, 3, 7};
    ck_assert_uint_eq(tcp_options_build(octets, &syn), sizeof expected);
    ck_assert_mem_eq(octets, expected, sizeof expected);
    struct tcp_options data = {.has_timestamps = true, .ts_value = 1, .ts_echo = 2};
    static const uint8_t stamps[] = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
    ck_assert_uint_eq(tcp_options_build(octets, &data), sizeof stamps);
    ck_assert_mem_eq(octets, stamps, sizeof stamps);
    struct tcp_options all = {.sack_count = 4, .has_timestamps = true};
    ck_assert_uint_eq(tcp_options_length(&all), 12 + 4 + 24); /* three blocks beside timestamps, RFC 2018 3 */
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("tcp_options", &tests);
    tcase_add_test(tests, nothing);
    tcase_add_test(tests, odd_order_and_alignment);
    tcase_add_test(tests, cookies);
    tcase_add_test(tests, longest_cookie);
    tcase_add_test(tests, every_prefix);
    tcase_add_test(tests, every_kind_and_length);
    tcase_add_test(tests, what_follows_an_unknown_option_counts);
    tcase_add_test(tests, a_kind_alone_at_the_end_is_cut);
    tcase_add_test(tests, window_scale_has_a_limit);
    tcase_add_test(tests, the_last_of_two_counts);
    tcase_add_test(tests, sack_lengths);
    tcase_add_test(tests, sack_edges);
    tcase_add_test(tests, random_octets_do_no_harm);
    tcase_add_test(tests, every_combination_is_written);
    tcase_add_test(tests, usual_forms);
    return unit_run(suite);
}
