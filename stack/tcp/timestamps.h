/* timestamps.h: the timestamps option, RFC 7323 3 to 5: on every segment once both SYNs had it.
 *
 * It serves three purposes. PAWS: a segment whose TSval is older than what was seen in order is a duplicate from
 * before the sequence numbers wrapped. RTTM: the peer echoes our TSval, so an ACK says which copy of a segment it is
 * for, even when there were several. TIME-WAIT: a SYN with a newer TSval is a new connection (RFC 6191).
 *
 * Our clock ticks each millisecond (5.4) and begins, for each pair of ends, at an offset that only a secret gives away
 * (7.1): it tells nobody how long the host has been up, and still never runs back from one connection of the same ends
 * to the next.
 */
#ifndef TCP_TIMESTAMPS_H
#define TCP_TIMESTAMPS_H

#include "tcp/tcp.h"

/* RFC 7323 5.4: a tick is between 1 ms and 1 s. */
#define TIMESTAMPS_TICK LUCID_MILLISECOND

/* What TSval begins from between these ends. */
uint32_t timestamps_offset(const struct tcp *tcp, const struct endpoints *ends);

/* TSval at this moment. */
uint32_t timestamps_value(const struct tcp *tcp, uint32_t offset);

/* Fills in the option for a segment that carries an ACK, or does not. */
void timestamps_write(const struct tcp *tcp, const struct tcb *tcb, bool ack, struct tcp_options *options);

/* True when a was sent before b: TSval in circular order. */
bool timestamps_older(uint32_t a, uint32_t b);

/* 5.3, R1: the segment lacks the option that was agreed on (3.2), or it is older than TS.Recent. Returns
 * LUCID_DROP_NONE, or why it is not to be taken. RST is exempt from both. */
enum lucid_drop timestamps_judge(const struct tcp *tcp, const struct tcb *tcb, const struct segment *segment);

/* 5.3, R3, with 4.3: remembers TSval of a segment that begins at or before Last.ACK.sent. */
void timestamps_note(const struct tcp *tcp, struct tcb *tcb, const struct segment *segment);

/* The age of the segment of ours that this ACK echoes; 0 when the option does not tell. */
lucid_time timestamps_round_trip(const struct tcp *tcp, const struct tcb *tcb, const struct segment *segment);

/* The latest moment at which the segment of ours that this ACK echoes can have left; 0 when the option does not
 * tell. */
lucid_time timestamps_echoed_left(const struct tcp *tcp, const struct tcb *tcb, const struct segment *segment);

#endif
