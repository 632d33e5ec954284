/* services.h: what `lucid-bench serve` offers, and a web server of one answer, on lwIP's raw API.
 *
 * The raw API is the fastest that lwIP has: callbacks, in the thread of the stack, with nothing between. */
#ifndef BENCH_LWIP_SERVICES_H
#define BENCH_LWIP_SERVICES_H

#include <stdbool.h>

/* Listens on the ports of echo, discard, daytime, chargen and HTTP. False: there is no memory. */
bool services_listen(void);

#endif
