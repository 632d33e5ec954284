/* config.c: lines, words, and where they stand. See config.h.
 *
 * The words stay where they are in the text: each is ended by a NUL in place of the blank behind it, and one in quotes
 * is moved to the left over its backslashes.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/value.h"

enum { MOST = 64 }; /* settings in the table */

/* The words of one line: the name is number 0. */
struct line {
    unsigned number; /* from 1 */
    unsigned count;
    char *word[1 + SETTING_WORDS];
    unsigned column[1 + SETTING_WORDS]; /* from 1 */
};

struct reader {
    struct settings *settings;
    const char *name;     /* of the file */
    struct line line;     /* that is being read */
    unsigned given[MOST]; /* the line in which each setting was given; 0: in none */
    char *error;
};

/* Always false. */
static bool wrong_at(struct reader *reader, unsigned column, const char *what) {
    return value_wrong(reader->error, "%.80s:%u:%u: %.150s", reader->name, reader->line.number, column, what);
}

/* ---- words ---- */

/* Takes off a word in quotes, which begins at text. Returns what is behind it; NULL: it has no end. */
static char *take_quoted(char *text) {
    char *to = text, *from = text + 1;
    while (*from && *from != '"') {
        from += *from == '\\' && (from[1] == '"' || from[1] == '\\');
        *to++ = *from++;
    }
    if (!*from) {
        return NULL;
    }
    *to = '\0';
    return from + 1;
}

/* Takes one word off the text, which begins with it. Returns what is behind it; NULL: that is wrong. */
static char *take_word(struct reader *reader, char *text, unsigned column) {
    struct line *line = &reader->line;
    if (line->count > SETTING_WORDS) {
        wrong_at(reader, column, "no setting has so many words: put words with blanks into quotes");
        return NULL;
    }
    line->column[line->count] = column;
    line->word[line->count++] = text;
    if (*text != '"') {
        text += strcspn(text, " \t\"");
        if (*text == '"') {
            wrong_at(reader, column,
                     "there are quotes within a word: put the whole word into quotes, and \\\" for each");
            return NULL;
        }
        return text;
    }
    text = take_quoted(text);
    if (!text) {
        wrong_at(reader, column, "these quotes are not closed: put \" behind the word");
        return NULL;
    }
    if (*text && *text != ' ' && *text != '\t') {
        wrong_at(reader, column, "something follows the quotes: put a blank between");
        return NULL;
    }
    return text;
}

static bool take_words(struct reader *reader, char *text) {
    const char *begin = text;
    for (;;) {
        text += strspn(text, " \t");
        if (!*text || *text == '#') {
            return true;
        }
        text = take_word(reader, text, (unsigned)(text - begin) + 1);
        if (!text) {
            return false;
        }
        if (*text) {
            *text++ = '\0';
        }
    }
}

/* ---- lines ---- */

static bool say_what_is_wrong(struct reader *reader, unsigned word, const char *why) {
    char sentence[LUCID_ERROR_TEXT];
    value_wrong(sentence, "%s %.200s", reader->line.word[0], why);
    return wrong_at(reader, reader->line.column[word], sentence);
}

/* Takes a line whose words are good as words. */
static bool take_setting(struct reader *reader, const struct setting *setting) {
    const struct line *line = &reader->line;
    struct setting_words words = {.count = line->count - 1};
    unsigned *given = &reader->given[setting - settings_table];
    char why[LUCID_ERROR_TEXT];
    if (*given && !setting->repeats) {
        value_wrong(why, "is given twice, first in line %u: leave one of them out", *given);
        return say_what_is_wrong(reader, 0, why);
    }
    *given = line->number;
    if (words.count < setting->least || words.count > setting->most) {
        value_wrong(why, "has too %s words: write %s", words.count < setting->least ? "few" : "many", setting->form);
        return say_what_is_wrong(reader, words.count < setting->least ? 0 : setting->most + 1u, why);
    }
    for (unsigned i = 0; i < words.count; i++) {
        words.word[i] = line->word[i + 1];
    }
    return setting->take(reader->settings, &words, why) || say_what_is_wrong(reader, 1 + words.wrong, why);
}

static bool has_no_controls(struct reader *reader, const char *text) {
    for (const char *c = text; *c; c++) {
        if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f) {
            char why[LUCID_ERROR_TEXT];
            value_wrong(why, "there is a control character, number %d: %s", *c,
                        *c == '\r' ? "end lines with a line feed alone" : "leave it out");
            return wrong_at(reader, (unsigned)(c - text) + 1, why);
        }
    }
    return true;
}

static bool take_line(struct reader *reader, char *text) {
    struct line *line = &reader->line;
    line->count = 0;
    if (!has_no_controls(reader, text) || !take_words(reader, text)) {
        return false;
    }
    if (line->count == 0) {
        return true;
    }
    for (unsigned i = 0; i < settings_count && i < MOST; i++) {
        if (strcmp(settings_table[i].name, line->word[0]) == 0) {
            return take_setting(reader, &settings_table[i]);
        }
    }
    char why[LUCID_ERROR_TEXT];
    value_wrong(why, "%.60s is no setting: see CONFIGURATION in lucid-httpd(1)", line->word[0]);
    return wrong_at(reader, line->column[0], why);
}

bool config_take(struct settings *settings, const char *name, char *text, size_t length, char error[LUCID_ERROR_TEXT]) {
    struct reader reader = {.settings = settings, .name = name, .error = error};
    settings->file = text;
    for (char *end = text + length; text < end;) {
        char *feed = memchr(text, '\n', (size_t)(end - text));
        char *next = feed ? feed + 1 : end;
        reader.line.number++;
        if (feed) {
            *feed = '\0';
        }
        if (strlen(text) < (size_t)((feed ? feed : end) - text)) {
            return wrong_at(&reader, (unsigned)strlen(text) + 1, "there is a NUL: leave it out");
        }
        if (!take_line(&reader, text)) {
            return false;
        }
        text = next;
    }
    return true;
}

/* ---- the file ---- */

/* Takes all of it into memory. False: it could not, errno says why; EFBIG: it is too long. */
static bool load(FILE *file, struct text *text) {
    char piece[4096];
    size_t got;
    text_put(text, ""); /* an empty file is one, too */
    while (text->length <= CONFIG_MAX && (got = fread(piece, 1, sizeof piece, file)) > 0) {
        text_put_octets(text, piece, got);
    }
    if (text->length > CONFIG_MAX || text->cut) {
        errno = text->cut ? ENOMEM : EFBIG;
        return false;
    }
    return !ferror(file);
}

bool config_load(struct text *text, const char *name, char error[LUCID_ERROR_TEXT]) {
    FILE *file = fopen(name, "re");
    bool good = file && load(file, text);
    int failed = errno;
    if (file) {
        fclose(file);
    }
    if (!good) {
        return value_wrong(error, "--config %.120s cannot be read: %s", name,
                           failed == EFBIG ? "it is longer than a megabyte" : strerror(failed));
    }
    return true;
}
