/* options.h: the command line of lucid-way. */
#ifndef WAY_OPTIONS_H
#define WAY_OPTIONS_H

#include "plan.h"

#include "lucid/host.h"

struct way_options {
    const struct way_plan *plan;
    const char *html, *svg, *pcap; /* files; NULL: none */
    const char *show;              /* a configuration to print; NULL: none */
    bool all, steps, stay, help;
};

extern const char way_options_help[];

/* Reads it. Returns 0, or -1 and a sentence; nothing has been made then. */
int way_options_read(struct way_options *options, int argc, char **argv, char error[LUCID_ERROR_TEXT]);

#endif
