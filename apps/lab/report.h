/* report.h: what somebody has done in the lab as one page of HTML, to be read, printed and handed in.
 *
 * Everything is inside: no style, script or picture is loaded from anywhere. Texts of students and of the network are
 * escaped; pictures are data: addresses, so that no two of them can get into each other's way.
 */
#ifndef LAB_REPORT_H
#define LAB_REPORT_H

#include "lab/grade.h"
#include "lab/handin.h"

struct report {
    const char *student; /* "": not named */
    const struct handin *handin;
    const struct catalogue *catalogue;
    const struct grade *grade; /* the machine; NULL: none */
};

void report_put(const struct report *report, struct text *html);

/* Appends an img element with an SVG in it. */
void report_put_picture(struct text *html, const struct text *svg, const char *words);

#endif
