/* predict_judge.c: the right answer, computed from a run, and how much of it an answer has.
 *
 * A list earns its points item by item; everything else is right or wrong.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab/predict_private.h"
#include "lab/query.h"
#include "lab/scenario_line.h"

bool predict_number(const char *text, double *number) {
    uint64_t time;
    char *end;
    *number = strtod(text, &end);
    if (end != text && !*end) {
        return isfinite(*number);
    }
    if (!scenario_time(text, strlen(text), &time)) {
        return false;
    }
    *number = (double)time / 1e9;
    return true;
}

int predict_evaluate(struct judging *judging, const struct scenario_part *part, struct query **query,
                     struct query_value *value) {
    char sentence[LAB_ERROR];
    *query = query_compile(part->text, judging->model->log, part->column, sentence);
    if (!*query) {
        snprintf(judging->error, LAB_ERROR, "%.80s:%u: %.150s", judging->scenario->path, part->line, sentence);
        return -1;
    }
    *value = query_eval(*query, judging->model);
    return 0;
}

static bool near(const struct scenario_prediction *prediction, double mine, double right) {
    double slack = prediction->percent ? prediction->tolerance * fabs(right) : prediction->tolerance;
    return fabs(mine - right) <= slack + 1e-9;
}

void predict_put_number(struct text *text, double number) {
    bool whole = number == (double)(int64_t)number;
    text_format(text, whole ? "%.0f" : "%.3f", number);
}

unsigned predict_words_of(struct judging *judging, char *word[PREDICT_WORDS]) {
    return judging->answer ? predict_split(judging->answer, word) : 0;
}

/* Text of a value, as an answer would have it: no units. */
static void put_value(struct text *text, const struct query_value *value) {
    if (value->type == QUERY_NUMBER || value->type == QUERY_TIME) {
        predict_put_number(text, value->number);
    } else {
        query_format(value, text);
    }
}

static bool equals(const struct query_value *value, const char *text) {
    return value->name.length == strlen(text) && !memcmp(value->name.at, text, value->name.length);
}

/* Which item a value of the answer is: by name, yes or no, or the number written in the label. -1: none. */
static int item_of(const struct scenario_prediction *prediction, const struct query_value *value) {
    struct text text = text_growing();
    query_format(value, &text);
    int found = -1;
    for (unsigned i = 0; i < prediction->items && text.data; i++) {
        double number;
        const char *label = prediction->item[i].label;
        bool same = value->type == QUERY_NAME ? equals(value, label) : !strcmp(label, text.data);
        if ((value->type == QUERY_NUMBER || value->type == QUERY_TIME) && predict_number(label, &number)) {
            same = near(prediction, number, value->number);
        }
        found = same && found < 0 ? (int)i : found;
    }
    text_free(&text);
    return found;
}

static int right_choice(struct judging *judging, int *right) {
    const struct scenario_prediction *prediction = judging->prediction;
    *right = -1;
    if (prediction->answer.text) {
        *right = item_of(prediction, &judging->value);
        return 0;
    }
    for (unsigned i = 0; i < prediction->items && *right < 0; i++) {
        struct query *query;
        struct query_value value;
        if (predict_evaluate(judging, &prediction->item[i].expression, &query, &value)) {
            return -1;
        }
        *right = query_true(&value) ? (int)i : -1;
        query_free(query);
    }
    return 0;
}

static int judge_choice(struct judging *judging) {
    int right;
    if (right_choice(judging, &right)) {
        return -1;
    }
    judging->all = 1;
    if (right < 0) {
        put_value(&judging->result->outcome, &judging->value);
        return 0;
    }
    text_put(&judging->result->outcome, judging->prediction->item[right].label);
    judging->right = judging->answer && predict_item(judging->prediction, judging->answer) == right;
    return 0;
}

static int judge_number(struct judging *judging) {
    double mine;
    bool known = judging->value.type == QUERY_NUMBER || judging->value.type == QUERY_TIME;
    if (!known && judging->value.count) {
        snprintf(judging->error, LAB_ERROR,
                 "%.80s:%u:%u: the answer is no single number; say first, last, [1] or count", judging->scenario->path,
                 judging->prediction->answer.line, judging->prediction->answer.column);
        return -1;
    }
    put_value(&judging->result->outcome, &judging->value);
    judging->all = 1;
    judging->right = known && judging->answer && predict_number(judging->answer, &mine) &&
                     near(judging->prediction, mine, judging->value.number);
    return 0;
}

static int judge_times(struct judging *judging) {
    const struct query_value *value = &judging->value;
    char *word[PREDICT_WORDS];
    bool single = value->type == QUERY_NUMBER || value->type == QUERY_TIME;
    unsigned mine = predict_words_of(judging, word);
    unsigned count = single ? 1 : value->type == QUERY_LIST && value->list ? value->count : 0;
    for (unsigned i = 0; i < count; i++) {
        double right = single ? value->number : value->list[i], number;
        text_put(&judging->result->outcome, i ? " " : "");
        predict_put_number(&judging->result->outcome, right);
        judging->right += i < mine && predict_number(word[i], &number) && near(judging->prediction, number, right);
    }
    judging->all = count > mine ? count : mine;
    return 0;
}

/* Without the parentheses of a state in which no time was spent. */
static const char *bare(char *word) {
    size_t length = strlen(word);
    if (length > 2 && word[0] == '(' && word[length - 1] == ')') {
        word[length - 1] = 0;
        return word + 1;
    }
    return word;
}

/* The longest common subsequence: what somebody has right who forgot one state in the middle. */
static unsigned common(char **mine, unsigned mines, const struct query_value *right) {
    unsigned row[PREDICT_WORDS + 1] = {0};
    for (unsigned j = 0; j < right->count && right->word; j++) {
        unsigned diagonal = 0;
        for (unsigned i = 0; i < mines; i++) {
            unsigned above = row[i + 1];
            bool same = strlen(mine[i]) == right->word[j].length &&
                        !strncasecmp(mine[i], right->word[j].at, right->word[j].length);
            unsigned taken = same ? diagonal + 1 : 0;
            row[i + 1] = taken > row[i] && taken > above ? taken : row[i] > above ? row[i] : above;
            diagonal = above;
        }
    }
    return row[mines];
}

static const struct tlog_event *first_state(const struct judging *judging) {
    const struct query_value *events = &judging->value;
    const struct tlog_event *event = events->type == QUERY_EVENTS && events->count
                                         ? tlog_at(judging->model->log, events->event[0])
                                         : NULL;
    return event && event->kind == TLOG_STATE ? event : NULL;
}

/* The states that the events of the answer lead to. */
static struct query_value right_states(struct judging *judging, struct tlog_text to[PREDICT_WORDS]) {
    const struct query_value *events = &judging->value;
    struct query_value right = {.type = QUERY_LIST, .word = to};
    for (unsigned i = 0; events->type == QUERY_EVENTS && i < events->count && right.count < PREDICT_WORDS; i++) {
        const struct tlog_event *event = tlog_at(judging->model->log, events->event[i]);
        if (event->kind == TLOG_STATE) {
            const char *name = event->u.state.to ? lucid_state_name(event->u.state.to) : "CLOSED";
            to[right.count++] = (struct tlog_text){name, (uint32_t)strlen(name)};
            text_format(&judging->result->outcome, right.count > 1 ? " %s" : "%s", name);
        }
    }
    return right;
}

/* An answer may begin with the state before the first of them. */
static int judge_states(struct judging *judging) {
    struct tlog_text to[PREDICT_WORDS];
    struct query_value right = right_states(judging, to);
    const struct tlog_event *first = first_state(judging);
    char *word[PREDICT_WORDS];
    unsigned mine = predict_words_of(judging, word), from = 0;
    for (unsigned i = 0; i < mine; i++) {
        word[i] = (char *)bare(word[i]);
    }
    if (mine && first && first->u.state.from && !strcasecmp(word[0], lucid_state_name(first->u.state.from))) {
        from = 1;
    }
    judging->right = common(word + from, mine - from, &right);
    judging->all = right.count > mine - from ? right.count : mine - from;
    return 0;
}

/* "SA", "SYN,ACK", "syn ack", "S+A": as letters in the order of the log. */
static void flag_letters(const char *text, char letters[9]) {
    static const struct {
        const char *name;
        unsigned flag;
    } names[] = {{"SYN", LUCID_SYN}, {"FIN", LUCID_FIN}, {"RST", LUCID_RST}, {"ACK", LUCID_ACK}, {"PSH", 0}};
    unsigned flags = 0;
    for (const char *at = text; *at;) {
        size_t length = 0;
        for (unsigned i = 0; i < 5 && !length; i++) {
            if (!strncasecmp(at, names[i].name, 3)) {
                flags |= names[i].flag;
                length = 3;
            }
        }
        if (!length) {
            char c = *at & ~0x20;
            flags |= c == 'S' ? LUCID_SYN : c == 'F' ? LUCID_FIN : c == 'R' ? LUCID_RST : c == 'A' ? LUCID_ACK : 0;
            length = 1;
        }
        at += length;
    }
    lucid_flags_format(flags, letters);
}

static int64_t relative(const struct judging *judging, const struct tlog_event *event, uint32_t number, bool ack) {
    const struct model_connection *connection = model_find(judging->model, event->node, event->c);
    if (!judging->prediction->relative || !connection) {
        return number;
    }
    return (int64_t)(uint32_t)(number - (ack ? connection->irs : connection->iss));
}

/* SEQ, ACK and flags of the first segment of the answer. */
static int judge_fields(struct judging *judging) {
    const struct query_value *events = &judging->value;
    char *word[PREDICT_WORDS], flags[9], mine[9];
    unsigned count = predict_words_of(judging, word);
    judging->all = 3;
    const struct tlog_event *event = events->type == QUERY_EVENTS && events->count
                                         ? tlog_at(judging->model->log, events->event[0])
                                         : NULL;
    if (!event || (event->kind != TLOG_SEG_TX && event->kind != TLOG_SEG_RX)) {
        text_put(&judging->result->outcome, "no such segment");
        return 0;
    }
    const struct tlog_segment *segment = &event->u.segment;
    int64_t seq = relative(judging, event, segment->seq, false), ack = relative(judging, event, segment->ack, true);
    bool has_ack = segment->flags & LUCID_ACK;
    lucid_flags_format(segment->flags & ~(unsigned)LUCID_PSH, flags);
    text_format(&judging->result->outcome, "%lld ", (long long)seq);
    if (has_ack) {
        text_format(&judging->result->outcome, "%lld %s", (long long)ack, flags);
    } else {
        text_format(&judging->result->outcome, "- %s", flags);
    }
    if (count == 3) {
        flag_letters(word[2], mine);
        bool no_ack = !strcmp(word[1], "-");
        judging->right += strtoll(word[0], NULL, 10) == seq && *word[0] != '-';
        judging->right += has_ack ? !no_ack && strtoll(word[1], NULL, 10) == ack : no_ack;
        judging->right += !strcmp(mine, flags);
    }
    return 0;
}

static bool cell_right(const struct judging *judging, const struct query_value *value, const char *mine) {
    double number;
    if (value->type == QUERY_NUMBER || value->type == QUERY_TIME) {
        return predict_number(mine, &number) && near(judging->prediction, number, value->number);
    }
    struct text text = text_growing();
    query_format(value, &text);
    bool same = text.data && !strcasecmp(text.data, mine);
    text_free(&text);
    return same;
}

static int judge_table(struct judging *judging) {
    const struct scenario_prediction *prediction = judging->prediction;
    char *word[PREDICT_WORDS];
    unsigned mine = predict_words_of(judging, word);
    judging->all = prediction->items;
    for (unsigned i = 0; i < prediction->items; i++) {
        struct query *query;
        struct query_value value;
        if (predict_evaluate(judging, &prediction->item[i].expression, &query, &value)) {
            return -1;
        }
        text_put(&judging->result->outcome, i ? " | " : "");
        put_value(&judging->result->outcome, &value);
        judging->right += i < mine && cell_right(judging, &value, word[i]);
        query_free(query);
    }
    return 0;
}

static int judge(struct judging *judging) {
    switch ((enum scenario_prediction_type)judging->prediction->type) {
    case SCENARIO_CHOICE:
        return judge_choice(judging);
    case SCENARIO_NUMBER:
        return judge_number(judging);
    case SCENARIO_TIMES:
        return judge_times(judging);
    case SCENARIO_STATES:
        return judge_states(judging);
    case SCENARIO_FIELDS:
        return judge_fields(judging);
    case SCENARIO_TABLE:
        return judge_table(judging);
    case SCENARIO_ORDER:
    case SCENARIO_RANK:
        return predict_judge_order(judging);
    case SCENARIO_SKETCH:
        return predict_judge_sketch(judging);
    case SCENARIO_FREE_TEXT:
    case SCENARIO_PREDICTION_TYPES:
        return 0;
    }
    return 0;
}

/* The rule of the first change of state or decision in the answer's own events, or soon after them. */
static void find_rule(struct judging *judging) {
    const struct query_value *value = &judging->value;
    struct predict_result *result = judging->result;
    if (judging->prediction->rule) {
        snprintf(result->rule, sizeof result->rule, "%s", judging->prediction->rule);
        return;
    }
    if (value->type == QUERY_EVENTS && value->count) {
        uint32_t i = value->event[0];
        for (uint32_t j = i; j <= tlog_count(judging->model->log) && j < i + 10; j++) {
            const struct tlog_event *event = tlog_at(judging->model->log, j);
            struct tlog_text rule = event->kind == TLOG_STATE  ? event->u.state.rule
                                    : event->kind == TLOG_RULE ? event->u.rule.rule
                                                               : (struct tlog_text){"", 0};
            if (rule.length) {
                snprintf(result->rule, sizeof result->rule, "%.*s", (int)rule.length, rule.at);
                return;
            }
        }
    }
    if (judging->scenario->rules) {
        snprintf(result->rule, sizeof result->rule, "%s", judging->scenario->rule[0]);
    }
}

static const char *find_miscon(const struct scenario_variant *variant, const struct scenario_prediction *prediction,
                               const char *answer, enum scenario_language language) {
    for (unsigned i = 0; answer && i < variant->miscons; i++) {
        const struct scenario_miscon *miscon = &variant->miscon[i];
        if (!strcmp(miscon->id, prediction->id.text) && !strcasecmp(miscon->answer, answer)) {
            return scenario_say(&miscon->text, language);
        }
    }
    return NULL;
}

int predict_judge(const struct scenario *scenario, const struct scenario_variant *variant, unsigned i,
                  const char *answer, const struct model *model, enum scenario_language language,
                  struct predict_result *result, char error[LAB_ERROR]) {
    const struct scenario_prediction *prediction = &variant->prediction[i];
    *result = (struct predict_result){.outcome = text_growing()};
    struct judging judging = {.scenario = scenario,
                              .prediction = prediction,
                              .model = model,
                              .answer = answer ? strdup(answer) : NULL,
                              .result = result,
                              .error = error};
    bool sketch = prediction->type == SCENARIO_SKETCH;
    int failed = prediction->answer.text && !sketch
                     ? predict_evaluate(&judging, &prediction->answer, &judging.query, &judging.value)
                     : 0;
    failed = failed ? failed : judge(&judging);
    if (!failed) {
        find_rule(&judging);
        result->of = prediction->type == SCENARIO_FREE_TEXT ? 0 : prediction->points;
        result->points = judging.all ? result->of * judging.right / judging.all : 0;
        result->right = judging.all && judging.right == judging.all;
        result->miscon = result->right ? NULL : find_miscon(variant, prediction, answer, language);
    }
    query_free(judging.query);
    free(judging.answer);
    return failed;
}

void predict_result_free(struct predict_result *result) {
    text_free(&result->outcome);
}
