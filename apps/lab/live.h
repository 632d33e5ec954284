/* live.h: the live world: our stack as node B, the kernel as node A, in real time. See world_live.c.
 *
 *     sockets that are to stay in the host's network are opened
 *     lucid_host_private_network(), lucid_host_private_processes()
 *     live = live_open(&options, error); live_watch() for whatever else there is to wait for
 *     world = world_open(live_options(live), ...), or a session with these options
 *     world_step() waits for what happens; until live_stopped()
 *     live_finish(live); world_close(world); live_close(live)
 *
 * Commands are those of every world; only the clock cannot be stopped.
 */
#ifndef LAB_LIVE_H
#define LAB_LIVE_H

#include "lab/world.h"
#include "lucid/host.h"

struct live;

/* "the kernel's clock runs on" and the MSL are said in notes of the log, and by these to whoever shows them always. */
#define LIVE_MSL (5 * LUCID_SECOND)

struct live_options {
    const char *device;  /* "lucid0" */
    lucid_time msl;      /* of our stack */
    bool rfc_timers;     /* as RFC 9293 and RFC 6298 have them: MSL 2 min, RTO at least 1 s */
    bool in_band_faults; /* connections to our page in band are like all others */
    uint64_t seed;
    const char *lab; /* "L12"; NULL: free */
    const char *variant;
    const char *labfile;
    const char *pcap;          /* file for what crosses the device; NULL: none */
    struct lucid_relay *relay; /* NULL: none; it is the caller's */
    struct lab_web *page;      /* of lab_web_in_band(): served by our stack at /lab/; NULL: none */
    const char *const *setup;  /* behind the two nodes; see world.h */
    unsigned setup_count;
};

/* Opens the device in the network of this moment. NULL, and the sentence. */
struct live *live_open(const struct live_options *options, char error[LAB_ERROR]);

/* After its world. */
void live_close(struct live *live);

/* What the world is to be opened with; but for write and user, which are the caller's. */
const struct world_options *live_world_options(const struct live *live);

/* The last notes of the log: what was left out of it. */
void live_finish(struct live *live);

/* Calls call(user, fd) when fd is readable. Returns 0, or -1: there are too many. */
int live_watch(struct live *live, int fd, void (*call)(void *user, int fd), void *user);

/* Ends a world_step() that waits, for the caller has something else to do. */
void live_wake(struct live *live);

/* Ends it, and all after it. */
void live_stop(struct live *live);
bool live_stopped(const struct live *live);

/* The interface has gone away. */
bool live_gone(const struct live *live);

/* Packets of the kernel's that are no TCP of anybody's: counted, not drawn. */
uint64_t live_noise(const struct live *live);

#endif
