/* segment_trace.h: segments in the trace, LUCID_EVENT_SEGMENT_IN and LUCID_EVENT_SEGMENT_OUT. */
#ifndef TCP_SEGMENT_TRACE_H
#define TCP_SEGMENT_TRACE_H

#include "tcp/tcp.h"

/* A segment that arrived, before anything is decided about it. shift: of its window, 0 when that is not known. */
void segment_trace_in(struct env *env, uint32_t name, const struct segment *segment, uint8_t shift);

/* An answer without options and data (reply.c). window: in octets. */
void segment_trace_answer(struct env *env, uint32_t name, uint64_t id, const struct endpoints *ends,
                          const struct tcp_header *header, uint32_t window, const uint8_t *options);

/* A segment of a connection. payload: what follows the header in the packet. */
void segment_trace_out(struct env *env, const struct tcb *tcb, const struct lucid_packet *packet,
                       const struct tcp_header *header, uint32_t window, bool retransmission);

#endif
