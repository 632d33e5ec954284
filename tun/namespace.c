/* namespace.c: a network of one's own, for demonstrations and tests: what happens in it touches nothing outside. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lucid/host.h"
#include "netif.h"
#include "say.h"

static int write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    ssize_t n = write(fd, text, strlen(text));
    int result = n < 0 ? -errno : 0;
    close(fd);
    return result;
}

/* In the new user namespace this process is root, and nobody else exists. */
static int map_ids(unsigned uid, unsigned gid) {
    char map[64];
    snprintf(map, sizeof map, "0 %u 1", uid);
    int failed = write_file("/proc/self/uid_map", map);
    if (failed) {
        return failed;
    }
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "0 %u 1", gid);
    return write_file("/proc/self/gid_map", map);
}

static int say_forbidden(char error[LUCID_ERROR_TEXT], int code) {
    if (code == EPERM || code == EACCES) {
        return say(error, code,
                   "this system forbids network namespaces to users: run as root, or allow them (sysctl "
                   "kernel.unprivileged_userns_clone=1, or the AppArmor profile of this program)");
    }
    if (code == ENOSPC) {
        return say(error, code, "no more namespaces are allowed: raise sysctl user.max_net_namespaces");
    }
    return say(error, code, "cannot make a network namespace: %s", strerror(code));
}

int lucid_host_private_network(char error[LUCID_ERROR_TEXT]) {
    unsigned uid = geteuid();
    unsigned gid = getegid();
    bool alone = unshare(CLONE_NEWNET) == 0;
    if (!alone) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) {
            return say_forbidden(error, errno);
        }
        int failed = map_ids(uid, gid);
        if (failed) {
            return say_forbidden(error, -failed);
        }
    }
    int failed = netif_up("lo");
    return failed ? say(error, -failed, "cannot take the loopback interface up: %s", strerror(-failed)) : 0;
}
