/* predict.h: predictions: asked or read before the run, locked, and compared with what the run says.
 *
 * An answer is a text, as somebody typed it:
 *
 *     choice    the text to choose, or its number      number   12, 1.5s
 *     times     0 1 3                                  states   CLOSED SYN-SENT ESTABLISHED
 *     fields    101 301 A (SEQ, ACK or -, flags)       table    one value for each cell, in order
 *     order, rank   numbers or texts of the items, in order, separated by blanks or by |
 *     sketch    ten numbers: the height of the curve   text     anything
 *
 * The right answer is never written down in a scenario: predict_judge() computes it from the log.
 */
#ifndef LAB_PREDICT_H
#define LAB_PREDICT_H

#include <stdio.h>

#include "common/text.h"
#include "lab/model.h"
#include "lab/scenario.h"

/* Answers to the predictions of one variant, in the order of variant->prediction; NULL: none given. */
struct predict_answers {
    const struct scenario_variant *variant;
    char **answer;
    char (*hash)[65]; /* SHA-256 of "ID<tab>ANSWER" */
};

struct predict_answers *predict_new(const struct scenario_variant *variant);
void predict_free(struct predict_answers *answers);

/* Sets one answer, in the form in which it is locked; one that cannot be an answer is refused. Returns 0, or -1 and
 * the sentence. An empty answer is none. */
int predict_set(struct predict_answers *answers, unsigned i, const char *answer, char error[LAB_ERROR]);

/* Reads lines "ID<tab>ANSWER"; those that begin with # and further columns are left out. */
int predict_read(struct predict_answers *answers, const char *path, char error[LAB_ERROR]);

/* Asks for each in turn. `?` shows a hint, an empty line leaves the question out. Returns 0, or -1: the input has
 * ended. */
int predict_ask(struct predict_answers *answers, FILE *in, FILE *out, enum scenario_language language);

/* Writes the locked answers: ID, answer, SHA-256. Returns 0, or -1 and the sentence. */
int predict_write(const struct predict_answers *answers, const char *path, char error[LAB_ERROR]);

/* The line of a world's set-up that puts one of them into the log before anything happens. */
void predict_setup(const struct predict_answers *answers, unsigned i, struct text *line);

unsigned predict_count(const struct predict_answers *answers);

struct predict_result {
    bool right;          /* all of it */
    unsigned points, of; /* of 0: not scored */
    struct text outcome; /* what happened, in the form of an answer */
    char rule[64];       /* that explains it; empty: none is known */
    const char *miscon;  /* what to say to this answer; NULL */
};

/* Compares an answer (NULL: none) with the run; the model stands at its end. Returns 0, or -1 and the sentence. */
int predict_judge(const struct scenario *scenario, const struct scenario_variant *variant, unsigned i,
                  const char *answer, const struct model *model, enum scenario_language language,
                  struct predict_result *result, char error[LAB_ERROR]);
void predict_result_free(struct predict_result *result);

#endif
