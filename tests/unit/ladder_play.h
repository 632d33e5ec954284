/* ladder_play.h: a client and a server in memory whose events are kept, to be drawn as ladders: for test_ladder.c and
 * test_ladders.c.
 */
#ifndef LADDER_PLAY_H
#define LADDER_PLAY_H

#include "common/ladder_private.h"
#include "common/ladders.h"
#include "lucid/host.h"

#define MS LUCID_MILLISECOND

extern struct lucid_pair_options play_options;
extern struct lucid_pair *play_pair;
extern int play_listener, play_fd[2]; /* fd[0] is the client's, fd[1] the server's */

/* What happened, in order. */
struct happened {
    unsigned end;
    struct lucid_event event;
};
extern struct happened *happened;
extern unsigned happenings;

void play_setup(void);
void play_teardown(void);

struct lucid_stack *play_stack(int which);
void play_open_pair(void);
void play_listen_at_server(void);
void play_connect_from(int which, const char *text, uint16_t local_port, uint16_t port);

/* All of this: a connection to port 80, at 100 ms. */
void play_begin(void);

/* Lets time pass, and keeps what happened; the server accepts. */
void play_until(lucid_time limit);
void play_collect(void);

void play_send_from(int which, size_t length);
void play_read_all(int which);
void play_close_at(int which);

/* Draws what happened as end `from` saw it, or, with from 2, as both did. */
void play_draw_ladder(unsigned from, const struct ladder_style *look, struct text *text);

/* A ladders_print: adds to a struct text. */
void play_keep(void *user, const struct text *text);

/* The ladder as end `from` alone saw it; to be freed. */
struct ladder *play_infer(unsigned from);

/* No line is too wide. */
void play_check_width(const char *text);

/* Compares with tests/golden/ladder-NAME.txt, or writes that file when GOLDEN=write. */
void play_compare(const char *name, const struct text *text);

#endif
