/* result.h: what came of a run, item by item, and its folder lab-out/L02-7: result.tsv is written and read here.
 *
 *     lab<tab>L02          what the run was: lab variant seed student log (the SHA-256 of run.tlog)
 *     try<tab>2            the how manieth run of this scenario in the folder of runs
 *     item<tab>p1<tab>predict<tab>times<tab>POINTS<tab>OF<tab>MINE<tab>OUTCOME<tab>RULE
 *     item<tab>c1<tab>check<tab>count<tab>POINTS<tab>OF<tab>GOT<tab>WANT<tab>
 *     total<tab>POINTS<tab>OF
 *
 * Tabs and line feeds in texts are blanks.
 */
#ifndef LAB_RESULT_H
#define LAB_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/tlog.h"

struct result_item {
    char *id;     /* "p1", "c1": predictions and checks in the order of the file */
    bool predict; /* else: a check */
    bool asked;   /* a prediction that somebody answered; a check always */
    bool right;
    char *kind; /* "times", "count" */
    unsigned points, of;
    char *mine, *outcome; /* of a check: got, want */
    char *rule;
};

struct result {
    char *lab, *variant, *student, *log;
    uint64_t seed;
    unsigned tries; /* 1: the first; 0: not known */
    unsigned items;
    struct result_item *item;
    unsigned points, of; /* over what was asked */
    unsigned wrong;      /* items that are not right, those without points included */
};

struct result *result_new(const char *lab, const char *variant, uint64_t seed, const char *student);
void result_free(struct result *result);

/* Adds an item; the texts are copied. Returns it, or NULL: no memory. */
struct result_item *result_add(struct result *result, const char *id, bool predict, const char *kind);
bool result_set(char **place, const char *text);

/* Sums up; to be called when all items are there. */
void result_total(struct result *result);

/* Returns 0, or -1 and the sentence. */
int result_write(const struct result *result, const char *path, char error[LAB_ERROR]);
struct result *result_read(const char *path, char error[LAB_ERROR]);

/* How many runs of a scenario there are below `out`. */
unsigned result_runs(const char *out, const char *lab);

/* The folder of a run below `out`: the first of LAB-SEED, LAB-SEED.2, ... in which nothing has been run yet; made when
 * it is not there. In new memory, or NULL and the sentence. */
char *result_folder(const char *out, const char *lab, uint64_t seed, char error[LAB_ERROR]);

#endif
