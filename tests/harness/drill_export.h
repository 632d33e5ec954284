/* drill_export.h: writes a script as packetdrill itself can read it: `at` is unfolded, lines that look inside become
 * comments, the time of `quiet` and of such lines is added to the next one, of a oneof our own alternative stays.
 *
 * Sockets wait in packetdrill, those of a drill never do: fcntl() lines are put in where a call needs the other kind.
 * A script that says what packetdrill has no words for (raw octets, wrong checksums, other addresses, abort()) cannot
 * be exported.
 */
#ifndef HARNESS_DRILL_EXPORT_H
#define HARNESS_DRILL_EXPORT_H

#include <stdio.h>

#include "harness/drill_script.h"

/* Writes the script. False: it cannot be said; error gets the line and the reason, and what was written is useless. */
bool drill_export(const struct drill_script *script, FILE *out, struct drill_error *error);

#endif
