/* test_pcapng.c: what the lab writes as pcapng, read back by libpcap, which has its own reader, and by tshark where it
 * is installed: packets whole, in order, to the nanosecond; interfaces, directions and comments.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <unistd.h>

#include "lab/pcapng.h"
#include "lucid/lucid.h"
#include "unit/unit.h"

/* An IPv4 header, a TCP header with SYN, and data that needs every padding in turn. */
static const uint8_t packet[] = {
    0x45, 0,  0, 40, 0, 1, 0, 0, 64, 6, 0,    0, 10,   77,   0, 1, 10, 77, 0,   2,   0x9c, 0x40,
    0,    80, 0, 0,  0, 1, 0, 0, 0,  0, 0x50, 2, 0xff, 0xff, 0, 0, 0,  0,  'd', 'a', 't',  'a',
};

/* Beyond 32 bits of nanoseconds, and no whole number of microseconds. */
#define FIRST UINT64_C(1700000000123456789)
enum { PACKETS = 5 };

static char file[] = "/tmp/lucid-pcapng.XXXXXX", error[LAB_ERROR];

static void make(void) {
    int fd = mkstemp(file);
    ck_assert_int_ge(fd, 0);
    close(fd);
    struct pcapng *pcapng = pcapng_create(file, true, error);
    ck_assert_msg(pcapng != NULL, "%s", error);
    ck_assert_uint_eq(pcapng_interface(pcapng, "A", "node A, 10.77.0.1"), 0);
    ck_assert_uint_eq(pcapng_interface(pcapng, "B", "node B, 10.77.0.2"), 1);
    for (unsigned i = 0; i < PACKETS; i++) {
        const char *comment = i == 2 ? "LISTEN -> SYN-RECEIVED: a SYN for a listener (RFC 9293 3.10.7.2 third)" : NULL;
        pcapng_packet(pcapng, i % 2, FIRST + i, i % 2 == 0, packet, sizeof packet - i, i == 3 ? "" : comment);
    }
    ck_assert_int_eq(pcapng_close(pcapng, error), 0);
}

START_TEST(libpcap_reads_it) {
    char reason[PCAP_ERRBUF_SIZE];
    const uint8_t *octets;
    struct pcap_pkthdr *header;
    make();
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, reason);
    ck_assert_msg(pcap != NULL, "%s", reason);
    ck_assert_int_eq(pcap_datalink(pcap), DLT_IPV4);
    for (unsigned i = 0; i < PACKETS; i++) {
        ck_assert_msg(pcap_next_ex(pcap, &header, &octets) == 1, "%s", pcap_geterr(pcap));
        ck_assert_uint_eq((uint64_t)header->ts.tv_sec * LUCID_SECOND + (uint64_t)header->ts.tv_usec, FIRST + i);
        ck_assert_uint_eq(header->caplen, sizeof packet - i);
        ck_assert_uint_eq(header->len, sizeof packet - i);
        ck_assert_mem_eq(octets, packet, header->caplen);
    }
    ck_assert_int_eq(pcap_next_ex(pcap, &header, &octets), PCAP_ERROR_BREAK);
    pcap_close(pcap);
    unlink(file);
}
END_TEST

static void run_tshark(char *room, size_t size) {
    char command[300];
    snprintf(command, sizeof command,
             "tshark -r %s -T fields -E separator='|' -e frame.interface_name -e frame.interface_description "
             "-e frame.time_epoch -e frame.packet_flags_direction -e ip.src -e tcp.dstport -e frame.comment "
             "2>/dev/null",
             file);
    FILE *output = popen(command, "r");
    ck_assert_ptr_nonnull(output);
    room[fread(room, 1, size - 1, output)] = '\0';
    ck_assert_int_eq(pclose(output), 0);
}

START_TEST(tshark_reads_it) {
    static char room[4000];
    make();
    run_tshark(room, sizeof room);
    ck_assert_ptr_nonnull(strstr(room, "A|node A, 10.77.0.1|1700000000.123456789|"));
    ck_assert_ptr_nonnull(strstr(room, "B|node B, 10.77.0.2|1700000000.123456790|"));
    ck_assert_ptr_nonnull(strstr(room, "|10.77.0.1|80|LISTEN -> SYN-RECEIVED: a SYN for a listener (RFC 9293"));
    const char *third = strstr(room, "456791"), *fourth = strstr(room, "456792");
    ck_assert(third && fourth && strstr(third, "LISTEN") < fourth);
    ck_assert_ptr_null(strstr(fourth, "LISTEN"));
    unlink(file);
}
END_TEST

START_TEST(failures_are_sentences) {
    ck_assert_ptr_null(pcapng_create("/nonexistent/run.pcapng", true, error));
    ck_assert_str_eq(error, "cannot write /nonexistent/run.pcapng: No such file or directory; name a file that can be "
                            "written");
    struct pcapng *pcapng = pcapng_create("/dev/full", true, error);
    ck_assert_ptr_nonnull(pcapng);
    ck_assert_int_eq(pcapng_close(pcapng, error), -1);
    ck_assert_str_eq(error, "/dev/full could not be written to its end: free some space");
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("pcapng", &tests);
    tcase_add_test(tests, libpcap_reads_it);
    if (system("tshark --version >/dev/null 2>&1") == 0) {
        tcase_add_test(tests, tshark_reads_it);
    } else {
        puts("skip pcapng: tshark is not installed");
    }
    tcase_add_test(tests, failures_are_sentences);
    return unit_run(suite);
}
