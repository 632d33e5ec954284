/* config.h: the file of --config: a setting on each line, by its name and its words.
 *
 *     # what is served, and how long clients may be silent
 *     root       "/srv/my files"
 *     idle-time  30
 *
 * Words are separated by blanks or tabs; one in double quotes may have blanks in it, and \" and \\ there. A # at the
 * beginning of a word begins a comment. The file is read strictly: whatever is not understood is wrong, and the
 * sentence says where: FILE:LINE:COLUMN.
 */
#ifndef HTTPD_CONFIG_H
#define HTTPD_CONFIG_H

#include "common/text.h"
#include "settings.h"

enum { CONFIG_MAX = 1 << 20 }; /* octets of a file */

/* Reads the file. text: a growing one, empty; the caller's to free. False, and a sentence: it could not be read. */
bool config_load(struct text *text, const char *name, char error[LUCID_ERROR_TEXT]);

/* Takes a text into settings, which have none yet; it becomes theirs. name is for the sentence. False, and a sentence:
 * it is not understood. */
bool config_take(struct settings *settings, const char *name, char *text, size_t length, char error[LUCID_ERROR_TEXT]);

#endif
