/* calls_private.h: what the two files of calls.h share. */
#ifndef LAB_CALLS_PRIVATE_H
#define LAB_CALLS_PRIVATE_H

#include "lab/calls.h"

/* Each returns 0, or -1 and errno when there is not even a socket. */
int calls_connect(struct calls *calls, uint16_t from, uint16_t port);
int calls_listen(struct calls *calls, uint16_t port, int backlog);

/* ---- calls_curl.c: `A curl [from PORT] B:80[/PATH]`: this machine's own client ---- */

/* Returns 0, or -1 and errno. */
int calls_curl(struct calls *calls, uint16_t from, uint16_t port, const char *path);

/* Takes what those that run have said. */
void calls_curl_turn(struct calls *calls);
void calls_curl_end(struct calls *calls);

/* ---- calls.c ---- */

/* Sends as much as goes, and then does what was to be done behind it; the socket may be gone then. */
void calls_push(struct calls *calls, struct calls_socket *socket);

/* Returns true when there may be more; the socket may be gone then. */
bool calls_read(struct calls *calls, struct calls_socket *socket, size_t most);
void calls_abort(struct calls *calls, struct calls_socket *socket);

/* A call, or what it returned. */
void calls_say(struct calls *calls, const struct calls_socket *socket, enum lucid_call call, int64_t value, bool ret);

#endif
