/* session_private.h: what the files of a session have in common. See session.h. */
#ifndef LAB_SESSION_PRIVATE_H
#define LAB_SESSION_PRIVATE_H

#include "lab/session.h"

/* Octets of payload that a log of the simulated world keeps per segment. */
#define SESSION_PAYLOAD 64

/* A step or a command has ended: shows what it made. */
void session_mark(struct session *session);

/* A future that a command may take the place of. log NULL: there is none, what is shown is the end. */
struct session_future {
    struct world *world;
    struct tlog *log;
    struct model *model;
    uint32_t *mark;
    unsigned marks, marks_room;
    unsigned first, commands; /* of the session's commands these belong to it */
    unsigned declared;
};

/* What is shown becomes the end: the world is run again up to there. Then the command is tried: if it is taken,
 * session_leave() keeps the old future as a branch; if not, session_stay() goes back to it, and nothing has changed.
 * rule: the first line names it, too. Returns 0, or -1 and the sentence. */
int session_branch(struct session *session, struct session_future *future, unsigned rule, char error[LAB_ERROR]);
void session_leave(struct session *session, struct session_future *future);
void session_stay(struct session *session, struct session_future *future);

/* The rule (enum lucid_whatif) that a command takes away; 0: none. */
unsigned session_takes_away(const char *command);

/* `help [TOPIC]`. Returns 0, or -1 and the sentence. */
int session_help(const char *topic, struct text *say, char error[LAB_ERROR]);

/* `save FILE`: the commands so far as a scenario. Returns 0, or -1 and the sentence. */
int session_save(const struct session *session, const char *path, char error[LAB_ERROR]);

/* `status`, and `why [N]`, into say. */
void session_status(const struct session *session, struct text *say);
int session_why(const struct session *session, uint32_t n, struct text *say, char error[LAB_ERROR]);

#endif
