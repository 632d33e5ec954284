/* look.c: whether the loop looks into the device before it waits.
 *
 * Where the peer shares our CPU, the packet that we write wakes it up, and mostly it runs at once, in the midst of our
 * write: when that returns, the answer is in the device. The wait would end at once, a system call for nothing. Where
 * the peer runs elsewhere its answer takes longer, and the look is one for nothing. Which it is, only trying tells: so
 * each miss doubles the number of waits until the next try, and each hit halves it. See docs/decisions/0141.
 */
#include "host_private.h"

/* Waits between two tries, at most; one less than a power of two. */
#define PAUSE_MOST 255

/* Packets read between two waits: these have other descriptors, too, which want their turn. */
#define PACKETS_AT_A_STRETCH 64

bool host_looks_ahead(struct lucid_host *host) {
    struct look *look = &host->look;
    if (host->stats.reads - look->reads_at_wait >= PACKETS_AT_A_STRETCH) {
        return false;
    }
    if (look->left == 0) {
        return true;
    }
    look->left--;
    return false;
}

void host_looked(struct lucid_host *host, bool found) {
    struct look *look = &host->look;
    host->stats.looks += found;
    host->stats.looks_missed += !found;
    look->pause = found ? look->pause / 2 : 2 * look->pause + 1;
    look->pause = look->pause < PAUSE_MOST ? look->pause : PAUSE_MOST;
    look->left = look->pause;
    if (found && !host->more) {
        host->stretch.octets = 0; /* the peer had its turn, as in a wait */
    }
}
