/* cmd_show.c: `lucid-lab show L05`: the goal of a scenario, what to predict, its sections, what Linux does. */
#include <stdio.h>
#include <string.h>

#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/run_command.h"
#include "lab/wrap.h"

static void paragraph(const char *heading, const char *text) {
    if (*text) {
        struct text lines = text_growing();
        wrap_put(&lines, text, 2, 2);
        printf("\n%s\n  %s", heading, lines.data ? lines.data : "");
        text_free(&lines);
    }
}

static void predictions(const struct scenario_variant *variant, enum scenario_language language) {
    if (variant->predictions) {
        printf("\n%s\n", i18n("show.predict"));
    }
    for (unsigned i = 0; i < variant->predictions; i++) {
        const struct scenario_prediction *one = &variant->prediction[i];
        printf("  %s  %s\n", one->id.text, scenario_say(&one->question, language));
        for (unsigned j = 0; j < one->items; j++) {
            const struct scenario_item *item = &one->item[j];
            printf("        %u) %s\n", j + 1, language == SCENARIO_ZH && item->label_zh ? item->label_zh : item->label);
        }
    }
}

static void variants(const struct scenario *scenario, enum scenario_language language) {
    if (scenario->variants > 1) {
        printf("\n%s\n", i18n("show.variants"));
    }
    for (unsigned i = 1; i < scenario->variants; i++) {
        const struct scenario_variant *variant = &scenario->variant[i];
        printf("  %s  %s", variant->id, scenario_say(&variant->title, language));
        for (unsigned j = 0; j < variant->withouts; j++) {
            printf(" (--without %s)", variant->without[j]);
        }
        putchar('\n');
    }
}

int lab_show(int argc, char **argv) {
    struct run_arguments arguments;
    unsigned index;
    int status = run_arguments(&arguments, argc, argv);
    if (status) {
        return status;
    }
    struct scenario *scenario = run_arguments_scenario(&arguments, &index);
    if (!scenario) {
        catalogue_close(arguments.catalogue);
        return LAB_USAGE;
    }
    enum scenario_language language = run_language(&arguments);
    const struct scenario_variant *variant = &scenario->variant[index];
    struct text minutes = text_growing();
    char number[16];
    snprintf(number, sizeof number, "%u", scenario->minutes);
    i18n_put(&minutes, "show.minutes", number, scenario->world, NULL);
    printf("%s  %s\n%s\n", scenario->id, scenario_say(&scenario->title, language), minutes.data ? minutes.data : "");
    text_free(&minutes);
    if (index) {
        printf("%s  %s\n", variant->id, scenario_say(&variant->title, language));
    }
    paragraph(i18n("run.goal"), scenario_say(&variant->goal, language));
    predictions(variant, language);
    printf("\n%s\n ", i18n("show.sections"));
    for (unsigned i = 0; i < scenario->rules; i++) {
        printf(" %s", scenario->rule[i]);
    }
    putchar('\n');
    variants(scenario, language);
    paragraph(i18n("run.linux"), scenario_say(&variant->linux_does, language));
    scenario_free(scenario);
    catalogue_close(arguments.catalogue);
    return LAB_OK;
}
