/* outside.h: node 0 of a world when its TCP is not ours, and its time not virtual: the kernel, in the live world.
 *
 * Such a world is the simulated one in all but this: what arrives at that node, and what is asked of it, is handed
 * out; what it sends comes in by sim_send(); and world_step() waits until something happens.
 */
#ifndef LAB_OUTSIDE_H
#define LAB_OUTSIDE_H

#include "lab/look.h"
#include "lab/tlog.h"

struct world;
struct parcel;
struct lab_words;
struct http_handler;

struct world_outside {
    /* The world is there, its header written, nothing has happened yet. */
    void (*begin)(void *user, struct world *world);
    /* A packet has arrived at that node. */
    void (*arrive)(void *user, const struct parcel *parcel);
    /* A command that begins with its name. dry: only says whether it can be carried out. */
    int (*command)(void *user, const struct lab_words *words, bool dry, char error[LAB_ERROR]);
    /* This packet meets no rule of the wire, for it belongs to a page that is about the wire. */
    bool (*exempt)(void *user, const struct look *look);
    /* And so this event is left out of the log. */
    bool (*unseen)(void *user, unsigned node, const struct lucid_event *event);
    /* Lets all happen that is due. */
    void (*catch_up)(void *user);
    /* As world_step(), with waiting. */
    int (*step)(void *user, lucid_time limit);
    /* What the HTTP server of the other node also answers; NULL: nothing. */
    const struct http_handler *handlers;
    unsigned handler_count;
    void *handlers_user;
    void *user;
};

#endif
