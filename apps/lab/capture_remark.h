/* capture_remark.h: what a log says of one packet: which rules it made fire where it arrived, or what became of it. */
#ifndef LAB_CAPTURE_REMARK_H
#define LAB_CAPTURE_REMARK_H

#include "common/text.h"
#include "lab/tlog.h"

/* Appends it. cursor: number of the node's event for the packet before; packets are asked for in their order. */
void capture_remark(struct text *text, const struct tlog *log, unsigned node, bool leaves, uint64_t id,
                    uint32_t *cursor);

#endif
