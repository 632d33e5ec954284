/* scenario.c: the memory of a scenario, what variants inherit, and how to ask. The statements are in scenario_parse.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/scenario_private.h"

void *scenario_keep(struct scenario *scenario, size_t size) {
    if (!(scenario->kept & (scenario->kept + 1)) || !scenario->keep) {
        void **more = realloc(scenario->keep, (2 * (size_t)scenario->kept + 2) * sizeof *more);
        if (!more) {
            return NULL;
        }
        scenario->keep = more;
    }
    void *memory = calloc(1, size ? size : 1);
    if (memory) {
        scenario->keep[scenario->kept++] = memory;
    }
    return memory;
}

void scenario_free(struct scenario *scenario) {
    if (!scenario) {
        return;
    }
    for (unsigned i = 0; i < scenario->kept; i++) {
        free(scenario->keep[i]);
    }
    free(scenario->keep);
    free(scenario);
}

/* Arrays double; the old ones stay until the end, for they are small. */
void *scenario_more(struct scenario_reader *reader, void *array, unsigned *count, size_t size) {
    unsigned have = *count;
    if (!(have & (have - 1))) {
        void *more = scenario_keep(reader->scenario, (have ? 2 * (size_t)have : 1) * size);
        if (!more) {
            scenario_wrong(&reader->lines, reader->lines.text, "no memory");
            return NULL;
        }
        if (have) {
            memcpy(more, array, have * size);
        }
        array = more;
    }
    (*count)++;
    return array;
}

const char *scenario_copy(struct scenario_reader *reader, struct scenario_span span) {
    char *copy = scenario_keep(reader->scenario, span.length + 1);
    if (!copy) {
        scenario_wrong(&reader->lines, span.at, "no memory");
        return NULL;
    }
    memcpy(copy, span.at, span.length);
    return copy;
}

/* Puts the copies of `from` behind those of the variant. */
static bool append(struct scenario_reader *reader, void **to, unsigned *to_count, const void *from, unsigned count,
                   size_t size) {
    char *all = scenario_keep(reader->scenario, (*to_count + count + 1) * size);
    if (!all) {
        return scenario_wrong(&reader->lines, reader->lines.text, "no memory");
    }
    if (count) {
        memcpy(all, from, count * size);
    }
    if (*to_count) {
        memcpy(all + count * size, *to, *to_count * size);
    }
    *to = all;
    *to_count += count;
    return true;
}

/* How much of a set-up line says whom it is about: "node B", "iss A"; 0: of other lines there may be several. */
static size_t about(const char *setup) {
    size_t word = strcspn(setup, " ");
    if (strncmp(setup, "node ", 5) != 0 && strncmp(setup, "iss ", 4) != 0) {
        return 0;
    }
    size_t blanks = word + strspn(setup + word, " ");
    return blanks + strcspn(setup + blanks, " ");
}

/* "iss A seed": the stack chooses. */
static bool says_nothing(const char *setup) {
    size_t length = strlen(setup);
    return !strncmp(setup, "iss ", 4) && length > 5 && !strcmp(setup + length - 5, " seed");
}

/* The variant's own line about the same node, or NULL. */
static struct scenario_part *own_line(const struct scenario_variant *variant, const char *setup, bool *used) {
    size_t prefix = about(setup);
    for (unsigned j = 0; prefix && j < variant->setups; j++) {
        const char *own = variant->setup[j].text;
        if (about(own) == prefix && !strncmp(own, setup, prefix)) {
            used[j] = true;
            return &variant->setup[j];
        }
    }
    return NULL;
}

/* A node, or its numbers, that the variant describes itself, replace the base's. */
static bool inherit_setup(struct scenario_reader *reader, const struct scenario_variant *base,
                          struct scenario_variant *variant) {
    unsigned owns = variant->setups, count = 0;
    struct scenario_part *all = scenario_keep(reader->scenario, (owns + base->setups + 1) * sizeof *all);
    bool *used = scenario_keep(reader->scenario, owns + 1);
    if (!all || !used) {
        return scenario_wrong(&reader->lines, reader->lines.text, "no memory");
    }
    for (unsigned i = 0; i < base->setups; i++) {
        const struct scenario_part *own = own_line(variant, base->setup[i].text, used);
        all[count] = own ? *own : base->setup[i];
        count += !says_nothing(all[count].text);
    }
    for (unsigned j = 0; j < owns; j++) {
        if (!used[j] && !says_nothing(variant->setup[j].text)) {
            all[count++] = variant->setup[j];
        }
    }
    variant->setup = all;
    variant->setups = count;
    return true;
}

/* A variant that lets nothing happen of its own means what happens in the base. */
static bool inherit_actions(struct scenario_reader *reader, const struct scenario_variant *base,
                            struct scenario_variant *variant) {
    unsigned bits = variant->inherits | (variant->actions ? 0 : SCENARIO_INHERIT_AT | SCENARIO_INHERIT_ON);
    struct scenario_action *some = scenario_keep(reader->scenario, (base->actions + 1) * sizeof *some);
    if (!some) {
        return scenario_wrong(&reader->lines, reader->lines.text, "no memory");
    }
    unsigned count = 0;
    for (unsigned i = 0; i < base->actions; i++) {
        unsigned bit = base->action[i].condition.text ? SCENARIO_INHERIT_ON : SCENARIO_INHERIT_AT;
        if (bits & bit) {
            some[count++] = base->action[i];
        }
    }
    return append(reader, (void **)&variant->action, &variant->actions, some, count, sizeof *some);
}

static void inherit_texts(const struct scenario_variant *base, struct scenario_variant *variant) {
    if (!variant->goal.at[SCENARIO_EN]) {
        variant->goal = base->goal;
    }
    if (!variant->see.at[SCENARIO_EN]) {
        variant->see = base->see;
    }
    if (!variant->linux_does.at[SCENARIO_EN]) {
        variant->linux_does = base->linux_does;
    }
    if (!variant->hints) {
        variant->hint = base->hint;
        variant->hints = base->hints;
    }
}

/* One kind of thing of the base, if the variant wants it. */
#define INHERIT(wanted, of, ofs) \
    append(reader, (void **)&variant->of, &variant->ofs, base->of, (wanted) ? base->ofs : 0, sizeof *base->of)

static bool inherit_all(struct scenario_reader *reader, const struct scenario_variant *base,
                        struct scenario_variant *variant) {
    unsigned bits = variant->inherits;
    inherit_texts(base, variant);
    return inherit_setup(reader, base, variant) && inherit_actions(reader, base, variant) &&
           INHERIT(true, without, withouts) && INHERIT(bits & SCENARIO_INHERIT_RUN, run, runs) &&
           INHERIT(bits & SCENARIO_INHERIT_CHECK, check, checks) &&
           INHERIT(bits & SCENARIO_INHERIT_PREDICT, prediction, predictions) &&
           INHERIT(bits & SCENARIO_INHERIT_PREDICT, miscon, miscons);
}

bool scenario_inherit(struct scenario_reader *reader) {
    for (unsigned i = 1; i < reader->scenario->variants; i++) {
        if (!inherit_all(reader, &reader->scenario->variant[0], &reader->scenario->variant[i])) {
            return false;
        }
    }
    return true;
}

int scenario_variant_find(const struct scenario *scenario, const char *id) {
    if (!id) {
        return 0;
    }
    for (unsigned i = 0; i < scenario->variants; i++) {
        if (!strcmp(scenario->variant[i].id, id)) {
            return (int)i;
        }
    }
    return -1;
}

const char *scenario_say(const struct scenario_text *text, enum scenario_language language) {
    const char *own = text->at[language] ? text->at[language] : text->at[SCENARIO_EN];
    return own ? own : "";
}

const char *scenario_prediction_name(unsigned type) {
    static const char *const names[] = {"choice", "number", "times", "states", "fields",
                                        "table",  "order",  "rank",  "sketch", "text"};
    return type < SCENARIO_PREDICTION_TYPES ? names[type] : "";
}

bool scenario_has_node(const struct scenario *scenario, const char *name, size_t length) {
    for (unsigned i = 0; i < scenario->nodes; i++) {
        if (strlen(scenario->node[i]) == length && !memcmp(scenario->node[i], name, length)) {
            return true;
        }
    }
    return false;
}

static char *read_all(FILE *file) {
    size_t length = 0, capacity = 1 << 16;
    char *text = malloc(capacity);
    while (text) {
        length += fread(text + length, 1, capacity - length - 1, file);
        if (length < capacity - 1) {
            text[length] = 0;
            return text;
        }
        char *more = capacity < 1 << 20 ? realloc(text, capacity *= 2) : NULL;
        if (!more) {
            free(text);
            return NULL;
        }
        text = more;
    }
    return NULL;
}

struct scenario *scenario_read(const char *path, char error[LAB_ERROR]) {
    FILE *file = fopen(path, "r");
    if (!file) {
        snprintf(error, LAB_ERROR, "%s cannot be opened: %s", path, strerror(errno));
        return NULL;
    }
    char *text = read_all(file);
    int reason = ferror(file);
    fclose(file);
    if (!text || reason) {
        free(text);
        snprintf(error, LAB_ERROR, "%s is no scenario file: it cannot be read, or it is larger than 1 MB", path);
        return NULL;
    }
    struct scenario *scenario = scenario_parse(path, text, error);
    free(text);
    return scenario;
}
