/* work.h: how much the stack does for one input (I33), counted by the compiler.
 *
 * A stack that was compiled with -fsanitize-coverage=trace-pc calls __sanitizer_cov_trace_pc() in each basic block;
 * here the calls are counted. So no loop needs a counter of its own, and none can be forgotten. In other builds
 * nothing calls, and work_blocks stays 0.
 */
#ifndef HARNESS_WORK_H
#define HARNESS_WORK_H

#include <stdint.h>

extern uint64_t work_blocks;

/* A step is one turn of a loop whose count the outside can influence; a turn of ours has at most 16 blocks. What is
 * done once for each packet, whatever is in it, is far below the rest. */
#define WORK_STEPS_MAX 4096u
#define WORK_BLOCKS_MAX (WORK_STEPS_MAX * 16u)

void __sanitizer_cov_trace_pc(void);

#endif
