/* rules.c: see rules.h. The table is cut once; an id is found by binary search in an index that is sorted once. */
#include "lab/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/files.h"

#define RULES_MAX 1024
#define COLUMNS 9

static struct rule table[RULES_MAX];
static const struct rule *sorted[RULES_MAX];
static unsigned count;
static bool ready;

/* ---- the table ---- */

static int compare(const void *a, const void *b) {
    return strcmp((*(const struct rule *const *)a)->id, (*(const struct rule *const *)b)->id);
}

/* The first row has the names of the columns. */
static void take_row(char *const column[]) {
    if (count == RULES_MAX || !strcmp(column[0], "id")) {
        return;
    }
    table[count] = (struct rule){column[0], column[1], column[2], column[3], column[4],
                                 column[5], column[6], column[7], column[8]};
    sorted[count] = &table[count];
    count++;
}

static void read_table(void) {
    if (!ready) {
        ready = true;
        lab_file_rows("rules.tsv", COLUMNS, take_row);
        qsort(sorted, count, sizeof sorted[0], compare);
    }
}

const struct rule *rules_at(unsigned i) {
    read_table();
    return i < count ? &table[i] : NULL;
}

static const struct rule *find_exactly(const char *id) {
    const struct rule wanted = {.id = id}, *key = &wanted;
    const struct rule **found = bsearch(&key, sorted, count, sizeof sorted[0], compare);
    return found ? *found : NULL;
}

static bool is_label(const char *word) {
    return !strncmp(word, "MUST-", 5) || !strncmp(word, "SHLD-", 5) || !strncmp(word, "MAY-", 4) ||
           !strncmp(word, "REC-", 4);
}

/* "9293:3.8.6.1/MUST-36" as "9293:MUST-36". Returns false when there is no label at its end. */
static bool by_label(const char *id, char short_id[40]) {
    const char *colon = strchr(id, ':'), *slash = strrchr(id, '/');
    if (!colon || !slash || !is_label(slash + 1) || (size_t)(colon - id) + 1 + strlen(slash) > 39) {
        return false;
    }
    size_t rfc = (size_t)(colon - id) + 1;
    memcpy(short_id, id, rfc);
    strcpy(short_id + rfc, slash + 1);
    return true;
}

const struct rule *rules_find(const char *id) {
    char short_id[40];
    read_table();
    const struct rule *rule = find_exactly(id);
    if (!rule && by_label(id, short_id)) {
        rule = find_exactly(short_id);
    }
    return rule;
}

/* ---- places in the source ---- */

/* Is the id at the beginning of this line (up to a tab) another form of the rule's? */
static bool names_rule(const char *line, size_t length, const struct rule *rule) {
    char id[80], short_id[40];
    if (length == strlen(rule->id) && !memcmp(line, rule->id, length)) {
        return true;
    }
    if (length >= sizeof id) {
        return false;
    }
    memcpy(id, line, length);
    id[length] = '\0';
    return by_label(id, short_id) && !strcmp(short_id, rule->id);
}

static void copy_until(char to[80], const char *from, char stop) {
    size_t length = strcspn(from, (char[]){stop, '\n', '\0'});
    length = length < 79 ? length : 79;
    memcpy(to, from, length);
    to[length] = '\0';
}

int rules_place(const struct rule *rule, unsigned i, char file[80], char function[80]) {
    const struct lab_file *places = lab_file_find("places.tsv");
    for (const char *line = places ? places->data : ""; *line;) {
        const char *tab = strchr(line, '\t'), *end = strchr(line, '\n');
        if (!tab || !end) {
            return -1;
        }
        if (names_rule(line, (size_t)(tab - line), rule) && i-- == 0) {
            copy_until(file, tab + 1, '\t');
            copy_until(function, tab + 2 + strlen(file), '\t');
            return 0;
        }
        line = end + 1;
    }
    return -1;
}

/* ---- for people ---- */

static bool in_column(const struct rule *rule, const char *scenario) {
    size_t length = strlen(scenario);
    for (const char *at = rule->scenarios; (at = strstr(at, scenario)); at += length) {
        if ((at == rule->scenarios || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}

/* Does a line of ids, which may go on behind a backslash, have one of this rule? */
static bool line_cites(const struct rule *rule, const char *at) {
    while (*at && *at != '\n') {
        size_t length = strcspn(at, " \\\n");
        if (names_rule(at, length, rule)) {
            return true;
        }
        at += length;
        at += strspn(at, " ");
        at += *at != '\\' ? 0 : at[1] == '\n' ? 2 : 1;
    }
    return false;
}

static bool is_cited(const struct rule *rule, const struct lab_file *file) {
    for (const char *line = file->data; (line = strstr(line, "\nrfc ")); line++) {
        if (line_cites(rule, line + 5)) {
            return true;
        }
    }
    return false;
}

bool rules_in_scenario(const struct rule *rule, const char *scenario) {
    char name[40];
    snprintf(name, sizeof name, "labs/%.20s.lab", scenario);
    const struct lab_file *file = lab_file_find(name);
    return in_column(rule, scenario) || (file && is_cited(rule, file));
}

unsigned rules_put_scenarios(const struct rule *rule, struct text *text) {
    unsigned found = 0;
    for (const struct lab_file *file = LAB_FILES; file->name; file++) {
        char scenario[21] = "";
        if (sscanf(file->name, "labs/%20[^.].lab", scenario) == 1 && rules_in_scenario(rule, scenario)) {
            text_format(text, "%s%s", found++ ? " " : "", scenario);
        }
    }
    return found;
}

void rules_put_place(const struct rule *rule, struct text *text) {
    static const char *const steps[] = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"};
    text_format(text, "RFC %s", rule->rfc);
    if (strcmp(rule->section, "-") != 0) {
        text_format(text, rule->section[0] == 'A' ? ", appendix %s" : ", section %s", rule->section);
    }
    const char *slash = strchr(rule->id, '/');
    if (strcmp(rule->label, "-") != 0) {
        text_format(text, ", %s", rule->label);
    } else if (slash && slash[1] >= '1' && slash[1] <= '8' && (slash[2] == '/' || !slash[2])) {
        text_format(text, ", %s step", steps[slash[1] - '1']);
    }
}
