/* page_scenario.h: what a scenario asks and says, for the page, as JSON; and, when the run is over, what came of it:
 *
 *     {"id":"L11","title":{"en":...,"zh":...},"goal":...,"see":...,"linux":...,"over":1,
 *      "predict":[{"id":"p1","type":"choice","ask":...,"options":["A","B"],"of":2,
 *                  "outcome":"B","points":0,"rule":"9293:3.6","miscon":...}],
 *      "checks":{"c1":{"en":"three segments"}}}
 */
#ifndef LAB_PAGE_SCENARIO_H
#define LAB_PAGE_SCENARIO_H

#include "common/text.h"
#include "lab/scenario.h"

/* over: outcomes are told, too; before, nobody should know them. */
void page_scenario_json(struct text *text, const struct scenario *scenario, unsigned variant, const struct tlog *log,
                        bool over);

/* The scenario that a log says it is a run of, if it is one of those in the program; nothing is appended otherwise. */
void page_scenario_of_log(struct text *text, const struct tlog *log);

/* All scenarios in the program: [{"id":"L01","title":...,"minutes":12,"world":"sim+live"}]. */
void page_catalog_json(struct text *text);

#endif
