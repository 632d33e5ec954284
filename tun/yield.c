/* yield.c: lets others run in between, when much has been written without a wait.
 *
 * Where the peer runs on our CPU, nothing of what we write is read before we stop. The scheduler would stop us after
 * milliseconds; by then we have written tens of megabytes to those many connections that all have room, and each octet
 * has left the cache before it is read. So after two megabytes whoever else wants the CPU gets it.
 *
 * A thread that yields gives up what is left of its slice: three milliseconds of the CPU for a tenth of one that it has
 * used, where somebody else is busy all the time. So it asks for short slices first. They change when it runs, not how
 * much. See docs/decisions/0142.
 */
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/syscall.h>
#include <threads.h>
#include <unistd.h>

#include "host_private.h"

#define OCTETS_AT_A_STRETCH ((size_t)2 << 20)
#define SLICE (100 * LUCID_MICROSECOND)

/* Kernels before 6.12 have no slices of a thread's own, and take nothing away from one that yields. With a real-time
 * policy yielding means something else, and an idle thread gives way by itself: then it returns false. */
static bool ask_for_short_slices(void) {
    struct sched_attr attr = {0};
    if (syscall(SYS_sched_getattr, 0, &attr, sizeof attr, 0) < 0 ||
        (attr.sched_policy != SCHED_NORMAL && attr.sched_policy != SCHED_BATCH)) {
        return false;
    }
    attr.sched_runtime = SLICE;
    return syscall(SYS_sched_setattr, 0, &attr, 0) == 0;
}

void host_wrote(struct lucid_host *host, size_t octets) {
    struct stretch *stretch = &host->stretch;
    stretch->octets += octets;
    if (stretch->octets < OCTETS_AT_A_STRETCH) {
        return;
    }
    stretch->octets = 0;
    if (!stretch->asked) {
        stretch->asked = true;
        stretch->yields = ask_for_short_slices();
    }
    if (stretch->yields) {
        host->stats.yields++;
        thrd_yield();
    }
}
