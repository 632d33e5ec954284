/* access.h: the access log: a file that gets a line for each answer. Its formats are in http/http_log.h. */
#ifndef HTTPD_ACCESS_H
#define HTTPD_ACCESS_H

#include <stdbool.h>
#include <stdio.h>

#include "http/http_log.h"
#include "lucid/host.h"

struct access {
    FILE *file; /* NULL: there is none */
    bool json;
};

/* Opens this file, or standard output for "-"; NULL: none. One that was open is closed. Returns 0; or -1 and a
 * sentence, and what was open stays so. */
int access_open(struct access *access, const char *name, bool json, char error[LUCID_ERROR_TEXT]);

/* For http_server_options.log, with the struct access as its user. */
void access_log(void *access, const struct http_log_entry *entry);

void access_close(struct access *access);

#endif
