/* predict_lists.c: predictions that are an order of things, or a curve. */
#include <math.h>
#include <string.h>

#include "lab/predict_private.h"
#include "lab/scenario_line.h"

/* What an item is sorted by: the number of its first event, or its value; INFINITY: it never happened. */
static double key_of(const struct query_value *value) {
    if (value->type == QUERY_EVENTS) {
        return value->count ? value->event[0] : (double)INFINITY;
    }
    return value->type == QUERY_NUMBER || value->type == QUERY_TIME ? value->number : (double)INFINITY;
}

static int keys_of(struct judging *judging, double key[PREDICT_WORDS]) {
    const struct scenario_prediction *prediction = judging->prediction;
    for (unsigned i = 0; i < prediction->items && i < PREDICT_WORDS; i++) {
        struct query *query;
        struct query_value value;
        if (predict_evaluate(judging, &prediction->item[i].expression, &query, &value)) {
            return -1;
        }
        key[i] = key_of(&value);
        query_free(query);
    }
    return 0;
}

/* Items in order; one that stands where an equal one could stand is right, too. */
int predict_judge_order(struct judging *judging) {
    const struct scenario_prediction *prediction = judging->prediction;
    double key[PREDICT_WORDS];
    unsigned order[PREDICT_WORDS], count = prediction->items < PREDICT_WORDS ? prediction->items : PREDICT_WORDS;
    char *word[PREDICT_WORDS];
    unsigned mine = predict_words_of(judging, word);
    if (keys_of(judging, key)) {
        return -1;
    }
    for (unsigned i = 0; i < count; i++) {
        unsigned j = i;
        for (; j && key[order[j - 1]] > key[i]; j--) {
            order[j] = order[j - 1];
        }
        order[j] = i;
    }
    for (unsigned i = 0; i < count; i++) {
        int item = i < mine ? predict_item(prediction, word[i]) : -1;
        text_format(&judging->result->outcome, i ? "|%s" : "%s", prediction->item[order[i]].label);
        judging->right += item >= 0 && (key[item] == key[order[i]]);
    }
    judging->all = count;
    return 0;
}

static int samples(struct judging *judging, double y[PREDICT_SKETCH]) {
    const struct scenario_prediction *prediction = judging->prediction;
    uint64_t from = 0, to = 0;
    if (prediction->from.text) {
        scenario_time(prediction->from.text, strlen(prediction->from.text), &from);
    }
    scenario_time(prediction->to.text, strlen(prediction->to.text), &to);
    for (unsigned i = 0; i < PREDICT_SKETCH; i++) {
        double t = ((double)from + ((double)to - (double)from) * i / (PREDICT_SKETCH - 1)) / 1e9;
        struct text text = text_growing();
        text_format(&text, "(%s)@(%.9fs)", prediction->answer.text, t);
        struct scenario_part part = prediction->answer;
        part.text = text.data;
        struct query *query = NULL;
        struct query_value value;
        int failed = text.data ? predict_evaluate(judging, &part, &query, &value) : -1;
        y[i] = !failed && (value.type == QUERY_NUMBER || value.type == QUERY_TIME) ? value.number : 0;
        query_free(query);
        text_free(&text);
        if (failed) {
            return -1;
        }
    }
    return 0;
}

static double highest(const double y[PREDICT_SKETCH]) {
    double high = 0;
    for (unsigned i = 0; i < PREDICT_SKETCH; i++) {
        high = y[i] > high ? y[i] : high;
    }
    return high > 0 ? high : 1;
}

static int direction(double from, double to) {
    return to - from > 0.02 ? 1 : to - from < -0.02 ? -1 : 0;
}

/* Only the shape counts: both curves are drawn into the same box. A point is right when it is near the curve or when
 * the way to it goes as the curve's way does. */
int predict_judge_sketch(struct judging *judging) {
    double y[PREDICT_SKETCH], mine[PREDICT_SKETCH] = {0};
    char *word[PREDICT_WORDS];
    unsigned count = predict_words_of(judging, word);
    if (samples(judging, y)) {
        return -1;
    }
    for (unsigned i = 0; i < PREDICT_SKETCH; i++) {
        text_put(&judging->result->outcome, i ? " " : "");
        predict_put_number(&judging->result->outcome, y[i]);
        if (i < count) {
            predict_number(word[i], &mine[i]);
        }
    }
    judging->all = PREDICT_SKETCH;
    if (count != PREDICT_SKETCH) {
        return 0;
    }
    double high = highest(y), own = highest(mine);
    for (unsigned i = 0; i < PREDICT_SKETCH; i++) {
        bool close = fabs(y[i] / high - mine[i] / own) <= 0.2;
        bool same_way = i && direction(y[i - 1] / high, y[i] / high) == direction(mine[i - 1] / own, mine[i] / own);
        judging->right += close || same_way;
    }
    return 0;
}
