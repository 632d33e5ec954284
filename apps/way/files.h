/* files.h: the temporary folder, with the configurations that Nginx, uWSGI and the resolver get, and the application.
 * Nothing outside of it is written: the system's own Nginx and uWSGI, if it has any, know nothing of this.
 */
#ifndef WAY_FILES_H
#define WAY_FILES_H

#include "lucid/host.h"

struct way_files {
    char folder[128]; /* "" : none was made */
};

/* Makes it and fills it. Returns 0, or -1 and a sentence. */
int way_files_make(struct way_files *files, char error[LUCID_ERROR_TEXT]);

/* Removes it with all that is in it. */
void way_files_remove(struct way_files *files);

/* Reads what stands in one of its files from this octet on. Returns text to be freed; "" when there is none. */
char *way_files_read(const struct way_files *files, const char *name, size_t from);

/* Its octets now. */
size_t way_files_size(const struct way_files *files, const char *name);

void way_files_forget(const struct way_files *files, const char *name);

/* From now on this process, and those that it starts, resolve names by the folder's resolv.conf alone: in a mount
 * namespace of their own, so that the files of the system stay as they are. Returns 0, or -1 and a sentence. */
int way_files_resolve(const struct way_files *files, char error[LUCID_ERROR_TEXT]);

/* The configuration as it is written, for --show: "nginx.conf", "uwsgi.ini", "app.py", "resolv.conf". NULL: no such
 * file. */
const char *way_files_text(const char *name);

#endif
