/* handin.c: see handin.h. */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/handin.h"

/* Of a run that is believed its points, too. */
static bool add(struct handin *handin, const char *path, struct proof *proof) {
    struct handin_run *more = realloc(handin->run, (handin->runs + 1) * sizeof *more);
    if (!more) {
        return false;
    }
    handin->run = more;
    struct handin_run *run = &more[handin->runs++];
    *run = (struct handin_run){.path = strdup(path), .result = proof->result, .tries = 1};
    proof->result = NULL;
    for (unsigned i = 0; run->result && i < run->result->items; i++) {
        run->points += run->result->item[i].points;
        run->of += run->result->item[i].of;
    }
    memcpy(run->hash, proof->hash, sizeof run->hash);
    memcpy(run->why, proof->why, sizeof run->why);
    return run->path;
}

static bool is_wanted(const struct tlog *log, const char *lab) {
    return !lab || !log || !strcmp(tlog_header(log)->lab.at, lab);
}

static void read_file(struct handin *handin, const char *path, const char *lab, const struct catalogue *catalogue) {
    struct proof proof;
    proof_open(&proof, path, catalogue);
    if (is_wanted(proof.log, lab)) {
        if (proof.log && proof.walked) {
            edges_walk(&handin->edges, proof.log);
        }
        add(handin, path, &proof);
    }
    proof_close(&proof);
}

static bool same_variant(const struct result *a, const struct result *b) {
    return !strcmp(a->lab, b->lab) && !strcmp(a->variant, b->variant);
}

static void choose(struct handin *handin, unsigned i) {
    struct handin_run *run = &handin->run[i];
    run->best = run->result;
    for (unsigned k = 0; k < handin->runs && run->result; k++) {
        const struct handin_run *other = &handin->run[k];
        if (k == i || !other->result || !same_variant(run->result, other->result)) {
            continue;
        }
        run->tries++;
        bool other_wins = other->points > run->points || (k < i && other->points == run->points);
        run->best = run->best && !other_wins;
    }
}

unsigned handin_read(struct handin *handin, const char *folder, const char *lab, const struct catalogue *catalogue) {
    static const char *const below[] = {"*.tlog", "*/*.tlog", "lab-out/*/*.tlog"};
    *handin = (struct handin){.runs = 0};
    edges_begin(&handin->edges);
    for (unsigned i = 0; i < sizeof below / sizeof below[0]; i++) {
        struct text pattern = text_growing();
        glob_t found;
        text_format(&pattern, "%s/%s", folder, below[i]);
        if (pattern.data && !glob(pattern.data, 0, NULL, &found)) {
            for (size_t k = 0; k < found.gl_pathc; k++) {
                read_file(handin, found.gl_pathv[k], lab, catalogue);
            }
            globfree(&found);
        }
        text_free(&pattern);
    }
    for (unsigned i = 0; i < handin->runs; i++) {
        choose(handin, i);
    }
    return handin->runs;
}

void handin_free(struct handin *handin) {
    for (unsigned i = 0; i < handin->runs; i++) {
        free(handin->run[i].path);
        result_free(handin->run[i].result);
    }
    free(handin->run);
}

void handin_points(const struct handin *handin, unsigned *points, unsigned *of) {
    *points = *of = 0;
    for (unsigned i = 0; i < handin->runs; i++) {
        if (handin->run[i].best) {
            *points += handin->run[i].points;
            *of += handin->run[i].of;
        }
    }
}

void handin_put_field(const char *field, struct text *text) {
    if (!strpbrk(field, ",\"\n\r")) {
        text_put(text, field);
        return;
    }
    text_put_char(text, '"');
    for (; *field; field++) {
        text_put(text, *field == '"' ? "\"" : "");
        text_put_char(text, *field);
    }
    text_put_char(text, '"');
}

static void put_item(const struct handin_run *run, const struct result_item *item, const char *student,
                     struct text *text) {
    const struct result *result = run->result;
    handin_put_field(student, text);
    text_format(text, ",%s,%s%s%s,%u,%u,%" PRIu64 ",%s\n", result->lab,
                strcmp(result->variant, "a") ? result->variant : "", strcmp(result->variant, "a") ? " " : "", item->id,
                item->points, item->of, result->seed, run->hash);
}

void handin_put_csv(const struct handin *handin, const char *student, struct text *text) {
    for (unsigned i = 0; i < handin->runs; i++) {
        const struct handin_run *run = &handin->run[i];
        for (unsigned k = 0; run->best && k < run->result->items; k++) {
            if (run->result->item[k].of) {
                put_item(run, &run->result->item[k], student, text);
            }
        }
    }
}
