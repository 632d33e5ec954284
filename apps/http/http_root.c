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

/* O_NONBLOCK: opening a pipe must not wait for who writes to it. */
static int open_beneath(int root, const char *name, int flags) {
    struct open_how how = {
        .flags = (uint64_t)(flags | O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK),
        .resolve = BENEATH | NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, root, name, &how, sizeof how);
}

int http_root_open(const char *folder, char *error, size_t size) {
    int root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        int code = errno;
        snprintf(error, size, "cannot serve the folder %s: %s; name one that is there and may be read", folder,
                 strerror(code));
        return -code;
    }
    int probe = open_beneath(root, ".", O_DIRECTORY);
    if (probe < 0) {
        int code = errno;
        close(root);
        snprintf(error, size, "cannot open files beneath %s: %s; openat2(2) needs Linux 5.6 or later", folder,
                 strerror(code));
        return -code;
    }
    close(probe);
    return root;
}

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

static enum http_refusal append_index(struct http_path *path) {
    static const char index[] = "index.html";
    if (path->length + sizeof index > sizeof path->name) {
        return HTTP_REFUSED_PATH_LONG;
    }
    memcpy(path->name + path->length, index, sizeof index);
    path->length += sizeof index - 1;
    return HTTP_REFUSED_NONE;
}

enum http_refusal http_root_find(int root, struct http_path *path, struct http_found *found) {
    *found = (struct http_found){.fd = -1};
    bool wants_folder = path->length == 0 || path->name[path->length - 1] == '/';
    enum http_refusal refusal = wants_folder ? append_index(path) : HTTP_REFUSED_NONE;
    if (refusal != HTTP_REFUSED_NONE) {
        return refusal;
    }
    int fd = open_beneath(root, path->name, 0);
    if (fd < 0) {
        return refusal_of(errno);
    }
    if (fstat(fd, &found->stat) == 0 && S_ISREG(found->stat.st_mode)) {
        found->fd = fd;
        return HTTP_REFUSED_NONE;
    }
    found->folder = S_ISDIR(found->stat.st_mode) && !wants_folder;
    close(fd);
    return found->folder ? HTTP_REFUSED_NONE : HTTP_REFUSED_NOT_FOUND;
}
