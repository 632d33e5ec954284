/* options.h: the command line of lucid-httpd. What belongs to the device is in common/device_options.h. */
#ifndef HTTPD_OPTIONS_H
#define HTTPD_OPTIONS_H

#include "common/device_options.h"
#include "http/http_server.h"

struct options {
    struct device_options device;
    struct http_server_options http;
    bool kernel; /* --transport: the kernel's sockets; else a stack of ours */
    uint16_t port;
    struct lucid_sockaddr local[LUCID_ADDRS_MAX]; /* where it listens; the unspecified address: all of ours */
    unsigned local_count;
    bool help;              /* nothing but that */
    const char *access_log; /* file, "-" for standard output; NULL: none */
    bool access_json;
    bool trace;              /* events as text, to standard output */
    const char *needs_stack; /* an option that only a stack of ours can do; NULL: none was given */
    const char *trace_json;  /* file for events as JSON Lines; NULL: none */
    unsigned ladder;         /* so many connections are drawn */
};

/* Reads the command line. Returns 0, or -1 and a sentence that names the wrong word; nothing has been opened or changed
 * then. */
int options_read(struct options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]);

/* What --help prints. */
extern const char options_help[];

#endif
