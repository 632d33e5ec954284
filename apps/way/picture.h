/* picture.h: the rows of an act as arrows between columns: alone, as one SVG, or, for page.c, strip by strip. */
#ifndef WAY_PICTURE_H
#define WAY_PICTURE_H

#include "report.h"

/* An act as one SVG that needs nothing else. Without times: two runs look the same. */
void way_picture(const struct way_report *report, unsigned act, struct text *text);

/* A word for style sheets: "open". */
const char *way_topic_class(enum way_topic topic);

/* The middle of a hop's column, in per cent. */
double way_column(const struct way_plan *plan, enum way_hop hop);

/* "GET" of "GET /hello": there is not much room. Returns room. */
const char *way_short_label(const struct way_row *row, char room[48]);

#endif
