/* capture.c: see capture.h. First where the packets come from, then what is written. */
#include "lab/capture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/capture_remark.h"
#include "lab/look.h"
#include "lab/pcapng.h"
#include "lab/session.h"
#include "lab/words.h"
#include "lucid/host.h"

/* The zero of the simulated world's time, which its HTTP server tells as Date: 2026-01-01 00:00:00 UTC. */
#define EPOCH (UINT64_C(1767225600) * LUCID_SECOND)

/* What was kept of a packet of a live run, by its number in the log. */
struct kept {
    size_t length;
    uint8_t *octets;
};

struct capture {
    const struct tlog *log;
    unsigned node; /* of pcap */
    struct lucid_pcap *pcap;
    struct pcapng *pcapng;
    uint32_t cursor[TLOG_NODES_MAX]; /* events that have had their packet */
    uint64_t kept_count;
    struct kept *kept;
};

static void put(struct capture *capture, unsigned node, bool leaves, uint64_t id, uint64_t at, const uint8_t *octets,
                size_t length) {
    if (capture->pcap && node == capture->node) {
        lucid_pcap_write(capture->pcap, at, octets, length);
    }
    if (capture->pcapng) {
        struct text remark = text_growing();
        capture_remark(&remark, capture->log, node, leaves, id, &capture->cursor[node]);
        pcapng_packet(capture->pcapng, node, at, leaves, octets, length, remark.data);
        text_free(&remark);
    }
}

/* ---- of a simulated run ---- */

static void on_packet(void *user, unsigned node, bool leaves, uint64_t id, lucid_time at, const uint8_t *octets,
                      size_t length) {
    put(user, node, leaves, id, EPOCH + at, octets, length);
}

/* ---- of a live run ---- */

static bool is_same(const struct tlog_segment *segment, const struct look *look) {
    return look->tcp && segment->seq == look->seq && segment->ack == look->ack && segment->flags == look->flags &&
           segment->length == look->length && segment->source.port == look->source.port &&
           segment->destination.port == look->destination.port;
}

static bool is_segment(const struct tlog_event *event) {
    return event->kind == TLOG_SEG_TX || event->kind == TLOG_SEG_RX;
}

/* The kernel's segment that this packet is: they come in the same order, but for those of our page, which are in no
 * log. */
static const struct tlog_event *event_of(const struct capture *capture, const struct look *look, uint32_t *from) {
    for (uint32_t i = *from + 1; i <= tlog_count(capture->log); i++) {
        const struct tlog_event *event = tlog_at(capture->log, i);
        if (is_segment(event) && tlog_header(capture->log)->node[event->node].kernel &&
            is_same(&event->u.segment, look)) {
            *from = i;
            return event;
        }
    }
    return NULL;
}

static int keep(struct capture *capture, uint64_t id, const uint8_t *octets, size_t length) {
    if (id >= capture->kept_count) {
        uint64_t count = id + 1024;
        struct kept *grown = realloc(capture->kept, count * sizeof *grown);
        if (!grown) {
            return -1;
        }
        memset(grown + capture->kept_count, 0, (count - capture->kept_count) * sizeof *grown);
        capture->kept = grown;
        capture->kept_count = count;
    }
    struct kept *kept = &capture->kept[id];
    if (!kept->octets && (kept->octets = malloc(length))) {
        memcpy(kept->octets, octets, length);
        kept->length = length;
    }
    return kept->octets ? 0 : -1;
}

/* Reads the packets; *wall: nanoseconds from 1970 to the log's 0. */
static int read_packets(struct capture *capture, struct lucid_pcap *pcap, uint64_t *wall) {
    const uint8_t *octets;
    size_t length;
    uint64_t at;
    uint32_t from = 0;
    int result;
    while ((result = lucid_pcap_next(pcap, &at, &octets, &length)) > 0) {
        struct look look = look_at(octets, length);
        const struct tlog_event *event = event_of(capture, &look, &from);
        if (!event) {
            continue;
        }
        *wall = at - event->t;
        if (keep(capture, event->u.segment.id, octets, length) < 0) {
            return -1;
        }
    }
    return result;
}

/* What each node saw of the packets that are known: those that crossed the device. */
static void put_kept(struct capture *capture, uint64_t wall) {
    for (uint32_t i = 1; i <= tlog_count(capture->log); i++) {
        const struct tlog_event *event = tlog_at(capture->log, i);
        uint64_t id = is_segment(event) ? event->u.segment.id : UINT64_MAX;
        if (id < capture->kept_count && capture->kept[id].octets) {
            put(capture, event->node, event->kind == TLOG_SEG_TX, id, wall + event->t, capture->kept[id].octets,
                capture->kept[id].length);
        }
    }
}

/* "run.pcap" beside the log. */
static struct lucid_pcap *open_beside(const char *log_file, char error[LAB_ERROR]) {
    char name[600], why[LUCID_ERROR_TEXT];
    const char *slash = strrchr(log_file, '/');
    snprintf(name, sizeof name, "%.*srun.pcap", slash ? (int)(slash + 1 - log_file) : 0, log_file);
    struct lucid_pcap *pcap = lucid_pcap_open(name, why);
    if (!pcap) {
        words_fail(error, "the packets of a live run are in run.pcap beside its log, and that cannot be read: %.120s",
                   why);
    }
    return pcap;
}

static int from_live(struct capture *capture, const char *log_file, char error[LAB_ERROR]) {
    uint64_t wall = 0;
    struct lucid_pcap *pcap = open_beside(log_file, error);
    if (!pcap) {
        return -1;
    }
    int failed = read_packets(capture, pcap, &wall);
    lucid_pcap_close(pcap);
    if (failed) {
        return words_fail(error, "run.pcap beside the log is damaged, or there is no memory for it");
    }
    put_kept(capture, wall);
    return 0;
}

static int from_anywhere(struct capture *capture, const char *log_file, char error[LAB_ERROR]) {
    if (!strcmp(tlog_header(capture->log)->world.at, "live")) {
        return from_live(capture, log_file, error);
    }
    int same = session_replay(capture->log, on_packet, capture, error);
    return same > 0 ? 0 : -1;
}

static void forget(struct capture *capture) {
    for (uint64_t i = 0; i < capture->kept_count; i++) {
        free(capture->kept[i].octets);
    }
    free(capture->kept);
}

/* ---- files ---- */

int capture_pcap(const struct tlog *log, const char *log_file, unsigned node, const char *file, char error[LAB_ERROR]) {
    struct capture capture = {.log = log, .node = node, .pcap = lucid_pcap_create(file, error)};
    if (!capture.pcap) {
        return -1;
    }
    int failed = from_anywhere(&capture, log_file, error);
    lucid_pcap_close(capture.pcap);
    forget(&capture);
    if (failed) {
        remove(file);
    }
    return failed;
}

static bool all_ipv4(const struct tlog_header *header) {
    bool ipv4 = true;
    for (unsigned i = 0; i < header->nodes; i++) {
        ipv4 = ipv4 && lucid_addr_is_ipv4(&header->node[i].addr);
    }
    return ipv4;
}

static void put_interfaces(struct pcapng *pcapng, const struct tlog_header *header) {
    for (unsigned i = 0; i < header->nodes; i++) {
        char address[LUCID_ADDR_TEXT], text[120];
        snprintf(text, sizeof text, "node %.40s, %s%s", header->node[i].name.at,
                 lucid_addr_format(&header->node[i].addr, address), header->node[i].kernel ? ", the kernel" : "");
        pcapng_interface(pcapng, header->node[i].name.at, text);
    }
}

int capture_pcapng(const struct tlog *log, const char *log_file, const char *file, char error[LAB_ERROR]) {
    const struct tlog_header *header = tlog_header(log);
    struct capture capture = {.log = log, .pcapng = pcapng_create(file, all_ipv4(header), error)};
    if (!capture.pcapng) {
        return -1;
    }
    put_interfaces(capture.pcapng, header);
    int failed = from_anywhere(&capture, log_file, error);
    char why[LAB_ERROR];
    int cut = pcapng_close(capture.pcapng, failed ? why : error);
    forget(&capture);
    if (failed) {
        remove(file);
    }
    return failed || cut ? -1 : 0;
}
