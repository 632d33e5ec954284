/* live_run.h: a run of the live world: the session, the log as it grows, the control page, the shell, what ends it. */
#ifndef LAB_LIVE_RUN_H
#define LAB_LIVE_RUN_H

#include <stdio.h>

#include "lab/child.h"
#include "lab/live.h"
#include "lab/live_control.h"
#include "lab/live_script.h"
#include "lab/session.h"
#include "lab/web.h"

struct live_run {
    struct live_options options;
    bool host_net, narrates, no_shell, no_web, control_stack;
    uint16_t relay_port, web_port;
    lucid_time lasts; /* LUCID_NEVER */
    const char *script_file;
    char *const *program; /* NULL: none */
    char folder[64], file[96], pcap[96];
    FILE *out;
    struct live *live;
    struct session *session;
    struct lab_web *web;
    struct live_control *control; /* with control_stack */
    struct live_script script;
    struct child child;
    bool has_child, child_over;
    size_t written; /* octets of the log in the file */
    uint32_t told;  /* events narrated */
    int signals;
};

/* Opens all in the right order: sockets of the host, the private network, the device, the world. Returns 0, or the exit
 * status after a sentence. */
int live_run_open(struct live_run *run);

/* Runs until it ends. Returns the exit status: the program's, if there is one. */
int live_run(struct live_run *run);
void live_run_close(struct live_run *run);

#endif
