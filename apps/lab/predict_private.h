/* predict_private.h: what predict.c and predict_judge.c share. */
#ifndef LAB_PREDICT_PRIVATE_H
#define LAB_PREDICT_PRIVATE_H

#include "lab/predict.h"
#include "lab/query.h"

#define PREDICT_WORDS 64
#define PREDICT_LENGTH 500
#define PREDICT_SKETCH 10 /* points of a drawn curve */

/* The item that a text means, by its label or its number from 1; -1: none. */
int predict_item(const struct scenario_prediction *prediction, const char *text);

/* Cuts a text at its bars, or where it has none at blanks and commas. Returns how many words there are. */
unsigned predict_split(char *text, char *word[PREDICT_WORDS]);

/* "12", "1.5", "20ms" (then in seconds). */
bool predict_number(const char *text, double *number);

/* ---- while an answer is judged ---- */

struct judging {
    const struct scenario *scenario;
    const struct scenario_prediction *prediction;
    const struct model *model;
    char *answer; /* a copy that may be cut; NULL: none */
    struct predict_result *result;
    struct query *query; /* of the answer */
    struct query_value value;
    unsigned right, all; /* items */
    char *error;
};

int predict_judge_order(struct judging *judging);
int predict_judge_sketch(struct judging *judging);

/* The value of a piece of the scenario; the query is the caller's. Returns 0, or -1 and the error. */
int predict_evaluate(struct judging *judging, const struct scenario_part *part, struct query **query,
                     struct query_value *value);

/* The words of the answer; they live as long as it. */
unsigned predict_words_of(struct judging *judging, char *word[PREDICT_WORDS]);

/* A number without a unit, as an answer has it. */
void predict_put_number(struct text *text, double number);

#endif
