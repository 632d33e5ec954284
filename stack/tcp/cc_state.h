/* cc_state.h: what the congestion control of one connection remembers: a part of struct tcb. See cc.h. */
#ifndef TCP_CC_STATE_H
#define TCP_CC_STATE_H

#include "lucid/lucid.h"

struct cc_ops;

struct cc_newreno {
    uint32_t acked; /* octets acknowledged since cwnd grew in congestion avoidance */
};

struct cc_fixed {
    uint32_t window; /* octets */
};

/* What belongs to the algorithm alone; all zeroes when it begins. */
union cc_own {
    struct cc_newreno newreno;
    struct cc_fixed fixed;
};

struct cc_state {
    const struct cc_ops *ops;
    uint32_t cwnd, ssthresh;
    uint32_t round_left; /* octets: when so many are acknowledged, a new round trip begins */
    uint32_t peak;       /* the most octets in flight in this round trip */
    union cc_own own;
    struct {
        uint32_t cwnd, ssthresh; /* cwnd 0: nothing to undo */
        union cc_own own;
    } before; /* as it was before the latest cut */
};

#endif
