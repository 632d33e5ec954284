/* drill_play.h: playing lines, for drill_run.c and drill_oneof.c; and a whole script in one variant, for drill.c. */
#ifndef HARNESS_DRILL_PLAY_H
#define HARNESS_DRILL_PLAY_H

#include "harness/drill_run.h"

/* Plays a script from beginning to end. run: script, variant and wish are set, story, report and pcap if wanted, all
 * else is zero. */
bool drill_play_once(struct drill_run *run);

/* One line; and with the checks that follow every line. */
bool drill_play_line(struct drill_run *run, const struct drill_line *line);
bool drill_play_and_check(struct drill_run *run, const struct drill_line *line);

/* These lines one after another. */
bool drill_play_block(struct drill_run *run, const struct drill_line *line);

/* oneof 0012 { } or { } */
bool drill_play_oneof(struct drill_run *run, const struct drill_line *line);

#endif
