/* trace_text.h: one event of the trace as a line of text, for people.
 *
 *         0.003127  c2   LISTEN -> SYN-RECEIVED  RCV_SYN  9293:3.10.7.2  #3
 *
 * Time in seconds, connection, what happened; > and < are segments that leave and arrive, # is the number of a packet.
 */
#ifndef COMMON_TRACE_TEXT_H
#define COMMON_TRACE_TEXT_H

#include "common/text.h"
#include "lucid/socket.h"
#include "lucid/trace.h"

/* Appends the line, with its line feed. zero: the time that is shown as 0. */
void trace_text_event(struct text *text, const struct lucid_event *event, lucid_time zero);

/* The line that says how many events are missing here. */
void trace_text_lost(struct text *text, uint64_t count);

/* "10.77.0.2:80", "[fd77::2]:80"; "*:80" for any address. */
void trace_text_end(struct text *text, const struct lucid_sockaddr *end);

#endif
