/* live_control.h: `live --control stack`: the control page is served by a stack of ours, too: a second one, on a device
 * of its own, which no fault reaches and whose packets are in no log.
 *
 * From the host a relay leads there, from a socket that was made before the private network.
 */
#ifndef LAB_LIVE_CONTROL_H
#define LAB_LIVE_CONTROL_H

#include "lab/live.h"
#include "lab/web.h"

struct live_control;

/* Listens on the host's port. NULL, and the sentence. */
struct live_control *live_control_open(uint16_t port, char error[LAB_ERROR]);

/* In the private network: makes lucid1, with 10.77.1.1 and 10.77.1.2, and serves the page. Returns 0, or -1 and the
 * sentence. */
int live_control_serve(struct live_control *control, const struct web_world *world, uint16_t port, struct lab_web **web,
                       char error[LAB_ERROR]);

/* What has come; and what live_watch() is to watch for it, two descriptors. */
void live_control_turn(struct live_control *control);
int live_control_fd(const struct live_control *control, unsigned which);
void live_control_close(struct live_control *control);

#endif
