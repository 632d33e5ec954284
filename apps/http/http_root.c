/* http_root.c: opens files beneath a folder. See http_root.h. */
#include "http/http_root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What openat2(2) takes: the C library has no wrapper yet. Values of <linux/openat2.h>. */
struct open_how {
    uint64_t flags, mode, resolve;
};
static const uint64_t NO_MAGICLINKS = 0x02, BENEATH = 0x08;

/* O_NONBLOCK: should it be a pipe after all, opening it must not wait for who writes to it. */
enum { FLAGS = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK };

/* While something is renamed somewhere the kernel cannot be sure that ".." has not led out: then it says EAGAIN. */
enum { TRIES = 4 };

/* ---- opening ---- */

/* One segment of a walk; what it was reached from is closed. Returns a descriptor, or a negative error. */
static int step(int root, int from, const char *segment, size_t length, int flags) {
    char name[256]; /* NAME_MAX and the NUL */
    bool up = length == 2 && memcmp(segment, "..", 2) == 0;
    int fd = up ? -EXDEV : -ENAMETOOLONG;
    if (!up && length < sizeof name) {
        memcpy(name, length > 0 ? segment : ".", length > 0 ? length : 2);
        name[length > 0 ? length : 1] = '\0';
        fd = openat(from, name, flags | O_NOFOLLOW | O_CLOEXEC);
        fd = fd < 0 ? -errno : fd;
    }
    if (from != root) {
        close(from);
    }
    return fd;
}

/* Without openat2: no folder on the way is a link, for O_NOFOLLOW, and none is "..", so none is outside, whatever is
 * renamed meanwhile. */
static int walk(int root, const char *name, int flags) {
    int at = root;
    for (size_t length = strcspn(name, "/"); at >= 0 && name[length] == '/'; length = strcspn(name, "/")) {
        at = step(root, at, name, length, O_PATH | O_DIRECTORY);
        name += length + 1;
    }
    at = at < 0 ? at : step(root, at, name, strlen(name), flags);
    errno = at < 0 ? -at : errno;
    return at < 0 ? -1 : at;
}

static int open_beneath(int root, const char *name, int flags) {
    struct open_how how = {.flags = (uint64_t)flags, .resolve = BENEATH | NO_MAGICLINKS};
    int fd = -1;
    for (int i = 0; i < TRIES && fd < 0; i++) {
        fd = (int)syscall(SYS_openat2, root, name, &how, sizeof how);
        if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
            return walk(root, name, flags);
        }
        if (fd < 0 && errno != EAGAIN) {
            return -1;
        }
    }
    return fd;
}

int http_root_open(const char *folder, char *error, size_t size) {
    int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        int code = errno;
        snprintf(error, size, "cannot serve the folder %s: %s; name one that is there and may be read", folder,
                 strerror(code));
        return -code;
    }
    return root;
}

/* ---- looking ---- */

/* What error says to a client. What leads out of the root does not exist for it. */
static enum http_refusal refusal_of(int error) {
    switch (error) {
    case EACCES:
    case EPERM:
        return HTTP_REFUSED_FORBIDDEN;
    case ENAMETOOLONG:
        return HTTP_REFUSED_PATH_LONG;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
        return HTTP_REFUSED_BUSY;
    case EIO:
        return HTTP_REFUSED_FAILED;
    default:
        return HTTP_REFUSED_NOT_FOUND; /* ENOENT, ENOTDIR, ELOOP, EXDEV, and those of special files */
    }
}

bool http_root_stat(int root, const char *name, struct stat *stat) {
    int fd = open_beneath(root, name, O_PATH | O_CLOEXEC);
    bool good = fd >= 0 && fstat(fd, stat) == 0 && (S_ISREG(stat->st_mode) || S_ISDIR(stat->st_mode));
    if (fd >= 0) {
        close(fd);
    }
    return good;
}

/* Is it nothing, or something that must not be opened? The first look is cheap and may lie, for a folder on the way may
 * be a link that leads out; so it refuses, and never grants. Returns 0, or a negative error. */
static int look(int root, const char *name) {
    struct stat stat;
    if (fstatat(root, name, &stat, AT_SYMLINK_NOFOLLOW) < 0) {
        return errno == ENOENT || errno == ENOTDIR ? -errno : 0;
    }
    bool good = S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode) ||
                (S_ISLNK(stat.st_mode) && http_root_stat(root, name, &stat));
    return good ? 0 : -ENXIO;
}

/* Returns 0, or a negative error. */
static int open_file(int root, const char *name, struct http_found *found) {
    int error = look(root, name);
    int fd = error < 0 ? error : open_beneath(root, name, FLAGS);
    if (fd < 0) {
        return error < 0 ? error : -errno;
    }
    bool known = fstat(fd, &found->stat) == 0;
    if (known && S_ISREG(found->stat.st_mode)) {
        found->fd = fd;
        return 0;
    }
    close(fd);
    found->kind = HTTP_FOUND_SLASH;
    return known && S_ISDIR(found->stat.st_mode) ? 0 : -ENXIO;
}

static int open_folder(int root, const char *name, struct http_found *found) {
    found->kind = HTTP_FOUND_FOLDER;
    found->fd = open_beneath(root, name[0] ? name : ".", FLAGS | O_DIRECTORY);
    return found->fd < 0 ? -errno : 0;
}

/* Its index, or itself. */
static int find_folder(int root, struct http_path *path, bool lists, struct http_found *found) {
    static const char index[] = "index.html";
    size_t length = path->length;
    if (length + sizeof index > sizeof path->name) {
        return -ENAMETOOLONG;
    }
    memcpy(path->name + length, index, sizeof index);
    path->length += sizeof index - 1;
    int error = open_file(root, path->name, found);
    if (found->kind == HTTP_FOUND_SLASH) {
        return -ENOENT; /* a folder of that name is no index */
    }
    if (error != -ENOENT || !lists) {
        return error;
    }
    path->length = length;
    path->name[length] = '\0';
    return open_folder(root, path->name, found);
}

enum http_refusal http_root_find(int root, struct http_path *path, bool lists, struct http_found *found) {
    *found = (struct http_found){.fd = -1};
    bool is_folder = path->length == 0 || path->name[path->length - 1] == '/';
    int error = is_folder ? find_folder(root, path, lists, found) : open_file(root, path->name, found);
    return error < 0 ? refusal_of(-error) : HTTP_REFUSED_NONE;
}

bool http_root_file(int root, const char *name, struct http_found *found) {
    *found = (struct http_found){.fd = -1};
    return open_file(root, name, found) == 0 && found->kind == HTTP_FOUND_FILE;
}
