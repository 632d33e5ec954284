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

#include "settings.h"

enum { CONFIG_MAX = 1 << 20 }; /* octets of a file */

/* Reads the file into settings, which have none yet. False, and a sentence. */
bool config_read(struct settings *settings, const char *name, char error[LUCID_ERROR_TEXT]);

/* Reads a text, which becomes the settings'; name is for the sentence. */
bool config_take(struct settings *settings, const char *name, char *text, size_t length, char error[LUCID_ERROR_TEXT]);

#endif
