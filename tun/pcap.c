/* pcap.c: capture files, written and read with libpcap: link type raw IP, stamps in nanoseconds.
 *
 * What is written is what the wire shows: a packet that the device would cut is cut first, so that every tool can
 * read the file. A packet that makes no sense is written as it is, for such packets are what one wants to see.
 */
#include "lucid/host.h"
#include "say.h"
#include "segment.h"

#include <pcap/pcap.h>
#include <stdlib.h>

static const uint64_t NANOSECONDS = 1000000000;

struct lucid_pcap {
    pcap_t *handle;
    pcap_dumper_t *dumper; /* NULL: the file is read */
    uint64_t at;           /* of the packet that is being written */
};

void lucid_pcap_close(struct lucid_pcap *pcap) {
    if (!pcap) {
        return;
    }
    if (pcap->dumper) {
        pcap_dump_close(pcap->dumper);
    }
    if (pcap->handle) {
        pcap_close(pcap->handle);
    }
    free(pcap);
}

/* ---- writing ---- */

struct lucid_pcap *lucid_pcap_create(const char *file, char error[LUCID_ERROR_TEXT]) {
    struct lucid_pcap *pcap = calloc(1, sizeof *pcap);
    if (!pcap) {
        say(error, LUCID_ENOMEM, "there is no memory for a capture file; free some");
        return NULL;
    }
    pcap->handle = pcap_open_dead_with_tstamp_precision(DLT_RAW, LUCID_PACKET_MAX, PCAP_TSTAMP_PRECISION_NANO);
    if (!pcap->handle) {
        say(error, LUCID_EIO, "libpcap cannot make a capture file; free some memory");
        lucid_pcap_close(pcap);
        return NULL;
    }
    pcap->dumper = pcap_dump_open(pcap->handle, file);
    if (!pcap->dumper) {
        say(error, LUCID_EIO, "cannot write the capture file %s; name one that can be written",
            pcap_geterr(pcap->handle));
        lucid_pcap_close(pcap);
        return NULL;
    }
    return pcap;
}

void lucid_pcap_write(struct lucid_pcap *pcap, uint64_t at, const void *octets, size_t length) {
    size_t kept = length < LUCID_PACKET_MAX ? length : LUCID_PACKET_MAX;
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = (time_t)(at / NANOSECONDS), .tv_usec = (suseconds_t)(at % NANOSECONDS)},
        .caplen = (bpf_u_int32)kept,
        .len = (bpf_u_int32)length,
    };
    pcap_dump((u_char *)pcap->dumper, &header, octets);
}

static void write_segment(void *user, const uint8_t *octets, size_t length) {
    struct lucid_pcap *pcap = user;
    lucid_pcap_write(pcap, pcap->at, octets, length);
}

void lucid_pcap_packet(struct lucid_pcap *pcap, uint64_t at, const struct lucid_packet *packet) {
    uint8_t octets[LUCID_PACKET_MAX];
    pcap->at = at;
    if (lucid_segment_packet(packet, write_segment, pcap) < 0 && packet_gather(packet, octets)) {
        lucid_pcap_write(pcap, at, octets, packet->length);
    }
}

void lucid_pcap_flush(struct lucid_pcap *pcap) {
    pcap_dump_flush(pcap->dumper);
}

/* ---- reading ---- */

struct lucid_pcap *lucid_pcap_open(const char *file, char error[LUCID_ERROR_TEXT]) {
    char why[PCAP_ERRBUF_SIZE];
    struct lucid_pcap *pcap = calloc(1, sizeof *pcap);
    if (!pcap) {
        say(error, LUCID_ENOMEM, "there is no memory for a capture file; free some");
        return NULL;
    }
    pcap->handle = pcap_open_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why);
    if (!pcap->handle) {
        say(error, LUCID_EIO, "cannot read the capture file: %s; name one that tcpdump or lucid-httpd wrote", why);
        lucid_pcap_close(pcap);
        return NULL;
    }
    if (pcap_datalink(pcap->handle) != DLT_RAW) {
        say(error, LUCID_EIO, "the capture file %s does not hold raw IP packets; capture on a TUN device", file);
        lucid_pcap_close(pcap);
        return NULL;
    }
    return pcap;
}

int lucid_pcap_next(struct lucid_pcap *pcap, uint64_t *at, const uint8_t **octets, size_t *length) {
    struct pcap_pkthdr *header;
    int result = pcap_next_ex(pcap->handle, &header, octets);
    if (result == PCAP_ERROR_BREAK) {
        return 0;
    }
    if (result != 1) {
        return -LUCID_EIO;
    }
    /* The file's seconds have 32 bits without a sign, and end in 2106; libpcap makes those after 2038 negative. */
    *at = (uint32_t)header->ts.tv_sec * NANOSECONDS + (uint64_t)header->ts.tv_usec;
    *length = header->caplen;
    return 1;
}
