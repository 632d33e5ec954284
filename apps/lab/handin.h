/* handin.h: what a student hands in: a folder of runs (lab-out), each believed or not (proof.h).
 *
 * Of the runs of one variant of a scenario the best counts; the others are tries.
 */
#ifndef LAB_HANDIN_H
#define LAB_HANDIN_H

#include "lab/edges.h"
#include "lab/proof.h"

struct handin_run {
    char *path;
    struct result *result; /* NULL: free play, or not believed */
    unsigned points, of;   /* of all its items: a prediction that was not made is a wrong one */
    char hash[65];
    char why[LAB_ERROR]; /* why it is not believed; empty: it is */
    bool best;           /* it counts */
    unsigned tries;      /* of this variant, itself included */
};

struct handin {
    unsigned runs;
    struct handin_run *run;
    struct edges edges; /* what all that is believed has walked */
};

/* Reads the logs in a folder, in the folders in it, and in its lab-out. lab: only those of this scenario; NULL: all.
 * Returns how many there are. */
unsigned handin_read(struct handin *handin, const char *folder, const char *lab, const struct catalogue *catalogue);
void handin_free(struct handin *handin);

/* Sums of the runs that count. */
void handin_points(const struct handin *handin, unsigned *points, unsigned *of);

/* Appends "student,lab,item,score,of,seed,hash", one line for each item of each run that counts. */
void handin_put_csv(const struct handin *handin, const char *student, struct text *text);

/* Appends a field of CSV. */
void handin_put_field(const char *field, struct text *text);

#endif
