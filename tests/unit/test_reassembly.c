/* test_reassembly.c: ip/reassembly.c, ip/partial.c: fragments become datagrams again, or do not.
 * attack A11 A12; requirements 1122-3.3.2a 1122-3.2.2a 8200-4.5b 8200-4.5c 8200-4.5d 8200-5; RFC 3168 5.3
 */
#include "fragments.h"

/* ---- putting together ---- */

START_TEST(every_order) {
    static const uint32_t edges[] = {0, 24, 32, 800, 1001};
    static const uint8_t orders[24][4] = {
        {0, 1, 2, 3}, {0, 1, 3, 2}, {0, 2, 1, 3}, {0, 2, 3, 1}, {0, 3, 1, 2}, {0, 3, 2, 1}, {1, 0, 2, 3}, {1, 0, 3, 2},
        {1, 2, 0, 3}, {1, 2, 3, 0}, {1, 3, 0, 2}, {1, 3, 2, 0}, {2, 0, 1, 3}, {2, 0, 3, 1}, {2, 1, 0, 3}, {2, 1, 3, 0},
        {2, 3, 0, 1}, {2, 3, 1, 0}, {3, 0, 1, 2}, {3, 0, 2, 1}, {3, 1, 0, 2}, {3, 1, 2, 0}, {3, 2, 0, 1}, {3, 2, 1, 0}};
    bool six = _i;
    for (uint32_t order = 0; order < 24; order++) {
        for (unsigned k = 0; k < 4; k++) {
            unsigned part = orders[order][k];
            ck_assert_ptr_null(whole);
            ck_assert_int_eq(add(six, order, edges[part], edges[part + 1], part < 3), LUCID_DROP_NONE);
        }
        expect_whole(six, 1001);
        expect_nothing_left();
    }
    ck_assert_uint_eq(f.env.stats.reassembled, 24);
}
END_TEST

/* Several at once, cut at random places, with copies, in a random order. */
START_TEST(many_at_once) {
    enum { DATAGRAMS = 8, PARTS = 40 };
    uint64_t seed = 99;
    for (unsigned round = 0; round < 60; round++) {
        struct part parts[DATAGRAMS * PARTS];
        uint32_t lengths[DATAGRAMS], done = 0;
        unsigned count = 0;
        for (uint32_t id = 0; id < DATAGRAMS; id++) {
            uint32_t end = 0, pieces = 2 + draw_below(&seed, PARTS - 2);
            lengths[id] = 0;
            for (uint32_t k = 0; k < pieces; k++) {
                uint32_t from = end;
                end += k == 0 ? 24 : 8 * (1 + draw_below(&seed, round % 3 ? 20 : 150));
                end -= k + 1 == pieces ? draw_below(&seed, 8) : 0;
                parts[count++] = (struct part){.id = id, .from = from, .to = end, .more = k + 1 < pieces};
            }
            lengths[id] = end;
        }
        for (unsigned i = count - 1; i > 0; i--) {
            unsigned k = draw_below(&seed, i + 1);
            struct part other = parts[k];
            parts[k] = parts[i];
            parts[i] = other;
        }
        for (unsigned i = 0; i < count; i++) {
            make(round & 1, &parts[i]);
            EXPECT(take() == LUCID_DROP_NONE);
            if (whole) {
                expect_whole(round & 1, lengths[parts[i].id]);
                done++;
            } else if (draw_below(&seed, 4) == 0) {
                make(round & 1, &parts[i]);
                EXPECT(take() == LUCID_DROP_IP_FRAGMENT_COPY);
            }
        }
        ck_assert_uint_eq(done, DATAGRAMS);
        expect_nothing_left();
    }
}
END_TEST

/* What fragments of one datagram agree in: RFC 791 3.2, RFC 8200 4.5. */
START_TEST(what_belongs_together) {
    make(false, &(struct part){.id = 7, .from = 0, .to = 64, .more = true});
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    make(false, &(struct part){.id = 7, .from = 64, .to = 100, .protocol = 1}); /* another protocol */
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    ck_assert_ptr_null(whole);
    ck_assert_int_eq(add(false, 8, 64, 100, false), LUCID_DROP_NONE); /* another id */
    ck_assert_ptr_null(whole);
    make(false, &(struct part){.id = 7, .from = 64, .to = 100});
    packet.octets[15] = 9; /* another source */
    seal_ip4(&packet);
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    ck_assert_ptr_null(whole);
    struct lucid_addr other = address("192.0.2.5");
    make(false, &(struct part){.id = 7, .from = 64, .to = 100});
    memcpy(packet.octets + 16, other.octet + 12, 4); /* another address of ours */
    seal_ip4(&packet);
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    ck_assert_ptr_null(whole);
    ck_assert_uint_eq(f.ip.reassembly.count, 5);
    ck_assert_int_eq(add(false, 7, 64, 100, false), LUCID_DROP_NONE);
    expect_whole(false, 100);
    make(true, &(struct part){.id = 7, .from = 64, .to = 100, .protocol = 253}); /* IPv6: the first one's counts */
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    ck_assert_int_eq(add(true, 7, 0, 64, true), LUCID_DROP_NONE);
    expect_whole(true, 100);
}
END_TEST

START_TEST(the_first_header_is_kept) {
    static const uint8_t options[8] = {7, 7, 4, 0, 0, 0, 0, 0}; /* record route, which later fragments do not have */
    ck_assert_int_eq(add(false, 7, 64, 100, false), LUCID_DROP_NONE);
    make(false, &(struct part){.id = 7, .from = 0, .to = 64, .more = true});
    memmove(packet.octets + 28, packet.octets + 20, 64);
    memcpy(packet.octets + 20, options, 8);
    packet.octets[0] = 0x47;
    packet.octets[1] = 0x20;
    packet.octets[8] = 9;
    packet.length += 8;
    set16(packet.octets + 2, (unsigned)packet.length);
    seal_ip4(&packet);
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    ck_assert_ptr_nonnull(whole);
    ck_assert_uint_eq(whole->length, 128);
    static const uint8_t head[10] = {0x47, 0x20, 0, 128, 0, 7, 0, 0, 9, 17};
    ck_assert_mem_eq(whole->octets, head, sizeof head);
    ck_assert_uint_eq(slow_sum(0, whole->octets, 28), 0xffff);
    ck_assert_mem_eq(whole->octets + 20, options, 8);
    ck_assert_mem_eq(whole->octets + 28, data, 100);
}
END_TEST

START_TEST(extension_headers_stay) { /* before the Fragment header those of the first, behind it all of them */
    uint8_t before[8 + 8 + 8 + 24] = {44, 0, 1, 4, 0, 0, 0, 0, 60, 0, 0, 1, 0, 0, 0, 7, 17, 0, 1, 4, 0, 0, 0, 0};
    memcpy(before + 24, data, 24);
    make_packet(&packet, them[1], us[1], 60, before, sizeof before); /* destination options, fragment, options, UDP */
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    make(true, &(struct part){.id = 7, .from = 32, .to = 100});
    memcpy(packet.octets + 48, data + 24, 68);
    ck_assert_int_eq(take(), LUCID_DROP_NONE);
    ck_assert_ptr_nonnull(whole);
    ck_assert_uint_eq(whole->length, 40 + 8 + 8 + 92);
    ck_assert_uint_eq(whole->octets[6], 60);
    ck_assert_uint_eq(whole->octets[5], 8 + 8 + 92);
    ck_assert_uint_eq(whole->octets[40], 60);
    ck_assert_uint_eq(whole->octets[48], 17);
    ck_assert_mem_eq(whole->octets + 56, data, 92);
    struct datagram *kept = whole;
    whole = NULL;
    ck_assert_int_eq(fixture_input(&f, kept->octets, kept->length), LUCID_DROP_NONE);
    ck_assert(!f.datagram.fragment && f.datagram.protocol == 17 && f.datagram.length == 92);
    datagram_free(&f.env, kept);
}
END_TEST

START_TEST(atomic_fragments_are_alone) { /* 8200-4.5d, RFC 6946 4 */
    ck_assert_int_eq(add(true, 7, 0, 64, true), LUCID_DROP_NONE);
    make(true, &(struct part){.id = 7, .from = 0, .to = 40});
    ck_assert_int_eq(fixture_input(&f, packet.octets, packet.length), LUCID_DROP_NONE);
    ck_assert(!f.datagram.fragment && f.datagram.length == 40);
    ck_assert_int_eq(add(true, 7, 64, 100, false), LUCID_DROP_NONE);
    expect_whole(true, 100);
}
END_TEST

static enum lucid_drop add_marked(uint8_t ecn, uint32_t from, uint32_t to, bool more, bool six) {
    make(six, &(struct part){.id = 5, .from = from, .to = to, .more = more});
    packet.octets[1] |= (uint8_t)(six ? ecn << 4 : ecn);
    if (!six) {
        seal_ip4(&packet);
    }
    return take();
}

START_TEST(congestion_marks_are_not_lost) { /* RFC 3168 5.3 */
    for (uint8_t first = 0; first < 4; first++) {
        for (uint8_t second = 0; second < 4; second++) {
            bool refused = (first == 3 && second == 0) || (first == 0 && second == 3);
            ck_assert_int_eq(add_marked(first, 0, 64, true, _i), LUCID_DROP_NONE);
            ck_assert_int_eq(add_marked(second, 64, 100, false, _i),
                             refused ? LUCID_DROP_IP_FRAGMENT : LUCID_DROP_NONE);
            ck_assert_int_eq(whole == NULL, refused);
            if (whole) {
                unsigned ecn = _i ? whole->octets[1] >> 4 & 3 : whole->octets[1] & 3;
                ck_assert_uint_eq(ecn, first == 3 || second == 3 ? 3 : first);
            }
            expect_nothing_left();
        }
    }
}
END_TEST

/* ---- what cannot be ---- */

START_TEST(overlaps_end_the_datagram) { /* attack A11; 8200-4.5c */
    static const struct {
        uint32_t from, to;
        bool more;
    } wrong[] = {{56, 72, true},   {64, 72, true},  {72, 80, true},   {120, 136, true},  {56, 64, true},
                 {32, 200, false}, {56, 136, true}, {128, 144, true}, {128, 200, false}, {64, 128, false}};
    bool six = _i;
    for (uint32_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
        ck_assert_int_eq(add(six, k, 64, 128, true), LUCID_DROP_NONE);
        ck_assert_int_eq(add(six, k, 136, 180, false), LUCID_DROP_NONE);
        bool fits = wrong[k].to == 64; /* but not with what comes then */
        enum lucid_drop expected = fits ? LUCID_DROP_NONE : LUCID_DROP_IP_FRAGMENT_OVERLAP;
        ck_assert_int_eq(add(six, k, wrong[k].from, wrong[k].to, wrong[k].more), expected);
        ck_assert_int_eq(add(six, k, 0, 64, true), LUCID_DROP_IP_FRAGMENT_OVERLAP);
        ck_assert_ptr_null(whole);
    }
    ck_assert_uint_eq(f.ip.reassembly.count, sizeof wrong / sizeof wrong[0]);
    f.env.now = 60 * LUCID_SECOND;
    reassembly_timeouts(&f.ip);
    expect_nothing_left();
    ck_assert_ptr_null(fixture_output(&f)); /* in silence */
    ck_assert_uint_eq(f.env.stats.drop[LUCID_DROP_IP_FRAGMENT_TIME], 0);
}
END_TEST

START_TEST(other_octets_are_no_copy) { /* attack A11 */
    for (uint32_t at = 0; at < 64; at++) {
        ck_assert_int_eq(add(_i, at, 64, 128, true), LUCID_DROP_NONE);
        ck_assert_int_eq(add(_i, at, 64, 128, true), LUCID_DROP_IP_FRAGMENT_COPY);
        make(_i, &(struct part){.id = at, .from = 64, .to = 128, .more = true});
        packet.octets[packet.length - 1 - at] ^= 1;
        ck_assert_int_eq(take(), LUCID_DROP_IP_FRAGMENT_OVERLAP);
        ck_assert_int_eq(add(_i, at, 64, 128, true), LUCID_DROP_IP_FRAGMENT_OVERLAP);
    }
}
END_TEST

START_TEST(lengths_that_cannot_be) { /* 8200-4.5b; 1122-3.2.2a: never about a later fragment */
    ck_assert_int_eq(add(true, 1, 0, 63, true), LUCID_DROP_IP_FRAGMENT);
    complaint(true, 4, 0, 4);
    ck_assert_int_eq(add(true, 1, 64, 127, true), LUCID_DROP_IP_FRAGMENT);
    complaint(true, 4, 0, 4);
    ck_assert_int_eq(add(true, 1, 65528, 65536, false), LUCID_DROP_IP_FRAGMENT);
    complaint(true, 4, 0, 42);
    ck_assert_int_eq(add(true, 1, 65528, 65536, true), LUCID_DROP_IP_FRAGMENT);
    complaint(true, 4, 0, 42);
    ck_assert_int_eq(add(false, 1, 0, 63, true), LUCID_DROP_IP_FRAGMENT);
    complaint(false, 12, 0, 2u << 24);
    ck_assert_int_eq(add(false, 1, 64, 127, true), LUCID_DROP_IP_FRAGMENT);
    ck_assert_int_eq(add(false, 1, 65512, 65516, false), LUCID_DROP_IP_FRAGMENT);
    ck_assert_int_eq(add(false, 1, 65528, 65535, false), LUCID_DROP_IP_FRAGMENT);
    for (unsigned more = 0; more < 2; more++) {
        ck_assert_int_eq(add(false, 1, 64, 64, more), LUCID_DROP_IP_FRAGMENT);
        ck_assert_int_eq(add(true, 1, 64, 64, more), LUCID_DROP_IP_FRAGMENT);
    }
    ck_assert_ptr_null(fixture_output(&f));
    expect_nothing_left();
}
END_TEST

START_TEST(the_greatest_datagrams) { /* 1122-3.3.2a: 65535 octets; IPv6: behind its header */
    for (unsigned six = 0; six < 2; six++) {
        uint32_t most = six ? 65535 : 65515;
        for (uint32_t from = 0; from < most; from += 1480) {
            uint32_t to = from + 1480 < most ? from + 1480 : most;
            ck_assert_int_eq(add(six, 1, from, to, to < most), LUCID_DROP_NONE);
        }
        expect_whole(six, most);
    }
    uint8_t options[8] = {1, 1, 1, 1, 1, 1, 1, 0}; /* but not with a longer header before it, which comes late */
    ck_assert_int_eq(add(false, 2, 1480, 65512, true), LUCID_DROP_NONE);
    ck_assert_int_eq(add(false, 2, 65512, 65515, false), LUCID_DROP_NONE);
    make(false, &(struct part){.id = 2, .from = 0, .to = 1480, .more = true});
    memmove(packet.octets + 28, packet.octets + 20, 1480);
    memcpy(packet.octets + 20, options, 8);
    packet.octets[0] = 0x47;
    packet.length += 8;
    set16(packet.octets + 2, (unsigned)packet.length);
    seal_ip4(&packet);
    ck_assert_int_eq(take(), LUCID_DROP_IP_FRAGMENT);
    expect_nothing_left();
}
END_TEST

START_TEST(headers_cut_short) { /* attack A12 */
    static const struct { uint8_t protocol, least; } upper[] = {{6, 20}, {17, 8}, {58, 8}, {253, 1}, {59, 0}};
    for (uint32_t length = 8; length <= 24; length += 8) {
        for (uint32_t k = 0; k < 5; k++) {
            make(true, &(struct part){.id = k, .to = length, .more = true, .protocol = upper[k].protocol});
            bool good = length >= upper[k].least;
            ck_assert_int_eq(take(), good ? LUCID_DROP_NONE : LUCID_DROP_IP_FRAGMENT);
            if (!good) {
                complaint(true, 4, 3, 0);
            }
        }
        memcpy(data, (const uint8_t[]){17, 1, 1, 12}, 4); /* destination options of 16 octets, then UDP */
        make(true, &(struct part){.id = 9, .to = length, .more = true, .protocol = 60});
        ck_assert_int_eq(take(), length >= 24 ? LUCID_DROP_NONE : LUCID_DROP_IP_FRAGMENT);
        f.env.now += 61 * LUCID_SECOND;
        reassembly_timeouts(&f.ip);
        while (fixture_output(&f)) {
        }
    }
    for (uint32_t length = 8; length <= 24; length += 8) {
        make(false, &(struct part){.id = length, .to = length, .more = true, .protocol = 6});
        ck_assert_int_eq(take(), length >= 20 ? LUCID_DROP_NONE : LUCID_DROP_IP_FRAGMENT);
        make(false, &(struct part){.id = 100 + length, .from = length, .to = 40, .more = true, .protocol = 6});
        ck_assert_int_eq(take(), length >= 20 ? LUCID_DROP_NONE : LUCID_DROP_IP_FRAGMENT);
        make(false, &(struct part){.id = 100 + length, .to = 24, .more = true, .protocol = 6});
        ck_assert_int_eq(take(), length >= 20 ? LUCID_DROP_NONE : LUCID_DROP_IP_FRAGMENT_OVERLAP);
    }
    ck_assert_ptr_null(fixture_output(&f));
}
END_TEST

/* What turns out to be a fragment again is dropped, not put together once more: the work for a packet is bounded. */
START_TEST(fragments_in_fragments) {
    struct lucid_config config;
    struct lucid_stack *stack;
    struct lucid_stats stats;
    lucid_config_default(&config);
    config.context = &f;
    config.alloc = fixture_alloc;
    config.free = fixture_free;
    config.random = fixture_random;
    config.addrs[0] = (struct lucid_ifaddr){.addr = address(us[1]), .prefix = 64};
    config.addr_count = 1;
    ck_assert_int_eq(lucid_create(&stack, &config, 0), 0);
    memcpy(data, (uint8_t[8]){17, 0, 0, 1, 0, 0, 0, 9}, 8); /* the inner Fragment header */
    for (uint32_t from = 0; from < 48; from += 24) {
        make(true, &(struct part){.id = 7, .from = from, .to = from + 24, .more = from == 0, .protocol = 44});
        struct lucid_packet in = {.slices = 1, .length = (uint32_t)packet.length};
        in.slice[0] = (struct lucid_slice){packet.octets, packet.length};
        ck_assert_int_eq(lucid_input(stack, 0, &in), from == 0 ? LUCID_DROP_NONE : LUCID_DROP_IP_FRAGMENT);
    }
    lucid_stats(stack, &stats);
    ck_assert_uint_eq(stats.reassembled, 1);
    ck_assert_uint_eq(stats.drop[LUCID_DROP_IP_FRAGMENT], 1);
    ck_assert(lucid_deadline(stack) == LUCID_NEVER);
    lucid_destroy(stack);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("reassembly", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, every_order, 0, 2);
    tcase_add_test(tests, many_at_once);
    tcase_add_test(tests, what_belongs_together);
    tcase_add_test(tests, the_first_header_is_kept);
    tcase_add_test(tests, extension_headers_stay);
    tcase_add_test(tests, atomic_fragments_are_alone);
    tcase_add_loop_test(tests, congestion_marks_are_not_lost, 0, 2);
    tcase_add_loop_test(tests, overlaps_end_the_datagram, 0, 2);
    tcase_add_loop_test(tests, other_octets_are_no_copy, 0, 2);
    tcase_add_test(tests, lengths_that_cannot_be);
    tcase_add_test(tests, the_greatest_datagrams);
    tcase_add_test(tests, headers_cut_short);
    tcase_add_test(tests, fragments_in_fragments);
    return unit_run(suite);
}
