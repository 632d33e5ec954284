/* caller_private.h: between caller.c, which draws arguments and judges results, and caller_calls.c, which makes
 * the calls. */
#ifndef PROP_CALLER_PRIVATE_H
#define PROP_CALLER_PRIVATE_H

#include "prop/caller.h"

#define CALLER_OCTETS 70000 /* sent or received in one call, at most */

/* Notes the first thing that is wrong. */
void caller_broken(struct caller *caller, const char *format, ...) __attribute__((format(printf, 2, 3)));

uint32_t caller_below(struct caller *caller, uint32_t bound);
bool caller_one_in(struct caller *caller, uint32_t n);

/* Mostly an open handle. *handle: its shadow, NULL when it is none of ours. */
int caller_handle(struct caller *caller, struct handle **handle);

/* Any address at all; and one where the other node may listen. */
struct lucid_sockaddr caller_address(struct caller *caller);
struct lucid_sockaddr caller_peer(struct caller *caller);

uint32_t caller_length(struct caller *caller);

/* What is true of every result: a handle is known or it is not, and errors have names. */
void caller_judge(struct caller *caller, const char *call, const struct handle *handle, ptrdiff_t result);

/* A place for a new handle, NULL when there are enough. */
struct handle *caller_place(struct caller *caller);

/* A handle was given out; a handle was closed. */
struct handle *caller_opened(struct caller *caller, struct handle *place, int fd, bool stream);
void caller_closed(struct caller *caller, struct handle *handle);

/* The ports of a stream, which name it. False: it has none yet. */
bool caller_ports(struct caller *caller, int fd, uint16_t *ours, uint16_t *theirs);

/* Compares what was received with what the other end must have sent. */
void caller_compare(struct caller *caller, struct handle *handle, const uint8_t *data, size_t length);

#endif
