/* http_guard.c: see http_guard.h. A signal handler has nobody to tell it where the list is, so that is a global: one
 * for each thread, for the handler runs in the thread that touched the page. */
#include "http/http_guard.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

LIST_HEAD(guarded_list, http_guarded);
static _Thread_local struct guarded_list all = LIST_HEAD_INITIALIZER(all);
static size_t page;

void http_guard_add(struct http_guarded *guarded) {
    guarded->hit = false;
    LIST_INSERT_HEAD(&all, guarded, next);
}

void http_guard_remove(struct http_guarded *guarded) {
    LIST_REMOVE(guarded, next);
}

/* Zeros from that page on: what is behind the end of a file is gone as a whole. One system call, which may be made in a
 * handler. */
static bool repair(struct http_guarded *guarded, const uint8_t *address) {
    size_t from = (size_t)(address - guarded->map) / page * page;
    void *map = mmap(guarded->map + from, guarded->length - from, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                     -1, 0);
    guarded->hit = true;
    return map != MAP_FAILED;
}

/* The signal comes from an access to memory, never in the midst of a change of the list. What is not ours happens
 * again, without a handler. */
static void on_bus_error(int number, siginfo_t *info, void *context) {
    const uint8_t *address = info->si_addr;
    struct http_guarded *guarded;
    int error = errno;
    (void)context;
    LIST_FOREACH(guarded, &all, next) {
        if (address >= guarded->map && address < guarded->map + guarded->length && repair(guarded, address)) {
            errno = error;
            return;
        }
    }
    signal(number, SIG_DFL);
}

int http_guard_install(void) {
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    page = (size_t)sysconf(_SC_PAGESIZE);
    return sigaction(SIGBUS, &action, NULL) < 0 ? -errno : 0;
}
