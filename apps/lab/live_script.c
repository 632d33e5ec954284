/* live_script.c: see live_script.h. */
#include "lab/live_script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/query.h"
#include "lab/words.h"

static int keep_line(struct live_script *script, unsigned number, const char *text) {
    struct live_script_line *grown = realloc(script->line, (script->count + 1) * sizeof *grown);
    char *copy = grown ? strdup(text) : NULL;
    script->line = grown ? grown : script->line;
    if (!copy) {
        return -1;
    }
    script->line[script->count++] = (struct live_script_line){number, copy};
    return 0;
}

static int read_lines(struct live_script *script, FILE *file) {
    char room[LAB_LINE_MAX];
    unsigned number = 0;
    while (fgets(room, sizeof room, file)) {
        number++;
        room[strcspn(room, "\n")] = '\0';
        const char *text = room + strspn(room, " ");
        if (*text && *text != '#' && keep_line(script, number, text) < 0) {
            return -1;
        }
    }
    return 0;
}

int live_script_read(struct live_script *script, const char *name, char error[LAB_ERROR]) {
    *script = (struct live_script){0};
    FILE *file = !strcmp(name, "-") ? stdin : fopen(name, "re");
    if (!file) {
        return words_fail(error, "cannot read the script %.150s: %s", name, strerror(errno));
    }
    script->file = strdup(name);
    int failed = script->file ? read_lines(script, file) : -1;
    if (file != stdin) {
        fclose(file);
    }
    return failed ? words_fail(error, "there is no memory for the script %.150s", name) : 0;
}

void live_script_end(struct live_script *script) {
    for (unsigned i = 0; i < script->count; i++) {
        free(script->line[i].text);
    }
    query_free(script->until);
    free(script->line);
    free(script->file);
    *script = (struct live_script){0};
}

static int fail(const struct live_script *script, const char *why, char error[LAB_ERROR]) {
    char sentence[LAB_ERROR];
    snprintf(sentence, sizeof sentence, "%s", why);
    return words_fail(error, "%.80s, line %u: %.150s", script->file, script->line[script->at].number, sentence);
}

/* ---- lines that wait ---- */

/* What a line waits for, and what is done then. */
struct waiting {
    lucid_time due;
    const char *command; /* NULL: nothing */
    bool until;          /* sooner, when the script's condition holds */
};

static int read_at(struct live_script *script, const struct lab_words *words, const char *text, struct waiting *waiting,
                   char error[LAB_ERROR]) {
    if (words->count < 3 || words_time(words_at(words, 1), &waiting->due) < 0) {
        return fail(script, "`at` needs a time and a command, for example `at 1s B close`", error);
    }
    waiting->command = text + words->word[2].column - 1;
    return 0;
}

static int read_wait(struct live_script *script, const struct lab_words *words, struct waiting *waiting,
                     char error[LAB_ERROR]) {
    if (words->count != 2 || words_time(words_at(words, 1), &waiting->due) < 0) {
        return fail(script, "`wait` needs a time and nothing else, for example `wait 20ms`", error);
    }
    waiting->due += script->since;
    return 0;
}

/* "until CONDITION max TIME". */
static int read_until(struct live_script *script, const struct lab_words *words, const char *text,
                      struct session *session, struct waiting *waiting, char error[LAB_ERROR]) {
    char condition[LAB_LINE_MAX], why[LAB_ERROR];
    unsigned count = words->count;
    lucid_time most;
    if (count < 4 || !words_is(words, count - 2, "max") || words_time(words_at(words, count - 1), &most) < 0) {
        return fail(script, "`until` needs a condition and a limit, for example `until wire(hold) max 5s`", error);
    }
    size_t length = words->word[count - 2].column - words->word[1].column;
    memcpy(condition, text + words->word[1].column - 1, length);
    condition[length] = '\0';
    if (!script->until) {
        script->until = query_compile(condition, session->log, words->word[1].column, why);
    }
    if (!script->until) {
        return fail(script, why, error);
    }
    waiting->due = script->since + most;
    waiting->until = true;
    return 0;
}

static int read_waiting(struct live_script *script, struct session *session, struct waiting *waiting,
                        char error[LAB_ERROR]) {
    const char *text = script->line[script->at].text;
    char why[LAB_ERROR];
    struct lab_words words;
    if (words_split(&words, text, why) < 0) {
        return fail(script, why, error);
    }
    *waiting = (struct waiting){0};
    if (words_is(&words, 0, "at")) {
        return read_at(script, &words, text, waiting, error);
    }
    if (words_is(&words, 0, "wait")) {
        return read_wait(script, &words, waiting, error);
    }
    if (words_is(&words, 0, "until")) {
        return read_until(script, &words, text, session, waiting, error);
    }
    waiting->command = text;
    return 0;
}

static bool is_due(struct live_script *script, struct session *session, const struct waiting *waiting) {
    if (waiting->due <= world_now(session->world)) {
        return true;
    }
    if (!waiting->until) {
        return false;
    }
    struct query_value value = query_eval(script->until, session->model);
    return query_true(&value);
}

static int obey(struct live_script *script, struct session *session, const char *command, char error[LAB_ERROR]) {
    char why[LAB_ERROR];
    struct text say = text_growing();
    int failed = command ? session_command(session, command, &say, why) : 0;
    text_free(&say);
    return failed ? fail(script, why, error) : 0;
}

lucid_time live_script_run(struct live_script *script, struct session *session, char error[LAB_ERROR]) {
    while (script->at < script->count) {
        struct waiting waiting;
        if (read_waiting(script, session, &waiting, error) < 0) {
            return LIVE_SCRIPT_FAILED;
        }
        if (!is_due(script, session, &waiting)) {
            return waiting.due;
        }
        query_free(script->until);
        script->until = NULL;
        if (obey(script, session, waiting.command, error) < 0) {
            return LIVE_SCRIPT_FAILED;
        }
        script->since = world_now(session->world);
        script->at++;
    }
    return LUCID_NEVER;
}
