/* urgent.h: the urgent mechanism, RFC 9293 3.8.5 MUST-30: a place in the stream up to which the sender wants to be read
 * soon.
 *
 * It is a pointer and nothing else. SND.UP and RCV.UP name the first octet behind the urgent data (MUST-62), which may
 * be of any length (MUST-31) and may not have come yet. The octets themselves are ordinary ones: they stand in the
 * stream where they were written and are read there (RFC 6093 2.1). New applications should leave it alone (SHLD-13).
 *
 * Two marks follow from RCV.UP, and a RECEIVE stops at each of them (docs/decisions/0055): in front of the last urgent
 * octet, where BSD's sockatmark() says yes, and behind it, for what follows "cannot be delivered to the user in the
 * same buffer" (3.10.3).
 *
 *     sending    urgent_send() at SEND; urgent_mark() on every segment that leaves
 *     receiving  urgent_arrive() is the sixth step of 3.10.7.4; urgent_readable(), then urgent_read() at RECEIVE
 */
#ifndef TCP_URGENT_H
#define TCP_URGENT_H

#include "tcp/tcp.h"
#include "wire/tcp.h"

/* SEND with the URGENT flag: all that is queued now is urgent. */
void urgent_send(struct tcb *tcb);

/* True while octets before SND.UP are not acknowledged: "urgent mode" of the sender. */
bool urgent_sending(const struct tcb *tcb);

/* True while some of them have not been sent yet. */
bool urgent_waiting(const struct tcb *tcb);

/* Sets URG and the pointer in the header of a segment that leaves. */
void urgent_mark(struct tcb *tcb, struct tcp_header *header);

/* Sixth step: check the URG bit. */
void urgent_arrive(struct tcp *tcp, struct tcb *tcb, const struct segment *segment);

/* Urgent octets that the application has not read, come or still to come; 0: "normal mode" (MUST-33). */
uint32_t urgent_left(const struct tcb *tcb);

/* True when the next octet to be read is the last urgent one. */
bool urgent_at_mark(const struct tcb *tcb);

/* How many of the octets that wait one RECEIVE may return: not beyond the next mark. */
uint32_t urgent_readable(const struct tcb *tcb);

/* Octets have been read: with the last urgent one "urgent mode" ends. */
void urgent_read(struct tcp *tcp, struct tcb *tcb);

#endif
