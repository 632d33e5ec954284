/* session_private.h: what the files of a session have in common. See session.h. */
#ifndef LAB_SESSION_PRIVATE_H
#define LAB_SESSION_PRIVATE_H

#include "lab/session.h"

/* Octets of payload that a log of the simulated world keeps per segment. */
#define SESSION_PAYLOAD 64

/* A step or a command has ended: shows what it made. */
void session_mark(struct session *session);

/* What is shown becomes the end: the world is run again up to there. Returns 0, or -1 and the sentence. */
int session_branch(struct session *session, char error[LAB_ERROR]);

/* `save FILE`: the commands so far as a scenario. Returns 0, or -1 and the sentence. */
int session_save(const struct session *session, const char *path, char error[LAB_ERROR]);

/* `status`, and `why [N]`, into say. */
void session_status(const struct session *session, struct text *say);
int session_why(const struct session *session, uint32_t n, struct text *say, char error[LAB_ERROR]);

#endif
