/* rules.h: what the trace of a stack must look like, whatever the network does: rules of the wire and of the log.
 *
 * The reader knows nothing but the events and what the application's streams contain. Names in brackets are
 * labels, as in stack/tcp/check.h; L marks rules of the log itself.
 *
 *     struct rules rules = {.octet_of = ..., .user = ..., .config = &config};
 *     for each event, in order: rules_event(&rules, &event);
 *     rules.broken[0] != '\0': what is wrong, in one sentence
 *     rules_end(&rules);
 */
#ifndef SIM_RULES_H
#define SIM_RULES_H

#include "lucid/trace.h"

/* What one end of a connection has shown. */
struct observed {
    uint32_t connection;
    unsigned state; /* after the latest state event; 0: none yet */

    bool sent;         /* a SYN; what follows is known then */
    uint32_t iss, nxt; /* nxt: behind the highest number sent */
    bool fin_sent;
    uint32_t fin;
    bool acked;         /* an ACK was sent */
    uint8_t shift;      /* window scale of its SYN */
    uint32_t ack, edge; /* the latest ACK, and the right edge it promised */

    bool heard;            /* a segment came in */
    uint32_t heard_nxt;    /* behind the highest number that came in */
    bool offered;          /* a window came in */
    uint32_t offered_edge; /* the farthest right edge */
    uint16_t peer_mss;     /* the largest that it offered */

    lucid_time timer[LUCID_TIMERS]; /* LUCID_NEVER: off */
    lucid_time due[LUCID_TIMERS];   /* the same, but not before it was set */
};

struct rules {
    /* The octet at an offset of the stream from one port to the other. */
    uint8_t (*octet_of)(void *user, uint16_t source, uint16_t destination, uint64_t offset);
    void *user;
    const struct lucid_config *config; /* of the stack that is watched */
    bool any_octets;                   /* octet_of does not know; somebody else looks */
    bool oversleeps;                   /* its clock may jump over a timer */
    bool rounds;                       /* it may have to round windows down: buffers are made smaller (RFC 7323 2.4) */

    struct observed *ends;
    size_t count, room;
    struct lucid_event_segment latest_in; /* what a child of a listener is born of */
    uint8_t cookie_shift;                 /* the largest window scale of SYN cookies */
    uint64_t number;                      /* of the latest event */
    lucid_time time;
    char broken[160];
};

void rules_end(struct rules *rules);
void rules_event(struct rules *rules, const struct lucid_event *event);

#endif
