/* byzantine.h: a host that keeps no rule, beside honest ones.
 *
 * It knows only what a host may know: what was sent to it. It answers, or does not; its segments lie near the numbers
 * that it has seen, with any flags, options, lengths and windows; it sends ICMP errors that quote what it got,
 * fragments and noise; and it guesses blindly under the names of others. Its own connections may fail, no other. When
 * the network heals it falls silent.
 */
#ifndef SIM_BYZANTINE_H
#define SIM_BYZANTINE_H

#include "rng.h"
#include "sim/peer.h"
#include "sim/plan.h"

#define BYZANTINE_PEERS 8

struct sim;

struct byzantine {
    const struct plan *plan; /* NULL: there is none */
    struct rng rng;
    int number;
    lucid_time acts_at;
    unsigned acts_left;
    struct peer peer[BYZANTINE_PEERS];
};

void byzantine_begin(struct byzantine *byzantine, const struct plan *plan);

/* A packet for it arrives. */
void byzantine_input(struct byzantine *byzantine, struct sim *sim, const uint8_t *octets, size_t length);

/* When it does something of its own accord. */
lucid_time byzantine_deadline(const struct byzantine *byzantine);
void byzantine_run(struct byzantine *byzantine, struct sim *sim);

#endif
