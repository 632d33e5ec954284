/* page_scenario.c: see page_scenario.h. */
#include "lab/page_scenario.h"

#include <string.h>

#include "lab/catalogue.h"
#include "lab/model.h"
#include "lab/page.h"
#include "lab/predict.h"

/* ---- pieces ---- */

static void put_string(struct text *text, const char *key, const char *value) {
    text_format(text, "\"%s\":", key);
    page_quote(text, value ? value : "", value ? strlen(value) : 0);
}

static void put_pair(struct text *text, const char *en, const char *zh) {
    text_put_char(text, '{');
    put_string(text, "en", en);
    if (zh) {
        text_put_char(text, ',');
        put_string(text, "zh", zh);
    }
    text_put_char(text, '}');
}

static void put_words(struct text *text, const char *key, const struct scenario_text *words) {
    text_format(text, ",\"%s\":", key);
    put_pair(text, words->at[SCENARIO_EN], words->at[SCENARIO_ZH]);
}

/* ---- predictions ---- */

static const char *answer_in(const struct tlog *log, const char *id, char *room, size_t size) {
    for (uint32_t i = 1; i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        const struct tlog_say *say = &event->u.say;
        if (event->kind == TLOG_PREDICT && say->k.length == strlen(id) && !memcmp(say->k.at, id, say->k.length) &&
            say->text.length < size) {
            memcpy(room, say->text.at, say->text.length);
            room[say->text.length] = '\0';
            return room;
        }
    }
    return NULL;
}

static void put_outcome(struct text *text, const struct scenario *scenario, const struct scenario_variant *variant,
                        unsigned i, const struct tlog *log, const struct model *model) {
    char room[1024], error[LAB_ERROR];
    struct predict_result result = {0};
    const char *answer = answer_in(log, variant->prediction[i].id.text, room, sizeof room);
    if (predict_judge(scenario, variant, i, answer, model, SCENARIO_EN, &result, error)) {
        return;
    }
    text_format(text, ",\"points\":%u,\"right\":%d,", result.points, result.right);
    put_string(text, "outcome", result.outcome.data);
    text_put_char(text, ',');
    put_string(text, "rule", result.rule);
    if (result.miscon) {
        text_put_char(text, ',');
        put_string(text, "miscon", result.miscon);
    }
    predict_result_free(&result);
}

static void put_options(struct text *text, const struct scenario_prediction *prediction) {
    text_put(text, ",\"options\":[");
    for (unsigned i = 0; i < prediction->items; i++) {
        text_put(text, i > 0 ? "," : "");
        put_pair(text, prediction->item[i].label, prediction->item[i].label_zh);
    }
    text_put_char(text, ']');
}

static void put_prediction(struct text *text, const struct scenario_prediction *prediction) {
    text_put_char(text, '{');
    put_string(text, "id", prediction->id.text);
    text_put_char(text, ',');
    put_string(text, "type", scenario_prediction_name(prediction->type));
    put_words(text, "ask", &prediction->question);
    text_format(text, ",\"of\":%u", prediction->points);
    put_options(text, prediction);
}

static void put_predictions(struct text *text, const struct scenario *scenario, const struct scenario_variant *variant,
                            const struct tlog *log, const struct model *model) {
    text_put(text, ",\"predict\":[");
    for (unsigned i = 0; i < variant->predictions; i++) {
        text_put(text, i > 0 ? ",\n" : "");
        put_prediction(text, &variant->prediction[i]);
        if (model) {
            put_outcome(text, scenario, variant, i, log, model);
        }
        text_put_char(text, '}');
    }
    text_put_char(text, ']');
}

static void put_checks(struct text *text, const struct scenario_variant *variant) {
    bool more = false;
    text_put(text, ",\"checks\":{");
    for (unsigned i = 0; i < variant->checks; i++) {
        const struct scenario_text *words = &variant->check[i].text;
        if (words->at[SCENARIO_EN]) {
            text_format(text, "%s\"c%u\":", more ? "," : "", i + 1);
            put_pair(text, words->at[SCENARIO_EN], words->at[SCENARIO_ZH]);
            more = true;
        }
    }
    text_put_char(text, '}');
}

/* ---- the whole ---- */

static void put_scenario(struct text *text, const struct scenario *scenario, const struct scenario_variant *variant,
                         const struct tlog *log, const struct model *model) {
    text_put_char(text, '{');
    put_string(text, "id", scenario->id);
    put_words(text, "title", &scenario->title);
    put_words(text, "variant", &variant->title);
    put_words(text, "goal", &variant->goal);
    put_words(text, "see", &variant->see);
    put_words(text, "linux", &variant->linux_does);
    text_format(text, ",\"over\":%d", model != NULL);
    put_predictions(text, scenario, variant, log, model);
    put_checks(text, variant);
    text_put_char(text, '}');
}

void page_scenario_json(struct text *text, const struct scenario *scenario, unsigned variant, const struct tlog *log,
                        bool over) {
    struct model *model = over ? model_new(log) : NULL;
    if (over && (!model || model_goto(model, tlog_count(log)))) {
        text->cut = true;
    } else {
        put_scenario(text, scenario, &scenario->variant[variant], log, model);
    }
    model_free(model);
}

void page_scenario_of_log(struct text *text, const struct tlog *log) {
    const struct tlog_header *header = tlog_header(log);
    char error[LAB_ERROR];
    struct catalogue *catalogue = header && header->lab.length > 0 ? catalogue_open(NULL, error) : NULL;
    for (unsigned i = 0; catalogue && i < catalogue->count; i++) {
        if (!strcmp(catalogue->id[i], header->lab.at)) {
            struct scenario *scenario = catalogue_read(catalogue, header->lab.at, error);
            int variant = scenario ? scenario_variant_find(scenario, header->variant.length ? header->variant.at : NULL)
                                   : -1;
            if (variant >= 0) {
                page_scenario_json(text, scenario, (unsigned)variant, log, true);
            }
            scenario_free(scenario);
        }
    }
    catalogue_close(catalogue);
}

void page_catalog_json(struct text *text) {
    char error[LAB_ERROR];
    struct catalogue *catalogue = catalogue_open(NULL, error);
    text_put_char(text, '[');
    for (unsigned i = 0; catalogue && i < catalogue->count; i++) {
        struct scenario *scenario = catalogue_read(catalogue, catalogue->id[i], error);
        if (scenario) {
            text_put(text, i > 0 ? ",\n{" : "{");
            put_string(text, "id", scenario->id);
            put_words(text, "title", &scenario->title);
            text_format(text, ",\"minutes\":%u,", scenario->minutes);
            put_string(text, "world", scenario->world);
            text_put_char(text, '}');
        }
        scenario_free(scenario);
    }
    text_put_char(text, ']');
    catalogue_close(catalogue);
}
