/* guard.c: programs that this process starts end with it, even when it is killed and can do nothing any more.
 *
 * A process namespace does it: when the first process of one dies, the kernel kills all others in it. So the first
 * process is a guard of ours, which does nothing but wait for the end of a pipe whose other end only this process
 * holds. When this process dies, by whatever hand, the kernel closes that end; the guard wakes and goes; so goes
 * everything behind it, also what has put itself into the background. A network namespace is gone when the last process
 * and the last socket in it are.
 *
 * This process itself stays where it was: a new process namespace is for children only.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lucid/host.h"
#include "say.h"

/* Orphans become children of the guard; it has no use for them. */
static _Noreturn void guard(int end) {
    char octet;
    signal(SIGCHLD, SIG_IGN);
    signal(SIGINT, SIG_IGN); /* Ctrl-C is for those that it guards */
    signal(SIGQUIT, SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
    prctl(PR_SET_NAME, "lucid-guard");
    while (read(end, &octet, 1) < 0 && errno == EINTR) {
    }
    _exit(0);
}

/* A descriptor of ours may be somebody's pipe, which would not end while the guard has it, too. Not many are open so
 * early. */
static void let_go_of_all_but(int kept) {
    dup2(kept, 0);
    for (int fd = 1; fd < 1024; fd++) {
        close(fd);
    }
}

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
/* The search for leaks at exit runs in a process of its own, which the namespace sets apart: it would wait for ever. */
static int guarded;
LUCID_API int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) {
    return guarded;
}
#endif

int lucid_host_private_processes(char error[LUCID_ERROR_TEXT]) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return say(error, errno, "cannot make a pipe: %s", strerror(errno));
    }
    pid_t child = unshare(CLONE_NEWPID) < 0 ? -1 : fork();
    if (child == 0) {
        let_go_of_all_but(ends[0]);
        guard(0);
    }
    int failed = errno;
    close(ends[0]);
#ifdef SANITIZED
    guarded = 1;
#endif
    if (child > 0) {
        return 0; /* the other end stays open as long as this process lives */
    }
    close(ends[1]);
    return say(error, failed,
               "this system allows no process namespace (%s): what is started here may outlive this program",
               strerror(failed));
}
