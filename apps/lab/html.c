/* html.c: see html.h. */
#include "lab/html.h"

#include "lab/page.h"
#include "lab/page_scenario.h"

int html_replay(const struct tlog *log, struct text *out) {
    struct text scenario = text_growing();
    page_scenario_of_log(&scenario, log);
    page_write(out, &(struct page){.log = log, .rules = log, .scenario = scenario.length > 0 ? &scenario : NULL});
    bool cut = out->cut || scenario.cut;
    text_free(&scenario);
    return cut ? -1 : 0;
}
