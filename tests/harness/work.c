/* work.c: see work.h. */
#include "harness/work.h"

uint64_t work_blocks;

void __sanitizer_cov_trace_pc(void) {
    work_blocks++;
}
