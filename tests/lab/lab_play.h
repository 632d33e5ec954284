/* lab_play.h: a simulated world in a test: lines as somebody would type them, and the log they make. */
#ifndef TESTS_LAB_PLAY_H
#define TESTS_LAB_PLAY_H

#include "common/text.h"
#include "lab/model.h"
#include "lab/world.h"

struct lab_play {
    struct world *world;
    struct tlog *log;
    char error[LAB_ERROR]; /* of the latest line */
    char said[4096];       /* what the questions below answer */
};

/* Opens a world with these set-up lines, separated by line feeds; fails the test when it cannot. */
struct lab_play *lab_play_open(uint64_t seed, const char *setup);
void lab_play_close(struct lab_play *play);

/* Fails the test when the log breaks an invariant; lab_play_close() asks, too. */
void lab_play_check(const struct tlog *log);

/* Commands of the world, separated by line feeds; besides "run [TIME]" (at most so long; without: as long as anything
 * happens) and "step [N]". Fails the test when one is refused. */
void lab_play_do(struct lab_play *play, const char *lines);

/* Whether one command is refused; its sentence is in error. */
bool lab_play_refused(struct lab_play *play, const char *line);

/* "CLOSED SYN-SENT ESTABLISHED": the states of connection c of a node. */
const char *lab_play_states(struct lab_play *play, const char *node, uint32_t c);

/* How many events of a kind there are at a node ("W": the wire), and the k-th of them, from 1. */
unsigned lab_play_count(const struct lab_play *play, enum tlog_kind kind, const char *node);
const struct tlog_event *lab_play_event(const struct lab_play *play, enum tlog_kind kind, const char *node, unsigned k);

/* The k-th act of the wire of a kind, from 1; NULL: there are fewer. */
const struct tlog_event *lab_play_wire(const struct lab_play *play, enum tlog_wire_kind act, unsigned k);

/* The k-th segment with these flags that left or arrived at a node; NULL: there are fewer. */
const struct tlog_event *lab_play_segment(const struct lab_play *play, enum tlog_kind kind, const char *node,
                                          unsigned flags, unsigned k);

/* When a packet arrived; TLOG_NONE: it did not. */
uint64_t lab_play_arrival(const struct lab_play *play, uint64_t id);

/* How many `app` events say k at a node; and how many octets they count together. */
unsigned lab_play_app(const struct lab_play *play, const char *node, const char *k);
uint64_t lab_play_octets(const struct lab_play *play, const char *node, const char *k);

/* "S SA A": the flags of the segments of all nodes in the order in which they left. */
const char *lab_play_flags(struct lab_play *play);

/* Segments that a node sent with exactly these flags. */
unsigned lab_play_sent(const struct lab_play *play, const char *node, unsigned flags);

#endif
