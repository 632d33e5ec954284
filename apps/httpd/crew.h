/* crew.h: the workers of a program: one, in the main thread; or one for each queue of the device, each in a thread of
 * its own, and the first of them in the main thread.
 *
 * Signals come to the main thread, which orders what is to be done by all. An order is carried out by each worker in
 * its own thread, between two turns of its loop; nobody touches what is another's.
 *
 *     crew_new(&options, error)
 *     crew_open(crew, error)        the device is there, and all listen
 *     crew_run(crew)                until all have ended
 *     crew_close(crew)
 */
#ifndef HTTPD_CREW_H
#define HTTPD_CREW_H

#include "worker.h"

struct crew;

/* Makes the workers and prepares them. options: with settings for the first, which are the crew's from now on. NULL,
 * and a sentence. */
struct crew *crew_new(struct options *options, char error[LUCID_ERROR_TEXT]);

/* Returns 0, or -1 and a sentence. */
int crew_open(struct crew *crew, char error[LUCID_ERROR_TEXT]);

/* The one in the main thread. */
struct worker *crew_first(struct crew *crew);

/* Starts the threads, and returns when all workers have ended. Returns 0; or -1, and it has been said why. */
int crew_run(struct crew *crew);

/* Ends what is left. Returns 0; or -1, and it has been said why. crew may be NULL. */
int crew_close(struct crew *crew);

/* ---- orders, by the main thread ---- */

/* worker_stop() for all. */
void crew_stop(struct crew *crew);

/* Makes the settings anew, and gives them to all; or to none, and a sentence, -1. */
int crew_change(struct crew *crew, char error[LUCID_ERROR_TEXT]);

#endif
