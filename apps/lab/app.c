/* app.c: finds an application by its name, and reads what is said behind it. See app.h. */
#include "lab/app.h"

#include <string.h>

static const struct lab_app *const TABLES[] = {APPS_SERVERS, APPS_CLIENTS, APPS_READERS, NULL};

static const struct lab_app *find(const char *name, const char *names[32]) {
    unsigned count = 0;
    for (unsigned i = 0; TABLES[i]; i++) {
        for (const struct lab_app *app = TABLES[i]; app->name; app++) {
            if (!strcmp(app->name, name)) {
                return app;
            }
            if (count < 31) {
                names[count++] = app->name;
            }
        }
    }
    names[count] = NULL;
    return NULL;
}

/* "rounds 10", "chunks 1", "--chunks 1". Returns how many words that were, 0: it is something else, or -1. */
static int read_count(const struct lab_words *words, unsigned at, struct app_settings *settings, char *error) {
    const char *name = words_at(words, at);
    uint64_t count;
    name += !strncmp(name, "--", 2) ? 2 : 0;
    if (strcmp(name, "rounds") != 0 && strcmp(name, "chunks") != 0) {
        return 0;
    }
    if (words_number(words_at(words, at + 1), 1000000, &count) < 0 || count == 0) {
        return words_fail(error, "%s needs a number from 1 to 1000000, for example `%s 10`", name, name);
    }
    settings->count = (uint32_t)count;
    return 2;
}

static int read_setting(const struct lab_words *words, unsigned at, struct app_settings *settings, char *error) {
    const struct lab_word *word = &words->word[at];
    if (word->quoted) {
        settings->text.length = 0;
        text_put_octets(&settings->text, word->text, word->length);
        return 1;
    }
    int read = read_count(words, at, settings, error);
    if (read != 0) {
        return read;
    }
    if (words_size(word->text, &settings->size) == 0) {
        return settings->size <= APP_SIZE_MOST ? 1 : words_fail(error, "%.40s is more than 100MB", word->text);
    }
    if (words_time(word->text, &settings->time) == 0) {
        return 1;
    }
    return words_fail(error,
                      "`%.40s` is no setting of an application; there are times (1s), sizes (2MB), `rounds 10`, "
                      "`chunks 1` and a text in quotes",
                      word->text);
}

int app_read(const struct lab_words *words, unsigned at, const struct lab_app **app, struct app_settings *settings,
             char error[LAB_ERROR]) {
    const char *names[32];
    *app = find(words_at(words, at), names);
    if (!*app) {
        return words_unknown(error, "application", words_at(words, at), names, "for example `B listen 80 app echo`");
    }
    *settings = (*app)->settings;
    settings->text = text_growing();
    for (unsigned i = at + 1; i < words->count;) {
        int read = read_setting(words, i, settings, error);
        if (read < 0) {
            text_free(&settings->text);
            return -1;
        }
        i += (unsigned)read;
    }
    return 0;
}

void app_list(struct text *text) {
    for (unsigned i = 0; TABLES[i]; i++) {
        for (const struct lab_app *app = TABLES[i]; app->name; app++) {
            text_format(text, "%-16s  %s\n", app->name, app->what);
        }
    }
}
