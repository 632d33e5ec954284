/* services.h: what `lucid-bench serve` offers, and a web server of one answer, on lwIP's raw API.
 *
 * The raw API is the fastest that lwIP has: callbacks, in the thread of the stack, with nothing between. What a
 * callback returns tells lwIP whether the connection still exists: ERR_ABRT says that it was aborted within.
 */
#ifndef BENCH_LWIP_SERVICES_H
#define BENCH_LWIP_SERVICES_H

#include <lwip/tcp.h>
#include <stdbool.h>

/* Listens on the ports of echo, discard, daytime, chargen and HTTP. False: there is no memory. */
bool services_listen(void);

/* ---- of a connection, for all of them ---- */

/* Gives it what the service keeps of it, from malloc(), and a callback that frees that when the connection breaks. */
void connection_begin(struct tcp_pcb *pcb, void *own, tcp_err_fn lost);

/* Ends it in order; where lwIP has no memory for a FIN, at once. No callback comes any more. Returns what the callback
 * returns that calls this. */
err_t connection_end(struct tcp_pcb *pcb);

/* ---- bulk.c ---- */

err_t accept_discard(void *arg, struct tcp_pcb *pcb, err_t failed);
err_t accept_chargen(void *arg, struct tcp_pcb *pcb, err_t failed);

#endif
