/* caller.c: see caller.h. */
#include "prop/caller_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/end.h"

void caller_broken(struct caller *caller, const char *format, ...) {
    if (caller->broken[0] != '\0') {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(caller->broken, sizeof caller->broken, format, arguments);
    va_end(arguments);
}

/* ---- arguments ---- */

uint32_t caller_below(struct caller *caller, uint32_t bound) {
    return (uint32_t)rng_scale(rng_next(caller->rng), bound);
}

bool caller_one_in(struct caller *caller, uint32_t n) {
    return caller_below(caller, n) == 0;
}

struct handle *caller_place(struct caller *caller) {
    for (unsigned i = 0; i < CALLER_HANDLES; i++) {
        if (caller->handle[i].fd == 0) {
            return &caller->handle[i];
        }
    }
    return NULL;
}

/* Mostly an open handle. *handle: its shadow, NULL when it is none of ours. */
int caller_handle(struct caller *caller, struct handle **handle) {
    struct handle *place = &caller->handle[caller_below(caller, CALLER_HANDLES)];
    *handle = NULL;
    if (caller_one_in(caller, 40)) {
        return (int)rng_next(caller->rng) | 1 << 30; /* generations do not get that far here */
    }
    if (caller->stale_count > 0 && caller_one_in(caller, 20)) {
        return caller->stale[caller_below(caller, caller->stale_count)];
    }
    for (unsigned i = 0; i < CALLER_HANDLES && place->fd == 0; i++) {
        place = &caller->handle[(place - caller->handle + 1) % CALLER_HANDLES];
    }
    *handle = place->fd ? place : NULL;
    return place->fd ? place->fd : -1;
}

struct lucid_sockaddr caller_address(struct caller *caller) {
    static const char *const texts[] = {"10.77.0.1", "10.77.0.2", "fd77::1", "fd77::2", "::",        "0.0.0.0",
                                        "10.77.0.9", "fd77::9",   "ff02::1", "::1",     "224.0.0.1", "255.255.255.255"};
    static const uint16_t ports[] = {80, 80, 81, 5000, 5000, 5001, 0, 65535};
    struct lucid_sockaddr address = {.port = ports[caller_below(caller, 8)]};
    lucid_addr_parse(texts[caller_below(caller, 12)], &address.addr);
    return address;
}

/* A place where the other node may listen. */
struct lucid_sockaddr caller_peer(struct caller *caller) {
    static const char *const texts[2][2] = {{"10.77.0.2", "fd77::2"}, {"10.77.0.1", "fd77::1"}};
    struct lucid_sockaddr address = {.port = (uint16_t)(80 + caller_below(caller, 2))};
    lucid_addr_parse(texts[caller->node][caller_below(caller, 2)], &address.addr);
    return address;
}

uint32_t caller_length(struct caller *caller) {
    return caller_one_in(caller, 20) ? caller_below(caller, CALLER_OCTETS)
                                     : caller_below(caller, 1u << caller_below(caller, 12));
}

/* ---- results ---- */

/* What is true of every result: a handle is known or it is not, and errors have names. */
void caller_judge(struct caller *caller, const char *call, const struct handle *handle, ptrdiff_t result) {
    if ((result == -LUCID_EBADF) != (handle == NULL)) {
        caller_broken(caller, "%s on %s handle returned %td", call, handle ? "an open" : "a closed", result);
    }
    if (result < 0 && (result < -1000 || strcmp(lucid_error_name((int)result), "E?") == 0)) {
        caller_broken(caller, "%s returned %td, which is no error of socket.h", call, result);
    }
}

/* A handle that was given out: a new one, and not one that was there before. */
struct handle *caller_opened(struct caller *caller, struct handle *place, int fd, bool stream) {
    for (unsigned i = 0; i < CALLER_HANDLES; i++) {
        if (caller->handle[i].fd == fd) {
            caller_broken(caller, "handle %d was given out twice", fd);
        }
    }
    *place = (struct handle){.fd = fd, .stream = stream};
    lucid_set_data(caller->stack, fd, place);
    return place;
}

void caller_closed(struct caller *caller, struct handle *handle) {
    caller->stale[caller->stale_count < CALLER_STALE ? caller->stale_count++ : caller_below(caller, CALLER_STALE)] =
        handle->fd;
    *handle = (struct handle){0};
}

/* The ends of a stream's handle. False: it has none. */
bool caller_ports(struct caller *caller, int fd, uint16_t *ours, uint16_t *theirs) {
    struct lucid_sockaddr local, remote;
    bool connected = lucid_getsockname(caller->stack, fd, &local) == 0 &&
                     lucid_getpeername(caller->stack, fd, &remote) == 0;
    *ours = connected ? local.port : 0;
    *theirs = connected ? remote.port : 0;
    return connected;
}

void caller_compare(struct caller *caller, struct handle *handle, const uint8_t *data, size_t length) {
    uint16_t ours, theirs;
    if (!handle->stream || handle->blind || !caller_ports(caller, handle->fd, &ours, &theirs)) {
        return;
    }
    for (size_t i = 0; i < length; i++) {
        if (data[i] != end_octet(caller->key, theirs, ours, handle->received + i)) {
            caller_broken(caller, "I15: octet %zu of the stream is wrong", (size_t)handle->received + i);
            return;
        }
    }
}

void caller_close_all(struct caller *caller) {
    for (unsigned i = 0; i < CALLER_HANDLES; i++) {
        struct handle *handle = &caller->handle[i];
        if (handle->fd != 0) {
            caller_judge(caller, "close", handle, lucid_close(caller->stack, handle->fd));
            caller_closed(caller, handle);
        }
    }
}
