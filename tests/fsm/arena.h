/* arena.h: memory for one stack that can be put back as it was.
 *
 * A stack keeps nothing outside of what config.alloc gave it, and time is an argument. So a copy of these octets is a
 * copy of the stack, and putting them back, at the same addresses, is the stack again: the same state can meet a
 * thousand different segments without being built a thousand times.
 *
 * Blocks are never used twice between two arena_restore(); with the address sanitizer, what lies between them, behind
 * them and what was given back cannot be touched.
 */
#ifndef FSM_ARENA_H
#define FSM_ARENA_H

#include "lucid/lucid.h"

struct arena;

struct arena *arena_new(void);
void arena_delete(struct arena *arena);

/* Sets context, alloc, free and random; randomness repeats. */
void arena_lend(struct arena *arena, struct lucid_config *config);

void arena_save(struct arena *arena);
void arena_restore(struct arena *arena);

#endif
