/* ask.h: finds the experiment for a question: "why 2MSL", "CLOSE_WAIT 很多怎么办".
 *
 * The questions are apps/lab/questions.tsv. A word of the question that stands among the words of a row counts, the
 * more the fewer rows have it; equal scores stand in the order of the table. Nothing is drawn, nothing learnt.
 */
#ifndef LAB_ASK_H
#define LAB_ASK_H

#include <stdbool.h>

struct ask_question {
    const char *scenario, *variant; /* "L05"; "-": none */
    const char *words[2];           /* English: separated by spaces; Chinese: the same */
    const char *question[2], *answer[2];
    const char *rule;
};

/* Fills best (room for max) with the rows that fit, the best first; returns how many. */
unsigned ask_find(const char *question, const struct ask_question *best[], unsigned max);

/* Row i of the table whose scenario is in the program, from 0; NULL after the last. */
const struct ask_question *ask_at(unsigned i);

/* Are there Chinese characters in it? */
bool ask_is_chinese(const char *question);

#endif
