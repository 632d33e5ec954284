/* i18n.c: see i18n.h. Each file is cut into keys and texts once, and found by a hash afterwards. */
#include "lab/i18n.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lab/files.h"

/* More slots than there will ever be texts. */
#define SLOTS 4096u

struct entry {
    const char *key, *text;
};

struct table {
    struct entry slot[SLOTS];
    const char *order[SLOTS];
    unsigned count;
};

static struct table tables[I18N_LANGUAGES];
static bool read_already;
static enum i18n_language chosen;

static uint32_t hash(const char *key) {
    uint32_t h = 2166136261u;
    for (; *key; key++) {
        h = (h ^ (uint8_t)*key) * 16777619u;
    }
    return h;
}

static struct entry *place(struct table *table, const char *key) {
    uint32_t i = hash(key) % SLOTS;
    while (table->slot[i].key && strcmp(table->slot[i].key, key)) {
        i = (i + 1) % SLOTS;
    }
    return &table->slot[i];
}

/* The first tab of a line ends the key. Lines without one, or that begin with #, are comments. */
static void take_line(struct table *table, char *line) {
    char *tab = strchr(line, '\t');
    if (!tab || *line == '#' || table->count + 1 >= SLOTS) {
        return;
    }
    *tab = '\0';
    struct entry *entry = place(table, line);
    if (!entry->key) {
        table->order[table->count++] = line;
    }
    *entry = (struct entry){line, tab + 1};
}

static void take_file(struct table *table, const char *name) {
    const struct lab_file *file = lab_file_find(name);
    char *copy = file ? strdup(file->data) : NULL;
    char *rest = copy;
    while (rest && *rest) {
        char *end = strchr(rest, '\n');
        if (end) {
            *end++ = '\0';
        }
        take_line(table, rest);
        rest = end;
    }
}

static void read_files(void) {
    if (!read_already) {
        read_already = true;
        take_file(&tables[I18N_EN], "i18n/en.tsv");
        take_file(&tables[I18N_ZH], "i18n/zh.tsv");
    }
}

int i18n_choose(const char *name) {
    static const char *const names[I18N_LANGUAGES] = {"en", "zh"};
    for (unsigned i = 0; i < I18N_LANGUAGES; i++) {
        if (!strcmp(name, names[i])) {
            chosen = (enum i18n_language)i;
            return 0;
        }
    }
    return -1;
}

enum i18n_language i18n_chosen(void) {
    return chosen;
}

const char *i18n_exact(enum i18n_language language, const char *key) {
    read_files();
    return place(&tables[language], key)->text;
}

const char *i18n(const char *key) {
    const char *text = i18n_exact(chosen, key);
    if (!text) {
        text = i18n_exact(I18N_EN, key);
    }
    return text ? text : key;
}

const char *i18n_key(unsigned i) {
    read_files();
    return i < tables[I18N_EN].count ? tables[I18N_EN].order[i] : NULL;
}

#define ARGUMENTS 10

static bool is_place(const char *at) {
    return at[0] == '{' && at[1] >= '0' && at[1] <= '9' && at[2] == '}';
}

void i18n_put(struct text *out, const char *key, ...) {
    const char *argument[ARGUMENTS] = {0};
    va_list list;
    va_start(list, key);
    for (unsigned i = 0; i < ARGUMENTS; i++) {
        argument[i] = va_arg(list, const char *);
        if (!argument[i]) {
            break;
        }
    }
    va_end(list);
    for (const char *at = i18n(key); *at; at++) {
        if (!is_place(at)) {
            text_put_char(out, *at);
            continue;
        }
        const char *filling = argument[at[1] - '0'];
        text_put(out, filling ? filling : "");
        at += 2;
    }
}
