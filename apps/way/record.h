/* record.h: what was seen of a run: every packet of the namespace, every event of our stack, and what each program
 * wrote of its own. Nothing is interpreted here; that is connection.h, message.h and timeline.h.
 *
 * All times are nanoseconds since 1970.
 */
#ifndef WAY_RECORD_H
#define WAY_RECORD_H

#include "common/text.h"
#include "lucid/host.h"

enum way_protocol { WAY_ICMP = 1, WAY_TCP = 6, WAY_UDP = 17 };

/* An IPv4 packet. */
struct way_packet {
    uint64_t at;
    uint8_t *octets;
    uint32_t length;
    uint8_t protocol;                          /* enum way_protocol, or another */
    struct lucid_sockaddr source, destination; /* ports 0 where there are none */
    uint8_t flags;                             /* of TCP: OR of enum lucid_flag */
    uint32_t seq, ack;                         /* of TCP */
    uint32_t payload, payload_length;          /* octets of it, and where they begin */
};

struct way_record {
    struct way_packet *packet;
    size_t packets, packets_room;
    struct lucid_event *event; /* segments and states */
    size_t events, events_room;
    uint64_t epoch; /* what the stack's clock must be given to be since 1970 */
    bool full;      /* something found no memory */
};

/* Copies a packet. What is no IPv4 is left out. */
void way_record_packet(struct way_record *record, uint64_t at, const uint8_t *octets, size_t length);
void way_record_event(struct way_record *record, const struct lucid_event *event);
void way_record_free(struct way_record *record);

/* Writes all packets, in the order of their times. Returns 0, or -1 and a sentence. */
int way_record_write(const struct way_record *record, const char *file, char error[LUCID_ERROR_TEXT]);

/* Sockets in TIME-WAIT at the end of an act. */
struct way_waiting {
    unsigned kernel, ours;
};

/* What one act left. */
struct way_take {
    size_t packet_from, packet_to, event_from, event_to;
    uint64_t began, ended;                  /* of the client */
    int exit;                               /* the client's status */
    char *answers;                          /* a line for each URL: status and octets */
    char *complaint;                        /* the client's words when something failed; "" else */
    char *body;                             /* of the last answer */
    char *nginx_access, *nginx_error, *app; /* lines that came meanwhile */
    struct way_waiting waiting;
};

void way_take_free(struct way_take *take);

#endif
