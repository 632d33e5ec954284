/* cc_state.h: what the congestion control of one connection remembers: a part of struct tcb. See cc.h. */
#ifndef TCP_CC_STATE_H
#define TCP_CC_STATE_H

#include <stddef.h>

#include "tcp/hystart.h"

struct cc_ops;

struct cc_newreno {
    uint32_t acked; /* octets acknowledged since cwnd grew in congestion avoidance */
};

/* RFC 9438 4.1.2; windows in octets */
struct cc_cubic {
    uint32_t w_max;         /* 0: not known */
    uint32_t cwnd_prior;    /* cwnd when ssthresh was set last */
    struct hystart hystart; /* of the first slow start */
    bool flat;              /* the next epoch begins with K = 0 */
    bool epoch;             /* a stage of congestion avoidance has begun: the rest is set */
    bool dry;               /* nothing was in flight after the latest ACK */
    uint32_t k;             /* 2^-20 s */
    uint32_t part;          /* the fraction of an octet by which cwnd has yet to grow, in 1/cwnd */
    uint64_t w_est;         /* in 1/1024 octets */
    lucid_time t;           /* since the epoch began, while cwnd was in use */
    lucid_time heard;       /* the latest ACK */
};

struct cc_fixed {
    uint32_t window; /* octets */
};

/* What belongs to the algorithm alone; all zeroes when it begins. */
union cc_own {
    struct cc_newreno newreno;
    struct cc_fixed fixed;
    struct cc_cubic cubic;
};

/* So many octets of it outlast an idle time: an epoch ends, and rounds are forgotten. */
#define CC_OWN_LASTING offsetof(struct cc_cubic, epoch)

struct cc_state {
    const struct cc_ops *ops;
    uint32_t cwnd, ssthresh;
    uint32_t round_left;      /* octets: when so many are acknowledged, a new round trip begins */
    uint32_t peak, last_peak; /* the most octets in flight in this round trip, and in the one before */
    union cc_own own;
    struct {
        uint32_t cwnd, ssthresh; /* cwnd 0: nothing to undo */
        union cc_own own;
    } before; /* as it was before the latest cut */
};

#endif
