/* course.h: one course of the comparison: numbered messages from one stack to another over a link that loses some,
 * over UDP or over TCP.
 *
 * The two stacks are in memory and time is virtual, so a course with the same options is the same course. Of each
 * message it is known when the application sent it, when the last of its octets reached the other stack, and when
 * the application there got it. Over UDP the last two are one. Over TCP what came early waits until what is missing has
 * been sent again: the difference is head-of-line blocking (RFC 9293 3.10.7.4, the seventh step: text in order).
 */
#ifndef COMPARE_COURSE_H
#define COMPARE_COURSE_H

#include "lucid/host.h"

struct course_options {
    struct lucid_faults faults;
    bool tcp;
    bool closed; /* nobody listens at the port */
    unsigned messages;
    unsigned size;       /* octets of a message, 4 at least */
    lucid_time interval; /* nanoseconds from one message to the next */
};

struct course_message {
    lucid_time sent, left, came, got; /* LUCID_NEVER: not; left: in a packet, the first of its octets */
    unsigned packets;                 /* that left with it, or a part of it */
    unsigned times;                   /* that the application got it */
    unsigned place;                   /* the how-manieth it was, from 1, when it came first */
};

struct course {
    struct course_options options;
    struct course_message *message; /* options.messages of them */
    unsigned packets, packets_back; /* that left the sender and the receiver */
    uint64_t octets;                /* of these, with their headers */
    unsigned reads;                 /* calls that gave the application octets */
    unsigned out_of_order;          /* messages that came behind a later one */
    lucid_time end;                 /* when the last thing happened */
    int error;                      /* positive; what the sender was told, at error_at, before its message */
    lucid_time error_at;
    unsigned error_before; /* from 1 */
};

/* Runs one. Returns 0, or a negative error: there is no memory. */
int course_run(struct course *course, const struct course_options *options);
void course_free(struct course *course);

#endif
