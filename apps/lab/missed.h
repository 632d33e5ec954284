/* missed.h: which predictions a class missed most, and what it thought instead. */
#ifndef LAB_MISSED_H
#define LAB_MISSED_H

#include <stdio.h>

#include "lab/handin.h"

/* One prediction of a scenario; the wrong answers to it. */
struct missed_item {
    char *name; /* "L02 p1" */
    unsigned asked, missed;
    char *outcome; /* of the first that was wrong: it may be another one for another seed */
    unsigned answers;
    struct missed_answer {
        char *mine;
        unsigned count;
    } * answer;
};

struct missed {
    unsigned items;
    struct missed_item *item;
};

/* Takes in the runs of one student that count. */
void missed_add(struct missed *missed, const struct handin *handin);

/* Prints the worst ten. */
void missed_print(const struct missed *missed, unsigned students, FILE *file);
void missed_free(struct missed *missed);

#endif
