/* catalogue.h: the scenarios there are: those that lie in the program, and those of a directory (--labs DIR), which
 * come first.
 */
#ifndef LAB_CATALOGUE_H
#define LAB_CATALOGUE_H

#include "lab/scenario.h"

struct catalogue {
    const char *directory; /* NULL: none */
    unsigned count;
    char **id; /* "L01", ... in order */
};

/* NULL and the sentence: no memory, or the directory cannot be read. */
struct catalogue *catalogue_open(const char *directory, char error[LAB_ERROR]);
void catalogue_close(struct catalogue *catalogue);

/* Reads one: by its id, or by the path of a file (with a slash, or ending in .lab). NULL and the sentence, which names
 * the nearest id. */
struct scenario *catalogue_read(const struct catalogue *catalogue, const char *name, char error[LAB_ERROR]);

/* As catalogue_read(), the same scenario as it is for the live world: live/L01.lab. */
struct scenario *catalogue_read_live(const struct catalogue *catalogue, const char *name, char error[LAB_ERROR]);

#endif
