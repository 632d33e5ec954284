/* web_kernel.c: the kernel's loopback, in virtual time. See web.h.
 *
 * Time passes when nothing moves: when the server has no event, no client can send or receive, and nothing is on its
 * way (loopback.h).
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/loopback.h"
#include "harness/web.h"

static int open_files(void) {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder)) {
        count++;
    }
    if (folder) {
        closedir(folder);
    }
    return count;
}

/* ---- what moves ---- */

struct count {
    struct web *web;
    unsigned events;
};

static void on_event(void *user, void *data, unsigned events) {
    struct count *count = user;
    (void)events;
    count->events++;
    http_server_event(count->web->server, web_now(count->web), data);
}

static bool stir(struct web *web) {
    struct count count = {.web = web};
    int failed = kernel_transport_wait(&web->kernel.transport, 0, on_event, &count);
    if (failed && failed != -EINTR) {
        abort();
    }
    return web_listen_to_clients(web) || count.events > 0;
}

/* ---- the net ---- */

static const char *kernel_open(struct web *web) {
    struct web_kernel *kernel = &web->kernel;
    *kernel = (struct web_kernel){.now = LUCID_MILLISECOND, .files = open_files()};
    kernel->barrier = loopback_open();
    if (kernel->barrier < 0 || kernel_transport_init(&kernel->transport) < 0) {
        return "loopback does not work here";
    }
    web->near = web->far = &kernel->transport.base;
    web->local.port = 80;
    lucid_addr_parse("10.77.0.2", &web->local.addr);
    return NULL;
}

static lucid_time kernel_now(const struct web *web) {
    return web->kernel.now;
}

static bool kernel_step(struct web *web, lucid_time limit) {
    for (int i = 0; i < 3; i++) {
        if (stir(web)) {
            return true;
        }
        loopback_pass(web->kernel.barrier);
    }
    if (limit != LUCID_NEVER) {
        web->kernel.now = limit;
    }
    return false;
}

static const char *kernel_close(struct web *web) {
    kernel_transport_end(&web->kernel.transport);
    close(web->kernel.barrier);
    return open_files() == web->kernel.files ? NULL : "files are still open";
}

const struct web_net web_kernel_net = {kernel_open, kernel_now, kernel_step, kernel_close};
