/* test_pcap.c: capture files: what is written is read back; the file's own octets; files that are not captures. */
#include "lucid/host.h"
#include "packets.h"
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

static char folder[] = "/tmp/lucid-pcap-XXXXXX";
static char file[64];
static char error[LUCID_ERROR_TEXT];

static void setup(void) {
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/run.pcap", folder);
}

static void teardown(void) {
    unlink(file);
    rmdir(folder);
}

static struct lucid_pcap *create(void) {
    struct lucid_pcap *pcap = lucid_pcap_create(file, error);
    ck_assert_msg(pcap != NULL, "%s", error);
    return pcap;
}

static void reads(struct lucid_pcap *pcap, uint64_t at, const void *octets, size_t length) {
    uint64_t got_at;
    const uint8_t *got;
    size_t got_length;
    ck_assert_int_eq(lucid_pcap_next(pcap, &got_at, &got, &got_length), 1);
    ck_assert_uint_eq(got_at, at);
    ck_assert_uint_eq(got_length, length);
    ck_assert_mem_eq(got, octets, length);
}

static void reads_end(struct lucid_pcap *pcap) {
    uint64_t at;
    const uint8_t *octets;
    size_t length;
    ck_assert_int_eq(lucid_pcap_next(pcap, &at, &octets, &length), 0);
    ck_assert_int_eq(lucid_pcap_next(pcap, &at, &octets, &length), 0);
}

static struct lucid_pcap *reopen(void) {
    struct lucid_pcap *pcap = lucid_pcap_open(file, error);
    ck_assert_msg(pcap != NULL, "%s", error);
    return pcap;
}

START_TEST(comes_back) {
    static const uint64_t times[] = {0, 1, 999999999, UINT64_C(1700000000123456789), UINT64_C(4294967295999999999)};
    static uint8_t octets[LUCID_PACKET_MAX];
    for (size_t i = 0; i < sizeof octets; i++) {
        octets[i] = (uint8_t)(i * 7);
    }
    struct lucid_pcap *pcap = create();
    for (size_t i = 0; i < 5; i++) {
        lucid_pcap_write(pcap, times[i], octets, 1 + i * i * 4000);
    }
    lucid_pcap_write(pcap, 5, octets, sizeof octets);
    lucid_pcap_close(pcap);
    pcap = reopen();
    for (size_t i = 0; i < 5; i++) {
        reads(pcap, times[i], octets, 1 + i * i * 4000);
    }
    reads(pcap, 5, octets, sizeof octets);
    reads_end(pcap);
    lucid_pcap_close(pcap);
}
END_TEST

/* The file format of libpcap, octet by octet: pcap-savefile(5). */
START_TEST(file_is_what_tools_expect) {
    struct lucid_pcap *pcap = create();
    uint8_t packet[3] = {0x45, 1, 2};
    lucid_pcap_write(pcap, UINT64_C(3000000007), packet, sizeof packet);
    lucid_pcap_flush(pcap);
    uint32_t words[10];
    FILE *stream = fopen(file, "rb");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fread(words, 4, 10, stream), 10);
    ck_assert_uint_eq(words[0], 0xa1b23c4d); /* nanoseconds */
    ck_assert_uint_eq(words[4], LUCID_PACKET_MAX);
    ck_assert_uint_eq(words[5], 101); /* LINKTYPE_RAW */
    ck_assert_uint_eq(words[6], 3);
    ck_assert_uint_eq(words[7], 7);
    ck_assert_uint_eq(words[8], 3);
    ck_assert_uint_eq(words[9], 3);
    fclose(stream);
    lucid_pcap_close(pcap);
}
END_TEST

/* Readers see what was flushed while the writer goes on. */
START_TEST(readable_meanwhile) {
    struct lucid_pcap *pcap = create();
    lucid_pcap_write(pcap, 1, "one", 3);
    lucid_pcap_flush(pcap);
    struct lucid_pcap *reader = reopen();
    reads(reader, 1, "one", 3);
    reads_end(reader);
    lucid_pcap_close(reader);
    lucid_pcap_write(pcap, 2, "two", 3);
    lucid_pcap_close(pcap);
    reader = reopen();
    reads(reader, 1, "one", 3);
    reads(reader, 2, "two", 3);
    reads_end(reader);
    lucid_pcap_close(reader);
}
END_TEST

START_TEST(segments_are_written) {
    static struct packet whole;
    uint8_t tcp[20 + 250] = {0};
    tcp[12] = 0x50;
    make_sealed(&whole, "10.77.0.2", "10.77.0.1", 6, tcp, sizeof tcp, 16);
    set16(whole.octets + 20 + 16, slow_pseudo("10.77.0.2", "10.77.0.1", 6, sizeof tcp));
    struct lucid_packet packet = {.slices = 2, .length = (uint32_t)whole.length, .segment_size = 100};
    packet.checksum = LUCID_CHECKSUM_PARTIAL;
    packet.slice[0] = (struct lucid_slice){whole.octets, 40};
    packet.slice[1] = (struct lucid_slice){whole.octets + 40, 250};
    struct lucid_pcap *pcap = create();
    lucid_pcap_packet(pcap, 77, &packet);
    packet.slice[0].data = (const uint8_t *)"\x55 this is no IP packet, and is written as it is";
    lucid_pcap_packet(pcap, 78, &packet);
    packet.length = 0;
    lucid_pcap_packet(pcap, 79, &packet);
    lucid_pcap_close(pcap);
    pcap = reopen();
    for (size_t i = 0; i < 3; i++) {
        uint64_t at;
        const uint8_t *octets;
        size_t length;
        ck_assert_int_eq(lucid_pcap_next(pcap, &at, &octets, &length), 1);
        ck_assert_uint_eq(at, 77);
        ck_assert_uint_eq(length, i < 2 ? 140 : 90);
        ck_assert_uint_eq(octets[27], i * 100);
        unsigned sum = slow_pseudo("10.77.0.2", "10.77.0.1", 6, length - 20);
        ck_assert_uint_eq(slow_sum(sum, octets + 20, length - 20), 0xffff);
    }
    uint64_t at;
    const uint8_t *octets;
    size_t length;
    ck_assert_int_eq(lucid_pcap_next(pcap, &at, &octets, &length), 1);
    ck_assert(at == 78 && length == whole.length && octets[0] == 0x55);
    reads_end(pcap);
    lucid_pcap_close(pcap);
}
END_TEST

static void write_file(const void *octets, size_t length) {
    FILE *stream = fopen(file, "wb");
    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(octets, 1, length, stream), length);
    ck_assert_int_eq(fclose(stream), 0);
}

static void refuses(const char *expected) {
    memset(error, '#', sizeof error);
    ck_assert_ptr_null(lucid_pcap_open(file, error));
    ck_assert_ptr_nonnull(memchr(error, '\0', sizeof error));
    ck_assert_msg(strstr(error, expected) != NULL, "'%s' does not say '%s'", error, expected);
}

START_TEST(files_that_are_no_captures) {
    refuses("No such file");
    write_file("", 0);
    refuses("cannot read the capture file");
    write_file("This is a letter to my aunt.", 28);
    refuses("cannot read the capture file");
    uint32_t ethernet[6] = {0xa1b2c3d4, 4u << 16 | 2, 0, 0, 65535, 1};
    write_file(ethernet, sizeof ethernet);
    refuses("does not hold raw IP packets");
}
END_TEST

START_TEST(damaged_files_end_with_an_error) {
    uint32_t octets[] = {0xa1b23c4d, 4u << 16 | 2, 0, 0, 65535, 101, 1, 2, 4, 4, 0x01020345, 3, 4, 400, 400, 0};
    write_file(octets, sizeof octets);
    struct lucid_pcap *pcap = reopen();
    reads(pcap, 1000000002, octets + 10, 4);
    uint64_t at;
    const uint8_t *got;
    size_t length;
    ck_assert_int_lt(lucid_pcap_next(pcap, &at, &got, &length), 0);
    lucid_pcap_close(pcap);
}
END_TEST

/* A file of microseconds, as tcpdump writes it, and one of the other byte order. */
START_TEST(other_writers) {
    uint32_t octets[] = {0xa1b2c3d4, 4u << 16 | 2, 0, 0, 65535, 101, 1, 2, 4, 4, 0x01020345};
    write_file(octets, sizeof octets);
    struct lucid_pcap *pcap = reopen();
    reads(pcap, 1000002000, octets + 10, 4);
    lucid_pcap_close(pcap);
    for (size_t i = 0; i < 10; i++) {
        octets[i] = i == 1 ? 0x04000200 : __builtin_bswap32(octets[i]);
    }
    write_file(octets, sizeof octets);
    pcap = reopen();
    reads(pcap, 1000002000, octets + 10, 4);
    lucid_pcap_close(pcap);
}
END_TEST

START_TEST(places_that_cannot_be_written) {
    memset(error, '#', sizeof error);
    ck_assert_ptr_null(lucid_pcap_create("/nonexistent/run.pcap", error));
    ck_assert_ptr_nonnull(strstr(error, "cannot write the capture file /nonexistent/run.pcap"));
    ck_assert_ptr_null(lucid_pcap_create(folder, error));
    lucid_pcap_close(NULL);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("pcap", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, comes_back);
    tcase_add_test(tests, file_is_what_tools_expect);
    tcase_add_test(tests, readable_meanwhile);
    tcase_add_test(tests, segments_are_written);
    tcase_add_test(tests, files_that_are_no_captures);
    tcase_add_test(tests, damaged_files_end_with_an_error);
    tcase_add_test(tests, other_writers);
    tcase_add_test(tests, places_that_cannot_be_written);
    return unit_run(suite);
}
