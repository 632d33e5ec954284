/* wire_pcap.c: the passive checker reads a capture file. What our address sends leaves, what it is sent arrives; the
 * rest is somebody else's. */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "harness/wire_flow.h"

#define ERROR_TEXT 256

/* The address at an offset of an IP packet. */
static bool is_ours(const struct lucid_addr *ours, const uint8_t *octets, size_t length, size_t at4, size_t at6) {
    bool ipv4 = lucid_addr_is_ipv4(ours);
    size_t at = ipv4 ? at4 : at6, size = ipv4 ? 4 : 16;
    return length >= at + size && octets[0] >> 4 == (ipv4 ? 4 : 6) &&
           memcmp(octets + at, ours->octet + 16 - size, size) == 0;
}

static void judge(struct wire_check *check, lucid_time time, const uint8_t *octets, size_t length) {
    const struct lucid_addr *ours = &check->config.ours;
    time = time > check->now ? time : check->now; /* a clock may be set while it is captured */
    if (is_ours(ours, octets, length, 12, 8)) {
        wire_check_out(check, time, octets, length);
    } else if (is_ours(ours, octets, length, 16, 24)) {
        wire_check_in(check, time, octets, length);
    }
}

static int read_all(struct wire_check *check, pcap_t *pcap, const char *path, char *error) {
    struct pcap_pkthdr *header;
    const u_char *octets;
    int result;
    for (uint64_t number = 1; (result = pcap_next_ex(pcap, &header, &octets)) == 1; number++) {
        if (header->caplen < header->len) {
            snprintf(error, ERROR_TEXT,
                     "%s: packet %" PRIu64 " was cut off when it was captured; capture whole packets", path, number);
            return -1;
        }
        judge(check, (lucid_time)(uint32_t)header->ts.tv_sec * LUCID_SECOND + (lucid_time)header->ts.tv_usec, octets,
              header->caplen);
    }
    if (result != PCAP_ERROR_BREAK) {
        snprintf(error, ERROR_TEXT, "%s is damaged: %.150s; capture anew", path, pcap_geterr(pcap));
        return -1;
    }
    return 0;
}

static pcap_t *open_capture(const char *path, char *error) {
    char why[PCAP_ERRBUF_SIZE];
    pcap_t *pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, why);
    if (!pcap) {
        snprintf(error, ERROR_TEXT, "cannot read a capture: %.180s; give the path of one", why);
        return NULL;
    }
    int type = pcap_datalink(pcap);
    if (type != DLT_RAW && type != DLT_IPV4 && type != DLT_IPV6) {
        snprintf(error, ERROR_TEXT, "%.150s has link type %d, not raw IP; capture on a TUN device", path, type);
        pcap_close(pcap);
        return NULL;
    }
    return pcap;
}

int wire_check_pcap(const char *path, const struct wire_check_config *config, struct wire_breach *breach,
                    char error[ERROR_TEXT]) {
    *breach = (struct wire_breach){.detail = ""};
    if (lucid_addr_is_any(&config->ours)) {
        snprintf(error, ERROR_TEXT, "which packets of a capture leave cannot be told; give our address");
        return -1;
    }
    pcap_t *pcap = open_capture(path, error);
    if (!pcap) {
        return -1;
    }
    struct wire_check *check = wire_check_begin(config);
    int result = read_all(check, pcap, path, error);
    if (result == 0 && wire_check_breach(check)) {
        *breach = *wire_check_breach(check);
    }
    wire_check_end(check);
    pcap_close(pcap);
    return result;
}
