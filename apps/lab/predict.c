/* predict.c: answers: taken, asked for, locked. What they are worth is predict_judge.c. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lab/i18n.h"
#include "lab/predict_private.h"
#include "lab/sha256.h"
#include "lab/wrap.h"

struct predict_answers *predict_new(const struct scenario_variant *variant) {
    struct predict_answers *answers = calloc(1, sizeof *answers);
    if (answers) {
        answers->variant = variant;
        answers->answer = calloc(variant->predictions + 1, sizeof *answers->answer);
        answers->hash = calloc(variant->predictions + 1, sizeof *answers->hash);
    }
    if (!answers || !answers->answer || !answers->hash) {
        predict_free(answers);
        return NULL;
    }
    return answers;
}

void predict_free(struct predict_answers *answers) {
    if (!answers) {
        return;
    }
    for (unsigned i = 0; answers->answer && i < answers->variant->predictions; i++) {
        free(answers->answer[i]);
    }
    free(answers->answer);
    free(answers->hash);
    free(answers);
}

unsigned predict_count(const struct predict_answers *answers) {
    unsigned count = 0;
    for (unsigned i = 0; answers && i < answers->variant->predictions; i++) {
        count += answers->answer[i] != NULL;
    }
    return count;
}

static bool same_word(const char *a, const char *b) {
    return !strcasecmp(a, b);
}

/* The item that a text means: its label in either language, or its number from 1. -1: none. */
int predict_item(const struct scenario_prediction *prediction, const char *text) {
    for (unsigned i = 0; i < prediction->items; i++) {
        const struct scenario_item *item = &prediction->item[i];
        if (same_word(item->label, text) || (item->label_zh && same_word(item->label_zh, text))) {
            return (int)i;
        }
    }
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    return *text && !*end && number >= 1 && number <= prediction->items ? (int)number - 1 : -1;
}

/* "0, 1, 3" and "CLOSED, LISTEN" are lists; the comma of "SYN,ACK" belongs to the word. */
static void drop_commas(char *text) {
    for (char *at = text; *at; at++) {
        bool ends = !at[1] || isspace((unsigned char)at[1]);
        if (*at == ',' && (ends || (at > text && isdigit((unsigned char)at[-1])))) {
            *at = ' ';
        }
    }
}

unsigned predict_split(char *text, char *word[PREDICT_WORDS]) {
    unsigned count = 0;
    bool bars = strchr(text, '|') != NULL;
    if (!bars) {
        drop_commas(text);
    }
    for (char *rest = text; rest && count < PREDICT_WORDS;) {
        char *one = bars ? strsep(&rest, "|") : strsep(&rest, " ;\t");
        while (isspace((unsigned char)*one)) {
            one++;
        }
        size_t length = strlen(one);
        while (length && isspace((unsigned char)one[length - 1])) {
            one[--length] = 0;
        }
        if (length || bars) {
            word[count++] = one;
        }
    }
    return count;
}

static int refuse(char error[LAB_ERROR], const char *answer, const char *expected) {
    snprintf(error, LAB_ERROR, "`%.60s` cannot be an answer; expected %s", answer, expected);
    return -1;
}

static int take_choice(const struct scenario_prediction *prediction, const char *answer, struct text *locked,
                       char *error) {
    int item = predict_item(prediction, answer);
    if (item < 0) {
        return refuse(error, answer, "one of the texts to choose from, or its number");
    }
    text_put(locked, prediction->item[item].label);
    return 0;
}

/* Each item once, as labels with bars between. */
static int take_order(const struct scenario_prediction *prediction, char *answer, struct text *locked, char *error) {
    char *word[PREDICT_WORDS];
    bool seen[PREDICT_WORDS] = {false};
    char *copy = strdup(answer);
    unsigned count = copy ? predict_split(copy, word) : 0;
    bool good = count == prediction->items;
    for (unsigned i = 0; good && i < count; i++) {
        int item = predict_item(prediction, word[i]);
        good = item >= 0 && !seen[item];
        if (good) {
            seen[item] = true;
            text_format(locked, i ? "|%s" : "%s", prediction->item[item].label);
        }
    }
    free(copy);
    return good ? 0 : refuse(error, answer, "each item once, as its number or text, in order");
}

static bool all_numbers(char *answer, unsigned *count) {
    char *word[PREDICT_WORDS];
    char *copy = strdup(answer);
    *count = copy ? predict_split(copy, word) : 0;
    bool good = *count > 0;
    double number;
    for (unsigned i = 0; good && i < *count; i++) {
        good = predict_number(word[i], &number);
    }
    free(copy);
    return good;
}

static int take_numbers(const struct scenario_prediction *prediction, char *answer, struct text *locked, char *error) {
    unsigned count;
    bool good = all_numbers(answer, &count);
    if (prediction->type == SCENARIO_NUMBER && (!good || count != 1)) {
        return refuse(error, answer, "one number");
    }
    if (prediction->type == SCENARIO_SKETCH && (!good || count != PREDICT_SKETCH)) {
        return refuse(error, answer, "ten numbers, the heights of the curve from left to right");
    }
    if (!good) {
        return refuse(error, answer, "numbers, as in 0 1 3");
    }
    text_put(locked, answer);
    return 0;
}

static int take_words(const struct scenario_prediction *prediction, char *answer, struct text *locked, char *error) {
    char *word[PREDICT_WORDS];
    char *copy = strdup(answer);
    unsigned count = copy ? predict_split(copy, word) : 0;
    free(copy);
    if (prediction->type == SCENARIO_FIELDS && count != 3) {
        return refuse(error, answer, "SEQ, ACK (or -) and flags, as in 101 301 A");
    }
    if (prediction->type == SCENARIO_TABLE && count != prediction->items) {
        return refuse(error, answer, "one value for each cell, separated by blanks or |");
    }
    text_put(locked, answer);
    return 0;
}

static int take(const struct scenario_prediction *prediction, char *answer, struct text *locked, char *error) {
    switch ((enum scenario_prediction_type)prediction->type) {
    case SCENARIO_CHOICE:
        return take_choice(prediction, answer, locked, error);
    case SCENARIO_ORDER:
    case SCENARIO_RANK:
        return take_order(prediction, answer, locked, error);
    case SCENARIO_NUMBER:
    case SCENARIO_TIMES:
    case SCENARIO_SKETCH:
        return take_numbers(prediction, answer, locked, error);
    case SCENARIO_STATES:
    case SCENARIO_FIELDS:
    case SCENARIO_TABLE:
        return take_words(prediction, answer, locked, error);
    case SCENARIO_FREE_TEXT:
    case SCENARIO_PREDICTION_TYPES:
        break;
    }
    text_put(locked, answer);
    return 0;
}

/* Without what a line of a table or of a world could not hold, then without blanks around it. */
static char *clean(const char *answer) {
    char *copy = strndup(answer, PREDICT_LENGTH);
    for (char *at = copy; at && *at; at++) {
        if ((unsigned char)*at < ' ' || *at == '"' || *at == '\\' || *at == 0x7f) {
            *at = ' ';
        }
    }
    size_t blanks = copy ? strspn(copy, " ") : 0, length = copy ? strlen(copy) : 0;
    while (length > blanks && copy[length - 1] == ' ') {
        copy[--length] = 0;
    }
    if (copy) {
        memmove(copy, copy + blanks, length - blanks + 1);
    }
    return copy;
}

int predict_set(struct predict_answers *answers, unsigned i, const char *answer, char error[LAB_ERROR]) {
    const struct scenario_prediction *prediction = &answers->variant->prediction[i];
    char *copy = clean(answer);
    if (!copy || !*copy) {
        free(copy);
        return 0;
    }
    struct text locked = text_growing();
    int failed = take(prediction, copy, &locked, error);
    free(copy);
    char *text = text_detach(&locked);
    if (failed || !text) {
        free(text);
        return -1;
    }
    free(answers->answer[i]);
    answers->answer[i] = text;
    struct text line = text_growing();
    text_format(&line, "%s\t%s", prediction->id.text, text);
    sha256_hex(line.data, line.length, answers->hash[i]);
    text_free(&line);
    return 0;
}

static int index_of(const struct predict_answers *answers, const char *id) {
    for (unsigned i = 0; i < answers->variant->predictions; i++) {
        if (!strcmp(answers->variant->prediction[i].id.text, id)) {
            return (int)i;
        }
    }
    return -1;
}

static const char VARIANT[] = "# variant\t";

/* What was locked for one variant is no answer to the questions of another one. */
static int read_variant(const struct predict_answers *answers, const char *line, char error[LAB_ERROR]) {
    const char *id = line + strlen(VARIANT);
    if (strncmp(line, VARIANT, strlen(VARIANT)) != 0 || !strcmp(id, answers->variant->id)) {
        return 0;
    }
    snprintf(error, LAB_ERROR, "these answers were locked for variant %.8s; run that one first, or another seed", id);
    return -1;
}

static int read_line(struct predict_answers *answers, char *line, char error[LAB_ERROR]) {
    line[strcspn(line, "\r\n")] = 0;
    if (!*line || *line == '#') {
        return read_variant(answers, line, error);
    }
    char *rest = line, *id = strsep(&rest, "\t"), *answer = rest ? strsep(&rest, "\t") : NULL;
    int i = index_of(answers, id);
    if (i < 0) {
        snprintf(error, LAB_ERROR, "there is no prediction `%.30s` here", id);
        return -1;
    }
    if (!answer) {
        snprintf(error, LAB_ERROR, "behind `%.30s` a tab and the answer were expected", id);
        return -1;
    }
    return predict_set(answers, (unsigned)i, answer, error);
}

int predict_read(struct predict_answers *answers, const char *path, char error[LAB_ERROR]) {
    char line[4096], sentence[LAB_ERROR];
    unsigned number = 0;
    FILE *file = fopen(path, "r");
    if (!file) {
        snprintf(error, LAB_ERROR, "%.150s cannot be opened: %s", path, strerror(errno));
        return -1;
    }
    while (fgets(line, sizeof line, file)) {
        number++;
        if (read_line(answers, line, sentence)) {
            snprintf(error, LAB_ERROR, "%.80s:%u: %.150s", path, number, sentence);
            fclose(file);
            return -1;
        }
    }
    fclose(file);
    return 0;
}

static const char *how_to_answer(unsigned type) {
    static const char *const keys[] = {
        "predict.how.choice", "predict.how.number", "predict.how.times", "predict.how.states", "predict.how.fields",
        "predict.how.table",  "predict.how.order",  "predict.how.order", "predict.how.sketch", "predict.how.text"};
    return i18n(keys[type]);
}

/* In lines of a terminal; what stands before the first, prefix, indents the others. */
static void say(const char *prefix, const char *words, FILE *out) {
    struct text lines = text_growing();
    unsigned columns = wrap_width(prefix);
    text_put(&lines, prefix);
    wrap_put(&lines, words, columns, columns);
    fputs(lines.data ? lines.data : "", out);
    text_free(&lines);
}

static void show(const struct scenario_prediction *prediction, unsigned number, unsigned of, FILE *out,
                 enum scenario_language language) {
    char place[32];
    snprintf(place, sizeof place, "%u/%u  ", number, of);
    fputc('\n', out);
    say(place, scenario_say(&prediction->question, language), out);
    for (unsigned i = 0; i < prediction->items; i++) {
        const struct scenario_item *item = &prediction->item[i];
        snprintf(place, sizeof place, "     %u) ", i + 1);
        say(place, language == SCENARIO_ZH && item->label_zh ? item->label_zh : item->label, out);
    }
    say("     ", how_to_answer(prediction->type), out);
}

/* One question, until there is an answer or none is wanted. */
static int ask_one(struct predict_answers *answers, unsigned i, FILE *in, FILE *out, enum scenario_language language,
                   unsigned *hint) {
    char line[1024], error[LAB_ERROR];
    for (;;) {
        fputs("  > ", out);
        fflush(out);
        if (!fgets(line, sizeof line, in)) {
            return -1;
        }
        line[strcspn(line, "\r\n")] = 0;
        if (!strcmp(line, "?")) {
            const struct scenario_variant *variant = answers->variant;
            bool more = *hint < variant->hints;
            say("     ", more ? scenario_say(&variant->hint[*hint], language) : i18n("predict.no_hint"), out);
            *hint += more;
            continue;
        }
        if (!predict_set(answers, i, line, error)) {
            return 0;
        }
        say("     ", error, out);
    }
}

int predict_ask(struct predict_answers *answers, FILE *in, FILE *out, enum scenario_language language) {
    unsigned hint = 0, count = answers->variant->predictions;
    say("", i18n("predict.intro"), out);
    for (unsigned i = 0; i < count; i++) {
        show(&answers->variant->prediction[i], i + 1, count, out, language);
        if (ask_one(answers, i, in, out, language, &hint)) {
            return -1;
        }
    }
    return 0;
}

int predict_write(const struct predict_answers *answers, const char *path, char error[LAB_ERROR]) {
    FILE *file = fopen(path, "w");
    if (!file) {
        snprintf(error, LAB_ERROR, "%.150s cannot be written: %s", path, strerror(errno));
        return -1;
    }
    fprintf(file, "%s%s\n# id\tanswer\tsha256\n", VARIANT, answers->variant->id);
    for (unsigned i = 0; i < answers->variant->predictions; i++) {
        if (answers->answer[i]) {
            fprintf(file, "%s\t%s\t%s\n", answers->variant->prediction[i].id.text, answers->answer[i],
                    answers->hash[i]);
        }
    }
    if (fclose(file)) {
        snprintf(error, LAB_ERROR, "%.150s cannot be written: %s", path, strerror(errno));
        return -1;
    }
    return 0;
}

void predict_setup(const struct predict_answers *answers, unsigned i, struct text *line) {
    text_format(line, "predict %s \"%s\" %s", answers->variant->prediction[i].id.text, answers->answer[i],
                answers->hash[i]);
}
