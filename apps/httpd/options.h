/* options.h: the command line of lucid-httpd. What belongs to the device is in common/device_options.h; what the file
 * of --config may say too, and what can change while the server runs, in settings.h. The command line wins over the
 * file. */
#ifndef HTTPD_OPTIONS_H
#define HTTPD_OPTIONS_H

#include "common/device_options.h"
#include "settings.h"

/* A setting of the command line. */
struct options_given {
    const struct setting *setting;
    const char *word; /* NULL: it has none */
};

enum { OPTIONS_GIVEN = 64 };

struct options {
    struct device_options device;
    struct settings *settings; /* the latest; NULL: none could be made */
    const char *config;        /* file; NULL: none */
    struct options_given given[OPTIONS_GIVEN];
    unsigned given_count;
    bool kernel; /* --transport: the kernel's sockets; else a stack of ours */
    uint16_t port;
    uint16_t uwsgi_port;                          /* for uwsgi packets; 0: none */
    struct lucid_sockaddr local[LUCID_ADDRS_MAX]; /* where it listens; the unspecified address: all of ours */
    unsigned local_count;
    unsigned queues;         /* of the device, each with a stack, a server and a thread */
    bool help;               /* nothing but that */
    bool trace;              /* events as text, to standard output */
    const char *needs_stack; /* an option that only a stack of ours can do; NULL: none was given */
    const char *needs_one;   /* one that cannot be had with several queues; NULL: none was given */
    const char *trace_json;  /* file for events as JSON Lines; NULL: none */
    unsigned ladder;         /* so many connections are drawn */
    unsigned record;         /* so many connections are recorded; 0: none */
    bool allow_faults;       /* requests may ask for them */
};

/* Reads the command line, and the file of --config. Returns 0, or -1 and a sentence that names the wrong word; nothing
 * has been opened or changed then. Either way options->settings are to be dropped in the end. */
int options_read(struct options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]);

/* Makes the settings anew, as often as they are wanted, all alike: the defaults, the file as it is now, and the command
 * line. Each has one holder. False, and a sentence: none was made. */
bool options_settings(const struct options *options, struct settings **all, unsigned count,
                      char error[LUCID_ERROR_TEXT]);

/* What --help prints. */
extern const char options_help[];

#endif
