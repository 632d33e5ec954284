/* cmd_rules.c: `lucid-lab rules`: all rules; those of a scenario; or one, with all that is known of it. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/rules.h"

static const char *sentence(const struct rule *rule) {
    return i18n_chosen() == I18N_ZH ? rule->chinese : rule->english;
}

static void print_line(const struct rule *rule) {
    printf("%-30s %s\n", rule->id, sentence(rule));
}

static void print_rule(const struct rule *rule) {
    struct text place = text_growing();
    char file[80], function[80];
    rules_put_place(rule, &place);
    printf("%s   %s\n\n  %s\n\n", rule->id, place.data ? place.data : "", sentence(rule));
    text_free(&place);
    for (unsigned i = 0; !rules_place(rule, i, file, function); i++) {
        printf("  %s%s%s\n", file, *function ? "  " : "", function);
    }
    if (strcmp(rule->symbol, "-") != 0) {
        printf("  function %s\n", rule->symbol);
    }
    struct text scenarios = text_growing();
    if (rules_put_scenarios(rule, &scenarios) > 0) {
        printf("  to see it: lucid-lab run %.3s; it is in %s\n", scenarios.data, scenarios.data);
    }
    text_free(&scenarios);
}

/* Those that begin with an id that is not one itself: "9293:3.10.7.4". */
static unsigned print_below(const char *id) {
    unsigned found = 0;
    size_t length = strlen(id);
    const struct rule *rule;
    for (unsigned i = 0; (rule = rules_at(i)); i++) {
        if (!strncmp(rule->id, id, length) && rule->id[length] && strchr("/.:", rule->id[length])) {
            print_line(rule);
            found++;
        }
    }
    return found;
}

static unsigned print_scenario(const char *scenario) {
    unsigned found = 0;
    const struct rule *rule;
    for (unsigned i = 0; (rule = rules_at(i)); i++) {
        if (rules_in_scenario(rule, scenario)) {
            print_line(rule);
            found++;
        }
    }
    return found;
}

static bool is_scenario(const char *word) {
    return toupper((unsigned char)word[0]) == 'L' && isdigit((unsigned char)word[1]) &&
           isdigit((unsigned char)word[2]) && !word[3];
}

static int show(const char *word) {
    if (is_scenario(word)) {
        char scenario[4] = {'L', word[1], word[2], '\0'};
        return print_scenario(scenario) ? LAB_OK
                                        : lab_refuse("no rule is known for %s; `lucid-lab rules` lists all", word);
    }
    char id[80];
    snprintf(id, sizeof id, "%s%s", strchr(word, ':') ? "" : "9293:", word);
    const struct rule *rule = rules_find(id);
    if (rule) {
        print_rule(rule);
        puts("");
    }
    if (print_below(id) || rule) {
        return LAB_OK;
    }
    return lab_refuse("%s is no rule; rules look like 9293:MUST-23 or 9293:3.10.7.4/8/FIN-WAIT-1", word);
}

int lab_rules(int argc, char **argv) {
    const char *word = NULL;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--zh")) {
            i18n_choose("zh");
        } else if (argv[i][0] == '-' || word) {
            return lab_refuse("usage: lucid-lab rules [L05|9293:MUST-23] [--zh]");
        } else {
            word = argv[i];
        }
    }
    if (word) {
        return show(word);
    }
    const struct rule *rule;
    for (unsigned i = 0; (rule = rules_at(i)); i++) {
        print_line(rule);
    }
    return LAB_OK;
}
