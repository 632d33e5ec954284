/* test_segment.c: lucid_segment_packet() against segments that are built one by one, from what they must contain. */
#include "lucid/host.h"
#include "lucid/trace.h"
#include "packets.h"
#include "unit.h"

/* A TCP packet, whole or as one of its segments. */
struct shape {
    const char *source, *destination;
    unsigned id; /* IPv4 identification */
    uint32_t seq;
    uint8_t flags;
    unsigned options;     /* octets, a multiple of 4 */
    unsigned ip4_options; /* octets, a multiple of 4 */
    unsigned extensions;  /* IPv6 extension headers of 8 octets */
    size_t length;        /* of the payload */
};

static uint8_t payload[LUCID_PACKET_LARGE];

/* Puts octets between the first `at` octets of a packet and the rest. */
static void insert(struct packet *packet, size_t at, const uint8_t *octets, size_t length) {
    memmove(packet->octets + at + length, packet->octets + at, packet->length - at);
    memcpy(packet->octets + at, octets, length);
    packet->length += length;
    packet->payload += length;
}

static void add_headers(struct packet *packet, const struct shape *shape) {
    static const uint8_t no_operation[40] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                             1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    uint8_t *octets = packet->octets;
    if (is_ip4(shape->source)) {
        insert(packet, 20, no_operation, shape->ip4_options);
        octets[0] = (uint8_t)(0x45 + shape->ip4_options / 4);
        set16(octets + 2, (unsigned)packet->length);
        set16(octets + 4, shape->id & 0xffff);
        set16(octets + 6, 0x4000);
        seal_ip4(packet);
        return;
    }
    for (unsigned i = 0; i < shape->extensions; i++) {
        static const uint8_t kinds[] = {60, 43, 0};
        uint8_t extension[8] = {octets[6], 0, 1, 4, 0, 0, 0, 0};
        insert(packet, 40, extension, sizeof extension);
        octets[6] = kinds[i % 3];
        set16(octets + 4, (unsigned)(packet->length - 40));
    }
}

/* Builds it with `from` as its payload. partial: the checksum field gets the pseudo-header's sum only. */
static void build(struct packet *packet, const struct shape *shape, const uint8_t *from, bool partial) {
    static uint8_t tcp[65535 + 60];
    size_t header = 20 + shape->options;
    memset(tcp, 0, header);
    set16(tcp, 443);
    set16(tcp + 2, 50000);
    set32(tcp + 4, shape->seq);
    set32(tcp + 8, 0x89abcdef);
    tcp[12] = (uint8_t)(header / 4 << 4);
    tcp[13] = shape->flags;
    set16(tcp + 14, 0x7fff);
    memset(tcp + 20, 1, shape->options);
    memcpy(tcp + header, from, shape->length);
    size_t length = header + shape->length;
    make_sealed(packet, shape->source, shape->destination, 6, tcp, length, 16);
    if (partial) {
        unsigned sum = slow_pseudo(shape->source, shape->destination, 6, length);
        set16(packet->octets + packet->payload + 16, sum);
    }
    add_headers(packet, shape);
}

/* ---- running it ---- */

static struct {
    struct packet expected; /* the next one */
    const struct shape *shape;
    size_t segment_size, offset;
    unsigned count;
    bool mute;
} run;

static void compare(void *user, const uint8_t *octets, size_t length) {
    EXPECT(user == &run);
    run.count++;
    if (run.mute) {
        return;
    }
    struct shape segment = *run.shape;
    size_t left = segment.length - run.offset;
    bool cut = run.segment_size > 0 && segment.length > run.segment_size;
    segment.length = cut && left > run.segment_size ? run.segment_size : left;
    segment.seq += (uint32_t)run.offset;
    segment.id += run.count - 1;
    if (segment.length < left) {
        segment.flags &= (uint8_t) ~(LUCID_FIN | LUCID_PSH);
    }
    if (run.offset > 0) {
        segment.flags &= (uint8_t)~LUCID_CWR;
    }
    build(&run.expected, &segment, payload + run.offset, false);
    EXPECT(length == run.expected.length);
    EXPECT(memcmp(octets, run.expected.octets, length) == 0);
    run.offset += segment.length;
}

/* A packet of up to `pieces` slices, each in memory of its own. */
static void slice(struct lucid_packet *packet, const uint8_t *octets, size_t length, unsigned pieces, uint64_t *state) {
    *packet = (struct lucid_packet){.length = (uint32_t)length};
    size_t at = 0;
    while (at < length) {
        bool last = packet->slices + 1 == pieces;
        size_t part = last ? length - at : 1 + draw_below(state, (uint32_t)(length - at));
        packet->slice[packet->slices++] = (struct lucid_slice){exact_copy(octets + at, part), part};
        at += part;
    }
}

static void unslice(struct lucid_packet *packet) {
    for (unsigned i = 0; i < packet->slices; i++) {
        exact_free((uint8_t *)packet->slice[i].data);
    }
}

static int segment(struct lucid_packet *packet, const struct shape *shape, size_t segment_size) {
    run.shape = shape;
    run.segment_size = segment_size;
    run.offset = 0;
    run.count = 0;
    packet->segment_size = (uint16_t)segment_size;
    return lucid_segment_packet(packet, compare, &run);
}

static void cuts(const struct shape *shape, size_t segment_size, uint8_t checksum, unsigned pieces, uint64_t *state) {
    static struct packet whole;
    struct lucid_packet packet;
    build(&whole, shape, payload, checksum == LUCID_CHECKSUM_PARTIAL);
    slice(&packet, whole.octets, whole.length, pieces, state);
    packet.checksum = checksum;
    run.mute = false;
    int count = segment(&packet, shape, segment_size);
    bool cut = segment_size > 0 && shape->length > segment_size;
    ck_assert_int_eq(count, cut ? (int)((shape->length + segment_size - 1) / segment_size) : 1);
    ck_assert_uint_eq(run.count, (unsigned)count);
    ck_assert_uint_eq(run.offset, shape->length);
    unslice(&packet);
}

static void fill_payload(uint64_t *state) {
    for (size_t i = 0; i < sizeof payload; i++) {
        payload[i] = (uint8_t)draw(state);
    }
}

static const struct shape SHAPES[] = {
    {"10.77.0.2", "10.77.0.1", 0, 1000, LUCID_ACK | LUCID_PSH, 0, 0, 0, 5000},
    {"10.77.0.2", "10.77.0.1", 0xfffe, 0xfffffc00, LUCID_ACK | LUCID_PSH | LUCID_FIN | LUCID_CWR, 12, 0, 0, 5840},
    {"192.0.2.255", "10.77.0.1", 7, 0x7ffffff0, LUCID_ACK | LUCID_ECE | LUCID_URG, 40, 40, 0, 4001},
    {"fd77::2", "fd77::1", 0, 1, LUCID_ACK | LUCID_PSH | LUCID_FIN, 0, 0, 0, 5000},
    {"fd77::ffff:2", "fd77::1", 0, 0xffffffff, LUCID_ACK | LUCID_CWR, 12, 0, 3, 3001},
};
enum { SHAPE_COUNT = sizeof SHAPES / sizeof SHAPES[0] };

START_TEST(segments_are_what_they_must_be) {
    static const size_t sizes[] = {1460, 1, 536, 1448, 1000, 4999, 5000, 65535, 0};
    uint64_t state = (uint64_t)_i;
    fill_payload(&state);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        cuts(&SHAPES[_i], sizes[i], LUCID_CHECKSUM_PARTIAL, 1 + (unsigned)i * 2, &state);
    }
}
END_TEST

/* From a kernel that joined segments whose checksums it had verified: the field says nothing, so it is computed. */
START_TEST(verified_packets_get_checksums_too) {
    uint64_t state = 1;
    fill_payload(&state);
    cuts(&SHAPES[_i], 1000, LUCID_CHECKSUM_TRUSTED, 1, &state);
    cuts(&SHAPES[_i], 1000, LUCID_CHECKSUM_FULL, 1, &state);
}
END_TEST

START_TEST(random_packets) {
    uint64_t state = (uint64_t)_i;
    fill_payload(&state);
    for (int round = 0; round < 40; round++) {
        struct shape shape = SHAPES[draw_below(&state, SHAPE_COUNT)];
        shape.seq = (uint32_t)draw(&state);
        shape.id = (unsigned)draw(&state) & 0xffff;
        shape.flags = (uint8_t)(draw(&state) & ~(uint64_t)(LUCID_SYN | LUCID_RST));
        shape.options = draw_below(&state, 11) * 4;
        shape.length = draw_below(&state, draw_below(&state, 2) ? 65000 : 3000);
        cuts(&shape, 1 + draw_below(&state, 3000), LUCID_CHECKSUM_PARTIAL, 1 + draw_below(&state, LUCID_PACKET_SLICES),
             &state);
    }
}
END_TEST

START_TEST(longest_packet) {
    uint64_t state = 3;
    struct shape shape = SHAPES[0];
    fill_payload(&state);
    shape.length = 65535 - 40;
    cuts(&shape, 1460, LUCID_CHECKSUM_PARTIAL, 24, &state);
    shape = SHAPES[3];
    shape.length = 65535 - 60;
    cuts(&shape, 1440, LUCID_CHECKSUM_PARTIAL, 24, &state);
}
END_TEST

/* ---- more than a total length can say ---- */

/* Puts a packet with that payload together whose total length is told; returns its octets. */
static size_t build_large(uint8_t *octets, const struct shape *shape, unsigned told) {
    static struct packet head;
    struct shape empty = *shape;
    empty.length = 0;
    build(&head, &empty, payload, true);
    set16(head.octets + 2, told);
    seal_ip4(&head);
    size_t header = head.length - head.payload;
    set16(head.octets + head.payload + 16, slow_pseudo(shape->source, shape->destination, 6, header + shape->length));
    memcpy(octets, head.octets, head.length);
    memcpy(octets + head.length, payload, shape->length);
    return head.length + shape->length;
}

/* Cuts it; returns what lucid_segment_packet() says. */
static int cuts_large(size_t payload_length, unsigned told, size_t segment_size, unsigned pieces) {
    static uint8_t octets[LUCID_PACKET_LARGE + 1];
    struct lucid_packet packet;
    struct shape shape = SHAPES[1];
    uint64_t state = payload_length;
    shape.length = payload_length;
    size_t length = build_large(octets, &shape, told);
    slice(&packet, octets, length, pieces, &state);
    packet.checksum = LUCID_CHECKSUM_PARTIAL;
    run.mute = false;
    int count = segment(&packet, &shape, segment_size);
    EXPECT(run.count == (count > 0 ? (unsigned)count : 0));
    EXPECT(run.offset == (count > 0 ? payload_length : 0));
    unslice(&packet);
    return count;
}

enum { LARGE_HEAD = 20 + 20 + 12 };

START_TEST(large_packets) { /* LUCID_OFFLOAD_LARGE4 */
    uint64_t state = 4;
    fill_payload(&state);
    ck_assert_int_eq(cuts_large(65536 - LARGE_HEAD, 0, 1448, 1), 46);
    ck_assert_int_eq(cuts_large(176 * 1448, 0, 1448, 24), 176);
    ck_assert_int_eq(cuts_large(100001, 0, 1, 3), 100001);
    ck_assert_int_eq(cuts_large(LUCID_PACKET_LARGE - LARGE_HEAD, 0, 65535 - LARGE_HEAD, 7), 5);
}
END_TEST

START_TEST(large_packets_that_make_no_sense) {
    ck_assert_int_eq(cuts_large(65535 - LARGE_HEAD, 0, 1448, 1), -LUCID_EINVAL); /* could be told */
    ck_assert_int_eq(cuts_large(65536 - LARGE_HEAD, 65535, 1448, 1), -LUCID_EINVAL);
    ck_assert_int_eq(cuts_large(65536 + 1000 - LARGE_HEAD, 1000, 1448, 1), -LUCID_EINVAL);
    ck_assert_int_eq(cuts_large(65536, 0, 0, 1), -LUCID_EINVAL); /* one segment cannot be so long */
    ck_assert_int_eq(cuts_large(65536, 0, 65536 - LARGE_HEAD, 1), -LUCID_EINVAL);
    ck_assert_int_eq(cuts_large(LUCID_PACKET_LARGE + 1 - LARGE_HEAD, 0, 1448, 1), -LUCID_EINVAL);
}
END_TEST

/* Complete packets pass as they are, whatever is in them. */
START_TEST(complete_packets_pass) {
    uint64_t state = 9;
    fill_payload(&state);
    cuts(&SHAPES[_i], 0, LUCID_CHECKSUM_FULL, 3, &state);
    cuts(&SHAPES[_i], 0, LUCID_CHECKSUM_TRUSTED, 3, &state);
    struct lucid_packet noise;
    slice(&noise, payload, 77, 4, &state);
    run.mute = true;
    run.count = 0;
    ck_assert_int_eq(lucid_segment_packet(&noise, compare, &run), 1);
    ck_assert_uint_eq(run.count, 1);
    unslice(&noise);
}
END_TEST

/* ---- UDP ---- */

static uint8_t seen[2000];
static size_t seen_length;

static void keep(void *user, const uint8_t *octets, size_t length) {
    (void)user;
    EXPECT(length <= sizeof seen);
    memcpy(seen, octets, length);
    seen_length = length;
}

/* The checksum of a datagram of 10 octets, whose last two make it whatever is wanted. */
static unsigned udp_checksum(const char *source, const char *destination, unsigned last) {
    static struct packet packet;
    uint8_t udp[10] = {0, 53, 0, 99, 0, 10};
    set16(udp + 8, last);
    make_sealed(&packet, source, destination, 17, udp, sizeof udp, 6);
    uint8_t *field = packet.octets + packet.payload + 6;
    unsigned expected = (unsigned)field[0] << 8 | field[1];
    set16(field, slow_pseudo(source, destination, 17, sizeof udp));
    struct lucid_packet in = {.slices = 1, .length = (uint32_t)packet.length, .checksum = LUCID_CHECKSUM_PARTIAL};
    in.slice[0] = (struct lucid_slice){packet.octets, packet.length};
    ck_assert_int_eq(lucid_segment_packet(&in, keep, NULL), 1);
    ck_assert_uint_eq(seen_length, packet.length);
    unsigned got = (unsigned)seen[packet.payload + 6] << 8 | seen[packet.payload + 7];
    ck_assert_uint_eq(got, expected == 0 ? 0xffff : expected);
    in.segment_size = 1;
    ck_assert_int_eq(lucid_segment_packet(&in, keep, NULL), -LUCID_EINVAL);
    return expected;
}

START_TEST(udp_is_completed) { /* RFC 768: a checksum of zero is sent as all ones */
    static const char *const ends[2][2] = {{"10.77.0.1", "10.77.0.2"}, {"fd77::1", "fd77::2"}};
    for (int family = 0; family < 2; family++) {
        unsigned zeroes = 0;
        for (unsigned last = 0; last < 0xffff; last++) {
            zeroes += udp_checksum(ends[family][0], ends[family][1], last) == 0;
        }
        ck_assert_uint_eq(zeroes, 1);
    }
}
END_TEST

/* ---- what makes no sense ---- */

/* Changes one octet of a good packet (or its length) and hands it over; says what came of it. */
static int changed(const struct shape *shape, size_t at, uint8_t value, size_t length) {
    static struct packet whole;
    struct lucid_packet packet;
    uint64_t state = 1;
    build(&whole, shape, payload, true);
    whole.octets[at] = value;
    slice(&packet, whole.octets, length > 0 ? length : whole.length, 1, &state);
    packet.checksum = LUCID_CHECKSUM_PARTIAL;
    run.mute = true;
    int result = segment(&packet, shape, 1000);
    EXPECT(result == (int)run.count || (result == -LUCID_EINVAL && run.count == 0));
    unslice(&packet);
    return result;
}

START_TEST(headers_that_make_no_sense) {
    const struct shape *ip4 = &SHAPES[0], *ip6 = &SHAPES[3], *extended = &SHAPES[4];
    ck_assert_int_eq(changed(ip4, 1, 0, 0), 5);
    ck_assert_int_eq(changed(ip4, 0, 0x55, 0), -LUCID_EINVAL);  /* version */
    ck_assert_int_eq(changed(ip4, 0, 0x44, 0), -LUCID_EINVAL);  /* header of 16 octets */
    ck_assert_int_eq(changed(ip4, 3, 0, 0), -LUCID_EINVAL);     /* total length */
    ck_assert_int_eq(changed(ip4, 6, 0x20, 0), -LUCID_EINVAL);  /* more fragments */
    ck_assert_int_eq(changed(ip4, 7, 1, 0), -LUCID_EINVAL);     /* fragment offset */
    ck_assert_int_eq(changed(ip4, 9, 1, 0), -LUCID_EINVAL);     /* ICMP */
    ck_assert_int_eq(changed(ip4, 9, 17, 0), -LUCID_EINVAL);    /* UDP */
    ck_assert_int_eq(changed(ip4, 32, 0x40, 0), -LUCID_EINVAL); /* data offset of 16 octets */
    ck_assert_int_eq(changed(ip4, 33, LUCID_SYN, 0), -LUCID_EINVAL);
    ck_assert_int_eq(changed(ip4, 33, LUCID_RST | LUCID_ACK, 0), -LUCID_EINVAL);
    ck_assert_int_eq(changed(ip6, 5, 1, 0), -LUCID_EINVAL);         /* payload length */
    ck_assert_int_eq(changed(ip6, 6, 44, 0), -LUCID_EINVAL);        /* fragment header */
    ck_assert_int_eq(changed(ip6, 6, 59, 0), -LUCID_EINVAL);        /* no next header */
    ck_assert_int_eq(changed(extended, 41, 255, 0), -LUCID_EINVAL); /* an extension header over all of TCP */
}
END_TEST

START_TEST(lengths_that_lie) {
    struct lucid_packet packet = {.slices = 1, .length = 0};
    run.mute = true;
    packet.slice[0] = (struct lucid_slice){payload, 0};
    ck_assert_int_eq(segment(&packet, &SHAPES[0], 0), -LUCID_EINVAL);
    packet.slice[0].length = 60;
    packet.length = 61;
    ck_assert_int_eq(segment(&packet, &SHAPES[0], 0), -LUCID_EINVAL);
    packet.length = 59;
    ck_assert_int_eq(segment(&packet, &SHAPES[0], 0), -LUCID_EINVAL);
    packet.length = 60;
    packet.slices = LUCID_PACKET_SLICES + 1;
    ck_assert_int_eq(segment(&packet, &SHAPES[0], 0), -LUCID_EINVAL);
    packet.slices = 2;
    packet.slice[0].length = 65535;
    packet.slice[1] = (struct lucid_slice){payload, 1};
    packet.length = 65536;
    ck_assert_int_eq(segment(&packet, &SHAPES[0], 0), -LUCID_EINVAL);
    packet.slice[1].length = SIZE_MAX;
    packet.length = 65534;
    ck_assert_int_eq(segment(&packet, &SHAPES[0], 0), -LUCID_EINVAL);
    ck_assert_uint_eq(run.count, 0);
}
END_TEST

/* Cut anywhere, changed anywhere: nothing is read or written beyond the packet (the sanitizer watches). */
START_TEST(noise) {
    uint64_t state = (uint64_t)_i;
    static struct packet whole;
    run.mute = true;
    for (int round = 0; round < 3000; round++) {
        struct shape shape = SHAPES[draw_below(&state, SHAPE_COUNT)];
        shape.length = draw_below(&state, 200);
        build(&whole, &shape, payload, true);
        for (uint32_t changes = draw_below(&state, 6); changes > 0; changes--) {
            whole.octets[draw_below(&state, 80)] = (uint8_t)draw(&state);
        }
        size_t length = draw_below(&state, 3) ? whole.length : 1 + draw_below(&state, (uint32_t)whole.length);
        if (draw_below(&state, 2)) {
            set16(whole.octets + 2, (unsigned)length);
        } else if (length > 40) {
            set16(whole.octets + 4, (unsigned)(length - 40));
        }
        struct lucid_packet packet;
        slice(&packet, whole.octets, length, 1 + draw_below(&state, 3), &state);
        packet.checksum = (uint8_t)draw_below(&state, 3);
        int result = segment(&packet, &shape, draw_below(&state, 100));
        EXPECT(result == (int)run.count || (result == -LUCID_EINVAL && run.count == 0));
        unslice(&packet);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("segment", &tests);
    tcase_add_loop_test(tests, segments_are_what_they_must_be, 0, SHAPE_COUNT);
    tcase_add_loop_test(tests, verified_packets_get_checksums_too, 0, SHAPE_COUNT);
    tcase_add_loop_test(tests, random_packets, 0, 10);
    tcase_add_test(tests, longest_packet);
    tcase_add_test(tests, large_packets);
    tcase_add_test(tests, large_packets_that_make_no_sense);
    tcase_add_loop_test(tests, complete_packets_pass, 0, SHAPE_COUNT);
    tcase_add_test(tests, udp_is_completed);
    tcase_add_test(tests, headers_that_make_no_sense);
    tcase_add_test(tests, lengths_that_lie);
    tcase_add_loop_test(tests, noise, 0, 10);
    return unit_run(suite);
}
