/* ends.h: a client (0) and a server (1) joined in memory, and a list of all segments that they sent, for the tests of
 * rules that can be taken away.
 *
 *     ends_open(&ends, LUCID_WITHOUT_PERSIST);     both stacks do without it; the server listens
 *     ends_connect(&ends);
 *     ends_run(&ends, 10 * LUCID_SECOND);
 *     ends_close(&ends);
 */
#ifndef LAB_TEST_ENDS_H
#define LAB_TEST_ENDS_H

#include "lucid/host.h"
#include "lucid/whatif.h"

struct ends_segment {
    lucid_time at;
    int from;
    uint8_t flags; /* OR of enum lucid_flag */
    uint32_t seq, ack, length;
    uint16_t window;
};

#define ENDS_SEGMENTS 4096
#define ENDS_PACKET 2048

struct ends {
    struct lucid_pair_options options; /* ends_begin() fills it; change it before ends_open() */
    struct lucid_pair *pair;
    int listener, client, server; /* server: accepted; 0: not yet */
    bool reads;                   /* the server reads what comes; true */
    uint8_t got[65536];           /* what the server has read */
    size_t got_length;
    ptrdiff_t client_end; /* what the client's recv() said last, when it was no data and no LUCID_EAGAIN */
    size_t client_got;
    struct ends_segment segment[ENDS_SEGMENTS];
    unsigned segments;
    uint8_t latest[2][ENDS_PACKET]; /* the latest packet of each, whole */
    size_t latest_length[2];
    enum lucid_link_fate (*fate)(struct ends *ends, const struct ends_segment *segment); /* NULL: all pass */
    unsigned counted;                                                                    /* for fate */
};

/* The defaults: no loss, no timestamps, no SACK, no scaling. */
void ends_begin(struct ends *ends);
void ends_open(struct ends *ends, unsigned without);
void ends_close(struct ends *ends);

/* The client's handshake begins; ends_run() carries it out. */
void ends_connect(struct ends *ends);

/* Lets happen what happens in so many nanoseconds. */
void ends_run(struct ends *ends, lucid_time time);

/* Lets it happen until nothing will ever happen again. */
void ends_run_out(struct ends *ends);

/* The client sends so many octets, "abc...z" again and again; all must fit. */
void ends_send(struct ends *ends, size_t octets);

unsigned ends_state(struct ends *ends, int which);
struct lucid_tcp_info ends_info(struct ends *ends, int which);

/* How many segments an end has sent with all of these flags, and no other of SYN, FIN, RST; with or without data. */
enum ends_kind { ENDS_ANY, ENDS_DATA, ENDS_PURE };
unsigned ends_count(const struct ends *ends, int from, uint8_t flags, enum ends_kind kind);

#endif
