/* scenes.h: the moments from which a walk sets out: each of the eleven states, in each of several situations: with data
 * in flight or not, with a window shut on either side, with data held out of order, with a FIN queued behind data, with
 * and without a handle. Each is reached by segments and calls only.
 */
#ifndef FSM_SCENES_H
#define FSM_SCENES_H

#include "fsm/stage.h"

struct scene {
    const char *name;
    unsigned state;
    void (*play)(struct stage *stage);
};

extern const struct scene scenes[];
extern const unsigned scene_count;

/* The window that the peer offers, unless a scene shuts it. */
#define SCENE_WINDOW 4000

/* A segment from the peer at RCV.NXT that acknowledges everything. */
void scene_peer(struct stage *stage, unsigned flags, uint32_t length);

#endif
