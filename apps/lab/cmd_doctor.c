/* cmd_doctor.c: `lucid-lab doctor`: is there on this machine what the lab needs? One line for each need: that it is
 * there, or how to get it and what is lost without it.
 *
 * Nothing is guessed from version numbers or settings: what is needed is tried, in a process of its own where trying
 * would change this one, and the reason is the one that the attempt gave. Only the first need is one without which
 * nothing works; all the others cost a part of the lab.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/lab.h"
#include "lucid/host.h"

enum { COLUMNS = 100, ROWS = 30, RELAY_PORT = 8080, CONTROL_PORT = 8090, MEGABYTES = 100 };

/* Returns true when it is there; else *fix says why not and what to do. */
struct need {
    const char *name;
    bool (*there)(char fix[LUCID_ERROR_TEXT]);
    const char *without;
};

static bool no(char fix[LUCID_ERROR_TEXT], const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool no(char fix[LUCID_ERROR_TEXT], const char *format, ...) {
    va_list list;
    va_start(list, format);
    vsnprintf(fix, LUCID_ERROR_TEXT, format, list);
    va_end(list);
    return false;
}

/* ---- the live world, each step of it in a process of its own ---- */

static bool in_child(int (*attempt)(char error[LUCID_ERROR_TEXT]), char fix[LUCID_ERROR_TEXT]) {
    int ends[2];
    int status = 1;
    if (pipe(ends) < 0) {
        return no(fix, "cannot make a pipe: %s", strerror(errno));
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        bool failed = attempt(fix) < 0;
        ssize_t written = failed ? write(ends[1], fix, strlen(fix)) : 0;
        _exit(failed || written < 0);
    }
    close(ends[1]);
    ssize_t got = read(ends[0], fix, LUCID_ERROR_TEXT - 1);
    close(ends[0]);
    fix[got > 0 ? got : 0] = '\0';
    bool ended = child > 0 && waitpid(child, &status, 0) == child;
    return ended && status == 0 ? true : fix[0] ? false : no(fix, "no process could be started for it");
}

static int try_processes(char error[LUCID_ERROR_TEXT]) {
    int failed = lucid_host_private_network(error);
    return failed ? failed : lucid_host_private_processes(error);
}

static int try_device(char error[LUCID_ERROR_TEXT]) {
    struct lucid_host_options options;
    struct lucid_device *device;
    int failed = lucid_host_private_network(error);
    lucid_host_defaults(&options);
    return failed ? failed : lucid_device_open(&device, &options, error);
}

static void count_sockets(void *user, const struct lucid_diag_socket *socket) {
    (void)socket;
    ++*(unsigned *)user;
}

static int try_diag(char error[LUCID_ERROR_TEXT]) {
    unsigned sockets = 0;
    struct lucid_diag *diag = lucid_diag_open(error);
    if (!diag) {
        return -1;
    }
    int failed = lucid_diag_each(diag, count_sockets, &sockets);
    if (failed) {
        no(error, "the kernel does not list its TCP sockets (%s): load the module tcp_diag", strerror(-failed));
    }
    return failed;
}

static bool has_tun(char fix[LUCID_ERROR_TEXT]) {
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    if (errno == EACCES || errno == EPERM) {
        return no(fix, "/dev/net/tun may not be opened by you: sudo chmod 0666 /dev/net/tun (its usual mode), or sudo");
    }
    return no(fix, "there is no /dev/net/tun (%s): sudo modprobe tun, or give this container the device",
              strerror(errno));
}

static bool has_namespaces(char fix[LUCID_ERROR_TEXT]) {
    return in_child(lucid_host_private_network, fix);
}

static bool has_processes(char fix[LUCID_ERROR_TEXT]) {
    return in_child(try_processes, fix);
}

static bool has_device(char fix[LUCID_ERROR_TEXT]) {
    return in_child(try_device, fix);
}

static bool has_diag(char fix[LUCID_ERROR_TEXT]) {
    return in_child(try_diag, fix);
}

/* ---- programs ---- */

static bool is_program(const char *folder, size_t length, const char *name) {
    char path[4096];
    int put = snprintf(path, sizeof path, "%.*s/%s", (int)length, folder, name);
    return put > 0 && (size_t)put < sizeof path && access(path, X_OK) == 0;
}

static bool is_installed(const char *name) {
    const char *folders = getenv("PATH");
    for (const char *at = folders ? folders : "/usr/bin:/bin"; *at;) {
        size_t length = strcspn(at, ":");
        if (is_program(at, length, name)) {
            return true;
        }
        at += length + (at[length] == ':');
    }
    return false;
}

static bool has_compiler(char fix[LUCID_ERROR_TEXT]) {
    bool compiler = is_installed("cc") || is_installed("gcc") || is_installed("clang");
    if (compiler && is_installed("make")) {
        return true;
    }
    return no(fix, "there is no %s in PATH: install gcc and make (scripts/setup does)",
              compiler ? "make" : "C compiler");
}

static bool has_rsvg(char fix[LUCID_ERROR_TEXT]) {
    return is_installed("rsvg-convert") || no(fix, "there is no rsvg-convert: install librsvg2-bin or librsvg2-tools");
}

static bool has_curl(char fix[LUCID_ERROR_TEXT]) {
    return is_installed("curl") || no(fix, "there is no curl: install curl");
}

/* ---- here ---- */

static bool has_terminal(char fix[LUCID_ERROR_TEXT]) {
    struct winsize size;
    if (!isatty(STDOUT_FILENO)) {
        return true; /* a pipe gets narration, whatever its width */
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0) {
        return no(fix, "this terminal does not say how large it is: stty columns %d rows %d", COLUMNS, ROWS);
    }
    return (size.ws_col >= COLUMNS && size.ws_row >= ROWS) ||
           no(fix, "this terminal has %d columns and %d rows: make it %d by %d, or its letters smaller", size.ws_col,
              size.ws_row, COLUMNS, ROWS);
}

static bool has_utf8(char fix[LUCID_ERROR_TEXT]) {
    setlocale(LC_CTYPE, "");
    const char *codes = nl_langinfo(CODESET);
    return !strcmp(codes, "UTF-8") || no(fix, "the locale's letters are %.40s: export LC_ALL=C.UTF-8", codes);
}

static bool is_free(int port, char fix[LUCID_ERROR_TEXT]) {
    const int on = 1;
    struct sockaddr_in here = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    int failed = bind(fd, (struct sockaddr *)&here, sizeof here) < 0 ? errno : 0;
    if (fd >= 0) {
        close(fd);
    }
    return failed == 0 || no(fix, "port %d of 127.0.0.1: %s; end the program that has it, or choose another port", port,
                             strerror(failed));
}

static bool has_control_port(char fix[LUCID_ERROR_TEXT]) {
    return is_free(CONTROL_PORT, fix);
}

static bool has_relay_port(char fix[LUCID_ERROR_TEXT]) {
    return is_free(RELAY_PORT, fix);
}

static bool has_disk(char fix[LUCID_ERROR_TEXT]) {
    struct statvfs disk;
    if (access(".", W_OK) < 0 || statvfs(".", &disk) < 0) {
        return no(fix, "this folder cannot be written (%s): change to one of yours", strerror(errno));
    }
    unsigned long long free_octets = (unsigned long long)disk.f_bavail * disk.f_frsize;
    return free_octets >> 20 >= MEGABYTES ||
           no(fix, "only %llu MB are free here: make it %d", free_octets >> 20, MEGABYTES);
}

static const char NO_LIVE[] = "no `live` (the kernel as the peer); `sim`, replays and grading work";

static const struct need NEEDS[] = {
    {"room for lab-out/", has_disk, "runs leave no log, and nothing to replay, export or grade"},
    {"/dev/net/tun", has_tun, NO_LIVE},
    {"private networks", has_namespaces, "`live` only as root with --host-net; `sim`, replays and grading work"},
    {"a device in one", has_device, NO_LIVE},
    {"private processes", has_processes, "what you start in the shell of `live` may outlive a killed lab"},
    {"socket diagnostics", has_diag, "the kernel's twin in `live` is inferred from its segments only"},
    {"port 8090", has_control_port, "no page at http://127.0.0.1:8090/; the terminal works"},
    {"port 8080", has_relay_port, "in `live`, no browser of this machine reaches the stack's pages"},
    {"curl", has_curl, "the live walks of L01, L06, L11 and L12 need another client"},
    {"C compiler, make", has_compiler, "no `grade`: your student/fsm.c is not compiled"},
    {"rsvg-convert", has_rsvg, "no PNG pictures; SVG works"},
    {"terminal", has_terminal, "narration instead of panes"},
    {"UTF-8", has_utf8, "plain letters instead of arrows, and no Chinese"},
};

static bool examine(const struct need *need) {
    char fix[LUCID_ERROR_TEXT] = "";
    bool there = need->there(fix);
    if (there) {
        printf("ok   %s\n", need->name);
    } else {
        printf("no   %s: %s | without: %s\n", need->name, fix, need->without);
    }
    return there;
}

int lab_doctor(int argc, char **argv) {
    unsigned missing = 0;
    if (argc > 1) {
        return lab_refuse("doctor takes no %s; it looks at this machine: lucid-lab doctor", argv[1]);
    }
    for (unsigned i = 0; i < sizeof NEEDS / sizeof NEEDS[0]; i++) {
        missing += !examine(&NEEDS[i]);
    }
    if (missing == 0) {
        puts("All is there: `lucid-lab play` plays in the simulated world, `lucid-lab live` against the kernel.");
        return LAB_OK;
    }
    puts("The simulated world needs none of these: `lucid-lab play`.");
    return LAB_FAILED;
}
