/* story.h: the latest events of some stacks, to be told when a test fails.
 *
 *     1.020345  A c1  < SA     seq 1000 ack 1 win 65535 len 0  #3
 *     1.020345  A c1  SYN-SENT -> ESTABLISHED  9293:3.10.7.3/4
 */
#ifndef SIM_STORY_H
#define SIM_STORY_H

#include <stdio.h>

#include "lucid/trace.h"

#define STORY_EVENTS 150

struct story {
    struct {
        int node;
        struct lucid_event event;
    } ring[STORY_EVENTS];
    uint64_t told;
};

void story_add(struct story *story, int node, const struct lucid_event *event);

/* Prints what it remembers, the oldest first. */
void story_print(const struct story *story, FILE *to);

#endif
