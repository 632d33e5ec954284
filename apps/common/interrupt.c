/* interrupt.c: see interrupt.h. */
#include "common/interrupt.h"

#include <signal.h>

static struct lucid_host *volatile to_stop;

static void on_signal(int number) {
    (void)number;
    if (to_stop) {
        lucid_host_stop(to_stop);
    }
}

void interrupt_stops(struct lucid_host *host) {
    struct sigaction action = {.sa_handler = on_signal};
    to_stop = host;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}
