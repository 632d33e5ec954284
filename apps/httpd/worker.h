/* worker.h: a server with all that it needs: its loop, its settings, its access log, what it records. The program has
 * one, or one for each queue of the device; they share nothing but the command line, so that each runs in a thread of
 * its own (crew.h).
 *
 *     worker_prepare(worker, error)      what can fail without a device
 *     worker_open(worker, host, error)   the device, and it listens
 *     worker_run(worker, error)          until it has stopped, or loop->over
 *     worker_close(worker, error)        in the thread that ran it
 */
#ifndef HTTPD_WORKER_H
#define HTTPD_WORKER_H

#include "access.h"
#include "live/live.h"
#include "loop.h"

struct worker {
    const struct options *options;
    unsigned queue, queues; /* which of how many */
    struct settings *settings;
    struct access access;
    struct live live;
    struct http_handler handlers[LIVE_HANDLERS];
    struct http_onlooker onlooker;
    struct loop *loop;
    lucid_time stop_at; /* when the time to stop is over; 0: it was not told to */
};

/* options, queue, queues and settings are set; the settings are the worker's from now on. Returns 0, or -1 and a
 * sentence. */
int worker_prepare(struct worker *worker, char error[LUCID_ERROR_TEXT]);

/* host: of its queue; NULL: the loop opens its own. Returns 0, or -1 and a sentence. */
int worker_open(struct worker *worker, struct lucid_host *host, char error[LUCID_ERROR_TEXT]);

/* Other settings, in two steps: what can fail, and changes nothing; and the change, in the worker's thread. The
 * settings belong to the change. Returns NULL and a sentence when it failed; then they are still the caller's. change
 * may be NULL for worker_change_drop(). */
struct worker_change;
struct worker_change *worker_change_new(struct worker *worker, struct settings *settings, char error[LUCID_ERROR_TEXT]);
void worker_change_make(struct worker *worker, struct worker_change *change);
void worker_change_drop(struct worker_change *change);

/* The first time: what is under way is finished. The second time: it is not. */
void worker_stop(struct worker *worker);

/* Runs until the server has stopped, or is not to wait for that. Returns 0, or -1 and a sentence. */
int worker_run(struct worker *worker, char error[LUCID_ERROR_TEXT]);

/* Returns 0, or -1 and a sentence: something could not be written to its end. */
int worker_close(struct worker *worker, char error[LUCID_ERROR_TEXT]);

#endif
