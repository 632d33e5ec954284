/* preload.c: for LD_PRELOAD with packetdrill. The tool opens objects in a way that keeps the address sanitizer out,
 * wants the right to lock its memory, and spins until times() has moved: none of that is needed on a virtual clock. */
#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/times.h>

void *dlopen(const char *path, int flags) {
    union {
        void *object;
        void *(*function)(const char *, int);
    } real = {dlsym(RTLD_NEXT, "dlopen")};
    return real.function(path, flags & ~RTLD_DEEPBIND);
}

int mlockall(int flags) {
    (void)flags;
    return 0;
}

clock_t times(struct tms *buffer) {
    static clock_t now;
    *buffer = (struct tms){0};
    return ++now;
}
