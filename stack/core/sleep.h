/* sleep.h: see sleep.c. */
#ifndef CORE_SLEEP_H
#define CORE_SLEEP_H

#include "core/stack.h"

/* Puts idle connections to sleep; and when it is time to look again. */
void sleep_tick(struct lucid_stack *stack);
lucid_time sleep_deadline(const struct lucid_stack *stack);

/* Tells the handles of those that a segment has woken. */
void sleep_woken(struct lucid_stack *stack);

/* Wakes the connection of a handle that leads to a sleeper. False: there is no memory. */
bool sleep_wake(struct lucid_stack *stack, struct sock *sock);

#endif
