/* stage.h: the programs and the acts: starts Nginx and uWSGI, lets a client do what each act says, keeps what was seen.
 *
 *     way_stage_open(&stage, plan, options..., error)
 *     for each act:  way_stage_play(&stage, i, error)
 *     way_stage_close(&stage)
 *
 * Everything is in a network, a mount and a process namespace of this process: when it ends, however it ends, the
 * kernel removes device, programs and names. Only the temporary folder is removed by hand.
 */
#ifndef WAY_STAGE_H
#define WAY_STAGE_H

#include "child.h"
#include "files.h"
#include "ours.h"

struct way_stage {
    const struct way_plan *plan;
    struct way_files files;
    struct ours ours;
    struct lucid_diag *diag;
    struct way_child nginx, uwsgi, client;
    struct way_record record;
    struct way_take take[WAY_ACTS];
    unsigned takes;
    bool progress; /* tell a terminal what is being waited for */
    char nginx_path[256], uwsgi_path[256], client_path[256];
};

/* Are the programs of the plan there? Returns 0, or -1 and a sentence; nothing has been made then. */
int way_stage_check(struct way_stage *stage, const struct way_plan *plan, char error[LUCID_ERROR_TEXT]);

/* Returns 0, or -1 and a sentence. Close it in any case. */
int way_stage_open(struct way_stage *stage, char error[LUCID_ERROR_TEXT]);

/* Plays the next act. Returns 0, or -1 and a sentence, "" when it was interrupted. */
int way_stage_play(struct way_stage *stage, char error[LUCID_ERROR_TEXT]);

/* All programs go on until they are interrupted, unless one of them ends. */
void way_stage_stay(struct way_stage *stage);

/* Ends the programs and removes what was made. What was recorded stays, until way_stage_forget(). */
void way_stage_close(struct way_stage *stage);
void way_stage_forget(struct way_stage *stage);

#endif
