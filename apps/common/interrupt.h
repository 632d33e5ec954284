/* interrupt.h: Ctrl-C and SIGTERM stop the loop of a host, so that the program ends in order.
 *
 * A signal that comes before ends the program at once, as usual: there is nothing to put in order yet.
 */
#ifndef COMMON_INTERRUPT_H
#define COMMON_INTERRUPT_H

#include "lucid/host.h"

/* From now on they stop this host; NULL: nothing. A pipe that nobody reads any more is an error of write() from now on,
 * not the end. */
void interrupt_stops(struct lucid_host *host);

#endif
