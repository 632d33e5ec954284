/* ask.c: see ask.h. */
#include "lab/ask.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/files.h"

#define QUESTIONS_MAX 128
#define COLUMNS 9
#define TERMS_MAX 64
#define TERM 32

static struct ask_question table[QUESTIONS_MAX];
static unsigned count;
static bool ready;

/* ---- the table ---- */

static bool has_scenario(const char *scenario) {
    char name[32];
    snprintf(name, sizeof name, "labs/%.8s.lab", scenario);
    return lab_file_find(name) != NULL;
}

static void take_row(char *const column[]) {
    if (count == QUESTIONS_MAX || !has_scenario(column[0])) {
        return;
    }
    table[count++] = (struct ask_question){
        column[0], column[1], {column[2], column[3]}, {column[4], column[5]}, {column[6], column[7]}, column[8]};
}

static void read_table(void) {
    if (!ready) {
        ready = true;
        lab_file_rows("questions.tsv", COLUMNS, take_row);
    }
}

const struct ask_question *ask_at(unsigned i) {
    read_table();
    return i < count ? &table[i] : NULL;
}

/* ---- words ---- */

struct terms {
    unsigned count;
    char term[TERMS_MAX][TERM];
};

/* Words that every question has. */
static bool is_empty_word(const char *word) {
    static const char *const words[] = {"why",  "what", "how", "is", "are", "the",    "a",    "an",
                                        "of",   "in",   "on",  "do", "doe", "did",    "can",  "it",
                                        "when", "to",   "my",  "i",  "so",  "happen", "after"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!strcmp(word, words[i])) {
            return true;
        }
    }
    return false;
}

static void drop_plural(char *word) {
    size_t length = strlen(word);
    if (length > 3 && word[length - 1] == 's' && word[length - 2] != 's') {
        word[length - 1] = '\0';
    }
}

static bool has_term(const struct terms *terms, const char *word) {
    for (unsigned i = 0; i < terms->count; i++) {
        if (!strcmp(terms->term[i], word)) {
            return true;
        }
    }
    return false;
}

static void add_term(struct terms *terms, const char *word) {
    if (*word && terms->count < TERMS_MAX && !is_empty_word(word) && !has_term(terms, word)) {
        snprintf(terms->term[terms->count++], TERM, "%.*s", TERM - 1, word);
    }
}

/* The next word of ASCII letters and digits, small, without - and _; false: there is none. */
static bool next_word(const char **at, char word[TERM]) {
    size_t length = 0;
    while (**at && !isalnum((unsigned char)**at)) {
        ++*at;
    }
    for (; isalnum((unsigned char)**at) || **at == '-' || **at == '_' || **at == '\''; ++*at) {
        if (isalnum((unsigned char)**at) && length + 1 < TERM) {
            word[length++] = (char)tolower((unsigned char)**at);
        }
    }
    word[length] = '\0';
    drop_plural(word);
    return length > 0;
}

/* Each word, and each pair of neighbours as one word: "close wait" is CLOSE-WAIT. */
static void take_words(struct terms *terms, const char *text, bool pairs) {
    char word[TERM], before[TERM] = "", pair[2 * TERM];
    while (next_word(&text, word)) {
        add_term(terms, word);
        snprintf(pair, sizeof pair, "%s%s", before, word);
        if (pairs && *before && strlen(pair) < TERM) {
            add_term(terms, pair);
        }
        memcpy(before, word, sizeof before);
    }
}

bool ask_is_chinese(const char *question) {
    for (; *question; question++) {
        if ((unsigned char)*question >= 0xe3 && (unsigned char)*question <= 0xe9) {
            return true;
        }
    }
    return false;
}

/* ---- scores ---- */

static unsigned rows_with(const char *term) {
    unsigned rows = 0;
    for (unsigned i = 0; i < count; i++) {
        struct terms terms = {0};
        take_words(&terms, table[i].words[0], false);
        rows += has_term(&terms, term);
    }
    return rows;
}

static unsigned score_english(const struct ask_question *row, const struct terms *asked) {
    struct terms terms = {0};
    unsigned score = 0;
    take_words(&terms, row->words[0], false);
    for (unsigned i = 0; i < asked->count; i++) {
        if (has_term(&terms, asked->term[i])) {
            score += 1000 / rows_with(asked->term[i]);
        }
    }
    return score;
}

static unsigned rows_with_piece(const char *piece, size_t length) {
    unsigned rows = 0;
    for (unsigned i = 0; i < count; i++) {
        rows += memmem(table[i].words[1], strlen(table[i].words[1]), piece, length) != NULL;
    }
    return rows;
}

/* Chinese has no spaces: the words of the row are looked for in the question. Longer ones say more. */
static unsigned score_chinese(const struct ask_question *row, const char *question) {
    unsigned score = 0;
    for (const char *at = row->words[1]; *at;) {
        size_t length = strcspn(at, " ");
        bool chinese = (unsigned char)*at >= 0x80;
        if (chinese && memmem(question, strlen(question), at, length)) {
            score += (unsigned)length * 200 / rows_with_piece(at, length);
        }
        at += length + strspn(at + length, " ");
    }
    return score;
}

unsigned ask_find(const char *question, const struct ask_question *best[], unsigned max) {
    struct terms asked = {0};
    unsigned score[QUESTIONS_MAX], found = 0;
    read_table();
    take_words(&asked, question, true);
    for (unsigned i = 0; i < count; i++) {
        score[i] = score_english(&table[i], &asked) + score_chinese(&table[i], question);
    }
    while (found < max) {
        unsigned top = 0;
        for (unsigned i = 1; i < count; i++) {
            top = score[i] > score[top] ? i : top;
        }
        if (count == 0 || score[top] == 0) {
            break;
        }
        score[top] = 0;
        best[found++] = &table[top];
    }
    return found;
}
