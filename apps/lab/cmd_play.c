/* cmd_play.c: `lucid-lab play`: a simulated world of one's own. On a terminal it is painted (tui.h); in a pipe, lines
 * are read from standard input, and what happens is told in words.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/lab.h"
#include "lab/narrate.h"
#include "lab/session.h"
#include "lab/tui.h"
#include "lab/tui_term.h"
#include "lab/web_serve.h"
#include "lab/words.h"

struct play {
    uint64_t seed, nodes;
    const char *script, *keep;
    bool detail, keeps_going, in_words, painted, web;
    uint64_t port; /* of the page */
    struct session *session;
    uint32_t told; /* events */
};

/* ---- telling ---- */

static void tell(struct play *play) {
    struct session *session = play->session;
    struct text line = text_growing();
    for (uint32_t i = play->told + 1; i <= session->model->at; i++) {
        const struct tlog_event *event = tlog_at(session->log, i);
        if (play->detail || !narrate_is_detail(event)) {
            line.length = 0;
            narrate_event(&line, session->model, event);
            printf("%s\n", line.data ? line.data : "");
        }
    }
    text_free(&line);
    play->told = session->model->at;
    fflush(stdout);
}

/* Returns LAB_OK, or LAB_USAGE when the line was refused. */
static int do_line(struct play *play, const char *line) {
    char error[LAB_ERROR];
    struct text say = text_growing();
    int failed = session_command(play->session, line, &say, error);
    tell(play);
    if (failed) {
        fflush(stdout);
        lab_refuse("%s", error);
    }
    if (say.length > 0) {
        fputs(say.data, stdout);
        fflush(stdout);
    }
    text_free(&say);
    return failed ? LAB_USAGE : LAB_OK;
}

/* A script that goes wrong ends; somebody at a keyboard may try again. */
static int do_lines(struct play *play, FILE *from) {
    char *line = NULL;
    size_t room = 0;
    int status = LAB_OK;
    while (status == LAB_OK && getline(&line, &room, from) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (!strcmp(line, "quit") || !strcmp(line, "exit")) {
            break;
        }
        status = do_line(play, line);
        status = play->keeps_going ? LAB_OK : status;
    }
    free(line);
    return status;
}

/* ---- options ---- */

static const char USAGE[] = "for example `lucid-lab play --nodes 3 --seed 7 --script FILE`";

static int read_number(const char *name, const char *value, uint64_t least, uint64_t most, uint64_t *number) {
    if (!value || words_number(value, most, number) < 0 || *number < least) {
        return lab_refuse("%s needs a number from %llu to %llu", name, (unsigned long long)least,
                          (unsigned long long)most);
    }
    return LAB_OK;
}

static int read_file_name(const char *name, const char *value, const char **file) {
    *file = value;
    return value ? LAB_OK : lab_refuse("%s needs the name of a file", name);
}

/* One option; *used: how many words it was. */
static int read_option(struct play *play, char **argv, int *used) {
    *used = 2;
    if (!strcmp(argv[0], "--nodes")) {
        return read_number(argv[0], argv[1], 1, TLOG_NODES_MAX, &play->nodes);
    }
    if (!strcmp(argv[0], "--seed")) {
        return read_number(argv[0], argv[1], 0, UINT64_MAX / 2, &play->seed);
    }
    if (!strcmp(argv[0], "--script")) {
        return read_file_name(argv[0], argv[1], &play->script);
    }
    if (!strcmp(argv[0], "--keep")) {
        return read_file_name(argv[0], argv[1], &play->keep);
    }
    if (!strcmp(argv[0], "--port")) {
        return read_number(argv[0], argv[1], 1, 65535, &play->port);
    }
    *used = 1;
    if (!strcmp(argv[0], "--web")) {
        play->web = true;
        return LAB_OK;
    }
    if (!strcmp(argv[0], "--detail")) {
        play->detail = true;
        return LAB_OK;
    }
    if (!strcmp(argv[0], "--narrate") || !strcmp(argv[0], "--tui")) {
        play->in_words = argv[0][2] == 'n';
        play->painted = !play->in_words;
        return LAB_OK;
    }
    return lab_refuse("play does not know %s; %s", argv[0], USAGE);
}

/* ---- the world ---- */

static int open_session(struct play *play) {
    char lines[TLOG_NODES_MAX][32], error[LAB_ERROR];
    const char *setup[TLOG_NODES_MAX];
    unsigned line;
    for (unsigned i = 0; i < play->nodes; i++) {
        snprintf(lines[i], sizeof lines[i], "node %c 10.77.0.%u", "ABCDEFGH"[i], i + 1);
        setup[i] = lines[i];
    }
    struct world_options options = {
        .seed = play->seed, .payload = 64, .setup = setup, .setup_count = (unsigned)play->nodes};
    play->session = session_open(&options, &line, error);
    if (!play->session || (play->keep && session_keep(play->session, play->keep, error) < 0)) {
        return lab_refuse("%s", error);
    }
    return LAB_OK;
}

static int run_script(struct play *play) {
    FILE *file = fopen(play->script, "r");
    if (!file) {
        return lab_refuse("%s cannot be read: %s", play->script, strerror(errno));
    }
    int status = do_lines(play, file);
    fclose(file);
    return status;
}

/* A script is played first; then whoever opens the page goes on. */
static int on_the_page(struct play *play) {
    struct web_world world = web_of_session(play->session);
    int status = play->script ? run_script(play) : LAB_OK;
    return status == LAB_OK ? lab_web_serve(&world, (uint16_t)play->port) : status;
}

/* On a terminal, if it can be painted and nothing else was asked for. */
static bool is_painted(const struct play *play) {
    return !play->script && !play->web && (play->painted || (!play->in_words && !term_why_not()));
}

static int go(struct play *play) {
    if (is_painted(play)) {
        return tui_play(play->session, NULL);
    }
    tell(play);
    if (play->web) {
        return on_the_page(play);
    }
    return play->script ? run_script(play) : do_lines(play, stdin);
}

int lab_play(int argc, char **argv) {
    struct play play = {.seed = 1, .nodes = 2, .port = WEB_PORT};
    int used, status = LAB_OK;
    for (int i = 1; i < argc; i += used) {
        if (read_option(&play, argv + i, &used) != LAB_OK) {
            return LAB_USAGE;
        }
    }
    play.keeps_going = !play.script && isatty(STDIN_FILENO);
    status = open_session(&play);
    status = status == LAB_OK ? go(&play) : status;
    session_close(play.session);
    return status;
}
