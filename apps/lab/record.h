/* record.h: the writer of the event log: what the stacks' traces say, and what the world itself does, as lines.
 *
 * Each stack counts its events and packets by itself. Here events get one count, without gaps, and packets a number
 * that is unique in the world: a serial given when a packet leaves its stack, under which it also arrives. Connections
 * keep the number that their stack gave them, plus an offset after the node has been restarted, so that none is ever
 * used again.
 */
#ifndef LAB_RECORD_H
#define LAB_RECORD_H

#include "common/json.h"
#include "lab/tlog.h"

/* A run of sequence numbers and the packet in which it left first. */
struct record_sent {
    uint32_t seq, length;
    uint64_t id;
};

struct record_connection {
    unsigned count, capacity;
    struct record_sent *sent;
};

/* A packet as its stack names it, and as the log does. The stack may name an answer long before it leaves. */
#define RECORD_PACKETS 1024
struct record_packet {
    uint64_t named, serial;
};

struct record_node {
    const char *name;
    uint32_t offset, highest; /* of connection numbers */
    struct record_packet packet[RECORD_PACKETS];
    unsigned connections;
    struct record_connection *connection; /* by number */
};

struct record {
    void (*write)(void *user, const char *line, size_t length);
    void *user;
    uint32_t next;             /* number of the next event */
    uint64_t packets, serials; /* numbers given */
    unsigned payload;          /* octets kept per segment */
    uint32_t frame;            /* number in run.pcap of the next segment that is an event; 0: none */
    struct text line;
    bool (*unseen)(void *user, unsigned node, const struct lucid_event *event); /* left out of the log; NULL: none */
    void *unseen_user;
    bool no_memory; /* something could not be written */
    struct record_node node[TLOG_NODES_MAX];
};

void record_init(struct record *record, void (*write)(void *, const char *, size_t), void *user, unsigned payload);
void record_end(struct record *record);

/* The number for a new packet. */
uint64_t record_packet(struct record *record);

/* A number that orders what is put into agendas. */
uint64_t record_serial(struct record *record);

/* The number in the log of a packet that its stack calls `named`. */
uint64_t record_packet_of(struct record *record, unsigned node, uint64_t named);

/* Takes all events that the node's stack has traced. */
void record_drain(struct record *record, unsigned node, struct lucid_stack *stack);

/* One event of a stack, or one that the lab makes up in its form (a forged segment). */
void record_event(struct record *record, unsigned node, const struct lucid_event *event);

/* A segment that no stack sent, with the number it has in the log already. */
void record_forged(struct record *record, unsigned node, const struct lucid_event *event);

/* The node's stack was taken away: what comes later has new numbers of connections. */
void record_restart(struct record *record, unsigned node);

/* The number in the log of a connection that its stack calls c. */
uint32_t record_connection(const struct record *record, unsigned node, uint32_t c);

/* A line of the lab's own: begin, keys by json_...(), end. */
struct json record_begin(struct record *record, lucid_time now, const char *node, uint32_t c, const char *ev);
void record_finish(struct record *record, struct json *json);

/* Lines that consist of one text: cmd, note. */
void record_text(struct record *record, lucid_time now, const char *ev, const char *text);

#endif
