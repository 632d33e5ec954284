/* world.h: the simulated world: nodes, each with a stack and an application, joined by wires, in virtual time.
 *
 * A world is told what to do by lines of text, the commands of play and of scenario files that begin with a node, with
 * `wire`, `iss`, `icmp`, `set`, `without`, `with` and `note`; world_command() lists them. All that it does it says in
 * lines of the event log, handed to write(); nobody asks the stacks anything. Same build, same commands at the same
 * events, same seed: the same lines.
 *
 * Time, pausing and going back are session.h.
 */
#ifndef LAB_WORLD_H
#define LAB_WORLD_H

#include "common/text.h"
#include "lab/tlog.h"

struct world;
struct world_outside;

struct world_options {
    uint64_t seed;
    const char *lab;     /* "L12"; NULL: play */
    const char *variant; /* "b"; NULL: none */
    const char *student; /* hash of the student; NULL */
    const char *labfile; /* SHA-256 of the scenario file; NULL */
    unsigned payload;    /* octets of payload kept per segment; 64 */
    unsigned declared;   /* OR of enum lucid_whatif: rules that a command may take away; the header names them, too */
    /* The set-up, before anything happens: "node A 10.77.0.1", "node B 10.77.0.2 listen 80 app sink", "wire rate
     * 1mbit", "iss A 100", "without persist". It is part of the header or of events at time 0. */
    const char *const *setup;
    unsigned setup_count;
    void (*write)(void *user, const char *line, size_t length); /* one line, with its line feed */
    /* Every packet that a node sends or gets, whole, for captures; id as in the log. NULL: nobody wants them. */
    void (*packet)(void *user, unsigned node, bool leaves, uint64_t id, lucid_time at, const uint8_t *octets,
                   size_t length);
    void *user;
    const struct world_outside *outside; /* outside.h; NULL: all nodes have stacks of ours, and time is virtual */
};

/* Makes a world, writes the header. NULL, and the sentence (with the number of the set-up line in *line, from 0). */
struct world *world_open(const struct world_options *options, unsigned *line, char error[LAB_ERROR]);
void world_close(struct world *world);

/* Carries out a command now and writes its `cmd` event. Returns 0, or -1 and the sentence, which names the nearest
 * command known and an example; nothing has changed then. */
int world_command(struct world *world, const char *command, char error[LAB_ERROR]);

/* Lines that a runner has to say: a locked prediction, before anything happens, and the outcome of a check. */
void world_predict(struct world *world, const char *id, const char *answer, const char *hash);
void world_check(struct world *world, const char *id, const char *kind, const char *want, const char *got,
                 unsigned points, unsigned of);

/* How the wires are set, the rules that wait and the packets that are held, for people. */
void world_wires(const struct world *world, struct text *text);

/* Lets the next thing that has a cause happen (a delivery, a timer, an application's step), not beyond limit. Returns
 * 1; or 0: nothing happens up to limit, the time is limit now (unchanged when limit is LUCID_NEVER: nothing will ever
 * happen again). */
int world_step(struct world *world, lucid_time limit);

lucid_time world_now(const struct world *world);

/* False: there was no memory for something that happened; the log is not to be trusted. */
bool world_sound(const struct world *world);

/* The number the next event will have. */
uint32_t world_next_event(const struct world *world);

#endif
