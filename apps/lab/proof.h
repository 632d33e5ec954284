/* proof.h: a run that somebody hands in is believed when it comes out the same, octet by octet, when it is run again.
 *
 * A run of a scenario is made anew by the runner, from scenario, variant, seed and the locked predictions that the log
 * has; checks and points come from that run, not from the file. A log of free play is run again from its commands.
 * What nobody can run again is not believed: live logs, logs that lost events. A rule may be taken away only where the
 * scenario does so itself. A run of a scenario into which somebody has put commands of his own brings no points, but
 * what it has walked it has walked.
 */
#ifndef LAB_PROOF_H
#define LAB_PROOF_H

#include "lab/catalogue.h"
#include "lab/result.h"

struct proof {
    struct tlog *log;      /* NULL: it cannot be read */
    struct result *result; /* of a run of a scenario that is believed; else NULL */
    char hash[65];         /* SHA-256 of the log */
    char why[LAB_ERROR];   /* why it is not believed; empty: it is */
    bool walked;           /* its events are true: run again from its commands, they come again */
};

/* Takes a log that is a file. catalogue: where the scenarios are; NULL: a run of a scenario is not believed. */
void proof_open(struct proof *proof, const char *path, const struct catalogue *catalogue);
void proof_close(struct proof *proof);

#endif
