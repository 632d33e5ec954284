/* session.c: a world, its log, and the way back. See session.h. */
#include "lab/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/query.h"
#include "lab/session_private.h"
#include "lab/words.h"

/* ---- making and ending ---- */

static void take_line(void *user, const char *line, size_t length) {
    struct session *session = user;
    char error[LAB_ERROR];
    if (tlog_add(session->log, line, length, error) < 0) {
        session->broken = true;
    }
}

static int copy_setup(struct session *session, const struct world_options *options) {
    const char **setup = calloc(options->setup_count + 1, sizeof *setup);
    if (!setup) {
        return -1;
    }
    for (unsigned i = 0; i < options->setup_count; i++) {
        setup[i] = strdup(options->setup[i]);
    }
    session->options = *options;
    session->options.setup = setup;
    session->options.write = take_line;
    session->options.user = session;
    return 0;
}

static void close_world(struct session *session) {
    world_close(session->world);
    model_free(session->model);
    tlog_free(session->log);
    session->world = NULL;
    session->model = NULL;
    session->log = NULL;
    session->marks = 0;
}

/* A new world, at its beginning. */
static int open_world(struct session *session, unsigned *line, char *error) {
    session->worlds++;
    session->log = tlog_new();
    session->model = session->log ? model_new(session->log) : NULL;
    if (!session->model) {
        return words_fail(error, "there is no memory for a log; free some");
    }
    session->world = world_open(&session->options, line, error);
    if (!session->world) {
        return -1;
    }
    session_mark(session);
    return 0;
}

struct session *session_open(const struct world_options *options, unsigned *line, char error[LAB_ERROR]) {
    struct session *session = calloc(1, sizeof *session);
    *line = 0;
    if (!session || copy_setup(session, options) < 0) {
        free(session);
        words_fail(error, "there is no memory for a session; free some");
        return NULL;
    }
    if (open_world(session, line, error) < 0) {
        session_close(session);
        return NULL;
    }
    return session;
}

static void write_log(const struct tlog *log, const char *path) {
    size_t length;
    const char *lines = tlog_lines(log, &length);
    FILE *file = fopen(path, "w");
    if (file) {
        fwrite(lines, 1, length, file);
        fclose(file);
    }
}

void session_close(struct session *session) {
    if (!session) {
        return;
    }
    if (session->file && session->world) {
        write_log(session->log, session->file);
    }
    close_world(session);
    for (unsigned i = 0; i < session->commands; i++) {
        free(session->command[i].text);
    }
    for (unsigned i = 0; i < session->options.setup_count; i++) {
        free((char *)session->options.setup[i]);
    }
    free((void *)session->options.setup);
    free(session->command);
    free(session->mark);
    free(session->file);
    free(session);
}

int session_keep(struct session *session, const char *path, char error[LAB_ERROR]) {
    FILE *file = fopen(path, "w");
    if (!file) {
        return words_fail(error, "%.120s cannot be written: choose another file", path);
    }
    fclose(file);
    free(session->file);
    session->file = strdup(path);
    return 0;
}

/* ---- where we are ---- */

void session_mark(struct session *session) {
    if (session->marks == session->marks_room) {
        unsigned room = session->marks_room ? 2 * session->marks_room : 64;
        uint32_t *grown = realloc(session->mark, room * sizeof *grown);
        if (!grown) {
            session->broken = true;
            return;
        }
        session->mark = grown;
        session->marks_room = room;
    }
    session->mark[session->marks++] = tlog_count(session->log);
    session->broken |= model_goto(session->model, tlog_count(session->log)) < 0;
}

bool session_at_end(const struct session *session) {
    return session->model->at == tlog_count(session->log);
}

lucid_time session_time(const struct session *session) {
    return session_at_end(session) ? world_now(session->world) : session->model->now;
}

/* The first mark behind event n, or the last mark. */
static unsigned mark_behind(const struct session *session, uint32_t n) {
    unsigned i = 0;
    while (i + 1 < session->marks && session->mark[i] <= n) {
        i++;
    }
    return i;
}

void session_back(struct session *session, unsigned steps) {
    unsigned i = 0;
    while (i + 1 < session->marks && session->mark[i] < session->model->at) {
        i++;
    }
    i = i > steps ? i - steps : 0;
    session->broken |= model_goto(session->model, session->marks ? session->mark[i] : 0) < 0;
}

int session_goto(struct session *session, uint32_t n, char error[LAB_ERROR]) {
    if (n > tlog_count(session->log)) {
        return words_fail(error, "there are %u events; `goto` goes to one of them, 0 is the beginning",
                          tlog_count(session->log));
    }
    session->broken |= model_goto(session->model, n) < 0;
    return 0;
}

/* ---- the same again, up to an event ---- */

static void advance(struct session *session, const struct session_command *command) {
    while (world_next_event(session->world) < command->before && world_step(session->world, command->at)) {
        session_mark(session);
    }
    if (world_now(session->world) < command->at) {
        world_step(session->world, command->at);
    }
}

static int rerun(struct session *session, uint32_t events, char *error) {
    unsigned line;
    if (open_world(session, &line, error) < 0) {
        return -1;
    }
    for (unsigned i = 0; i < session->commands; i++) {
        advance(session, &session->command[i]);
        if (world_command(session->world, session->command[i].text, error) < 0) {
            return -1;
        }
        session_mark(session);
    }
    while (tlog_count(session->log) < events && world_step(session->world, LUCID_NEVER)) {
        session_mark(session);
    }
    return 0;
}

/* A rule will be taken away: the first line of the log must say so. It is written again, and all events behind it, as
 * they were. */
static int declare(struct session *session, unsigned rule, char *error) {
    uint32_t at = session->model->at, end = tlog_count(session->log);
    if ((session->options.declared & rule) == rule || session->options.outside) {
        return 0;
    }
    session->options.declared |= rule;
    close_world(session);
    if (rerun(session, end, error) < 0) {
        return -1;
    }
    return session_goto(session, at, error);
}

/* The rules that the session's commands take away. */
static unsigned declared_by(const struct session *session) {
    unsigned rules = 0;
    for (unsigned i = 0; i < session->commands; i++) {
        rules |= session_takes_away(session->command[i].text);
    }
    return rules;
}

int session_branch(struct session *session, struct session_future *future, unsigned rule, char error[LAB_ERROR]) {
    *future = (struct session_future){.commands = session->commands, .declared = session->options.declared};
    if (session_at_end(session)) {
        return declare(session, rule, error);
    }
    uint32_t at = session->model->at;
    future->world = session->world;
    future->log = session->log;
    future->model = session->model;
    future->mark = session->mark;
    future->marks = session->marks;
    future->marks_room = session->marks_room;
    session->mark = NULL;
    session->marks = session->marks_room = 0;
    while (session->commands > 0 && session->command[session->commands - 1].before > at) {
        session->commands--;
    }
    future->first = session->commands;
    session->options.declared = declared_by(session) | rule;
    if (rerun(session, at, error) < 0) {
        session_stay(session, future);
        return -1;
    }
    return 0;
}

void session_stay(struct session *session, struct session_future *future) {
    if (!future->log) {
        return;
    }
    close_world(session);
    free(session->mark);
    session->world = future->world;
    session->log = future->log;
    session->model = future->model;
    session->mark = future->mark;
    session->marks = future->marks;
    session->marks_room = future->marks_room;
    session->commands = future->commands;
    session->options.declared = future->declared;
}

static void keep_branch(const struct session *session, const struct tlog *log) {
    struct text name = text_growing();
    size_t length = strlen(session->file);
    bool ends = length > 5 && !strcmp(session->file + length - 5, ".tlog");
    text_put_octets(&name, session->file, ends ? length - 5 : length);
    text_format(&name, ".b%u.tlog", session->branches);
    write_log(log, name.data);
    text_free(&name);
}

void session_leave(struct session *session, struct session_future *future) {
    if (!future->log) {
        return;
    }
    session->branches++;
    if (session->file) {
        keep_branch(session, future->log);
    }
    for (unsigned i = future->first; i < future->commands; i++) {
        free(session->command[i].text);
    }
    world_close(future->world);
    model_free(future->model);
    tlog_free(future->log);
    free(future->mark);
}

/* ---- forward ---- */

/* Shows the next recorded step, if it is not behind the limit. */
static int step_recorded(struct session *session, lucid_time limit) {
    uint32_t to = session->mark[mark_behind(session, session->model->at)];
    if (to <= session->model->at || tlog_at(session->log, session->model->at + 1)->t > limit) {
        return 0;
    }
    session->broken |= model_goto(session->model, to) < 0;
    return 1;
}

int session_step(struct session *session, lucid_time limit) {
    if (!session_at_end(session)) {
        return step_recorded(session, limit);
    }
    if (!world_step(session->world, limit)) {
        return 0;
    }
    session_mark(session);
    return 1;
}

static bool holds_now(const struct session *session, struct query *wanted) {
    struct query_value value = query_eval(wanted, session->model);
    return query_true(&value);
}

int session_run_until(struct session *session, const char *condition, lucid_time limit, char error[LAB_ERROR]) {
    struct query *wanted = condition ? query_compile(condition, session->log, 1, error) : NULL;
    int holds = 0;
    if (condition && !wanted) {
        return -1;
    }
    lucid_time most = session_time(session) + SESSION_DAY;
    while (!(holds = wanted && holds_now(session, wanted)) && session_step(session, limit)) {
        if (limit == LUCID_NEVER && session_time(session) > most) {
            break;
        }
    }
    query_free(wanted);
    return holds;
}
