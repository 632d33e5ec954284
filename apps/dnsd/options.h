/* options.h: the command line of lucid-dnsd. */
#ifndef DNSD_OPTIONS_H
#define DNSD_OPTIONS_H

#include "common/device_options.h"
#include "dns/dns_server.h"

struct dnsd_options {
    struct device_options device;
    struct dns_server_options server;
    const char *zone, *hosts; /* hosts NULL: the addresses of the demonstration */
    uint32_t ttl;
    bool explain, log, help;
};

extern const char dnsd_options_help[];

/* Reads it. Returns 0, or -1 and the sentence. */
int dnsd_options_read(struct dnsd_options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]);

#endif
