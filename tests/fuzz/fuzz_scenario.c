/* fuzz_scenario.c: any octets as a scenario file: it is read, or the sentence names the file, a line and a column.
 *
 * What is read is whole: texts that must be there are, each prediction has what its type needs, and each expression and
 * check can be looked at again with the same result.
 */
#include "fuzz.h"
#include "lab/check.h"
#include "lab/query.h"
#include "lab/scenario.h"

#include <stdlib.h>
#include <string.h>

static void look_at(const struct scenario *scenario, const struct scenario_variant *variant) {
    char error[LAB_ERROR];
    bool in_kind;
    unsigned offset;
    MUST(variant->id);
    for (unsigned i = 0; i < variant->setups; i++) {
        MUST(variant->setup[i].text && variant->setup[i].line);
    }
    for (unsigned i = 0; i < variant->actions; i++) {
        MUST(variant->action[i].command.text);
    }
    for (unsigned i = 0; i < variant->checks; i++) {
        const struct scenario_check *check = &variant->check[i];
        MUST(!check_verify(check->kind.text, check->body.text, scenario->node, scenario->nodes, &in_kind, &offset,
                           error));
    }
    for (unsigned i = 0; i < variant->predictions; i++) {
        const struct scenario_prediction *prediction = &variant->prediction[i];
        MUST(prediction->question.at[SCENARIO_EN] && prediction->id.text);
        MUST(!prediction->answer.text ||
             !query_check(prediction->answer.text, scenario->node, scenario->nodes, &offset, error));
        for (unsigned k = 0; k < prediction->items; k++) {
            MUST(prediction->item[k].label);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char error[LAB_ERROR] = "", *text = malloc(size + 1);
    MUST(text);
    memcpy(text, data, size);
    text[size] = 0;
    struct scenario *scenario = scenario_parse("X.lab", text, error);
    free(text);
    if (!scenario) {
        MUST(!strncmp(error, "X.lab:", 6) && error[6] >= '1' && error[6] <= '9' && strlen(error) < LAB_ERROR);
        return 0;
    }
    MUST(scenario->id && scenario->title.at[SCENARIO_EN] && scenario->variants);
    for (unsigned i = 0; i < scenario->variants; i++) {
        look_at(scenario, &scenario->variant[i]);
    }
    scenario_free(scenario);
    return 0;
}
