/* scenario_predict.c: `predict` and `miscon`: the questions, and what to say to a wrong answer.
 *
 *     predict ID TYPE "question" [ITEM|ITEM|...] [answer EXPRESSION] [tol N[%]] [from T] [to T] [points N] [rule R]
 *             [relative]
 *     ITEM: a word or "a text", alone or with = EXPRESSION
 *     predict.zh ID "question" ["text"|"text"|...]
 *     miscon ID=ANSWER "text"
 */
#include <stdlib.h>
#include <string.h>

#include "lab/scenario_private.h"

static const char *const OPTIONS[] = {"answer", "tol", "points", "rule", "relative", "from", "to", NULL};
static const char *const TYPES[] = {"choice", "number", "times",  "states", "fields", "table",
                                    "order",  "rank",   "sketch", "text",   NULL};

static struct scenario_prediction *find(struct scenario_variant *variant, const char *id) {
    for (unsigned i = 0; i < variant->predictions; i++) {
        if (variant->prediction[i].id.text && !strcmp(variant->prediction[i].id.text, id)) {
            return &variant->prediction[i];
        }
    }
    return NULL;
}

/* Where an item ends: at a bar outside quotes. */
static const char *item_end(const char *at, const char *end) {
    bool quoted = false;
    for (; at < end; at++) {
        if (quoted && *at == '\\') {
            at++;
        } else if (*at == '"') {
            quoted = !quoted;
        } else if (*at == '|' && !quoted) {
            return at;
        }
    }
    return end;
}

static struct scenario_span trimmed(const char *at, const char *end) {
    while (at < end && *at == ' ') {
        at++;
    }
    while (end > at && end[-1] == ' ') {
        end--;
    }
    return (struct scenario_span){at, (size_t)(end - at)};
}

/* The label at the beginning of an item; *rest: what is behind it. */
static const char *label_of(struct scenario_reader *reader, struct scenario_span item, const char **rest) {
    const char *end = item.at + item.length, *equals = item.at;
    if (item.length && item.at[0] == '"') {
        const char *close = item.at + 1;
        while (close < end && *close != '"') {
            close += 1 + (*close == '\\');
        }
        *rest = close < end ? close + 1 : end;
        struct scenario_span inside = {item.at + 1, (size_t)(*rest - item.at) - 2};
        return scenario_copy(reader, inside);
    }
    while (equals < end && *equals != '=') {
        equals++;
    }
    *rest = equals;
    struct scenario_span label = trimmed(item.at, equals);
    if (!label.length) {
        scenario_wrong(&reader->lines, item.at, "a word or a text in quotes was expected between bars");
        return NULL;
    }
    return scenario_copy(reader, label);
}

static bool read_item(struct scenario_reader *reader, struct scenario_prediction *prediction,
                      struct scenario_span text) {
    struct scenario_item *item;
    const char *rest;
    prediction->item = scenario_more(reader, prediction->item, &prediction->items, sizeof *item);
    if (!prediction->item) {
        return false;
    }
    item = &prediction->item[prediction->items - 1];
    item->label = label_of(reader, text, &rest);
    if (!item->label) {
        return false;
    }
    struct scenario_span more = trimmed(rest, text.at + text.length);
    if (!more.length) {
        return true;
    }
    if (more.at[0] != '=') {
        return scenario_wrong(&reader->lines, more.at, "`=` and an expression, or a bar, was expected");
    }
    return scenario_part_set(reader, &item->expression, trimmed(more.at + 1, more.at + more.length), "an expression");
}

static bool read_items(struct scenario_reader *reader, struct scenario_prediction *prediction) {
    struct scenario_span all = scenario_until(&reader->lines, OPTIONS);
    const char *at = all.at, *end = all.at + all.length;
    while (at < end) {
        const char *stop = item_end(at, end);
        if (!read_item(reader, prediction, trimmed(at, stop))) {
            return false;
        }
        at = stop + 1;
    }
    return true;
}

static bool read_tolerance(struct scenario_reader *reader, struct scenario_prediction *prediction) {
    struct scenario_span word = scenario_word(&reader->lines);
    uint64_t time;
    char *end;
    prediction->tolerance = strtod(word.at, &end);
    if (end == word.at + word.length && word.length) {
        return true;
    }
    if (end == word.at + word.length - 1 && *end == '%') {
        prediction->percent = true;
        prediction->tolerance /= 100;
        return true;
    }
    if (scenario_time(word.at, word.length, &time)) {
        prediction->tolerance = (double)time / 1e9;
        return true;
    }
    return scenario_wrong(&reader->lines, word.at, "`tol` is followed by a number, a time or a percentage, not `%.*s`",
                          (int)word.length, word.at);
}

static bool read_points(struct scenario_reader *reader, struct scenario_prediction *prediction) {
    const char *at = scenario_peek(&reader->lines).at;
    double points;
    if (!scenario_number(reader, "points", &points)) {
        return false;
    }
    prediction->points = (unsigned)points;
    return points == prediction->points || scenario_wrong(&reader->lines, at, "points are a whole number");
}

static bool read_option(struct scenario_reader *reader, struct scenario_prediction *prediction) {
    struct scenario_span word = scenario_word(&reader->lines);
    if (scenario_is(word, "answer")) {
        return scenario_part_set(reader, &prediction->answer, scenario_until(&reader->lines, OPTIONS), "an expression");
    }
    if (scenario_is(word, "from")) {
        return scenario_part_set(reader, &prediction->from, scenario_until(&reader->lines, OPTIONS), "a time");
    }
    if (scenario_is(word, "to")) {
        return scenario_part_set(reader, &prediction->to, scenario_until(&reader->lines, OPTIONS), "a time");
    }
    if (scenario_is(word, "tol")) {
        return read_tolerance(reader, prediction);
    }
    if (scenario_is(word, "points")) {
        return read_points(reader, prediction);
    }
    if (scenario_is(word, "rule")) {
        prediction->rule = scenario_copy(reader, scenario_word(&reader->lines));
        return prediction->rule;
    }
    prediction->relative = true;
    return true;
}

static bool type_of(struct scenario_reader *reader, struct scenario_prediction *prediction) {
    struct scenario_span word = scenario_word(&reader->lines);
    for (unsigned i = 0; TYPES[i]; i++) {
        if (scenario_is(word, TYPES[i])) {
            prediction->type = (uint8_t)i;
            return true;
        }
    }
    char hint[64];
    return scenario_wrong(&reader->lines, word.at,
                          "`%.*s` is no type of prediction%s (choice number times states fields table order rank "
                          "sketch text)",
                          (int)word.length, word.at, scenario_hint(hint, TYPES, word));
}

/* predict.zh: labels come in the order of the items. */
static bool translate(struct scenario_reader *reader) {
    struct scenario_span id = scenario_word(&reader->lines);
    const char *name = scenario_copy(reader, id);
    struct scenario_prediction *prediction = name ? find(scenario_current(reader), name) : NULL;
    if (!prediction) {
        return scenario_wrong(&reader->lines, id.at, "there is no `predict %.*s` before this line", (int)id.length,
                              id.at);
    }
    prediction->question.at[SCENARIO_ZH] = scenario_quoted(reader, "the question");
    if (!prediction->question.at[SCENARIO_ZH]) {
        return false;
    }
    struct scenario_prediction labels = {0};
    const char *at = scenario_peek(&reader->lines).at;
    if (!read_items(reader, &labels)) {
        return false;
    }
    if (labels.items && labels.items != prediction->items) {
        return scenario_wrong(&reader->lines, at, "%u texts for %u items; each item has one, in the same order",
                              labels.items, prediction->items);
    }
    for (unsigned i = 0; i < labels.items; i++) {
        prediction->item[i].label_zh = labels.item[i].label;
    }
    return true;
}

bool scenario_read_predict(struct scenario_reader *reader) {
    if (reader->language == SCENARIO_ZH) {
        return translate(reader);
    }
    struct scenario_variant *variant = scenario_current(reader);
    struct scenario_prediction prediction = {.points = 1};
    struct scenario_span id = scenario_word(&reader->lines);
    if (!scenario_part_set(reader, &prediction.id, id, "a name like p1")) {
        return false;
    }
    if (strspn(prediction.id.text, "abcdefghijklmnopqrstuvwxyz0123456789") != id.length) {
        return scenario_wrong(&reader->lines, id.at, "a name like p1 was expected, small letters and digits");
    }
    if (find(variant, prediction.id.text)) {
        return scenario_wrong(&reader->lines, id.at, "there is a prediction `%s` already", prediction.id.text);
    }
    if (!type_of(reader, &prediction)) {
        return false;
    }
    prediction.question.at[SCENARIO_EN] = scenario_quoted(reader, "the question");
    if (!prediction.question.at[SCENARIO_EN] || !read_items(reader, &prediction)) {
        return false;
    }
    while (!scenario_at_end(&reader->lines)) {
        if (!read_option(reader, &prediction)) {
            return false;
        }
    }
    variant->prediction = scenario_more(reader, variant->prediction, &variant->predictions, sizeof prediction);
    if (!variant->prediction) {
        return false;
    }
    variant->prediction[variant->predictions - 1] = prediction;
    return true;
}

static struct scenario_miscon *miscon_of(struct scenario_variant *variant, const char *id, const char *answer) {
    for (unsigned i = 0; i < variant->miscons; i++) {
        if (!strcmp(variant->miscon[i].id, id) && !strcmp(variant->miscon[i].answer, answer)) {
            return &variant->miscon[i];
        }
    }
    return NULL;
}

/* The answer behind "p2=", in quotes or not. */
static const char *answer_of(struct scenario_reader *reader, struct scenario_span word) {
    const char *equals = memchr(word.at, '=', word.length);
    if (!equals || equals == word.at || equals + 1 == word.at + word.length) {
        scenario_wrong(&reader->lines, word.at, "a prediction and an answer were expected, as in p2=LISTEN");
        return NULL;
    }
    struct scenario_span answer = {equals + 1, word.length - (size_t)(equals + 1 - word.at)};
    if (answer.length >= 2 && answer.at[0] == '"' && answer.at[answer.length - 1] == '"') {
        answer.at++;
        answer.length -= 2;
    }
    return scenario_copy(reader, answer);
}

bool scenario_read_miscon(struct scenario_reader *reader) {
    struct scenario_variant *variant = scenario_current(reader);
    struct scenario_span word = scenario_word(&reader->lines);
    struct scenario_miscon miscon = {.answer = answer_of(reader, word)};
    if (!miscon.answer || !scenario_part_set(reader, &miscon.place, word, "a prediction and an answer")) {
        return false;
    }
    const char *equals = memchr(word.at, '=', word.length);
    miscon.id = scenario_copy(reader, (struct scenario_span){word.at, (size_t)(equals - word.at)});
    if (!miscon.id) {
        return false;
    }
    struct scenario_miscon *known = miscon_of(variant, miscon.id, miscon.answer);
    if (!known) {
        variant->miscon = scenario_more(reader, variant->miscon, &variant->miscons, sizeof miscon);
        if (!variant->miscon) {
            return false;
        }
        known = &variant->miscon[variant->miscons - 1];
        *known = miscon;
    }
    known->text.at[reader->language] = scenario_quoted(reader, "what to say to it");
    return known->text.at[reader->language];
}
