/* missed.c: see missed.h. */
#include "lab/missed.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 10

static struct missed_item *item_of(struct missed *missed, const char *name) {
    for (unsigned i = 0; i < missed->items; i++) {
        if (!strcmp(missed->item[i].name, name)) {
            return &missed->item[i];
        }
    }
    struct missed_item *more = realloc(missed->item, (missed->items + 1) * sizeof *more);
    char *copy = more ? strdup(name) : NULL;
    missed->item = more ? more : missed->item;
    if (!copy) {
        return NULL;
    }
    more[missed->items] = (struct missed_item){.name = copy};
    return &more[missed->items++];
}

static void note_answer(struct missed_item *item, const char *mine) {
    for (unsigned i = 0; i < item->answers; i++) {
        if (!strcmp(item->answer[i].mine, mine)) {
            item->answer[i].count++;
            return;
        }
    }
    struct missed_answer *more = realloc(item->answer, (item->answers + 1) * sizeof *more);
    char *copy = more ? strdup(mine) : NULL;
    item->answer = more ? more : item->answer;
    if (copy) {
        more[item->answers++] = (struct missed_answer){copy, 1};
    }
}

static void add_item(struct missed *missed, const struct result *result, const struct result_item *answer) {
    char name[80];
    bool base = !strcmp(result->variant, "a");
    snprintf(name, sizeof name, "%.20s%s%.20s %.30s", result->lab, base ? "" : " ", base ? "" : result->variant,
             answer->id);
    struct missed_item *item = item_of(missed, name);
    if (!item) {
        return;
    }
    item->asked++;
    if (answer->right) {
        return;
    }
    item->missed++;
    if (!item->outcome) {
        item->outcome = strdup(answer->outcome);
    }
    note_answer(item, *answer->mine ? answer->mine : "(no answer)");
}

void missed_add(struct missed *missed, const struct handin *handin) {
    for (unsigned i = 0; i < handin->runs; i++) {
        const struct handin_run *run = &handin->run[i];
        for (unsigned k = 0; run->best && k < run->result->items; k++) {
            const struct result_item *item = &run->result->item[k];
            if (item->predict && item->asked && item->of) {
                add_item(missed, run->result, item);
            }
        }
    }
}

static int worse(const void *a, const void *b) {
    const struct missed_item *left = a, *right = b;
    if (left->missed != right->missed) {
        return left->missed < right->missed ? 1 : -1;
    }
    return strcmp(left->name, right->name);
}

static const struct missed_answer *commonest(const struct missed_item *item) {
    const struct missed_answer *best = &item->answer[0];
    for (unsigned i = 1; i < item->answers; i++) {
        best = item->answer[i].count > best->count ? &item->answer[i] : best;
    }
    return best;
}

void missed_print(const struct missed *missed, unsigned students, FILE *file) {
    if (missed->items) {
        qsort(missed->item, missed->items, sizeof missed->item[0], worse);
    }
    fprintf(file, "%u student%s\n", students, students == 1 ? "" : "s");
    for (unsigned i = 0; i < missed->items && i < SHOWN; i++) {
        const struct missed_item *item = &missed->item[i];
        if (!item->missed || !item->answers) {
            break;
        }
        const struct missed_answer *answer = commonest(item);
        fprintf(file, "missed most: %s, by %u of %u; %u of them thought: %s; what happened: %s\n", item->name,
                item->missed, item->asked, answer->count, answer->mine, item->outcome ? item->outcome : "");
    }
}

void missed_free(struct missed *missed) {
    for (unsigned i = 0; i < missed->items; i++) {
        struct missed_item *item = &missed->item[i];
        for (unsigned k = 0; k < item->answers; k++) {
            free(item->answer[k].mine);
        }
        free(item->answer);
        free(item->outcome);
        free(item->name);
    }
    free(missed->item);
}
