/* live_sockets.h: the sockets that /connections lists: which of them, in which order, and not too many. */
#ifndef LIVE_SOCKETS_H
#define LIVE_SOCKETS_H

#include "live/live.h"

struct live_sockets {
    struct lucid_stats stats; /* how many there are */
    lucid_time now;
    struct lucid_tcp_info asks; /* whose request it is */
    bool own;                   /* the first row is that one */
    bool more;                  /* there are others that are not shown */
    unsigned most;              /* rows */
    const char *state;          /* only these; NULL: all */
    unsigned count, looked_at;
    struct lucid_tcp_info *row;
};

/* Fills in the rows, of which there is room for `most`. */
void live_sockets_collect(struct live_sockets *sockets, const struct http_exchange *exchange);

#endif
