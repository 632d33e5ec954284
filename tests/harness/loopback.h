/* loopback.h: the kernel's loopback, for tests that have a time of their own.
 *
 * Is there something on its way? What a CPU sends to loopback it takes from there in the same order, so a datagram that
 * was sent after all else and has come back says that all else has come too. The process stays on one CPU for that.
 */
#ifndef HARNESS_LOOPBACK_H
#define HARNESS_LOOPBACK_H

#include <stdbool.h>

#include "lucid/host.h"

/* Puts the process into a network of its own, in which loopback has the addresses 10.77.0.0/24 too. False, and the
 * sentence. */
bool loopback_network(char error[LUCID_ERROR_TEXT]);

/* A datagram socket that talks to itself, to be closed; -1: loopback does not work here. */
int loopback_open(void);

/* Waits until all has come that was sent before. */
void loopback_pass(int barrier);

#endif
