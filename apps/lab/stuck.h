/* stuck.h: a world in which nothing can ever happen, though somebody still waits: who waits for whom. */
#ifndef LAB_STUCK_H
#define LAB_STUCK_H

#include "common/text.h"
#include "lab/model.h"

/* Whether it is so at the event where the model stands. out, either way, is the reason: what is still to happen, or
 * "A waits for a window from B; B waits for data from A; no timer is running". */
bool stuck_explain(const struct model *model, struct text *out);

#endif
