/* live_faults.h: a bad way for one connection, asked for in the query of a request that it brings:
 *
 *     /bytes/1000000?loss=5&delay=80&mss=200
 *
 * loss, dup, reorder, corrupt in per cent, delay and jitter in milliseconds each way, rate in kbit/s, mss in octets; or
 * with units, as lucid_faults_parse() takes them: delay=1.5s. From that request on the connection's packets go over a
 * link of its own; another request may change it, and ?loss=0 ends it. It ends with the connection.
 *
 * Somebody who may do this can make the server keep packets for a while, so it must be allowed: live.allow_faults.
 * Otherwise these words mean nothing (docs/decisions/0106).
 */
#ifndef LIVE_FAULTS_H
#define LIVE_FAULTS_H

#include "live/live.h"

/* A head is complete. Does what its query asks for; or sets a handler that says what is wrong with it. */
void live_faults_head(struct live *live, struct http_exchange *exchange);

#endif
