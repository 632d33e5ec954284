/* session.h: a world that one person plays with: step, run, skip, back, goto, branch; the log and the model of it.
 *
 * Going back is running again from the seed: the session keeps every command with the number of the event it came
 * before. What is shown then is the recorded future, step by step, until a command begins another one: a branch. The
 * old future stays in NAME.bN.tlog if the session has a file. Terminal, page, scenario runner and grader all drive a
 * world through this.
 */
#ifndef LAB_SESSION_H
#define LAB_SESSION_H

#include "common/text.h"
#include "lab/model.h"
#include "lab/world.h"

struct session_command {
    uint32_t before; /* the number of its cmd event */
    lucid_time at;
    char *text;
};

struct session {
    struct world_options options; /* write and user are the session's own */
    struct world *world;
    struct tlog *log;
    struct model *model; /* at the event that is shown: the end, or earlier after back and goto */
    unsigned branches;
    unsigned worlds; /* that were opened so far: when it is another number, log and model are others */
    unsigned commands, commands_room;
    struct session_command *command;
    unsigned marks, marks_room;
    uint32_t *mark; /* how many events there were after each step and command */
    char *file;     /* where the log is kept; NULL: nowhere */
    bool broken;    /* there was no memory for an event */
};

/* Opens a world. setup is copied. NULL and the sentence. */
struct session *session_open(const struct world_options *options, unsigned *line, char error[LAB_ERROR]);

/* Ends it; writes the log to its file, if it has one. */
void session_close(struct session *session);

/* Keeps the log in this file, when the session ends and for branches. Returns 0, or -1 and the sentence. */
int session_keep(struct session *session, const char *path, char error[LAB_ERROR]);

/* One line of play: a command of the world, or step, next state, run [until COND] [max TIME], back, goto, skip, note,
 * why, save, status. What there is to read is appended to say. Returns 0, or -1 and the sentence. */
int session_command(struct session *session, const char *line, struct text *say, char error[LAB_ERROR]);

/* Next event with a cause. Returns 1, or 0 when nothing happens up to limit. */
int session_step(struct session *session, lucid_time limit);

/* Runs until the condition (of query.h; NULL: none) holds, at most to limit; without a limit, at most a day, for in
 * some worlds something always happens next (two ends that keep each other alive). Returns 1 when it holds, 0 when
 * not, -1: sentence. */
#define SESSION_DAY (86400 * LUCID_SECOND)
int session_run_until(struct session *session, const char *condition, lucid_time limit, char error[LAB_ERROR]);

/* Shows what was n steps ago; event n (0: the beginning). */
void session_back(struct session *session, unsigned steps);
int session_goto(struct session *session, uint32_t n, char error[LAB_ERROR]);

/* The time of what is shown. */
lucid_time session_time(const struct session *session);

/* Whether what is shown is the end of the log. */
bool session_at_end(const struct session *session);

/* Runs a log again, from its seed and its commands. Returns 1 when every event comes out the same; 0 when not, and the
 * sentence names the first that differs; -1 when it cannot be run, and the sentence. */
int session_replays(const struct tlog *log, char error[LAB_ERROR]);

/* The same, and packet gets every packet of the run, as world_options.packet does; NULL: nobody does. */
typedef void session_packet(void *user, unsigned node, bool leaves, uint64_t id, lucid_time at, const uint8_t *octets,
                            size_t length);
int session_replay(const struct tlog *log, session_packet *packet, void *user, char error[LAB_ERROR]);

#endif
