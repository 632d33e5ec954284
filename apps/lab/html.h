/* html.h: a run as one HTML file: the log inside, the page inside, nothing to be loaded; works from file:. */
#ifndef LAB_HTML_H
#define LAB_HTML_H

#include "common/text.h"
#include "lab/tlog.h"

/* Appends the file. Returns 0, or -1: no memory. */
int html_replay(const struct tlog *log, struct text *out);

#endif
