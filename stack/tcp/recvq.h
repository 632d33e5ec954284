/* recvq.h: what has been received: octets in order, waiting for the application, and runs of octets that came early.
 *
 * "Segments with higher beginning sequence numbers SHOULD be held for later processing" (RFC 9293 3.10.7.4 SHLD-31). A
 * run is a contiguous piece above a gap; runs are kept in order and never touch each other. Where segments overlap,
 * the octets that came first stay: only the new parts of a segment are taken.
 *
 * A large packet is not copied: the queue becomes a user of the chunk that the host read it into. A packet that fills
 * less than half of its chunk is copied out, so that memory promised to the peer is at most doubled by what it is
 * stored in.
 */
#ifndef TCP_RECVQ_H
#define TCP_RECVQ_H

#include "tcp/tcp.h"

/* Runs of one connection, at most: bounds the work for one segment. */
#define RECVQ_RUNS_MAX 64u

/* Takes the octets of a segment that has been cut to the window. Advances RCV.NXT over whatever is in order now.
 * Returns LUCID_DROP_NONE, or why some of them were not taken: LUCID_DROP_NO_MEMORY, LUCID_DROP_TCP_OUT_OF_ORDER. */
enum lucid_drop recvq_take(struct tcp *tcp, struct tcb *tcb, const struct segment *segment);

/* The sequence number behind the last octet that has come, in order or early. */
struct seq32 recvq_highest(const struct tcb *tcb);

/* Forgets all runs. */
void recvq_drop_runs(struct tcp *tcp, struct tcb *tcb);

/* Octets that may be promised to the peer beyond RCV.NXT: SO_RCVBUF less what waits for the application. */
uint32_t recvq_free(const struct tcb *tcb);

#endif
