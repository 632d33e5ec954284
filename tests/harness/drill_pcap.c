/* drill_pcap.c: the packets of a play as a capture: link type RAW, time stamps in virtual nanoseconds. */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/drill_run.h"

struct packet {
    struct packet *next;
    lucid_time time;
    size_t length;
    uint8_t octets[];
};

struct drill_pcap {
    struct packet *first, **end;
};

struct drill_pcap *drill_pcap_begin(void) {
    struct drill_pcap *pcap = calloc(1, sizeof *pcap);
    pcap->end = &pcap->first;
    return pcap;
}

void drill_pcap_add(struct drill_pcap *pcap, lucid_time time, const uint8_t *octets, size_t length) {
    if (!pcap) {
        return;
    }
    struct packet *packet = malloc(sizeof *packet + length);
    *packet = (struct packet){.time = time, .length = length};
    memcpy(packet->octets, octets, length);
    *pcap->end = packet;
    pcap->end = &packet->next;
}

void drill_pcap_end(struct drill_pcap *pcap) {
    if (!pcap) {
        return;
    }
    for (struct packet *packet = pcap->first, *next; packet; packet = next) {
        next = packet->next;
        free(packet);
    }
    free(pcap);
}

static void dump_all(const struct drill_pcap *pcap, pcap_dumper_t *dumper) {
    for (const struct packet *packet = pcap->first; packet; packet = packet->next) {
        struct pcap_pkthdr header = {.caplen = (bpf_u_int32)packet->length, .len = (bpf_u_int32)packet->length};
        header.ts.tv_sec = (time_t)(packet->time / LUCID_SECOND);
        header.ts.tv_usec = (suseconds_t)(packet->time % LUCID_SECOND); /* nanoseconds, as the file's head says */
        pcap_dump((u_char *)dumper, &header, packet->octets);
    }
}

bool drill_pcap_write(const struct drill_pcap *pcap, const struct drill_run *run, char path[256]) {
    const char *slash = strrchr(run->script->path, '/');
    const char *name = slash ? slash + 1 : run->script->path;
    if (!pcap || (mkdir("build", 0777) != 0 && errno != EEXIST) || (mkdir("build/pkt", 0777) != 0 && errno != EEXIST)) {
        return false;
    }
    snprintf(path, 256, "build/pkt/%.*s.ip%d.pcap", (int)strcspn(name, "."), name, run->variant.ipv4 ? 4 : 6);
    pcap_t *handle = pcap_open_dead_with_tstamp_precision(DLT_RAW, 65535, PCAP_TSTAMP_PRECISION_NANO);
    pcap_dumper_t *dumper = handle ? pcap_dump_open(handle, path) : NULL;
    if (dumper) {
        dump_all(pcap, dumper);
        pcap_dump_close(dumper);
    }
    if (handle) {
        pcap_close(handle);
    }
    return dumper != NULL;
}
