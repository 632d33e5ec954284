/* model_private.h: the two halves of the fold: connections in model.c, packets on the wire in model_flight.c. */
#ifndef LAB_MODEL_PRIVATE_H
#define LAB_MODEL_PRIVATE_H

#include "lab/model.h"

/* A packet leaves; is where it was going, or lost (one that is not there, or 0: nothing); meets somebody who meddles
 * with the wire. Return 0, or -1: no memory. */
int model_flight_begin(struct model *model, const struct tlog_event *event);
void model_flight_end(struct model *model, uint64_t id);
int model_flight_wire(struct model *model, const struct tlog_event *event);

#endif
