/* web_serve.h: the control page as a program that runs until Ctrl-C: what --web of play, run and replay is. */
#ifndef LAB_WEB_SERVE_H
#define LAB_WEB_SERVE_H

#include "lab/session.h"
#include "lab/web.h"

/* Prints the address and serves. Returns enum lab_exit. */
int lab_web_serve(const struct web_world *world, uint16_t port);

/* A recorded run; a session, which takes all commands of play. */
struct web_world web_of_log(const struct tlog *log);
struct web_world web_of_session(struct session *session);

#endif
