/* scenario_json.c: see scenario_json.h. Strings are UTF-8 here: they are ours, not the network's. */
#include <string.h>

#include "lab/page.h"
#include "lab/scenario_json.h"

static void put_key(struct text *text, const char *key) {
    char before = text->length ? text->data[text->length - 1] : '{';
    text_put(text, before == '{' || before == '[' ? "" : ",");
    if (key) {
        page_quote(text, key, strlen(key));
        text_put_char(text, ':');
    }
}

static void put_string(struct text *text, const char *key, const char *string) {
    put_key(text, key);
    page_quote(text, string, strlen(string));
}

static void put_words(struct text *text, const char *key, const struct scenario_text *words) {
    put_key(text, key);
    text_put_char(text, '{');
    put_string(text, "en", scenario_say(words, SCENARIO_EN));
    put_string(text, "zh", scenario_say(words, SCENARIO_ZH));
    text_put_char(text, '}');
}

static void put_prediction(struct text *text, const struct scenario_prediction *prediction) {
    put_key(text, NULL);
    text_put_char(text, '{');
    put_string(text, "id", prediction->id.text);
    put_string(text, "type", scenario_prediction_name(prediction->type));
    put_words(text, "ask", &prediction->question);
    put_key(text, "options");
    text_put_char(text, '[');
    for (unsigned i = 0; i < prediction->items; i++) {
        put_string(text, NULL, prediction->item[i].label);
    }
    text_put(text, "]}");
}

void scenario_json(struct text *text, const struct scenario *scenario, unsigned variant) {
    const struct scenario_variant *own = &scenario->variant[variant];
    text_put_char(text, '{');
    put_string(text, "id", scenario->id);
    put_string(text, "variant", own->id);
    put_words(text, "title", &scenario->title);
    put_words(text, "goal", &own->goal);
    put_words(text, "see", &own->see);
    if (own->linux_does.at[SCENARIO_EN]) {
        put_words(text, "linux", &own->linux_does);
    }
    put_key(text, "predict");
    text_put_char(text, '[');
    for (unsigned i = 0; i < own->predictions; i++) {
        put_prediction(text, &own->prediction[i]);
    }
    text_put(text, "]}");
}

void catalogue_json(struct text *text, const struct catalogue *catalogue) {
    text_put_char(text, '[');
    for (unsigned i = 0; i < catalogue->count; i++) {
        char error[LAB_ERROR];
        struct scenario *scenario = catalogue_read(catalogue, catalogue->id[i], error);
        if (!scenario) {
            continue;
        }
        put_key(text, NULL);
        text_put_char(text, '{');
        put_string(text, "id", scenario->id);
        put_words(text, "title", &scenario->title);
        put_key(text, "minutes");
        text_format(text, "%u", scenario->minutes);
        put_string(text, "world", scenario->world);
        text_put_char(text, '}');
        scenario_free(scenario);
    }
    text_put_char(text, ']');
}
