/* settings.h: what can be set under one name on the command line and in the file of --config, and can change while the
 * server runs: `--idle-time 5`, and a line `idle-time 5`.
 *
 * One table has them all, settings_table in settings.c. A new one is a line there and a function that takes its words;
 * the command line and the file find it by themselves. Those of one word or none are options too; those of more, and
 * most that may be given several times, stand in the file alone.
 *
 * A struct settings is one generation of them. The program holds the latest, the server that from which it got its
 * options, and each request that has found its handler that of its time (http_keep): so what a handler points to stays
 * until the last request that uses it is over.
 */
#ifndef HTTPD_SETTINGS_H
#define HTTPD_SETTINGS_H

#include "http/http_redirect.h"
#include "http/http_server.h"
#include "http/http_type.h"
#include "http/http_upstream.h"
#include "lucid/host.h"

struct settings {
    struct http_keep keep; /* the first member */
    struct http_server_options http;
    lucid_time stop_time;   /* from the first SIGTERM to the end */
    const char *access_log; /* file, "-" for standard output; NULL: none */
    bool access_json;
    struct http_redirects redirects;
    struct http_types types; /* besides those of the system's list */
    struct http_upstream upstreams[HTTP_UPSTREAMS_MAX];
    char *file; /* the text of the file of --config, which its words point into; NULL: there is none */
};

enum { SETTING_WORDS = 8 };

/* The words behind a name. A function that finds one of them wrong says which. */
struct setting_words {
    unsigned count;
    const char *word[SETTING_WORDS];
    unsigned wrong;
};

/* May it be given several times? In the file only, or as an option too. */
enum setting_repeats { SETTING_ONCE, SETTING_REPEATS_IN_FILE, SETTING_REPEATS };

struct setting {
    const char *name;
    unsigned char least, most; /* words behind the name */
    unsigned char repeats;     /* enum setting_repeats */
    const char *form;          /* "idle-time SECONDS" */

    /* Takes the words, which last as long as the settings. False, and what is wrong with which word, as the end of a
     * sentence that begins with the name: "x is no time: take seconds from 0.001 to 3600". */
    bool (*take)(struct settings *settings, struct setting_words *words, char error[LUCID_ERROR_TEXT]);
};

extern const struct setting settings_table[];
extern const unsigned settings_count;

/* The defaults, with one holder. NULL: there is no memory. */
struct settings *settings_new(void);

/* One holder less; the last one frees them. settings may be NULL. */
void settings_drop(struct settings *settings);

/* After all have been taken: do they go together? */
bool settings_settle(const struct settings *settings, char error[LUCID_ERROR_TEXT]);

#endif
