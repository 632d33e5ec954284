/* access.c: see access.h. */
#include "access.h"

#include <errno.h>
#include <string.h>

int access_open(struct access *access, const char *name, bool json, char error[LUCID_ERROR_TEXT]) {
    FILE *file = NULL;
    if (name) {
        file = strcmp(name, "-") == 0 ? stdout : fopen(name, "ae");
    }
    if (name && !file) {
        snprintf(error, LUCID_ERROR_TEXT, "--access-log %.120s cannot be opened: %s", name, strerror(errno));
        return -1;
    }
    if (file && file != stdout) {
        setvbuf(file, NULL, _IONBF, 0); /* a line is one write(2), also between those of other queues */
    }
    access_close(access);
    *access = (struct access){.file = file, .json = json};
    return 0;
}

/* A line at a time, so that whoever follows the file sees it. A full disk must not stop the server. */
void access_log(void *user, const struct http_log_entry *entry) {
    struct access *access = user;
    struct text line = text_growing();
    if (!access->file) {
        return;
    }
    if (access->json) {
        http_log_json(&line, entry);
    } else {
        http_log_combined(&line, entry);
    }
    if (!line.cut) {
        fwrite(line.data, 1, line.length, access->file);
        fflush(access->file);
    }
    text_free(&line);
}

void access_close(struct access *access) {
    if (access->file && access->file != stdout) {
        fclose(access->file);
    }
    access->file = NULL;
}
