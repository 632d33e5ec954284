/* drill_main.c: build/drill, which plays packet scripts. See drill.h for the notation, drill(1) for the options.
 *
 * Folders are searched for files that end in .pkt. One line for each script that fails, with its story; at the end one
 * line with the totals. --cover adds the rows of stack/tcp/fsm.def: one that no script fired is a failure.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/drill.h"
#include "harness/drill_export.h"
#include "lucid/trace.h"

enum { OK = 0, FAILED = 1, USAGE = 2 };

static const char usage[] =
    "usage: drill [-v] [-4|-6] [--iss N] [--loose] [--any-policy] [--pcap] [--cover] FILE|DIR...\n"
    "       drill --export TO FILE|DIR...\n"
    "\n"
    "Plays packet scripts (*.pkt) in virtual time.\n"
    "  -v            tell the story of scripts that pass, too\n"
    "  -4, -6        only over IPv4, only over IPv6; else both\n"
    "  --iss N       only with this initial sequence number; else near 0, 2^31 and 2^32\n"
    "  --loose       packets that no line expects are warned about, not failures\n"
    "  --any-policy  a oneof may take another alternative than the first\n"
    "  --pcap        write a capture to build/pkt/ also when a script passes\n"
    "  --cover       fail when a row of the state machine was never fired\n"
    "  --export TO   play nothing: write each script as plain packetdrill to TO/FOLDER/NAME.pkt\n"
    "  --help        this text\n"
    "Exit status: 0 all passed, 1 one failed, 2 usage, or a script that cannot be read.\n";

struct session {
    struct drill_wish wish;
    bool cover;
    unsigned passed, failed, skipped;
    bool unreadable;
    const char *export; /* where exported scripts go; NULL: scripts are played */
};

/* TO/FOLDER/NAME.pkt of .../FOLDER/NAME.pkt. */
static FILE *export_open(const char *to, const char *path, char name[PATH_MAX]) {
    const char *file = strrchr(path, '/'), *folder = file;
    while (folder && folder > path && folder[-1] != '/') {
        folder--;
    }
    folder = folder ? folder : path;
    if (snprintf(name, PATH_MAX, "%s/%.*s", to, file ? (int)(file - folder) : 0, folder) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    mkdir(to, 0777);
    mkdir(name, 0777);
    strncat(name, file ? file : folder, PATH_MAX - strlen(name) - 1);
    return fopen(name, "w");
}

/* What packetdrill has no words for is skipped, and said. */
static void export_script(struct session *session, const struct drill_script *script) {
    struct drill_error error;
    char name[PATH_MAX];
    FILE *out = export_open(session->export, script->path, name);
    if (!out) {
        fprintf(stderr, "%s: %s\n", name, strerror(errno));
        session->failed++;
        return;
    }
    bool done = drill_export(script, out, &error);
    fclose(out);
    session->passed += done;
    if (!done) {
        printf("skip %s:%u: %s\n", error.path, error.line, error.text);
        session->skipped++;
        remove(name);
    }
}

static void play_file(struct session *session, const char *path) {
    struct drill_error error;
    struct drill_script *script = drill_parse_file(path, &error);
    if (!script) {
        fprintf(stderr, "%s:%u: %s\n", error.path, error.line, error.text);
        session->unreadable = true;
        return;
    }
    if (session->export) {
        export_script(session, script);
        drill_script_free(script);
        return;
    }
    struct drill_result result;
    drill_play(script, &session->wish, &result);
    if (result.report) {
        fputs(result.report, stdout);
    }
    session->passed += result.passed;
    session->failed += !result.passed;
    free(result.report);
    drill_script_free(script);
}

static bool ends_in(const char *name, const char *end) {
    size_t length = strlen(name);
    return length >= strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

static int visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static void play_path(struct session *session, const char *path, bool named);

static void play_folder(struct session *session, const char *path) {
    struct dirent **entries;
    int count = scandir(path, &entries, visible, alphasort);
    if (count < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        session->unreadable = true;
        return;
    }
    for (int i = 0; i < count; i++) {
        char inner[PATH_MAX];
        if (snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name) < (int)sizeof inner) {
            play_path(session, inner, false);
        }
        free(entries[i]);
    }
    free(entries);
}

/* named: on the command line, so that its ending does not matter. */
static void play_path(struct session *session, const char *path, bool named) {
    struct stat status;
    if (stat(path, &status) < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        session->unreadable = true;
    } else if (S_ISDIR(status.st_mode)) {
        play_folder(session, path);
    } else if (named || ends_in(path, ".pkt")) {
        play_file(session, path);
    }
}

/* The states of a set, as the RFC writes them. */
static void print_states(unsigned states) {
    const char *between = "";
    for (unsigned state = 1; state <= states; state <<= 1) {
        if (states & state) {
            printf("%s%s", between, lucid_state_name(state));
            between = " | ";
        }
    }
}

static void judge_rows(struct session *session) {
    const struct lucid_fsm_row *row;
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        if (session->wish.rows[i] > 0) {
            continue;
        }
        printf("no script fires row %u of stack/tcp/fsm.def: ", i);
        print_states(row->from);
        printf(", %s, %s -> %s (%s)\n", row->event, row->guard, lucid_state_name(row->to), row->rule);
        session->failed++;
    }
}

static bool take_iss(struct drill_wish *wish, const char *text) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || end == text || *end != '\0' || text[0] == '-' || value > UINT32_MAX) {
        fprintf(stderr, "drill: --iss wants a number from 0 to %u, not %s\n", UINT32_MAX, text);
        return false;
    }
    wish->has_iss = true;
    wish->iss = (uint32_t)value;
    return true;
}

static bool take_option(struct session *session, int option) {
    struct drill_wish *wish = &session->wish;
    switch (option) {
    case 'v':
        return wish->verbose = true;
    case '4':
        return wish->ipv4 = true;
    case '6':
        return wish->ipv6 = true;
    case 'i':
        return take_iss(wish, optarg);
    case 'l':
        return wish->loose = true;
    case 'a':
        return wish->any_policy = true;
    case 'p':
        return wish->pcap = true;
    case 'c':
        return session->cover = true;
    case 'e':
        session->export = optarg;
        return true;
    case 'h':
        fputs(usage, stdout);
        exit(OK);
    default:
        return false;
    }
}

static bool take_options(struct session *session, int argc, char **argv) {
    static const struct option options[] = {
        {"iss", required_argument, NULL, 'i'},  {"loose", no_argument, NULL, 'l'},
        {"any-policy", no_argument, NULL, 'a'}, {"pcap", no_argument, NULL, 'p'},
        {"cover", no_argument, NULL, 'c'},      {"export", required_argument, NULL, 'e'},
        {"help", no_argument, NULL, 'h'},       {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "v46", options, NULL)) != -1) {
        if (!take_option(session, option)) {
            return false;
        }
    }
    return optind < argc;
}

int main(int argc, char **argv) {
    uint64_t rows[DRILL_ROWS] = {0};
    struct session session = {.wish = {.rows = rows}};
    if (!take_options(&session, argc, argv)) {
        fputs("drill: try --help\n", stderr);
        return USAGE;
    }
    for (int i = optind; i < argc; i++) {
        play_path(&session, argv[i], true);
    }
    if (session.cover) {
        judge_rows(&session);
    }
    if (session.export) {
        printf("%u exported, %u failed, %u skipped\n", session.passed, session.failed, session.skipped);
    } else {
        printf("%u passed, %u failed\n", session.passed, session.failed);
    }
    if (session.unreadable) {
        return USAGE;
    }
    return session.failed > 0 ? FAILED : OK;
}
