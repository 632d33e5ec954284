/* nearest.h: the known word that a mistyped one was probably meant to be. */
#ifndef LAB_NEAREST_H
#define LAB_NEAREST_H

#include <stddef.h>

/* The word of the list (ended by NULL) with the fewest changes of one character from the one given, or NULL when
 * more than a third of its characters, and more than one, would have to change. */
const char *nearest_word(const char *const *words, const char *word, size_t length);

#endif
