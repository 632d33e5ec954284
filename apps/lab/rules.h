/* rules.h: the rules that TCP follows: for each its sentence, in English and Chinese, and where it stands in stack/.
 *
 * The table is apps/lab/rules.tsv. An id is RFC:SECTION[/STEP][/STATE] or RFC:LABEL, "9293:3.10.7.4/8/FIN-WAIT-1",
 * "9293:MUST-23"; "9293:3.8.6.1/MUST-36", as the stack writes it, is the rule of that label. Which line of stack/ names
 * a rule the build finds out.
 */
#ifndef LAB_RULES_H
#define LAB_RULES_H

#include "common/text.h"

struct rule {
    const char *id;
    const char *rfc, *section; /* "9293", "3.10.7.4"; "-": the whole RFC */
    const char *label;         /* "MUST-36"; "-": none */
    const char *level;         /* "MUST", "SHOULD", "MAY"; "text": what happens, in the RFC's own order */
    const char *english, *chinese;
    const char *symbol;    /* a function that follows it; "-": none */
    const char *scenarios; /* "L05 L06"; "-": none; besides those that cite it (rules_in_scenario()) */
};

/* The rule of this id, or NULL. */
const struct rule *rules_find(const char *id);

/* Rule i of the table, from 0; NULL after the last. */
const struct rule *rules_at(unsigned i);

/* Place i, from 0, where stack/ names the rule: "stack/tcp/text.c:136" and the function there, "" in the machine's
 * rows. Returns 0, or -1 after the last. file and function have room for 80 octets each. */
int rules_place(const struct rule *rule, unsigned i, char file[80], char function[80]);

/* Does the scenario ("L05") exercise it, by the table or by its own line `rfc`? */
bool rules_in_scenario(const struct rule *rule, const char *scenario);

/* Appends the names of all scenarios in the program that do; returns how many. */
unsigned rules_put_scenarios(const struct rule *rule, struct text *text);

/* Appends "RFC 9293, section 3.10.7.4, eighth step", for people. */
void rules_put_place(const struct rule *rule, struct text *text);

#endif
