/* scenario_json.h: what the page must know of a scenario: title, goal, questions, what Linux does; in two languages. */
#ifndef LAB_SCENARIO_JSON_H
#define LAB_SCENARIO_JSON_H

#include "common/text.h"
#include "lab/catalogue.h"

/* {"title":{"en":...,"zh":...},"goal":...,"linux":...,"predict":[{"id","type","ask","options"}]} */
void scenario_json(struct text *text, const struct scenario *scenario, unsigned variant);

/* [{"id","title","minutes","world"}] of all. */
void catalogue_json(struct text *text, const struct catalogue *catalogue);

#endif
