/* timeline.h: an act as rows: who said what to whom, when, and what it meant.
 *
 * The rows come from packets (DNS, TCP, HTTP, uwsgi), from the application's own notes, and from the client's beginning
 * and end. Confirmations that change no state and carry nothing are counted, and left out unless they are wanted.
 */
#ifndef WAY_TIMELINE_H
#define WAY_TIMELINE_H

#include "message.h"

/* What a row is about. */
enum way_topic {
    WAY_USER, /* the client begins or ends */
    WAY_NAME, /* DNS */
    WAY_OPEN, /* the three segments of a handshake */
    WAY_HTTP,
    WAY_UWSGI_PACKET,
    WAY_PROGRAM, /* the application */
    WAY_QUIET,   /* a confirmation */
    WAY_CLOSE,
    WAY_TROUBLE, /* RST, ICMP */
};

struct way_row {
    uint64_t at;
    enum way_topic topic;
    enum way_hop from, to;        /* the same: it happens there */
    unsigned before[2], after[2]; /* states of from and to; 0: none */
    unsigned connection;          /* from 1; 0: none */
    bool proxy;                   /* from opens connections of its own, further behind */
    size_t order;                 /* of rows of the same time */
    const char *heading;          /* what begins here; NULL: nothing does */
    struct text label;            /* "SYN", "GET /hello HTTP/1.1" */
    struct text what;             /* in plain words */
    struct text lines;            /* the message, line by line */
    struct text octets;           /* of a DNS message, with what each means */
};

/* When the steps of the first request were over; 0: it did not come so far. */
struct way_times {
    uint64_t name_asked, name_known, open_begun, open_done, request, answer;
};

struct way_timeline {
    struct way_row *row;
    unsigned rows, room;
    unsigned left_out; /* confirmations */
    unsigned of_names; /* messages about names outside of the zone */
    struct way_times times;
    uint64_t zero; /* the first row */
    bool cut;      /* something found no memory */
};

/* all: confirmations too. */
void way_timeline_build(struct way_timeline *timeline, const struct way_record *record, const struct way_take *take,
                        const struct way_act *act, const struct way_net *net, bool all);
void way_timeline_free(struct way_timeline *timeline);

/* A new row at its end; NULL: there is no memory. */
struct way_row *way_timeline_add(struct way_timeline *timeline, uint64_t at, enum way_topic topic, enum way_hop from,
                                 enum way_hop to);

/* ---- words.c ---- */

/* Fills in label and what of a segment's row. */
void way_words_segment(struct way_row *row, const struct way_packet *packet, const struct way_segment *segment,
                       const struct way_connection *connection);

/* Fills in the row of data: the message that begins in it, or of which it is a part. */
void way_words_data(struct way_row *row, const struct way_packet *packet, const struct way_segment *segment,
                    const struct way_connection *connection);

/* A DNS message about our zone; a browser has questions of its own besides. */
bool way_words_ours(const struct way_packet *packet);

/* Fills in the row of a DNS message. */
void way_words_dns(struct way_row *row, const struct way_packet *packet);

#endif
