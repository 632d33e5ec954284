/* options.h: the command line of lucid-fetch. */
#ifndef FETCH_OPTIONS_H
#define FETCH_OPTIONS_H

#include "common/device_options.h"
#include "http/http_url.h"

enum { FETCH_FIELDS_MAX = 64 };

struct fetch_options {
    struct device_options device;
    struct http_url url;
    bool kernel;             /* over its sockets: there is no device */
    const char *needs_stack; /* the latest option given that the kernel's sockets have no use for; NULL: none */
    bool verbose;
    bool trace;
    bool head;   /* HEAD */
    bool follow; /* redirections */
    bool help;   /* nothing but that */
    bool dns_given;
    struct lucid_addr dns; /* name server; not given: the kernel's end of the device */
    unsigned redirections_max;
    lucid_time timeout;                   /* without any progress */
    const char *output;                   /* file; NULL: standard output */
    const char *fields[FETCH_FIELDS_MAX]; /* "Name: value", all well-formed */
    unsigned field_count;
    const void *data; /* to be posted; NULL: nothing */
    size_t data_length;
    void *loaded; /* data, when it came from a file */
};

/* Reads the command line. False, and a sentence that names the wrong word: then no device has been touched. Either way
 * fetch_options_free() is due. */
bool fetch_options_read(struct fetch_options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]);
void fetch_options_free(struct fetch_options *options);

/* Is this the name of a field line? Upper and lower case are the same. */
bool fetch_field_is(const char *field, const char *name);

/* What --help prints. */
extern const char fetch_help[];

#endif
