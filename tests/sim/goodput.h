/* goodput.h: bulk transfers from one stack to another in virtual time, and how much of them arrives: what the models of
 * congestion control speak of.
 */
#ifndef SIM_GOODPUT_H
#define SIM_GOODPUT_H

#include "lucid/host.h"

#define GOODPUT_FLOWS 2

struct goodput_flow {
    unsigned congestion; /* enum lucid_congestion */
    lucid_time begins;   /* each one later than the one before */
    uint64_t octets;     /* that the receiver has got between from and to */
    int sender, receiver;
};

/* Set everything but the results: octets, queue_full, lost, passed. */
struct goodput {
    lucid_time rtt;      /* without the time in the queue */
    uint32_t loss;       /* millionths of the packets that carry data */
    uint64_t rate;       /* bits a second; 0: no limit */
    uint32_t queue;      /* packets that wait for it at most */
    lucid_time from, to; /* what is measured */
    unsigned flows;
    struct goodput_flow flow[GOODPUT_FLOWS];
    uint64_t seed;
    uint64_t queue_full; /* packets for which there was no room */
    uint64_t lost;       /* by chance */
    uint64_t passed;
};

/* Returns false when a connection could not be made. */
bool goodput_run(struct goodput *run);

/* Megabits of payload a second. */
double goodput_of(const struct goodput *run, unsigned flow);

/* Octets of payload that a full segment carries: 1500 less IP, TCP and timestamps. */
#define GOODPUT_SEGMENT 1448

#endif
