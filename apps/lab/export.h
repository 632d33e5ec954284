/* export.h: a log in the forms of other programs: Mermaid, Graphviz, tables. Pictures are picture.h, captures pcapng.h,
 * the page html.h; cmd_export.c names the files.
 */
#ifndef LAB_EXPORT_H
#define LAB_EXPORT_H

#include "common/text.h"
#include "lab/model.h"

/* Mermaid's sequenceDiagram, with a note for each state. One diagram may have so many characters, which is what Mermaid
 * takes by default; a log that needs more becomes several, each complete. */
#define EXPORT_MERMAID_MAX 50000

/* Appends the diagram that begins with rung *next of the ladder between two nodes (0: the first), and moves *next to
 * where another one would begin. Returns 1; 0: there was nothing left; -1: no memory. */
int export_mermaid(struct text *out, const struct model *model, unsigned left, unsigned right, unsigned *next);

/* Graphviz: the machine of a node at the model's event, states pinned to the places of Figure 5 (neato -n2). */
void export_dot(struct text *out, const struct model *model, unsigned node);

/* Comma-separated: each change of a variable of a connection up to the model's event, one line, all values as they are
 * then; empty: not known yet. Returns how many lines. */
unsigned export_csv(struct text *out, const struct model *model, unsigned node, uint32_t c);

#endif
