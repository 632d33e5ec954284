/* session_command.c: the lines of play that are about time and what is shown; all others are the world's.
 *
 *     step [N] | next state | run [until COND] [max TIME] | run TIME | skip TIME | back [N] | goto N | speed N
 *     why [N] | status | wire list | save FILE.lab | help
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lab/session_private.h"
#include "lab/stuck.h"
#include "lab/words.h"
#include "lucid/whatif.h"

struct line {
    struct session *session;
    const struct lab_words *words;
    const char *text; /* the whole line */
    struct text *say;
    char *error;
};

static int read_count(const struct line *line, unsigned at, uint64_t otherwise, uint64_t *count) {
    *count = otherwise;
    if (line->words->count <= at) {
        return 0;
    }
    if (line->words->count > at + 1 || words_number(words_at(line->words, at), UINT32_MAX, count) < 0) {
        return words_fail(line->error, "`%s` takes one number, for example `%s 3`", words_at(line->words, 0),
                          words_at(line->words, 0));
    }
    return 0;
}

/* ---- time ---- */

static void nothing_more(const struct line *line) {
    struct text why = text_growing();
    bool stuck = stuck_explain(line->session->model, &why);
    text_put(line->say, stuck ? "Stuck: nothing will ever happen again by itself. "
                              : "Nothing will ever happen again by itself: ");
    text_put(line->say, why.data ? why.data : "");
    text_put(line->say, ".\n");
    text_free(&why);
}

static int do_step(struct line *line) {
    uint64_t count;
    if (read_count(line, 1, 1, &count) < 0) {
        return -1;
    }
    for (; count > 0; count--) {
        if (!session_step(line->session, LUCID_NEVER)) {
            nothing_more(line);
            return 0;
        }
    }
    return 0;
}

static bool has_state(const struct session *session, uint32_t from) {
    for (uint32_t i = from; i <= session->model->at; i++) {
        if (tlog_at(session->log, i)->kind == TLOG_STATE) {
            return true;
        }
    }
    return false;
}

/* True, and said, when so much time has passed that more of the same will follow. */
static bool a_day_has_passed(const struct line *line, lucid_time since) {
    if (session_time(line->session) <= since + SESSION_DAY) {
        return false;
    }
    text_put(line->say, "A day has passed, and something always happens next; `run max 48h` goes on so long.\n");
    return true;
}

static int do_next(struct line *line) {
    if (!words_is(line->words, 1, "state") || line->words->count != 2) {
        return words_fail(line->error, "`next` is `next state`: on to the next change of a state");
    }
    lucid_time since = session_time(line->session);
    uint32_t from;
    do {
        from = line->session->model->at + 1;
        if (!session_step(line->session, LUCID_NEVER)) {
            nothing_more(line);
            return 0;
        }
    } while (!has_state(line->session, from) && !a_day_has_passed(line, since));
    return 0;
}

/* A time from now; LUCID_NEVER stays. */
static lucid_time later(const struct session *session, lucid_time time) {
    lucid_time now = session_time(session);
    return time > LUCID_NEVER - now ? LUCID_NEVER : now + time;
}

static int run(struct line *line, const char *condition, lucid_time most) {
    lucid_time limit = later(line->session, most), since = session_time(line->session);
    int holds = session_run_until(line->session, condition, limit, line->error);
    if (holds == 0 && limit == LUCID_NEVER && !a_day_has_passed(line, since)) {
        nothing_more(line);
    }
    if (holds == 0 && condition) {
        text_format(line->say, "%.200s has not come true.\n", condition);
    }
    return holds < 0 ? -1 : 0;
}

static int do_skip(struct line *line) {
    lucid_time time;
    if (line->words->count != 2 || words_time(words_at(line->words, 1), &time) < 0) {
        return words_fail(line->error, "`skip` takes a time, for example `skip 2h`");
    }
    return run(line, NULL, time);
}

/* "run until CONDITION [max TIME]": the condition ends where word `end` begins. */
static int run_until(struct line *line, unsigned end, lucid_time most) {
    const struct lab_words *words = line->words;
    char condition[LAB_LINE_MAX];
    if (end <= 2) {
        return words_fail(line->error, "until what? For example `run until A.state=ESTABLISHED max 60s`");
    }
    const char *from = line->text + words->word[2].column - 1;
    const char *to = end < words->count ? line->text + words->word[end].column - 1 : from + strlen(from);
    memcpy(condition, from, (size_t)(to - from));
    condition[to - from] = '\0';
    return run(line, condition, most);
}

/* "run", "run 3s", "run max 3s", "run until CONDITION [max TIME]". */
static int do_run(struct line *line) {
    const struct lab_words *words = line->words;
    unsigned count = words->count;
    lucid_time most = LUCID_NEVER;
    bool until = words_is(words, 1, "until"), max = count > 2 && words_is(words, count - 2, "max");
    bool timed = max || (!until && count == 2);
    if (timed && words_time(words_at(words, count - 1), &most) < 0) {
        return words_fail(line->error, "`%.40s` is no time; for example `run until A.state=ESTABLISHED max 60s`",
                          words_at(words, count - 1));
    }
    if (until) {
        return run_until(line, max ? count - 2 : count, most);
    }
    if (count > (max ? 3u : 2u)) {
        return words_fail(line->error, "`run` is `run`, `run 3s` or `run until A.state=ESTABLISHED max 60s`");
    }
    return run(line, NULL, most);
}

/* ---- what is shown ---- */

static int say_place(struct line *line) {
    const struct session *session = line->session;
    uint64_t microseconds = session->model->now / LUCID_MICROSECOND;
    text_format(line->say, "Event %" PRIu32 " of %" PRIu32 ", %" PRIu64 ".%06" PRIu64 " s.\n", session->model->at,
                tlog_count(session->log), microseconds / 1000000, microseconds % 1000000);
    return 0;
}

static int do_back(struct line *line) {
    uint64_t count;
    if (read_count(line, 1, 1, &count) < 0) {
        return -1;
    }
    session_back(line->session, (unsigned)count);
    return say_place(line);
}

static int do_goto(struct line *line) {
    uint64_t n;
    if (read_count(line, 1, UINT32_MAX, &n) < 0) {
        return -1;
    }
    if (line->words->count < 2) {
        return words_fail(line->error, "`goto` takes the number of an event, for example `goto 12`");
    }
    return session_goto(line->session, (uint32_t)n, line->error) < 0 ? -1 : say_place(line);
}

static int do_why(struct line *line) {
    uint64_t n;
    if (read_count(line, 1, line->session->model->at, &n) < 0) {
        return -1;
    }
    return session_why(line->session, (uint32_t)n, line->say, line->error);
}

static int do_status(struct line *line) {
    session_status(line->session, line->say);
    return 0;
}

/* How fast it goes is the screen's business; in a pipe there is no speed. */
static int do_speed(struct line *line) {
    uint64_t speed;
    return read_count(line, 1, 1, &speed);
}

static int do_save(struct line *line) {
    if (line->words->count != 2) {
        return words_fail(line->error, "`save` takes the name of a file, for example `save mine.lab`");
    }
    return session_save(line->session, words_at(line->words, 1), line->error);
}

static int do_help(struct line *line) {
    return session_help(words_at(line->words, 1), line->say, line->error);
}

/* ---- by the first words ---- */

static const struct {
    const char *name;
    int (*run)(struct line *line);
    bool moves; /* the clock, or what is shown of it */
} COMMANDS[] = {
    {"step", do_step, true},  {"next", do_next, true},      {"run", do_run, true},     {"skip", do_skip, true},
    {"back", do_back, true},  {"goto", do_goto, true},      {"speed", do_speed, true}, {"why", do_why, false},
    {"save", do_save, false}, {"status", do_status, false}, {"help", do_help, false},
};
#define COMMANDS_COUNT (sizeof COMMANDS / sizeof *COMMANDS)

static int keep(struct session *session, const char *text, uint32_t before, lucid_time at) {
    if (session->commands == session->commands_room) {
        unsigned room = session->commands_room ? 2 * session->commands_room : 16;
        struct session_command *grown = realloc(session->command, room * sizeof *grown);
        if (!grown) {
            return -1;
        }
        session->command = grown;
        session->commands_room = room;
    }
    session->command[session->commands++] = (struct session_command){before, at, strdup(text)};
    return 0;
}

unsigned session_takes_away(const char *command) {
    struct lab_words words;
    char error[LAB_ERROR];
    bool is = words_split(&words, command, error) == 0 && words.count == 2 && words_is(&words, 0, "without");
    return is ? lucid_whatif_find(words_at(&words, 1)) : 0;
}

static int for_world(struct line *line) {
    struct session *session = line->session;
    struct session_future future;
    if (session_branch(session, &future, session_takes_away(line->text), line->error) < 0) {
        return -1;
    }
    uint32_t before = world_next_event(session->world);
    lucid_time at = world_now(session->world);
    if (world_command(session->world, line->text, line->error) < 0) {
        session_stay(session, &future);
        return -1;
    }
    session_leave(session, &future);
    session->broken |= keep(session, line->text, before, at) < 0;
    session_mark(session);
    return 0;
}

static int run_line(struct line *line) {
    const struct lab_words *words = line->words;
    struct session *session = line->session;
    if (words_is(words, 0, "wire") && words_is(words, 1, "list")) {
        world_wires(session->world, line->say);
        return 0;
    }
    for (unsigned i = 0; i < COMMANDS_COUNT; i++) {
        if (!words_is(words, 0, COMMANDS[i].name)) {
            continue;
        }
        if (COMMANDS[i].moves && session->options.outside) {
            return words_fail(line->error,
                              "the kernel's clock can neither be stopped nor moved, so there is no `%s` here; hold a "
                              "packet instead: `wire hold next A->B`",
                              COMMANDS[i].name);
        }
        return COMMANDS[i].run(line);
    }
    return for_world(line);
}

int session_command(struct session *session, const char *text, struct text *say, char error[LAB_ERROR]) {
    struct lab_words words;
    struct line line = {session, &words, text, say, error};
    if (session->broken || !world_sound(session->world)) {
        return words_fail(error, "there was not enough memory for all that happened, and the log is not complete");
    }
    if (words_split(&words, text, error) < 0) {
        return -1;
    }
    return words.count == 0 || words.word[0].text[0] == '#' ? 0 : run_line(&line);
}
