/* svg.h: writes SVG 1.1, as much of it as the pictures of the lab need, good on a slide and on paper.
 *
 *     struct svg svg = svg_begin(&text, 960, 400, "title", "what it shows, for who cannot see it");
 *     svg_line(&svg, "first", 10, 10, 90, 10);
 *     svg_text(&svg, "label", 50, 8, SVG_MIDDLE, "SYN seq=0");
 *     svg_end(&svg);
 *
 * A class says what something is; the style sheet that svg_begin() writes has the colours (Okabe and Ito's) and the
 * dashes, so that a picture printed in black is still understood. Coordinates are pixels; texts are escaped.
 */
#ifndef LAB_SVG_H
#define LAB_SVG_H

#include "common/text.h"

struct svg {
    struct text *out;
    double width, height;
};

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

struct svg svg_begin(struct text *out, double width, double height, const char *title, const char *description);
void svg_end(struct svg *svg);

/* What follows, up to svg_close(), is moved by x and y and turned by so many degrees. */
void svg_open(struct svg *svg, double x, double y, double degrees);
void svg_close(struct svg *svg);

void svg_line(struct svg *svg, const char *class, double x1, double y1, double x2, double y2);
void svg_rect(struct svg *svg, const char *class, double x, double y, double width, double height, double radius);
void svg_circle(struct svg *svg, const char *class, double x, double y, double radius);
void svg_path(struct svg *svg, const char *class, const char *path);
void svg_text(struct svg *svg, const char *class, double x, double y, enum svg_anchor anchor, const char *utf8);

/* A line that goes through points, one by one; the last one ends it. */
void svg_points_begin(struct svg *svg, const char *class);
void svg_point(struct svg *svg, double x, double y);
void svg_points_end(struct svg *svg);

/* Columns of a text, times the mean width of a letter of this size: how wide it will be, about. */
double svg_text_width(const char *utf8, double size);

#endif
