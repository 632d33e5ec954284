/* test_http_root.c: nothing outside of the root, and nothing but regular files: H60, AH4. Each test runs three times:
 * with openat2(2), and with a filter that makes it fail as an old kernel does (ENOSYS), and as a container of that time
 * does (EPERM). http_root.h.
 */
#include "http/http_root.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WITH_OPENAT2, ENOSYS_SAYS_NO, EPERM_SAYS_NO, WAYS };

static char base[] = "/tmp/lucid-root-XXXXXX";
static int root;

/* ---- a tree:  base/secret, base/root/... ---- */

static const char *at(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", base, name);
    return path;
}

static void put(const char *name, const char *text) {
    int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void make_folder(const char *name) {
    ck_assert_int_eq(mkdir(at(name), 0755), 0);
}

static void make_link(const char *to, const char *name) {
    ck_assert_int_eq(symlink(to, at(name)), 0);
}

static void make_socket(const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", at(name));
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

static void make_links(void) {
    make_link("../secret", "root/out");
    make_link(at("secret"), "root/absolute");
    make_link("..", "root/up");
    make_link("x", "root/folder/inside");
    make_link("folder", "root/there");
    make_link("loop", "root/loop");
    make_link("/proc/self/root", "root/magic");
    make_link("/dev/null", "root/null");
    make_link("pipe", "root/to_pipe");
}

static void make_tree(void) {
    ck_assert_ptr_nonnull(mkdtemp(base));
    ck_assert_int_eq(chmod(base, 0755), 0);
    make_folder("outside");
    make_folder("root");
    make_folder("root/folder");
    make_folder("root/bare");
    make_folder("root/closed");
    put("secret", "secret!");
    put("outside/x", "secret!");
    put("root/index.html", "<p>");
    put("root/folder/x", "x");
    put("root/unreadable", "nobody may");
    put("root/closed/x", "x");
    make_links();
    make_socket("root/socket");
    ck_assert_int_eq(mkfifo(at("root/pipe"), 0644), 0);
    ck_assert_int_eq(chmod(at("root/unreadable"), 0), 0);
    ck_assert_int_eq(chmod(at("root/closed"), 0), 0);
}

/* From now on openat2 fails in this process. */
static void without_openat2(int error) {
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), /* the number of the call */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {sizeof steps / sizeof steps[0], steps};
    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
    ck_assert_int_eq((int)syscall(SYS_openat2, root, ".", NULL, 0), -1);
    ck_assert_int_eq(errno, error);
}

/* Root may read everything: it must be somebody else who asks, where there is somebody else. */
static bool anybody;

static void begin(int way) {
    if (way != WITH_OPENAT2) {
        without_openat2(way == ENOSYS_SAYS_NO ? ENOSYS : EPERM);
    }
    anybody = geteuid() != 0 || seteuid(65534) == 0;
}

/* A container may have a filter of its own. */
static bool has_openat2(void) {
    return syscall(SYS_openat2, root, ".", NULL, 0) < 0 && errno == EINVAL;
}

static void setup(void) {
    char error[200];
    make_tree();
    root = http_root_open(at("root"), error, sizeof error);
    ck_assert_msg(root >= 0, "%s", error);
}

static void teardown(void) {
    char command[100];
    ck_assert_int_eq(seteuid(getuid()), 0);
    chmod(at("root/closed"), 0700);
    snprintf(command, sizeof command, "rm -r %s", base);
    ck_assert_int_eq(system(command), 0);
    close(root);
    strcpy(base, "/tmp/lucid-root-XXXXXX");
}

/* ---- asking ---- */

static enum http_refusal find(const char *name, bool lists, struct http_found *found) {
    struct http_path path = {.length = strlen(name)};
    ck_assert_uint_lt(path.length, sizeof path.name);
    strcpy(path.name, name);
    enum http_refusal refusal = http_root_find(root, &path, lists, found);
    if (found->fd >= 0) {
        close(found->fd);
    }
    return refusal;
}

START_TEST(what_is_there) {
    static const struct {
        const char *name;
        bool lists;
        enum http_kind_found kind;
        bool file;
    } rows[] = {
        {"", false, HTTP_FOUND_FILE, true},           {"", true, HTTP_FOUND_FILE, true},
        {"index.html", false, HTTP_FOUND_FILE, true}, {"folder/x", false, HTTP_FOUND_FILE, true},
        {"folder", false, HTTP_FOUND_SLASH, false},   {"folder", true, HTTP_FOUND_SLASH, false},
        {"folder/", true, HTTP_FOUND_FOLDER, false},  {"bare/", true, HTTP_FOUND_FOLDER, false},
    };
    struct http_found found;
    begin(_i);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(find(rows[i].name, rows[i].lists, &found) == HTTP_REFUSED_NONE, "%s", rows[i].name);
        ck_assert_msg(found.kind == rows[i].kind, "%s", rows[i].name);
        ck_assert_msg(!rows[i].file || S_ISREG(found.stat.st_mode), "%s", rows[i].name);
    }
}
END_TEST

START_TEST(what_is_refused) {
    static const struct {
        const char *name;
        enum http_refusal refusal;
    } rows[] = {
        {"nothing", HTTP_REFUSED_NOT_FOUND},
        {"folder/", HTTP_REFUSED_NOT_FOUND},
        {"folder/x/", HTTP_REFUSED_NOT_FOUND},
        {"folder/x/y", HTTP_REFUSED_NOT_FOUND},
        {"out", HTTP_REFUSED_NOT_FOUND},
        {"absolute", HTTP_REFUSED_NOT_FOUND},
        {"up/secret", HTTP_REFUSED_NOT_FOUND},
        {"up/", HTTP_REFUSED_NOT_FOUND},
        {"loop", HTTP_REFUSED_NOT_FOUND},
        {"magic/etc/passwd", HTTP_REFUSED_NOT_FOUND},
        {"null", HTTP_REFUSED_NOT_FOUND},
        /* such a path never comes out of http_path_read(): nor would it help */
        {"../secret", HTTP_REFUSED_NOT_FOUND},
        {"folder/../../secret", HTTP_REFUSED_NOT_FOUND},
        {"/etc/passwd", HTTP_REFUSED_NOT_FOUND},
        {"pipe", HTTP_REFUSED_NOT_FOUND},
        {"to_pipe", HTTP_REFUSED_NOT_FOUND},
        {"socket", HTTP_REFUSED_NOT_FOUND},
        {"unreadable", HTTP_REFUSED_FORBIDDEN},
        {"closed/x", HTTP_REFUSED_FORBIDDEN},
        {"closed/", HTTP_REFUSED_FORBIDDEN},
    };
    struct http_found found;
    begin(_i);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].refusal == HTTP_REFUSED_FORBIDDEN && !anybody) {
            continue;
        }
        enum http_refusal refusal = find(rows[i].name, false, &found);
        ck_assert_msg(refusal == rows[i].refusal, "%s: %s", rows[i].name, http_reason(refusal)->name);
        ck_assert_int_eq(found.fd, -1);
    }
    char name[400];
    memset(name, 'a', 300);
    name[300] = '\0';
    ck_assert_int_eq(find(name, false, &found), HTTP_REFUSED_PATH_LONG);
    strcat(name, "/x");
    ck_assert_int_eq(find(name, false, &found), HTTP_REFUSED_PATH_LONG);
}
END_TEST

/* The kernel knows which links stay inside; without its help none is followed. */
START_TEST(links_that_stay_inside) {
    struct http_found found;
    struct stat stat;
    begin(_i);
    enum http_refusal expected = has_openat2() ? HTTP_REFUSED_NONE : HTTP_REFUSED_NOT_FOUND;
    ck_assert(_i == WITH_OPENAT2 || !has_openat2());
    ck_assert_int_eq(find("folder/inside", false, &found), expected);
    ck_assert_int_eq(find("there/x", false, &found), expected);
    ck_assert_int_eq(http_root_stat(root, "folder/inside", &stat), has_openat2());
    ck_assert(http_root_stat(root, "folder/x", &stat) && stat.st_size == 1);
    ck_assert(!http_root_stat(root, "out", &stat));
    ck_assert(!http_root_stat(root, "pipe", &stat));
}
END_TEST

/* Whoever waits for a reader of the pipe goes on waiting. */
START_TEST(a_pipe_is_not_even_opened) {
    struct http_found found;
    char event[4096];
    int watch = inotify_init1(IN_NONBLOCK);
    ck_assert_int_ge(inotify_add_watch(watch, at("root/pipe"), IN_OPEN), 0);
    begin(_i);
    find("pipe", false, &found);
    find("to_pipe", false, &found);
    ck_assert_int_eq(read(watch, event, sizeof event), -1);
    ck_assert_int_eq(errno, EAGAIN);
    close(open(at("root/pipe"), O_RDONLY | O_NONBLOCK));
    ck_assert_int_gt(read(watch, event, sizeof event), 0);
    close(watch);
}
END_TEST

/* A folder and a link that leads out change places all the time: what is opened is inside, or nothing is. */
START_TEST(a_race) {
    struct http_found found;
    unsigned opened = 0;
    make_folder("root/flip");
    put("root/flip/x", "in");
    make_link("../outside", "root/flop");
    pid_t child = fork();
    if (child == 0) {
        for (;;) {
            syscall(SYS_renameat2, root, "flip", root, "flop", 2u /* RENAME_EXCHANGE */);
        }
    }
    begin(_i);
    for (unsigned i = 0; i < 20000 || (i < 10000000 && (opened == 0 || opened == i)); i++) {
        if (find("flip/x", false, &found) == HTTP_REFUSED_NONE) {
            EXPECT(found.stat.st_size == 2);
            opened++;
        }
    }
    ck_assert_int_eq(seteuid(getuid()), 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    ck_assert_uint_gt(opened, 0);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_root", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, what_is_there, 0, WAYS);
    tcase_add_loop_test(tests, what_is_refused, 0, WAYS);
    tcase_add_loop_test(tests, links_that_stay_inside, 0, WAYS);
    tcase_add_loop_test(tests, a_pipe_is_not_even_opened, 0, WAYS);
    tcase_add_loop_test(tests, a_race, 0, WAYS);
    return unit_run(suite);
}
