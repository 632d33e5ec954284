/* i18n.h: what the lab says, in the reader's language. English is complete; where Chinese has nothing, English stands.
 *
 * The texts are apps/lab/i18n/en.tsv and zh.tsv, a key, a tab and a text on each line; {0} to {9} in a text are places
 * for arguments, so that a language may have them in its own order. Names of states, flags, commands and labels of
 * RFCs are no texts: they are the same in every language.
 */
#ifndef LAB_I18N_H
#define LAB_I18N_H

#include <stdbool.h>

#include "common/text.h"

enum i18n_language { I18N_EN, I18N_ZH, I18N_LANGUAGES };

/* Chooses by name, "en" or "zh". Returns 0, or -1: there is no such language, all is as before. */
int i18n_choose(const char *name);
enum i18n_language i18n_chosen(void);

/* The text in the chosen language, else in English, else the key itself. Never NULL; lives for ever. */
const char *i18n(const char *key);

/* The text in exactly this language, or NULL. */
const char *i18n_exact(enum i18n_language language, const char *key);

/* Appends the text with its places filled. The arguments are strings; NULL ends them. */
void i18n_put(struct text *out, const char *key, ...) __attribute__((sentinel));

/* Keys of English in the order of the file; NULL after the last. */
const char *i18n_key(unsigned i);

#endif
