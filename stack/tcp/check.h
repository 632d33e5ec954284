/* check.h: a second opinion on a TCB: invariants, and the state derived from sequence variables alone.
 *
 * Nothing here shares code with what it checks. It runs after every event in tests, simulation and fuzzing. The
 * numbers I1.. are labels; each check says what would be wrong in one sentence.
 */
#ifndef TCP_CHECK_H
#define TCP_CHECK_H

#include "tcp/tcp.h"

/* The first invariant of one TCB that does not hold, as a sentence; NULL: all do. */
const char *tcb_check(const struct tcp *tcp, const struct tcb *tcb);

/* Those of them that cost the same for every connection. They stay on in release builds: tcb_settle() asks, and aborts
 * a connection whose variables contradict each other before it does harm. The connection must not be retired. */
const char *tcb_check_now(const struct tcp *tcp, const struct tcb *tcb);

/* Of these, what is said of timers. */
const char *tcb_check_timers(const struct tcp *tcp, const struct tcb *tcb);

/* The same over the whole module: tables, lists, counts, TIME-WAIT queue. */
const char *tcp_check(const struct tcp *tcp);

#endif
