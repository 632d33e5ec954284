/* isn.h: initial sequence numbers, RFC 9293 3.4.1 and RFC 6528: ISN = M + F(local, remote, secret).
 *
 * M ticks every 4 microseconds (MUST-8); F is SipHash with a key drawn at the start (MUST-9). One connection's number
 * says nothing about another's, and a connection that comes again soon begins above where it ended. */
#ifndef TCP_ISN_H
#define TCP_ISN_H

#include "tcp/tcp.h"

struct seq32 isn_choose(const struct tcp *tcp, const struct endpoints *ends);

/* For a connection that takes the place of one in TIME-WAIT: above everything that one sent (3.6.1 MAY-2). */
struct seq32 isn_after(const struct tcp *tcp, const struct endpoints *ends, struct seq32 last);

#endif
