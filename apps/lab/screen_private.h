/* screen_private.h: the two files of screen.h: the edges and the frame (screen.c), the panes (screen_panes.c). */
#ifndef LAB_SCREEN_PRIVATE_H
#define LAB_SCREEN_PRIVATE_H

#include "lab/screen.h"

void screen_panes(struct view body, struct screen *screen);
void screen_help(struct view body);

#endif
